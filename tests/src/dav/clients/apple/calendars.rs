use super::{Client, NAMESPACES, changes, holds, objects, of, propfind, proppatch, token, xml};
use crate::{
    dav::client::{HOUR, event},
    harness::{Answer, on_each_backend},
};

const ZONE: &str = "BEGIN:VCALENDAR&#13;\nVERSION:2.0&#13;\nPRODID:-//Apple Inc.//Mac OS X 10.11//EN&#13;\nCALSCALE:GREGORIAN&#13;\n\
                    BEGIN:VTIMEZONE&#13;\nTZID:Asia/Tokyo&#13;\nBEGIN:STANDARD&#13;\nTZOFFSETFROM:+0900&#13;\nDTSTART:19510909T000000&#13;\n\
                    TZNAME:JST&#13;\nTZOFFSETTO:+0900&#13;\nEND:STANDARD&#13;\nEND:VTIMEZONE&#13;\nEND:VCALENDAR&#13;\n";

/// At most fifty at a time, without a depth.
fn multiget(client: &Client, path: &str, paths: &[&str]) -> String {
    let paths: String = paths.iter().map(|path| format!("<A:href>{path}</A:href>")).collect();
    let body = format!(
        "<B:calendar-multiget {NAMESPACES}><A:prop><A:getetag/><B:calendar-data/><B:schedule-tag/></A:prop>{paths}</B:calendar-multiget>"
    );
    xml(client, "REPORT", path, None, &body).expect(207).text()
}

fn put(client: &Client, path: &str, headers: &[(&str, &str)], text: &str) -> Answer {
    client.send("PUT", path, headers, "text/calendar", text)
}

/// A calendar of one kind of component; its colour, order, name, zone and whether it counts, each by a request of its own.
#[test]
fn makes_and_paints_a_calendar() {
    on_each_backend(|server| {
        let client = Client::of(server, &server.staff("hanako"));
        for (kind, segment) in [
            ("VEVENT", "5E1F1E77-0A0B-4C0D-8E0F-1A2B3C4D5E6F"),
            ("VTODO", "5E1F1E77-0A0B-4C0D-8E0F-1A2B3C4D5E70"),
        ] {
            let path = format!("{}{segment}/", client.home);
            let body = format!(
                "<B:mkcalendar {NAMESPACES}><A:set><A:prop><D:calendar-order>3</D:calendar-order>\
                 <B:supported-calendar-component-set><B:comp name=\"{kind}\"/></B:supported-calendar-component-set>\
                 <D:calendar-color symbolic-color=\"custom\">#FF2968FF</D:calendar-color><B:calendar-timezone>{ZONE}</B:calendar-timezone>\
                 <A:displayname>出張</A:displayname><B:schedule-calendar-transp><B:opaque/></B:schedule-calendar-transp></A:prop></A:set>\
                 </B:mkcalendar>"
            );
            xml(&client, "MKCALENDAR", &path, None, &body).expect(201);
            let props = "<A:displayname/><D:calendar-color/><D:calendar-order/><B:supported-calendar-component-set/><B:calendar-timezone/>";
            holds(
                &propfind(&client, &path, "0", props),
                &["出張", "#FF2968", ">3<", &format!("name=\"{kind}\""), "TZID:Asia/Tokyo"],
            );
            for prop in [
                "<D:calendar-color symbolic-color=\"blue\">#1BADF8FF</D:calendar-color>".to_owned(),
                "<D:calendar-order>7</D:calendar-order>".to_owned(),
                "<A:displayname>旅行</A:displayname>".to_owned(),
                format!("<B:calendar-timezone>{ZONE}</B:calendar-timezone>"),
            ] {
                let told = proppatch(&client, &path, &prop);
                assert!(told.contains("HTTP/1.1 200") && !told.contains("HTTP/1.1 4"), "{told}");
            }
            holds(&propfind(&client, &path, "0", props), &["#1BADF8", ">7<", "旅行"]);
            client.bare("DELETE", &path, &[]).expect(204);
            client.bare("PROPFIND", &path, &[("depth", "0")]).expect(404);
        }
        // The alarms that it would like to keep with the home it hears refused, and goes on.
        let alarm = "<B:default-alarm-vevent-date>BEGIN:VALARM&#13;\nTRIGGER:-PT15H&#13;\nACTION:AUDIO&#13;\nEND:VALARM&#13;\n\
                     </B:default-alarm-vevent-date>";
        holds(&proppatch(&client, &client.home, alarm), &["HTTP/1.1 403"]);
        let transparent = "<B:schedule-calendar-transp><B:transparent/></B:schedule-calendar-transp>";
        holds(&proppatch(&client, &client.calendar, transparent), &["HTTP/1.1 200"]);
    });
}

/// Whether a calendar moved, what is new in it, the texts of that; what it stores comes back with all that is its own.
#[test]
fn syncs_both_ways() {
    on_each_backend(|server| {
        let client = Client::of(server, &server.staff("hanako"));
        let state = || propfind(&client, &client.calendar, "0", "<C:getctag/><A:sync-token/>");
        let before = state();
        let first = token(&changes(&client, &client.calendar, "").expect(207));
        holds(&before, &[&first]);
        let uid = "B2D3F7A4-5C6E-4F70-8192-A3B4C5D6E7F8";
        let path = format!("{}{uid}.ics", client.calendar);
        let text = event(
            uid,
            &format!(
                "{HOUR}SUMMARY:打合せ\nTRANSP:OPAQUE\nX-APPLE-TRAVEL-ADVISORY-BEHAVIOR:AUTOMATIC\nSEQUENCE:0\nBEGIN:VALARM\nX-WR-ALARMUID:0A\n\
                 UID:0A\nTRIGGER:-PT15M\nDESCRIPTION:Event reminder\nACTION:DISPLAY\nEND:VALARM\n"
            ),
        );
        let etag = put(&client, &path, &[("if-none-match", "*")], &text).expect(201).etag();
        assert_ne!(state(), before);
        let news = changes(&client, &client.calendar, &first).expect(207);
        assert_eq!(objects(&news), std::slice::from_ref(&path));
        holds(of(&news.text(), &path), &[&etag, "text/calendar"]);
        let read = multiget(&client, &client.calendar, &[&path]);
        holds(
            of(&read, &path),
            &["X-APPLE-TRAVEL-ADVISORY-BEHAVIOR:AUTOMATIC", "X-WR-ALARMUID:0A", "TRIGGER:-PT15M", &etag],
        );
        // With a tag in the answer it does not read again what it stored.
        let next = text.replace("SEQUENCE:0", "SEQUENCE:1").replace("打合せ", "会議");
        let newer = put(&client, &path, &[("if-match", &etag)], &next).expect(204).etag();
        assert_eq!(client.get(&path).expect(200).text(), next);
        put(&client, &path, &[("if-match", &etag)], &text).expect(412);
        assert_eq!(client.get(&path).expect(200).etag(), newer);
        client.bare("DELETE", &path, &[]).expect(204);
        client.bare("DELETE", &path, &[]).expect(404);
        let after = changes(&client, &client.calendar, &token(&news)).expect(207).text();
        assert!(of(&after, &path).starts_with("<d:status>HTTP/1.1 404"), "{after}");
        // A token that is not taken is 403, and it begins anew; no other refusal is understood.
        changes(&client, &client.calendar, "https://renraku.example.jp/old").expect(403);
    });
}

/// iOS looks at tasks and at events from a day on, by query; where there is no sync it compares tags.
#[test]
fn lists_by_kind_and_by_day() {
    on_each_backend(|server| {
        let client = Client::of(server, &server.staff("hanako"));
        let now = format!("{}now.ics", client.calendar);
        put(&client, &now, &[], &event("now", HOUR)).expect(201);
        let old = event("old", "DTSTART:20200101T000000Z\nDURATION:PT1H\n");
        put(&client, &format!("{}old.ics", client.calendar), &[], &old).expect(201);
        let task = format!("{}task.ics", client.calendar);
        put(&client, &task, &[], &event("task", "SUMMARY:支払\n").replace("VEVENT", "VTODO")).expect(201);
        let query = |inner: &str| {
            let body = format!(
                "<B:calendar-query {NAMESPACES}><A:prop><A:getetag/><A:getcontenttype/></A:prop><B:filter>\
                 <B:comp-filter name=\"VCALENDAR\">{inner}</B:comp-filter></B:filter></B:calendar-query>"
            );
            objects(&xml(&client, "REPORT", &client.calendar, Some("1"), &body).expect(207))
        };
        assert_eq!(
            query(
                "<B:comp-filter name=\"VEVENT\"><B:time-range start=\"20261028T000000Z\"/></B:comp-filter>"
            ),
            [now]
        );
        assert_eq!(query("<B:comp-filter name=\"VTODO\"/>"), std::slice::from_ref(&task));
        let listed = propfind(&client, &client.calendar, "1", "<A:getcontenttype/><A:getetag/>");
        holds(of(&listed, &task), &["<d:getetag>", "component=VTODO"]);
    });
}
