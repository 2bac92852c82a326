//! What a card is found and sorted by.

use std::collections::{BTreeMap, HashSet};

use renraku_people::search::{fold, fold_as_written, fold_reading, reading_order};
use serde::Deserialize;

use super::{
    callers::{self, Shown},
    keys::{self, Key},
};
use crate::model::{Card, Component, KnownMembers, Name};

/// As much of the notes as is searched, in characters.
const NOTE_CHARS: usize = 1_000;
/// As much of the name as is sorted by, in characters.
const SORT_CHARS: usize = 100;

/// The properties of a vCard by whose values a contact is found, wherever a card keeps them.
pub(crate) const FOUND: [&str; 9] =
    ["fn", "n", "nickname", "org", "title", "role", "email", "tel", "categories"];

/// The searchable side of a card: never shown, made anew whenever the card changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Index {
    /// What contacts are sorted by: the reading if there is one, in あいうえお order.
    pub sort_key: String,
    /// All that is found, folded, a line each; what has marks that repeat a letter also as written.
    pub search: String,
    /// Names and readings as romaji keys, a line each.
    pub romaji: String,
    /// The phone numbers as digits, each once, with the number that calls from everywhere, if it is one.
    pub numbers: BTreeMap<String, Option<i64>>,
    /// What it is shown as when one of them calls; `None` where nothing is known but the number.
    pub shown: Option<Shown>,
    /// What it is gathered by.
    pub keys: Vec<Key>,
}

impl Index {
    /// Names the rules of this file: another number where one of them changes, so that what is stored is made anew.
    pub const RULES: &str = "8";

    /// The index of a card.
    pub fn of(card: &Card) -> Self {
        let card = card.known();
        let names = names(&card);
        let numbers = callers::numbers(&card);

        let facts = facts(&card);
        let texts = || names.iter().chain(&facts);
        let mut lines: Vec<String> = texts().map(|text| fold(text)).collect();
        lines.extend(texts().filter_map(|text| fold_as_written(text)));
        lines.extend(numbers.keys().cloned());
        let firms = card.organizations.values().flat_map(|firm| firm.name.iter().chain(&firm.sort_as));
        let sounds = names.iter().chain(firms).map(|text| fold_reading(text));
        Self {
            sort_key: sort_key(&sort_name(&card)),
            search: lines_of(lines),
            romaji: lines_of(sounds),
            numbers,
            shown: callers::shown(&card),
            keys: keys::of(&card),
        }
    }
}

/// What stands for a name in the order; some characters are many when they are compared.
fn sort_key(name: &str) -> String {
    let begin: String = name.chars().take(SORT_CHARS).collect();
    reading_order(&begin).chars().take(4 * SORT_CHARS).collect()
}

/// Each line once, without the empty ones.
fn lines_of(lines: impl IntoIterator<Item = String>) -> String {
    let mut seen: HashSet<String> = HashSet::new();
    let kept: Vec<String> =
        lines.into_iter().filter(|line| !line.is_empty() && seen.insert(line.clone())).collect();
    kept.join("\n")
}

/// Every name and reading, those in other languages too.
fn names(card: &KnownMembers) -> Vec<String> {
    let mut names: Vec<String> = card.name.iter().flat_map(Name::forms).collect();
    names.extend(card.nicknames.values().map(|nickname| nickname.name.clone()));
    for (path, value) in card.localizations.values().flatten() {
        match path.as_str() {
            "name" => names.extend(Name::deserialize(value).iter().flat_map(Name::forms)),
            "name/full" => names.extend(value.as_str().map(str::to_owned)),
            "name/components" => {
                let components = Vec::<Component>::deserialize(value).unwrap_or_default();
                names.extend(Name { components, ..Name::default() }.forms());
            }
            _ => {}
        }
    }
    names
}

/// What is found beside the name and the numbers.
fn facts(card: &KnownMembers) -> Vec<String> {
    let mut facts: Vec<String> = Vec::new();
    for organization in card.organizations.values() {
        facts.extend(organization.name.clone());
        facts.extend(organization.sort_as.clone());
        for unit in &organization.units {
            facts.push(unit.name.clone());
            facts.extend(unit.sort_as.clone());
        }
        let path = organization.name.iter().chain(organization.units.iter().map(|unit| &unit.name));
        facts.push(path.map(String::as_str).collect());
    }
    facts.extend(card.titles.values().map(|title| title.name.clone()));
    facts.extend(card.emails.values().map(|email| email.address.clone()));
    facts.extend(card.phones.values().map(|phone| phone.number.clone()));
    facts.extend(kept(&card.kept));
    facts.extend(card.keywords.keys().cloned());
    for address in card.addresses.values() {
        let parts: String = address.components.iter().map(|component| component.value.as_str()).collect();
        facts.push(address.full.clone().unwrap_or(parts));
    }
    facts.extend(card.notes.values().map(|note| note.note.chars().take(NOTE_CHARS).collect()));
    facts
}

/// What further names and firms of a vCard say, for which a card has no room.
fn kept(props: &serde_json::Value) -> Vec<String> {
    let text = |prop: &serde_json::Value| {
        let name = prop.get(0)?.as_str()?;
        let value = prop.get(3)?.as_str()?;
        FOUND.contains(&name).then(|| value.replace('\\', ""))
    };
    props.as_array().into_iter().flatten().filter_map(text).collect()
}

/// The reading of the name; without one what is written; without a name what else there is.
fn sort_name(card: &KnownMembers) -> String {
    let nicknames = card.nicknames.values().map(|nickname| nickname.name.clone());
    let firms = card.organizations.values().flat_map(|firm| firm.sort_as.iter().chain(&firm.name).cloned());
    let emails = card.emails.values().map(|email| email.address.clone());
    let mut names = card.name.iter().flat_map(Name::forms).chain(nicknames).chain(firms).chain(emails);
    names.find(|text| !text.is_empty()).unwrap_or_default()
}

#[cfg(test)]
mod tests;
