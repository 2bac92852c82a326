//! The directory of another day: as it was by what is written of posts, and as it will be by the rosters that wait.

use std::{
    collections::{HashMap, HashSet},
    mem,
    sync::{Arc, Mutex, PoisonError},
};

use chrono::NaiveDate;
use renraku_base::{ETag, PersonId, RosterId, UnitId};
use renraku_db::{Error, ReadTx};
use sha2::{Digest, Sha256};

use super::{
    Directory, Person, PersonEntry, PersonJson, Post, PostEntry, UnitRef,
    index::{Index, Listed, Record},
    roster::{self, Former, RosterPlan, Stored, eve},
    store::{self, everyone::Known},
    tree::StoredUnit,
};

/// So many days are remembered; each takes the room of what finds people, a few megabytes, and of those who are not as they are now.
const REMEMBERED: usize = 2;

/// The directory of another day.
#[derive(Debug)]
pub(super) struct Then {
    /// Everyone who is there then.
    pub index: Index,
    /// Of those whose posts a waiting roster changes, the posts that they have from its day on; none when they leave.
    pub news: HashMap<PersonId, Vec<(NaiveDate, Vec<PostEntry>)>>,
}

/// Which day of which directory. After the last of the rosters that wait no day differs from another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Key {
    Past { head: i64, day: NaiveDate },
    Coming { head: i64, rosters: Vec<RosterId> },
}

/// The days that were asked for last.
#[derive(Debug, Default)]
pub(super) struct Days(Mutex<Vec<(Key, Arc<Then>)>>);

impl Days {
    /// One of them; made by one at a time where it is not remembered, so that whoever asks for many days takes one core at most.
    pub fn get(&self, tx: &mut ReadTx<'_>, key: Key, directory: &Directory) -> Result<Arc<Then>, Error> {
        let mut days = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, then)) = days.iter().find(|(known, _)| *known == key) {
            return Ok(Arc::clone(then));
        }
        let then = Arc::new(match &key {
            Key::Past { day, .. } => past(tx, *day, directory)?,
            Key::Coming { rosters, .. } => coming(tx, rosters, directory)?,
        });
        days.insert(0, (key, Arc::clone(&then)));
        days.truncate(REMEMBERED);
        Ok(then)
    }
}

/// The directory as it was: those whose posts were others are read, and all the rest is that of the present.
fn past(tx: &mut ReadTx<'_>, day: NaiveDate, directory: &Directory) -> Result<Then, Error> {
    let others = store::terms::others_on(tx, day)?;
    let ids: Vec<&PersonId> = others.iter().collect();
    let mut held = store::terms::list_on(tx, day, &ids)?;
    // Who held none was not there.
    let people = store::everyone::list(tx, &ids)?.into_iter().filter_map(|mut known| {
        known.entry.posts = held.remove(&known.entry.id)?;
        Some(known)
    });
    let people: Vec<Known> = people.collect();
    let present = directory.read(tx, Index::clone)?;
    Ok(Then { index: made(present, &others, people)?, news: HashMap::new() })
}

/// The directory as it will be when these rosters, which wait, have taken effect one after the other: those whom they are about, and
/// the rest as it is.
fn coming(tx: &mut ReadTx<'_>, rosters: &[RosterId], directory: &Directory) -> Result<Then, Error> {
    let mut units = store::units::list(tx)?;
    let mut formers = store::former::list(tx)?;
    let mut people: HashMap<PersonId, PersonEntry> =
        store::entries::list(tx)?.into_iter().map(|(person, _)| (person.id.clone(), person)).collect();
    let mut news: HashMap<PersonId, Vec<(NaiveDate, Vec<PostEntry>)>> = HashMap::new();
    let mut others: HashSet<PersonId> = HashSet::new();
    for (at, id) in rosters.iter().enumerate() {
        let Some((roster, ids)) = store::rosters::get_prepared(tx, id)? else { continue };
        let day = roster.effective_on.unwrap_or_default();
        let is_there = |former: &Former| people.contains_key(&former.person.id);
        let formers_now = formers.iter().filter(|(former, _)| !is_there(former)).cloned().collect();
        // What is compared with the last one is not needed after it.
        let touched = |(id, person): (&PersonId, &PersonEntry)| {
            let kept = at + 1 < rosters.len() || others.contains(id);
            kept.then(|| (id.clone(), person.clone()))
        };
        let kept = people.iter().filter_map(touched).collect();
        let compared = mem::replace(&mut people, kept).into_values().map(|person| (person, 0)).collect();
        let stored = Stored { units: units.clone(), people: compared, formers: formers_now, head: 0 };
        let plan = roster::compare(&roster, stored, &ids);
        units.extend(plan.new_units.iter().map(|entry| StoredUnit { entry: entry.clone(), version: 0 }));
        note(&plan, day, &mut news);
        formers.extend(plan.ended.iter().map(|person| (former(person, day), 0)));
        take_over(plan, &mut people, &mut others);
    }
    people.retain(|id, _| others.contains(id));
    let hidden = store::people::suppressed(tx)?;
    let mut known: Vec<Known> = Vec::with_capacity(people.len());
    for extra in store::everyone::list(tx, &others.iter().collect::<Vec<_>>())? {
        known.extend(people.remove(&extra.entry.id).map(|entry| Known { entry, ..extra }));
    }
    // Those who come have nothing beside what the roster says.
    let new = people.into_values().filter(|person| !hidden.contains(&person.id));
    known.extend(new.map(|entry| Known { entry, photo_id: None, username: None }));
    let mut present = directory.read(tx, Index::clone)?;
    present.replant(units);
    Ok(Then { index: made(present, &others, known)?, news })
}

/// Who leaves by one roster may come back by the next.
fn former(person: &PersonEntry, day: NaiveDate) -> Former {
    Former { person: PersonEntry { posts: Vec::new(), ..person.clone() }, left_on: eve(day).to_string() }
}

/// Notes whose posts are others from a day on.
fn note(plan: &RosterPlan, day: NaiveDate, news: &mut HashMap<PersonId, Vec<(NaiveDate, Vec<PostEntry>)>>) {
    let moved = plan.changed.iter().filter(|change| change.before.posts != change.after.posts);
    let moved = moved.map(|change| &change.after).chain(&plan.returned).chain(&plan.added);
    for person in moved {
        news.entry(person.id.clone()).or_default().push((day, person.posts.clone()));
    }
    for person in &plan.ended {
        news.entry(person.id.clone()).or_default().push((day, Vec::new()));
    }
}

/// Takes over what a plan says, and of whom it says anything.
fn take_over(plan: RosterPlan, people: &mut HashMap<PersonId, PersonEntry>, others: &mut HashSet<PersonId>) {
    let changed = plan.changed.into_iter().map(|change| change.after);
    // So many who come are given their ids on the day itself.
    let added = if plan.added.len() > roster::FEW { Vec::new() } else { plan.added };
    for person in changed.chain(plan.returned).chain(added) {
        others.insert(person.id.clone());
        people.insert(person.id.clone(), person);
    }
    for person in plan.ended {
        people.remove(&person.id);
        others.insert(person.id);
    }
}

/// The present directory with `people` in the place of `others`.
fn made(present: Index, others: &HashSet<PersonId>, people: Vec<Known>) -> Result<Index, Error> {
    let nodes = present.tree().nodes().iter();
    let names: HashMap<UnitId, String> =
        nodes.map(|node| (node.unit.id.clone(), node.unit.name.clone())).collect();
    let records = people.into_iter().map(|known| Ok(Record::new(listed(known, &names)?)));
    let records: Vec<Record> = records.collect::<Result<_, Error>>()?;
    Ok(present.but(others, records))
}

fn listed(known: Known, names: &HashMap<UnitId, String>) -> Result<Listed, Error> {
    let Known { entry, photo_id, username } = known;
    let held = entry.posts.iter().map(|post| (post.unit.clone(), post.title.clone())).collect();
    let posts: Vec<Post> =
        entry.posts.iter().filter_map(|held| post(held, |unit| names.get(unit).cloned())).collect();
    let main = posts.first();
    let mut person = Person {
        id: entry.id,
        name: entry.name.clone(),
        unit: main.map(|post| post.unit.clone()),
        post: main.and_then(|post| post.post.clone()),
        phones: entry.phones.clone(),
        emails: entry.emails.clone(),
        posts,
        photo_id,
        etag: ETag::from(String::new()),
    };
    person.etag = tag(&person)?;
    Ok(Listed {
        person: PersonJson::new(&person).map_err(Error::damaged)?,
        name: entry.name,
        phones: entry.phones,
        emails: entry.emails,
        posts: held,
        username,
        staff_number: entry.staff_number,
    })
}

/// A post as it is shown; `None` when its unit is not there.
pub(super) fn post(held: &PostEntry, name: impl FnOnce(&UnitId) -> Option<String>) -> Option<Post> {
    Some(Post {
        unit: UnitRef { id: held.unit.clone(), name: name(&held.unit)? },
        post: held.title.clone(),
        starts_on: held.starts_on.clone(),
        ends_on: held.ends_on.clone(),
    })
}

/// A person of another day has no version: their tag is that of what is said of them.
fn tag(person: &Person) -> Result<ETag, Error> {
    let said = Sha256::digest(serde_json::to_vec(person).map_err(Error::damaged)?);
    let said: String = said.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    Ok(ETag::from(format!("\"{said}\"")))
}

/// The posts of somebody in all, those that they will have first, then those that they have, then those that they had.
pub(super) fn posts_over_time(terms: Vec<PostEntry>, news: &[(NaiveDate, Vec<PostEntry>)]) -> PostsOverTime {
    let (past, mut open): (Vec<PostEntry>, Vec<PostEntry>) =
        terms.into_iter().partition(|post| post.ends_on.is_some());
    let now = open.len();
    let same = |a: &PostEntry, b: &PostEntry| (&a.unit, &a.title) == (&b.unit, &b.title);
    for (day, posts) in news {
        let last = eve(*day).to_string();
        for held in open.iter_mut().filter(|held| held.ends_on.is_none()) {
            if !posts.iter().any(|post| same(post, held)) {
                held.ends_on = Some(last.clone());
            }
        }
        for post in posts {
            if !open.iter().any(|held| held.ends_on.is_none() && same(held, post)) {
                open.push(PostEntry { starts_on: Some(day.to_string()), ends_on: None, ..post.clone() });
            }
        }
    }
    let mut coming = open.split_off(now);
    coming.reverse();
    PostsOverTime { coming, present: open, past }
}

/// The posts of one person.
#[derive(Debug)]
pub(super) struct PostsOverTime {
    /// Those that they will have by rosters that wait, the last first.
    pub coming: Vec<PostEntry>,
    /// Those that they have, the main one first.
    pub present: Vec<PostEntry>,
    /// Those that they had, the last first.
    pub past: Vec<PostEntry>,
}
