use super::{Check, Condition};
use crate::{
    entry::{Attribute, Entry},
    schema::{self, Description},
};

/// What a filter is for an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    True,
    False,
    Undefined,
}

impl Condition {
    /// What it is for this entry.
    pub fn of(&self, entry: &Entry) -> Outcome {
        match self {
            Self::All(all) => fold(all, entry, Outcome::False, Outcome::True),
            Self::Any(any) => fold(any, entry, Outcome::True, Outcome::False),
            Self::Not(condition) => match condition.of(entry) {
                Outcome::True => Outcome::False,
                Outcome::False => Outcome::True,
                Outcome::Undefined => Outcome::Undefined,
            },
            Self::Attribute(description, check) => {
                let joined =
                    || is_ou(*description) && entry.unit_paths().iter().any(|path| check.joins(path));
                if entry.attributes_of(*description).any(|attribute| check.holds(attribute)) || joined() {
                    Outcome::True
                } else {
                    Outcome::False
                }
            }
            Self::Undefined => Outcome::Undefined,
        }
    }

    /// Whether it compares the names of units, for which the names of those above them must be known, too.
    pub fn compares_units(&self) -> bool {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().any(Self::compares_units),
            Self::Not(condition) => condition.compares_units(),
            Self::Attribute(description, check) => {
                is_ou(*description) && matches!(check, Check::Equal(_) | Check::Pieces(_))
            }
            Self::Undefined => false,
        }
    }

    /// What it looks at, added to `found`.
    pub fn add_descriptions(&self, found: &mut Vec<Description>) {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().for_each(|it| it.add_descriptions(found)),
            Self::Not(condition) => condition.add_descriptions(found),
            Self::Attribute(description, _) => found.push(*description),
            Self::Undefined => {}
        }
    }
}

/// One that is `decisive` decides; otherwise one that is undefined does; otherwise it is `rest`.
fn fold(conditions: &[Condition], entry: &Entry, decisive: Outcome, rest: Outcome) -> Outcome {
    let mut outcome = rest;
    for condition in conditions {
        let one = condition.of(entry);
        if one == decisive {
            return decisive;
        }
        if one == Outcome::Undefined {
            outcome = Outcome::Undefined;
        }
    }
    outcome
}

fn is_ou(description: Description) -> bool {
    std::ptr::eq(description.kind, &schema::OU)
}

impl Check {
    /// Whether names of units, from one down to the last, are it without anything between them, and none of them alone is.
    fn joins(&self, names: &[String]) -> bool {
        let is = |name: &str| match self {
            Self::Equal(needle) => needle.is(schema::OU.matching, name, false),
            Self::Pieces(pieces) => super::matching::fits(pieces, schema::OU.matching, name, false),
            Self::Present | Self::AtLeast(_) | Self::AtMost(_) => false,
        };
        let from_each = (0..names.len().saturating_sub(1)).filter_map(|from| names.get(from..));
        from_each.map(<[String]>::concat).any(|joined| is(&joined)) && !names.iter().any(|name| is(name))
    }

    fn holds(&self, attribute: &Attribute) -> bool {
        let matching = attribute.kind.matching;
        let mut values = attribute.values.iter();
        match self {
            Self::Present => true,
            Self::Equal(needle) => values.any(|value| needle.is(matching, value, attribute.phonetic)),
            Self::Pieces(pieces) => {
                values.any(|value| super::matching::fits(pieces, matching, value, attribute.phonetic))
            }
            Self::AtLeast(needle) => {
                values.any(|value| super::normal(matching, value).as_ref() >= Some(&needle.text))
            }
            Self::AtMost(needle) => {
                values.any(|value| super::normal(matching, value).is_some_and(|value| value <= needle.text))
            }
        }
    }
}
