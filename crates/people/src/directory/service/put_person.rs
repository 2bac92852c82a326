use renraku_base::{FieldFault, PersonId, UnitId};
use renraku_db::{
    Changed, Error, ObjectType, Tx,
    changes::{self, Audience},
};

use crate::{
    access::{self, Grantee},
    directory::{DirectoryFault, PersonEntry, live, roster::office_day, store, tree::Tree},
};

/// Longer than any name, title, number or address that is real.
const MOST_CHARACTERS: usize = 200;

/// Writes a person with posts, numbers and addresses, new or changed; one who had left is in office again. With the units
/// the rights of the person change.
///
/// # Errors
/// [`DirectoryFault`] when something of the person is wrong or a statement fails.
pub fn put_person(tx: &mut Tx<'_>, person: &PersonEntry) -> Result<Changed<()>, DirectoryFault> {
    let held: Vec<&str> = person.posts.iter().map(|post| post.unit.as_str()).collect();
    let tree = Tree::new(store::units::list_with_ancestors(tx, &held)?);
    let mut faults = faults(person, &tree);
    if let Some(number) = &person.staff_number
        && store::people::find_by_staff_number(tx, number)?.is_some_and(|other| other != person.id)
    {
        faults.push(FieldFault::new("/staffNumber", "taken", "another person has this staff number"));
    }
    if !faults.is_empty() {
        return Err(DirectoryFault::Invalid(faults));
    }
    let before = store::people::find(tx, &person.id)?;
    let version = tx.next_version(before.as_ref().map(|before| before.version));
    store::people::put(tx, person, version)?;
    let today = office_day(tx.now());
    store::terms::follow(tx, &[person.id.as_str()], today)?;
    let suppressed = before.as_ref().is_some_and(|before| before.suppressed);
    let moved = before.is_none_or(|before| {
        !before.posts.iter().map(|(unit, title)| (unit, title.as_deref())).eq(posts_of(person))
    });
    if moved {
        access::set_groups(tx, &person.id, &groups(&tree, posts_of(person)))?;
    }
    let collection = live::collection(tx)?;
    let audience = audience(suppressed);
    Ok(changes::record_for(tx, collection, ObjectType::Person, &person.id, audience).with(()))
}

/// Who hears of a change of a person: nobody of one who must not be found, whose id would be told by it.
pub(in crate::directory) fn audience(suppressed: bool) -> Audience {
    if suppressed { Audience::Involved } else { Audience::Everybody }
}

/// A person is found by something new that is stored elsewhere (a username): the directory takes it over. Nothing happens
/// when the person is not in it.
///
/// # Errors
/// [`Error`] when a statement fails.
pub fn touch_person(tx: &mut Tx<'_>, person: &PersonId) -> Result<(), Error> {
    if let Some(before) = store::people::find(tx, person)? {
        let version = tx.next_version(Some(before.version));
        store::people::touch(tx, &[person.as_str()], version)?;
        let collection = live::collection(tx)?;
        let audience = audience(before.suppressed);
        let _recorded = changes::record_for(tx, collection, ObjectType::Person, person, audience);
    }
    Ok(())
}

/// What of a post says to which groups its holder belongs: its unit and its title.
pub(in crate::directory) type PostRef<'p> = (&'p UnitId, Option<&'p str>);

/// The posts of a person.
pub(in crate::directory) fn posts_of(person: &PersonEntry) -> impl Iterator<Item = PostRef<'_>> {
    person.posts.iter().map(|post| (&post.unit, post.title.as_deref()))
}

/// The groups of who holds these posts: their units and all above them, and the posts themselves.
pub(in crate::directory) fn groups<'p>(
    tree: &Tree,
    posts: impl IntoIterator<Item = PostRef<'p>>,
) -> Vec<Grantee> {
    let mut units: Vec<UnitId> = Vec::new();
    let mut groups: Vec<Grantee> = Vec::new();
    for (unit, title) in posts {
        units.extend(tree.with_ancestors(unit));
        groups.extend(title.map(|title| Grantee::Post(unit.clone(), title.to_owned())));
    }
    units.sort_unstable();
    units.dedup();
    groups.extend(units.into_iter().map(Grantee::Unit));
    groups
}

/// What is wrong with a person, whatever else is stored.
pub(in crate::directory) fn faults(person: &PersonEntry, tree: &Tree) -> Vec<FieldFault> {
    let mut faults = Vec::new();
    if person.name.full.trim().is_empty() {
        faults.push(FieldFault::new("/name/full", "required", "a person has a name"));
    }
    let phones =
        person.phones.iter().enumerate().map(|(at, phone)| (format!("/phones/{at}/number"), &phone.number));
    let emails = person.emails.iter().enumerate().map(|(at, email)| (format!("/emails/{at}"), email));
    let titles = person.posts.iter().enumerate();
    let titles = titles.filter_map(|(at, post)| Some((format!("/posts/{at}/post"), post.title.as_ref()?)));
    let names =
        [("/name/full".to_owned(), &person.name.full), ("/name/phonetic".to_owned(), &person.name.phonetic)];
    for (pointer, text) in names.into_iter().chain(phones).chain(emails).chain(titles) {
        faults.extend(text_fault(pointer, text));
    }
    for (at, post) in person.posts.iter().enumerate() {
        if tree.find(&post.unit).is_none() {
            faults.push(FieldFault::new(format!("/posts/{at}/unit"), "not-found", "there is no such unit"));
        }
    }
    faults
}

/// What is wrong with a short text.
pub(super) fn text_fault(pointer: String, text: &str) -> Option<FieldFault> {
    if text.chars().count() > MOST_CHARACTERS {
        Some(FieldFault::new(pointer, "too-long", "write at most 200 characters").allowing("≤ 200"))
    } else if text.chars().any(char::is_control) {
        Some(FieldFault::new(pointer, "control-character", "write one line without control characters"))
    } else {
        None
    }
}
