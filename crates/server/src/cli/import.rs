use std::path::PathBuf;

use anyhow::{Context, bail};
use clap::{Args, Subcommand};
use renraku_base::Principal;
use renraku_people::account::{self, Username};
use renraku_schedule::{
    codec::ical::Refusal,
    service::{IMPORT_BYTES, import_calendar},
};

use super::{Source, user::username};
use crate::assembly;

/// Read data from files. It may run beside the server. What cannot be taken is named with its place and reason, and the exit
/// status is then 1.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  renraku import calendar old-calendar.ics --for hanako")]
pub struct Import {
    #[command(subcommand)]
    command: ImportCommand,
}

#[derive(Debug, Subcommand)]
enum ImportCommand {
    /// Read an iCalendar file into somebody's own calendar; events that are there already, by their UID, become as the
    /// file says. Nobody is invited, no mail is sent
    Calendar {
        /// The file (.ics)
        file: PathBuf,
        /// Whose calendar
        #[arg(long = "for", value_name = "USER", value_parser = username)]
        user: Username,
    },
}

impl Import {
    pub(super) fn run(self, source: &Source) -> anyhow::Result<bool> {
        let ImportCommand::Calendar { file, user } = self.command;
        let config = source.read()?;
        let bytes = std::fs::read(&file).with_context(|| format!("{} cannot be read", file.display()))?;
        if bytes.len() > IMPORT_BYTES {
            bail!("{} has more than {} MiB: split it", file.display(), IMPORT_BYTES / 1024 / 1024);
        }
        let db = assembly::open_database(&config, assembly::system_clock())?;
        db.migrate()?;
        let who = Principal::person(db.read(|tx| account::find_account(tx, &user))?.person_id);
        let report = import_calendar(&db, &who, None, &bytes)?;
        for refusal in &report.refused {
            println!("{}: {}: not taken: {}", file.display(), refusal.place, reasons(refusal));
        }
        for kept in &report.kept {
            println!("{}: {}: kept without effect: {}", file.display(), kept.place, reasons(kept));
        }
        println!("{} new, {} updated, {} not taken", report.created, report.updated, report.refused.len());
        Ok(report.refused.is_empty())
    }
}

fn reasons(refusal: &Refusal) -> String {
    let each: Vec<String> = refusal.reasons.iter().map(|fault| fault.detail.clone()).collect();
    each.join("; ")
}
