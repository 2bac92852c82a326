//! RFC 9553 as a table: what a card may say.

use renraku_base::{FieldFault, is_active, is_media_data};
use serde_json::{Map, Value};

use super::shape::{
    self, Member,
    Shape::{
        Bool, Data, Instant, Language, Line, Link, List, Map as Keyed, Number, Object, OneOf, Open, Set,
        Text, Texts, Uri,
    },
    Type, may, must,
};

/// The largest card, as JSON.
const CARD_BYTES: usize = 512 * 1024;
/// The most values that a card may be made of.
const CARD_VALUES: usize = 5_000;
/// The deepest nesting of a card.
const CARD_DEPTH: usize = 32;
/// The longest uid, in characters.
const UID_CHARS: usize = 255;

/// Every fault of a card.
pub(crate) fn faults(members: &Map<String, Value>) -> Vec<FieldFault> {
    let mut values = 0;
    if !fits(members.values(), CARD_DEPTH, &mut values) {
        let detail = format!("a card has at most {CARD_VALUES} values, nested at most {CARD_DEPTH} deep");
        return vec![FieldFault::new("", "too-many", detail)];
    }
    let mut faults = Vec::new();
    if serde_json::to_vec(members).map_or(usize::MAX, |json| json.len()) > CARD_BYTES {
        let detail = format!("a card is at most {CARD_BYTES} bytes; make its pictures smaller");
        faults.push(FieldFault::new("", "too-large", detail));
    }
    shape::check(members, &CARD, "", &mut faults);
    if let Some(uid) = members.get("uid").and_then(Value::as_str) {
        if uid.is_empty() {
            faults.push(FieldFault::new("/uid", "required", "give a uid, or leave the member out"));
        } else if uid.chars().count() > UID_CHARS {
            faults.push(
                FieldFault::new("/uid", "too-long", format!("at most {UID_CHARS} characters"))
                    .allowing(format!("≤ {UID_CHARS}")),
            );
        } else if uid.contains('\u{85}') {
            faults.push(FieldFault::new("/uid", "control-character", "a uid is one line"));
        }
    }
    if let Some(Value::Object(localizations)) = members.get("localizations") {
        for (tag, patch) in localizations {
            let at = format!("/localizations/{}", tag.replace('~', "~0").replace('/', "~1"));
            if !shape::is_language_tag(tag) {
                faults.push(FieldFault::new(&at, "language-tag", "a language is written like ja or ja-Kana"));
            } else if let Value::Object(patch) = patch {
                check_patched_uris(patch, &at, &mut faults);
            } else {
                faults.push(FieldFault::new(&at, "type", "an object is expected here"));
            }
        }
    }
    faults
}

/// What a localization puts in the place of a URI runs nothing, either.
fn check_patched_uris(patch: &Map<String, Value>, at: &str, faults: &mut Vec<FieldFault>) {
    for (pointer, value) in patch {
        let place = format!("{at}/{}", pointer.replace('~', "~0").replace('/', "~1"));
        let is_uri = pointer.rsplit('/').next() == Some("uri");
        match value {
            Value::String(uri) if is_uri && is_active(uri) && !is_media_data(uri) => {
                let detail = "javascript:, vbscript: and data: are not taken here";
                faults.push(FieldFault::new(place, "active-uri", detail));
            }
            Value::Object(inner) => check_patched_uris(inner, &place, faults),
            _ => {}
        }
    }
}

/// Whether nothing is nested deeper than `depth` and there are not too many values in all.
fn fits<'v>(values: impl Iterator<Item = &'v Value>, depth: usize, count: &mut usize) -> bool {
    for value in values {
        *count += 1;
        let inside = match (value, depth.checked_sub(1)) {
            _ if *count > CARD_VALUES => false,
            (Value::Object(members), Some(depth)) => fits(members.values(), depth, count),
            (Value::Array(list), Some(depth)) => fits(list.iter(), depth, count),
            (Value::Object(_) | Value::Array(_), None) => false,
            _ => true,
        };
        if !inside {
            return false;
        }
    }
    true
}

/// What most members of a card have in common (RFC 9553 §1.5).
const CONTEXTS: Member = may("contexts", Set);
const PREF: Member = may("pref", Number(1, 100));
const LABEL: Member = may("label", Line);

static CARD: Type = Type {
    name: "Card",
    members: &[
        must("version", Line),
        must("uid", Line),
        may("created", Instant),
        may("kind", Line),
        may("language", Language),
        may("members", Set),
        may("prodId", Line),
        may("relatedTo", Keyed(&RELATION)),
        may("updated", Instant),
        may("name", Object(&NAME)),
        may("nicknames", Keyed(&NICKNAME)),
        may("organizations", Keyed(&ORGANIZATION)),
        may("speakToAs", Object(&SPEAK_TO_AS)),
        may("titles", Keyed(&TITLE)),
        may("emails", Keyed(&EMAIL_ADDRESS)),
        may("onlineServices", Keyed(&ONLINE_SERVICE)),
        may("phones", Keyed(&PHONE)),
        may("preferredLanguages", Keyed(&LANGUAGE_PREF)),
        may("calendars", Keyed(&CALENDAR)),
        may("schedulingAddresses", Keyed(&SCHEDULING_ADDRESS)),
        may("addresses", Keyed(&ADDRESS)),
        may("cryptoKeys", Keyed(&CRYPTO_KEY)),
        may("directories", Keyed(&DIRECTORY)),
        may("links", Keyed(&LINK)),
        may("media", Keyed(&MEDIA)),
        may("localizations", Open),
        may("anniversaries", Keyed(&ANNIVERSARY)),
        may("keywords", Set),
        may("notes", Keyed(&NOTE)),
        may("personalInfo", Keyed(&PERSONAL_INFO)),
    ],
};

static RELATION: Type = Type { name: "Relation", members: &[may("relation", Set)] };

static NAME: Type = Type {
    name: "Name",
    members: &[
        may("full", Line),
        may("components", List(&NAME_COMPONENT)),
        may("isOrdered", Bool),
        may("defaultSeparator", Line),
        may("sortAs", Texts),
        may("phoneticScript", Line),
        may("phoneticSystem", Line),
    ],
};

static NAME_COMPONENT: Type = Type {
    name: "NameComponent",
    members: &[must("value", Line), must("kind", Line), may("phonetic", Line)],
};

static NICKNAME: Type = Type { name: "Nickname", members: &[must("name", Line), CONTEXTS, PREF] };

static ORGANIZATION: Type = Type {
    name: "Organization",
    members: &[may("name", Line), may("units", List(&ORG_UNIT)), may("sortAs", Line), CONTEXTS],
};

static ORG_UNIT: Type = Type { name: "OrgUnit", members: &[must("name", Line), may("sortAs", Line)] };

static SPEAK_TO_AS: Type =
    Type { name: "SpeakToAs", members: &[may("grammaticalGender", Line), may("pronouns", Keyed(&PRONOUNS))] };

static PRONOUNS: Type = Type { name: "Pronouns", members: &[must("pronouns", Line), CONTEXTS, PREF] };

static TITLE: Type =
    Type { name: "Title", members: &[must("name", Line), may("kind", Line), may("organizationId", Line)] };

static EMAIL_ADDRESS: Type =
    Type { name: "EmailAddress", members: &[must("address", Line), CONTEXTS, PREF, LABEL] };

static ONLINE_SERVICE: Type = Type {
    name: "OnlineService",
    members: &[may("service", Line), may("uri", Uri), may("user", Line), CONTEXTS, PREF, LABEL],
};

static PHONE: Type =
    Type { name: "Phone", members: &[must("number", Line), may("features", Set), CONTEXTS, PREF, LABEL] };

static LANGUAGE_PREF: Type =
    Type { name: "LanguagePref", members: &[must("language", Language), CONTEXTS, PREF] };

static CALENDAR: Type = Type {
    name: "Calendar",
    members: &[must("uri", Uri), may("kind", Line), may("mediaType", Line), CONTEXTS, PREF, LABEL],
};

static SCHEDULING_ADDRESS: Type =
    Type { name: "SchedulingAddress", members: &[must("uri", Uri), CONTEXTS, PREF, LABEL] };

static ADDRESS: Type = Type {
    name: "Address",
    members: &[
        may("components", List(&ADDRESS_COMPONENT)),
        may("isOrdered", Bool),
        may("countryCode", Line),
        may("coordinates", Line),
        may("timeZone", Line),
        may("full", Text),
        may("defaultSeparator", Text),
        may("phoneticScript", Line),
        may("phoneticSystem", Line),
        CONTEXTS,
        PREF,
    ],
};

static ADDRESS_COMPONENT: Type = Type {
    name: "AddressComponent",
    members: &[must("value", Text), must("kind", Line), may("phonetic", Line)],
};

static CRYPTO_KEY: Type = Type {
    name: "CryptoKey",
    members: &[must("uri", Data), may("kind", Line), may("mediaType", Line), CONTEXTS, PREF, LABEL],
};

static DIRECTORY: Type = Type {
    name: "Directory",
    members: &[
        must("uri", Uri),
        may("kind", Line),
        may("listAs", Number(1, 10_000)),
        may("mediaType", Line),
        CONTEXTS,
        PREF,
        LABEL,
    ],
};

static LINK: Type = Type {
    name: "Link",
    members: &[must("uri", Link), may("kind", Line), may("mediaType", Line), CONTEXTS, PREF, LABEL],
};

static MEDIA: Type = Type {
    name: "Media",
    members: &[may("uri", Data), may("kind", Line), may("mediaType", Line), CONTEXTS, PREF, LABEL],
};

static ANNIVERSARY: Type = Type {
    name: "Anniversary",
    members: &[
        must("kind", Line),
        must("date", OneOf(&[&PARTIAL_DATE, &TIMESTAMP])),
        may("place", Object(&ADDRESS)),
    ],
};

static PARTIAL_DATE: Type = Type {
    name: "PartialDate",
    members: &[
        may("year", Number(1, 9_999)),
        may("month", Number(1, 12)),
        may("day", Number(1, 31)),
        may("calendarScale", Line),
    ],
};

static TIMESTAMP: Type = Type { name: "Timestamp", members: &[must("utc", Instant)] };

static NOTE: Type = Type {
    name: "Note",
    members: &[must("note", Text), may("created", Instant), may("author", Object(&AUTHOR))],
};

static AUTHOR: Type = Type { name: "Author", members: &[may("name", Line), may("uri", Uri)] };

static PERSONAL_INFO: Type = Type {
    name: "PersonalInfo",
    members: &[
        must("kind", Line),
        must("value", Line),
        may("level", Line),
        may("listAs", Number(1, 10_000)),
        LABEL,
    ],
};

#[cfg(test)]
mod tests;
