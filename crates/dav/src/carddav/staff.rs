//! The staff directory as an address book: to be read, whole or by searching alone.

use std::{collections::BTreeMap, sync::Arc};

use base64::{Engine, engine::general_purpose::STANDARD};
use renraku_base::{ContactId, ETag, Limit, Principal};
use renraku_contacts::service::objects::{CardChange, CardHead, CardText};
use renraku_db::{CollectionId, CollectionKind, ObjectType, ReadTx, changes};
use renraku_people::{
    directory::{
        PersonJson,
        service::{self as directory, PeopleSearch},
    },
    photo::PHOTO_TYPE,
};
use serde_json::{Map, Value, json};

use crate::core::{Dav, DavFault, StaffBook};

/// Up to so many people an office is small.
const SMALL_OFFICE: usize = 1_000;
/// The longest text that the directory searches for, in characters.
const SEARCH_CHARS: usize = 64;

/// The staff directory at one time.
#[derive(Debug, Clone, Copy)]
pub(super) struct Staff {
    position: Option<(CollectionId, i64, i64)>,
}

impl Staff {
    /// The directory, if the office shows it to contacts clients.
    pub fn open(tx: &mut ReadTx<'_>, dav: &Dav) -> Result<Self, DavFault> {
        let whole = match dav.staff_book() {
            StaffBook::Off => return Err(DavFault::NotFound),
            StaffBook::Whole => true,
            StaffBook::Search => false,
            StaffBook::Auto => {
                directory::list_people_for_sync(tx, dav.directory(), None, SMALL_OFFICE + 1)?.len()
                    <= SMALL_OFFICE
            }
        };
        if !whole {
            return Ok(Self { position: None });
        }
        let collections = changes::find_by_owner(tx, CollectionKind::Directory, None)?;
        let head = changes::heads(tx, &collections)?.into_iter().next();
        // Before anybody is in the directory nothing was ever changed in it.
        let position =
            head.map_or((CollectionId(0), 0, 0), |head| (head.collection, head.modseq, head.floor));
        Ok(Self { position: Some(position) })
    }

    pub fn position(self) -> Option<(CollectionId, i64, i64)> {
        self.position
    }

    pub fn is_whole(self) -> bool {
        self.position.is_some()
    }

    pub fn list(
        self,
        tx: &mut ReadTx<'_>,
        dav: &Dav,
        after: &str,
        limit: usize,
    ) -> Result<Vec<CardHead>, DavFault> {
        if !self.is_whole() {
            return Ok(Vec::new());
        }
        let after = Some(after).filter(|after| !after.is_empty());
        let people = directory::list_people_for_sync(tx, dav.directory(), after, limit)?;
        Ok(people.iter().map(|person| head(person)).collect())
    }

    pub fn get(tx: &mut ReadTx<'_>, dav: &Dav, names: &[&str]) -> Result<Vec<Option<CardText>>, DavFault> {
        let ids: Vec<String> =
            names.iter().map(|name| name.strip_suffix(".vcf").unwrap_or_default().to_owned()).collect();
        let people = directory::get_people_for_sync(tx, dav.directory(), &ids)?;
        let mut cards = cards(tx, people.iter().flatten())?.into_iter();
        Ok(people.iter().map(|person| person.as_ref().and_then(|_| cards.next())).collect())
    }

    pub fn get_by_id(tx: &mut ReadTx<'_>, dav: &Dav, ids: &[&str]) -> Result<Vec<CardText>, DavFault> {
        let ids: Vec<String> = ids.iter().map(|id| (*id).to_owned()).collect();
        let people = directory::get_people_for_sync(tx, dav.directory(), &ids)?;
        cards(tx, people.iter().flatten())
    }

    /// The people whom the directory finds by a text, the best of them, and whether there are more.
    pub fn search(
        tx: &mut ReadTx<'_>,
        dav: &Dav,
        who: &Principal,
        text: &str,
    ) -> Result<(Vec<ContactId>, bool), DavFault> {
        let q: String = text.chars().take(SEARCH_CHARS).collect();
        let limit = Limit::new(Limit::MAX).unwrap_or_default();
        let search = PeopleSearch { q: Some(q), limit, ..PeopleSearch::default() };
        let page = directory::search_people(tx, dav.directory(), who, &search)?;
        Ok((page.items.iter().map(|person| head(person).id).collect(), page.next_cursor.is_some()))
    }

    pub fn changes(
        self,
        tx: &mut ReadTx<'_>,
        dav: &Dav,
        since: i64,
        limit: usize,
    ) -> Result<(Vec<CardChange>, Option<i64>), DavFault> {
        let Some((collection, ..)) = self.position else { return Ok((Vec::new(), None)) };
        let most = i64::try_from(limit).unwrap_or(i64::MAX);
        let rows = changes::since(tx, collection, since, most)?;
        let last = rows.last().map(|row| row.modseq);
        // Of those who must not be found nothing is told.
        let of_people = rows.into_iter().filter(|row| {
            row.object_type == ObjectType::Person && row.audience == changes::Audience::Everybody
        });
        let latest: BTreeMap<String, i64> = of_people.map(|row| (row.object, row.modseq)).collect();
        let ids: Vec<String> = latest.keys().cloned().collect();
        let people = directory::get_people_for_sync(tx, dav.directory(), &ids)?;
        let mut told: Vec<CardChange> = latest
            .into_iter()
            .zip(people)
            .map(|((id, modseq), person)| CardChange {
                modseq,
                name: format!("{id}.vcf"),
                head: person.as_ref().map(|person| head(person)),
            })
            .collect();
        told.sort_by_key(|change| change.modseq);
        Ok((told, last))
    }
}

fn head(person: &PersonJson) -> CardHead {
    let id = ContactId::stored(person.id.as_str().to_owned());
    CardHead { name: format!("{id}.vcf"), id, etag: person.etag.clone() }
}

/// Members of staff as cards. Photos are read of those alone who have one.
fn cards<'p>(
    tx: &mut ReadTx<'_>,
    people: impl Iterator<Item = &'p Arc<PersonJson>>,
) -> Result<Vec<CardText>, DavFault> {
    let told: Vec<(&PersonJson, Value)> = people
        .map(|person| Ok((person.as_ref(), serde_json::to_value(person)?)))
        .collect::<Result<_, serde_json::Error>>()
        .map_err(renraku_db::Error::damaged)?;
    let shown: Vec<&str> = told
        .iter()
        .filter(|(_, said)| !said["photoId"].is_null())
        .map(|(person, _)| person.id.as_str())
        .collect();
    let photos = directory::list_photos(tx, &shown)?;
    let card = |(person, said): (&PersonJson, Value)| {
        let (mut head, mut members) = (head(person), members(person.id.as_str(), &said));
        let photo = photos.get(person.id.as_str());
        if photo.and_then(|photo| photo.id.as_deref()) != said["photoId"].as_str() {
            // The directory is newer than what this transaction sees: the card is told once more, by its own tag.
            head.etag = ETag::from(format!("\"{}-\"", head.etag.as_str().trim_matches('"')));
        }
        if let Some(photo) = photo {
            members.insert("media".to_owned(), media(&photo.jpeg));
        }
        CardText::written(head, members)
    };
    Ok(told.into_iter().map(card).collect())
}

/// A photo in the words of JSContact.
fn media(photo: &[u8]) -> Value {
    let uri = format!("data:{PHOTO_TYPE};base64,{}", STANDARD.encode(photo));
    json!({"k1": {"kind": "photo", "uri": uri, "mediaType": PHOTO_TYPE}})
}

/// What the directory tells of a person, in the words of JSContact.
fn members(id: &str, person: &Value) -> Map<String, Value> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let (full, phonetic) = (text(&person["name"]["full"]), text(&person["name"]["phonetic"]));
    let mut card = Map::from_iter([
        ("uid".to_owned(), json!(format!("urn:uuid:{id}"))),
        ("kind".to_owned(), json!("individual")),
    ]);
    let mut name = Map::from_iter([("full".to_owned(), json!(full))]);
    let words: Vec<&str> = full.split_whitespace().collect();
    let sounds: Vec<&str> = phonetic.split_whitespace().collect();
    if let [surname, given] = words.as_slice() {
        let part = |kind: &str, value: &str, at: usize| match sounds.get(at).filter(|_| sounds.len() == 2) {
            Some(sound) => json!({"kind": kind, "value": value, "phonetic": sound}),
            None => json!({"kind": kind, "value": value}),
        };
        let parts = vec![part("surname", surname, 0), part("given", given, 1)];
        name.insert("components".to_owned(), Value::Array(parts));
    }
    card.insert("name".to_owned(), Value::Object(name));
    let unit = text(&person["unit"]["name"]);
    if !unit.is_empty() {
        card.insert("organizations".to_owned(), json!({"k1": {"units": [{"name": unit}]}}));
    }
    let post = text(&person["post"]);
    if !post.is_empty() {
        card.insert("titles".to_owned(), json!({"k1": {"name": post, "kind": "title"}}));
    }
    let phones = person["phones"].as_array().into_iter().flatten().enumerate().map(|(at, phone)| {
        let number = text(&phone["number"]);
        let entry = match phone["kind"].as_str() {
            Some("extension") => json!({"number": number, "contexts": {"work": true}, "label": "内線"}),
            Some("mobile") => {
                json!({"number": number, "contexts": {"work": true}, "features": {"mobile": true}})
            }
            _ => json!({"number": number, "contexts": {"work": true}, "features": {"voice": true}}),
        };
        (format!("k{}", at + 1), entry)
    });
    card.insert("phones".to_owned(), Value::Object(phones.collect()));
    let emails = person["emails"].as_array().into_iter().flatten().enumerate();
    let emails = emails.map(|(at, email)| {
        (format!("k{}", at + 1), json!({"address": text(email), "contexts": {"work": true}}))
    });
    card.insert("emails".to_owned(), Value::Object(emails.collect()));
    card
}

#[cfg(test)]
mod tests {
    use renraku_contacts::codec::vcard::{self, Version};

    use super::*;

    #[test]
    fn a_colleague_is_a_card() {
        let person = json!({
            "name": {"full": "高橋 花子", "phonetic": "タカハシ ハナコ"}, "unit": {"id": "u", "name": "人事課"},
            "post": "係長", "phones": [{"number": "2345", "kind": "extension"}], "emails": ["hanako@pref.example.jp"],
        });
        let text = vcard::write(&members("0198c0de", &person), Version::V3);
        for line in [
            "FN:高橋 花子",
            "N:高橋;花子;;;",
            "X-PHONETIC-LAST-NAME:タカハシ",
            "ORG:;人事課",
            "TITLE:係長",
            "item1.TEL;TYPE=WORK:2345",
            "item1.X-ABLABEL:内線",
            "EMAIL;TYPE=WORK:hanako@pref.example.jp",
            "UID:urn:uuid:0198c0de",
        ] {
            assert!(text.lines().any(|it| it == line), "{line} is not in {text}");
        }
    }
}
