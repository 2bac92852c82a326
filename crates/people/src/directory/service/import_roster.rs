use renraku_base::{Entropy, RosterId};
use renraku_db::{Db, Error, ReadTx, Tx, changes, jobs};

use crate::directory::{
    Appointments, Directory, DirectoryFault, Roster, RosterPlan, RosterState,
    live::{self, Ready},
    roster::{self, NewIds, Stored, Undo},
    store,
};

/// The kind of the job that tells people of the posts that they took; its payload are [`Appointments`].
pub const TELL_APPOINTED: &str = "directory.appointed";

/// So many are told by one job.
pub(super) const TOLD_AT_ONCE: usize = 16;

/// What a roster would change now.
///
/// # Errors
/// [`DirectoryFault::Invalid`] when a unit or a person is wrong, named with the staff number (`/people/000123/name/full`).
pub fn plan_roster(tx: &mut ReadTx<'_>, roster: &Roster) -> Result<RosterPlan, DirectoryFault> {
    let now = tx.now();
    plan(tx, roster, &NewIds::new(Entropy.new_id(now), now))
}

fn plan(tx: &mut ReadTx<'_>, roster: &Roster, ids: &NewIds) -> Result<RosterPlan, DirectoryFault> {
    let collection = live::collection(tx)?;
    let heads = changes::heads(tx, &[collection])?;
    let head = heads.first().ok_or_else(|| Error::damaged("the directory has no collection"))?.modseq;
    let units = store::units::list(tx)?;
    let (people, formers) = (store::entries::list(tx)?, store::former::list(tx)?);
    let stored = Stored { units: units.clone(), people, formers, head };
    roster::complete(roster::compare(roster, stored, ids), units)
}

/// Makes the directory as a roster says, at once for everybody who looks. It is compared before anything is locked; what can be
/// seen is written by one transaction. Those who look into `directory`, if there is one here, do not wait until it is loaded anew.
/// Answers with what was changed.
///
/// # Errors
/// As [`plan_roster`]; nothing is changed then.
pub fn import_roster(
    db: &Db,
    directory: Option<&Directory>,
    roster: &Roster,
) -> Result<RosterPlan, DirectoryFault> {
    let ids = NewIds::new(Entropy.new_id(db.now()), db.now());
    let done = apply(db, directory, (&ids, roster), Origin::New)?;
    done.ok_or_else(|| Error::damaged("a new roster was applied before").into())
}

/// Where a roster comes from that is applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    /// It was read just now.
    New,
    /// It waited for its day: whoever comes first applies it.
    Prepared,
}

/// Applies a roster; `None` when somebody else did it meanwhile. Those who look into `directory` do not wait for what changed.
pub(super) fn apply(
    db: &Db,
    directory: Option<&Directory>,
    (ids, roster): (&NewIds, &Roster),
    origin: Origin,
) -> Result<Option<RosterPlan>, DirectoryFault> {
    let id = ids.roster();
    let mut first = db.read(|tx| plan(tx, roster, ids))?;
    roster::stage(db, &mut first)?;
    let mut ready = None;
    let again = db.write_many(|tx| {
        // What an attempt made ready that was not committed.
        drop(ready.take());
        if origin == Origin::Prepared && store::rosters::state(tx, id)? != Some(RosterState::Prepared) {
            return Ok::<_, DirectoryFault>(None);
        }
        let collection = live::collection(tx)?;
        let head = changes::hold(tx, collection)?;
        let same = head == first.head && roster::is_staged(tx, &first)?;
        let again = if same { None } else { Some(plan(tx, roster, ids)?) };
        write(tx, id, roster, origin, again.as_ref().unwrap_or(&first))?;
        if let Some(directory) = directory {
            ready = directory.make_ready(tx, collection, head)?;
        }
        Ok(Some(again))
    })?;
    ready.into_iter().for_each(Ready::show);
    Ok(again.map(|again| again.unwrap_or(first)))
}

fn write(
    tx: &mut Tx<'_>,
    id: &RosterId,
    roster: &Roster,
    origin: Origin,
    plan: &RosterPlan,
) -> Result<(), DirectoryFault> {
    if plan.is_empty() && origin == Origin::New {
        return Ok(());
    }
    let today = roster::office_day(tx.now());
    let day = roster.effective_on.unwrap_or(today);
    let is_first = !store::people::is_anybody_posted(tx)?;
    let left_on = roster.effective_on.map_or(today, roster::eve);
    let terms = if day < today { store::terms::list_whole(tx, &Undo::people(plan))? } else { Vec::new() };
    roster::write(tx, plan, day, left_on)?;
    store::rosters::put_applied(tx, id, day, roster, (plan, terms))?;
    // Whoever was there before the staff first came was not transferred by that.
    let told = if is_first { Vec::new() } else { roster::appointments(plan, day) };
    for some in told.chunks(TOLD_AT_ONCE) {
        let payload = Appointments { roster: id.clone(), people: some.to_vec() };
        jobs::enqueue(tx, TELL_APPOINTED, &payload, tx.now(), None)?;
    }
    Ok(())
}
