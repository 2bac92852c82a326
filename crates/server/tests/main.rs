//! The binary as a stranger meets it.
#![cfg(test)]

mod cli;
mod demo;
mod first_day;
mod office;
