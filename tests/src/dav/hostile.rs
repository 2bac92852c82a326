//! What is sent to break the server: refused with the right words, nothing stored.

use std::time::{Duration, Instant};

use super::client::{Client, HOUR, between, event};
use crate::harness::{Wire, on_each_backend};

#[test]
fn xml_that_is_meant_to_harm_is_refused_at_once() {
    on_each_backend(|server| {
        let client = Client::of(server, &server.staff("hanako"));
        let laughs = "<!DOCTYPE x [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;&a;\">]><d:propfind xmlns:d=\"DAV:\"><d:prop>&b;</d:prop></d:propfind>";
        let file = "<!DOCTYPE x [<!ENTITY f SYSTEM \"file:///etc/passwd\">]><d:propfind xmlns:d=\"DAV:\"><d:prop>&f;</d:prop></d:propfind>";
        let attributes: String = (0..80_000).map(|n| format!(" a{n}=\"1\"")).collect();
        let namespaces: String = (0..20_000).map(|n| format!(" xmlns:n{n}=\"u\"")).collect();
        let deep = "<a>".repeat(10_000);
        let many = format!("<d:propfind xmlns:d=\"DAV:\">{}</d:propfind>", "<a/>".repeat(25_000));
        let names =
            format!("<d:propfind xmlns:d=\"DAV:\"><d:prop>{}</d:prop></d:propfind>", "<a/>".repeat(501));
        let saying =
            |text: &str| format!("<d:propfind xmlns:d=\"DAV:\"><d:prop>{text}</d:prop></d:propfind>");
        for body in [
            saying("\0"),
            saying("\u{ffff}"),
            saying("&#0;"),
            saying("&#xFFFF;"),
            names,
            laughs.to_owned(),
            file.to_owned(),
            format!("<a{attributes}/>"),
            format!("<a{namespaces}/>"),
            deep,
            many,
            "<d:propfind xmlns:d=\"DAV:\">".to_owned(),
            "not xml".to_owned(),
            "<other/>".to_owned(),
        ] {
            let began = Instant::now();
            let answer =
                client.ask("PROPFIND", "/dav/").header("depth", "0").body("application/xml", body).send();
            assert_eq!(answer.status, 400, "{}", answer.text());
            assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
        }
        let large = vec![b' '; 1024 * 1024 + 1];
        client
            .ask("PROPFIND", "/dav/")
            .header("depth", "0")
            .body("application/xml", large)
            .send()
            .expect(413);
        client.propfind("/dav/", "0", "<d:resourcetype/>");
    });
}

#[test]
fn calendar_data_that_cannot_be_taken_are_refused_by_their_condition() {
    on_each_backend(|server| {
        let client = Client::of(server, &server.staff("hanako"));
        let path = format!("{}x.ics", client.calendar);
        let attendees: String = (0..501).map(|n| format!("ATTENDEE:mailto:{n}@example.jp\n")).collect();
        let long = format!("{HOUR}DESCRIPTION:{}\n", "x".repeat(512 * 1024));
        for (text, condition) in [
            ("hello".to_owned(), "valid-calendar-data"),
            (event("u", ""), "valid-calendar-data"),
            (event("u", &format!("{HOUR}RRULE:FREQ=SECONDLY\n")), "valid-calendar-data"),
            (event("u", &format!("{HOUR}RRULE:FREQ=DAILY;INTERVAL=0\n")), "valid-calendar-data"),
            (event("u", &format!("{HOUR}X-{}\n", "A".repeat(64 * 1024))), "valid-calendar-data"),
            (event("u", "DTSTART;TZID=../../etc/passwd:20261126T100000\n"), "valid-calendar-data"),
            (
                event("u", &format!("DTSTART;TZID={}:20261126T100000\n", "a/".repeat(1_000))),
                "valid-calendar-data",
            ),
            (event("u", HOUR).replace("END:VEVENT\r\n", ""), "valid-calendar-data"),
            (event("u", &format!("{HOUR}{}", "X-A:1\n".repeat(5_001))), "valid-calendar-data"),
            // Nothing could change what is called by two lines.
            (event("a\\nb", HOUR), "valid-calendar-data"),
            (event("a\u{85}b", HOUR), "valid-calendar-data"),
            (event("a\u{2028}b", HOUR), "valid-calendar-data"),
            (
                event("u", HOUR).replace("VERSION:2.0", "VERSION:2.0\r\nMETHOD:PUBLISH"),
                "valid-calendar-object-resource",
            ),
            (event("u", HOUR).replace("VEVENT", "VJOURNAL"), "supported-calendar-component"),
            (event("u", &format!("{HOUR}{attendees}")), "max-attendees-per-instance"),
            (event("u", &long), "max-resource-size"),
        ] {
            let answer = client.put(&path, &text);
            assert_eq!(answer.status, 403, "{condition}: {}", answer.text());
            assert!(answer.text().contains(&format!("<c:{condition}/>")), "{condition}: {}", answer.text());
            let told = answer.text();
            let reason = between(&told, "<d:responsedescription>", "</d:responsedescription>");
            assert!(
                (11..600).contains(&reason.len()) && reason != "the text is no valid calendar data",
                "{reason}"
            );
            client.get(&path).expect(404);
        }
        let answer = client.put(&path, &event("u", "SUMMARY:a\n")).expect(403).text();
        assert!(answer.contains("<d:responsedescription>DTSTART: the event has no DTSTART</"), "{answer}");
        let answer = client.ask("PUT", &path).body("application/json", "{}").send().expect(403);
        assert!(answer.text().contains("<c:supported-calendar-data/>"), "{}", answer.text());
        client
            .ask("PUT", &path)
            .header("content-encoding", "gzip")
            .body("text/calendar", "x")
            .send()
            .expect(415);
        // Any COUNT may be stored; what is read of it is bounded.
        client.put(&path, &event("u", &format!("{HOUR}RRULE:FREQ=DAILY;COUNT=1000000000\n"))).expect(201);
        client.propfind(&client.calendar, "1", "<d:getetag/>");
    });
}

#[test]
fn paths_lead_nowhere_else() {
    on_each_backend(|server| {
        let client = Client::of(server, &server.staff("hanako"));
        for path in ["%2e%2e/x.ics", "a%2fb.ics", "%00.ics", "%c0%ae.ics", "x/y/z.ics"] {
            let answer = client.put(&format!("{}{path}", client.calendar), &event("u", HOUR));
            assert!([400, 403, 404, 405, 409].contains(&answer.status), "{path}: {}", answer.status);
        }
        // Libraries tidy a path up before they send it.
        let mut wire = Wire::connect(&server.base());
        let request = format!(
            "PROPFIND {}../../../etc/passwd HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n",
            client.calendar
        );
        wire.send(request);
        let answer = wire.read_to_end();
        assert!(answer.starts_with("HTTP/1.1 404"), "{answer}");
        client.put(&format!("{}x.ics::$DATA", client.calendar), &event("u", HOUR)).expect(201);
        let other = "https://other.example.jp/dav/calendars/x/y/z.ics";
        client
            .ask("MOVE", &format!("{}x.ics::$DATA", client.calendar))
            .header("destination", other)
            .send()
            .expect(502);
    });
}

#[test]
fn nobody_changes_who_they_are() {
    on_each_backend(|server| {
        let client = Client::of(server, &server.staff("hanako"));
        for (path, prop) in [
            (
                &client.principal,
                "<d:group-member-set><d:href>/dav/principals/x/</d:href></d:group-member-set>",
            ),
            (&client.calendar, "<d:owner><d:href>/dav/principals/x/</d:href></d:owner>"),
            (&client.calendar, "<d:acl/>"),
        ] {
            let body =
                format!("<d:propertyupdate NS><d:set><d:prop>{prop}</d:prop></d:set></d:propertyupdate>");
            let answer = client.xml("PROPPATCH", path, "0", &body).expect(207).text();
            assert!(answer.contains("HTTP/1.1 403"), "{answer}");
        }
        client.ask("ACL", &client.calendar).send().expect(405);
        client.ask("LOCK", &client.calendar).send().expect(405);
    });
}

#[test]
fn what_no_text_may_hold_is_left_out_and_a_zone_of_the_clients_own_is_read_by_ours() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        let client = Client::of(server, &hanako);
        let path = format!("{}a.ics", client.calendar);
        let put = client
            .put(&path, &event("u", &format!("{HOUR}SUMMARY:会\u{0}議\u{1b}\nX-A:\u{7}1\n")))
            .expect(201);
        assert_eq!(put.header("etag"), None, "it is not as it was sent");
        let stored = client.get(&path).expect(200).text();
        assert!(stored.contains("SUMMARY:会議\r\n") && stored.contains("X-A:1\r\n"), "{stored:?}");
        let task = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VTODO\r\nUID:t\r\nDTSTAMP:20260401T000000Z\r\nSUMMARY:a\u{0}b\r\nEND:VTODO\r\nEND:VCALENDAR\r\n";
        let path = format!("{}t.ics", client.calendar);
        client.put(&path, task).expect(201);
        assert_eq!(client.get(&path).expect(200).text(), task.replace('\u{0}', ""));

        let zone = "BEGIN:VTIMEZONE\nTZID:../../etc/passwd\nBEGIN:DAYLIGHT\nDTSTART:16010325T020000\nRRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3\nTZOFFSETFROM:+0100\nTZOFFSETTO:+0200\nEND:DAYLIGHT\nBEGIN:STANDARD\nDTSTART:16011028T030000\nRRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10\nTZOFFSETFROM:+0200\nTZOFFSETTO:+0100\nEND:STANDARD\nEND:VTIMEZONE\n";
        let text = event("z", "DTSTART;TZID=../../etc/passwd:20261126T030000\nDURATION:PT1H\n")
            .replace("BEGIN:VEVENT", &format!("{}BEGIN:VEVENT", zone.replace('\n', "\r\n")));
        let path = format!("{}z.ics", client.calendar);
        let put = client.put(&path, &text).expect(201);
        assert_eq!(client.get(&path).expect(200).text(), text, "it is kept as it is");
        assert!(put.header("etag").is_some());
        let window = "occurrences?from=2026-11-26T02:00:00Z&to=2026-11-26T02:01:00Z";
        let seen = hanako.get(window).expect(200).json();
        assert_eq!(
            (&seen["items"][0]["utcStart"], &seen["items"][0]["timeZone"]),
            (&"2026-11-26T02:00:00Z".into(), &"Europe/Berlin".into()),
            "{seen}"
        );
    });
}
