//! The only diesel of this crate.

pub(crate) mod choices;
pub(crate) mod feeds;
pub(crate) mod inbox;
pub(crate) mod notifications;
