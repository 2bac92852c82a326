use std::{
    collections::{HashMap, HashSet},
    time::Duration,
};

use renraku_base::{FieldFault, PersonId, RosterId, Timestamp, UnitId};
use renraku_db::{Error, Tx, changes, jobs};

use super::import_roster::TOLD_AT_ONCE;
use crate::{
    access,
    directory::{
        Change, DirectoryFault, PersonEntry, PreparedRoster, RosterPlan, RosterState, Withdrawal, live,
        roster::{self, Undo},
        store,
        tree::Tree,
    },
};

/// The kind of the job that tells people of the posts that they did not take after all; its payload is a [`Withdrawal`].
pub const TELL_WITHDRAWN: &str = "directory.withdrawn";

/// For how long a roster can be taken back.
const UNDONE_WITHIN: Duration = Duration::from_hours(24);
/// For how long it is known that one was applied.
const KEPT: Duration = Duration::from_hours(24 * 7);

/// Takes back the roster that was applied last, if that was less than 24 hours ago: everyone whom it changed is as they were
/// before it, who came or came back by it leaves, and its units go where nothing is in them. `None` when there is none to take back.
///
/// # Errors
/// [`DirectoryFault::Invalid`] when somebody else has the staff number of one who would be back.
pub fn undo_roster(tx: &mut Tx<'_>) -> Result<Option<(PreparedRoster, RosterPlan)>, DirectoryFault> {
    let collection = live::collection(tx)?;
    let head = changes::hold(tx, collection)?;
    let Some((applied, Some(undo))) = store::rosters::find_last_applied(tx)? else { return Ok(None) };
    if applied.applied_at.is_none_or(|at| at + UNDONE_WITHIN < tx.now()) {
        return Ok(None);
    }
    // Nobody is told of a post by it any more.
    tx.hold(&telling(&applied.id))?;
    let came_back = undo.formers.iter().map(|former| &former.person.id);
    let told: Vec<PersonId> = undo.before.iter().map(|person| &person.id).chain(came_back).cloned().collect();
    let (terms, mut plan) = (undo.terms.clone(), plan(tx, undo)?);
    plan.head = head;
    // What it wrote down of posts is taken back with it: nothing of it was so, from its day on.
    let today = roster::office_day(tx.now());
    roster::write(tx, &plan, applied.effective_on, today)?;
    store::terms::replace(tx, &terms)?;
    store::rosters::put_undone(tx, &applied.id)?;
    for some in told.chunks(TOLD_AT_ONCE) {
        let payload = Withdrawal { roster: applied.id.clone(), people: some.to_vec() };
        jobs::enqueue(tx, TELL_WITHDRAWN, &payload, tx.now(), None)?;
    }
    Ok(Some((applied, plan)))
}

/// Whether a roster was taken back; if not, it is not before the transaction ends.
///
/// # Errors
/// [`Error`] when a statement fails.
pub fn is_roster_undone(tx: &mut Tx<'_>, id: &RosterId) -> Result<bool, Error> {
    tx.hold(&telling(id))?;
    Ok(store::rosters::state(tx, id)? == Some(RosterState::Undone))
}

fn telling(id: &RosterId) -> String {
    format!("roster:{id}:telling")
}

/// Until when what was applied last among `rosters` can be taken back; `None` for nothing and for one that stands for good.
#[must_use]
pub fn undone_until(rosters: &[PreparedRoster], now: Timestamp) -> Option<(RosterId, Timestamp)> {
    let applied = rosters.iter().filter(|roster| roster.state == RosterState::Applied);
    let last = applied.max_by_key(|roster| roster.applied_at)?;
    let until = last.applied_at? + UNDONE_WITHIN;
    (now <= until).then(|| (last.id.clone(), until))
}

fn plan(tx: &mut Tx<'_>, undo: Undo) -> Result<RosterPlan, DirectoryFault> {
    let mut plan = RosterPlan { paths: paths(tx)?, ..RosterPlan::default() };
    let mut present: HashMap<PersonId, PersonEntry> = HashMap::new();
    for (person, version) in store::entries::list(tx)? {
        plan.latest = plan.latest.max(version);
        present.insert(person.id.clone(), person);
    }
    let came_back = undo.formers.iter().map(|former| &former.person.id);
    plan.ended = undo.added.iter().chain(came_back).filter_map(|id| present.remove(id)).collect();
    plan.retired = undo.formers;
    for after in undo.before {
        match present.remove(&after.id) {
            Some(before) if before == after => plan.unchanged += 1,
            Some(before) => plan.changed.push(Change { before, after }),
            None => plan.returned.push(after),
        }
    }
    plan.unlisted = present.len();
    refuse_taken(&plan, &present)?;
    let stay: HashSet<&UnitId> = present
        .values()
        .chain(plan.changed.iter().map(|change| &change.after))
        .chain(&plan.returned)
        .flat_map(|person| person.posts.iter().map(|post| &post.unit))
        .collect();
    let gone: Vec<UnitId> = undo.units.into_iter().filter(|unit| !stay.contains(unit)).collect();
    plan.gone_units = without_use(tx, gone)?;
    Ok(plan)
}

fn paths(tx: &mut Tx<'_>) -> Result<HashMap<UnitId, String>, DirectoryFault> {
    let tree = Tree::new(store::units::list(tx)?);
    Ok(tree.nodes().iter().map(|node| (node.unit.id.clone(), node.unit.path.clone())).collect())
}

/// Nobody can be back under a number that somebody else has now.
fn refuse_taken(plan: &RosterPlan, others: &HashMap<PersonId, PersonEntry>) -> Result<(), DirectoryFault> {
    let taken: HashSet<&str> = others.values().filter_map(|person| person.staff_number.as_deref()).collect();
    let back = plan.returned.iter().filter_map(|person| person.staff_number.as_deref());
    let wrong: Vec<FieldFault> = back
        .filter(|number| taken.contains(number))
        .map(|number| {
            let pointer = format!("/people/{number}/staffNumber");
            FieldFault::new(pointer, "taken", "another person has this staff number")
        })
        .collect();
    if wrong.is_empty() { Ok(()) } else { Err(DirectoryFault::Invalid(wrong)) }
}

/// Those of these units below which only others of them lie, and to which nothing is open.
fn without_use(tx: &mut Tx<'_>, units: Vec<UnitId>) -> Result<Vec<UnitId>, DirectoryFault> {
    let mut gone: HashSet<UnitId> = HashSet::new();
    for unit in units {
        if !access::has_grants(tx, &unit)? {
            gone.insert(unit);
        }
    }
    let all = store::units::list(tx)?;
    loop {
        let kept = all.iter().filter(|unit| !gone.contains(&unit.entry.id));
        let used: Vec<&UnitId> = kept
            .filter_map(|unit| unit.entry.parent_id.as_ref())
            .filter(|above| gone.contains(above))
            .collect();
        if used.is_empty() {
            return Ok(gone.into_iter().collect());
        }
        for unit in used {
            gone.remove(unit);
        }
    }
}

/// Forgets rosters that were applied long ago. Returns how many.
///
/// # Errors
/// [`DirectoryFault`] when the statement fails.
pub fn forget_old_rosters(tx: &mut Tx<'_>) -> Result<usize, DirectoryFault> {
    let before = tx.now() - KEPT;
    Ok(store::rosters::forget_applied(tx, before)?)
}
