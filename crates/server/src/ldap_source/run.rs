//! Reads the staff from the server and makes ours the same, by command or by the clock.

use anyhow::{Context as _, bail};
use renraku_base::Timestamp;
use renraku_base::sheet::LineFault;
use renraku_db::{Db, Error, jobs};
use renraku_people::directory::{Directory, Roster, SourceReport, service as directory};

use super::{
    LdapSource, Staff,
    accounts::{self, Followed},
};
use crate::staff::{
    self, Reading,
    report::{self, Detail},
};

/// The kind of the job that reads the staff.
pub(crate) const JOB: &str = "server.ldap_source";
/// By which the report of the last reading is kept.
pub(crate) const SOURCE: &str = "ldap";
/// More lines than anybody reads of a reading by the clock.
const MOST_LINES: usize = 200;

/// What is wanted of one reading.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Choices {
    /// Only say what would be done.
    pub dry_run: bool,
    /// Whoever has a staff number and is not there leaves.
    pub end_missing: bool,
    /// Also when they are many.
    pub many_leave: bool,
}

/// Reads the staff and makes ours the same; answers with what was done, to be read.
///
/// # Errors
/// When nothing was done, with the reason.
pub(crate) fn run(
    db: &Db,
    shown: Option<&Directory>,
    source: &LdapSource,
    choices: Choices,
) -> anyhow::Result<SourceReport> {
    let staff =
        source.read(db.now()).with_context(|| format!("the staff cannot be read from {}", source.name()))?;
    let reading = Reading::of(&staff.sheet);
    if reading.people.is_empty() {
        bail!(
            "{} names nobody with a staff number: look at ldap_source.base_dn, filter and staff_number",
            source.name()
        );
    }
    let mut told = told(&reading, &staff);
    let wanted = choices.end_missing || source.ends_missing;
    if wanted && reading.unread > 0 {
        told.lines.push("Nobody leaves as long as entries do not say who is meant.".to_owned());
    }
    let roster = Roster {
        whole: wanted && reading.unread == 0,
        people: reading.people.into_iter().map(|(person, _line)| person).collect(),
        says_titles: reading.says_titles,
        by_address: false,
        source: Some(source.name()),
        effective_on: None,
    };
    let plan = staff::plan(db, &roster)?;
    let refusal = if choices.many_leave { None } else { staff::many_leave(&plan) };
    if let (Some(refusal), false) = (&refusal, choices.dry_run) {
        bail!("nothing was imported: {refusal}");
    }
    let imported = if choices.dry_run { None } else { Some(staff::import(db, shown, (&roster, &plan))?) };
    let coming = if choices.dry_run { plan.added.as_slice() } else { &[] };
    let followed = match source.signs_in {
        true => accounts::follow(&source.config, db, &staff, coming, choices)?,
        false => Followed::default(),
    };
    // After the accounts, of which it says whose are still open.
    told.lines.extend(match imported {
        Some(imported) => imported.lines(db)?,
        None => report::lines(db, &plan, Detail::Everyone)?,
    });
    told.faults.extend(report::kept(&plan));
    told.lines.extend(refusal.map(|why| format!("Without the dry run it would be refused: {why}")));
    told.lines.extend(followed.lines);
    told.faults.extend(followed.faults);
    if staff.passed_over > 0 {
        told.lines.push(format!("{} entries without a staff number were passed over.", staff.passed_over));
    }
    told.failed = !told.faults.is_empty();
    Ok(told)
}

/// What is wrong with the entries, and what somebody should look at.
fn told(reading: &Reading, staff: &Staff) -> SourceReport {
    let line = |one: &LineFault| format!("{}: {}", staff.sheet.place(one.line), one.complaint);
    let mut faults: Vec<&LineFault> = reading.faults.iter().collect();
    faults.sort();
    let faults: Vec<String> = faults.into_iter().map(line).collect();
    let remarks = reading.remarks.iter().map(|one| format!("look at    {}", line(one)));
    let lines = faults.iter().cloned().chain(remarks).collect();
    SourceReport { failed: !faults.is_empty(), faults, lines }
}

/// Reads the staff by the clock, keeps what came of it for whoever looks after the server, and plans the next time. That the server does
/// not answer is no fault of the job: it is asked again when its time comes.
///
/// # Errors
/// When the database fails.
pub(crate) fn run_job(db: &Db, shown: &Directory, source: &LdapSource) -> Result<(), Error> {
    let ended = run(db, Some(shown), source, Choices::default());
    let mut report = ended.unwrap_or_else(|fault| {
        let lines = vec![format!("{fault:#}")];
        SourceReport { failed: true, faults: lines.clone(), lines }
    });
    report.faults.truncate(MOST_LINES);
    let cut = report.lines.len().saturating_sub(MOST_LINES);
    report.lines.truncate(MOST_LINES);
    if cut > 0 {
        report
            .lines
            .push(format!("and {cut} lines more: `renraku import people --from-ldap --dry-run` says all"));
    }
    let before = db.read(|tx| directory::get_source_report(tx, SOURCE))?;
    // The lines name people: they are kept where administrators look, and no log.
    if before.is_none_or(|(_, before)| before != report) {
        let lines = report.lines.len();
        if report.failed {
            tracing::warn!(
                lines,
                "the staff was read, and something is wrong: `renraku roster report` says what"
            );
        } else {
            tracing::info!(lines, "the staff was read: `renraku roster report` says what changed");
        }
    }
    db.write(|tx| directory::put_source_report(tx, SOURCE, &report))?;
    plan(db, source)
}

/// Plans the next reading by the clock, by one process of all.
///
/// # Errors
/// When the database fails.
pub(crate) fn plan(db: &Db, source: &LdapSource) -> Result<(), Error> {
    let Some(interval) = source.interval.and_then(|interval| i64::try_from(interval.as_micros()).ok()) else {
        return Ok(());
    };
    let due = Timestamp::from_micros((db.now().micros() / interval + 1) * interval);
    let unique = format!("{JOB}:{}", due.micros());
    db.write(|tx| jobs::enqueue(tx, JOB, &due.micros(), due, Some(&unique))).map(drop)
}
