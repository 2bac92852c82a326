#![doc = include_str!("../README.md")]

mod admission;
mod body;
mod fault;
mod gate;
mod rates;
mod status;
mod volume;

pub use admission::Work;
pub use body::{Patience, receive};
pub use fault::WebFault;
pub use gate::Gate;
pub use rates::{Kind as RateKind, Rates};
pub use status::status;
