//! The first of April: eighteen thousand come by a sheet, six thousand of them move by another, and that is taken back, beside
//! somebody who searches and writes.

use std::{
    fmt::Write as _,
    path::Path,
    process::Command,
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use renraku_test_db::Backend;
use serde_json::json;

use crate::{Arguments, client::Client, process::Server, read_demo, user, work::ok};

const STAFF: usize = 18_000;
/// One in so many moves.
const MOVES: usize = 3;
const UNITS: usize = 600;
/// Between two requests of the one who looks on.
const PAUSE: Duration = Duration::from_millis(10);

/// Measures on each database.
pub fn run(arguments: &Arguments) -> Result<()> {
    one(arguments, "SQLite", None)?;
    if arguments.sqlite_only || !Backend::all().contains(&Backend::Postgres) {
        return Ok(());
    }
    one(arguments, "PostgreSQL", Some(Backend::Postgres.fresh().url()))
}

fn one(arguments: &Arguments, name: &str, database: Option<&str>) -> Result<()> {
    let folder = arguments.data.join(format!("transfer-{}", name.to_lowercase()));
    if folder.exists() {
        std::fs::remove_dir_all(&folder)?;
    }
    std::fs::create_dir_all(&folder)?;
    let server = Server::fill(&arguments.binary, &folder, 300, database, arguments.port)?;
    println!("\n## {name}: {STAFF} people by a sheet, one in {MOVES} moves\n");
    println!(
        "| work | s | longest write, ms | search p50, ms | search p99, ms |\n| --- | --- | --- | --- | --- |"
    );
    let (before, after) = (folder.join("before.csv"), folder.join("after.csv"));
    std::fs::write(&before, sheet(false)?)?;
    std::fs::write(&after, sheet(true)?)?;
    let import = |file: &Path| -> Vec<String> {
        ["import", "people"].map(str::to_owned).into_iter().chain([file.display().to_string()]).collect()
    };
    let undo = vec!["roster".to_owned(), "undo".to_owned()];
    for (work, command) in [
        ("nothing, for comparison", Vec::new()),
        ("everybody comes", import(&before)),
        ("the same sheet again", import(&before)),
        ("a third moves", import(&after)),
        ("taken back", undo),
    ] {
        let row = beside(&server, &folder, || command_on(arguments, &folder, database, &command))?;
        println!("| {work} | {row} |");
    }
    server.stop()
}

/// A sheet of the staff; with `moved`, a third of them in other units.
fn sheet(moved: bool) -> Result<String> {
    let mut text = "職員番号,氏名,カナ,所属,職名,内線,外線,メール\n".to_owned();
    for at in 0..STAFF {
        let unit = if moved && at % MOVES == 0 { at + 1 } else { at } % UNITS;
        let (bureau, division) = (unit / 60, unit / 6);
        let phone = format!("0155-{:02}-{:04}", 30 + at / 9_000, 1_000 + at % 9_000);
        writeln!(
            text,
            "99{at:05},試験 花子{at},シケン ハナコ,試験局{bureau}/試験部{division}/試験課{unit},主事,{},{phone},bench{at}@pref.example.jp",
            50_000 + at,
        )?;
    }
    Ok(text)
}

fn command_on(
    arguments: &Arguments,
    folder: &Path,
    database: Option<&str>,
    command: &[String],
) -> Result<()> {
    if command.is_empty() {
        thread::park_timeout(Duration::from_secs(arguments.seconds));
        return Ok(());
    }
    let mut renraku = Command::new(&arguments.binary);
    renraku.args(command).arg("--data").arg(folder);
    if let Some(url) = database {
        renraku.env("RENRAKU_DATABASE_URL", url);
    }
    let output = renraku.output()?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    Ok(())
}

/// Does the work while somebody searches and writes, and says how long each took.
fn beside(server: &Server, folder: &Path, work: impl FnOnce() -> Result<()>) -> Result<String> {
    let demo = read_demo(folder)?;
    let (username, password) = user(&demo, 0);
    let mut client = Client::connect(&server.address)?;
    client.sign_in(username, password)?;
    let over = AtomicBool::new(false);
    let (took, (mut writes, mut searches)) = thread::scope(|scope| {
        let looker = scope.spawn(|| look_on(client, &over));
        let started = Instant::now();
        let done = work();
        let took = started.elapsed();
        over.store(true, Ordering::Relaxed);
        let seen = looker.join().map_err(|_panicked| anyhow::anyhow!("the one who looks on gave up"))??;
        done.map(|()| (took, seen))
    })?;
    writes.sort_unstable();
    searches.sort_unstable();
    let ms = |times: &[Duration], percent: usize| -> Result<f64> {
        let at = (times.len() * percent / 100).min(times.len().saturating_sub(1));
        Ok(times.get(at).context("nothing was measured")?.as_secs_f64() * 1_000.0)
    };
    Ok(format!(
        "{:.1} | {:.0} | {:.2} | {:.2}",
        took.as_secs_f64(),
        ms(&writes, 100)?,
        ms(&searches, 50)?,
        ms(&searches, 99)?
    ))
}

fn look_on(mut client: Client, over: &AtomicBool) -> Result<(Vec<Duration>, Vec<Duration>)> {
    let (mut writes, mut searches) = (Vec::new(), Vec::new());
    loop {
        let wrote = client.post("/api/v1/contacts", &json!({"name": {"full": "見本 太郎"}}))?;
        writes.push(ok(wrote)?.elapsed);
        searches.push(ok(client.get("/api/v1/directory/people?q=satou")?)?.elapsed);
        if over.load(Ordering::Relaxed) {
            return Ok((writes, searches));
        }
        thread::park_timeout(PAUSE);
    }
}
