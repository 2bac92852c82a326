use chrono::{NaiveDate, NaiveDateTime};
use renraku_base::{RosterId, Timestamp};
use renraku_db::{Db, Error, ReadTx, Tx, jobs};

use super::import_roster::{Origin, apply};
use crate::directory::{Directory, DirectoryFault, PreparedRoster, Roster, RosterPlan, roster, store};

/// The kind of the job that puts prepared rosters into effect on their day.
pub const APPLY_ROSTERS: &str = "directory.rosters";

/// The day that the office has at an instant.
#[must_use]
pub fn office_day(at: Timestamp) -> NaiveDate {
    roster::office_day(at)
}

/// What the clocks of the office show at an instant.
#[must_use]
pub fn office_time(at: Timestamp) -> NaiveDateTime {
    roster::office_time(at)
}

/// Keeps a roster until `day` begins in the office and then puts it into effect. One that waits for the same day gives way to it.
///
/// # Errors
/// [`Error`] when a statement fails.
pub fn prepare_roster(tx: &mut Tx<'_>, day: NaiveDate, roster: &Roster) -> Result<RosterId, Error> {
    cancel_roster(tx, day)?;
    let id: RosterId = tx.new_id();
    store::rosters::insert_prepared(tx, &id, day, roster)?;
    jobs::enqueue(tx, APPLY_ROSTERS, &id.as_str(), roster::office_midnight(day), Some(&unique(&id)))?;
    Ok(id)
}

/// Drops what waits for a day; tells whether anything did.
///
/// # Errors
/// [`Error`] when a statement fails.
pub fn cancel_roster(tx: &mut Tx<'_>, day: NaiveDate) -> Result<bool, Error> {
    let waiting = store::rosters::list_prepared_for(tx, day)?;
    for id in &waiting {
        store::rosters::remove_prepared(tx, id)?;
        jobs::withdraw(tx, &unique(id))?;
    }
    Ok(!waiting.is_empty())
}

/// Lets everybody know what waits for a day: until then it shows nowhere. Tells whether anything waits.
///
/// # Errors
/// [`Error`] when a statement fails.
pub fn announce_roster(tx: &mut Tx<'_>, day: NaiveDate) -> Result<bool, Error> {
    let waiting = store::rosters::list_prepared_for(tx, day)?;
    for id in &waiting {
        store::rosters::put_announced(tx, id)?;
    }
    Ok(!waiting.is_empty())
}

fn unique(id: &RosterId) -> String {
    format!("roster:{id}")
}

/// The rosters that wait, and those that were applied in the last days; those of the latest days first.
///
/// # Errors
/// [`Error`] when the statement fails.
pub fn list_rosters(tx: &mut ReadTx<'_>) -> Result<Vec<PreparedRoster>, Error> {
    store::rosters::list(tx)
}

/// What a roster says that waits; `None` when it does not wait any more.
///
/// # Errors
/// [`Error`] when the statement fails.
pub fn get_prepared_roster(tx: &mut ReadTx<'_>, id: &RosterId) -> Result<Option<Roster>, Error> {
    Ok(store::rosters::get_prepared(tx, id)?.map(|(roster, _)| roster))
}

/// Puts into effect what waited for today or an earlier day, each as the directory then is. Answers with what each changed.
/// Those who look into `directory` do not wait until it is loaded anew.
///
/// # Errors
/// [`DirectoryFault`] when one of them cannot be applied; those of earlier days are then.
pub fn apply_due_rosters(db: &Db, directory: &Directory) -> Result<Vec<RosterPlan>, DirectoryFault> {
    let today = roster::office_day(db.now());
    let mut applied = Vec::new();
    for id in db.read(|tx| store::rosters::list_due(tx, today))? {
        if let Some((roster, ids)) = db.read(|tx| store::rosters::get_prepared(tx, &id))? {
            applied.extend(apply(db, Some(directory), (&ids, &roster), Origin::Prepared)?);
        }
    }
    Ok(applied)
}
