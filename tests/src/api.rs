//! The REST API from outside, one file a resource row of the contract, and one for each rule of every request.

mod auth;
mod batch;
mod directory;
mod idempotency;
mod limits;
mod manners;
mod me;
mod preconditions;
