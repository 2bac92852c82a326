use diesel::prelude::*;
use renraku_base::PersonId;
use renraku_db::{
    Error, ReadTx, Tx, among,
    schema::{people, person_photos as photos},
};

use crate::photo::{Photo, PhotoSize};

/// Whose photo it is, what names it, and its bytes.
type Listed = (String, Option<String>, Vec<u8>);

/// By what a size is stored.
fn stored(size: PhotoSize) -> i32 {
    match size {
        PhotoSize::Small => 1,
        PhotoSize::Large => 2,
    }
}

/// Which photo a person has.
pub fn current(tx: &mut ReadTx<'_>, person: &PersonId) -> Result<Option<String>, Error> {
    let row: Option<Option<String>> =
        tx.fetch_one(people::table.find(person.as_str()).select(people::photo_id))?;
    Ok(row.flatten())
}

/// A person's photo in one size.
pub fn get(tx: &mut ReadTx<'_>, person: &PersonId, size: PhotoSize) -> Result<Option<Vec<u8>>, Error> {
    tx.fetch_one(photos::table.find((person.as_str(), stored(size))).select(photos::data))
}

/// The photos of these people in one size: each with its person and with what it is named by; one statement.
pub fn list(tx: &mut ReadTx<'_>, of: &[&str], size: PhotoSize) -> Result<Vec<Listed>, Error> {
    tx.fetch(
        photos::table
            .inner_join(people::table.on(people::id.eq(photos::person_id)))
            .filter(among(photos::person_id, of.iter().copied()).and(photos::size.eq(stored(size))))
            .select((photos::person_id, people::photo_id, photos::data)),
    )
}

/// Stores a person's photo in place of the one before, and gives the person a new version.
pub fn put(tx: &mut Tx<'_>, person: &PersonId, photo: &Photo, version: i64) -> Result<(), Error> {
    remove_sizes(tx, person)?;
    let row = |size, data| {
        (photos::person_id.eq(person.as_str()), photos::size.eq(stored(size)), photos::data.eq(data))
    };
    let rows = vec![row(PhotoSize::Small, &photo.small), row(PhotoSize::Large, &photo.large)];
    tx.run(diesel::insert_into(photos::table).values(&rows))?;
    name(tx, person, Some(&photo.id()), version)
}

/// Forgets a person's photo, and gives the person a new version.
pub fn remove(tx: &mut Tx<'_>, person: &PersonId, version: i64) -> Result<(), Error> {
    remove_sizes(tx, person)?;
    name(tx, person, None, version)
}

fn remove_sizes(tx: &mut Tx<'_>, person: &PersonId) -> Result<(), Error> {
    tx.run(diesel::delete(photos::table.filter(photos::person_id.eq(person.as_str()))))?;
    Ok(())
}

fn name(tx: &mut Tx<'_>, person: &PersonId, photo: Option<&str>, version: i64) -> Result<(), Error> {
    let of_person = people::table.find(person.as_str());
    tx.run_prepared(
        diesel::update(of_person).set((people::photo_id.eq(photo), people::version.eq(version))),
    )?;
    Ok(())
}
