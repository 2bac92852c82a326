//! DAVx5 on Android: davx5-ose of 2026-08-21 (after 4.5.17) with dav4jvm 4.0.1 and synctools of 2026-05-19.

mod calendars;
mod contacts;
mod discovery;
mod push;

use super::{Client, accepted, classes, holds, href, objects, of, token};
use crate::harness::Answer;

const NAMESPACES: &str = r#"xmlns="DAV:" xmlns:CAL="urn:ietf:params:xml:ns:caldav" xmlns:CARD="urn:ietf:params:xml:ns:carddav" xmlns:CS="http://calendarserver.org/ns/" xmlns:ICAL="http://apple.com/ns/ical/" xmlns:P="https://bitfire.at/webdav-push""#;
const XML: &str = "application/xml; charset=UTF-8";
const ICALENDAR: &str = "text/calendar; charset=utf-8";
const ACCEPT: (&str, &str) = ("accept", "application/xml,text/xml");

/// What it asks of each collection in a home, before what is of calendars or of address books.
const OF_COLLECTIONS: &str =
    "<current-user-privilege-set/><displayname/><owner/><resourcetype/><P:transports/><P:topic/>";

#[track_caller]
fn propfind(client: &Client, path: &str, depth: &str, props: &str) -> String {
    let body = format!(
        "<?xml version='1.0' encoding='UTF-8' ?><propfind {NAMESPACES}><prop>{props}</prop></propfind>"
    );
    client.send("PROPFIND", path, &[("depth", depth), ACCEPT], XML, &body).expect(207).text()
}

/// A report; one of calendars by paths has no depth.
fn report(client: &Client, path: &str, depth: Option<&str>, name: &str, body: &str) -> Answer {
    let body = format!("<?xml version='1.0' encoding='UTF-8' ?><{name} {NAMESPACES}>{body}</{name}>");
    let headers: Vec<_> = depth.map(|depth| ("depth", depth)).into_iter().chain([ACCEPT]).collect();
    client.send("REPORT", path, &headers, XML, &body)
}

/// What is new in a collection since a token.
fn changes(client: &Client, path: &str, token: &str) -> Answer {
    let body = format!(
        "<sync-token>{token}</sync-token><sync-level>1</sync-level><prop><getetag/><resourcetype/></prop>"
    );
    report(client, path, Some("0"), "sync-collection", &body)
}

/// How a collection can be synced, which it asks before each sync.
fn capabilities(client: &Client, path: &str) -> String {
    let props = "<supported-report-set/><sync-token/><CS:getctag/><CAL:max-resource-size/><CARD:max-resource-size/>\
                 <CARD:supported-address-data/>";
    propfind(client, path, "0", props)
}
