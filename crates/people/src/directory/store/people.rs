mod write;

use std::collections::{HashMap, HashSet};

use diesel::prelude::*;
use renraku_base::{ETag, Id, PersonId, UnitId};
use renraku_db::{
    Error, ReadTx, Tx, among,
    schema::{accounts, people, person_emails, person_groups, posts, units},
};

use crate::directory::{
    NamedPerson, Person, PersonJson, PersonName, Phone, Post, Standing, UnitRef, index::Listed,
};

pub(super) use write::{NewRow, ROWS_A_STATEMENT, insert_posts_and_emails};
pub use write::{end, insert, put, put_all};

#[derive(Queryable)]
struct Row {
    id: String,
    full_name: String,
    phonetic: String,
    staff_number: Option<String>,
    phones: String,
    emails: String,
    photo_id: Option<String>,
    _left_on: Option<String>,
    version: i64,
    suppressed: bool,
    _former_staff_number: Option<String>,
}

#[derive(Queryable)]
struct PostRow {
    person_id: String,
    _position: i32,
    unit_id: String,
    title: Option<String>,
    starts_on: Option<String>,
    ends_on: Option<String>,
}

impl PostRow {
    fn into_post(self, unit_name: String) -> Post {
        Post {
            unit: UnitRef { id: Id::stored(self.unit_id), name: unit_name },
            post: self.title,
            starts_on: self.starts_on,
            ends_on: self.ends_on,
        }
    }
}

impl Row {
    fn into_listed(self, username: Option<String>, posts: Vec<Post>) -> Result<Listed, Error> {
        let damaged = |what: &str| Error::damaged(format!("{what} of person {}", self.id));
        let phones = serde_json::from_str(&self.phones).map_err(|_not_json| damaged("phones"))?;
        let emails = serde_json::from_str(&self.emails).map_err(|_not_json| damaged("emails"))?;
        let held = posts.iter().map(|post| (post.unit.id.clone(), post.post.clone())).collect();
        let main = posts.first();
        let person = Person {
            id: Id::stored(self.id),
            name: PersonName { full: self.full_name, phonetic: self.phonetic },
            unit: main.map(|post| post.unit.clone()),
            post: main.and_then(|post| post.post.clone()),
            phones,
            emails,
            posts: if says_more(&posts) { posts } else { Vec::new() },
            photo_id: self.photo_id,
            etag: ETag::of(self.version),
        };
        Ok(Listed {
            person: PersonJson::new(&person).map_err(Error::damaged)?,
            name: person.name,
            phones: person.phones,
            emails: person.emails,
            posts: held,
            username,
            staff_number: self.staff_number,
        })
    }
}

/// Whether the posts tell more than the unit and title of the main one.
fn says_more(posts: &[Post]) -> bool {
    match posts {
        [] => false,
        [only] => only.starts_on.is_some() || only.ends_on.is_some(),
        _ => true,
    }
}

/// The next `limit` people in office who may be found and whose ids come after `after`, in the order of their ids; two statements.
pub fn list_after(tx: &mut ReadTx<'_>, after: &str, limit: i64) -> Result<Vec<Listed>, Error> {
    let rows: Vec<(Row, Option<String>)> = tx.fetch(
        people::table
            .left_join(accounts::table.on(accounts::person_id.eq(people::id)))
            .filter(people::left_on.is_null().and(people::id.gt(after)).and(people::suppressed.eq(false)))
            .order(people::id)
            .limit(limit)
            .select((people::all_columns, accounts::username.nullable())),
    )?;
    let Some((last, _)) = rows.last() else { return Ok(Vec::new()) };
    let posts: Vec<(PostRow, String)> = tx.fetch(
        posts::table
            .inner_join(units::table.on(units::id.eq(posts::unit_id)))
            .filter(posts::person_id.gt(after).and(posts::person_id.le(&last.id)))
            .order((posts::person_id, posts::position))
            .select((posts::all_columns, units::name)),
    )?;
    join(rows, posts)
}

/// Those of `ids` who are in office and may be found; two statements.
pub fn get(tx: &mut ReadTx<'_>, ids: &[&str]) -> Result<Vec<Listed>, Error> {
    let mut rows = in_office(tx, ids)?;
    rows.retain(|(row, _)| !row.suppressed);
    with_posts(tx, ids, rows)
}

/// A person in office, whether they may be found or not; two statements.
pub fn own(tx: &mut ReadTx<'_>, id: &PersonId) -> Result<Option<Listed>, Error> {
    let ids = [id.as_str()];
    let rows = in_office(tx, &ids)?;
    Ok(with_posts(tx, &ids, rows)?.into_iter().next())
}

fn in_office(tx: &mut ReadTx<'_>, ids: &[&str]) -> Result<Vec<(Row, Option<String>)>, Error> {
    tx.fetch(
        people::table
            .left_join(accounts::table.on(accounts::person_id.eq(people::id)))
            .filter(people::left_on.is_null().and(among(people::id, ids)))
            .order(people::id)
            .select((people::all_columns, accounts::username.nullable())),
    )
}

fn with_posts(
    tx: &mut ReadTx<'_>,
    ids: &[&str],
    rows: Vec<(Row, Option<String>)>,
) -> Result<Vec<Listed>, Error> {
    let posts: Vec<(PostRow, String)> = tx.fetch(
        posts::table
            .inner_join(units::table.on(units::id.eq(posts::unit_id)))
            .filter(among(posts::person_id, ids))
            .order((posts::person_id, posts::position))
            .select((posts::all_columns, units::name)),
    )?;
    join(rows, posts)
}

/// Gives each person their posts; both come in the order of the people's ids.
fn join(rows: Vec<(Row, Option<String>)>, posts: Vec<(PostRow, String)>) -> Result<Vec<Listed>, Error> {
    let mut posts = posts.into_iter().peekable();
    rows.into_iter()
        .map(|(row, username)| {
            // Posts of those who are not listed are passed over.
            while posts.next_if(|(post, _)| post.person_id < row.id).is_some() {}
            let mut own = Vec::with_capacity(1);
            while let Some((post, unit_name)) = posts.next_if(|(post, _)| post.person_id == row.id) {
                own.push(post.into_post(unit_name));
            }
            row.into_listed(username, own)
        })
        .collect()
}

/// What these people are called and where they are written to, also of those who have left; one statement.
pub fn names(tx: &mut ReadTx<'_>, ids: &[PersonId]) -> Result<HashMap<PersonId, NamedPerson>, Error> {
    type Named = (String, String, String, String, String, bool);
    let rows: Vec<Named> =
        tx.fetch(people::table.filter(among(people::id, ids.iter().map(Id::as_str))).select((
            people::id,
            people::full_name,
            people::phonetic,
            people::emails,
            people::phones,
            people::suppressed,
        )))?;
    rows.into_iter()
        .map(|(id, full, phonetic, emails, phones, suppressed)| {
            let emails: Vec<String> = serde_json::from_str(&emails)
                .map_err(|_not_json| Error::damaged(format!("emails of person {id}")))?;
            let phones: Vec<Phone> = serde_json::from_str(&phones)
                .map_err(|_not_json| Error::damaged(format!("phones of person {id}")))?;
            let named = NamedPerson {
                name: PersonName { full, phonetic },
                email: emails.into_iter().next(),
                phones,
                suppressed,
            };
            Ok((Id::stored(id), named))
        })
        .collect()
}

/// Who is written to at these addresses, which are in lower case; one statement.
pub fn find_by_email(tx: &mut ReadTx<'_>, addresses: &[String]) -> Result<HashMap<String, PersonId>, Error> {
    let rows: Vec<(String, String)> = person_emails::table
        .filter(among(person_emails::address, addresses))
        // Of several with one address the first stays; the order makes that the same each time.
        .order((person_emails::address, person_emails::person_id.desc()))
        .select((person_emails::address, person_emails::person_id))
        .load(tx.conn())?;
    Ok(rows.into_iter().map(|(address, person)| (address, Id::stored(person))).collect())
}

/// Everybody who has an address, in the order of their ids.
pub fn list_by_email(tx: &mut ReadTx<'_>, address: &str) -> Result<Vec<PersonId>, Error> {
    let ids: Vec<String> = tx.fetch(
        person_emails::table
            .filter(person_emails::address.eq(address))
            .order(person_emails::person_id)
            .select(person_emails::person_id),
    )?;
    Ok(ids.into_iter().map(Id::stored).collect())
}

/// The unit and title of a post.
pub type HeldPost = (UnitId, Option<String>);

/// A stored person, as far as a change needs to know.
pub struct Before {
    /// The present version.
    pub version: i64,
    /// Whether they must not be found.
    pub suppressed: bool,
    /// The unit and title of each of their posts, the main one first.
    pub posts: Vec<HeldPost>,
}

/// How a person is stored now, also of those who have left; two statements.
pub fn find(tx: &mut ReadTx<'_>, id: &PersonId) -> Result<Option<Before>, Error> {
    let row: Option<(i64, bool)> =
        tx.fetch_one(people::table.find(id.as_str()).select((people::version, people::suppressed)))?;
    let Some((version, suppressed)) = row else { return Ok(None) };
    let held: Vec<(String, Option<String>)> = tx.fetch(
        posts::table
            .filter(posts::person_id.eq(id.as_str()))
            .order(posts::position)
            .select((posts::unit_id, posts::title)),
    )?;
    let posts = held.into_iter().map(|(unit, title)| (Id::stored(unit), title)).collect();
    Ok(Some(Before { version, suppressed, posts }))
}

/// Who has this number in the personnel register.
pub fn find_by_staff_number(tx: &mut ReadTx<'_>, number: &str) -> Result<Option<PersonId>, Error> {
    let id: Option<String> =
        tx.fetch_one(people::table.filter(people::staff_number.eq(number)).select(people::id))?;
    Ok(id.map(Id::stored))
}

/// Everyone's number in the personnel register.
pub fn list_staff_numbers(tx: &mut ReadTx<'_>) -> Result<HashMap<String, PersonId>, Error> {
    let rows: Vec<(Option<String>, String)> = tx.fetch(
        people::table.filter(people::staff_number.is_not_null()).select((people::staff_number, people::id)),
    )?;
    Ok(rows.into_iter().filter_map(|(number, id)| Some((number?, Id::stored(id)))).collect())
}

/// Gives somebody a number in the personnel register.
pub fn put_staff_number(tx: &mut Tx<'_>, id: &PersonId, number: &str, version: i64) -> Result<(), Error> {
    diesel::update(people::table.find(id.as_str()))
        .set((people::staff_number.eq(number), people::version.eq(version)))
        .execute(tx.conn())?;
    Ok(())
}

/// How these people stand in the office; one statement.
pub fn standings(tx: &mut ReadTx<'_>, ids: &[PersonId]) -> Result<HashMap<PersonId, Standing>, Error> {
    let rows: Vec<(String, bool, bool)> =
        tx.fetch(people::table.filter(among(people::id, ids.iter().map(Id::as_str))).select((
            people::id,
            people::left_on.is_null(),
            people::suppressed,
        )))?;
    let standing = |in_office: bool, suppressed: bool| match (in_office, suppressed) {
        (false, _) => Standing::Left,
        (true, true) => Standing::Suppressed,
        (true, false) => Standing::Listed,
    };
    Ok(rows.into_iter().map(|(id, here, hidden)| (Id::stored(id), standing(here, hidden))).collect())
}

/// Whether anybody has a post; one statement.
pub fn is_anybody_posted(tx: &mut ReadTx<'_>) -> Result<bool, Error> {
    let one: Option<String> = tx.fetch_one(posts::table.select(posts::person_id).limit(1))?;
    Ok(one.is_some())
}

/// Each person with posts in these units, with the unit and title of every post of theirs; one statement.
pub fn posts_of_members(
    tx: &mut ReadTx<'_>,
    unit_ids: &[&str],
) -> Result<HashMap<PersonId, Vec<HeldPost>>, Error> {
    let members = posts::table.filter(among(posts::unit_id, unit_ids)).select(posts::person_id);
    let all = diesel::alias!(posts as all);
    let rows: Vec<(String, String, Option<String>)> =
        tx.fetch(all.filter(all.field(posts::person_id).eq_any(members)).select((
            all.field(posts::person_id),
            all.field(posts::unit_id),
            all.field(posts::title),
        )))?;
    let mut held: HashMap<PersonId, Vec<HeldPost>> = HashMap::new();
    for (person, unit, title) in rows {
        held.entry(Id::stored(person)).or_default().push((Id::stored(unit), title));
    }
    Ok(held)
}

/// Everyone in office with a post in a unit or below it who may be found, in the order of their ids; one statement.
pub fn members(tx: &mut ReadTx<'_>, unit: &UnitId) -> Result<Vec<PersonId>, Error> {
    let ids: Vec<String> = tx.fetch(
        person_groups::table
            .inner_join(people::table.on(people::id.eq(person_groups::person_id)))
            // Whoever comes by a sheet is in their groups a moment before they are in office.
            .filter(people::left_on.is_null().and(people::suppressed.eq(false)))
            .filter(person_groups::group_id.eq(unit.as_str()))
            .order(person_groups::person_id)
            .select(person_groups::person_id),
    )?;
    Ok(ids.into_iter().map(Id::stored).collect())
}

/// Those who must not be found; one statement.
pub fn suppressed_among(tx: &mut ReadTx<'_>, ids: &[&str]) -> Result<HashSet<PersonId>, Error> {
    let found: Vec<String> =
        tx.fetch(people::table.filter(among(people::id, ids).and(people::suppressed)).select(people::id))?;
    Ok(found.into_iter().map(Id::stored).collect())
}

/// Everybody who must not be found.
pub fn suppressed(tx: &mut ReadTx<'_>) -> Result<HashSet<PersonId>, Error> {
    let ids: Vec<String> = tx.fetch(people::table.filter(people::suppressed).select(people::id))?;
    Ok(ids.into_iter().map(Id::stored).collect())
}

/// Says whether a person must not be found.
pub fn suppress(tx: &mut Tx<'_>, id: &PersonId, suppressed: bool, version: i64) -> Result<(), Error> {
    diesel::update(people::table.find(id.as_str()))
        .set((people::suppressed.eq(suppressed), people::version.eq(version)))
        .execute(tx.conn())?;
    Ok(())
}

/// Gives these people a new version.
pub fn touch(tx: &mut Tx<'_>, ids: &[&str], version: i64) -> Result<(), Error> {
    for some in ids.chunks(ROWS_A_STATEMENT) {
        diesel::update(people::table.filter(among(people::id, some)))
            .set(people::version.eq(version))
            .execute(tx.conn())?;
    }
    Ok(())
}
