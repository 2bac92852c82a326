//! How names, words and numbers are compared when somebody looks for them: pure functions from what is written to what
//! is compared.
//!
//! Folding only widens a search; what is stored and shown is never rewritten. `docs/SEARCH.md` tells the rules with
//! their sources.

mod between_kanji;
mod classes;
mod fold;
mod in_a_row;
mod number;
mod order;
mod query;
mod romaji;
#[cfg(test)]
mod tests;
mod variants;
mod written_numbers;

pub(crate) use classes::Classes;
pub use fold::{fold, fold_as_written, fold_lines, is_cut_within};
pub(crate) use in_a_row::{Known, in_a_row};
pub use number::{fold_number, fold_public_number};
pub use order::reading_order;
pub use query::{Query, Word};
pub use romaji::fold_reading;
pub(crate) use romaji::{ONLY_FROM_START, fold_name_reading};
pub use written_numbers::written_numbers;
