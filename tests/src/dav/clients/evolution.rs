//! Evolution, and GNOME's other programs, on the desktop: evolution-data-server after 3.61.2 (2026-08-20).

mod calendars;
mod contacts;
mod discovery;

use super::{Client, classes, holds, href, objects, of, token};
use crate::harness::Answer;

const NAMESPACES: &str = r#"xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:A="urn:ietf:params:xml:ns:carddav" xmlns:CS="http://calendarserver.org/ns/" xmlns:IC="http://apple.com/ns/ical/""#;
const XML: &str = "application/xml; charset=\"utf-8\"";

#[track_caller]
fn propfind(client: &Client, path: &str, depth: &str, props: &str) -> String {
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<D:propfind {NAMESPACES}><D:prop>{props}</D:prop></D:propfind>"
    );
    client.send("PROPFIND", path, &[("depth", depth)], XML, &body).expect(207).text()
}

/// A report; one by paths has no depth.
fn report(client: &Client, path: &str, depth: Option<&str>, name: &str, body: &str) -> Answer {
    let body = format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<{name} {NAMESPACES}>{body}</{name}>");
    let headers: Vec<_> = depth.map(|depth| ("depth", depth)).into_iter().collect();
    client.send("REPORT", path, &headers, XML, &body)
}

/// What is new in a collection since a token, which is one only with a colon or a slash in it.
fn changes(client: &Client, path: &str, token: &str) -> Answer {
    assert!(token.is_empty() || token.contains(':') || token.contains('/'), "{token}");
    let body = format!(
        "<D:sync-token>{token}</D:sync-token><D:sync-level>1</D:sync-level><D:prop><D:getetag/></D:prop>"
    );
    report(client, path, Some("0"), "D:sync-collection", &body)
}
