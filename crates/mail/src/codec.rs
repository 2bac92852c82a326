//! Mail text and the model, and nothing else: no clock, no files, no database.
//!
//! Every function here reads foreign bytes. Work is bounded by counting (lines, parts, bytes), never by a clock, so
//! that the same mail always gives the same answer.

mod address;
mod attributes;
pub mod charset;
pub mod compose;
pub mod head;
pub mod header;
pub mod html;
pub mod mime;
pub mod open;
pub mod params;
pub mod quote;
pub mod transfer;
pub mod words;

#[cfg(test)]
mod tests;
