//! Calendar and Contacts on iOS and macOS: what Apple's calendar server (ccs-calendarserver 9.2, 2020-02-12) keeps of OS X 10.6, 10.7 and
//! 10.11 and of iOS 5 in its load test, which acts as they do. What it does not keep, contacts beyond the list of a home, is asked the
//! way calendars are.

mod calendars;
mod contacts;
mod discovery;
mod scheduling;

use super::{Client, accepted, classes, holds, href, objects, of, token};
use crate::harness::Answer;

const NAMESPACES: &str = r#"xmlns:A="DAV:" xmlns:B="urn:ietf:params:xml:ns:caldav" xmlns:C="http://calendarserver.org/ns/" xmlns:D="http://apple.com/ns/ical/" xmlns:E="http://me.com/_namespace/" xmlns:F="urn:ietf:params:xml:ns:carddav""#;
const XML: &str = "text/xml";
const LIKES: [(&str, &str); 3] = [
    ("accept", "*/*"),
    ("accept-language", "en-us"),
    ("user-agent", "Mac+OS+X/10.11 (15A283) CalendarAgent/361"),
];

/// A request with XML.
fn xml(client: &Client, method: &str, path: &str, depth: Option<&str>, body: &str) -> Answer {
    let headers: Vec<_> = depth.map(|depth| ("depth", depth)).into_iter().chain(LIKES).collect();
    client.send(method, path, &headers, XML, &format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{body}"))
}

#[track_caller]
fn propfind(client: &Client, path: &str, depth: &str, props: &str) -> String {
    let body = format!("<A:propfind {NAMESPACES}><A:prop>{props}</A:prop></A:propfind>");
    xml(client, "PROPFIND", path, Some(depth), &body).expect(207).text()
}

#[track_caller]
fn proppatch(client: &Client, path: &str, props: &str) -> String {
    let body =
        format!("<A:propertyupdate {NAMESPACES}><A:set><A:prop>{props}</A:prop></A:set></A:propertyupdate>");
    xml(client, "PROPPATCH", path, None, &body).expect(207).text()
}

/// What is new in a collection since a token; the depth stands there as before the standard.
fn changes(client: &Client, path: &str, token: &str) -> Answer {
    let body = format!(
        "<A:sync-collection {NAMESPACES}><A:sync-token>{token}</A:sync-token><A:prop><A:getetag/><A:getcontenttype/></A:prop>\
         </A:sync-collection>"
    );
    xml(client, "REPORT", path, Some("1"), &body)
}
