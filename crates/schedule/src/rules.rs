//! Decisions about events and time: values in, decision out, no I/O.

pub mod access;
pub mod attendance;
pub mod booking;
pub mod free_busy;
pub mod merge;
pub mod opening;
pub mod recurrence;
