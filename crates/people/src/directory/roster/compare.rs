//! What a roster would change.

use chrono::NaiveDate;
use renraku_base::UnitId;

use super::{
    Change, Former, NewIds, Paths, Remark, Roster, RosterPerson, RosterPlan, RosterPost,
    addresses::Kept,
    known::{Known, Match},
};
use crate::directory::{PersonEntry, PersonName, Phone, PhoneKind, PostEntry, tree::StoredUnit};

const KINDS: [PhoneKind; 3] = [PhoneKind::Extension, PhoneKind::Outside, PhoneKind::Mobile];

/// The directory as it is stored.
pub(in crate::directory) struct Stored {
    pub units: Vec<StoredUnit>,
    /// Everyone in office with their version.
    pub people: Vec<(PersonEntry, i64)>,
    /// Everyone who has left and had a staff number, with their version.
    pub formers: Vec<(Former, i64)>,
    /// The number of the latest change.
    pub head: i64,
}

/// What would be different if the directory were as the roster says.
pub(in crate::directory) fn compare(roster: &Roster, stored: Stored, ids: &NewIds) -> RosterPlan {
    let mut paths = Paths::new(&stored.units, ids.clone());
    let mut plan = RosterPlan { head: stored.head, ..RosterPlan::default() };
    let versions = stored.people.iter().map(|(_, version)| version);
    let versions = versions.chain(stored.formers.iter().map(|(_, version)| version));
    plan.latest = versions.copied().max().unwrap_or_default();
    let mut known = Known::new(stored.people, stored.formers, roster.by_address);
    plan.staff = known.numbered();
    let mut kept = Kept::default();
    for said in &roster.people {
        let found = known.take(said);
        let after = merged(roster, said, found.person(), &mut paths, ids);
        kept.note(found.in_office(), &after);
        match found {
            Match::Nobody => plan.added.push(after),
            Match::InOffice(before) if before == after => plan.unchanged += 1,
            Match::InOffice(before) => {
                plan.remarks.extend(Remark::of_change(&before, &after));
                plan.changed.push(Change { before, after });
            }
            Match::Left(former) => {
                plan.returned.push(after);
                plan.formers.push(former);
            }
        }
    }
    plan.remarks.extend(known.remarks(&plan.added));
    known.staying(roster.whole).for_each(|person| kept.stays(person));
    kept.protect(&mut plan);
    (plan.ended, plan.unlisted) = known.rest(roster.whole);
    (plan.new_units, plan.paths) = paths.finish();
    plan
}

/// A person as they are, with what the roster says instead.
fn merged(
    roster: &Roster,
    said: &RosterPerson,
    before: Option<&PersonEntry>,
    paths: &mut Paths,
    ids: &NewIds,
) -> PersonEntry {
    let phonetic = said.phonetic.clone().or_else(|| before.map(|before| before.name.phonetic.clone()));
    let held = before.map(|before| before.posts.as_slice()).unwrap_or_default();
    let numbers = before.map(|before| before.phones.as_slice()).unwrap_or_default();
    let emails = said.emails.clone().or_else(|| before.map(|before| before.emails.clone()));
    PersonEntry {
        id: before.map_or_else(|| ids.id(&["person", &said.staff_number]), |before| before.id.clone()),
        name: PersonName { full: said.name.clone(), phonetic: phonetic.unwrap_or_default() },
        posts: match &said.posts {
            Some(posts) => posts.iter().filter_map(|post| place(roster, post, held, paths)).collect(),
            None => held.to_vec(),
        },
        phones: phones(said, numbers),
        emails: emails.unwrap_or_default(),
        staff_number: Some(said.staff_number.clone()),
    }
}

/// A post as the roster says it. One that the person holds already keeps its dates.
fn place(roster: &Roster, post: &RosterPost, held: &[PostEntry], paths: &mut Paths) -> Option<PostEntry> {
    let unit = paths.place(&post.unit)?;
    let same = |other: &&PostEntry| other.unit == unit && (!roster.says_titles || other.title == post.title);
    Some(match held.iter().find(same) {
        Some(same) => same.clone(),
        None => new_post(unit, post.title.clone(), roster.effective_on),
    })
}

fn new_post(unit: UnitId, title: Option<String>, from: Option<NaiveDate>) -> PostEntry {
    PostEntry { unit, title, starts_on: from.map(|day| day.to_string()), ends_on: None }
}

/// The numbers of the kinds that the roster says, and the others as they are; untouched when none is another.
fn phones(said: &RosterPerson, held: &[Phone]) -> Vec<Phone> {
    let of = |kind: PhoneKind| held.iter().filter(move |phone| phone.kind == kind);
    let same = said.phones.iter().all(|(kind, numbers)| of(*kind).map(|phone| &phone.number).eq(numbers));
    if same {
        return held.to_vec();
    }
    KINDS
        .into_iter()
        .flat_map(|kind| match said.phones.get(&kind) {
            Some(numbers) => {
                numbers.iter().map(|number| Phone { number: number.clone(), kind }).collect::<Vec<_>>()
            }
            None => of(kind).cloned().collect(),
        })
        .collect()
}

#[cfg(test)]
mod tests;
