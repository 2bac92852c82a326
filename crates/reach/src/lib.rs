#![doc = include_str!("../README.md")]

mod fault;
pub mod jobs;
pub mod model;
mod rules;
pub mod service;
mod store;

pub use fault::ReachFault;
