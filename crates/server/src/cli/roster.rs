mod list;

use anyhow::{anyhow, bail};
use chrono::NaiveDate;
use clap::{Args, Subcommand};
use renraku_db::Db;
use renraku_people::directory::{PreparedRoster, RosterState, service as directory};

use super::{Source, day, local, say, say_all};
use crate::{
    assembly,
    ldap_source::SOURCE,
    staff::report::{self, Detail},
};

/// Look after the yearly transfer (人事異動): what `renraku import people --effective` keeps for its day, and what was imported,
/// by hand or by the clock.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  renraku import people april.csv --effective 2027-04-01
  renraku roster list
  renraku roster show 2027-04-01
  renraku roster announce 2027-04-01
  renraku roster cancel 2027-04-01
  renraku roster report
  renraku roster undo")]
pub struct Roster {
    #[command(subcommand)]
    command: RosterCommand,
}

#[derive(Debug, Subcommand)]
enum RosterCommand {
    /// List what waits for its day, and what was imported in the last week: the day, how far it is, when that was (in Japan), how many
    /// people it is about, the file, and which one `undo` takes back
    List,
    /// Show what would change if a day were today: who comes, moves and leaves, and what those who leave have still to do
    Show {
        /// The day; the next for which anything waits, when left out
        #[arg(value_name = "YYYY-MM-DD", value_parser = day)]
        day: Option<NaiveDate>,
    },
    /// Let everybody see what waits for a day, in the directory of that day (`asOf`): until then nobody is told of it before its day
    Announce {
        /// The day
        #[arg(value_name = "YYYY-MM-DD", value_parser = day)]
        day: NaiveDate,
    },
    /// Drop what waits for a day
    Cancel {
        /// The day
        #[arg(value_name = "YYYY-MM-DD", value_parser = day)]
        day: NaiveDate,
    },
    /// Say what the last reading of the office's LDAP server by the clock came to, and when that was (in Japan)
    Report,
    /// Take back the last import, within 24 hours: everyone whom it changed is again as before it. Once more, and the import before it
    /// is taken back, if that was within 24 hours, too: `list` says which is next
    Undo,
}

impl Roster {
    pub(super) fn run(self, source: &Source) -> anyhow::Result<bool> {
        let db = assembly::open_existing_database(&source.read()?)?;
        db.migrate()?;
        match self.command {
            RosterCommand::List => list::list(&db)?,
            RosterCommand::Show { day } => show(&db, day)?,
            RosterCommand::Cancel { day } => {
                if !db.write(|tx| directory::cancel_roster(tx, day))? {
                    return Err(nothing_for(day));
                }
                say(format_args!("{day}\tcancelled"))?;
            }
            RosterCommand::Announce { day } => {
                if !db.write(|tx| directory::announce_roster(tx, day))? {
                    return Err(nothing_for(day));
                }
                say(format_args!("{day}\tannounced"))?;
            }
            RosterCommand::Report => return report(&db),
            RosterCommand::Undo => match db.write_many(directory::undo_roster)? {
                Some((roster, plan)) => {
                    say_all(report::lines(&db, &plan, Detail::Counts)?)?;
                    let source = roster.source.map(|source| format!(" ({source})")).unwrap_or_default();
                    say(format_args!("The import of {}{source} was taken back.", roster.effective_on))?;
                }
                None => bail!("nothing was imported in the last 24 hours that could be taken back"),
            },
        }
        Ok(true)
    }
}

/// Says what the last reading came to; `false` when something was wrong.
fn report(db: &Db) -> anyhow::Result<bool> {
    let Some((read_at, report)) = db.read(|tx| directory::get_source_report(tx, SOURCE))? else {
        bail!(
            "the staff was never read by the clock: ldap_source.interval_min says how often (docs/LDAP-SOURCE.md)"
        )
    };
    say(local(read_at))?;
    say_all(report.lines)?;
    Ok(!report.failed)
}

fn nothing_for(day: NaiveDate) -> anyhow::Error {
    anyhow!("nothing waits for {day}: `renraku roster list` shows all")
}

fn show(db: &Db, day: Option<NaiveDate>) -> anyhow::Result<()> {
    let all = db.read(directory::list_rosters)?;
    let waits = |roster: &&PreparedRoster| roster.state == RosterState::Prepared;
    let next = all
        .iter()
        .filter(waits)
        .filter(|roster| day.is_none_or(|day| roster.effective_on == day))
        .min_by_key(|roster| roster.effective_on);
    let kept = match next {
        Some(next) => db.read(|tx| directory::get_prepared_roster(tx, &next.id))?,
        None => None,
    };
    match (kept, day) {
        (Some(roster), _) => {
            let plan = db.read(|tx| directory::plan_roster(tx, &roster))?;
            Ok(say_all(report::lines(db, &plan, Detail::Everyone)?)?)
        }
        (None, Some(day)) => Err(nothing_for(day)),
        (None, None) => {
            bail!("nothing waits: `renraku import people FILE --effective DAY` prepares a transfer")
        }
    }
}
