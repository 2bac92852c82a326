//! Time zones by reference (RFC 7809).

use super::client::{Client, HOUR, TOKYO, event};
use crate::harness::on_each_backend;

/// What a client stores without descriptions of its zones others read with them, and whoever asks for none gets none.
#[test]
fn zones_are_described_to_all_but_those_who_know_them() {
    on_each_backend(|server| {
        let client = Client::of(server, &server.staff("hanako"));
        let path = format!("{}a.ics", client.calendar);
        let options = client.ask("OPTIONS", &client.calendar).send();
        assert!(options.header("dav").unwrap().contains("calendar-no-timezone"));
        let described = event("a", HOUR);
        let plain = described.replace(TOKYO, "");
        assert_eq!(
            client.put(&path, &plain).expect(201).header("etag"),
            None,
            "it is not stored as it was sent"
        );
        let told = client.get(&path).expect(200);
        assert_eq!(told.text().matches("BEGIN:VTIMEZONE").count(), 1);
        let by_reference = client.ask("GET", &path).header("CalDAV-Timezones", "F").send().expect(200);
        assert_eq!((by_reference.text(), by_reference.header("etag")), (plain, told.header("etag")));
        let all = client.ask("GET", &path).header("CalDAV-Timezones", "T").send().expect(200);
        assert_eq!(all.text(), told.text());

        let report = format!(
            "<c:calendar-multiget xmlns:d=\"DAV:\" xmlns:c=\"urn:ietf:params:xml:ns:caldav\"><d:prop><c:calendar-data/></d:prop>\
             <d:href>{path}</d:href></c:calendar-multiget>"
        );
        for (wanted, described) in [("T", true), ("F", false)] {
            let ask = client.ask("REPORT", &client.calendar).header("CalDAV-Timezones", wanted);
            let text = ask.body("application/xml", report.clone()).send().expect(207).text();
            assert_eq!(text.contains("BEGIN:VTIMEZONE"), described, "{text}");
            assert!(text.contains("TZID=Asia/Tokyo"));
        }
    });
}
