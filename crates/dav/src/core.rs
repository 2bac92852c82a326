//! WebDAV without calendars: who asks, where, in which XML, and how refusals look.

mod address;
mod app;
mod conditions;
mod fault;
mod multistatus;
mod propfind;
mod request;
pub(crate) mod xml;

pub(crate) use address::{Address, ROOT};
pub use app::Dav;
pub(crate) use conditions::{Depth, depth, expectation, minimal};
pub(crate) use fault::{Condition, DavFault};
pub(crate) use multistatus::{Multistatus, response};
pub(crate) use propfind::Wanted;
pub(crate) use request::{Call, refuse};
