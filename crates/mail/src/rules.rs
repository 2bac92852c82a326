//! Pure rules: values in, decision out.

pub mod compare;
pub mod folding;
pub mod outgoing;
pub mod thread;
