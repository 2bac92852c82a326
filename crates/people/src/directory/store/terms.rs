//! For how long which post was held. What is held now stands here too, without an end, so that one table tells every day.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use chrono::NaiveDate;
use diesel::prelude::*;
use renraku_base::{Id, PersonId};
use renraku_db::{
    Error, ReadTx, Tx, among,
    schema::{post_terms, posts},
};

use super::people::ROWS_A_STATEMENT;
use crate::directory::{
    PersonEntry, PostEntry,
    roster::{WrittenTerm, eve},
};

/// A post: its unit and title.
type Key = (String, Option<String>);
/// A post of a person that is held now: its place among theirs and its first day, where that is said.
type Held = (i32, Option<String>);
type Row = (String, String, Option<String>, Option<String>, Option<String>);

#[derive(Queryable)]
struct Term {
    id: i64,
    person_id: String,
    position: i32,
    unit_id: String,
    title: Option<String>,
    began_on: Option<String>,
    ended_on: Option<String>,
}

#[derive(Insertable)]
#[diesel(table_name = post_terms)]
struct NewTerm {
    person_id: String,
    position: i32,
    unit_id: String,
    title: Option<String>,
    began_on: Option<String>,
    ended_on: Option<String>,
}

/// The posts that these people held on a day, by person and the main one first; one statement for 1,000 people.
pub fn list_on(
    tx: &mut ReadTx<'_>,
    day: NaiveDate,
    people: &[&PersonId],
) -> Result<HashMap<PersonId, Vec<PostEntry>>, Error> {
    let day = day.to_string();
    let mut held: HashMap<PersonId, Vec<PostEntry>> = HashMap::new();
    for some in people.chunks(ROWS_A_STATEMENT) {
        let begun = post_terms::began_on.is_null().or(post_terms::began_on.le(&day));
        let lasting = post_terms::ended_on.is_null().or(post_terms::ended_on.ge(&day));
        let rows: Vec<Row> = tx.fetch(
            post_terms::table
                .filter(among(post_terms::person_id, some.iter().map(|id| id.as_str())))
                .filter(begun.assume_not_null().and(lasting.assume_not_null()))
                .order((post_terms::person_id, post_terms::position, post_terms::id))
                .select(columns()),
        )?;
        for (person, post) in rows.into_iter().map(read) {
            held.entry(person).or_default().push(post);
        }
    }
    Ok(held)
}

/// Who held another post on a day, or none, or holds none now: whose posts began after it or ended since; one statement.
pub fn others_on(tx: &mut ReadTx<'_>, day: NaiveDate) -> Result<HashSet<PersonId>, Error> {
    let day = day.to_string();
    let ended = post_terms::ended_on.is_not_null().and(post_terms::ended_on.ge(&day).assume_not_null());
    let began = post_terms::began_on.is_not_null().and(post_terms::began_on.gt(&day).assume_not_null());
    let ids: Vec<String> =
        tx.fetch(post_terms::table.filter(ended.or(began)).select(post_terms::person_id).distinct())?;
    Ok(ids.into_iter().map(Id::stored).collect())
}

/// The posts that a person holds, the main one first, and those that they held, the last first; one statement.
pub fn list_of(tx: &mut ReadTx<'_>, person: &PersonId) -> Result<Vec<PostEntry>, Error> {
    let rows: Vec<Row> = tx.fetch(
        post_terms::table
            .filter(post_terms::person_id.eq(person.as_str()))
            .order((post_terms::position, post_terms::id))
            .select(columns()),
    )?;
    let mut posts: Vec<PostEntry> = rows.into_iter().map(|row| read(row).1).collect();
    // What is held stands before what was.
    posts.sort_by(|a, b| {
        let ended = a.ends_on.is_some().cmp(&b.ends_on.is_some());
        ended.then_with(|| b.ends_on.cmp(&a.ends_on))
    });
    Ok(posts)
}

type Columns = (
    post_terms::person_id,
    post_terms::unit_id,
    post_terms::title,
    post_terms::began_on,
    post_terms::ended_on,
);

const fn columns() -> Columns {
    (
        post_terms::person_id,
        post_terms::unit_id,
        post_terms::title,
        post_terms::began_on,
        post_terms::ended_on,
    )
}

fn read((person, unit, title, starts_on, ends_on): Row) -> (PersonId, PostEntry) {
    (Id::stored(person), PostEntry { unit: Id::stored(unit), title, starts_on, ends_on })
}

/// Writes down that new people hold their posts from a day on; without one, since before anything was written down.
pub fn begin(tx: &mut Tx<'_>, people: &[PersonEntry], from: Option<NaiveDate>) -> Result<(), Error> {
    let mut new = Vec::new();
    for person in people {
        let posts = (0..).zip(&person.posts).map(|(position, post)| {
            ((post.unit.to_string(), post.title.clone()), (position, post.starts_on.clone()))
        });
        let held = wanted(posts);
        new.extend(held.into_iter().map(|post| new_term(person.id.as_str(), post, from)));
    }
    insert(tx, &new)
}

/// Writes down that these people hold from a day on the posts that are stored of them, and no others. What was written of that
/// day and later is put right: a post that ended with it goes on, one that was held for no day before it is forgotten.
pub fn follow(tx: &mut Tx<'_>, people: &[&str], from: NaiveDate) -> Result<(), Error> {
    for some in people.chunks(ROWS_A_STATEMENT) {
        let mut change = Change::new(from);
        let mut held = held(tx, some)?;
        let mut terms = terms(tx, some, from)?;
        for person in some {
            let wanted = held.remove(*person).unwrap_or_default();
            change.compare(person, wanted, terms.remove(*person).unwrap_or_default());
        }
        change.write(tx)?;
    }
    Ok(())
}

/// The posts that are held now, by person.
fn held(tx: &mut Tx<'_>, people: &[&str]) -> Result<HashMap<String, BTreeMap<Key, Held>>, Error> {
    type Row = (String, i32, String, Option<String>, Option<String>);
    let rows: Vec<Row> = tx.fetch(
        posts::table
            .filter(among(posts::person_id, people.iter().copied()))
            .order((posts::person_id, posts::position))
            .select((posts::person_id, posts::position, posts::unit_id, posts::title, posts::starts_on)),
    )?;
    let mut held: HashMap<String, Vec<(Key, Held)>> = HashMap::new();
    for (person, position, unit, title, starts_on) in rows {
        held.entry(person).or_default().push(((unit, title), (position, starts_on)));
    }
    Ok(held.into_iter().map(|(person, posts)| (person, wanted(posts))).collect())
}

/// Each post once, where the first of a kind stands.
fn wanted(posts: impl IntoIterator<Item = (Key, Held)>) -> BTreeMap<Key, Held> {
    let mut wanted = BTreeMap::new();
    for (key, held) in posts {
        wanted.entry(key).or_insert(held);
    }
    wanted
}

/// What is written of the day before `from` and later, by person, what began first before the rest.
fn terms(tx: &mut Tx<'_>, people: &[&str], from: NaiveDate) -> Result<HashMap<String, Vec<Term>>, Error> {
    let eve = eve(from).to_string();
    let lasting = post_terms::ended_on.is_null().or(post_terms::ended_on.ge(eve));
    let rows: Vec<Term> = tx.fetch(
        post_terms::table
            .filter(among(post_terms::person_id, people.iter().copied()))
            .filter(lasting.assume_not_null())
            .select(post_terms::all_columns),
    )?;
    let mut terms: HashMap<String, Vec<Term>> = HashMap::new();
    for term in rows {
        terms.entry(term.person_id.clone()).or_default().push(term);
    }
    for all in terms.values_mut() {
        all.sort_by(|a, b| (&a.began_on, a.id).cmp(&(&b.began_on, b.id)));
    }
    Ok(terms)
}

fn new_term(
    person: &str,
    ((unit_id, title), (position, starts_on)): (Key, Held),
    from: Option<NaiveDate>,
) -> NewTerm {
    let began_on = starts_on.or_else(|| from.map(|day| day.to_string()));
    NewTerm { person_id: person.to_owned(), position, unit_id, title, began_on, ended_on: None }
}

/// Writes down posts that a person gave up.
pub fn insert_past(tx: &mut Tx<'_>, person: &PersonId, posts: &[PostEntry]) -> Result<(), Error> {
    let past = (0..).zip(posts).map(|(position, post)| NewTerm {
        person_id: person.to_string(),
        position,
        unit_id: post.unit.to_string(),
        title: post.title.clone(),
        began_on: post.starts_on.clone(),
        ended_on: post.ends_on.clone(),
    });
    insert(tx, &past.collect::<Vec<_>>())
}

fn insert(tx: &mut Tx<'_>, new: &[NewTerm]) -> Result<(), Error> {
    for some in new.chunks(ROWS_A_STATEMENT) {
        tx.run(diesel::insert_into(post_terms::table).values(some))?;
    }
    Ok(())
}

/// All that is written of these people, each post with its place among theirs.
pub fn list_whole(tx: &mut Tx<'_>, people: &[&str]) -> Result<Vec<WrittenTerm>, Error> {
    let mut all = Vec::new();
    for some in people.chunks(ROWS_A_STATEMENT) {
        let rows: Vec<Term> = tx.fetch(
            post_terms::table
                .filter(among(post_terms::person_id, some.iter().copied()))
                .order(post_terms::id)
                .select(post_terms::all_columns),
        )?;
        all.extend(rows.into_iter().map(|term| {
            let Term { person_id, position, unit_id, title, began_on, ended_on, .. } = term;
            let post = PostEntry { unit: Id::stored(unit_id), title, starts_on: began_on, ends_on: ended_on };
            (Id::stored(person_id), position, post)
        }));
    }
    Ok(all)
}

/// Writes this of the people whom it names in place of all that is written of them.
pub fn replace(tx: &mut Tx<'_>, terms: &[WrittenTerm]) -> Result<(), Error> {
    let people: BTreeSet<&str> = terms.iter().map(|(person, ..)| person.as_str()).collect();
    for some in people.into_iter().collect::<Vec<_>>().chunks(ROWS_A_STATEMENT) {
        let theirs = among(post_terms::person_id, some.iter().copied());
        tx.run(diesel::delete(post_terms::table.filter(theirs)))?;
    }
    let terms = terms.iter().map(|(person, position, post)| NewTerm {
        person_id: person.to_string(),
        position: *position,
        unit_id: post.unit.to_string(),
        title: post.title.clone(),
        began_on: post.starts_on.clone(),
        ended_on: post.ends_on.clone(),
    });
    insert(tx, &terms.collect::<Vec<_>>())
}

/// What is to be written of some people.
struct Change {
    from: NaiveDate,
    first: String,
    last: String,
    /// What goes on, by its place among the posts of its person.
    lasting: BTreeMap<i32, Vec<i64>>,
    ended: Vec<i64>,
    forgotten: Vec<i64>,
    new: Vec<NewTerm>,
}

impl Change {
    fn new(from: NaiveDate) -> Self {
        Self {
            from,
            first: from.to_string(),
            last: eve(from).to_string(),
            lasting: BTreeMap::new(),
            ended: Vec::new(),
            forgotten: Vec::new(),
            new: Vec::new(),
        }
    }

    fn compare(&mut self, person: &str, mut wanted: BTreeMap<Key, Held>, terms: Vec<Term>) {
        for term in terms {
            match wanted.remove(&(term.unit_id, term.title)) {
                Some((position, _)) if term.ended_on.is_some() || term.position != position => {
                    self.lasting.entry(position).or_default().push(term.id);
                }
                None if term.began_on.is_some_and(|day| day >= self.first) => self.forgotten.push(term.id),
                None if term.ended_on.is_none_or(|day| day > self.last) => self.ended.push(term.id),
                Some(_) | None => {}
            }
        }
        let new = wanted.into_iter().map(|post| new_term(person, post, Some(self.from)));
        self.new.extend(new);
    }

    fn write(self, tx: &mut Tx<'_>) -> Result<(), Error> {
        for (position, ids) in self.lasting {
            tx.run(
                diesel::update(post_terms::table.filter(among(post_terms::id, ids)))
                    .set((post_terms::ended_on.eq(None::<&str>), post_terms::position.eq(position))),
            )?;
        }
        if !self.ended.is_empty() {
            tx.run(
                diesel::update(post_terms::table.filter(among(post_terms::id, self.ended)))
                    .set(post_terms::ended_on.eq(Some(self.last))),
            )?;
        }
        if !self.forgotten.is_empty() {
            tx.run(diesel::delete(post_terms::table.filter(among(post_terms::id, self.forgotten))))?;
        }
        insert(tx, &self.new)
    }
}
