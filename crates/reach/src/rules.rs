//! What follows from what, without I/O.

pub(crate) mod call;
pub(crate) mod derive;
pub(crate) mod instant;
pub(crate) mod line;
pub(crate) mod memo;
pub(crate) mod office_time;
pub(crate) mod part;
pub(crate) mod setting;
pub(crate) mod text;
pub(crate) mod title;
