//! From a change on one phone to the stream of the other.

use std::time::{Duration, Instant};

use anyhow::Result;
use serde_json::Value;

use crate::{
    client::Client,
    process::Server,
    user,
    work::{Office, event, ok},
};

const CHANGES: usize = 300;

/// How long it takes until a person's other phone is woken by an event that they make, the request included.
pub fn change_to_stream(server: &Server, demo: &Value, office: &Office) -> Result<String> {
    let (username, password) = user(demo, 0);
    let mut phone = Client::connect(&server.address)?;
    phone.sign_in(username, password)?;
    let mut other = Client::connect(&server.address)?;
    other.sign_in(username, password)?;
    other.watch("/api/v1/push")?;
    let mut latencies: Vec<Duration> = Vec::new();
    let (mut longest, mut made) = (0, Vec::new());
    for at in 0..CHANGES {
        let changed = Instant::now();
        let answer = ok(phone.post("/api/v1/events", &event(office, at, false))?)?.json()?;
        longest = longest.max(other.hint()?);
        latencies.push(changed.elapsed());
        made.extend(answer.get("id").and_then(Value::as_str).map(str::to_owned));
    }
    for id in made {
        let path = format!("/api/v1/events/{id}");
        let etag = ok(phone.get(&path)?)?.header("etag").unwrap_or_default().to_owned();
        ok(phone.send("DELETE", &path, &[("If-Match", &etag)], None)?)?;
    }
    latencies.sort_unstable();
    let ms = |at: usize| latencies[at].as_secs_f64() * 1_000.0;
    Ok(format!(
        "From a change to the stream of the other phone, the request included: p50 {:.1} ms, p99 {:.1} ms; a hint has at most {longest} bytes.",
        ms(CHANGES / 2),
        ms(CHANGES * 99 / 100)
    ))
}
