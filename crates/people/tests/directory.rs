//! The directory: search, lookup, and how both follow what is written.

mod follows;
mod groups;
mod lookup;
mod office;
mod rosters;
mod search;
mod sync;
mod writing;
