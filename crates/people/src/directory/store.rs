//! The directory's tables.

pub(super) mod callers;
pub(super) mod favourites;
pub(super) mod people;
pub(super) mod units;
