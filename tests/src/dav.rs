//! Calendar clients from outside: WebDAV and CalDAV.

mod client;
mod clients;
mod discovery;
mod hostile;
mod objects;
mod push;
mod queries;
mod scheduling;
mod sync;
mod two_ways;
