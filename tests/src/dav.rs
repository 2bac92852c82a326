//! Calendar clients from outside: WebDAV and CalDAV.

mod client;
mod discovery;
mod hostile;
mod objects;
mod queries;
mod scheduling;
mod sync;
mod two_ways;
