#![doc = include_str!("../README.md")]

mod assembly;
pub mod cli;
pub mod config;
mod demo;
mod examination;
mod jobs;
pub mod logging;
pub mod server;
mod ticker;
pub mod worker;

pub use config::Config;
pub use server::{RunningServer, start};
