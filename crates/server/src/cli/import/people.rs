mod cells;
mod gather;

use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow, bail};
use chrono::NaiveDate;
use clap::Args;
use renraku_db::Db;
use renraku_people::directory::{DirectoryFault, Roster, service as directory};

use super::report::tell_faults;
use crate::{
    assembly,
    cli::{
        roster::{self, Detail},
        say,
    },
    config::Config,
    sheet::{Column, Layout, Sheet, Titles},
};

pub(super) const HELP: &str = "\
Columns, in any order, by either name; a column that is left out leaves what is there as it is, an empty cell clears it:
  staffNumber  職員番号  their number in the personnel register, by which a line finds who is there already
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
  renraku import people april.csv --effective 2027-04-01 --end-missing --dry-run";

#[derive(Debug, Args)]
pub(super) struct People {
    /// The file (.csv, in UTF-8 or Shift_JIS)
    file: PathBuf,
    /// Only say what would be done
    #[arg(long)]
    dry_run: bool,
    /// The day from which on it holds. If that is to come, it is kept and takes effect when the day begins in Japan
    /// (`renraku roster` shows and drops it); the posts that it gives begin on that day, and their holders are told
    #[arg(long, value_name = "YYYY-MM-DD")]
    effective: Option<NaiveDate>,
    /// The file holds the whole staff: whoever has a staff number and is not in it leaves. Without this they stay as they are
    #[arg(long)]
    end_missing: bool,
    /// The office's own names for the columns (.toml)
    #[arg(long, value_name = "FILE")]
    columns: Option<PathBuf>,
}

const fn column(name: &'static str, titles: &'static [&'static str]) -> Column {
    Column { name, titles, required: false }
}

const COLUMNS: &[Column] = &[
    Column { name: "staffNumber", titles: &["職員番号", "職員コード", "職員ID"], required: true },
    Column { name: "name", titles: &["氏名", "名前", "職員氏名"], required: true },
    column("kana", &["カナ", "氏名カナ", "カナ氏名", "フリガナ", "かな", "ふりがな", "読み"]),
    column("unit", &["所属", "所属名", "部署"]),
    column("post", &["職名", "役職", "職"]),
    column("extension", &["内線", "内線番号"]),
    column("phone", &["外線", "外線番号", "電話", "電話番号", "直通"]),
    column("mobile", &["携帯", "携帯電話", "携帯番号"]),
    column("email", &["メール", "メールアドレス", "mail"]),
];

impl People {
    /// Reads the staff from a table.
    pub(super) fn import(&self, config: &Config) -> anyhow::Result<bool> {
        let titles = self.columns.as_deref().map(read_titles).transpose()?;
        let layout = Layout { columns: COLUMNS, titles: titles.as_ref(), whole_lines: true };
        let sheet = Sheet::read(&super::read(&self.file)?, &layout);
        let (people, faults) = gather::people(&sheet);
        if !faults.is_empty() {
            tell_faults(&self.file, faults)?;
            return Ok(false);
        }
        if people.is_empty() && self.end_missing {
            bail!("{} names nobody: with --end-missing everybody would leave", self.file.display());
        }
        let roster = Roster {
            says_titles: sheet.rows.first().is_some_and(|row| row.get("post").is_some()),
            people,
            whole: self.end_missing,
            effective_on: self.effective,
        };
        let db = assembly::open_database(config, assembly::system_clock())?;
        db.migrate()?;
        self.put(&db, &roster).map(|()| true)
    }

    fn put(&self, db: &Db, roster: &Roster) -> anyhow::Result<()> {
        let plan = db.read(|tx| directory::plan_roster(tx, roster)).map_err(named)?;
        let day = self.effective.filter(|day| *day > directory::office_day(db.now()));
        if self.dry_run {
            roster::tell(db, &plan, Detail::Everyone)?;
            let when = day.map(|day| format!(" for {day}")).unwrap_or_default();
            say(format_args!("This was a dry run{when}, nothing is stored."))?;
        } else if let Some(day) = day {
            db.write_many(|tx| directory::prepare_roster(tx, day, roster))?;
            roster::tell(db, &plan, Detail::Counts)?;
            say(format_args!(
                "Nothing has changed yet: it takes effect on {day}. `renraku roster show {day}` shows it, \
                 `renraku roster cancel {day}` drops it."
            ))?;
        } else {
            let left = roster::commitments(db, &plan.ended)?;
            let done = directory::import_roster(db, roster).map_err(named)?;
            roster::tell_with(&done, &left, Detail::Counts)?;
        }
        Ok(())
    }
}

fn read_titles(file: &Path) -> anyhow::Result<Titles> {
    let text = std::fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))?;
    Titles::parse(&text, COLUMNS).map_err(|fault| anyhow!("{}: {fault}", file.display()))
}

/// A refusal that says what is wrong with whom.
fn named(fault: DirectoryFault) -> anyhow::Error {
    match fault {
        DirectoryFault::Invalid(fields) => {
            let each = fields.iter().map(|field| format!("{}: {}", field.pointer, field.detail));
            anyhow!("nothing was imported: {}", each.collect::<Vec<_>>().join("; "))
        }
        other => other.into(),
    }
}
