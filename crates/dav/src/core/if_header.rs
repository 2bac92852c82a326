//! The `If` header (RFC 4918 §10.4, RFC 6578 §5): in which state of which resources a request is carried out.

use renraku_base::{ETag, Precondition, Principal};
use renraku_contacts::{ContactsFault, service::objects as cards};
use renraku_db::{CollectionId, ReadTx, meta};
use renraku_schedule::{ScheduleFault, service::objects};

use super::{Address, DavFault, Place, SyncToken, TokenKey};

/// The most lists of one header: each is looked up while others wait to write.
const LISTS: usize = 100;

/// The lists of an `If` header, one of which has to hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct IfHeader(Vec<List>);

/// Of one resource, by its path or URL, or of that of the request: what has to hold together.
#[derive(Debug, Clone, PartialEq, Eq)]
struct List {
    resource: Option<String>,
    conditions: Vec<Condition>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Condition {
    negated: bool,
    state: State,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum State {
    /// A lock token, of which there are none here, or a sync token.
    Token(String),
    Tag(ETag),
}

/// What is known of a resource.
#[derive(Debug, Default)]
struct Known {
    etag: Option<ETag>,
    /// Of a collection, with the number of its latest change.
    collection: Option<(CollectionId, i64)>,
}

impl IfHeader {
    /// Reads the header; `None` for what is none.
    pub fn parse(mut text: &str) -> Option<Self> {
        let (mut lists, mut resource) = (Vec::new(), None);
        loop {
            text = text.trim_start();
            if let Some(rest) = text.strip_prefix('<') {
                let (href, rest) = rest.split_once('>')?;
                (resource, text) = (Some(href.trim().to_owned()), rest);
            } else if let Some(rest) = text.strip_prefix('(') {
                let (conditions, rest) = conditions(rest)?;
                lists.push(List { resource: resource.clone(), conditions });
                text = rest;
            } else {
                return (text.is_empty() && (1..=LISTS).contains(&lists.len())).then_some(Self(lists));
            }
        }
    }

    /// The same where it says no more than in which version the resource of the request is.
    pub fn precondition(&self) -> Option<Precondition> {
        let tag = |list: &List| match (&list.resource, list.conditions.as_slice()) {
            (None, [Condition { negated: false, state: State::Tag(tag) }]) => Some(tag.clone()),
            _ => None,
        };
        Some(Precondition::Match(self.0.iter().map(tag).collect::<Option<_>>()?))
    }

    /// Whether it holds for a request at this address.
    pub fn holds(
        &self,
        tx: &mut ReadTx<'_>,
        (who, key): (&Principal, &TokenKey),
        (here, host): (&Address, Option<&str>),
    ) -> Result<bool, DavFault> {
        for List { resource, conditions } in &self.0 {
            let known = match resource {
                None => Known::at(tx, who, here)?,
                Some(href) => match Address::of_href(href, host) {
                    Some(address) => Known::at(tx, who, &address)?,
                    None => Known::default(),
                },
            };
            let mut holds = true;
            for condition in conditions {
                holds &= known.is(tx, (who, key), &condition.state)? != condition.negated;
            }
            if holds {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// What stands in one list, and what comes after it.
fn conditions(mut text: &str) -> Option<(Vec<Condition>, &str)> {
    let mut conditions = Vec::new();
    loop {
        text = text.trim_start();
        if let Some(rest) = text.strip_prefix(')') {
            return (!conditions.is_empty()).then_some((conditions, rest));
        }
        let negated = text.get(..3).is_some_and(|word| word.eq_ignore_ascii_case("not"));
        if negated {
            text = text.get(3..)?.trim_start();
        }
        let (state, rest) = if let Some(rest) = text.strip_prefix('<') {
            let (token, rest) = rest.split_once('>')?;
            (State::Token(token.trim().to_owned()), rest)
        } else {
            let (tag, rest) = text.strip_prefix('[')?.split_once(']')?;
            (State::Tag(ETag::from(tag.trim().to_owned())), rest)
        };
        conditions.push(Condition { negated, state });
        text = rest;
    }
}

impl Known {
    fn at(tx: &mut ReadTx<'_>, who: &Principal, address: &Address) -> Result<Self, DavFault> {
        match Self::find(tx, who, address) {
            Err(
                DavFault::Schedule(ScheduleFault::NotFound) | DavFault::Contacts(ContactsFault::NotFound),
            ) => Ok(Self::default()),
            known => known,
        }
    }

    fn find(tx: &mut ReadTx<'_>, who: &Principal, address: &Address) -> Result<Self, DavFault> {
        Ok(match address {
            Address::Calendar { person, segment } => {
                let found = objects::find_calendar(tx, who, person, segment)?;
                let collection = Some((found.collection, found.modseq));
                Self { etag: Some(found.calendar.etag), collection }
            }
            Address::Object { person, segment, name } => {
                let calendar = objects::find_calendar(tx, who, person, segment)?;
                let object = objects::get(tx, who, &calendar, &[name])?.pop().flatten();
                Self { etag: object.map(|it| it.head.etag), collection: None }
            }
            Address::Contacts(Place::Book { segment, .. }) => {
                let found = cards::find_book(tx, who, segment)?;
                let collection = Some((found.collection, found.modseq));
                Self { etag: Some(found.book.etag), collection }
            }
            Address::Contacts(Place::Card { segment, name, .. }) => {
                let book = cards::find_book(tx, who, segment)?;
                let card = cards::get(tx, &book, &[name])?.pop().flatten();
                Self { etag: card.map(|it| it.head.etag), collection: None }
            }
            _ => Self::default(),
        })
    }

    /// Whether the resource is in a state.
    fn is(
        &self,
        tx: &mut ReadTx<'_>,
        (who, key): (&Principal, &TokenKey),
        state: &State,
    ) -> Result<bool, DavFault> {
        Ok(match (state, self.collection) {
            (State::Tag(tag), _) => self.etag.as_ref() == Some(tag),
            (State::Token(_), None) => false,
            (State::Token(token), Some((collection, modseq))) => {
                let now = SyncToken { epoch: meta::epoch(tx)?, collection, modseq, cursor: None };
                SyncToken::open(token, key, &who.person) == Some(now)
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_read() {
        let tag = |text: &str| ETag::from(text.to_owned());
        let simple = |text: &str| IfHeader::parse(text).unwrap().precondition();
        assert_eq!(
            simple(r#"(["a"]) ( ["b"] )"#),
            Some(Precondition::Match(vec![tag("\"a\""), tag("\"b\"")]))
        );
        for more in [r#"(Not ["a"])"#, r#"(<urn:x> ["a"])"#, r#"</dav/> (["a"])"#, "(<urn:x>)(not<urn:y>)"] {
            assert_eq!(simple(more), None, "{more}");
        }
        for none in ["", "()", "(oops)", "(<a)", r#"(["a")"#, "</dav/>", r#"(["a"]) oops"#, "(Not)"] {
            assert_eq!(IfHeader::parse(none), None, "{none}");
        }
        assert!(IfHeader::parse(&"(<a>)".repeat(LISTS)).is_some());
        assert_eq!(IfHeader::parse(&"(<a>)".repeat(LISTS + 1)), None);
    }
}
