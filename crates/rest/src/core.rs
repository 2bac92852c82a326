//! What every resource file uses: who asks, what they send, what they get, how refusals look.

mod app;
mod command;
mod describe;
mod locale;
mod manners;
mod problem;
mod query;
mod reader;
mod reply;
mod token_key;
mod turns;
mod who;

pub use app::{App, Parts};
pub(crate) use command::{Body, Command, Empty, Large, Unmet, json, media_type};
pub(crate) use describe::{
    ChangeHeaders, FileBytes, IdempotencyKey, LargeRefusal, QueryRefusal, Refusals, WriteRefusals,
};
pub(crate) use locale::Texts;
pub use locale::{Locales, accepted_language, preferred_language};
pub(crate) use manners::{RequestId, codings, manners, unknown_route};
pub(crate) use problem::RestFault;
pub use problem::{Problem, ProblemBody};
pub(crate) use query::{PageQuery, PathId, Query, cursor, day, ids, limit, page};
pub(crate) use reader::Reader;
pub(crate) use renraku_web::{RateKind, WebFault, Work, receive, status};
pub(crate) use reply::{
    Gone, Resource, Seen, Written, bytes, download, list, object, plain, put_etag, tag_of, tagged, versioned,
};
pub(crate) use token_key::TokenKey;
pub(crate) use who::Who;
