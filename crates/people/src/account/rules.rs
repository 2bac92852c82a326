//! Decisions without I/O: values in, decision out.

pub(crate) mod delay;
pub(crate) mod rotation;
