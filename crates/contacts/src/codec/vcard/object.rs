use std::fmt;

use renraku_base::{
    FieldFault,
    content::{
        component::{self, Component},
        text,
    },
};
use serde_json::{Map, Value};

use super::{CARD_BYTES, legacy, property::Property, read};

/// A version of the standard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Version {
    /// vCard 3.0 (RFC 2426).
    V3,
    /// vCard 4.0 (RFC 6350).
    V4,
}

impl Version {
    /// Both, the one that every client reads first.
    pub const ALL: [Self; 2] = [Self::V3, Self::V4];

    /// Its number.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::V3 => "3.0",
            Self::V4 => "4.0",
        }
    }

    /// The version of a number.
    #[must_use]
    pub fn parse(number: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == number.trim())
    }
}

/// A card as a contacts client stores it.
#[derive(Debug, Clone, PartialEq)]
pub struct CardObject {
    /// The version in which it is written.
    pub version: Version,
    /// What it says, in the words of JSContact.
    pub members: Map<String, Value>,
}

/// Why a text is no card that a client may store.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotACard {
    /// It is larger than a card may be.
    #[error("the card is too large")]
    TooLarge,
    /// It is of a version that is not stored.
    #[error("the card is neither vCard 3.0 nor 4.0")]
    Version,
    /// It is no vCard, or something in it cannot be taken.
    #[error("the text is no valid vCard")]
    Data(Vec<FieldFault>),
}

/// Where a card stands in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Which card of the file, counted from 1; in a table the line says it.
    pub number: Option<usize>,
    /// On which line it begins, counted from 1.
    pub line: usize,
    /// Its uid, or else its name, if it says one.
    pub name: Option<String>,
}

impl Place {
    /// In a table.
    #[must_use]
    pub fn of_line(line: usize, name: Option<String>) -> Self {
        Self { number: None, line, name }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(number) = self.number {
            write!(f, "VCARD {number}, ")?;
        }
        write!(f, "line {}", self.line)?;
        match &self.name {
            Some(name) => write!(f, ", {name}"),
            None => Ok(()),
        }
    }
}

/// A card of a file.
#[derive(Debug, Clone, PartialEq)]
pub struct ParsedCard {
    /// Where it stands.
    pub place: Place,
    /// What it says, or why it cannot be taken.
    pub members: Result<Map<String, Value>, Vec<FieldFault>>,
}

fn fault(pointer: impl Into<String>, code: &'static str, detail: impl Into<String>) -> FieldFault {
    FieldFault::new(pointer.into(), code, detail.into())
}

/// Reads the text of one card.
///
/// # Errors
/// [`NotACard`].
pub fn read_object(text: &[u8]) -> Result<CardObject, NotACard> {
    if text.len() > CARD_BYTES {
        return Err(NotACard::TooLarge);
    }
    let data = |why: &str| NotACard::Data(vec![fault("", "vcard-line", why)]);
    let root = component::read_within(&legacy::modern(text), CARD_BYTES);
    let card = match root.children.as_slice() {
        [card] if card.name == "VCARD" => card,
        [] => return Err(NotACard::Data(vec![fault("", "not-a-vcard", "there is no BEGIN:VCARD")])),
        _ => return Err(data("there is not one card and nothing else")),
    };
    if !root.lines.is_empty() {
        return Err(data("there is something outside of the card"));
    }
    if let Some((_, why)) = root.bad.first().copied() {
        return Err(data(why));
    }
    let members = members(card).map_err(NotACard::Data)?;
    let said = card.line("VERSION").map(|line| line.value.as_str());
    let version = said.and_then(Version::parse).ok_or(NotACard::Version)?;
    if !members.contains_key("uid") {
        return Err(NotACard::Data(vec![fault("UID", "vcard-uid", "the card has no UID")]));
    }
    Ok(CardObject { version, members })
}

/// The cards of a file, in its order; vCard 2.1 too. None for a file without any.
#[must_use]
pub fn parse(file: &[u8]) -> Vec<ParsedCard> {
    let root = component::read_within(&legacy::modern(&text::narrow(file)), CARD_BYTES);
    let cards = root.children.iter().filter(|card| card.name == "VCARD");
    cards
        .enumerate()
        .map(|(at, card)| {
            let say = |name: &str| card.line(name).map(|line| format!("{name} {}", line.value.trim()));
            let place =
                Place { number: Some(at + 1), line: card.number, name: say("UID").or_else(|| say("FN")) };
            ParsedCard { place, members: members(card) }
        })
        .collect()
}

/// What a card says, or what is wrong with it.
fn members(card: &Component) -> Result<Map<String, Value>, Vec<FieldFault>> {
    if let Some((number, why)) = card.first_fault() {
        let code = if component::is_cut(why) { "vcard-no-end" } else { "vcard-line" };
        return Err(vec![fault(format!("line {number}"), code, why)]);
    }
    if let Some(inner) = card.children.first() {
        let at = format!("line {}", inner.number);
        return Err(vec![fault(at, "vcard-line", "a card has no components in it")]);
    }
    let properties: Vec<Property> = card.lines.iter().map(Property::from).collect();
    if properties.iter().filter(|it| it.name == "UID").count() > 1 {
        return Err(vec![fault("UID", "vcard-uid", "the card has more than one UID")]);
    }
    if !properties.iter().any(|it| matches!(it.name.as_str(), "FN" | "N" | "ORG")) {
        return Err(vec![fault("FN", "vcard-name", "the card has no name")]);
    }
    Ok(read::members(&properties))
}
