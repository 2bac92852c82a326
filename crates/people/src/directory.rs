//! The staff directory: units as a tree, people with their posts, search by any spelling, caller id.
//!
//! What is stored is in the tables; what is read in bulk (search, lists, lookups, sync) comes from [`Directory`], the whole
//! of it in memory, kept true by the change log of the one directory collection.

mod as_of;
mod callers;
mod fault;
mod index;
mod live;
mod model;
mod recency;
mod roster;
pub mod service;
mod source_report;
mod store;
mod tree;

pub use callers::{Caller, caller_label, caller_label_beside};
pub use fault::DirectoryFault;
pub use index::{Narrow, Selected};
pub use live::Directory;
pub use model::{
    CallerNumber, CallerPage, CallerProgress, Favourite, HeldPost, NamedPerson, Person, PersonEntry,
    PersonJson, PersonName, Phone, PhoneKind, Post, PostEntry, PostState, RecentPerson, Standing, Unit,
    UnitCount, UnitDetail, UnitEntry, UnitRef,
};
pub use roster::{
    Appointment, Appointments, Change, Lookalike, PreparedRoster, Remark, Roster, RosterCounts, RosterPerson,
    RosterPlan, RosterPost, RosterState, TakenAddress, Withdrawal,
};
pub use source_report::SourceReport;
