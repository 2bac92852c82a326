//! The decoding tables: every mail of `tests/fixtures/eml` with what a reader must see.

mod bombs;
mod composing;
mod decoding;
mod files;
mod sanitising;
