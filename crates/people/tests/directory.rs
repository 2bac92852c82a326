//! The directory: search, lookup, and how both follow what is written.

mod as_of;
mod caller_id;
mod favourites;
mod follows;
mod groups;
mod lookup;
mod office;
mod recent;
mod rosters;
mod rosters_by_day;
mod search;
mod suppressed;
mod sync;
mod writing;
