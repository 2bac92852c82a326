use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow, bail};
use chrono::{Datelike, Months, NaiveDate};
use clap::Args;
use renraku_base::sheet::{Layout, LineFault, Sheet, Titles};
use renraku_db::Db;
use renraku_people::directory::{Roster, RosterPerson, RosterPlan, TakenAddress, service as directory};

use super::report::tell_faults;
use crate::{
    assembly,
    cli::{day, say, say_all},
    config::Config,
    ldap_source::{self, Choices, LdapSource},
    staff::{
        self, COLUMNS, Reading,
        report::{self, Detail},
    },
};

pub(super) const HELP: &str = "\
Columns, in any order, by either name; a column that is left out leaves what is there as it is, an empty cell clears it:
  staffNumber  職員番号  their number in the personnel register, by which a line finds who is there already, or was and left; who is
                         there without a number is found by the mail address
  name         氏名      family name first
  kana         カナ      how the name is read
  unit         所属      the path from the top, like 総務部/人事課/給与係; units that are not there are made
  post         職名      as what
  extension    内線      the number inside the office
  phone        外線      the number from outside
  mobile       携帯      the number of the mobile phone
  email        メール    the mail address
Several lines with one staff number are several posts (兼務) of one person, the first being the main one.

A file for --columns has lines like
  \"社員ID\" = \"staffNumber\"
  \"年齢\" = \"\"                  passed over

Examples:
  renraku import people staff.csv --dry-run
  renraku import people staff.csv --config /etc/renraku.toml
  renraku import people april.csv --effective 2027-04-01 --end-missing --dry-run
  renraku import people --from-ldap --dry-run";

#[derive(Debug, Args)]
pub(super) struct People {
    /// The file (.csv, in UTF-8 or Shift_JIS)
    #[arg(required_unless_present = "from_ldap")]
    file: Option<PathBuf>,
    /// Read them from the office's LDAP server, as [ldap_source] of the settings says, instead of a file
    #[arg(long, conflicts_with_all = ["file", "effective", "columns"])]
    from_ldap: bool,
    /// Only say what would be done
    #[arg(long)]
    dry_run: bool,
    /// The day from which on it holds, at most two years ahead. If that is to come, it is kept and takes effect when the day begins in Japan
    /// (`renraku roster` shows and drops it); the posts that it gives begin on that day, and their holders are told
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day)]
    effective: Option<NaiveDate>,
    /// The file holds the whole staff: whoever has a staff number and is not in it leaves. Without this they stay as they are
    #[arg(long)]
    end_missing: bool,
    /// With --end-missing: also when more than a fifth of the staff would leave, which is mostly a file that is cut or has lost the zeros of
    /// its numbers
    #[arg(long, requires = "end_missing")]
    many_leave: bool,
    /// The office's own names for the columns (.toml)
    #[arg(long, value_name = "FILE")]
    columns: Option<PathBuf>,
}

/// Ends a dry run.
const DRY_RUN: &str = "This was a dry run, nothing is stored.";
/// As far ahead a transfer is prepared; what lies further is a slip of the pen.
const MONTHS_AHEAD: Months = Months::new(24);

impl People {
    /// Reads the staff.
    pub(super) fn import(&self, config: &Config) -> anyhow::Result<bool> {
        match &self.file {
            Some(file) => self.import_table(config, file),
            None => self.import_from_ldap(config),
        }
    }

    fn import_from_ldap(&self, config: &Config) -> anyhow::Result<bool> {
        let Some(source) = LdapSource::of(config)? else {
            bail!("the office has no LDAP server: set ldap_source.url (docs/LDAP-SOURCE.md)")
        };
        let db = assembly::open_database(config, assembly::system_clock())?;
        db.migrate()?;
        let &Self { dry_run, end_missing, many_leave, .. } = self;
        let report = ldap_source::run(&db, None, &source, Choices { dry_run, end_missing, many_leave })?;
        say_all(report.lines)?;
        if dry_run {
            say(DRY_RUN)?;
        }
        Ok(!report.failed)
    }

    fn import_table(&self, config: &Config, file: &Path) -> anyhow::Result<bool> {
        let titles = self.columns.as_deref().map(read_titles).transpose()?;
        let layout =
            Layout { columns: COLUMNS, titles: titles.as_ref(), whole_lines: true, long_cells: false };
        let reading = Reading::of(&Sheet::read(&super::read(file)?, &layout));
        if !reading.faults.is_empty() {
            tell_faults(file, reading.faults)?;
            return Ok(false);
        }
        let (people, lines): (Vec<RosterPerson>, Vec<usize>) = reading.people.into_iter().unzip();
        if people.is_empty() && self.end_missing {
            bail!("{} names nobody: with --end-missing everybody would leave", file.display());
        }
        let roster = Roster {
            says_titles: reading.says_titles,
            people,
            whole: self.end_missing,
            by_address: true,
            source: file.file_name().map(|name| name.to_string_lossy().into_owned()),
            effective_on: self.effective,
        };
        let db = assembly::open_database(config, assembly::system_clock())?;
        db.migrate()?;
        for LineFault { line, complaint } in reading.remarks {
            say(format_args!("look at    {}:{line}: {complaint}", file.display()))?;
        }
        let plan = staff::plan(&db, &roster)?;
        if !plan.taken.is_empty() {
            let fault = |taken: &TakenAddress| {
                let mut numbers = roster.people.iter().zip(&lines);
                let line = numbers.find(|(person, _)| person.staff_number == taken.staff_number);
                LineFault::new(line.map_or(1, |(_, line)| *line), report::taken(taken))
            };
            tell_faults(file, plan.taken.iter().map(fault).collect())?;
            return Ok(false);
        }
        self.put(&db, &roster, &plan).map(|()| true)
    }

    /// The day on which it takes effect, if that is to come.
    fn day(&self, db: &Db) -> anyhow::Result<Option<NaiveDate>> {
        let today = directory::office_day(db.now());
        match self.effective {
            Some(day) if today.checked_add_months(MONTHS_AHEAD).is_some_and(|last| day > last) => {
                bail!(
                    "{day} is more than two years ahead: is the year right? Write a day like {}",
                    next_april(today)
                )
            }
            Some(day) if day > today => Ok(Some(day)),
            Some(day) if day < today => {
                say(format_args!(
                    "{day} is over: it takes effect at once, and its new posts are said to begin then."
                ))?;
                Ok(None)
            }
            _ => Ok(None),
        }
    }

    fn put(&self, db: &Db, roster: &Roster, plan: &RosterPlan) -> anyhow::Result<()> {
        let day = self.day(db)?;
        let too_many = if self.many_leave { None } else { staff::many_leave(plan) };
        if self.dry_run {
            say_all(report::lines(db, plan, Detail::Everyone)?)?;
            if let Some(refusal) = too_many {
                say(format_args!("Without the dry run it would be refused: {refusal}"))?;
            }
            match day {
                Some(day) => say(format_args!("This was a dry run for {day}, nothing is stored."))?,
                None => say(DRY_RUN)?,
            }
        } else if let Some(refusal) = too_many {
            bail!("nothing was imported: {refusal}");
        } else if let Some(day) = day {
            db.write_many(|tx| directory::prepare_roster(tx, day, roster))?;
            say_all(report::lines(db, plan, Detail::Counts)?)?;
            say(format_args!(
                "Nothing has changed yet, and nobody is told: it takes effect on {day}. `renraku roster show {day}` shows it, \
                 `renraku roster announce {day}` lets everybody see it before, \
                 `renraku roster cancel {day}` drops it."
            ))?;
        } else {
            say_all(staff::import(db, None, (roster, plan))?.lines(db)?)?;
        }
        Ok(())
    }
}

/// The next 1 April, the day of the great transfer.
fn next_april(today: NaiveDate) -> NaiveDate {
    let april = |year: i32| NaiveDate::from_ymd_opt(year, 4, 1);
    let next = april(today.year()).filter(|day| *day > today).or_else(|| april(today.year() + 1));
    next.unwrap_or(today)
}

fn read_titles(file: &Path) -> anyhow::Result<Titles> {
    let text = std::fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))?;
    let named = toml::from_str(&text).map_err(|error| anyhow!("{}: {error}", file.display()))?;
    Titles::of(named, COLUMNS).map_err(|fault| anyhow!("{}: {fault}", file.display()))
}
