use clap::Args;

use super::{Source, say};
use crate::{assembly, disks::Disk, examination, surroundings};

/// Examine the data and what the settings name (files, folders, ports, the mail server) and say what is wrong. Nothing is changed;
/// the exit status is 1 when something is wrong. A disk with little room is a warning alone. It may run beside the server.
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
        let complaints = surroundings::complaints(&config, &db)?;
        for complaint in &complaints {
            say(format_args!("settings  {complaint}"))?;
        }
        for warning in Disk::all(&config).iter().filter_map(Disk::complaint) {
            say(format_args!(" warning  {warning}"))?;
        }
        let healthy = complaints.is_empty() && findings.iter().all(|finding| finding.faults == 0);
        say(if healthy { "Nothing is wrong." } else { "Something is wrong." })?;
        Ok(healthy)
    }
}
