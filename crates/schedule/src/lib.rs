#![doc = include_str!("../README.md")]

mod fault;
pub mod model;
pub mod service;
mod store;

pub use fault::{Alternative, FacilityTaken, ScheduleFault};
