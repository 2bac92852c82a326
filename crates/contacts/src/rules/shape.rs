//! What the members of a JSON object may be, said as a table, and the check of an object against it.

use renraku_base::{FieldFault, Fitting, JsonKind, Timestamp, is_active, is_link, is_media_data};
use serde_json::{Map, Value};

/// The longest text of one line, in characters.
const LINE_CHARS: usize = 1_000;
/// The longest key of a map, in bytes (RFC 9553 §1.4.1).
const KEY_BYTES: usize = 255;
/// The most entries of one map, set or list.
const ENTRIES: usize = 500;

/// What a value may be.
#[derive(Debug, Clone, Copy)]
pub(super) enum Shape {
    /// A text of one line.
    Line,
    /// A text of any length, with line breaks.
    Text,
    /// A URI that is shown to be tapped.
    Link,
    /// A URI that runs nothing by itself.
    Uri,
    /// A URI that may carry a picture, a sound or a key.
    Data,
    /// A language tag, like `ja` (RFC 5646).
    Language,
    /// An instant (RFC 3339, UTC).
    Instant,
    /// `true` or `false`.
    Bool,
    /// A whole number between two.
    Number(i64, i64),
    /// An object whose values are `true`.
    Set,
    /// An object whose values are texts.
    Texts,
    /// Something of this type.
    Object(&'static Type),
    /// An object of objects, by keys of their own.
    Map(&'static Type),
    /// A list of objects.
    List(&'static Type),
    /// An object whose members the standard leaves open.
    Open,
    /// One of several types, told apart by its `@type`; the first when it has none.
    OneOf(&'static [&'static Type]),
}

/// A type of object that the standard names.
#[derive(Debug)]
pub(super) struct Type {
    /// What its `@type` says.
    pub name: &'static str,
    /// Its members; others are left alone.
    pub members: &'static [Member],
}

/// A member of a type.
#[derive(Debug)]
pub(super) struct Member {
    /// What it is called.
    pub name: &'static str,
    /// What it may be.
    pub shape: Shape,
    /// Whether the object is nothing without it.
    pub required: bool,
}

/// A member that may be left out.
pub(super) const fn may(name: &'static str, shape: Shape) -> Member {
    Member { name, shape, required: false }
}

/// A member that must be there.
pub(super) const fn must(name: &'static str, shape: Shape) -> Member {
    Member { name, shape, required: true }
}

/// Notes every fault of an object of this type; `at` is its place in the body.
pub(super) fn check(members: &Map<String, Value>, of: &Type, at: &str, faults: &mut Vec<FieldFault>) {
    if let Some(given) = members.get("@type")
        && given.as_str() != Some(of.name)
    {
        faults.push(
            FieldFault::new(pointer(at, "@type"), "one-of", format!("this is a {}", of.name))
                .allowing(of.name),
        );
    }
    for member in of.members {
        let place = pointer(at, member.name);
        match members.get(member.name) {
            Some(value) => check_value(value, member.shape, &place, faults),
            None if member.required => {
                faults.push(FieldFault::new(
                    place,
                    "required",
                    format!("a {} has a {}", of.name, member.name),
                ));
            }
            None => {}
        }
    }
}

fn check_value(value: &Value, shape: Shape, at: &str, faults: &mut Vec<FieldFault>) {
    let mut wrong = |code: &'static str, detail: String| {
        let allowed = allowed(shape, code);
        faults.push(FieldFault { allowed, ..FieldFault::new(at, code, detail) });
    };
    match (shape, value) {
        (Shape::Line, Value::String(text)) => {
            if text.chars().count() > LINE_CHARS {
                wrong("too-long", format!("at most {LINE_CHARS} characters"));
            } else if text.chars().any(|c| c.is_ascii_control()) {
                wrong(
                    "control-character",
                    "control characters and line breaks are not taken here".to_owned(),
                );
            }
        }
        (Shape::Text, Value::String(text)) => {
            if text.chars().any(|c| c.is_ascii_control() && !matches!(c, '\n' | '\r' | '\t')) {
                wrong("control-character", "control characters are not taken here".to_owned());
            }
        }
        (Shape::Link, Value::String(uri)) => {
            if !is_link(uri) {
                wrong(
                    "uri",
                    "a link begins with http:, https:, tel: or mailto: and has no spaces".to_owned(),
                );
            }
        }
        (Shape::Uri, Value::String(uri)) => {
            if is_active(uri) {
                wrong("active-uri", "javascript:, vbscript: and data: are not taken here".to_owned());
            }
        }
        (Shape::Data, Value::String(uri)) => {
            if is_active(uri) && !is_media_data(uri) && !is_key(uri) {
                wrong("active-uri", "of data: only pictures, sounds and keys are taken".to_owned());
            }
        }
        (Shape::Language, Value::String(tag)) => {
            if !is_language_tag(tag) {
                wrong("language-tag", "a language is written like ja or ja-Kana".to_owned());
            }
        }
        (Shape::Instant, Value::String(text)) => {
            if text.parse::<Timestamp>().is_err() {
                wrong("instant", "an instant is written like 2026-04-01T00:00:00Z".to_owned());
            }
        }
        (Shape::Bool, Value::Bool(_)) | (Shape::Open, Value::Object(_)) => {}
        (Shape::Number(least, most), Value::Number(number)) => {
            if !number.as_i64().is_some_and(|number| (least..=most).contains(&number)) {
                wrong("out-of-range", format!("a whole number between {least} and {most}"));
            }
        }
        (Shape::Set, Value::Object(set)) => {
            check_entries(set, at, faults, |value, at, faults| {
                if *value != Value::Bool(true) {
                    faults.push(FieldFault::new(at, "type", "a set is an object whose values are true"));
                }
            });
        }
        (Shape::Texts, Value::Object(texts)) => {
            check_entries(texts, at, faults, |value, at, faults| check_value(value, Shape::Line, at, faults));
        }
        (Shape::Map(of), Value::Object(objects)) => {
            check_entries(objects, at, faults, |value, at, faults| {
                check_value(value, Shape::Object(of), at, faults);
            });
        }
        (Shape::List(of), Value::Array(list)) => {
            if list.len() > ENTRIES {
                wrong("too-many", format!("at most {ENTRIES}"));
                return;
            }
            for (index, value) in list.iter().enumerate() {
                check_value(value, Shape::Object(of), &pointer(at, &index.to_string()), faults);
            }
        }
        (Shape::Object(of), Value::Object(members)) => check(members, of, at, faults),
        (Shape::OneOf(types), Value::Object(members)) => {
            let named = members.get("@type").and_then(Value::as_str);
            let of = types.iter().find(|of| named == Some(of.name)).or(types.first());
            if let Some(of) = of {
                check(members, of, at, faults);
            }
        }
        (expected, _) => wrong("type", format!("{} is expected here", describe(expected))),
    }
}

fn check_entries(
    entries: &Map<String, Value>,
    at: &str,
    faults: &mut Vec<FieldFault>,
    mut check: impl FnMut(&Value, &str, &mut Vec<FieldFault>),
) {
    if entries.len() > ENTRIES {
        faults.push(
            FieldFault::new(at, "too-many", format!("at most {ENTRIES}")).allowing(format!("≤ {ENTRIES}")),
        );
        return;
    }
    for (key, value) in entries {
        let place = pointer(at, key);
        if key.is_empty() || key.len() > KEY_BYTES || key.chars().any(char::is_control) {
            let detail = format!("keys are 1 to {KEY_BYTES} bytes, without control characters");
            faults.push(FieldFault::new(place, "bad-key", detail));
        } else {
            check(value, &place, faults);
        }
    }
}

/// What a shape takes, in a form that needs no translation.
fn allowed(shape: Shape, code: &str) -> Option<Fitting> {
    if code == "type" {
        return kind(shape).map(Fitting::Kind);
    }
    let values = match (code, shape) {
        ("too-long", _) => Some(format!("≤ {LINE_CHARS}")),
        ("too-many", _) => Some(format!("≤ {ENTRIES}")),
        ("out-of-range", Shape::Number(least, most)) => Some(format!("{least}–{most}")),
        _ => None,
    };
    values.map(Fitting::Values)
}

const fn kind(shape: Shape) -> Option<JsonKind> {
    match shape {
        Shape::Line
        | Shape::Text
        | Shape::Link
        | Shape::Uri
        | Shape::Data
        | Shape::Language
        | Shape::Instant => Some(JsonKind::Text),
        Shape::Number(..) => Some(JsonKind::WholeNumber),
        Shape::Set | Shape::Texts | Shape::Object(_) | Shape::Open | Shape::OneOf(_) | Shape::Map(_) => {
            Some(JsonKind::Object)
        }
        Shape::List(_) => Some(JsonKind::List),
        Shape::Bool => None,
    }
}

const fn describe(shape: Shape) -> &'static str {
    match shape {
        Shape::Set => "an object whose values are true",
        Shape::Texts => "an object whose values are texts",
        Shape::Map(_) => "an object of objects",
        Shape::List(_) => "a list of objects",
        _ => match kind(shape) {
            Some(JsonKind::Text) => "a text",
            Some(JsonKind::WholeNumber) => "a number",
            Some(JsonKind::List) => "a list",
            Some(JsonKind::Object) => "an object",
            None => "true or false",
        },
    }
}

/// The JSON Pointer (RFC 6901) of a member.
fn pointer(at: &str, name: &str) -> String {
    format!("{at}/{}", name.replace('~', "~0").replace('/', "~1"))
}

/// Whether a URI carries a key (RFC 2397), which nothing shows.
fn is_key(uri: &str) -> bool {
    uri.get(..17).is_some_and(|start| start.eq_ignore_ascii_case("data:application/"))
        && !["html", "xml", "script"].iter().any(|active| uri.to_ascii_lowercase().contains(active))
}

/// Whether it has the form of a language tag (RFC 5646 §2.1).
pub(super) fn is_language_tag(tag: &str) -> bool {
    let mut parts = tag.split('-');
    let fits =
        |part: &str| (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric());
    parts
        .next()
        .is_some_and(|language| fits(language) && language.bytes().all(|byte| byte.is_ascii_alphabetic()))
        && parts.all(fits)
}
