//! Who exists and may do what.

pub mod access;
pub mod search;
