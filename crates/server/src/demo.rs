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
mod portraits;
mod post;
mod seeded;
mod table;
mod telephone;
mod units;

use std::{
    fs,
    net::{SocketAddr, TcpListener},
    path::PathBuf,
};

use anyhow::{Context, bail};
use chrono::NaiveDate;
use renraku_base::Timestamp;
use renraku_db::meta;
use renraku_mail::service as mail;

use crate::{
    assembly,
    claim::Claim,
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
/// Where desk phones find the directory, if the port is free.
const LDAP_PORT: u16 = 3890;
/// The name below which the directory lies.
const BASE_DN: &str = "dc=pref,dc=example,dc=jp";
/// How many people work there when nothing is said.
const STAFF: u32 = 300;
/// How the settings of a demo office begin.
const SETTINGS_HEAD: &str = "# The settings of this demo office";
/// What a civil day in Tokyo is ahead of one in UTC.
const TOKYO_AHEAD_S: i64 = 9 * 3_600;

/// Which demo office is wanted.
#[derive(Debug, Clone)]
pub struct Wish {
    /// Where its data are; may hold other files.
    pub folder: PathBuf,
    /// Where it listens.
    pub listen: SocketAddr,
    /// How many people work there; what it says counts when the office is filled.
    pub staff: Option<u32>,
    /// Whether the rates per person and device are lifted.
    pub unlimited: bool,
}

/// Fills the office unless it is filled; tells whether it was filled now.
///
/// # Errors
/// When it cannot be filled, or could not be opened afterwards, with the reason.
pub fn fill(wish: &Wish) -> anyhow::Result<bool> {
    let site = Site::of(wish)?;
    // To be told of what is taken before the office is filled, which takes a while.
    let _claim = site.furnish()?;
    let Site { folder, config, .. } = &site;
    logging::start(&config.log);
    let db = assembly::open_database(config, assembly::system_clock())?;
    db.migrate()?;
    if let Some(there) = db.read(|tx| meta::get(tx, FILLED))? {
        if let Some(wanted) = wish.staff.map(|staff| staff.to_string()).filter(|wanted| *wanted != there) {
            eprintln!(
                "renraku: {there} people work in the office in {}; --staff {wanted} would count for a new one (--data)",
                folder.display()
            );
        }
        return Ok(false);
    }
    let secret = assembly::open_secret(config, &db)?;
    let staff = usize::try_from(wish.staff.unwrap_or(STAFF))?;
    let office = Office::draw(staff, day_in_tokyo(db.now()));
    post::deliver(&folder.join(MAILDIRS), &office)?;
    fill::fill(config, &db, &secret, &office)?;
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
    let site = Site::of(wish)?;
    let claim = site.furnish()?;
    let Site { folder, config, .. } = site;
    logging::start(&config.log);
    let clock = assembly::system_clock();
    let db = assembly::open_database(&config, clock.clone())?;
    let secret = assembly::open_secret(&config, &db)?;
    // Whoever waits until the server is ready finds the file there.
    let ldap = config.ldap.listen;
    let mut handout = handout::write(&folder, wish.listen, ldap, &db, &secret)?;
    // The server has connections of its own.
    drop(db);
    let running = server::start_on(&config, clock, claim)?;
    if running.addr() != wish.listen || running.ldap_addr() != ldap {
        handout = handout::write(&folder, running.addr(), running.ldap_addr(), running.db(), &secret)?;
    }
    Ok((running, handout.welcome()))
}

/// Where an office is, with its settings.
struct Site {
    folder: PathBuf,
    config: Config,
    settings: String,
}

impl Site {
    /// Makes the folder. What is in it and not of a demo office is left alone.
    fn of(wish: &Wish) -> anyhow::Result<Self> {
        let wanted = &wish.folder;
        if wanted.exists() && !wanted.is_dir() {
            bail!("{} is a file: --data names a folder", wanted.display());
        }
        let made = assembly::make_folder(wanted).and_then(|()| fs::canonicalize(wanted));
        let folder = made.with_context(|| {
            format!("the folder {} cannot be made: choose another --data", wanted.display())
        })?;
        let ours =
            fs::read_to_string(folder.join(CONFIG_FILE)).map_or(true, |text| text.starts_with(SETTINGS_HEAD));
        for (file, ours) in [(CONFIG_FILE, ours), (handout::FILE, handout::is_free(&folder))] {
            if !ours {
                let file = folder.join(file);
                bail!(
                    "{} is not of a demo office, and would be overwritten: choose another --data",
                    file.display()
                );
            }
        }
        let settings = settings(&folder.display().to_string(), wish);
        let file = folder.join(CONFIG_FILE);
        let config = Config::read(&file.display().to_string(), &settings, std::env::vars())?;
        Ok(Self { folder, config, settings })
    }

    /// Takes the place for one server, and writes the settings down.
    fn furnish(&self) -> anyhow::Result<Claim> {
        let claim = Claim::of(&self.config).map_err(|fault| fault.advise("--data", "--listen"))?;
        let file = self.folder.join(CONFIG_FILE);
        fs::write(&file, &self.settings).with_context(|| format!("{} cannot be written", file.display()))?;
        Ok(claim)
    }
}

/// The settings of a real office, but for where the data and the mail are and what is worth a line at a terminal.
fn settings(folder: &str, wish: &Wish) -> String {
    format!(
        "{SETTINGS_HEAD}, written at each start of `renraku demo`.\n\
         [server]\nlisten = \"{listen}\"\ndata_dir = {folder:?}\n\n\
         [log]\nlevel = \"warn\"\n\n\
         [mail]\nmaildirs = {mail:?}\n\n\
         [ldap]\nlisten = \"{ldap}\"\nbase_dn = {BASE_DN:?}\n\n\
         [limits]\nrates = {rates}\n\
         # Everyone who tries the demo signs in as the same few people.\ndevices = 1000\n",
        listen = wish.listen,
        mail = format!("{folder}/{MAILDIRS}"),
        ldap = free_port(SocketAddr::new(wish.listen.ip(), LDAP_PORT), wish.listen.port() == 0),
        rates = !wish.unlimited,
    )
}

/// The address, or one with any port where somebody listens there already or any port was wanted.
fn free_port(addr: SocketAddr, any: bool) -> SocketAddr {
    if any || TcpListener::bind(addr).is_err() { SocketAddr::new(addr.ip(), 0) } else { addr }
}

fn day_in_tokyo(at: Timestamp) -> NaiveDate {
    Timestamp::from_seconds(at.seconds() + TOKYO_AHEAD_S).to_datetime().date_naive()
}
