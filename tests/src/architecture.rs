//! The rules of the house that no compiler knows.

mod arrows;
mod layout;
mod migrations;
mod schema;
mod sources;
