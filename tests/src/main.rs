//! Everything that needs the whole program: the rules of the house, and black-box tests that speak HTTP to a server.
//!
//! One binary, because each further one would link the whole program again.
#![cfg(test)]
#![expect(clippy::disallowed_methods, reason = "a phone makes its own ids and keys")]

mod api;
mod architecture;
mod crash;
mod dav;
mod harness;
mod ldap;
mod ldap_source;
mod push;
mod retrying;
mod routes;
mod sync;
