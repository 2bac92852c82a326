//! The binary as a stranger meets it.
#![cfg(test)]

mod cli;
mod demo;
mod files;
mod first_day;
mod import;
mod lost;
mod office;
mod page;
mod set_up;
mod staff;
