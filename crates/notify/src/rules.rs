//! Decisions without I/O.

pub(crate) mod clean;
pub(crate) mod text;
