use clap::Args;

use super::{Source, say};
use crate::{assembly, disks::Disk, examination};

/// Examine the data and say what is wrong. Nothing is changed; the exit status is 1 when something is wrong. A disk with little
/// room is a warning alone. It may run beside the server.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  renraku doctor --config /etc/renraku.toml && echo healthy")]
pub struct Doctor {}

impl Doctor {
    pub(super) fn run(self, source: &Source) -> anyhow::Result<bool> {
        let config = source.read()?;
        let db = assembly::open_existing_database(&config)?;
        let findings = examination::run(&db)?;
        for finding in &findings {
            say(format_args!("{:>8}  {}", finding.faults, finding.what))?;
        }
        for warning in Disk::all(&config).iter().filter_map(Disk::complaint) {
            say(format_args!(" warning  {warning}"))?;
        }
        let healthy = findings.iter().all(|finding| finding.faults == 0);
        say(if healthy { "Nothing is wrong." } else { "Something is wrong." })?;
        Ok(healthy)
    }
}
