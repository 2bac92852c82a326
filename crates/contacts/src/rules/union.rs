//! Two cards as one that says all that both say.

use std::collections::{BTreeSet, HashMap};

use renraku_people::search::fold_number;
use serde_json::{Map, Value, json};

use super::keys;
use crate::model::plain_number;

/// What the card that stays says of itself alone.
const OF_THE_KEPT: [&str; 7] = ["@type", "version", "uid", "created", "updated", "prodId", "kind"];
/// The members of RFC 9553 with entries under keys; organizations first, since titles name them by their key.
const ENTRIES: [&str; 18] = [
    "organizations",
    "titles",
    "nicknames",
    "emails",
    "onlineServices",
    "phones",
    "preferredLanguages",
    "calendars",
    "schedulingAddresses",
    "addresses",
    "cryptoKeys",
    "directories",
    "links",
    "media",
    "anniversaries",
    "notes",
    "personalInfo",
    "relatedTo",
];
/// How an entry is used, not what it says: of two that say the same, the kept card's stays.
const MANNERS: [&str; 6] = ["@type", "contexts", "features", "label", "pref", "vCardParams"];

/// Adds to a card what another one says and it does not. What both say stays once; where both say different things of what
/// there is one of, the card's own stays, and another name becomes a nickname.
pub(crate) fn add(card: &mut Map<String, Value>, other: &Map<String, Value>) {
    let mut renamed: Renamed = HashMap::new();
    add_name(card, other);
    for member in ENTRIES {
        if let Some(Value::Object(theirs)) = other.get(member) {
            add_entries(card, member, theirs, &mut renamed);
        }
    }
    for (member, value) in other {
        match (member.as_str(), value) {
            ("name", _) => {}
            ("localizations", Value::Object(languages)) => add_localizations(card, languages, &renamed),
            (name, _) if OF_THE_KEPT.contains(&name) || ENTRIES.contains(&name) => {}
            (_, value) => add_member(card, member, value),
        }
    }
}

/// Makes entries of the card itself one that say the same, such as a number in two spellings, unless they are called two things or
/// something is said of them in other languages.
pub(crate) fn join_entries(card: &mut Map<String, Value>) {
    let localizations = card.get("localizations").map(Value::to_string).unwrap_or_default();
    for member in ["phones", "emails"] {
        let Some(Value::Object(entries)) = card.get_mut(member) else { continue };
        let mut joined: Map<String, Value> = Map::new();
        for (key, entry) in std::mem::take(entries) {
            let is_pointed_at = localizations.contains(&path(member, &key));
            let first = joined.values_mut().find(|it| !is_pointed_at && is_again(member, it, &entry));
            match (first, &entry) {
                (Some(Value::Object(first)), Value::Object(again)) => {
                    again.iter().for_each(|(name, value)| add_member(first, name, value));
                }
                _ => drop(joined.insert(key, entry)),
            }
        }
        *entries = joined;
    }
}

/// Whether an entry says what another one of its card says, and is called nothing else.
fn is_again(member: &str, first: &Value, again: &Value) -> bool {
    let label = |it: &Value| it.get("label").cloned();
    let is_called_otherwise = label(again).is_some_and(|it| label(first).is_some_and(|first| first != it));
    !is_called_otherwise && same(member, first, again)
}

/// Under which keys the entries of a member stand now.
type Renamed = HashMap<String, String>;

/// The path of an entry, as localizations write it.
fn path(member: &str, key: &str) -> String {
    format!("{member}/{}", key.replace('~', "~0").replace('/', "~1"))
}

/// A member as it is, or what of it is not there yet. A word of somebody's own that says two things is kept under two names.
fn add_member(card: &mut Map<String, Value>, name: &str, value: &Value) {
    match (card.get_mut(name), value) {
        (None, value) => drop(card.insert(name.to_owned(), value.clone())),
        (Some(Value::Object(mine)), Value::Object(theirs)) => {
            theirs.iter().for_each(|(name, value)| add_member(mine, name, value));
        }
        (Some(Value::Array(mine)), Value::Array(theirs)) => {
            for value in theirs {
                if !mine.contains(value) {
                    mine.push(value.clone());
                }
            }
        }
        (Some(mine), theirs) if mine != theirs && name.contains(':') => {
            let free = free_key(card, name, Some(theirs));
            card.insert(free, theirs.clone());
        }
        (Some(_), _) => {}
    }
}

/// A key that is free, or that stands for the same already.
fn free_key(entries: &Map<String, Value>, wished: &str, same: Option<&Value>) -> String {
    let is_free = |key: &str| entries.get(key).is_none_or(|there| Some(there) == same);
    let mut key = wished.to_owned();
    let mut at = 2;
    while !is_free(&key) {
        key = format!("{wished}-{at}");
        at += 1;
    }
    key
}

/// The name of a card that has none; otherwise what the other's says more of the same, or a nickname.
fn add_name(card: &mut Map<String, Value>, other: &Map<String, Value>) {
    let Some(Value::Object(theirs)) = other.get("name") else { return };
    let Some(Value::Object(mine)) = card.get_mut("name") else {
        card.insert("name".to_owned(), Value::Object(theirs.clone()));
        return;
    };
    let (own, others) = (written(mine), written(theirs));
    if own == others || others.is_empty() {
        let both_in_parts = mine.contains_key("components") && theirs.contains_key("components");
        for (member, value) in theirs {
            match (mine.get_mut(member), value) {
                (Some(Value::Array(parts)), Value::Array(others)) if both_in_parts => {
                    add_readings(parts, others);
                }
                (Some(_), _) => {}
                (None, value) => drop(mine.insert(member.clone(), value.clone())),
            }
        }
        return;
    }
    let read = reading(theirs);
    let nicknames = card.entry("nicknames").or_insert_with(|| json!({}));
    for name in [others, read] {
        let known = |it: &Value| it.get("name").and_then(Value::as_str) == Some(name.as_str());
        if let Value::Object(nicknames) = &mut *nicknames
            && !name.is_empty()
            && !nicknames.values().any(known)
        {
            let key = free_key(nicknames, "k1", None);
            nicknames.insert(key, json!({ "name": name }));
        }
    }
}

/// How a name is read, by its parts.
fn reading(name: &Map<String, Value>) -> String {
    let parts = name.get("components").and_then(Value::as_array);
    let read = parts.into_iter().flatten().filter_map(|part| part.get("phonetic").and_then(Value::as_str));
    read.collect::<Vec<_>>().join(" ")
}

/// The readings of the parts of one name that is written the same twice.
fn add_readings(parts: &mut [Value], others: &[Value]) {
    for part in parts.iter_mut().filter_map(Value::as_object_mut) {
        let same = |it: &&Value| it.get("kind") == part.get("kind") && it.get("value") == part.get("value");
        let phonetic = others.iter().find(same).and_then(|it| it.get("phonetic"));
        if let Some(phonetic) = phonetic {
            part.entry("phonetic").or_insert_with(|| phonetic.clone());
        }
    }
}

/// How a name is written: in whole, or from its parts.
fn written(name: &Map<String, Value>) -> String {
    let text = |it: &Value, member: &str| it.get(member).and_then(Value::as_str).map(str::to_owned);
    let full = name.get("full").and_then(Value::as_str).map(str::trim).filter(|full| !full.is_empty());
    let parts = name.get("components").and_then(Value::as_array).into_iter().flatten();
    let parts = parts.filter(|part| text(part, "kind").as_deref() != Some("separator"));
    let joined = || parts.filter_map(|part| text(part, "value")).collect::<Vec<_>>().join(" ");
    full.map_or_else(joined, str::to_owned)
}

/// Adds the entries that are not there yet, each under a key of its own.
fn add_entries(
    card: &mut Map<String, Value>,
    member: &str,
    theirs: &Map<String, Value>,
    renamed: &mut Renamed,
) {
    let Value::Object(mine) = card.entry(member).or_insert_with(|| json!({})) else { return };
    let mut met: BTreeSet<String> = BTreeSet::new();
    for (key, entry) in theirs {
        let mut entry = entry.clone();
        if let Some(Value::String(organization)) = entry.get_mut("organizationId")
            && let Some(now) = renamed.get(&path("organizations", organization))
        {
            now.clone_into(organization);
        }
        let same = mine.iter().find(|(key, it)| !met.contains(*key) && same(member, it, &entry));
        let now = match same.map(|(key, _)| key.clone()) {
            Some(same) => {
                if let (Some(Value::Object(mine)), Value::Object(theirs)) = (mine.get_mut(&same), &entry) {
                    theirs.iter().for_each(|(name, value)| add_member(mine, name, value));
                }
                same
            }
            // Who is related is the key itself.
            None if member == "relatedTo" => {
                add_member(mine, key, &entry);
                key.clone()
            }
            None => {
                let free = free_key(mine, key, None);
                mine.insert(free.clone(), entry);
                free
            }
        };
        met.insert(now.clone());
        renamed.insert(path(member, key), now);
    }
}

/// Whether two entries say the same: what they are told by is equal, and nothing else is different.
fn same(member: &str, a: &Value, b: &Value) -> bool {
    let text = |it: &Value, member: &str| it.get(member).and_then(Value::as_str).map(str::to_owned);
    let told = |it: &Value| match member {
        "phones" => text(it, "number").map(|number| number_as_compared(&number)),
        "emails" => text(it, "address").map(|address| keys::mail(&address).unwrap_or(address)),
        "organizations" | "titles" | "nicknames" => text(it, "name"),
        _ => None,
    };
    match (told(a), told(b)) {
        (Some(one), Some(other)) if one == other => match member {
            "phones" | "emails" => true,
            _ => agree(a, b),
        },
        (Some(_), Some(_)) => false,
        _ => said(a) == said(b),
    }
}

/// A number in domestic form with its extension; what is no number as it stands.
fn number_as_compared(number: &str) -> String {
    let extension = number.split_once(';').map_or("", |(_, parameters)| parameters);
    fold_number(plain_number(number))
        .map_or_else(|| number.to_owned(), |digits| format!("{digits};{extension}"))
}

/// Whether nothing that both say is different.
fn agree(a: &Value, b: &Value) -> bool {
    let (Value::Object(a), Value::Object(b)) = (a, b) else { return a == b };
    a.iter()
        .filter(|(name, _)| !MANNERS.contains(&name.as_str()))
        .all(|(name, value)| b.get(name).is_none_or(|other| said(other) == said(value)))
}

/// What a value says, at whatever depth, without how it is used.
fn said(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let said = members.iter().filter(|(name, _)| !MANNERS.contains(&name.as_str()));
            Value::Object(said.map(|(name, value)| (name.clone(), self::said(value))).collect())
        }
        Value::Array(list) => Value::Array(list.iter().map(said).collect()),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
    }
}

/// What is said in other languages, of the entries where they stand now.
fn add_localizations(card: &mut Map<String, Value>, languages: &Map<String, Value>, renamed: &Renamed) {
    let Value::Object(mine) = card.entry("localizations").or_insert_with(|| json!({})) else { return };
    for (tag, patch) in languages {
        let (Value::Object(mine), Value::Object(patch)) =
            (mine.entry(tag).or_insert_with(|| json!({})), patch)
        else {
            continue;
        };
        for (pointer, value) in patch {
            let mut parts = pointer.splitn(3, '/');
            let moved = match (parts.next(), parts.next()) {
                (Some(member), Some(key)) => renamed.get(&format!("{member}/{key}")).map(|now| {
                    let rest = parts.next().map(|rest| format!("/{rest}")).unwrap_or_default();
                    format!("{}{rest}", path(member, now))
                }),
                _ => None,
            };
            mine.entry(moved.unwrap_or_else(|| pointer.clone())).or_insert_with(|| value.clone());
        }
    }
}

#[cfg(test)]
mod tests;
