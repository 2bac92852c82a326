//! Store and service suites, run on each database.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod memos;
mod office;
mod settings;
