use clap::Args;

use super::Source;
use crate::assembly;

/// Bring the database's schema up to date. `serve` does so, too; this is for those who want it done before.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  renraku migrate --config /etc/renraku.toml")]
pub struct Migrate {}

impl Migrate {
    pub(super) fn run(self, source: &Source) -> anyhow::Result<bool> {
        assembly::open_database(&source.read()?, assembly::system_clock())?.migrate()?;
        println!("The schema is up to date.");
        Ok(true)
    }
}
