mod add;
mod app_password;
mod list;
mod number;
mod person;
mod suppress;

use std::io::{self, BufRead, IsTerminal};

use anyhow::{Context, anyhow, bail};
use clap::{Args, Subcommand};
use renraku_base::{DeviceId, FieldFault, Precondition, Principal};
use renraku_db::{Db, Error};
use renraku_people::{
    AccountFault, Passwords,
    account::{self, Account, Password, PasswordHash, Username},
};

use super::{Source, say};
use crate::{assembly, config::Config, staff::staff_number};

/// Look after accounts and whose they are: who may sign in, with which password and which devices, who must not be found, who has which staff
/// number. Passwords are read from standard input, so that they stay out of the list of processes and of the shell's history.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  renraku user add hanako --email hanako@pref.example.jp --name '佐藤 花子' --kana 'サトウ ハナコ' \\
      --unit 総務部/人事課/給与係 --post 主任 --extension 1001 --phone 0155-55-1001
  renraku user password hanako < password.txt
  renraku user devices hanako
  renraku user number hanako 000123
  renraku user app-password add copier-3f --name '3階コピー機'
  renraku user disable hanako")]
pub struct User {
    #[command(subcommand)]
    command: UserCommand,
}

#[derive(Debug, Subcommand)]
enum UserCommand {
    /// Make an account for the person of the directory with this address, or for a new person; the password is read from
    /// standard input
    Add(add::Add),
    /// Set the password, read from standard input; all devices are signed out
    Password {
        /// The name to sign in with
        #[arg(value_parser = username)]
        username: Username,
        /// Take the password away instead: the office's LDAP server checks it from now on ([ldap_source] of the settings)
        #[arg(long)]
        from_ldap: bool,
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
    /// Let somebody be found no more: they are in no search, list or feed, and phones drop them
    Suppress {
        /// The name to sign in with, the mail address, or the person's id
        who: String,
    },
    /// Let somebody be found again
    Unsuppress {
        /// The name to sign in with, the mail address, or the person's id
        who: String,
    },
    /// Give somebody their number in the personnel register, by which an import of the staff finds them
    Number {
        /// The name to sign in with, the mail address, or the person's id
        who: String,
        /// The number, like 000123
        #[arg(value_parser = staff_number)]
        number: String,
    },
    /// Passwords of clients that are no phones
    AppPassword(app_password::AppPassword),
    /// List all accounts, one a line: the name to sign in with, whether the account is open, the person's id, name and mail address, and whether
    /// they are listed in the directory, suppressed, or have left
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

/// Reads a username as people type it.
pub(super) fn username(text: &str) -> Result<Username, String> {
    text.parse::<Username>().map_err(|fault| fault.detail)
}

impl User {
    pub(super) fn run(self, source: &Source) -> anyhow::Result<bool> {
        let config = source.read()?;
        let db = match &self.command {
            UserCommand::Add(_) => assembly::open_database(&config, assembly::system_clock())?,
            _ => assembly::open_existing_database(&config)?,
        };
        db.migrate()?;
        match self.command {
            UserCommand::Add(add) => add.run(&config, &db)?,
            UserCommand::Password { username, from_ldap: true } => {
                change(&db, &username, db.write(|tx| account::remove_password(tx, &username)))?;
            }
            UserCommand::Password { username, from_ldap: false } => {
                find(&db, &username)?;
                let hash = read_password(&config, &db)?;
                change(&db, &username, db.write(|tx| account::set_password(tx, &username, &hash)))?;
            }
            UserCommand::Disable { username } => {
                change(&db, &username, db.write(|tx| account::disable_account(tx, &username)))?;
            }
            UserCommand::Enable { username } => {
                change(&db, &username, db.write(|tx| account::enable_account(tx, &username)))?;
            }
            UserCommand::Suppress { who } => suppress::suppress(&db, &who, true)?,
            UserCommand::Unsuppress { who } => suppress::suppress(&db, &who, false)?,
            UserCommand::Number { who, number } => number::give(&db, &who, &number)?,
            UserCommand::AppPassword(app_password) => app_password.run(&config, &db)?,
            UserCommand::List => list::all(&db)?,
            UserCommand::Devices { username } => {
                let who = principal(&db, &username)?;
                for device in db.read(|tx| account::list_devices(tx, &who))? {
                    let (name, platform) = (&device.name, &device.platform);
                    say(format_args!("{}\t{name}\t{platform}\t{}", device.id, device.seen_at))?;
                }
            }
            UserCommand::Revoke { username, device } => {
                let who = principal(&db, &username)?;
                match db.write(|tx| account::revoke_device(tx, &who, &device, &Precondition::None)) {
                    Err(AccountFault::NotFound) => bail!(
                        "{username} has no device {device}: `renraku user devices {username}` shows all"
                    ),
                    done => done?.into_inner(),
                }
                say(format_args!("{device}\tsigned out"))?;
            }
        }
        Ok(true)
    }
}

/// The account of a username.
pub(super) fn find(db: &Db, username: &Username) -> anyhow::Result<Account> {
    db.read(|tx| account::find_account(tx, username)).map_err(|fault| named(fault, username))
}

/// A refusal that says whose account it is about.
fn named(fault: AccountFault, username: &Username) -> anyhow::Error {
    match fault {
        AccountFault::NotFound => anyhow!("there is no user {username}: `renraku user list` shows all"),
        other => told(other),
    }
}

/// A refusal that names what is wrong by the argument that said it.
fn told(fault: AccountFault) -> anyhow::Error {
    match fault {
        AccountFault::Invalid(fields) => {
            let each =
                |field: &FieldFault| format!("--{}: {}", field.pointer.trim_start_matches('/'), field.detail);
            anyhow!("{}", fields.iter().map(each).collect::<Vec<_>>().join("; "))
        }
        other => other.into(),
    }
}

fn principal(db: &Db, username: &Username) -> anyhow::Result<Principal> {
    Ok(Principal::person(find(db, username)?.person_id))
}

/// Shows what became of an account.
fn change(db: &Db, username: &Username, changed: Result<Account, AccountFault>) -> anyhow::Result<()> {
    list::show(db, &[changed.map_err(|fault| named(fault, username))?])
}

/// Reads a password from the first line of standard input and hashes it.
fn read_password(config: &Config, db: &Db) -> anyhow::Result<PasswordHash> {
    let input = io::stdin().lock();
    if input.is_terminal() {
        eprintln!("Password (8 characters or more, it will be shown):");
    }
    let line = input.lines().next().context("no password came from standard input")??;
    let password = match Password::chosen(&line) {
        Ok(password) => password,
        Err(fault) => bail!("{}", fault.detail),
    };
    Ok::<_, Error>(Passwords::new(&assembly::open_secret(config, db)?).hash(&password)?).map_err(Into::into)
}
