#![doc = include_str!("../README.md")]

pub mod codec;
mod fault;
pub mod model;
mod rules;
pub mod service;
mod store;

pub use fault::ContactsFault;
