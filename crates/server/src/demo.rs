//! The demo office: an invented prefecture that is the same each time, filled into an empty data folder.

mod contacts;
mod diary;
mod events;
mod facilities;
mod fill;
mod handout;
mod letter;
mod mails;
mod names;
mod office;
mod people;
mod post;
mod seeded;
mod table;
mod units;

use std::{
    fs,
    net::{SocketAddr, TcpListener},
    path::PathBuf,
};

use anyhow::Context;
use chrono::NaiveDate;
use renraku_base::Timestamp;
use renraku_db::meta;
use renraku_mail::service as mail;

use crate::{
    assembly,
    cli::CONFIG_FILE,
    config::Config,
    logging,
    server::{self, RunningServer},
};
use office::Office;

/// The fact in the database that says when the office was filled.
const FILLED: &str = "demo-filled";
/// The folder of the users' Maildirs.
const MAILDIRS: &str = "mail";
/// What a civil day in Tokyo is ahead of one in UTC.
const TOKYO_AHEAD_S: i64 = 9 * 3_600;

/// Which demo office is wanted.
#[derive(Debug, Clone)]
pub struct Wish {
    /// Where its data are; may hold other files.
    pub folder: PathBuf,
    /// Where it listens.
    pub listen: SocketAddr,
    /// How many people work there.
    pub staff: u32,
    /// Whether the rates per person and device are lifted.
    pub unlimited: bool,
}

/// Fills the office unless it is filled; tells whether it was filled now.
///
/// # Errors
/// When it cannot be filled, or could not be opened afterwards, with the reason.
pub fn fill(wish: &Wish) -> anyhow::Result<bool> {
    // To be told of before the office is filled, which takes a while.
    drop(TcpListener::bind(wish.listen).with_context(|| format!("{} cannot be listened on", wish.listen))?);
    let (folder, config) = furnish(wish)?;
    logging::start(&config.log);
    let db = assembly::open_database(&config, assembly::system_clock())?;
    db.migrate()?;
    if db.read(|tx| meta::get(tx, FILLED))?.is_some() {
        return Ok(false);
    }
    let secret = assembly::open_secret(&config)?;
    let office = Office::draw(usize::try_from(wish.staff)?, day_in_tokyo(db.now()));
    post::deliver(&folder.join(MAILDIRS), &office)?;
    fill::fill(&config, &db, &secret, &office)?;
    for account in db.read(mail::list_accounts)? {
        mail::index_account(&db, &account.id)?;
    }
    Ok(true)
}

/// Opens the filled office: starts its server and writes down what is to be known of it in `demo.json`. Answers with the
/// server and with what a stranger reads first.
///
/// # Errors
/// When it cannot be started, with the reason.
pub fn open(wish: &Wish) -> anyhow::Result<(RunningServer, String)> {
    let (folder, config) = furnish(wish)?;
    logging::start(&config.log);
    let clock = assembly::system_clock();
    let db = assembly::open_database(&config, clock.clone())?;
    let secret = assembly::open_secret(&config)?;
    // Whoever waits until the server is ready finds the file there.
    let mut handout = handout::write(&folder, wish.listen, &db, &secret)?;
    // The server has connections of its own.
    drop(db);
    let running = server::start(&config, clock)?;
    if running.addr() != wish.listen {
        handout = handout::write(&folder, running.addr(), running.db(), &secret)?;
    }
    Ok((running, handout.welcome()))
}

/// Makes the folder and writes the settings into it.
fn furnish(wish: &Wish) -> anyhow::Result<(PathBuf, Config)> {
    fs::create_dir_all(&wish.folder).with_context(|| format!("{} cannot be made", wish.folder.display()))?;
    let folder = fs::canonicalize(&wish.folder)?;
    let text = settings(&folder.display().to_string(), wish);
    let file = folder.join(CONFIG_FILE);
    fs::write(&file, &text)?;
    let config = Config::read(&file.display().to_string(), &text, std::env::vars())?;
    Ok((folder, config))
}

/// The settings of a real office, but for where the data and the mail are and what is worth a line at a terminal.
fn settings(folder: &str, wish: &Wish) -> String {
    format!(
        "# The settings of this demo office, written at each start of `renraku demo`.\n\
         [server]\nlisten = \"{listen}\"\ndata_dir = {folder:?}\n\n\
         [log]\nlevel = \"warn\"\n\n\
         [mail]\nmaildirs = {mail:?}\n\n\
         [limits]\nrates = {rates}\n\
         # Everyone who tries the demo signs in as the same few people.\ndevices = 1000\n",
        listen = wish.listen,
        mail = format!("{folder}/{MAILDIRS}"),
        rates = !wish.unlimited,
    )
}

fn day_in_tokyo(at: Timestamp) -> NaiveDate {
    Timestamp::from_seconds(at.seconds() + TOKYO_AHEAD_S).to_datetime().date_naive()
}
