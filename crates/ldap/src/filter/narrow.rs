use renraku_people::directory::Narrow;

use super::{Check, Condition, matching::Needle};
use crate::schema::{self, AttributeType, Description, Matching};

static OF_PEOPLE: [&AttributeType; 17] = [
    &schema::OBJECT_CLASS,
    &schema::STRUCTURAL_OBJECT_CLASS,
    &schema::HAS_SUBORDINATES,
    &schema::SUBSCHEMA_SUBENTRY,
    &schema::ENTRY_DN,
    &schema::ENTRY_UUID,
    &schema::CN,
    &schema::SN,
    &schema::GIVEN_NAME,
    &schema::DISPLAY_NAME,
    &schema::UID,
    &schema::TELEPHONE_NUMBER,
    &schema::MOBILE,
    &schema::MAIL,
    &schema::OU,
    &schema::TITLE,
    &schema::JPEG_PHOTO,
];

/// What contacts have that people have not.
static OF_CONTACTS: [&AttributeType; 5] = [
    &schema::O,
    &schema::FACSIMILE_TELEPHONE_NUMBER,
    &schema::POSTAL_ADDRESS,
    &schema::CREATE_TIMESTAMP,
    &schema::MODIFY_TIMESTAMP,
];

/// The object classes of people and of contacts.
const PERSONS: [&str; 4] = ["top", "person", "organizationalperson", "inetorgperson"];

static OF_UNITS: [&AttributeType; 8] = [
    &schema::OBJECT_CLASS,
    &schema::STRUCTURAL_OBJECT_CLASS,
    &schema::HAS_SUBORDINATES,
    &schema::SUBSCHEMA_SUBENTRY,
    &schema::ENTRY_DN,
    &schema::ENTRY_UUID,
    &schema::OU,
    &schema::DESCRIPTION,
];

/// Whether a condition can hold for a person at all.
pub(crate) fn may_hold_for_people(condition: &Condition) -> bool {
    may(condition, &|kind| std::ptr::eq(kind, &schema::DEPARTMENT) || is_among(kind, &OF_PEOPLE), &PERSONS)
        .hold
}

/// Whether a condition can hold for a contact at all: only then contacts are read.
pub(crate) fn may_hold_for_contacts(condition: &Condition) -> bool {
    may(condition, &|kind| is_among(kind, &OF_CONTACTS) || is_among(kind, &OF_PEOPLE), &PERSONS).hold
}

/// Whether a condition can hold for a unit or an address book at all: only then they are read.
pub(crate) fn may_hold_for_units(condition: &Condition) -> bool {
    may(condition, &|kind| is_among(kind, &OF_UNITS), &["top", "organizationalunit"]).hold
}

fn is_among(kind: &AttributeType, kinds: &[&AttributeType]) -> bool {
    kinds.iter().any(|other| std::ptr::eq(*other, kind))
}

/// What a condition may be for entries of a sort.
#[derive(Clone, Copy)]
struct May {
    hold: bool,
    fail: bool,
}

fn may(condition: &Condition, has: &impl Fn(&AttributeType) -> bool, classes: &[&str]) -> May {
    match condition {
        Condition::All(all) => {
            let each = all.iter().map(|one| may(one, has, classes));
            each.fold(May { hold: true, fail: false }, |so_far, one| May {
                hold: so_far.hold && one.hold,
                fail: so_far.fail || one.fail,
            })
        }
        Condition::Any(any) => {
            let each = any.iter().map(|one| may(one, has, classes));
            each.fold(May { hold: false, fail: true }, |so_far, one| May {
                hold: so_far.hold || one.hold,
                fail: so_far.fail && one.fail,
            })
        }
        Condition::Not(condition) => {
            let May { hold, fail } = may(condition, has, classes);
            May { hold: fail, fail: hold }
        }
        Condition::Attribute(description, check) => match check {
            Check::Equal(needle) if std::ptr::eq(description.kind, &schema::OBJECT_CLASS) => {
                let hold = classes.contains(&needle.text.as_str());
                May { hold, fail: !hold }
            }
            _ => May { hold: has(description.kind), fail: true },
        },
        Condition::Undefined => May { hold: false, fail: false },
    }
}

/// What the directory's index, and that of contacts, can say of a condition.
pub(crate) fn narrow(condition: &Condition) -> Narrow {
    match condition {
        Condition::All(all) => Narrow::All(distinct(all.iter().map(narrow))),
        Condition::Any(any) => Narrow::Any(distinct(any.iter().map(narrow))),
        Condition::Not(_) => everyone(),
        Condition::Attribute(description, check) => of(*description, check),
        Condition::Undefined => Narrow::Any(Vec::new()),
    }
}

/// Each once: a phone asks for the same text in many attributes.
fn distinct(narrows: impl Iterator<Item = Narrow>) -> Vec<Narrow> {
    let mut distinct = Vec::new();
    for narrow in narrows {
        if !distinct.contains(&narrow) {
            distinct.push(narrow);
        }
    }
    distinct
}

fn everyone() -> Narrow {
    Narrow::All(Vec::new())
}

fn of(description: Description, check: &Check) -> Narrow {
    let kind = description.kind;
    match check {
        Check::Equal(needle) if std::ptr::eq(kind, &schema::UID) => Narrow::Uid(needle.text.clone()),
        Check::Equal(needle) if kind.matching == Matching::Number => Narrow::Number(needle.text.clone()),
        Check::Equal(needle) => by_word(kind, needle),
        Check::Pieces(pieces) => {
            Narrow::All(distinct(pieces.iter().map(|piece| by_word(kind, &piece.needle))))
        }
        Check::Present | Check::AtLeast(_) | Check::AtMost(_) => everyone(),
    }
}

fn by_word(kind: &'static AttributeType, needle: &Needle) -> Narrow {
    let Some(word) = needle.word.clone() else { return everyone() };
    match kind.matching {
        Matching::Name => Narrow::Name(word),
        Matching::Number => Narrow::Address(word),
        // Its lines are divided here, and not where it is looked for.
        Matching::Text if std::ptr::eq(kind, &schema::POSTAL_ADDRESS) => everyone(),
        Matching::Text => Narrow::Post(word),
        Matching::Word if std::ptr::eq(kind, &schema::MAIL) => Narrow::Address(word),
        // Ids of people without an account are in no index, and the rest is the same for all people or of one alone.
        Matching::Word | Matching::Dn | Matching::Picture => everyone(),
    }
}
