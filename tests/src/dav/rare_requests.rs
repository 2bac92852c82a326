//! What few clients ask, and what is rarely asked for in that way.

use serde_json::json;

use super::client::{Client, HOUR, TOKYO, between, event, responses};
use crate::harness::{Answer, on_each_backend};

#[test]
fn a_name_that_cannot_be_taken_is_told_as_such() {
    on_each_backend(|server| {
        let client = Client::of(server, &server.staff("hanako"));
        let book = client.address_book();
        let long = "x".repeat(256);
        for name in [long.as_str(), "a%2Fb.ics", "a%5Cb", "%00", "a%0Ab.ics", "%FF.ics", "a%zz"] {
            for above in [&client.calendar, &book] {
                let path = format!("{above}{name}");
                let put = client.put(&path, &event("a", HOUR)).expect(403).text();
                assert!(put.contains("<d:name-allowed/>"), "{path}: {put}");
                client.get(&path).expect(404);
                client.ask("DELETE", &path).send().expect(404);
            }
            let made = client.ask("MKCALENDAR", &format!("{}{name}/", client.home)).send().expect(403);
            assert!(made.text().contains("name-allowed"));
        }
        client.put(&format!("/dav/nothing/{long}"), &event("a", HOUR)).expect(404);
        let path = format!("{}a.ics", client.calendar);
        client.put(&path, &event("a", HOUR)).expect(201);
        let to = format!("{}{long}", client.calendar);
        let moved = client.ask("MOVE", &path).header("destination", &to).send().expect(403).text();
        assert!(moved.contains("name-allowed"), "{moved}");
        client.get(&path).expect(200);
    });
}

#[test]
fn an_object_is_found_by_however_its_url_is_written() {
    on_each_backend(|server| {
        let client = Client::of(server, &server.staff("hanako"));
        let path = format!("{}a.ics", client.calendar);
        client.put(&path, &event("a", HOUR)).expect(201);
        let host = server.base().strip_prefix("http://").unwrap().to_owned();
        for (href, status) in [
            (format!("HTTP://{host}{path}"), 200),
            (format!("//{host}{path}"), 200),
            (format!("https://{host}{path}"), 200),
            (format!("//elsewhere.example{path}"), 404),
            (format!("ftp://{host}{path}"), 404),
        ] {
            let body = format!(
                "<c:calendar-multiget NS><d:prop><d:getetag/></d:prop><d:href>{href}</d:href></c:calendar-multiget>"
            );
            let told = client.xml("REPORT", &client.calendar, "0", &body).expect(207).text();
            let expected = if status == 200 { path.clone() } else { href };
            assert_eq!(responses(&told), [(expected, status)]);
        }
        let to = format!("//{host}{}b.ics", client.calendar);
        client.ask("MOVE", &path).header("destination", &to).send().expect(201);
        let away = format!("//elsewhere.example{path}");
        client
            .ask("MOVE", &format!("{}b.ics", client.calendar))
            .header("destination", &away)
            .send()
            .expect(502);
    });
}

#[test]
fn where_nothing_takes_place_there_is_no_calendar_data() {
    on_each_backend(|server| {
        let client = Client::of(server, &server.staff("hanako"));
        let path = format!("{}a.ics", client.calendar);
        for more in [HOUR.to_owned(), format!("{HOUR}RRULE:FREQ=DAILY;COUNT=2\n")] {
            client.put(&path, &event("a", &more));
            let ask = |start: &str, end: &str| {
                let expand = format!("<c:expand start=\"{start}\" end=\"{end}\"/>");
                let body = format!(
                    "<c:calendar-multiget NS><d:prop><d:getetag/><c:calendar-data>{expand}</c:calendar-data></d:prop>\
                     <d:href>{path}</d:href></c:calendar-multiget>"
                );
                client.xml("REPORT", &client.calendar, "0", &body).expect(207).text()
            };
            let there = ask("20261126T000000Z", "20261127T000000Z");
            assert_eq!(there.matches("BEGIN:VEVENT").count(), 1, "{there}");
            let outside = ask("20261201T000000Z", "20261202T000000Z");
            assert!(outside.contains("<d:getetag>") && !outside.contains("BEGIN:VCALENDAR"), "{outside}");
            let missing = outside.split("<d:propstat>").find(|part| part.contains("HTTP/1.1 404")).unwrap();
            assert!(missing.contains("<c:calendar-data/>"), "{outside}");
        }
    });
}

#[test]
fn people_and_rooms_are_found_by_tokens() {
    on_each_backend(|server| {
        let client = Client::of(server, &server.staff("hanako"));
        server.staff("jiro");
        let search = |context: &str, tokens: &[&str], more: &str| {
            let tokens: String =
                tokens.iter().map(|it| format!("<s:search-token>{it}</s:search-token>")).collect();
            let body = format!(
                "<s:calendarserver-principal-search xmlns:s=\"http://calendarserver.org/ns/\" xmlns:d=\"DAV:\" \
                 context=\"{context}\">{tokens}{more}<d:prop><d:displayname/></d:prop>\
                 </s:calendarserver-principal-search>"
            );
            let told = client.xml("REPORT", "/dav/principals/", "0", &body).expect(207).text();
            let names = told.split("<d:response>").skip(1);
            names.map(|part| between(part, "<d:displayname>", "<").to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(search("attendee", &["jiro"], ""), ["試験 jiro"]);
        assert_eq!(search("user", &["試験", "jiro"], ""), ["試験 jiro"]);
        assert_eq!(search("user", &["hanako", "jiro"], ""), [""; 0]);
        assert_eq!(search("location", &["jiro"], ""), [""; 0]);
        assert_eq!(search("user", &["試験"], "").len(), 2);
        let one = "<s:limit><s:nresults>1</s:nresults></s:limit>";
        assert_eq!(search("user", &["試験"], one).len(), 1);
        assert_eq!(search("user", &[], ""), [""; 0]);
        let room = json!({"name": "第1会議室", "kind": "room"});
        let room = serde_json::from_value::<renraku_schedule::model::FacilityDraft>(room).unwrap();
        server.db().write(|tx| renraku_schedule::service::create_facility(tx, room.clone())).unwrap();
        assert_eq!(search("location", &["会議室"], ""), ["第1会議室"]);
        // What nobody sees is nothing to look for.
        for token in ["\u{200b}", "-", "\u{2060}\u{feff}"] {
            for context in ["location", "resource", "attendee", "user"] {
                assert_eq!(search(context, &[token], ""), [""; 0], "{token:?} {context}");
            }
        }
        for wrong in ["0", "-1", "many", ""] {
            let body = format!(
                "<s:calendarserver-principal-search xmlns:s=\"http://calendarserver.org/ns/\" xmlns:d=\"DAV:\" \
                 context=\"user\"><s:search-token>jiro</s:search-token><s:limit><s:nresults>{wrong}</s:nresults>\
                 </s:limit><d:prop/></s:calendarserver-principal-search>"
            );
            client.xml("REPORT", "/dav/principals/", "0", &body).expect(400);
        }
        let supported = client.propfind("/dav/principals/", "0", "<d:supported-report-set/>").text();
        assert!(supported.contains("<cs:calendarserver-principal-search/>"), "{supported}");
    });
}

#[test]
fn who_is_invited_under_the_uid_of_something_of_theirs_keeps_both() {
    on_each_backend(|server| {
        let (hanako, taro) = (server.staff("hanako"), server.staff("taro"));
        let (invited, organizer) = (Client::of(server, &hanako), Client::of(server, &taro));
        let path = format!("{}own.ics", invited.calendar);
        let own = event("same", &format!("{HOUR}SUMMARY:私用\n"));
        invited.put(&path, &own).expect(201);
        let attendees = format!("ORGANIZER:urn:uuid:{}\nATTENDEE:urn:uuid:{}\n", taro.person, hanako.person);
        let meeting = event("same", &format!("{HOUR}SUMMARY:会議\n{attendees}"));
        organizer.put(&format!("{}m.ics", organizer.calendar), &meeting).expect(201);
        let (listed, _) = invited.sync(&invited.calendar, "", 10);
        assert_eq!(listed.len(), 2, "{listed:?}");
        assert_eq!(invited.get(&path).expect(200).text(), own);
        let other = listed.iter().map(|(path, _)| path).find(|it| **it != path).unwrap();
        assert!(invited.get(other).expect(200).text().contains("SUMMARY:会議"));
        // Each is changed under its own name, and neither under a third.
        invited.put(&path, &own.replace("私用", "通院")).expect(204);
        let theirs = invited.get(other).expect(200).text();
        let accepted = theirs.replace("ATTENDEE;", "ATTENDEE;PARTSTAT=ACCEPTED;");
        assert_ne!(accepted, theirs, "{theirs}");
        invited.put(other, &accepted).expect(204);
        let theirs = invited.get(other).expect(200).text();
        assert!(theirs.contains("PARTSTAT=ACCEPTED"), "{theirs}");
        assert!(invited.get(&path).expect(200).text().contains("SUMMARY:通院"));
        let third = invited.put(&format!("{}third.ics", invited.calendar), &own).expect(409).text();
        assert!(third.contains("<c:no-uid-conflict>"), "{third}");
        invited.ask("DELETE", &path).send().expect(204);
        assert!(invited.get(other).expect(200).text().contains("SUMMARY:会議"));
    });
}

/// What is folded after so many bytes, wherever a character ends, is taken, and written so that everybody can read it.
#[test]
fn a_line_may_be_folded_within_a_character() {
    on_each_backend(|server| {
        let client = Client::of(server, &server.staff("hanako"));
        let within = |text: String| {
            let at = text.find('議').unwrap() + 1;
            [&text.as_bytes()[..at], b"\r\n ", &text.as_bytes()[at..]].concat()
        };
        let card =
            "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:c\r\nFN:会議 室\r\nN:会;議;;;\r\nEND:VCARD\r\n".to_owned();
        for (path, media, text) in [
            (
                format!("{}f.ics", client.calendar),
                "text/calendar",
                event("f", &format!("{HOUR}SUMMARY:防災会議\n")),
            ),
            (format!("{}f.vcf", client.address_book()), "text/vcard", card),
        ] {
            let put = client.ask("PUT", &path).body(media, within(text)).send().expect(201);
            assert_eq!(put.header("etag"), None, "it is not stored as it was sent");
            let stored = client.get(&path).expect(200).text();
            assert!(stored.contains("会議"), "{stored}");
            let cut = client.ask("PUT", &path).body(media, b"BEGIN:\xE8\xAD\r\nEND:x\r\n".to_vec()).send();
            cut.expect(403);
        }
    });
}

/// An iCalendar object with something in it, as XML takes it.
fn calendar(inside: &str) -> String {
    format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n{inside}END:VCALENDAR\r\n")
}

fn zone(id: &str, more: &str) -> String {
    format!("BEGIN:VTIMEZONE\r\nTZID:{id}\r\n{more}END:VTIMEZONE\r\n")
}

fn timezone(text: &str) -> String {
    format!("<c:calendar-timezone>{text}</c:calendar-timezone>")
}

/// Makes a calendar with a property by either method.
fn make(client: &Client, method: &str, path: &str, prop: &str) -> Answer {
    let set = |more: &str| format!("<d:set><d:prop>{more}{prop}</d:prop></d:set>");
    let kinds = "<d:resourcetype><d:collection/><c:calendar/></d:resourcetype>";
    let body = match method {
        "MKCOL" => format!("<d:mkcol NS>{}</d:mkcol>", set(kinds)),
        _ => format!("<c:mkcalendar NS>{}</c:mkcalendar>", set("")),
    };
    client.xml(method, path, "0", &body)
}

#[test]
fn the_zone_of_a_calendar_is_a_zone() {
    on_each_backend(|server| {
        let client = Client::of(server, &server.staff("hanako"));
        let patch = |prop: &str| {
            let body = format!("<d:propertyupdate NS>{prop}</d:propertyupdate>");
            client.xml("PROPPATCH", &client.calendar, "0", &body).expect(207).text()
        };
        let set = |prop: &str| {
            patch(&format!("<d:set><d:prop><d:displayname>仕事</d:displayname>{prop}</d:prop></d:set>"))
        };
        let id = |id: &str| format!("<c:calendar-timezone-id>{id}</c:calendar-timezone-id>");
        let told = |path: &str| {
            let told = client.propfind(path, "0", "<c:calendar-timezone-id/><c:calendar-timezone/>").text();
            let id = between(&told, "<c:calendar-timezone-id>", "<").to_owned();
            (id, between(&told, "<c:calendar-timezone>", "</c:calendar-timezone>").to_owned())
        };
        let is = |path: &str, zone: &str, name: &str| {
            let (id, text) = told(path);
            assert_eq!(id, zone);
            assert!(text.contains(&format!("TZID:{name}")), "{zone}, {name}: {text}");
        };
        let york = "BEGIN:DAYLIGHT\r\nDTSTART:20070311T020000\r\nRRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU\r\nTZOFFSETFROM:-0500\r\n\
                    TZOFFSETTO:-0400\r\nEND:DAYLIGHT\r\nBEGIN:STANDARD\r\nDTSTART:20071104T020000\r\n\
                    RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=1SU\r\nTZOFFSETFROM:-0400\r\nTZOFFSETTO:-0500\r\nEND:STANDARD\r\n";
        let made = |method: &str| format!("{}{method}/", client.home);
        // What is understood, by its name, its clocks or its place; of what nobody understands the office's counts, as with PUT.
        for (text, zone_id, name) in [
            (zone("Europe/Berlin", ""), "Europe/Berlin", "Europe/Berlin"),
            (zone("本社", york), "America/New_York", "本社"),
            (zone("Some Time", "X-LIC-LOCATION:Europe/London\r\n"), "Europe/London", "Some Time"),
            (zone("Some Time", ""), "Asia/Tokyo", "Some Time"),
        ] {
            let text = timezone(&format!("\n  {}", calendar(&text)));
            let taken = set(&text);
            assert!(taken.contains("HTTP/1.1 200") && !taken.contains("HTTP/1.1 4"), "{taken}");
            is(&client.calendar, zone_id, name);
            for method in ["MKCALENDAR", "MKCOL"] {
                make(&client, method, &made(method), &text).expect(201);
                is(&made(method), zone_id, name);
                client.ask("DELETE", &made(method)).send().expect(204);
            }
        }
        // By its name alone, which then decides the whole zone.
        set(&id("Europe/Berlin"));
        is(&client.calendar, "Europe/Berlin", "Europe/Berlin");
        make(&client, "MKCALENDAR", &made("named"), &id("Europe/Berlin")).expect(201);
        is(&made("named"), "Europe/Berlin", "Europe/Berlin");

        let berlin = zone("Europe/Berlin", "");
        let broken = [
            "nonsense".to_owned(),
            String::new(),
            berlin.clone(),
            calendar(""),
            calendar("BEGIN:VTIMEZONE\r\nEND:VTIMEZONE\r\n"),
            calendar(&format!("{berlin}{berlin}")),
            calendar(&berlin).repeat(2),
            calendar(&format!("{berlin}nonsense\r\n")),
            calendar(&berlin).replace("END:VCALENDAR", ""),
            event("a", HOUR).replace(TOKYO, ""),
        ];
        let broken = broken.iter().map(|text| (timezone(text), "<c:valid-calendar-data/>"));
        for (prop, element) in broken.chain([(id("Asia/Nowhere"), "<c:valid-timezone/>")]) {
            let refused = set(&prop);
            let [_, name, zone] = refused.split("<d:propstat>").collect::<Vec<_>>()[..] else {
                panic!("{prop}: {refused}");
            };
            assert!(name.contains("displayname") && name.contains("HTTP/1.1 424"), "{prop}: {refused}");
            assert!(zone.contains("HTTP/1.1 403") && zone.contains(element), "{prop}: {refused}");
            is(&client.calendar, "Europe/Berlin", "Europe/Berlin");
            for method in ["MKCALENDAR", "MKCOL"] {
                let refused = make(&client, method, &made(method), &prop).expect(403).text();
                assert!(refused.contains(element), "{prop}: {refused}");
                client.ask("PROPFIND", &made(method)).header("depth", "0").send().expect(404);
            }
        }
        patch("<d:remove><d:prop><c:calendar-timezone/></d:prop></d:remove>");
        is(&client.calendar, "Asia/Tokyo", "Asia/Tokyo");
    });
}

#[test]
fn a_report_is_read_in_the_zone_that_it_brings() {
    on_each_backend(|server| {
        let client = Client::of(server, &server.staff("hanako"));
        client
            .put(&format!("{}day.ics", client.calendar), &event("a", "DTSTART;VALUE=DATE:20261126\n"))
            .expect(201);
        // The last hour of the day in Berlin; in Tokyo the next day has begun.
        let range = "<c:time-range start=\"20261126T220000Z\" end=\"20261126T230000Z\"/>";
        let ask = |zone: &str| {
            let filter = "<c:filter><c:comp-filter name=\"VCALENDAR\"><c:comp-filter name=\"VEVENT\"/></c:comp-filter></c:filter>";
            let data = range.replace("time-range", "expand");
            let data = format!("<d:prop><c:calendar-data>{data}</c:calendar-data></d:prop>");
            client.xml(
                "REPORT",
                &client.calendar,
                "1",
                &format!("<c:calendar-query NS>{data}{filter}{zone}</c:calendar-query>"),
            )
        };
        let brings = |text: &str| format!("<c:timezone>{text}</c:timezone>");
        let berlin = zone("Europe/Berlin", "");
        for (zone, is_told) in [
            (String::new(), false),
            (brings(&calendar(&berlin)), true),
            ("<c:timezone-id>Europe/Berlin</c:timezone-id>".to_owned(), true),
        ] {
            let told = ask(&zone).expect(207).text();
            assert_eq!(told.contains("BEGIN:VEVENT"), is_told, "{zone}: {told}");
        }
        for (zone, element) in [
            (brings("nonsense"), "<c:valid-calendar-data/>"),
            (brings(&calendar(&format!("{berlin}{berlin}"))), "<c:valid-calendar-data/>"),
            ("<c:timezone-id>Asia/Nowhere</c:timezone-id>".to_owned(), "<c:valid-timezone/>"),
        ] {
            let refused = ask(&zone).expect(403).text();
            assert!(refused.contains(element), "{zone}: {refused}");
        }
    });
}

#[test]
fn a_calendar_holds_what_it_was_made_for_however_that_is_written() {
    on_each_backend(|server| {
        let client = Client::of(server, &server.staff("hanako"));
        let prop = "<c:supported-calendar-component-set><c:comp name=\"vevent\"/></c:supported-calendar-component-set>";
        for method in ["MKCALENDAR", "MKCOL"] {
            let path = format!("{}{method}/", client.home);
            make(&client, method, &path, prop).expect(201);
            let told = client.propfind(&path, "0", "<c:supported-calendar-component-set/>").text();
            assert!(told.contains("name=\"VEVENT\""), "{told}");
            client.put(&format!("{path}a.ics"), &event(method, HOUR)).expect(201);
            let task = event("task", HOUR).replace("VEVENT", "VTODO").replace("DTEND", "DUE");
            let refused = client.put(&format!("{path}b.ics"), &task).expect(403).text();
            assert!(refused.contains("<c:supported-calendar-component/>"), "{refused}");
        }
    });
}

/// RFC 8144 §2.2.
#[test]
fn whoever_asks_for_no_more_than_needed_is_told_of_a_change_what_failed_alone() {
    on_each_backend(|server| {
        let client = Client::of(server, &server.staff("hanako"));
        for path in [client.calendar.clone(), client.address_book()] {
            let patch = |prop: &str| {
                let body = format!(
                    "<d:propertyupdate xmlns:d=\"DAV:\"><d:set><d:prop>{prop}</d:prop></d:set></d:propertyupdate>"
                );
                let ask = client.ask("PROPPATCH", &path).header("prefer", "return=minimal");
                ask.body("application/xml", body.as_str()).send()
            };
            let done = patch("<d:displayname>仕事</d:displayname>").expect(200);
            assert_eq!(done.header("preference-applied"), Some("return=minimal"));
            assert_eq!(done.text(), "");
            assert!(client.propfind(&path, "0", "<d:displayname/>").text().contains("仕事"));
            patch("<d:getetag>x</d:getetag>").expect(207);
        }
    });
}
