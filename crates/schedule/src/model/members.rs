//! Reading a JSON object member by member, so that every fault is told and not only the first.

use std::collections::BTreeMap;

use renraku_base::{FieldFault, JsonKind, content::text::breaks_a_line, is_link};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::limits;

/// The longest key of a map such as `participants`, in bytes (RFC 8984 §1.4.1).
const KEY_BYTES: usize = 255;

/// How a time begins to say that it lies in another year than are taken.
const YEAR: &str = "the year lies";

/// The members of one JSON object that are still to be read, and its place in the body.
pub(super) struct Members<'f> {
    at: String,
    members: Map<String, Value>,
    faults: &'f mut Vec<FieldFault>,
}

impl<'f> Members<'f> {
    /// The members of `value`; `None`, with a fault, when it is no object.
    pub fn of(value: Value, at: String, faults: &'f mut Vec<FieldFault>) -> Option<Self> {
        match value {
            Value::Object(members) => Some(Self { at, members, faults }),
            _ => {
                let fault = FieldFault::new(at, "type", "a JSON object is expected here");
                faults.push(fault.expecting(JsonKind::Object));
                None
            }
        }
    }

    /// Notes a fault of a member.
    pub fn fault(&mut self, name: &str, code: &'static str, detail: impl Into<String>) {
        let pointer = pointer(&self.at, name);
        self.faults.push(FieldFault::new(pointer, code, detail));
    }

    /// Notes a member that is called `ours` here, and takes it; one that is `null` asks for nothing.
    pub fn other_name(&mut self, other: &str, ours: &str) {
        if self.members.get(other).is_some_and(|value| !value.is_null()) {
            let fault = FieldFault::new(pointer(&self.at, other), "other-name", format!("use {ours}"));
            self.faults.push(fault.allowing(ours));
        }
    }

    /// Notes a member that is none of these words.
    pub fn one_of(&mut self, name: &str, words: &'static str) {
        self.faults.push(FieldFault::new(pointer(&self.at, name), "one-of", words).allowing(words));
    }

    /// Notes that there is more of a member than is taken.
    fn too_much(&mut self, name: &str, code: &'static str, most: usize, of: &str) {
        let fault = FieldFault::new(pointer(&self.at, name), code, format!("at most {most} {of}"));
        self.faults.push(fault.allowing(format!("≤ {most}")));
    }

    /// Whether a member is there; `null` is.
    pub fn has(&self, name: &str) -> bool {
        self.members.contains_key(name)
    }

    /// Leaves a member unread and unkept.
    pub fn ignore(&mut self, name: &str) {
        self.members.remove(name);
    }

    /// A member's value; `null` means that it is left out.
    pub fn value(&mut self, name: &str) -> Option<Value> {
        self.members.remove(name).filter(|value| !value.is_null())
    }

    /// A member that reads as `T`; otherwise a fault of `code`, with what `T` says about itself.
    pub fn take<T: DeserializeOwned>(&mut self, name: &str, code: &'static str) -> Option<T> {
        match serde_json::from_value(self.value(name)?) {
            Ok(value) => Some(value),
            Err(error) => {
                let (pointer, said) = (pointer(&self.at, name), error.to_string());
                // It is written as it should be.
                let code = if said.starts_with(YEAR) { "year" } else { code };
                self.faults.push(FieldFault::misfit(pointer, code, said));
                None
            }
        }
    }

    /// Notes a member that does not read as `T`, and leaves it.
    pub fn check_type<T: DeserializeOwned>(&mut self, name: &str) {
        let Some(value) = self.members.get(name) else { return };
        if let Err(error) = serde_json::from_value::<Option<T>>(value.clone()) {
            let pointer = pointer(&self.at, name);
            self.faults.push(FieldFault::misfit(pointer, "type", error.to_string()));
        }
    }

    /// A text of one line.
    pub fn line(&mut self, name: &str) -> Option<String> {
        let text = self.take(name, "type")?;
        self.check_line(name, text)
    }

    /// The text of a member of one line, if it may be that.
    pub fn check_line(&mut self, name: &str, text: String) -> Option<String> {
        if text.chars().count() > limits::SHORT_TEXT_CHARS {
            self.too_much(name, "too-long", limits::SHORT_TEXT_CHARS, "characters");
            return None;
        }
        if text.chars().any(breaks_a_line) {
            self.fault(name, "control-character", "control characters and line breaks are not taken here");
            return None;
        }
        Some(text)
    }

    /// A text of many lines, with `\n` between them.
    pub fn lines(&mut self, name: &str) -> Option<String> {
        let text = self.take(name, "type")?;
        self.check_lines(name, text)
    }

    /// The text of a member of many lines, if it may be that.
    pub fn check_lines(&mut self, name: &str, text: String) -> Option<String> {
        let text = if text.contains('\r') { text.replace("\r\n", "\n").replace('\r', "\n") } else { text };
        if text.len() > limits::DESCRIPTION_BYTES {
            self.too_much(name, "too-long", limits::DESCRIPTION_BYTES, "bytes");
            return None;
        }
        if text.chars().any(|c| c.is_ascii_control() && c != '\n' && c != '\t') {
            self.fault(name, "control-character", "control characters are not taken here");
            return None;
        }
        Some(text)
    }

    /// A number that lies in a range.
    pub fn number(&mut self, name: &str, range: std::ops::RangeInclusive<i64>) -> Option<i64> {
        let number = self.take::<i64>(name, "type")?;
        if range.contains(&number) {
            return Some(number);
        }
        let said = format!("between {} and {}", range.start(), range.end());
        let fault = FieldFault::new(pointer(&self.at, name), "out-of-range", said);
        self.faults.push(fault.allowing(format!("{}–{}", range.start(), range.end())));
        None
    }

    /// A set, written as an object whose values are `true`.
    pub fn set(&mut self, name: &str) -> BTreeMap<String, bool> {
        let mut set: BTreeMap<String, bool> = self.take(name, "type").unwrap_or_default();
        if set.len() > limits::SMALL_MEMBERS {
            self.too_much(name, "too-many", limits::SMALL_MEMBERS, "members");
            return BTreeMap::new();
        }
        if set.keys().any(|key| key.len() > KEY_BYTES || key.chars().any(breaks_a_line)) {
            self.fault(name, "bad-key", "keys are at most 255 bytes, without control characters");
            return BTreeMap::new();
        }
        set.retain(|_, member| *member);
        set
    }

    /// A map of objects, each read by `read`.
    pub fn map<T>(
        &mut self,
        name: &str,
        most: usize,
        mut read: impl FnMut(Members<'_>) -> Option<T>,
    ) -> BTreeMap<String, T> {
        let Some(value) = self.value(name) else { return BTreeMap::new() };
        let Value::Object(objects) = value else {
            let fault =
                FieldFault::new(pointer(&self.at, name), "type", "a JSON object of objects is expected here");
            self.faults.push(fault.expecting(JsonKind::Object));
            return BTreeMap::new();
        };
        if objects.len() > most {
            self.too_much(name, "too-many", most, "members");
            return BTreeMap::new();
        }
        let at = pointer(&self.at, name);
        let mut map = BTreeMap::new();
        for (key, value) in objects {
            let place = pointer(&at, &key);
            if key.is_empty() || key.len() > KEY_BYTES || key.chars().any(breaks_a_line) {
                let detail = "keys are 1 to 255 bytes, without control characters";
                self.faults.push(FieldFault::new(place, "bad-key", detail));
            } else if let Some(members) = Members::of(value, place, self.faults)
                && let Some(object) = read(members)
            {
                map.insert(key, object);
            }
        }
        map
    }

    /// The members of an object within this one.
    pub fn object(&mut self, name: &str) -> Option<Members<'_>> {
        let value = self.value(name)?;
        Members::of(value, pointer(&self.at, name), self.faults)
    }

    /// Checks `@type`, which may be left out.
    pub fn object_type(&mut self, expected: &str) {
        let found: Option<String> = self.take("@type", "type");
        if found.is_some_and(|found| found != expected) {
            let fault =
                FieldFault::new(pointer(&self.at, "@type"), "one-of", format!("{expected} is expected here"));
            self.faults.push(fault.allowing(expected));
        }
    }

    /// Checks the links beside the known members (RFC 8984 §1.4.11), which are shown to be tapped.
    pub fn check_links(&mut self) {
        let Some(Value::Object(links)) = self.members.get("links") else { return };
        let at = pointer(&self.at, "links");
        for (key, link) in links {
            for name in ["href", "uri"] {
                if link.get(name).and_then(Value::as_str).is_some_and(|uri| !is_link(uri)) {
                    let said = "a link begins with http:, https:, tel: or mailto: and has no spaces";
                    self.faults.push(FieldFault::new(pointer(&pointer(&at, key), name), "uri", said));
                }
            }
        }
    }

    /// Adds faults that were found elsewhere.
    pub fn extend(&mut self, faults: Vec<FieldFault>) {
        self.faults.extend(faults);
    }

    /// What was not read, as it is: in a patch, `null` takes away.
    pub fn rest_with_nulls(self) -> Map<String, Value> {
        self.members
    }

    /// What was not read: kept as it is.
    pub fn rest(self) -> BTreeMap<String, Value> {
        self.members.into_iter().filter(|(_, value)| !value.is_null()).collect()
    }
}

/// The JSON Pointer of a member (RFC 6901).
pub(super) fn pointer(at: &str, name: &str) -> String {
    format!("{at}/{}", name.replace('~', "~0").replace('/', "~1"))
}
