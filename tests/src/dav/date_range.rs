//! The time in which calendars hold events: 1900 to 2100.

use super::client::{Client, event, responses};
use crate::harness::on_each_backend;

#[test]
fn a_time_outside_of_the_calendar_is_told_by_the_limit() {
    on_each_backend(|server| {
        let client = Client::of(server, &server.staff("hanako"));
        let path = |name: &str| format!("{}{name}.ics", client.calendar);
        let yearly = "DTSTART;VALUE=DATE:20990101\nRRULE:FREQ=YEARLY;COUNT=2\nRDATE;VALUE=DATE:21010101\n";
        for (name, lines, limit) in [
            ("early", "DTSTART:18991231T235959Z\n", "min-date-time"),
            ("day", "DTSTART;VALUE=DATE:18991231\n", "min-date-time"),
            ("late", "DTSTART:21010101T000000Z\n", "max-date-time"),
            ("end", "DTSTART:21001231T230000Z\nDTEND:21010101T000001Z\n", "max-date-time"),
            ("days", "DTSTART;VALUE=DATE:21001231\nDTEND;VALUE=DATE:21010102\n", "max-date-time"),
            ("added", yearly, "max-date-time"),
            ("both", "DTSTART:21010101T000000Z\nDTEND:never\n", "max-date-time"),
            ("wrong", "DTSTART:21001231T000000Z\nDTEND:never\n", "valid-calendar-data"),
        ] {
            let told = client.put(&path(name), &event(name, lines)).expect(403).text();
            assert!(told.contains(&format!("<c:{limit}/>")), "{name}: {told}");
            assert!(told.contains("<d:responsedescription>"), "{name}: {told}");
        }
        for (name, lines) in [
            ("a", "DTSTART;VALUE=DATE:21001231\nDTEND;VALUE=DATE:21010101\n"),
            ("b", "DTSTART;VALUE=DATE:21001231\n"),
            ("c", "DTSTART:21001231T230000Z\nDTEND:21010101T000000Z\n"),
            ("d", "DTSTART:21001231T235959Z\n"),
            ("e", "DTSTART:19000101T000000Z\n"),
        ] {
            client.put(&path(name), &event(name, lines)).expect(201);
            let text = client.get(&path(name)).expect(200).text();
            client.put(&path(name), &text).expect(204);
        }
        let range = "<c:time-range start=\"21001231T000000Z\"/>";
        let query = format!(
            "<c:calendar-query NS><d:prop><d:getetag/></d:prop><c:filter><c:comp-filter name=\"VCALENDAR\">\
             <c:comp-filter name=\"VEVENT\">{range}</c:comp-filter></c:comp-filter></c:filter></c:calendar-query>"
        );
        let found = client.xml("REPORT", &client.calendar, "1", &query).expect(207).text();
        assert_eq!(responses(&found).len(), 4, "{found}");
    });
}
