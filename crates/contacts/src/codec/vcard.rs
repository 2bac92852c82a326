//! vCard (RFC 2426, RFC 6350) in and out, as RFC 9555 turns it into JSContact.
//!
//! What is read can be written again: a property for which a card has no word is kept in `vCardProps`, a parameter in
//! `vCardParams` beside what its property says.

mod dates;
mod kept;
mod labels;
mod legacy;
mod lists;
mod media;
mod name;
mod object;
mod places;
mod property;
mod read;
mod select;
mod types;
mod values;
mod write;

pub use object::{CardObject, NotACard, ParsedCard, Place, Version, parse, read_object};
pub use property::{Property, properties};
pub use select::{Wanted, select};
pub use write::write;

pub(crate) use read::WORDS;

/// The largest card, in bytes.
pub const CARD_BYTES: usize = 512 * 1024;

/// The text of a card in another version of the standard; `None` when it cannot be read.
#[must_use]
pub fn convert(text: &str, version: Version) -> Option<String> {
    let object = read_object(text.as_bytes()).ok()?;
    Some(write(&object.members, version))
}

#[cfg(test)]
mod round_trips;
#[cfg(test)]
mod tests;
