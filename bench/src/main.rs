//! Fills an office and measures the server from outside: requests, bytes, statements, CPU.
//!
//! `cargo run --release -p renraku-bench` prints the table of `bench/RESULTS.md`; `--help` tells the rest.

mod client;
mod crowd;
mod fill;
mod flat;
mod measure;
mod process;
mod stream;
mod transfer;
mod work;

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context, Result};
use clap::Parser;
use client::Client;
use measure::{HEAD, measure};
use process::Server;
use renraku_test_db::Backend;
use serde_json::{Value, json};
use work::{Office, day, event, first_sync, ok};

/// Fills an office and measures the server from outside.
#[derive(Parser)]
struct Arguments {
    /// The server's binary, built with `cargo build --release`.
    #[arg(long, default_value = "target/release/renraku")]
    binary: PathBuf,
    /// Where the offices are filled and kept for the next run.
    #[arg(long, default_value = "target/bench")]
    data: PathBuf,
    /// How many staff; ten events each.
    #[arg(long, default_value_t = 20_000)]
    staff: u32,
    /// How many mail heads, put straight into the table.
    #[arg(long, default_value_t = 1_000_000)]
    mails: u32,
    /// How long each row is measured, in seconds.
    #[arg(long, default_value_t = 3)]
    seconds: u64,
    /// Measure on this empty PostgreSQL database alone, as `postgres://…`; left out, on SQLite and on a PostgreSQL that is
    /// started for the run, without fsync.
    #[arg(long)]
    postgres: Option<String>,
    /// Leave PostgreSQL out.
    #[arg(long)]
    sqlite_only: bool,
    /// Only compare a person of few objects with one of many.
    #[arg(long)]
    flat: bool,
    /// Only measure the yearly transfer: 18,000 people come by a sheet and 6,000 of them move by another.
    #[arg(long)]
    transfer: bool,
    /// The port to listen on.
    #[arg(long, default_value_t = 18_930)]
    port: u16,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    println!("{}", machine());
    if arguments.flat {
        return flat::compare(&arguments);
    }
    if arguments.transfer {
        return transfer::run(&arguments);
    }
    if let Some(url) = &arguments.postgres {
        return run(&arguments, "PostgreSQL", Some(url));
    }
    small(&arguments)?;
    run(&arguments, "SQLite", None)?;
    if arguments.sqlite_only {
        return Ok(());
    }
    anyhow::ensure!(
        Backend::all().contains(&Backend::Postgres),
        "PostgreSQL is not installed: `apt-get install postgresql`, or --sqlite-only"
    );
    run(&arguments, "PostgreSQL", Some(Backend::Postgres.fresh().url()))
}

fn machine() -> String {
    let cpu = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpu.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or(": unknown");
    let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    format!("{cores} cores,{}", model.trim_start_matches([' ', '\t', ':']))
}

/// Measures on one database.
fn run(arguments: &Arguments, name: &str, database: Option<&str>) -> Result<()> {
    let folder =
        arguments.data.join(format!("{}-{}-{}", name.to_lowercase(), arguments.staff, arguments.mails));
    if database.is_some() && folder.exists() {
        // What stands beside a database that is empty is of another.
        std::fs::remove_dir_all(&folder)?;
    }
    std::fs::create_dir_all(&folder)?;
    println!("\n## {name}: {} staff, {} mail heads\n", arguments.staff, arguments.mails);
    let url =
        database.map_or_else(|| format!("sqlite:{}", folder.join("renraku.db").display()), str::to_owned);
    let filled = folder.join("filled");
    if database.is_some() || !filled.exists() {
        let server = Server::fill(&arguments.binary, &folder, arguments.staff, database, arguments.port)?;
        println!(
            "The office of the demo is filled and ready after {:.1} s.",
            server.ready_after.as_secs_f64()
        );
        let people = work::mailbox_owners(&server, &read_demo(&folder)?)?;
        server.stop()?;
        fill::mail_heads(&url, &people, arguments.mails)?;
        // From now on without the demo, whose indexer would take the heads away: no mail stands behind them.
        std::fs::write(filled, "")?;
    }
    let demo = read_demo(&folder)?;

    let server = started(arguments, &folder, &url)?;
    println!("\n{HEAD}");
    day_of_a_phone(arguments, &server, &demo)?;
    println!("\n{}", crowd::thirty_two(&server, &folder, Duration::from_secs(arguments.seconds * 2))?);
    println!("{:.1} MB resident afterwards.", server.memory("VmRSS:")? as f64 / 1e6);
    server.stop()
}

/// Starts the server on what is there, several times for the median, and says what it needs when nobody asks anything of it.
fn started(arguments: &Arguments, folder: &Path, url: &str) -> Result<Server> {
    const STARTS: usize = 5;
    let start = || Server::serve(&arguments.binary, folder, url, arguments.port);
    let mut times = Vec::new();
    for _ in 0..STARTS {
        let server = start()?;
        times.push(server.ready_after);
        server.stop()?;
    }
    times.sort_unstable();
    let server = start()?;
    // What is loaded behind, once.
    rest(Duration::from_secs(3));
    let (before, span) = (server.cpu()?, Duration::from_secs(5));
    rest(span);
    println!(
        "Ready on existing data in {:.0} ms (median of {STARTS} starts); idle with {:.1} MB resident, {:.1} MB of it its own, at \
         {:.2} % of a core.",
        times[STARTS / 2].as_secs_f64() * 1_000.0,
        server.memory("VmRSS:")? as f64 / 1e6,
        server.memory("RssAnon:")? as f64 / 1e6,
        (server.cpu()? - before).as_secs_f64() / span.as_secs_f64() * 100.0,
    );
    Ok(server)
}

/// Lets time pass in which nobody asks anything: that is what is measured.
#[expect(clippy::disallowed_methods, reason = "idleness has no event to wait for")]
fn rest(time: Duration) {
    std::thread::sleep(time);
}

/// A small office: how soon its demo is there, and what it needs.
fn small(arguments: &Arguments) -> Result<()> {
    const STAFF: u32 = 300;
    let folder = tempfile::tempdir()?;
    println!("\n## SQLite: {STAFF} staff\n");
    let server = Server::fill(&arguments.binary, folder.path(), STAFF, None, arguments.port)?;
    println!("The office of the demo is filled and ready after {:.1} s.", server.ready_after.as_secs_f64());
    server.stop()?;
    let url = format!("sqlite:{}", folder.path().join("renraku.db").display());
    started(arguments, folder.path(), &url)?.stop()
}

fn read_demo(folder: &Path) -> Result<Value> {
    Ok(serde_json::from_slice(&std::fs::read(folder.join("demo.json"))?)?)
}

/// Midnight of today in UTC, in seconds.
fn today() -> i64 {
    renraku_base::Clock::now(&renraku_base::SystemClock).seconds().div_euclid(86_400) * 86_400
}

fn user(demo: &Value, at: usize) -> (&str, &str) {
    let text =
        |name: &str| demo.pointer(&format!("/users/{at}/{name}")).and_then(Value::as_str).unwrap_or("");
    (text("username"), text("password"))
}

/// Prints every row, the floor first.
fn day_of_a_phone(arguments: &Arguments, server: &Server, demo: &Value) -> Result<()> {
    let mut client = Client::connect(&server.address)?;
    let (username, password) = user(demo, 0);
    client.sign_in(username, password)?;
    let office = Office::look(&mut client, demo, today())?;
    let mut floor = None;
    let mut row = |client: &mut Client, name, work: &mut measure::Work<'_>| -> Result<()> {
        let row = measure(server, client, name, Duration::from_secs(arguments.seconds), work)?;
        println!("{}", row.markdown(*floor.get_or_insert(row.cpu)));
        Ok(())
    };
    let mut get = |client: &mut Client, name, path: String| {
        row(client, name, &mut |client: &mut Client, _| ok(client.get(&path)?).map(drop))
    };
    get(&mut client, "floor: a trivial handler", "/health/live".to_owned())?;
    let occurrences = |to: i64| {
        let calendar = &office.calendar;
        format!(
            "/api/v1/occurrences?calendars={calendar}&from={}&to={}&limit=500",
            day(&office, 0),
            day(&office, to)
        )
    };
    get(&mut client, "today's schedule", occurrences(1))?;
    get(&mut client, "my week", occurrences(7))?;
    get(&mut client, "my month", occurrences(31))?;
    let window = format!("from={}&to={}", day(&office, 0), day(&office, 7));
    let thirty = office.colleagues.join(",");
    get(
        &mut client,
        "group week of 30 people",
        format!("/api/v1/schedule/group?principals={thirty}&{window}"),
    )?;
    get(
        &mut client,
        "free/busy of 30 people",
        format!("/api/v1/schedule/free-busy?principals={thirty}&{window}"),
    )?;
    get(&mut client, "people search: kanji", "/api/v1/directory/people?q=%E4%BD%90%E8%97%A4".to_owned())?;
    get(&mut client, "people search: romaji", "/api/v1/directory/people?q=takahasi".to_owned())?;
    get(&mut client, "people search: one character", "/api/v1/directory/people?q=%E5%A4%AA".to_owned())?;
    get(&mut client, "caller lookup", format!("/api/v1/directory/lookup?phone={}", office.number))?;
    get(&mut client, "50 mail heads", "/api/v1/mail/messages?limit=50".to_owned())?;
    get(&mut client, "mail search, two characters", "/api/v1/mail/messages?q=%E4%BC%9A%E8%AD%B0".to_owned())?;
    sync_rows(&mut client, &office, &mut row)?;
    booking_rows(&mut client, &office, &mut row)?;
    println!("\n{}", stream::change_to_stream(server, demo, &office)?);
    Ok(())
}

type Rows<'a> = dyn FnMut(&mut Client, &'static str, &mut measure::Work<'_>) -> Result<()> + 'a;

fn sync_rows(client: &mut Client, office: &Office, row: &mut Rows<'_>) -> Result<()> {
    let without_directory =
        ["events", "facilities", "contacts", "messages", "notifications"].map(str::to_owned);
    let types: Vec<&str> = without_directory.iter().map(String::as_str).collect();
    row(client, "first open, without the directory", &mut |client, _| {
        first_sync(client, office, Some(&types)).map(drop)
    })?;
    let token = first_sync(client, office, None)?;
    let body =
        |token: &str| json!({"token": token, "window": {"from": day(office, -7), "to": day(office, 31)}});
    row(client, "unchanged sync", &mut |client, _| {
        let answer = ok(client.send("POST", "/api/v1/sync", &[], Some(&body(&token)))?)?;
        anyhow::ensure!(answer.body == br#"{"more":false}"#, "the sync is not unchanged");
        Ok(())
    })?;
    // In the phone's window, and in no week or month that other rows look at.
    let mut change = event(office, 0, false);
    change["start"] = json!(day(office, -3).trim_end_matches('Z'));
    let changed = create(client, &change)?;
    // A token stays what it is: from one that is a change old, each sync tells that change.
    row(client, "sync after one change", &mut |client, _| {
        let answer = ok(client.send("POST", "/api/v1/sync", &[], Some(&body(&token)))?)?.json()?;
        anyhow::ensure!(answer.pointer("/changed/events/0").is_some(), "the change is not told");
        Ok(())
    })?;
    destroy(client, &changed)?;
    let colleagues = office.colleagues.iter().take(5).cloned().collect::<Vec<_>>().join(",");
    row(client, "morning open: one batch", &mut |client, _| {
        let requests = json!({"requests": [
            {"id": "sync", "method": "POST", "path": "sync", "body": body(&token)},
            {"id": "group", "method": "GET", "path": format!(
                "schedule/group?principals={colleagues}&from={}&to={}", day(office, 0), day(office, 7))},
            {"id": "people", "method": "GET", "path": "directory/people?limit=10"},
            {"id": "mail", "method": "GET", "path": "mail/messages?limit=50"},
        ]});
        ok(client.send("POST", "/api/v1/batch", &[], Some(&requests))?).map(drop)
    })
}

fn booking_rows(client: &mut Client, office: &Office, row: &mut Rows<'_>) -> Result<()> {
    let path = create(client, &event(office, 0, false))?;
    let mut etag = etag_of(client, &path)?;
    row(client, "move an event", &mut |client, at| {
        let to = event(office, at, false);
        let change = json!({"start": to["start"]});
        let answer = ok(client.send("PATCH", &path, &[("If-Match", &etag)], Some(&change))?)?;
        etag = answer.header("etag").context("no etag")?.to_owned();
        Ok(())
    })?;
    let mut made = vec![path];
    row(client, "create an event", &mut |client, at| {
        made.push(create(client, &event(office, at, false))?);
        Ok(())
    })?;
    row(client, "book a room", &mut |client, at| {
        made.push(create(client, &event(office, at, true))?);
        Ok(())
    })?;
    // The next run finds the office as this one did, and the room free.
    made.iter().try_for_each(|path| destroy(client, path))
}

/// Creates an event and says its path.
fn create(client: &mut Client, event: &Value) -> Result<String> {
    let made = ok(client.post("/api/v1/events", event)?)?.json()?;
    let id = made.get("id").and_then(Value::as_str).context("no id")?;
    Ok(format!("/api/v1/events/{id}"))
}

fn etag_of(client: &mut Client, path: &str) -> Result<String> {
    ok(client.get(path)?)?.header("etag").map(str::to_owned).context("no etag")
}

fn destroy(client: &mut Client, path: &str) -> Result<()> {
    let etag = etag_of(client, path)?;
    ok(client.send("DELETE", path, &[("If-Match", &etag)], None)?).map(drop)
}
