#![doc = include_str!("../README.md")]

pub mod codec;
mod fault;
pub mod jobs;
pub mod model;
pub mod rules;
pub mod service;
mod store;

pub use fault::{Alternative, Clash, FacilityRule, FacilityTaken, RuleBroken, ScheduleFault};
