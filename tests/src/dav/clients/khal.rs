//! vdirsyncer, which brings calendars to khal on the command line.

use super::{Client, holds, objects};
use crate::{
    dav::client::{HOUR, between, event},
    harness::on_each_backend,
};

/// Discovery begins at the well-known address and asks one thing at a time.
#[test]
fn discovers() {
    on_each_backend(|server| {
        let client = Client::of(server, &server.staff("hanako"));
        let who = "<d:propfind xmlns:d=\"DAV:\"><d:prop><d:current-user-principal/></d:prop></d:propfind>";
        let found = client.raw("PROPFIND", "/.well-known/caldav", "0", who).expect(207).text();
        assert_eq!(between(&found, "current-user-principal><d:href>", "<"), client.principal);
        let home = "<d:propfind xmlns:d=\"DAV:\" xmlns:c=\"urn:ietf:params:xml:ns:caldav\"><d:prop><c:calendar-home-set/></d:prop></d:propfind>";
        let found = client.raw("PROPFIND", &client.principal, "0", home).expect(207).text();
        assert_eq!(between(&found, "calendar-home-set><d:href>", "<"), client.home);
        let kinds = "<d:propfind xmlns:d=\"DAV:\"><d:prop><d:resourcetype/></d:prop></d:propfind>";
        holds(
            &client.raw("PROPFIND", &client.home, "1", kinds).expect(207).text(),
            &[&client.calendar, "<c:calendar/>"],
        );
    });
}

/// Every item has a tag, in the list, when it is read and when it is written: without one the program gives up.
#[test]
fn finds_a_tag_everywhere() {
    on_each_backend(|server| {
        let client = Client::of(server, &server.staff("hanako"));
        let path = format!("{}khal.ics", client.calendar);
        let text = event("khal", HOUR);
        let put = |header: (&str, &str)| {
            client.ask("PUT", &path).header(header.0, header.1).body("text/calendar", text.clone()).send()
        };
        let etag = put(("if-none-match", "*")).expect(201).etag();
        let list = "<?xml version=\"1.0\" encoding=\"utf-8\" ?><c:calendar-query xmlns=\"DAV:\" xmlns:c=\"urn:ietf:params:xml:ns:caldav\">\
                    <prop><getcontenttype/><getetag/></prop><c:filter><c:comp-filter name=\"VCALENDAR\">\
                    <c:comp-filter name=\"VEVENT\"/></c:comp-filter></c:filter></c:calendar-query>";
        let answer = client
            .ask("REPORT", &client.calendar)
            .header("depth", "1")
            .body("application/xml", list)
            .send()
            .expect(207);
        assert_eq!(objects(&answer), std::slice::from_ref(&path));
        holds(&answer.text(), &[&etag, "text/calendar"]);
        let many = format!(
            "<c:calendar-multiget xmlns=\"DAV:\" xmlns:c=\"urn:ietf:params:xml:ns:caldav\"><prop><getetag/><c:calendar-data/></prop>\
             <href>{path}</href></c:calendar-multiget>"
        );
        holds(&client.raw("REPORT", &client.calendar, "1", &many).expect(207).text(), &[&etag, "UID:khal"]);
        let newer = put(("if-match", &etag)).expect(204).etag();
        client.ask("DELETE", &path).header("if-match", &newer).send().expect(204);
    });
}
