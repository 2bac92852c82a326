#![doc = include_str!("../README.md")]

mod among;
pub mod changes;
mod connection;
mod control;
mod db;
mod error;
mod examine;
pub mod jobs;
pub mod ledger;
mod like;
mod literal;
pub mod meta;
mod prepared;
pub mod schema;
mod transaction;
mod turns;
mod writer;

// The crate's features choose how libpq and SQLite are built.
use libsqlite3_sys as _;
use pq_sys as _;

pub use among::{Among, among};
pub use changes::{Changed, CollectionId, CollectionKind, ObjectType};
pub use connection::{AnyConn, Location};
pub use db::{Db, Settings};
pub use error::Error;
pub use examine::{Finding, examine};
pub use like::contains;
pub use literal::{Condition, Literal};
pub use transaction::{ReadTx, Tx, columns};
