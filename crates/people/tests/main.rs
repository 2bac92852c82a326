//! Store and service suites, run on each database.
#![cfg(test)]

mod accounts;
mod directory;
