use actix_web::{HttpResponse, HttpResponseBuilder, http::StatusCode, web::Bytes};

use super::{
    Address, Condition, DavFault, Wanted,
    xml::{Name, OF_CALENDARS, Prefixes, Writer},
};

/// The largest answer that lists resources, in bytes: what goes beyond is asked for in parts.
pub(crate) const ANSWER_BYTES: usize = 16 * 1024 * 1024;

/// How much is read of an answer that is told in parts before that is sent, in bytes.
pub(crate) const PART_BYTES: usize = 1024 * 1024;

/// About as much as a resource with its text takes, in bytes.
const RESOURCE_BYTES: usize = 1024;

/// `DAV:multistatus` (RFC 4918 §13).
pub(crate) struct Multistatus {
    xml: Writer,
    minimal: bool,
}

/// Properties that one thing became of.
pub(crate) type Group = (StatusCode, Option<Condition>, Vec<Name>);

const MULTISTATUS: Name = Name::dav("multistatus");
const RESPONSE: Name = Name::dav("response");
const PROPSTAT: Name = Name::dav("propstat");
const PROP: Name = Name::dav("prop");
const HREF: Name = Name::dav("href");
const STATUS: Name = Name::dav("status");

impl Multistatus {
    /// An answer about calendars with nothing in it; a minimal one does not name what is not there (RFC 8144 §2.1).
    pub fn new(minimal: bool) -> Self {
        Self::of(OF_CALENDARS, minimal)
    }

    /// An answer with nothing in it.
    pub fn of(prefixes: Prefixes, minimal: bool) -> Self {
        Self { xml: Writer::root_of(prefixes, &MULTISTATUS), minimal }
    }

    /// The same, with room for so many resources with their texts.
    pub fn with_room(mut self, resources: usize) -> Self {
        self.xml.reserve(resources.saturating_mul(RESOURCE_BYTES).min(ANSWER_BYTES));
        self
    }

    /// Whether no further resource is taken.
    pub fn is_full(&self) -> bool {
        self.xml.len() > ANSWER_BYTES
    }

    /// How many bytes are there.
    pub fn len(&self) -> usize {
        self.xml.len()
    }

    /// Whether there is enough for a part of an answer that is told in parts.
    pub fn is_part(&self) -> bool {
        self.xml.len() > PART_BYTES
    }

    /// The part that is there; the next goes on behind it.
    pub fn take_part(&mut self) -> Bytes {
        Bytes::from(self.xml.take())
    }

    /// The last part.
    pub fn last_part(self) -> Bytes {
        Bytes::from(self.xml.finish(&MULTISTATUS))
    }

    /// A resource with the properties that are wanted; `write` writes one and says whether it is there. Refused when
    /// the answer is full, and left out where it would be.
    pub fn resource(
        &mut self,
        href: &str,
        wanted: &Wanted,
        names: &[Name],
        mut write: impl FnMut(&Name, &mut Writer) -> bool,
    ) -> Result<(), DavFault> {
        if self.is_full() {
            return Err(Condition::NumberOfMatchesWithinLimits.into());
        }
        let before = self.xml.len();
        response(&mut self.xml, self.minimal, href, wanted, names, &mut write);
        if self.xml.take_overflow() {
            self.xml.take_back(before);
            return Err(Condition::NumberOfMatchesWithinLimits.into());
        }
        Ok(())
    }

    /// A resource with groups of properties, each with what became of them.
    pub fn groups(&mut self, address: &Address, groups: &[Group]) {
        self.xml.open(&RESPONSE);
        self.xml.leaf(&HREF, &address.to_string());
        propstats(&mut self.xml, groups, |_| None);
        self.xml.close(&RESPONSE);
    }

    /// A resource with a status and nothing else.
    pub fn status(&mut self, href: &str, status: StatusCode, condition: Option<Condition>) {
        self.xml.open(&RESPONSE);
        self.xml.leaf(&HREF, href);
        self.xml.leaf(&STATUS, &line(status));
        error(&mut self.xml, condition);
        self.xml.close(&RESPONSE);
    }

    /// The answer.
    pub fn finish(self) -> HttpResponse {
        multistatus().body(self.xml.finish(&MULTISTATUS))
    }

    /// The answer with a sync token (RFC 6578 §6.4).
    pub fn finish_with_token(mut self, token: &str) -> HttpResponse {
        self.xml.leaf(&Name::dav("sync-token"), token);
        self.finish()
    }
}

/// Writes `DAV:response` of a resource: the properties that are wanted, and the names of those that are not there. What is the same of
/// each is written out, for there may be thousands.
pub(crate) fn response(
    xml: &mut Writer,
    minimal: bool,
    href: &str,
    wanted: &Wanted,
    names: &[Name],
    write: &mut dyn FnMut(&Name, &mut Writer) -> bool,
) {
    xml.raw("<d:response><d:href>");
    xml.text(href);
    xml.raw("</d:href>");
    let before = xml.len();
    open_propstat(xml);
    let empty = xml.len();
    let mut missing: Vec<&Name> = Vec::new();
    for name in names {
        if *wanted == Wanted::Names {
            xml.empty(name);
        } else if !write(name, xml) {
            missing.push(name);
        }
    }
    if !matches!(wanted, Wanted::Named(_)) || minimal {
        missing.clear();
    }
    if xml.len() == empty && !missing.is_empty() {
        xml.take_back(before);
    } else {
        xml.raw("</d:prop><d:status>HTTP/1.1 200 OK</d:status></d:propstat>");
    }
    if !missing.is_empty() {
        open_propstat(xml);
        missing.iter().for_each(|name| xml.empty(name));
        xml.raw("</d:prop><d:status>HTTP/1.1 404 Not Found</d:status></d:propstat>");
    }
    xml.raw("</d:response>");
}

/// What became of a collection that was not made, as groups of the properties that it was to have (RFC 5689 §5.2, RFC 4791 §9.3).
pub(crate) fn not_made(
    root: &Name,
    prefixes: Prefixes,
    status: StatusCode,
    groups: &[Group],
    describe: impl Fn(Condition) -> Option<String>,
) -> HttpResponse {
    let mut xml = Writer::root_of(prefixes, root);
    propstats(&mut xml, groups, describe);
    HttpResponse::build(status)
        .insert_header(("content-type", "application/xml; charset=utf-8"))
        .body(xml.finish(root))
}

fn propstats(xml: &mut Writer, groups: &[Group], describe: impl Fn(Condition) -> Option<String>) {
    for (status, condition, names) in groups {
        open_propstat(xml);
        names.iter().for_each(|name| xml.empty(name));
        xml.close(&PROP);
        xml.leaf(&STATUS, &line(*status));
        error(xml, *condition);
        if let Some(described) = condition.and_then(&describe) {
            xml.leaf(&Name::dav("responsedescription"), &described);
        }
        xml.close(&PROPSTAT);
    }
}

fn error(xml: &mut Writer, condition: Option<Condition>) {
    if let Some(condition) = condition {
        let error = Name::dav("error");
        xml.open(&error);
        xml.empty(&condition.element());
        xml.close(&error);
    }
}

fn open_propstat(xml: &mut Writer) {
    xml.raw("<d:propstat><d:prop>");
}

/// An answer of this kind, before its body.
pub(crate) fn multistatus() -> HttpResponseBuilder {
    let mut answer = HttpResponse::build(StatusCode::MULTI_STATUS);
    answer.insert_header(("content-type", "application/xml; charset=utf-8"));
    answer
}

/// A status as a line (RFC 4918 §14.28).
fn line(status: StatusCode) -> String {
    format!("HTTP/1.1 {} {}", status.as_str(), status.canonical_reason().unwrap_or_default())
}
