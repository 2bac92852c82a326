#![doc = include_str!("../README.md")]

mod ber;
mod connection;
mod dn;
mod entries;
mod entry;
mod fault;
mod filter;
mod frame;
mod listener;
mod operation;
mod schema;
mod search;
mod session;
mod settings;
mod tls;

pub use dn::Dn;
pub use listener::{Ldap, Listeners, Serving};
pub use settings::{Limits, Settings};
pub use tls::{BadTls, Tls};
