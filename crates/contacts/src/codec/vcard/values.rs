//! What the entries of a card have in common: contexts, features, preference, label (RFC 9553 §1.5).

use renraku_base::content::{
    line::{Line, Param},
    text,
};
use serde_json::{Map, Value, json};

use super::{
    Version,
    kept::{self, PARAMS},
    media,
    property::Property,
};

/// The longest text of one line, in characters.
const LINE_CHARS: usize = 1_000;

/// Which type of a phone is which feature of it (RFC 9555 §2.7.5).
pub(super) const FEATURES: [(&str, &str); 8] = [
    ("cell", "mobile"),
    ("fax", "fax"),
    ("main-number", "main-number"),
    ("pager", "pager"),
    ("text", "text"),
    ("textphone", "textphone"),
    ("video", "video"),
    ("voice", "voice"),
];
const CONTEXTS: [(&str, &str); 4] =
    [("billing", "billing"), ("delivery", "delivery"), ("home", "private"), ("work", "work")];

/// A text of one line. What ends a line for Unicode alone stays: no line of a file ends there.
pub(super) fn line(value: &str) -> String {
    let text: String = value.chars().map(|c| if c.is_ascii_control() { ' ' } else { c }).collect();
    text.trim_start().chars().take(LINE_CHARS).collect::<String>().trim_end().to_owned()
}

/// A text of one line by which something is known.
pub(super) fn name(value: &str) -> String {
    text::line(value.trim(), LINE_CHARS)
}

/// A text of many lines.
pub(super) fn lines(value: &str) -> String {
    text::lines(value, usize::MAX)
}

/// A text member of an object.
pub(super) fn member<'o>(object: &'o Map<String, Value>, name: &str) -> Option<&'o str> {
    object.get(name).and_then(Value::as_str)
}

/// The keys of a set.
pub(super) fn set<'o>(object: &'o Map<String, Value>, name: &str) -> impl Iterator<Item = &'o str> {
    let entries = object.get(name).and_then(Value::as_object).into_iter().flatten();
    entries.filter(|(_, value)| **value == Value::Bool(true)).map(|(key, _)| key.as_str())
}

/// The types of a property, in small letters.
pub(super) fn types(property: &Property) -> Vec<String> {
    let all = property.params.iter().filter(|param| param.name == "TYPE").flat_map(|param| &param.values);
    all.flat_map(|value| value.split(',')).map(|it| it.trim().to_ascii_lowercase()).collect()
}

/// Says of an entry what the parameters of its property say; the parameters in `used` are said otherwise.
pub(super) fn describe(
    object: &mut Map<String, Value>,
    property: &Property,
    label: Option<&str>,
    used: &[&str],
) {
    let (mut contexts, mut features, mut others) = (Map::new(), Map::new(), Vec::new());
    let mut preferred = false;
    let format = media::format(property);
    let of = |table: &[(&str, &'static str)], word: &str| table.iter().find(|it| it.0 == word).map(|it| it.1);
    for word in types(property) {
        if format.as_ref() == Some(&word) {
            continue;
        }
        if let Some(context) = of(&CONTEXTS, &word) {
            contexts.insert(context.to_owned(), json!(true));
        } else if let Some(feature) = of(&FEATURES, &word).filter(|_| property.name == "TEL") {
            features.insert(feature.to_owned(), json!(true));
        } else if word == "pref" {
            preferred = true;
        } else if !word.is_empty() {
            others.push(word);
        }
    }
    let number =
        property.param("PREF").and_then(|it| it.parse::<u8>().ok()).filter(|it| (1..=100).contains(it));
    for (name, set) in [("contexts", contexts), ("features", features)] {
        if !set.is_empty() {
            object.insert(name.to_owned(), Value::Object(set));
        }
    }
    if let Some(pref) = number.or(preferred.then_some(1)) {
        object.insert("pref".to_owned(), json!(pref));
    }
    if let Some(label) = label {
        object.insert("label".to_owned(), json!(label));
    }
    let known: Vec<&str> = used.iter().copied().chain(["TYPE", "PROP-ID"]).collect();
    let known: Vec<&str> = if number.is_some() { known.into_iter().chain(["PREF"]).collect() } else { known };
    let mut params = kept::params(property, &known).unwrap_or_default();
    kept::add(&mut params, "type", others.into_iter());
    if !params.is_empty() {
        object.insert(PARAMS.to_owned(), Value::Object(params));
    }
}

/// A property in the making.
pub(super) struct Entry<'o> {
    pub object: &'o Map<String, Value>,
    pub name: &'o str,
    pub value: String,
    /// Types that the value itself brings.
    pub types: Vec<String>,
    /// Parameters that the value itself brings.
    pub params: Vec<Param>,
}

impl<'o> Entry<'o> {
    pub fn new(object: &'o Map<String, Value>, name: &'o str, value: String) -> Self {
        Self { object, name, value, types: Vec::new(), params: Vec::new() }
    }

    pub fn param(mut self, name: &str, value: &str) -> Self {
        self.params.push(param(name, vec![value.to_owned()]));
        self
    }

    /// The line with all that is said of the entry, and the group that it keeps.
    pub fn line(self, version: Version, group: Option<&str>) -> Line {
        let mut types = self.types;
        let word = |table: &[(&'static str, &str)], said: &str| {
            table.iter().find(|it| it.1 == said).map_or_else(|| said.to_owned(), |it| it.0.to_owned())
        };
        types.extend(set(self.object, "contexts").map(|it| word(&CONTEXTS, it)));
        types.extend(set(self.object, "features").map(|it| word(&FEATURES, it)));
        let mut params = self.params;
        match (self.object.get("pref").and_then(Value::as_u64), version) {
            (Some(1), Version::V3) => types.push("pref".to_owned()),
            (Some(pref), _) => params.push(param("PREF", vec![pref.to_string()])),
            (None, _) => {}
        }
        let (_, kept) = kept::of(self.object);
        for it in kept {
            match it.name.as_str() {
                "TYPE" => types.extend(it.values),
                _ if params.iter().any(|param| param.name == it.name) => {}
                _ => params.push(it),
            }
        }
        // A comma parts types, also within quotes.
        types.retain(|it| !it.is_empty() && !it.contains(','));
        if version == Version::V3 {
            types.iter_mut().for_each(|it| it.make_ascii_uppercase());
        }
        let mut line = Line::new(&kept::grouped(group, self.name), self.value);
        if !types.is_empty() {
            line.params.push(param("TYPE", types));
        }
        line.params.extend(params);
        line
    }
}

pub(super) fn param(name: &str, values: Vec<String>) -> Param {
    Param { name: name.to_owned(), values, raw: String::new() }
}

/// A URI as a value: nothing in it is escaped, and it is one line.
pub(super) fn uri(uri: &str) -> String {
    uri.chars().filter(|c| !c.is_control()).collect()
}
