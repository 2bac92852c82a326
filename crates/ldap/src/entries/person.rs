use std::borrow::Cow;

use renraku_db::Error;
use renraku_people::directory::PersonJson;
use serde::Deserialize;

use super::name::{CLASSES, Called, distinct};
use crate::{
    dn::{self, Dn},
    entry::{Entry, Needs},
    schema,
};

/// A person as the directory shows them.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Shown<'a> {
    #[serde(borrow)]
    name: Name<'a>,
    #[serde(borrow)]
    unit: Option<Unit<'a>>,
    #[serde(borrow)]
    post: Option<Cow<'a, str>>,
    #[serde(borrow)]
    phones: Vec<Phone<'a>>,
    emails: Vec<String>,
    #[serde(borrow, default)]
    posts: Vec<Post<'a>>,
    #[serde(borrow)]
    photo_id: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
struct Name<'a> {
    #[serde(borrow)]
    full: Cow<'a, str>,
    #[serde(borrow)]
    phonetic: Cow<'a, str>,
}

#[derive(Deserialize)]
struct Unit<'a> {
    #[serde(borrow)]
    name: Cow<'a, str>,
}

#[derive(Deserialize)]
struct Post<'a> {
    #[serde(borrow)]
    unit: Unit<'a>,
    #[serde(borrow)]
    post: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
struct Phone<'a> {
    #[serde(borrow)]
    number: Cow<'a, str>,
    #[serde(borrow)]
    kind: Cow<'a, str>,
}

/// The entry of a person, named by the name by which they sign in, or by their id when they do not.
pub(crate) fn person(
    base: &Dn,
    person: &PersonJson,
    username: Option<&str>,
    needs: &Needs,
) -> Result<Entry, Error> {
    let shown: Shown<'_> = serde_json::from_str(person.as_str()).map_err(Error::damaged)?;
    let uid = username.unwrap_or(person.id.as_str());
    let dn = ["uid=", &dn::escape(uid), ",ou=people,", base.as_str()].concat();
    let mut entry = Entry::with(needs.clone(), dn, &CLASSES, false);
    entry.add(&schema::ENTRY_UUID, person.id.as_str());
    entry.add(&schema::UID, uid);
    Called::by(&shown.name.full, &shown.name.phonetic).put(&mut entry);
    let numbers = |mobile: bool| {
        let of_kind = shown.phones.iter().filter(move |phone| (phone.kind == "mobile") == mobile);
        of_kind.map(|phone| phone.number.as_ref())
    };
    // The extension first: desk phones dial the first.
    let mut desk: Vec<&str> = numbers(false).collect();
    let extension = |number: &&str| {
        !shown.phones.iter().any(|phone| phone.kind == "extension" && phone.number == *number)
    };
    desk.sort_by_key(extension);
    entry.add_all(&schema::TELEPHONE_NUMBER, desk);
    entry.add_all(&schema::MOBILE, numbers(true));
    entry.add_all(&schema::MAIL, shown.emails);
    let unit = shown.unit.as_ref().map(|unit| unit.name.as_ref());
    let other_units = shown.posts.iter().map(|post| post.unit.name.as_ref());
    entry.add_all(&schema::OU, distinct(unit.into_iter().chain(other_units)));
    entry.add_all(&schema::DEPARTMENT, unit);
    let other_titles = shown.posts.iter().filter_map(|post| post.post.as_deref());
    entry.add_all(&schema::TITLE, distinct(shown.post.as_deref().into_iter().chain(other_titles)));
    // Whose photo it is stands for it until it is sent.
    entry.add_all(&schema::JPEG_PHOTO, shown.photo_id.map(|_| person.id.as_str()));
    Ok(entry)
}
