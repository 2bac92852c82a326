//! Thunderbird on the desktop: comm-central at 03004531 (calendar) and 17a48851 (address book).

mod calendars;
mod contacts;
mod discovery;
mod invitations;

use super::{Client, classes, holds, href, objects, of, token};
use crate::harness::Answer;

const NAMESPACES: &str = r#"xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:CS="http://calendarserver.org/ns/" xmlns:A="http://apple.com/ns/ical/""#;
const XML: &str = "text/xml; charset=utf-8";

#[track_caller]
fn propfind(client: &Client, path: &str, depth: &str, props: &str) -> String {
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<D:propfind {NAMESPACES}><D:prop>{props}</D:prop></D:propfind>"
    );
    client.send("PROPFIND", path, &[("depth", depth)], XML, &body).expect(207).text()
}

/// A report, which always has depth 1.
fn report(client: &Client, path: &str, body: &str) -> Answer {
    client.send(
        "REPORT",
        path,
        &[("depth", "1")],
        XML,
        &format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{body}"),
    )
}
