//! The ground on both databases.
#![cfg(test)]

mod among;
mod changes;
mod examine;
mod gap;
mod jobs;
mod ledger;
mod prepared;
mod transactions;

use renraku_base::{Id, kind};

/// An id that a reader of a failure recognises.
fn event(n: u128) -> Id<kind::Event> {
    uuid::Uuid::from_u128(n).into()
}
