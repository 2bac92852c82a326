#![doc = include_str!("../README.md")]

mod account_fault;
mod appointed;
mod assembly;
pub mod claim;
pub mod cli;
pub mod config;
pub mod demo;
mod disks;
mod examination;
mod http;
mod jobs;
mod ldap_source;
pub mod logging;
mod mailroom;
mod near;
mod paced;
mod phonebook;
mod pusher;
pub mod server;
mod staff;
mod surroundings;
mod ticker;
pub mod worker;

pub use config::Config;
pub use server::{RunningServer, Signals, start};
