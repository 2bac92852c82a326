//! Everything that needs the whole program: the rules of the house, and black-box tests that speak HTTP to a server.
//!
//! One binary, because each further one would link the whole program again.
#![cfg(test)]

mod api;
mod architecture;
mod crash;
mod harness;
mod push;
mod sync;
