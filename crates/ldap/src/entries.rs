//! What is in the tree: the root, the schema, containers, people and units.

mod fixed;
mod person;
mod place;
mod units;

pub(crate) use fixed::{SUPPORTED_CONTROLS, base, people, root, subschema, units as units_container};
pub(crate) use person::person;
pub(crate) use place::{Missing, Place};
pub(crate) use units::Units;
