use diesel::prelude::*;
use renraku_db::{
    Error, Tx, among,
    schema::{people, person_emails, posts},
};

use crate::directory::{PersonEntry, Phone};

pub(in crate::directory::store) const ROWS_A_STATEMENT: usize = 1_000;

#[derive(Insertable, AsChangeset)]
#[diesel(table_name = people, treat_none_as_null = true)]
pub(in crate::directory::store) struct NewRow<'a> {
    pub id: &'a str,
    pub full_name: &'a str,
    pub phonetic: &'a str,
    pub staff_number: Option<&'a str>,
    pub phones: String,
    pub emails: String,
    pub left_on: Option<&'a str>,
    pub former_staff_number: Option<&'a str>,
    pub version: i64,
}

#[derive(Insertable)]
#[diesel(table_name = posts)]
struct NewPostRow<'a> {
    person_id: &'a str,
    position: i32,
    unit_id: &'a str,
    title: Option<&'a str>,
    starts_on: Option<&'a str>,
    ends_on: Option<&'a str>,
}

impl<'a> NewRow<'a> {
    pub fn new(person: &'a PersonEntry, version: i64) -> Self {
        Self {
            id: person.id.as_str(),
            full_name: &person.name.full,
            phonetic: &person.name.phonetic,
            staff_number: person.staff_number.as_deref(),
            phones: phones_json(&person.phones),
            emails: serde_json::Value::from(person.emails.clone()).to_string(),
            left_on: None,
            former_staff_number: None,
            version,
        }
    }
}

fn phones_json(phones: &[Phone]) -> String {
    let values: Vec<_> =
        phones.iter().map(|phone| serde_json::json!({"number": phone.number, "kind": phone.kind})).collect();
    serde_json::Value::from(values).to_string()
}

/// Writes a person with posts and addresses, new or changed.
pub fn put(tx: &mut Tx<'_>, person: &PersonEntry, version: i64) -> Result<(), Error> {
    tx.run(
        diesel::insert_into(people::table)
            .values(NewRow::new(person, version))
            .on_conflict(people::id)
            .do_update()
            .set(NewRow::new(person, version)),
    )?;
    remove_posts_and_emails(tx, &[person.id.as_str()])?;
    insert_posts_and_emails(tx, std::slice::from_ref(person))
}

/// Writes people who are there already, with posts and addresses.
pub fn put_all(tx: &mut Tx<'_>, people: &[PersonEntry], version: i64) -> Result<(), Error> {
    for some in people.chunks(ROWS_A_STATEMENT) {
        for person in some {
            diesel::update(people::table.find(person.id.as_str()))
                .set(NewRow::new(person, version))
                .execute(tx.conn())?;
        }
        remove_posts_and_emails(tx, &some.iter().map(|person| person.id.as_str()).collect::<Vec<_>>())?;
        insert_posts_and_emails(tx, some)?;
    }
    Ok(())
}

/// Writes new people with their posts and addresses.
pub fn insert(tx: &mut Tx<'_>, people: &[PersonEntry], version: i64) -> Result<(), Error> {
    for some in people.chunks(ROWS_A_STATEMENT) {
        let rows: Vec<NewRow<'_>> = some.iter().map(|person| NewRow::new(person, version)).collect();
        tx.run(diesel::insert_into(people::table).values(&rows))?;
        insert_posts_and_emails(tx, some)?;
    }
    Ok(())
}

pub(in crate::directory::store) fn insert_posts_and_emails(
    tx: &mut Tx<'_>,
    people: &[PersonEntry],
) -> Result<(), Error> {
    let posts: Vec<NewPostRow<'_>> = people
        .iter()
        .flat_map(|person| {
            (0..).zip(&person.posts).map(|(position, post)| NewPostRow {
                person_id: person.id.as_str(),
                position,
                unit_id: post.unit.as_str(),
                title: post.title.as_deref(),
                starts_on: post.starts_on.as_deref(),
                ends_on: post.ends_on.as_deref(),
            })
        })
        .collect();
    tx.run(diesel::insert_into(posts::table).values(&posts))?;
    let emails: Vec<_> = people
        .iter()
        .flat_map(|person| person.emails.iter().map(|email| (email.to_lowercase(), person.id.as_str())))
        .map(|(address, person)| (person_emails::address.eq(address), person_emails::person_id.eq(person)))
        .collect();
    tx.run(diesel::insert_into(person_emails::table).values(&emails).on_conflict_do_nothing())?;
    Ok(())
}

fn remove_posts_and_emails(tx: &mut Tx<'_>, ids: &[&str]) -> Result<(), Error> {
    tx.run(diesel::delete(posts::table.filter(among(posts::person_id, ids.iter().copied()))))?;
    tx.run(diesel::delete(
        person_emails::table.filter(among(person_emails::person_id, ids.iter().copied())),
    ))?;
    Ok(())
}

/// Takes people out of office: the name stays for what they once wrote, and the number, by which they are known when they come
/// back; posts and addresses do not.
pub fn end(tx: &mut Tx<'_>, ids: &[&str], left_on: &str, version: i64) -> Result<(), Error> {
    for some in ids.chunks(ROWS_A_STATEMENT) {
        remove_posts_and_emails(tx, some)?;
        diesel::update(people::table.filter(among(people::id, some.iter().copied())))
            .set((
                people::left_on.eq(Some(left_on)),
                people::former_staff_number.eq(people::staff_number),
                people::staff_number.eq(None::<&str>),
                people::version.eq(version),
            ))
            .execute(tx.conn())?;
    }
    Ok(())
}
