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
            ready = directory.make_ready(tx, (id, collection, head))?;
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use renraku_test_db::on_each_database;

    use super::*;
    use crate::directory::{RosterPerson, RosterPost, service::list_people_for_sync};

    fn roster(name: &str) -> Roster {
        let post = RosterPost { unit: vec!["総務部".to_owned()], title: None };
        let people = (0..200).map(|number| RosterPerson {
            staff_number: format!("{number:06}"),
            name: name.to_owned(),
            phonetic: None,
            posts: Some(vec![post.clone()]),
            phones: BTreeMap::new(),
            emails: None,
        });
        Roster {
            people: people.collect(),
            says_titles: false,
            whole: false,
            by_address: true,
            source: None,
            effective_on: None,
        }
    }

    /// Applies a roster as [`apply`] does, and shows nothing.
    fn apply_unshown<'d>(db: &Db, directory: &'d Directory, name: &str, commits: bool) -> Option<Ready<'d>> {
        let (roster, mut ready) = (roster(name), None);
        let ids = NewIds::new(Entropy.new_id(db.now()), db.now());
        let mut plan = db.read(|tx| plan(tx, &roster, &ids)).unwrap();
        roster::stage(db, &mut plan).unwrap();
        let done = db.write_many(|tx| {
            let collection = live::collection(tx)?;
            let head = changes::hold(tx, collection)?;
            write(tx, ids.roster(), &roster, Origin::New, &plan)?;
            ready = directory.make_ready(tx, (ids.roster(), collection, head))?;
            if commits { Ok(()) } else { Err(DirectoryFault::from(Error::damaged("the disk is full"))) }
        });
        assert_eq!(done.is_ok(), commits);
        ready
    }

    fn shown(db: &Db, directory: &Directory, name: &str) -> usize {
        let people = db.read(|tx| list_people_for_sync(tx, directory, None, 1_000)).unwrap();
        people.iter().filter(|person| person.as_str().contains(name)).count()
    }

    #[test]
    fn whoever_sees_the_commit_first_takes_over_what_was_made_ready() {
        on_each_database(|db, _| {
            let directory = Directory::new();
            assert_eq!(shown(db, &directory, "新田"), 0);
            let ready = apply_unshown(db, &directory, "新田 新", true);
            let begun = db.statements();
            assert_eq!(shown(db, &directory, "新田"), 200);
            let first = db.statements() - begun;
            assert_eq!(shown(db, &directory, "新田"), 200);
            assert_eq!(db.statements() - begun, first * 2 - 1, "the first looks whether it has committed");
            ready.unwrap().show();
            assert_eq!(shown(db, &directory, "新田"), 200);
        });
    }

    #[test]
    fn what_was_made_ready_and_not_committed_is_seen_by_nobody() {
        on_each_database(|db, _| {
            let directory = Directory::new();
            assert_eq!(shown(db, &directory, "新田"), 0);
            let ready = apply_unshown(db, &directory, "新田 新", false);
            assert_eq!(shown(db, &directory, "新田"), 0);
            // Of as many changes.
            import_roster(db, None, &roster("別府 別")).unwrap();
            assert_eq!((shown(db, &directory, "新田"), shown(db, &directory, "別府")), (0, 200));
            drop(ready);
        });
    }
}
