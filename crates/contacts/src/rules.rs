//! Decisions without I/O.

pub(crate) mod card;
pub(crate) mod index;
pub(crate) mod merge;
mod shape;
