mod replace_secret;

use clap::{Args, Subcommand};
use renraku_base::Timestamp;
use renraku_db::Db;
use renraku_people::account::{self, SigningKey};

use super::{Source, local, say};
use crate::assembly;

/// Look after the keys that sign access tokens, and the secret that seals them. The public halves of the keys are at
/// /.well-known/jwks.json.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  renraku keys list --data demo
  renraku keys rotate --config /etc/renraku.toml")]
pub struct Keys {
    #[command(subcommand)]
    command: KeysCommand,
}

#[derive(Debug, Subcommand)]
enum KeysCommand {
    /// Make a new key; running servers sign with it within seconds, and tokens that the former key signed stay good for
    /// an hour
    Rotate,
    /// List the keys whose signatures count, one a line: its id (kid), since when it signs, and what it is for now; times are those of Japan
    List,
    /// Begin with another secret, where the file `secret` of the data folder is lost: all passwords and app passwords are void and every phone
    /// is signed out, since nothing that the former secret sealed can be read any more. The directory, calendars and mail stay
    ReplaceSecret {
        /// Yes, everybody gets a new password (`renraku user password`)
        #[arg(long)]
        void_passwords: bool,
    },
}

impl Keys {
    pub(super) fn run(self, source: &Source) -> anyhow::Result<bool> {
        let config = source.read()?;
        let db = assembly::open_existing_database(&config)?;
        match self.command {
            KeysCommand::Rotate => {
                let secret = assembly::open_secret(&config, &db)?;
                let made = db.write(|tx| account::rotate_signing_key(tx, &secret))?;
                say(made.into_inner())?;
            }
            KeysCommand::List => list(&db)?,
            KeysCommand::ReplaceSecret { void_passwords } => {
                replace_secret::replace(&config, &db, void_passwords)?;
            }
        }
        Ok(true)
    }
}

fn list(db: &Db) -> anyhow::Result<()> {
    let now = db.now();
    let keys = db.read(account::list_signing_keys)?;
    let signs = keys.iter().rposition(|key| key.signs_from <= now);
    for (at, key) in keys.iter().enumerate().filter(|(_, key)| key.verifies_at(now)) {
        say(format_args!(
            "{}\t{}\t{}",
            key.id,
            local(key.signs_from),
            role(key, signs.is_some_and(|signs| at == signs), now)
        ))?;
    }
    Ok(())
}

/// What a key is for now.
fn role(key: &SigningKey, signs: bool, now: Timestamp) -> String {
    match key.verifies_until {
        _ if key.signs_from > now => "signs soon".to_owned(),
        Some(until) if signs => format!("signs, and counts until {}", local(until)),
        Some(until) => format!("counts until {}", local(until)),
        None => "signs".to_owned(),
    }
}
