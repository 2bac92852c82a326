use anyhow::bail;
use clap::{Args, Subcommand};
use renraku_base::{AppPasswordId, Precondition, Principal};
use renraku_db::Db;
use renraku_people::{
    AccountFault,
    account::{self, NewAppPassword, Username},
};

use super::{principal, told, username};
use crate::{assembly, cli::say, config::Config};

/// Look after the passwords of clients that are no phones: desk phones, copiers, address books. What such a client is bound with
/// opens no session, and can be taken away alone.
#[derive(Debug, Args)]
pub(super) struct AppPassword {
    #[command(subcommand)]
    command: AppPasswordCommand,
}

#[derive(Debug, Subcommand)]
enum AppPasswordCommand {
    /// Make one and print it; it is shown this once
    Add {
        /// The name of the account that it is of
        #[arg(value_parser = username)]
        username: Username,
        /// What it is for, such as the place of the copier
        #[arg(long)]
        name: String,
    },
    /// List those of an account, one a line
    List {
        /// The name of the account
        #[arg(value_parser = username)]
        username: Username,
    },
    /// Take one away: clients that use it are out within a second
    Revoke {
        /// The name of the account
        #[arg(value_parser = username)]
        username: Username,
        /// Its id, as `list` shows it
        id: AppPasswordId,
    },
}

impl AppPassword {
    pub(super) fn run(self, config: &Config, db: &Db) -> anyhow::Result<()> {
        match self.command {
            AppPasswordCommand::Add { username, name } => {
                let who = principal(db, &username)?;
                add(config, db, &who, name)
            }
            AppPasswordCommand::List { username } => {
                let who = principal(db, &username)?;
                for password in db.read(|tx| account::list_app_passwords(tx, &who))? {
                    say(format_args!("{}\t{}\t{}", password.id, password.name, password.created_at))?;
                }
                Ok(())
            }
            AppPasswordCommand::Revoke { username, id } => {
                let who = principal(db, &username)?;
                match db.write(|tx| account::revoke_app_password(tx, &who, &id, &Precondition::None)) {
                    Err(AccountFault::NotFound) => bail!(
                        "{username} has no app password {id}: `renraku user app-password list {username}` shows all"
                    ),
                    done => done?.into_inner(),
                }
                say(format_args!("{id}\trevoked"))?;
                Ok(())
            }
        }
    }
}

fn add(config: &Config, db: &Db, who: &Principal, name: String) -> anyhow::Result<()> {
    let secret = assembly::open_secret(config, db)?;
    let wish = NewAppPassword { id: None, name, device_id: None };
    let made = db.write(|tx| account::create_app_password(tx, &secret, who, &wish));
    let made = made.map_err(told)?.into_inner();
    say(format_args!("{}\t{}", made.app_password.id, made.password))?;
    Ok(())
}
