use clap::Args;
use renraku_db::meta;

use super::{Source, say};
use crate::assembly;

/// Bring the database's schema up to date. `serve` does so, too; this is for those who want it done before.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  renraku migrate --config /etc/renraku.toml
  renraku migrate --restored")]
pub struct Migrate {
    /// The database was restored from a back-up: begin a new epoch, so that phones start over instead of trusting what they
    /// heard of a future that no longer is
    #[arg(long)]
    restored: bool,
}

impl Migrate {
    pub(super) fn run(self, source: &Source) -> anyhow::Result<bool> {
        let db = assembly::open_database(&source.read()?, assembly::system_clock())?;
        db.migrate()?;
        say("The schema is up to date.")?;
        if self.restored {
            db.write(meta::renew_epoch)?;
            say("A new epoch has begun.")?;
        }
        Ok(true)
    }
}
