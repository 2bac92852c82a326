//! What every resource file uses: who asks, what they send, what they get, how refusals look.

mod admission;
mod app;
mod blocking;
mod command;
mod describe;
mod locale;
mod manners;
mod problem;
mod query;
mod rates;
mod reader;
mod reply;
mod who;

pub use app::{App, Parts};
pub(crate) use command::{Body, Command, Empty, json, receive};
pub(crate) use describe::{ChangeHeaders, IdempotencyKey, Refusals, WriteRefusals};
pub(crate) use locale::Texts;
pub use locale::{Locales, accepted_language};
pub(crate) use manners::{manners, unknown_route};
pub use problem::{Problem, ProblemBody};
pub(crate) use problem::{RestFault, status};
pub(crate) use query::{PageQuery, PathId, Query, cursor, ids, limit};
pub(crate) use rates::Kind as RateKind;
pub use rates::Rates;
pub(crate) use reader::Reader;
pub(crate) use reply::{Gone, Resource, Seen, Written, list, object, plain};
pub(crate) use who::Who;
