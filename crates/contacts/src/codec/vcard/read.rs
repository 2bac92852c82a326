use std::collections::{BTreeSet, HashMap, HashSet};

use renraku_base::{Timestamp, content::text, is_active, is_link};
use serde_json::{Map, Value, json};

use super::{
    dates, kept, labels, lists, media,
    name::{self, NameReader},
    places,
    property::{self, Property},
    values,
};

/// The members of a card that are said by properties of a vCard; the others are known to us alone.
pub(crate) const WORDS: [&str; 26] = [
    "@type",
    "version",
    "uid",
    "kind",
    "created",
    "updated",
    "prodId",
    "language",
    "members",
    "name",
    "nicknames",
    "organizations",
    "titles",
    "phones",
    "emails",
    "addresses",
    "links",
    "onlineServices",
    "media",
    "anniversaries",
    "notes",
    "keywords",
    "preferredLanguages",
    kept::PROPS,
    "vCard",
    "addressBookId",
];

/// The longest key of a set, in bytes.
const KEY_BYTES: usize = 255;

/// What the properties of a card say, in the words of JSContact.
pub(super) fn members(properties: &[Property]) -> Map<String, Value> {
    let is_list = lists::is_list(properties);
    let mut reader = Reader { labels: labels::of(properties), is_list, ..Reader::default() };
    // Labels last: then it is known what bears them.
    let (labels, others): (Vec<_>, Vec<_>) =
        properties.iter().enumerate().partition(|(_, it)| it.name == labels::LABEL);
    let mut left: Vec<_> = others.into_iter().chain(labels).filter(|(_, it)| !reader.take(it)).collect();
    left.sort_by_key(|(at, _)| *at);
    reader.kept.extend(left.into_iter().map(|(_, property)| kept::property(property)));
    reader.finish()
}

/// A card on its way out of its properties.
#[derive(Debug, Default)]
struct Reader {
    card: Map<String, Value>,
    name: NameReader,
    labels: HashMap<String, String>,
    /// The groups of those labels that something bears.
    borne: HashSet<String>,
    is_list: bool,
    kept: Vec<Value>,
}

impl Reader {
    fn finish(mut self) -> Map<String, Value> {
        if self.is_list {
            self.once("kind", "group");
        }
        let (name, left) = self.name.finish();
        self.kept.extend(left);
        if let Some(name) = name {
            self.card.insert("name".to_owned(), name);
        }
        if !self.kept.is_empty() {
            self.card.insert(kept::PROPS.to_owned(), Value::Array(self.kept));
        }
        self.card
    }

    /// Takes what a property says; `false` when there is no word for it.
    fn take(&mut self, property: &Property) -> bool {
        match property.name.as_str() {
            // When a card was changed is told by the server.
            "VERSION" | "REV" | "BEGIN" | "END" => true,
            "UID" => self.once("uid", &values::name(&property.text())),
            "PRODID" => self.once("prodId", &values::name(&property.text())),
            "LANGUAGE" => self.once("language", &values::name(&property.text())),
            "KIND" | "X-ADDRESSBOOKSERVER-KIND" => {
                self.once("kind", &property.text().trim().to_ascii_lowercase())
            }
            "CREATED" => {
                let at = dates::instant(&property.text()).and_then(|at| at.parse::<Timestamp>().ok());
                at.is_some_and(|at| self.once("created", &at.to_string()))
            }
            "MEMBER" | "X-ADDRESSBOOKSERVER-MEMBER" => {
                let plain = property.params.is_empty() && property.group.is_none();
                plain && self.add_to_set("members", property.text().trim())
            }
            "CATEGORIES" => {
                let words = property::list(&property.value);
                let good = property.params.is_empty() && words.iter().all(|word| is_key(word));
                good && words.iter().all(|word| self.add_to_set("keywords", word))
            }
            "NICKNAME" => {
                let names = property::list(&property.value);
                !names.is_empty()
                    && names.iter().all(|name| {
                        let object = text_object("name", &values::line(name));
                        self.entry("nicknames", property, object, &[])
                    })
            }
            "ORG" => self.organization(property),
            "TITLE" | "ROLE" => {
                let mut object = text_object("name", &values::line(&property.text()));
                object.insert("kind".to_owned(), json!(property.name.to_ascii_lowercase()));
                self.entry("titles", property, object, &[])
            }
            "TEL" => {
                let number = text_object("number", &values::line(property.text().trim()));
                self.entry("phones", property, number, &["VALUE"])
            }
            "EMAIL" if self.is_list => {
                if let Some(uid) = lists::member(property) {
                    self.add_to_set("members", uid);
                }
                false
            }
            "EMAIL" => self.plain(property, "emails", "address", &values::line(property.text().trim())),
            "NOTE" => self.plain(property, "notes", "note", &values::lines(&property.text())),
            "URL" => {
                let uri = values::uri(property.text().trim());
                // What cannot be tapped is no link for the phone, and is kept; what would run something is refused.
                (is_link(&uri) || is_active(&uri)) && self.plain(property, "links", "uri", &uri)
            }
            "IMPP" => self.plain(property, "onlineServices", "uri", &values::uri(property.text().trim())),
            "ADR" => {
                let address = places::read(property);
                address.is_some_and(|object| self.entry("addresses", property, object, &places::USED))
            }
            name => {
                if let Some((_, kind)) = dates::KINDS.iter().find(|it| it.0 == name) {
                    let Some(date) = dates::read(property) else { return false };
                    let object =
                        Map::from_iter([("kind".to_owned(), json!(kind)), ("date".to_owned(), date)]);
                    return self.entry("anniversaries", property, object, &dates::USED);
                }
                let heard = name == "SOUND" && (name::is_reading(property) || !media::is_medium(property));
                if let Some((_, kind)) = media::KINDS.iter().find(|it| it.0 == name && !heard) {
                    return self.entry("media", property, media::read(property, kind), &media::USED);
                }
                // A label is said with what it names.
                let group = property.group.as_ref().map(|group| group.to_ascii_lowercase());
                if name == labels::LABEL && group.is_some_and(|group| self.borne.contains(&group)) {
                    return true;
                }
                self.name.take(property)
            }
        }
    }

    /// Says something that a card says once; `false` when it is said already, or is nothing.
    fn once(&mut self, name: &str, value: &str) -> bool {
        let new = !value.is_empty() && !self.card.contains_key(name);
        if new {
            self.card.insert(name.to_owned(), json!(value));
        }
        new
    }

    fn object(&mut self, name: &str) -> Option<&mut Map<String, Value>> {
        self.card.entry(name).or_insert_with(|| Value::Object(Map::new())).as_object_mut()
    }

    fn add_to_set(&mut self, name: &str, key: &str) -> bool {
        if !is_key(key) {
            return false;
        }
        self.object(name).is_some_and(|set| {
            set.insert(key.to_owned(), json!(true));
            true
        })
    }

    fn plain(&mut self, property: &Property, map: &str, member: &str, value: &str) -> bool {
        !value.is_empty() && self.entry(map, property, text_object(member, value), &[])
    }

    /// Adds an entry with what the parameters say of it.
    fn entry(
        &mut self,
        map: &str,
        property: &Property,
        mut object: Map<String, Value>,
        used: &[&str],
    ) -> bool {
        let group = property.group.as_ref().map(|group| group.to_ascii_lowercase());
        let label = group.as_ref().and_then(|group| self.labels.get(group).cloned());
        self.borne.extend(group.filter(|_| label.is_some()));
        values::describe(&mut object, property, label.as_deref(), used);
        let wished = property.param("PROP-ID").filter(|key| is_key(key) && kept::is_word(key));
        let wished = wished.map(str::to_owned);
        let Some(entries) = self.object(map) else { return false };
        let key = wished.filter(|key| !entries.contains_key(key)).unwrap_or_else(|| free_key(entries));
        entries.insert(key, Value::Object(object));
        true
    }

    fn organization(&mut self, property: &Property) -> bool {
        let mut parts =
            property::split(&property.value, ';').into_iter().map(|it| values::line(&text::unescape(it)));
        let name = parts.next().filter(|name| !name.is_empty());
        let units: Vec<String> = parts.filter(|unit| !unit.is_empty()).collect();
        if name.is_none() && units.is_empty() {
            return false;
        }
        let mut sorted = property
            .params
            .iter()
            .filter(|param| param.name == "SORT-AS")
            .flat_map(|param| &param.values)
            .flat_map(|it| property::list(it));
        let mut object = Map::new();
        if let Some(name) = name {
            object.insert("name".to_owned(), json!(name));
            object.extend(sorted.next().map(|it| ("sortAs".to_owned(), json!(values::line(&it)))));
        }
        if !units.is_empty() {
            let unit = |name: String, sort_as: Option<String>| match sort_as {
                Some(sort_as) => json!({"name": name, "sortAs": values::line(&sort_as)}),
                None => json!({"name": name}),
            };
            let units: Vec<Value> = units.into_iter().map(|name| unit(name, sorted.next())).collect();
            object.insert("units".to_owned(), Value::Array(units));
        }
        self.entry("organizations", property, object, &["SORT-AS"])
    }
}

fn is_key(key: &str) -> bool {
    !key.is_empty() && key.len() <= KEY_BYTES && !key.chars().any(char::is_control)
}

fn text_object(name: &str, value: &str) -> Map<String, Value> {
    Map::from_iter([(name.to_owned(), json!(value))])
}

/// A key that no entry has.
fn free_key(entries: &Map<String, Value>) -> String {
    let taken: BTreeSet<&str> = entries.keys().map(String::as_str).collect();
    let mut at = entries.len() + 1;
    while taken.contains(format!("k{at}").as_str()) {
        at += 1;
    }
    format!("k{at}")
}
