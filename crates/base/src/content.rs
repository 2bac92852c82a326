//! Content lines: what iCalendar (RFC 5545 §3.1) and vCard (RFC 6350 §3.2) files are made of.
//!
//! They are read here and not by a parser crate, because a fault is told with the number of its line, a line may be folded in
//! the middle of a character, and what nobody has a word for must stay as it was.

pub mod component;
pub mod line;
pub mod text;
