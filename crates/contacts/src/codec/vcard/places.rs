//! Postal addresses (RFC 6350 §6.3.1, RFC 9554 §2.1).

use renraku_base::content::text;
use serde_json::{Map, Value, json};

use super::{
    property::Property,
    values::{self, Entry},
};

/// The parts of an address in their order. Those from the eighth on are of RFC 9554.
const PARTS: [&str; 18] = [
    "postOfficeBox",
    "apartment",
    "name",
    "locality",
    "region",
    "postcode",
    "country",
    "room",
    "apartment",
    "floor",
    "number",
    "name",
    "building",
    "block",
    "subdistrict",
    "district",
    "landmark",
    "direction",
];
/// How many of them every program knows.
const KNOWN: usize = 7;

/// The parameters that the address says.
pub(super) const USED: [&str; 2] = ["LABEL", "CC"];

/// The address of a property; `None` when it says nothing.
pub(super) fn read(property: &Property) -> Option<Map<String, Value>> {
    let parts = property.parts();
    if parts.len() > PARTS.len() {
        return None;
    }
    let components: Vec<Value> = parts
        .into_iter()
        .zip(PARTS)
        .flat_map(|(values, kind)| {
            values.into_iter().map(move |it| json!({"kind": kind, "value": values::lines(&it)}))
        })
        .collect();
    let full = property.param("LABEL").map(|it| values::lines(&text::unescape(it)));
    let mut object = Map::new();
    if !components.is_empty() {
        object.insert("components".to_owned(), Value::Array(components));
    }
    if let Some(full) = full.filter(|full| !full.is_empty()) {
        object.insert("full".to_owned(), json!(full));
    }
    if let Some(country) = property.param("CC") {
        object.insert("countryCode".to_owned(), json!(values::line(country)));
    }
    (!object.is_empty()).then_some(object)
}

/// An address as a property.
pub(super) fn write(object: &Map<String, Value>) -> Entry<'_> {
    let mut parts: Vec<Vec<String>> = vec![Vec::new(); KNOWN];
    let components = object.get("components").and_then(Value::as_array).into_iter().flatten();
    for component in components.filter_map(Value::as_object) {
        let kind = values::member(component, "kind").unwrap_or_default();
        let Some(value) = values::member(component, "value") else { continue };
        let at = PARTS.iter().position(|part| *part == kind);
        // What has no place of its own is read with the street.
        let at = at.unwrap_or(2);
        if kind == "separator" {
            continue;
        }
        if parts.len() <= at {
            parts.resize(at + 1, Vec::new());
        }
        if let Some(part) = parts.get_mut(at) {
            part.push(text::escape(value));
        }
    }
    let full = values::member(object, "full");
    if let (Some(full), true) = (full, parts.iter().all(Vec::is_empty))
        && let Some(street) = parts.get_mut(2)
    {
        street.push(text::escape(full));
    }
    let value: Vec<String> = parts.iter().map(|part| part.join(",")).collect();
    let mut entry = Entry::new(object, "ADR", value.join(";"));
    if let Some(full) = full {
        entry = entry.param("LABEL", full);
    }
    match values::member(object, "countryCode") {
        Some(country) => entry.param("CC", country),
        None => entry,
    }
}
