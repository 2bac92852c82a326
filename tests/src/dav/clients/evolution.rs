//! Evolution, and GNOME's other programs, on the desktop.

use super::{Client, holds, objects};
use crate::{
    dav::client::{HOUR, between, event},
    harness::on_each_backend,
};

const NAMESPACES: &str =
    r#"xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:CS="http://calendarserver.org/ns/""#;

/// It asks whether anything changed by the calendar's tag, lists with the tags of all objects, and reads what is new to it.
#[test]
fn follows_by_the_calendars_tag() {
    on_each_backend(|server| {
        let client = Client::of(server, &server.staff("hanako"));
        holds(
            client.ask("OPTIONS", &client.calendar).send().expect(200).header("dav").unwrap(),
            &["calendar-access"],
        );
        let tag = || {
            let body = format!("<propfind {NAMESPACES}><prop><CS:getctag/></prop></propfind>");
            let answer = client.raw("PROPFIND", &client.calendar, "0", &body).expect(207).text();
            between(&answer, "<cs:getctag>", "<").to_owned()
        };
        let before = tag();
        assert_eq!(tag(), before, "nothing changed");
        let path = format!("{}20261125T120000Z-4242-1000-1-1@desktop.ics", client.calendar);
        let text =
            event("20261125T120000Z-4242-1000-1-1@desktop", &format!("{HOUR}X-EVOLUTION-CALDAV-ETAG:1\n"));
        client
            .ask("PUT", &path)
            .header("if-none-match", "*")
            .body("text/calendar; charset=\"utf-8\"", text)
            .send()
            .expect(201);
        assert_ne!(tag(), before);
        let query = |filter: &str| {
            let body = format!(
                "<C:calendar-query {NAMESPACES}><prop><getetag/></prop><C:filter><C:comp-filter name=\"VCALENDAR\">{filter}\
                 </C:comp-filter></C:filter></C:calendar-query>"
            );
            objects(&client.raw("REPORT", &client.calendar, "1", &body).expect(207))
        };
        let own = [path];
        assert_eq!(query("<C:comp-filter name=\"VEVENT\"/>"), own);
        let week = "<C:comp-filter name=\"VEVENT\"><C:time-range start=\"20261125T000000Z\" end=\"20261202T000000Z\"/></C:comp-filter>";
        assert_eq!(query(week), own);
        let by_uid = "<C:comp-filter name=\"VEVENT\"><C:prop-filter name=\"UID\"><C:text-match>\
                      20261125T120000Z-4242-1000-1-1@desktop</C:text-match></C:prop-filter></C:comp-filter>";
        assert_eq!(query(by_uid), own);
    });
}
