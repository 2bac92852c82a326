//! Thirty-two phones at once: 95 % unchanged syncs, 5 % writes.

use std::{
    path::Path,
    sync::atomic::{AtomicUsize, Ordering},
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::{
    client::Client,
    process::Server,
    today, user,
    work::{Office, day, event, first_sync, ok},
};

const PHONES: usize = 32;

/// Runs the crowd for `time` and says how it went.
pub fn thirty_two(server: &Server, folder: &Path, time: Duration) -> Result<String> {
    let demo: Value = serde_json::from_slice(&std::fs::read(folder.join("demo.json"))?)?;
    let users = demo.get("users").and_then(Value::as_array).map_or(0, Vec::len);
    let next_event = AtomicUsize::new(0);
    // Each person signs in once; their phones share the session, as sign-in is not what is measured.
    let mut phones = Vec::new();
    for at in 0..PHONES {
        let (username, password) = user(&demo, at % users);
        let mut client = Client::connect(&server.address)?;
        client
            .sign_in(username, password)
            .or_else(|error| anyhow::bail!("phone {at} of {username}: {error}"))?;
        let mut office = Office::look(&mut client, &demo, today())?;
        office.calendar = demo
            .pointer(&format!("/users/{}/calendarId", at % users))
            .and_then(Value::as_str)
            .context("no calendarId")?
            .to_owned();
        let token = first_sync(&mut client, &office, Some(&["events", "messages", "notifications"]))?;
        phones.push((client, office, token));
    }
    let cpu_before = server.cpu()?;
    let started = Instant::now();
    let latencies: Vec<Duration> = std::thread::scope(|scope| {
        let handles: Vec<_> = phones
            .into_iter()
            .map(|phone| scope.spawn(|| one_phone(phone, started + time, &next_event)))
            .collect();
        let mut all = Vec::new();
        for handle in handles {
            let latencies = handle.join().map_err(|_panicked| anyhow::anyhow!("a phone gave up"))??;
            all.extend(latencies);
        }
        anyhow::Ok(all)
    })?;
    let elapsed = started.elapsed();
    let cpu = server.cpu()? - cpu_before;
    Ok(report(latencies, elapsed, cpu))
}

fn one_phone(
    (mut client, office, mut token): (Client, Office, String),
    until: Instant,
    next_event: &AtomicUsize,
) -> Result<Vec<Duration>> {
    let mut latencies = Vec::new();
    let mut turn = 0_usize;
    while Instant::now() < until {
        let one = Instant::now();
        turn += 1;
        if turn.is_multiple_of(20) {
            let at = next_event.fetch_add(1, Ordering::Relaxed);
            ok(client.post("/api/v1/events", &event(&office, at, false))?)?;
        } else {
            let body = json!({
                "token": token,
                "types": ["events", "messages", "notifications"],
                "window": {"from": day(&office, -7), "to": day(&office, 31)}
            });
            let answer = ok(client.send("POST", "/api/v1/sync", &[], Some(&body))?)?;
            if let Some(next) = answer.json()?.get("token").and_then(Value::as_str) {
                token = next.to_owned();
            }
        }
        latencies.push(one.elapsed());
    }
    Ok(latencies)
}

fn report(mut latencies: Vec<Duration>, elapsed: Duration, cpu: Duration) -> String {
    latencies.sort_unstable();
    let count = latencies.len().max(1);
    let ms = |at: usize| latencies.get(at).map_or(0.0, |time| time.as_secs_f64() * 1_000.0);
    format!(
        "{PHONES} phones, 95 % syncs, 5 % writes: {:.0} requests a second, p50 {:.2} ms, p99 {:.2} ms, {:.3} ms CPU each \
         (the load generator runs on the same cores).",
        count as f64 / elapsed.as_secs_f64(),
        ms(count / 2),
        ms(count * 99 / 100),
        cpu.as_secs_f64() * 1_000.0 / count as f64
    )
}
