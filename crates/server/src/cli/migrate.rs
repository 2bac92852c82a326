use std::{fs, path::Path};

use anyhow::bail;
use clap::Args;
use renraku_db::{Location, meta};

use super::{Source, say};
use crate::{assembly, claim, config::Config};

/// Bring the database's schema up to date. `serve` does so, too; this is for those who want it done before.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  renraku migrate --config /etc/renraku.toml
  renraku migrate --restored")]
pub struct Migrate {
    /// The database was restored from a back-up: begin a new epoch, so that phones start over instead of trusting what they
    /// heard of a future that no longer is. Refused while a server runs, and while what a former SQLite file left lies beside the
    /// restored one
    #[arg(long)]
    restored: bool,
}

impl Migrate {
    pub(super) fn run(self, source: &Source) -> anyhow::Result<bool> {
        let config = source.read()?;
        let _none_runs = match self.restored {
            true => {
                let held = claim::hold_data(&config);
                let held = held.map_err(|fault| fault.advise("server.data_dir", "server.listen"))?;
                refuse_leftovers(&config)?;
                held
            }
            false => None,
        };
        let db = assembly::open_database(&config, assembly::system_clock())?;
        db.migrate()?;
        say("The schema is up to date.")?;
        if self.restored {
            db.write(meta::renew_epoch)?;
            say("A new epoch has begun.")?;
        }
        Ok(true)
    }
}

/// A `-wal` that another SQLite file left is written into the restored one when that is opened, and undoes the restore. Nothing in
/// it says to which file it belongs, and a back-up by `.backup` has none.
fn refuse_leftovers(config: &Config) -> anyhow::Result<()> {
    let Location::Sqlite(file) = Location::parse(&config.database_url())? else { return Ok(()) };
    if !Path::new(&file).exists() {
        bail!("there is no database at {file}: copy the back-up there first");
    }
    let wal = format!("{file}-wal");
    if fs::metadata(&wal).is_ok_and(|wal| wal.len() > 0) {
        bail!(
            "{wal} lies beside the restored database. If the database that was there before left it, it would overwrite what was \
             restored: remove it and {file}-shm, copy the back-up to {file} once more and repeat this. If it came with the back-up, as in a \
             snapshot of the whole folder, run `renraku migrate` first, which takes it in"
        );
    }
    Ok(())
}
