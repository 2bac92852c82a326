//! Whether what a request costs grows with what is stored: the same work in a calendar and mailbox of a thousand objects and
//! of a hundred thousand.

use std::sync::Arc;

use anyhow::{Context, Result};
use renraku_base::{PersonId, SystemClock};
use renraku_db::{Db, Location, Settings};
use renraku_schedule::{model::EventDraft, service::bulk_insert};
use serde_json::{Value, json};

use crate::{
    Arguments,
    client::Client,
    fill,
    measure::{Work, measure},
    process::Server,
    read_demo, today, user,
    work::{Office, day, event, first_sync, ok},
};

const SIZES: [u32; 2] = [1_000, 100_000];
const STAFF: u32 = 300;
const AT_ONCE: u32 = 5_000;

/// One of the two offices, its server running.
struct Side {
    server: Server,
    client: Client,
    office: Office,
    person: String,
    token: String,
    /// From before the last change.
    old_token: String,
}

/// Fills both offices, does the same work in each by turns and prints what it costs.
pub fn compare(arguments: &Arguments) -> Result<()> {
    println!("\n## SQLite: one person's calendar and mailbox of {} and of {} objects\n", SIZES[0], SIZES[1]);
    println!("| work | CPU ms at {} | at {} | ratio |\n| --- | --- | --- | --- |", SIZES[0], SIZES[1]);
    let mut sides = SIZES
        .iter()
        .zip(arguments.port..)
        .map(|(size, port)| Side::open(arguments, *size, port))
        .collect::<Result<Vec<_>>>()?;
    for (name, work) in WORKS {
        let mut costs = Vec::new();
        for side in &mut sides {
            let Side { server, client, office, person, token, old_token } = side;
            let scene = Scene { office, person, token, old_token };
            let work: &mut Work<'_> = &mut |client, at| work(&scene, client, at);
            let row = measure(server, client, name, std::time::Duration::from_secs(arguments.seconds), work)?;
            costs.push(row.cpu.as_secs_f64() * 1_000.0);
        }
        let ratio = costs[1] / costs[0];
        println!("| {name} | {:.3} | {:.3} | {ratio:.2}× |", costs[0], costs[1]);
    }
    sides.into_iter().try_for_each(|side| side.server.stop())
}

struct Scene<'s> {
    office: &'s Office,
    person: &'s str,
    token: &'s str,
    old_token: &'s str,
}

type OneWork = fn(&Scene<'_>, &mut Client, usize) -> Result<()>;

const WORKS: [(&str, OneWork); 9] = [
    ("unchanged sync", |scene, client, _| {
        let answer =
            ok(client.send("POST", "/api/v1/sync", &[], Some(&sync_body(scene.office, scene.token)))?)?;
        anyhow::ensure!(answer.body == br#"{"more":false}"#, "the sync is not unchanged");
        Ok(())
    }),
    ("sync after one change", |scene, client, _| {
        let body = sync_body(scene.office, scene.old_token);
        let answer = ok(client.send("POST", "/api/v1/sync", &[], Some(&body))?)?.json()?;
        anyhow::ensure!(answer.pointer("/changed/events/0").is_some(), "the change is not told: {answer}");
        Ok(())
    }),
    ("my week", |scene, client, _| get(client, &occurrences(scene.office, 7))),
    ("my month", |scene, client, _| get(client, &occurrences(scene.office, 31))),
    ("free/busy of one week", |scene, client, _| {
        let (from, to) = (day(scene.office, 0), day(scene.office, 7));
        get(client, &format!("/api/v1/schedule/free-busy?principals={}&from={from}&to={to}", scene.person))
    }),
    ("50 mail heads", |_, client, _| get(client, "/api/v1/mail/messages?limit=50")),
    ("caller lookup", |scene, client, _| {
        get(client, &format!("/api/v1/directory/lookup?phone={}", scene.office.number))
    }),
    ("create an event", |scene, client, at| {
        ok(client.post("/api/v1/events", &event(scene.office, at, false))?).map(drop)
    }),
    ("book a room", |scene, client, at| {
        // Hours of their own in each run: what an earlier one booked is still booked.
        let run = std::time::UNIX_EPOCH.elapsed()?.as_secs() / 30 % 600;
        ok(client.post("/api/v1/events", &event(scene.office, usize::try_from(run)? * 1_000 + at, true))?)
            .map(drop)
    }),
];

fn get(client: &mut Client, path: &str) -> Result<()> {
    ok(client.get(path)?).map(drop)
}

fn occurrences(office: &Office, days: i64) -> String {
    let (from, to) = (day(office, 0), day(office, days));
    format!("/api/v1/occurrences?calendars={}&from={from}&to={to}&limit=500", office.calendar)
}

fn sync_body(office: &Office, token: &str) -> Value {
    json!({"token": token, "window": {"from": day(office, -7), "to": day(office, 31)}})
}

impl Side {
    fn open(arguments: &Arguments, size: u32, port: u16) -> Result<Self> {
        let folder = arguments.data.join(format!("flat-{size}"));
        std::fs::create_dir_all(&folder)?;
        let url = format!("sqlite:{}", folder.join("renraku.db").display());
        let filled = folder.join("filled");
        if !filled.exists() {
            Server::fill(&arguments.binary, &folder, STAFF, None, port)?.stop()?;
            let demo = read_demo(&folder)?;
            let person = demo.pointer("/users/0/personId").and_then(Value::as_str).context("no personId")?;
            fill::one_account_of(&url, person, size)?;
            past_events(&url, person, size)?;
            std::fs::write(filled, "")?;
        }
        let demo = read_demo(&folder)?;
        let server = Server::serve(&arguments.binary, &folder, &url, port)?;
        let mut client = Client::connect(&server.address)?;
        let (username, password) = user(&demo, 0);
        client.sign_in(username, password)?;
        let office = Office::look(&mut client, &demo, today())?;
        let person =
            demo.pointer("/users/0/personId").and_then(Value::as_str).context("no personId")?.to_owned();
        let old_token = first_sync(&mut client, &office, None)?;
        let mut change = event(&office, 0, false);
        change["start"] = json!(day(&office, -3).trim_end_matches('Z'));
        ok(client.post("/api/v1/events", &change)?)?;
        let token = first_sync(&mut client, &office, None)?;
        Ok(Self { server, client, office, person, token, old_token })
    }
}

/// Events of an hour each, twenty a day, all of them before the days that are looked at.
fn past_events(url: &str, person: &str, count: u32) -> Result<()> {
    let db = Db::open(Settings::new(Location::parse(url)?), Arc::new(SystemClock))?;
    let person: PersonId = person.parse().ok().context("a person's id")?;
    for first in (0..count).step_by(AT_ONCE as usize) {
        db.write(|tx| -> Result<(), renraku_schedule::ScheduleFault> {
            let now = tx.now();
            let mut drafts = Vec::new();
            for at in first..count.min(first + AT_ONCE) {
                let start = now.seconds() - 11 * 86_400 - i64::from(at) * 4_320;
                let body = json!({
                    "title": format!("過去の打合せ（{at}）"),
                    "start": renraku_base::Timestamp::from_seconds(start).to_string().trim_end_matches('Z'),
                    "timeZone": "Asia/Tokyo",
                    "duration": "PT1H",
                });
                let draft = EventDraft::read(body, tx.new_id(), now)
                    .map_err(renraku_schedule::ScheduleFault::Invalid)?;
                drafts.push((person.clone(), draft));
            }
            bulk_insert(tx, drafts)
        })?;
    }
    Ok(())
}
