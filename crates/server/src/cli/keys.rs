use clap::{Args, Subcommand};
use renraku_people::{Sessions, account};

use super::{Source, say};
use crate::assembly;

/// Look after the keys that sign access tokens. Their public halves are at /.well-known/jwks.json.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  renraku keys rotate --config /etc/renraku.toml
  renraku keys list --data demo")]
pub struct Keys {
    #[command(subcommand)]
    command: KeysCommand,
}

#[derive(Debug, Subcommand)]
enum KeysCommand {
    /// Make a new key; running servers sign with it within seconds, and tokens that the former key signed stay good for
    /// an hour
    Rotate,
    /// List the keys whose signatures count, one a line
    List,
}

impl Keys {
    pub(super) fn run(self, source: &Source) -> anyhow::Result<bool> {
        let config = source.read()?;
        let db = assembly::open_existing_database(&config)?;
        let secret = assembly::open_secret(&config)?;
        match self.command {
            KeysCommand::Rotate => {
                let made = db.write(|tx| account::rotate_signing_key(tx, &secret))?;
                say(made.into_inner())?;
            }
            KeysCommand::List => {
                let jwks = Sessions::load(&db, &secret)?.jwks();
                say(serde_json::to_string_pretty(&jwks)?)?;
            }
        }
        Ok(true)
    }
}
