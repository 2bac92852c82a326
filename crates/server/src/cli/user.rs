use std::io::{self, BufRead, IsTerminal};

use anyhow::{Context, bail};
use clap::{Args, Subcommand};
use renraku_base::{DeviceId, Entropy, Limit, PersonId, Precondition, Principal};
use renraku_db::{Db, Error};
use renraku_mail::service as mail;
use renraku_people::{
    Passwords,
    account::{self, Account, Password, PasswordHash, Username},
    directory::{PersonEntry, PersonName, service as directory},
};

use super::Source;
use crate::{assembly, config::Config, mailroom};

/// Look after accounts: who may sign in, with which password and which devices. Passwords are read from standard input,
/// so that they stay out of the list of processes and of the shell's history.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  renraku user add hanako --name '佐藤 花子' --kana 'サトウ ハナコ' --email hanako@pref.example.jp
  renraku user password hanako < password.txt
  renraku user devices hanako
  renraku user disable hanako")]
pub struct User {
    #[command(subcommand)]
    command: UserCommand,
}

#[derive(Debug, Subcommand)]
enum UserCommand {
    /// Make an account for the person of the directory with this address, or for a new person; the password is read from
    /// standard input
    Add(Add),
    /// Set the password, read from standard input; all devices are signed out
    Password {
        /// The name to sign in with
        #[arg(value_parser = username)]
        username: Username,
    },
    /// Close an account: its devices are signed out at once
    Disable {
        /// The name to sign in with
        #[arg(value_parser = username)]
        username: Username,
    },
    /// Open a closed account again
    Enable {
        /// The name to sign in with
        #[arg(value_parser = username)]
        username: Username,
    },
    /// List all accounts, one a line
    List,
    /// List the devices that are signed in, one a line
    Devices {
        /// The name to sign in with
        #[arg(value_parser = username)]
        username: Username,
    },
    /// Sign a device out, as when a phone is lost
    Revoke {
        /// The name to sign in with
        #[arg(value_parser = username)]
        username: Username,
        /// The device's id, as `devices` lists it
        device: DeviceId,
    },
}

#[derive(Debug, Args)]
struct Add {
    /// The name to sign in with
    #[arg(value_parser = username)]
    username: Username,
    /// The person's mail address, by which they are found in the directory
    #[arg(long)]
    email: String,
    /// A new person's name, family name first
    #[arg(long, requires = "kana")]
    name: Option<String>,
    /// How the name is read, in kana
    #[arg(long)]
    kana: Option<String>,
}

/// Reads a username as people type it.
pub(super) fn username(text: &str) -> Result<Username, String> {
    text.parse::<Username>().map_err(|fault| fault.detail)
}

impl User {
    pub(super) fn run(self, source: &Source) -> anyhow::Result<bool> {
        let config = source.read()?;
        let db = assembly::open_database(&config, assembly::system_clock())?;
        db.migrate()?;
        match self.command {
            UserCommand::Add(add) => add.run(&config, &db)?,
            UserCommand::Password { username } => {
                let hash = read_password(&config)?;
                show(&db.write(|tx| account::set_password(tx, &username, &hash))?);
            }
            UserCommand::Disable { username } => {
                show(&db.write(|tx| account::disable_account(tx, &username))?);
            }
            UserCommand::Enable { username } => show(&db.write(|tx| account::enable_account(tx, &username))?),
            UserCommand::List => list(&db)?,
            UserCommand::Devices { username } => {
                let who = principal(&db, &username)?;
                for device in db.read(|tx| account::list_devices(tx, &who))? {
                    println!("{}\t{}\t{}\t{}", device.id, device.name, device.platform, device.seen_at);
                }
            }
            UserCommand::Revoke { username, device } => {
                let who = principal(&db, &username)?;
                db.write(|tx| account::revoke_device(tx, &who, &device, &Precondition::None))?;
                println!("{device}\tsigned out");
            }
        }
        Ok(true)
    }
}

impl Add {
    fn run(self, config: &Config, db: &Db) -> anyhow::Result<()> {
        let hash = read_password(config)?;
        let email = self.email.to_lowercase();
        let found = db.read(|tx| directory::find_by_email(tx, &[&email]))?;
        let person = match (found.get(&email), self.name, self.kana) {
            (Some(known), ..) => known.clone(),
            (None, Some(full), Some(phonetic)) => add_person(db, &email, PersonName { full, phonetic })?,
            (None, ..) => bail!(
                "nobody in the directory has the address {email}: add --name and --kana to put a new person there"
            ),
        };
        let account = db.write(|tx| account::create_account(tx, &person, &self.username, Some(&hash)))?;
        if let Some(source) = mailroom::source_of(config, account.username.as_str()) {
            let named = db.read(|tx| directory::names(tx, std::slice::from_ref(&person)))?;
            let name = named.get(&person).map_or("", |named| named.name.full.as_str());
            db.write(|tx| mail::put_account(tx, &person, &source, &email, name))?;
        }
        show(&account);
        Ok(())
    }
}

fn add_person(db: &Db, email: &str, name: PersonName) -> anyhow::Result<PersonId> {
    let entry = PersonEntry {
        id: Entropy.new_id(db.now()),
        name,
        posts: Vec::new(),
        phones: Vec::new(),
        emails: vec![email.to_owned()],
        staff_number: None,
    };
    db.write(|tx| directory::put_person(tx, &entry))?;
    Ok(entry.id)
}

fn principal(db: &Db, username: &Username) -> anyhow::Result<Principal> {
    Ok(Principal::person(db.read(|tx| account::find_account(tx, username))?.person_id))
}

fn list(db: &Db) -> anyhow::Result<()> {
    let mut after: Option<Username> = None;
    loop {
        let page = db.read(|tx| account::list_accounts(tx, after.as_ref(), Limit::default()))?;
        page.items.iter().for_each(show);
        match (page.items.last(), page.next_cursor) {
            (Some(last), Some(_)) => after = Some(last.username.clone()),
            _ => return Ok(()),
        }
    }
}

fn show(account: &Account) {
    let state = if account.disabled_at.is_some() { "disabled" } else { "active" };
    println!("{}\t{state}\t{}", account.username, account.person_id);
}

/// Reads a password from the first line of standard input and hashes it.
fn read_password(config: &Config) -> anyhow::Result<PasswordHash> {
    let input = io::stdin().lock();
    if input.is_terminal() {
        eprintln!("Password (8 characters or more, it will be shown):");
    }
    let line = input.lines().next().context("no password came from standard input")??;
    let password = match Password::chosen(&line) {
        Ok(password) => password,
        Err(fault) => bail!("{}", fault.detail),
    };
    Ok::<_, Error>(Passwords::new(&assembly::open_secret(config)?).hash(&password)?).map_err(Into::into)
}
