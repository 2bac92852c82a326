//! What a contacts client sent, with what a vCard has no word for.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::codec::vcard::WORDS;

/// The entries of a card with the member that tells them apart.
const ENTRIES: [(&str, &str); 8] = [
    ("emails", "address"),
    ("links", "uri"),
    ("nicknames", "name"),
    ("notes", "note"),
    ("onlineServices", "uri"),
    ("organizations", "name"),
    ("phones", "number"),
    ("titles", "name"),
];
/// The members of an entry that a vCard says.
const SAID: [&str; 10] =
    ["address", "contexts", "features", "kind", "label", "name", "note", "number", "pref", "uri"];

/// The members that were sent, and beside them what only the phone says of the card that is there: members that a vCard has no word
/// for, and the keys of entries that are the same as before.
pub(crate) fn keep(sent: Map<String, Value>, before: Option<&Map<String, Value>>) -> Map<String, Value> {
    let Some(before) = before else { return sent };
    let mut card = sent;
    for (name, value) in before.iter().filter(|(name, _)| !WORDS.contains(&name.as_str())) {
        card.entry(name.clone()).or_insert_with(|| value.clone());
    }
    if let Some(created) = before.get("created") {
        card.insert("created".to_owned(), created.clone());
    }
    for (name, told_by) in ENTRIES {
        if let (Some(Value::Object(new)), Some(Value::Object(old))) = (card.get_mut(name), before.get(name)) {
            *new = keep_entries(std::mem::take(new), old, told_by);
        }
    }
    card
}

/// Entries under the keys that they had, with what only the phone says of them.
fn keep_entries(new: Map<String, Value>, old: &Map<String, Value>, told_by: &str) -> Map<String, Value> {
    let mut free: BTreeSet<&String> = old.keys().collect();
    let (mut kept, mut others) = (Map::new(), Vec::new());
    for (key, entry) in new {
        let same = free.iter().copied().find(|key| {
            let value = old.get(*key).and_then(|it| it.get(told_by));
            value.is_some() && value == entry.get(told_by)
        });
        match same {
            Some(same) => {
                free.remove(same);
                kept.insert(same.clone(), keep_words(entry, old.get(same)));
            }
            None => others.push((key, entry)),
        }
    }
    // As many as went came: each is what one of them has become.
    let mut changed = if others.len() == free.len() { free.into_iter() } else { BTreeSet::new().into_iter() };
    for (key, entry) in others {
        if let Some(before) = changed.next() {
            kept.insert(before.clone(), keep_words(entry, old.get(before)));
            continue;
        }
        let mut free = key;
        while kept.contains_key(&free) {
            free.push('a');
        }
        kept.insert(free, entry);
    }
    kept
}

/// An entry with what only the phone says of it.
fn keep_words(mut entry: Value, before: Option<&Value>) -> Value {
    if let Some(entry) = entry.as_object_mut() {
        for (name, value) in before.and_then(Value::as_object).into_iter().flatten() {
            if !SAID.contains(&name.as_str()) && !name.starts_with("vCard") {
                entry.entry(name.clone()).or_insert_with(|| value.clone());
            }
        }
    }
    entry
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_only_the_phone_says_stays() {
        let before = json!({
            "uid": "u", "created": "2026-01-01T00:00:00Z", "example.jp:seat": 3, "name": {"full": "a"},
            "phones": {"mine": {"number": "1", "example.jp:x": true, "pref": 1}, "k1": {"number": "2"}},
        });
        let sent = json!({"uid": "u", "name": {"full": "b"}, "phones": {"k1": {"number": "3"}, "k2": {"number": "1"}}});
        let (Value::Object(sent), Value::Object(before)) = (sent, before) else { return };
        assert_eq!(
            Value::Object(keep(sent, Some(&before))),
            json!({
                "uid": "u", "created": "2026-01-01T00:00:00Z", "example.jp:seat": 3, "name": {"full": "b"},
                "phones": {"mine": {"number": "1", "example.jp:x": true}, "k1": {"number": "3"}},
            })
        );
        let more = json!({"phones": {"k1": {"number": "1"}, "k2": {"number": "8"}, "k3": {"number": "9"}}});
        let Value::Object(more) = more else { return };
        let kept = keep(more, Some(&before));
        assert_eq!(kept["phones"]["mine"]["example.jp:x"], true);
        assert_eq!(kept["phones"].as_object().map(Map::len), Some(3));
    }
}
