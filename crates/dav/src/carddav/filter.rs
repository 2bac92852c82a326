//! `CARDDAV:filter` (RFC 6352 §10.5): which cards a query means.

mod matching;
mod reading;

use renraku_contacts::service::objects::{Needle, Place};

use crate::core::Collation;

pub(super) use matching::matches;
pub(super) use reading::read;

/// What a card has to be like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Filter {
    pub test: Test,
    pub props: Vec<PropFilter>,
}

/// How many of several conditions have to hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Test {
    Any,
    All,
}

impl Test {
    /// Whether enough of these hold; of none, all do.
    fn of<T>(self, conditions: &[T], holds: impl Fn(&T) -> bool) -> bool {
        match self {
            Self::Any => conditions.is_empty() || conditions.iter().any(holds),
            Self::All => conditions.iter().all(holds),
        }
    }
}

/// What a property has to be like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PropFilter {
    /// Only in this group.
    pub group: Option<String>,
    pub name: String,
    pub test: PropTest,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum PropTest {
    /// There is none.
    Absent,
    /// There is one of which enough of this holds.
    Holds { test: Test, conditions: Vec<Condition> },
}

/// What the value or a parameter of a property has to be like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Condition {
    Text(TextMatch),
    Param { name: String, test: ParamTest },
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ParamTest {
    /// There is none.
    Absent,
    /// There is one.
    Present,
    /// There is one whose value is so.
    Text(TextMatch),
}

/// A text that has to be, or not to be, in a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TextMatch {
    /// As it was sent.
    text: String,
    /// Folded by the collation.
    folded: String,
    /// How it is found where it is written otherwise, with other glyphs, in kana, in romaji: by the collation for all letters, which is
    /// the one that is meant when none is named.
    needle: Option<Needle>,
    collation: Collation,
    kind: MatchKind,
    negated: bool,
}

/// Where in a value the text has to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum MatchKind {
    Equals,
    Contains,
    StartsWith,
    EndsWith,
}

impl TextMatch {
    /// Whether a value is so, whatever is wanted of that.
    fn is_so(&self, value: &str) -> bool {
        self.kind.meets(&self.collation.fold(value), &self.folded)
    }
}

impl MatchKind {
    fn meets(self, value: &str, wanted: &str) -> bool {
        match self {
            Self::Equals => value == wanted,
            Self::Contains => value.contains(wanted),
            Self::StartsWith => value.starts_with(wanted),
            Self::EndsWith => value.ends_with(wanted),
        }
    }
}

/// A text that lies in a card, how it is looked for, and where.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sought<'f> {
    pub text: &'f str,
    pub needle: &'f Needle,
    pub place: Place,
}

/// The texts of which one lies in each card that a filter means; `None` where every card has to be looked at. With `others`, also of
/// properties by which contacts are not found.
pub(super) fn sought(filter: &Filter, others: bool) -> Option<Vec<Sought<'_>>> {
    let of_each = filter.props.iter().map(|filter| of_prop(filter, others));
    match filter.test {
        Test::Any if filter.props.is_empty() => None,
        Test::Any => of_each.collect::<Option<Vec<_>>>().map(|all| all.concat()),
        Test::All => of_each.flatten().min_by_key(Vec::len),
    }
}

fn of_prop(filter: &PropFilter, others: bool) -> Option<Vec<Sought<'_>>> {
    let PropTest::Holds { test, conditions } = &filter.test else { return None };
    let place = Needle::place(&filter.name).filter(|place| others || *place == Place::Found)?;
    if conditions.is_empty() {
        return None;
    }
    let of_each = conditions.iter().map(|condition| match condition {
        Condition::Text(text) if !text.negated => {
            Some(Sought { text: &text.text, needle: text.needle.as_ref()?, place })
        }
        Condition::Text(_) | Condition::Param { .. } => None,
    });
    match test {
        Test::Any => of_each.collect(),
        Test::All => of_each.flatten().next().map(|one| vec![one]),
    }
}
