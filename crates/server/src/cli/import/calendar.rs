use std::path::Path;

use renraku_base::Principal;
use renraku_people::account::Username;
use renraku_schedule::{codec::ical::Refusal, service::import_calendar};

use crate::{
    assembly,
    cli::{say, user::find},
    config::Config,
};

/// Reads an iCalendar file into the calendar of a user.
pub(super) fn import(config: &Config, file: &Path, user: &Username) -> anyhow::Result<bool> {
    let bytes = super::read(file)?;
    let db = assembly::open_existing_database(config)?;
    db.migrate()?;
    let who = Principal::person(find(&db, user)?.person_id);
    let report = import_calendar(&db, &who, None, &bytes)?;
    for refusal in &report.refused {
        say(format_args!("{}: {}: not taken: {}", file.display(), refusal.place, reasons(refusal)))?;
    }
    for kept in &report.kept {
        say(format_args!("{}: {}: taken, but {}", file.display(), kept.place, reasons(kept)))?;
    }
    say(format_args!(
        "{} new, {} updated, {} not taken",
        report.created,
        report.updated,
        report.refused.len()
    ))?;
    Ok(report.refused.is_empty())
}

fn reasons(refusal: &Refusal) -> String {
    let each: Vec<String> = refusal.reasons.iter().map(|fault| fault.detail.clone()).collect();
    each.join("; ")
}
