//! The rules of the house that no compiler knows.

mod arrows;
mod layout;
mod migrations;
mod refusals;
mod routes;
mod schema;
mod sources;
