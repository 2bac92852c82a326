mod calendar;
mod contacts;
mod facilities;
mod people;
mod photos;
mod report;

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::{Args, Subcommand};
use renraku_people::account::Username;
use renraku_schedule::service::IMPORT_BYTES;

use super::{Source, user::username};

/// Read data from files: the staff and their photos, rooms and cars, calendars, contacts. It may run beside the server. What cannot be taken is named with its place and reason, and the exit
/// status is then 1.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  renraku import people staff.csv --dry-run
  renraku import facilities facilities.csv --dry-run
  renraku import calendar old-calendar.ics --for hanako
  renraku import contacts address-book.vcf --for hanako
  renraku import photos faces --dry-run")]
pub struct Import {
    #[command(subcommand)]
    command: ImportCommand,
}

#[derive(Debug, Subcommand)]
enum ImportCommand {
    /// Read the staff from a table (CSV), or from the office's LDAP server. Who is there already, by the staff number, becomes as their line says; nobody leaves
    /// unless asked. When a line is wrong, nothing is imported
    #[command(after_help = people::HELP)]
    People(people::People),
    /// Read an iCalendar file into somebody's own calendar; events that are there already, by their UID, become as the
    /// file says. Nobody is invited, no mail is sent
    Calendar {
        /// The file (.ics)
        file: PathBuf,
        /// Whose calendar
        #[arg(long = "for", value_name = "USER", value_parser = username)]
        user: Username,
    },
    /// Read a vCard file or a table into somebody's own address book; contacts that are there already, by their UID, become as the file
    /// says
    Contacts {
        /// The file (.vcf, version 2.1, 3.0 or 4.0; or .csv, in UTF-8 or Shift_JIS, with columns like 氏名, フリガナ, 会社名, 電話, メール)
        file: PathBuf,
        /// Whose address book
        #[arg(long = "for", value_name = "USER", value_parser = username)]
        user: Username,
    },
    /// Read photos of people from a folder, one file for each, named by the staff number
    #[command(after_help = photos::HELP)]
    Photos {
        /// The folder
        folder: PathBuf,
        /// Only say what would be taken
        #[arg(long)]
        dry_run: bool,
    },
    /// Read rooms, cars and equipment from a table (CSV). One that is there already, by its name, becomes as its line says;
    /// nothing is deleted. When a line is wrong, nothing is imported
    #[command(after_help = facilities::HELP)]
    Facilities {
        /// The file (.csv, in UTF-8 or Shift_JIS)
        file: PathBuf,
        /// Only say what would be done
        #[arg(long)]
        dry_run: bool,
    },
}

impl Import {
    pub(super) fn run(self, source: &Source) -> anyhow::Result<bool> {
        let config = source.read()?;
        match self.command {
            ImportCommand::People(people) => people.import(&config),
            ImportCommand::Calendar { file, user } => calendar::import(&config, &file, &user),
            ImportCommand::Contacts { file, user } => contacts::import(&config, &file, &user),
            ImportCommand::Photos { folder, dry_run } => photos::import(&config, &folder, dry_run),
            ImportCommand::Facilities { file, dry_run } => facilities::import(&config, &file, dry_run),
        }
    }
}

fn read(file: &Path) -> anyhow::Result<Vec<u8>> {
    let bytes = std::fs::read(file).with_context(|| format!("{} cannot be read", file.display()))?;
    if bytes.len() > IMPORT_BYTES {
        bail!("{} has more than {} MiB: split it", file.display(), IMPORT_BYTES / 1024 / 1024);
    }
    Ok(bytes)
}
