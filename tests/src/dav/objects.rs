//! Events and tasks: stored, read, changed and deleted, and calendars made for them.

use super::client::{Client, HOUR, between, card, event, responses};
use crate::harness::on_each_backend;

#[test]
fn what_is_stored_comes_back_byte_for_byte() {
    on_each_backend(|server| {
        let client = Client::of(server, &server.staff("hanako"));
        let path = format!("{}会議 1.ics", client.calendar);
        let text = event(
            "u1",
            &format!(
                "{HOUR}SUMMARY:打合せ\nX-COLOUR;P=\"a,b\":red\nBEGIN:VALARM\nACTION:DISPLAY\nTRIGGER:-PT10M\nEND:VALARM\n"
            ),
        );
        let made =
            client.ask("PUT", &path).header("if-none-match", "*").body("text/calendar", text.clone()).send();
        let etag = made.expect(201).etag();
        let read = client.get(&path).expect(200);
        assert_eq!((read.text(), read.etag()), (text.clone(), etag.clone()));
        client.ask("GET", &path).header("if-none-match", &etag).send().expect(304);
        client
            .ask("PUT", &path)
            .header("if-none-match", "*")
            .body("text/calendar", text.clone())
            .send()
            .expect(412);
        client
            .ask("PUT", &path)
            .header("if-match", "\"0\"")
            .body("text/calendar", text.clone())
            .send()
            .expect(412);

        let changed = text.replace("打合せ", "朝会");
        let put =
            client.ask("PUT", &path).header("if-match", &etag).body("text/calendar", changed.clone()).send();
        let newer = put.expect(204).etag();
        assert_ne!(newer, etag);
        assert_eq!(client.get(&path).expect(200).text(), changed);

        client.ask("DELETE", &path).header("if-match", &etag).send().expect(412);
        client.ask("DELETE", &path).header("if-match", &newer).send().expect(204);
        client.get(&path).expect(404);
        client.ask("DELETE", &path).send().expect(404);
        client.ask("PUT", &path).header("if-match", "*").body("text/calendar", text).send().expect(412);
    });
}

#[test]
fn who_prefers_it_is_shown_what_is_stored() {
    on_each_backend(|server| {
        let client = Client::of(server, &server.staff("hanako"));
        let path = format!("{}p.ics", client.calendar);
        let text = event("p", &format!("{HOUR}SUMMARY:打合せ\n"));
        let put = |name: &'static str, tag: &str, text: &str| {
            let ask = client.ask("PUT", &path).header("prefer", "return=representation").header(name, tag);
            ask.body("text/calendar", text.to_owned()).send()
        };
        let made = put("if-none-match", "*", &text).expect(201);
        assert_eq!((made.text(), made.header("content-location")), (text.clone(), Some(path.as_str())));
        assert_eq!(made.header("preference-applied"), Some("return=representation"));
        assert_eq!(made.etag(), client.get(&path).expect(200).etag());
        let changed = text.replace("打合せ", "朝会");
        assert_eq!(put("if-match", &made.etag(), &changed).expect(200).text(), changed);
        // Who is refused because of a change sees the change (RFC 8144 §3.2).
        let stale = put("if-match", &made.etag(), &text).expect(412);
        assert_eq!((stale.text(), stale.etag()), (changed, client.get(&path).expect(200).etag()));
        let wrong = put("if-match", &stale.etag(), "BEGIN:VCALENDAR").expect(403);
        assert_eq!(wrong.header("preference-applied"), None);

        let card = format!("{}p.vcf", client.address_book());
        let text = "BEGIN:VCARD\r\nVERSION:4.0\r\nUID:p\r\nFN:佐藤\r\nEND:VCARD\r\n";
        let ask = client.ask("PUT", &card).header("prefer", "return=representation");
        let made = ask.body("text/vcard", text.to_owned()).send().expect(201);
        assert_eq!((made.text().as_str(), made.header("content-location")), (text, Some(card.as_str())));
    });
}

#[test]
fn a_uid_has_one_name() {
    on_each_backend(|server| {
        let client = Client::of(server, &server.staff("hanako"));
        let path = |name: &str| format!("{}{name}", client.calendar);
        client.put(&path("a.ics"), &event("u1", HOUR)).expect(201);
        let conflict = client.put(&path("b.ics"), &event("u1", HOUR)).expect(409).text();
        assert_eq!(between(&conflict, "<c:no-uid-conflict><d:href>", "</d:href>"), path("a.ics"));
        let other = client.put(&path("a.ics"), &event("u2", HOUR)).expect(409).text();
        assert!(other.contains("<c:no-uid-conflict>"), "{other}");
        // The name is free again once its event is gone.
        client.ask("DELETE", &path("a.ics")).send().expect(204);
        client.put(&path("a.ics"), &event("u2", HOUR)).expect(201);
    });
}

#[test]
fn a_series_keeps_its_exceptions() {
    on_each_backend(|server| {
        let client = Client::of(server, &server.staff("hanako"));
        let path = format!("{}series.ics", client.calendar);
        let series = event("u1", &format!("{HOUR}RRULE:FREQ=DAILY;COUNT=5\nSUMMARY:朝会\n"));
        let exception = "BEGIN:VEVENT\r\nUID:u1\r\nDTSTAMP:20261125T000000Z\r\nRECURRENCE-ID;TZID=Asia/Tokyo:20261128T100000\r\n\
                         DTSTART;TZID=Asia/Tokyo:20261128T150000\r\nDTEND;TZID=Asia/Tokyo:20261128T160000\r\nSUMMARY:遅い\r\nEND:VEVENT\r\n";
        client.put(&path, &series).expect(201);
        let text = series.replace("END:VCALENDAR", &format!("{exception}END:VCALENDAR"));
        client.put(&path, &text).expect(204);
        assert_eq!(client.get(&path).expect(200).text(), text);
        // Without it the exception is gone.
        client.put(&path, &series).expect(204);
        assert_eq!(client.get(&path).expect(200).text(), series);
    });
}

#[test]
fn tasks_are_kept() {
    on_each_backend(|server| {
        let client = Client::of(server, &server.staff("hanako"));
        let path = format!("{}task.ics", client.calendar);
        let task = event("t1", "SUMMARY:買う\nDUE:20261126T000000Z\n").replace("VEVENT", "VTODO");
        let etag = client.put(&path, &task).expect(201).etag();
        assert_eq!(client.get(&path).expect(200).text(), task);
        let sets = client.propfind(&client.calendar, "0", "<c:supported-calendar-component-set/>").text();
        assert!(sets.contains(r#"name="VEVENT""#) && sets.contains(r#"name="VTODO""#), "{sets}");
        let turned = client.put(&path, &event("t1", HOUR)).expect(403);
        assert!(turned.text().contains("<c:valid-calendar-object-resource/>"), "{}", turned.text());
        let (all, token) = client.sync(&client.calendar, "", 100);
        assert!(all.contains(&(path.clone(), 200)), "{all:?}");
        client.ask("DELETE", &path).header("if-match", &etag).send().expect(204);
        let (news, _) = client.sync(&client.calendar, &token, 100);
        assert_eq!(news, [(path.clone(), 404)]);
        client.get(&path).expect(404);
    });
}

#[test]
fn a_calendar_is_made_described_and_deleted() {
    on_each_backend(|server| {
        let client = Client::of(server, &server.staff("hanako"));
        let path = format!("{}work/", client.home);
        let make = "<c:mkcalendar NS><d:set><d:prop><d:displayname>仕事</d:displayname>\
                    <a:calendar-color>#FF0000FF</a:calendar-color><c:calendar-description>d</c:calendar-description>\
                    <x:odd xmlns:x=\"urn:x\" k=\"1\">y</x:odd></d:prop></d:set></c:mkcalendar>";
        client.xml("MKCALENDAR", &path, "0", make).expect(201);
        let again = client.xml("MKCALENDAR", &path, "0", make).expect(405);
        assert!(again.text().contains("<d:resource-must-be-null/>"), "{}", again.text());
        let props = "<d:displayname/><a:calendar-color/><c:calendar-description/><x:odd xmlns:x=\"urn:x\"/>";
        let told = client.propfind(&path, "0", props).text();
        for value in ["仕事", "#FF0000FF", ">d<", r#"<odd xmlns="urn:x" k="1">y</odd>"#] {
            assert!(told.contains(value), "{value} is not in {told}");
        }
        let patch = "<d:propertyupdate NS><d:set><d:prop><d:displayname>会議</d:displayname></d:prop></d:set>\
                     <d:remove><d:prop><x:odd xmlns:x=\"urn:x\"/></d:prop></d:remove></d:propertyupdate>";
        let patched = client.xml("PROPPATCH", &path, "0", patch).expect(207).text();
        assert_eq!(patched.matches("HTTP/1.1 200").count(), 1, "{patched}");
        let told = client.propfind(&path, "0", props).text();
        assert!(told.contains("会議") && told.contains(r#"<odd xmlns="urn:x"/>"#), "{told}");
        let protected = "<d:propertyupdate NS><d:set><d:prop><d:displayname>x</d:displayname><d:getetag>y</d:getetag></d:prop></d:set></d:propertyupdate>";
        let refused = client.xml("PROPPATCH", &path, "0", protected).expect(207).text();
        assert!(
            refused.contains("HTTP/1.1 424") && refused.contains("<d:cannot-modify-protected-property/>"),
            "{refused}"
        );

        let moved = format!("{path}moved.ics");
        client.put(&format!("{}a.ics", client.calendar), &event("u1", HOUR)).expect(201);
        let carry =
            |method: &str, from: &str, to: &str| client.ask(method, from).header("destination", to).send();
        carry("MOVE", &format!("{}a.ics", client.calendar), &moved).expect(201);
        client.get(&format!("{}a.ics", client.calendar)).expect(404);
        assert_eq!(client.get(&moved).expect(200).text(), event("u1", HOUR));
        carry("COPY", &moved, &format!("{}b.ics", client.calendar)).expect(201);
        let elsewhere = carry("MOVE", &moved, "http://elsewhere.example.jp/dav/x").expect(502).text();
        assert!(
            elsewhere.contains("<d:error") && elsewhere.contains("<d:responsedescription>"),
            "{elsewhere}"
        );
        assert!(elsewhere.contains("on another server"), "{elsewhere}");
        client.ask("DELETE", &path).send().expect(204);
        client.get(&moved).expect(404);
        client.ask("DELETE", &client.calendar).send().expect(403);
        let home = client.propfind(&client.home, "1", "<d:displayname/>").text();
        assert!(!responses(&home).iter().any(|(href, _)| *href == path), "{home}");
    });
}

/// RFC 5545 §3.8.4.4, §3.8.5.2.
#[test]
fn a_date_stays_for_as_long_as_there_is_a_component_of_it() {
    on_each_backend(|server| {
        let [hanako, taro] = ["hanako", "taro"].map(|name| server.staff(name));
        let (client, guest) = (Client::of(server, &hanako), Client::of(server, &taro));
        let people = "ORGANIZER:mailto:hanako@pref.example.jp\nATTENDEE:mailto:taro@pref.example.jp\n";
        let week = "from=2026-11-25T15:00:00Z&to=2026-12-02T15:00:00Z";
        for (name, people) in [("alone", ""), ("with", people)] {
            let path = format!("{}{name}.ics", client.calendar);
            let series = format!("{HOUR}SUMMARY:朝会\nRRULE:FREQ=DAILY;COUNT=2\n{people}");
            let own = "RECURRENCE-ID;TZID=Asia/Tokyo:20261130T100000\nDTSTART;TZID=Asia/Tokyo:20261130T140000\nDURATION:PT1H\n";
            let own = event(name, &format!("{own}SUMMARY:臨時\n{people}"));
            let own = own.split_once("BEGIN:VEVENT").unwrap().1;
            let added = "RDATE;TZID=Asia/Tokyo:20261130T100000\n";
            let with =
                |lines: &str| event(name, lines).replace("END:VCALENDAR\r\n", &format!("BEGIN:VEVENT{own}"));
            client.put(&path, &with(&format!("{series}{added}"))).expect(201);
            let starts = |who: &crate::harness::Staff| {
                let all = who.get(&format!("occurrences?{week}")).expect(200).json()["items"].clone();
                let all =
                    all.as_array().unwrap().iter().map(|it| it["start"].as_str().unwrap()[8..13].to_owned());
                all.collect::<Vec<_>>()
            };
            let expand = "<c:calendar-query NS><d:prop><c:calendar-data>\
                <c:expand start=\"20261125T150000Z\" end=\"20261202T150000Z\"/></c:calendar-data></d:prop>\
                <c:filter><c:comp-filter name=\"VCALENDAR\"/></c:filter></c:calendar-query>";
            let three = ["26T10", "27T10", "30T14"];
            client.put(&path, &with(&series)).expect(204);
            let told = client.get(&path).expect(200).text();
            assert!(told.contains("RDATE;TZID=Asia/Tokyo:20261130T100000"), "{told}");
            let expanded = client.xml("REPORT", &client.calendar, "1", expand).expect(207).text();
            assert_eq!(expanded.matches("BEGIN:VEVENT").count(), 3, "{expanded}");
            assert_eq!(starts(&hanako), three);
            if !people.is_empty() {
                assert_eq!(starts(&taro), three);
                let theirs = guest.sync(&guest.calendar, "", 10).0[0].0.clone();
                assert!(guest.get(&theirs).expect(200).text().contains("RDATE"));
            }
            // It goes with its component.
            client.put(&path, &event(name, &series)).expect(204);
            assert_eq!(starts(&hanako), three[..2]);
            client.ask("DELETE", &path).send().expect(204);
        }
    });
}

/// RFC 9110 §13.1.3 and §13.1.4.
#[test]
fn a_client_may_say_when_it_saw_what_it_changes() {
    on_each_backend(|server| {
        let client = Client::of(server, &server.staff("hanako"));
        let (object, contact) =
            (format!("{}a.ics", client.calendar), format!("{}a.vcf", client.address_book()));
        for (path, kind, text) in
            [(&object, "text/calendar", event("u", HOUR)), (&contact, "text/vcard", card("u", "山田", ""))]
        {
            let ask = |method: &str, headers: &[(&str, &str)]| {
                let ask = headers
                    .iter()
                    .fold(client.ask(method, path), |ask, (name, value)| ask.header(name, value));
                if method == "PUT" { ask.body(kind, text.as_str()) } else { ask }.send()
            };
            let (since, unless) = ("if-modified-since", "if-unmodified-since");
            let early = "Sun, 01 Nov 2020 00:00:00 GMT";
            // What is not there was not changed.
            ask("PUT", &[(unless, early)]).expect(201);
            let there = client.get(path).expect(200);
            let (seen, tag) = (there.header("last-modified").unwrap(), there.header("etag").unwrap());
            ask("GET", &[(since, seen)]).expect(304);
            ask("HEAD", &[(since, seen)]).expect(304);
            ask("GET", &[(since, early)]).expect(200);
            ask("GET", &[(since, seen), ("if-none-match", "\"other\"")]).expect(200);
            ask("GET", &[(since, "yesterday")]).expect(200);
            ask("GET", &[(unless, early)]).expect(412);
            ask("PUT", &[(unless, early)]).expect(412);
            ask("DELETE", &[(unless, early)]).expect(412);
            ask("PUT", &[(unless, early), ("if-match", tag)]).expect(204);
            ask("PUT", &[(unless, "yesterday"), (since, seen)]).expect(204);
            let seen = client.get(path).expect(200).header("last-modified").unwrap().to_owned();
            // As HTTP wrote it once (§5.6.7).
            let parts: Vec<&str> = seen.split([',', ' ']).filter(|it| !it.is_empty()).collect();
            let old = format!("{} {} {} {} {}", parts[0], parts[2], parts[1], parts[4], parts[3]);
            ask("GET", &[(since, &old)]).expect(304);
            ask("DELETE", &[(unless, &seen)]).expect(204);
        }
    });
}
