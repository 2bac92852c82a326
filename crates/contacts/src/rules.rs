//! Decisions without I/O.

pub(crate) mod callers;
pub(crate) mod card;
pub(crate) mod filed_as;
pub(crate) mod index;
pub(crate) mod keys;
pub(crate) mod merge;
pub(crate) mod sent;
mod shape;
pub(crate) mod union;
