//! The REST API from outside, one file a resource row of the contract, and one for each rule of every request.

mod auth;
mod directory;
mod manners;
mod me;
