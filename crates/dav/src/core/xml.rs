//! XML (RFC 4918 §8): what clients send, read within bounds, and what they are answered.

mod character;
mod name;
mod read;
mod scan;
mod write;

pub(crate) use name::{CARDDAV, Name, OF_CALENDARS, OF_CONTACTS, Prefixes};
pub(crate) use read::{BadXml, Element, read};
pub(crate) use write::Writer;
