//! WebDAV without calendars and address books: who asks, where, in which XML, and how refusals look.

mod address;
mod app;
mod collation;
mod condition;
mod edits;
mod fault;
mod headers;
mod if_header;
mod multistatus;
mod names;
mod need;
mod open_answers;
mod options;
mod privileges;
mod propfind;
mod reasons;
mod represented;
mod request;
mod row;
mod supported;
mod sync;
mod sync_token;
mod times;
mod words;
pub(crate) mod xml;

pub(crate) use address::{Address, Place, ROOT, path_below, plain_name};
pub use app::{Dav, PushService, StaffBook};
pub(crate) use collation::Collation;
pub(crate) use condition::Condition;
pub(crate) use edits::{Edits, Refused, are_too_many, made, told, unmade, written};
pub(crate) use fault::{DavFault, not_utf8};
pub(crate) use headers::{
    Depth, depth, destination, expectation, is_held, knows_zones, minimal, overwrites, schedule_reply,
};
pub(crate) use multistatus::{ANSWER_BYTES, Group, Multistatus, PART_BYTES, multistatus, not_made, response};
pub(crate) use names::name_with;
pub(crate) use need::Need;
pub(crate) use open_answers::{MOST_OPEN, OpenAnswer};
pub(crate) use options::{allow, options};
pub(crate) use privileges::{
    BIND, READ, READ_PRIVILEGES, UNBIND, WRITE, WRITE_CONTENT, WRITE_PROPERTIES, ace, granted_set,
    supported_set,
};
pub(crate) use propfind::{NAMES, Wanted};
pub(crate) use represented::represented;
pub(crate) use request::{Body, Call, Haste, refuse, tell_cause};
pub(crate) use row::Row;
#[cfg(test)]
pub(crate) use row::check;
pub(crate) use supported::{supported_collations, supported_reports};
pub(crate) use sync::{Ask, News};
pub(crate) use sync_token::{SyncToken, TokenKey};
pub(crate) use times::http_date;
pub use words::{Refusal, Said, Say};
