//! What the headers of a request ask for and expect.

use actix_web::http::header::{self, HeaderMap};
use renraku_base::{ETag, Precondition};
use renraku_schedule::service::{ScheduleReply, objects::Expectation};

use super::{
    Address, Call, Condition, DavFault, address::authority, if_header::IfHeader, times::read_http_date,
};

/// How far below a collection a request goes (RFC 4918 §10.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Depth {
    /// The resource itself.
    Zero,
    /// Its members, too.
    One,
    /// Everything below it.
    Infinity,
}

fn text<'h>(headers: &'h HeaderMap, name: &str) -> Result<Option<&'h str>, DavFault> {
    let read = |value: &'h header::HeaderValue| value.to_str();
    headers
        .get(name)
        .map(read)
        .transpose()
        .map_err(|_not_ascii| DavFault::BadRequest("a header is not ASCII"))
}

/// The depth of a request, `default` where it says none.
pub(crate) fn depth(headers: &HeaderMap, default: Depth) -> Result<Depth, DavFault> {
    match text(headers, "depth")?.map(str::trim) {
        None => Ok(default),
        Some("0") => Ok(Depth::Zero),
        Some("1") => Ok(Depth::One),
        Some(word) if word.eq_ignore_ascii_case("infinity") => Ok(Depth::Infinity),
        Some(_) => Err(DavFault::BadRequest("Depth is 0, 1 or infinity")),
    }
}

/// Whether the client asks for no more than needed (RFC 8144 §2).
pub(crate) fn minimal(headers: &HeaderMap) -> bool {
    let values = headers.get_all("prefer").filter_map(|value| value.to_str().ok());
    let brief = headers.get("brief").is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"t"));
    brief
        || values.flat_map(|value| value.split(',')).any(|it| it.trim().replace('"', "") == "return=minimal")
}

/// Whether the client knows zones by their names, and wants no description of them (RFC 7809 §7.1).
pub(crate) fn knows_zones(headers: &HeaderMap) -> bool {
    headers.get("caldav-timezones").is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"f"))
}

/// Whether the client wants to be shown what is stored after it stored something (RFC 8144 §3).
pub(crate) fn wants_representation(headers: &HeaderMap) -> bool {
    let values = headers.get_all("prefer").filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).any(|it| it.trim().replace('"', "") == "return=representation")
}

/// What the client expects of a resource (RFC 9110 §13.1, where a tag says more than a time, RFC 6638 §3.2.10, and the tags
/// of RFC 4918 §10.4). Of what else an `If` header says, [`Call::write`] sees to it.
pub(crate) fn expectation(headers: &HeaderMap) -> Result<Expectation, DavFault> {
    let mut is = precondition(text(headers, "if-match")?);
    if is == Precondition::None
        && let Some(lists) = text(headers, "if")?
    {
        is = read_if(lists)?.precondition().unwrap_or(Precondition::None);
    }
    if is == Precondition::None {
        let since = text(headers, "if-unmodified-since")?.and_then(read_http_date);
        is = since.map_or(Precondition::None, Precondition::UnchangedSince);
    }
    let schedule_tag = text(headers, "if-schedule-tag-match")?.map(|tag| ETag::from(tag.trim().to_owned()));
    // What a client does not mean is compared weakly (RFC 9110 §13.1.2).
    let is_not = text(headers, "if-none-match")?.map(|tags| tags.replace("W/\"", "\""));
    Ok(Expectation { is, is_not: precondition(is_not.as_deref()), schedule_tag })
}

/// Whether the client that reads holds what has this tag already: it names that, or else a time since which it was not changed
/// (RFC 9110 §13.1.2, §13.1.3).
pub(crate) fn is_held(headers: &HeaderMap, is_not: &Precondition, etag: &ETag) -> bool {
    let since = || text(headers, "if-modified-since").ok().flatten().and_then(read_http_date);
    match is_not {
        Precondition::None => since()
            .zip(etag.changed_at())
            .is_some_and(|(since, changed)| changed.seconds() <= since.seconds()),
        named => named.names(etag),
    }
}

fn precondition(header: Option<&str>) -> Precondition {
    match header.map(str::trim) {
        None => Precondition::None,
        Some("*") => Precondition::Exists,
        // A weak tag never matches strongly.
        Some(tags) => {
            Precondition::Match(tags.split(',').map(|tag| ETag::from(tag.trim().to_owned())).collect())
        }
    }
}

/// An `If` header that says more than in which version the resource is.
pub(super) fn if_header(headers: &HeaderMap) -> Result<Option<IfHeader>, DavFault> {
    let Some(lists) = text(headers, "if")? else { return Ok(None) };
    Ok(Some(read_if(lists)?).filter(|it| it.precondition().is_none()))
}

fn read_if(lists: &str) -> Result<IfHeader, DavFault> {
    IfHeader::parse(lists).ok_or(DavFault::BadRequest("the If header cannot be read"))
}

/// Where COPY and MOVE put something; `None` for a path that names nothing (RFC 4918 §10.3).
pub(crate) fn destination(call: &Call) -> Result<Option<Address>, DavFault> {
    let href = call.headers().get("destination").and_then(|value| value.to_str().ok());
    let href = href.ok_or(DavFault::BadRequest("there is no Destination"))?;
    let elsewhere = match authority(href) {
        Some((host, _)) => !call.host().is_some_and(|ours| ours.eq_ignore_ascii_case(host)),
        None => href.contains("://"),
    };
    if elsewhere {
        return Err(DavFault::OtherServer);
    }
    let path = authority(href).map_or(href, |(_, path)| path);
    if Address::is_misnamed(path) {
        return Err(Condition::NameAllowed.into());
    }
    Ok(Address::of_href(href, call.host()))
}

/// Whether what is at the destination gives way (RFC 4918 §10.6).
pub(crate) fn overwrites(headers: &HeaderMap) -> bool {
    headers.get("overwrite").is_none_or(|value| !value.as_bytes().eq_ignore_ascii_case(b"f"))
}

/// Whether the organizer of what is deleted hears that it is declined (RFC 6638 §8.1): unless the client says no.
pub(crate) fn schedule_reply(headers: &HeaderMap) -> ScheduleReply {
    match headers.get("schedule-reply") {
        Some(value) if value.as_bytes().trim_ascii().eq_ignore_ascii_case(b"f") => ScheduleReply::Withhold,
        _ => ScheduleReply::Send,
    }
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::{HeaderName, HeaderValue};

    use super::*;

    fn headers(all: &[(&'static str, &'static str)]) -> HeaderMap {
        let pair = |(name, value): &(&'static str, &'static str)| {
            (HeaderName::from_static(name), HeaderValue::from_static(value))
        };
        all.iter().map(pair).collect()
    }

    #[test]
    fn expectations_are_read() {
        let tag = |text: &str| ETag::from(text.to_owned());
        let is = |all: &[_]| expectation(&headers(all)).map(|it| it.is).unwrap();
        assert_eq!(is(&[]), Precondition::None);
        assert_eq!(is(&[("if-match", "*")]), Precondition::Exists);
        assert_eq!(
            is(&[("if-match", "\"a\", \"b\"")]),
            Precondition::Match(vec![tag("\"a\""), tag("\"b\"")])
        );
        assert_eq!(is(&[("if", "([\"a\"])")]), Precondition::Match(vec![tag("\"a\"")]));
        assert_eq!(is(&[("if", "([\"a\"]) (<urn:lock>)")]), Precondition::None);
        assert!(expectation(&headers(&[("if", "(oops)")])).is_err());
        let none = expectation(&headers(&[("if-none-match", "*")])).unwrap();
        assert_eq!((none.is, none.is_not), (Precondition::None, Precondition::Exists));
    }

    #[test]
    fn depth_and_preferences_are_read() {
        assert_eq!(depth(&headers(&[]), Depth::Infinity).unwrap(), Depth::Infinity);
        assert_eq!(depth(&headers(&[("depth", "1")]), Depth::Zero).unwrap(), Depth::One);
        assert!(depth(&headers(&[("depth", "2")]), Depth::Zero).is_err());
        assert!(minimal(&headers(&[("prefer", "wait=1, return=minimal")])));
        assert!(minimal(&headers(&[("brief", "t")])));
        let representation = headers(&[("prefer", "return=representation")]);
        assert!(!minimal(&representation));
        assert!(wants_representation(&representation) && !wants_representation(&headers(&[("brief", "t")])));
    }
}
