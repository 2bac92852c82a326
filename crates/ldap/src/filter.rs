//! Filters (RFC 4511 §4.5.1.7): read once, then asked of each entry.

mod matching;
mod narrow;
mod outcome;
mod read;

pub(crate) use matching::normal;
pub(crate) use narrow::{may_hold_for_contacts, may_hold_for_people, may_hold_for_units, narrow};
pub(crate) use outcome::Outcome;
pub(crate) use read::{equality, read};

use crate::schema::Description;
use matching::{Needle, Piece};

/// A filter that was understood.
#[derive(Debug)]
pub(crate) enum Condition {
    All(Vec<Condition>),
    Any(Vec<Condition>),
    Not(Box<Condition>),
    Attribute(Description, Check),
    /// What cannot be answered.
    Undefined,
}

/// What an attribute must be.
#[derive(Debug)]
pub(crate) enum Check {
    Present,
    Equal(Needle),
    /// The pieces follow one another.
    Pieces(Vec<Piece>),
    AtLeast(Needle),
    AtMost(Needle),
}
