//! `POST sync`: everything that changed for this phone since its token.
//!
//! The token is stateless: it names each followed collection with the number of the last change that the phone holds.
//! One snapshot is read; collections are brought forward in the order in which a person looks at them, until the
//! answer is full. docs/SYNC.md works a morning through.

mod described;
mod engine;
mod feeds;
mod page;
mod route;
mod token;
mod window;

pub(crate) use route::sync;
pub(crate) use token::TokenKey;
