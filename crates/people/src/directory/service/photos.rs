use std::collections::HashMap;

use renraku_base::{PersonId, Principal};
use renraku_db::{Changed, Error, ObjectType, ReadTx, Tx, changes};

use super::put_person::audience;
use crate::{
    directory::{Directory, DirectoryFault, live, store},
    photo::{Photo, PhotoSize},
};

/// A person's photo in one size: of those who may be found, and one's own.
///
/// # Errors
/// [`DirectoryFault::NotFound`] when there is none, or the person must not be found.
pub fn get_photo(
    tx: &mut ReadTx<'_>,
    directory: &Directory,
    who: &Principal,
    person: &PersonId,
    size: PhotoSize,
) -> Result<Vec<u8>, DirectoryFault> {
    if who.person == *person {
        super::get_own(tx, directory, person)?;
    } else {
        super::get_person(tx, directory, person)?;
    }
    store::photos::get(tx, person, size)?.ok_or(DirectoryFault::NotFound)
}

/// A photo as a list shows it, small.
#[derive(Debug)]
pub struct ListedPhoto {
    /// Names it, as `photoId` does.
    pub id: Option<String>,
    /// The picture as JPEG.
    pub jpeg: Vec<u8>,
}

/// The photos of people whom the directory showed, by the ids of the people; one statement, and none for nobody. Whoever says with
/// them which state they are of looks at their names: the directory may be newer than the transaction.
///
/// # Errors
/// [`Error`] when a statement fails.
pub fn list_photos(tx: &mut ReadTx<'_>, people: &[&str]) -> Result<HashMap<String, ListedPhoto>, Error> {
    if people.is_empty() {
        return Ok(HashMap::new());
    }
    let photos = store::photos::list(tx, people, PhotoSize::Small)?;
    Ok(photos.into_iter().map(|(person, id, jpeg)| (person, ListedPhoto { id, jpeg })).collect())
}

/// Whether this is the photo that a person has.
///
/// # Errors
/// [`Error`] when the statement fails.
pub fn has_photo(tx: &mut ReadTx<'_>, person: &PersonId, photo: &Photo) -> Result<bool, Error> {
    Ok(store::photos::current(tx, person)? == Some(photo.id()))
}

/// Gives a person who is in office a photo, or (`None`) takes it away. Answers with whether that is another than before; the
/// same picture makes no new version.
///
/// # Errors
/// [`DirectoryFault::NotFound`] when the person is not in office.
pub fn put_photo(
    tx: &mut Tx<'_>,
    person: &PersonId,
    photo: Option<&Photo>,
) -> Result<Changed<bool>, DirectoryFault> {
    tx.hold(person.as_str())?;
    store::people::own(tx, person)?.ok_or(DirectoryFault::NotFound)?;
    let before = store::people::find(tx, person)?.ok_or(DirectoryFault::NotFound)?;
    if store::photos::current(tx, person)? == photo.map(Photo::id) {
        return Ok(Changed::nothing(false));
    }
    let version = tx.next_version(Some(before.version));
    match photo {
        Some(photo) => store::photos::put(tx, person, photo, version)?,
        None => store::photos::remove(tx, person, version)?,
    }
    let collection = live::collection(tx)?;
    let audience = audience(before.suppressed);
    Ok(changes::record_for(tx, collection, ObjectType::Person, person, audience).with(true))
}
