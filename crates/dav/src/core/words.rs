//! What people are told of a refusal in their language. Programs show it, or write it into their log.

use actix_web::http::header::{self, HeaderMap};
use renraku_base::{Fault, Language};
use renraku_contacts::{ContactsFault, service::objects::CardFault};
use renraku_schedule::{ScheduleFault, service::objects::ObjectFault};
use renraku_web::WebFault;
use serde_json::Value;

use super::{Dav, DavFault};

/// Says a refusal in the language that an `Accept-Language` prefers, with the language; `None` where that is English, in which refusals are
/// told as they are.
pub type Say = dyn Fn(&str, Refusal<'_>) -> Option<Said> + Send + Sync;

/// What is to be said.
#[derive(Clone, Copy)]
pub enum Refusal<'r> {
    /// The refusal of an area, in the words that the phone has for it.
    Of(&'r dyn Fault),
    /// What is refused by this face alone, as it is in Japanese.
    Japanese(&'r str),
}

/// A text and its language.
pub type Said = (Language, String);

impl DavFault {
    /// The refusal in the language that a request prefers; `None` for one that is told as it is.
    pub fn in_language_of(&self, dav: &Dav, headers: &HeaderMap) -> Option<Said> {
        let accepted = headers.get(header::ACCEPT_LANGUAGE)?.to_str().ok()?;
        let said = self.said(&|fault| (dav.words())(accepted, Refusal::Of(fault)));
        said.or_else(|| (dav.words())(accepted, Refusal::Japanese(self.japanese()?)))
    }

    /// A refusal of an area as `say` has it; `None` for what this face refuses by itself.
    fn said(&self, say: &dyn Fn(&dyn Fault) -> Option<Said>) -> Option<Said> {
        match self {
            Self::Web(fault) => say(fault),
            Self::Account(fault) => say(fault),
            Self::Directory(fault) => say(fault),
            Self::Schedule(fault) | Self::Object(ObjectFault::Refused(fault)) => say(fault),
            Self::Object(ObjectFault::CalendarData(fields)) => say(&ScheduleFault::Invalid(fields.clone())),
            Self::Contacts(fault) | Self::Card(CardFault::Refused(fault)) => say(fault),
            Self::Card(CardFault::AddressData(fields)) => say(&ContactsFault::Invalid(fields.clone())),
            Self::NotFound => say(&ScheduleFault::NotFound),
            Self::Stale | Self::Object(ObjectFault::Stale) | Self::Card(CardFault::Stale) => {
                say(&ScheduleFault::Stale(Value::Null))
            }
            // How long to wait stands in a header.
            Self::TooManyOpen => say(&WebFault::TooManyRequests { retry_after_s: 0 }),
            // What is taken stands in a header.
            Self::MethodNotAllowed => say(&WebFault::MethodNotAllowed { allow: None }),
            Self::Lacks { fault, .. } => fault.said(say),
            _ => None,
        }
    }
}
