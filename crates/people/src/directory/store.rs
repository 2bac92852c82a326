//! The directory's tables.

pub(super) mod callers;
pub(super) mod entries;
pub(super) mod everyone;
pub(super) mod favourites;
pub(super) mod former;
pub(super) mod people;
pub(super) mod photos;
pub(super) mod recent;
pub(super) mod rosters;
pub(super) mod source_reports;
pub(super) mod staged;
pub(super) mod terms;
pub(super) mod units;
