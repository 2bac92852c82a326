//! The staff as a sheet says it: what it would change, how that is written at once, and how it is taken back.

mod addresses;
mod appointments;
mod compare;
mod ids;
mod known;
mod model;
mod paths;
mod write;

pub(super) use appointments::appointments;
pub(super) use compare::{Stored, compare};
pub(super) use ids::NewIds;
pub use model::{
    Appointment, Appointments, Change, Lookalike, PreparedRoster, Remark, Roster, RosterCounts, RosterPerson,
    RosterPlan, RosterPost, RosterState, TakenAddress, Withdrawal,
};
pub(super) use model::{Former, Undo, WrittenTerm, eve, office_day, office_midnight, office_time};
pub(super) use paths::Paths;
pub(super) use write::{FEW, complete, is_staged, stage, write};
