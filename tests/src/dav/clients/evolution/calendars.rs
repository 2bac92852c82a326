use renraku_schedule::{model::FacilityDraft, service::create_facility};
use serde_json::json;

use super::{Client, XML, changes, holds, objects, of, propfind, report, token};
use crate::{
    dav::client::{HOUR, between, event},
    harness::{Answer, on_each_backend},
};

const ICALENDAR: &str = "text/calendar; charset=\"utf-8\"";

fn put(client: &Client, path: &str, condition: &[(&str, &str)], text: &str) -> Answer {
    client.send("PUT", path, condition, ICALENDAR, text)
}

/// What is new by token, the texts of it, an upload with the tag that it knows, and the end.
#[test]
fn syncs_both_ways() {
    on_each_backend(|server| {
        let client = Client::of(server, &server.staff("hanako"));
        let first = token(&changes(&client, &client.calendar, "").expect(207));
        let uid = "1c2d3e4f5a6b7c8d9e0f1a2b3c4d5e6f70819203";
        let path = format!("{}{uid}.ics", client.calendar);
        let text = event(
            uid,
            &format!(
                "{HOUR}SUMMARY:会議\nTRANSP:OPAQUE\nCLASS:PUBLIC\nSEQUENCE:2\nX-EVOLUTION-CALDAV-HREF:{path}\n"
            ),
        );
        let made = put(&client, &path, &[("if-none-match", "*")], &text).expect(201);
        let etag = made.etag();
        assert!(!etag.starts_with("W/"), "with a strong tag it need not read again: {etag}");
        put(&client, &path, &[("if-none-match", "*")], &text).expect(412);

        let news = changes(&client, &client.calendar, &first).expect(207);
        assert_eq!(objects(&news), std::slice::from_ref(&path));
        let gone = format!("{}gone.ics", client.calendar);
        let body = format!(
            "<D:prop><D:getetag/><C:calendar-data/></D:prop><D:href>{path}</D:href><D:href>{gone}</D:href>"
        );
        let read = report(&client, &client.calendar, None, "C:calendar-multiget", &body).expect(207).text();
        holds(of(&read, &path), &["SUMMARY:会議", "X-EVOLUTION-CALDAV-HREF", &etag]);
        assert!(of(&read, &gone).starts_with("<d:status>HTTP/1.1 404"));
        // What it misses it looks for under its uid, with and without the ending.
        client.get(&gone).expect(404);
        client.get(gone.trim_end_matches(".ics")).expect(404);

        let newer =
            put(&client, &path, &[("if-match", &etag)], &text.replace("会議", "打合せ")).expect(204).etag();
        // The person decided that theirs is kept: without a condition.
        put(&client, &path, &[("if-match", &etag)], &text).expect(412);
        let newest = put(&client, &path, &[], &text).expect(204).etag();
        client.bare("DELETE", &path, &[("if-match", &newer)]).expect(412);
        client.bare("DELETE", &path, &[("if-match", &newest)]).expect(204);
        client.bare("DELETE", &path, &[("if-match", &newest)]).expect(404);
        let after = changes(&client, &client.calendar, &token(&news)).expect(207).text();
        assert!(of(&after, &path).starts_with("<d:status>HTTP/1.1 404"), "{after}");
        // It begins anew where 403 names the element.
        let refused = changes(&client, &client.calendar, "https://renraku.example.jp/old").expect(403);
        assert!(refused.header("content-type").unwrap().starts_with("application/xml"));
        holds(&refused.text(), &["<d:valid-sync-token/>"]);
    });
}

/// With a limit on the days it follows the calendar's tag, and lists by time.
#[test]
fn follows_by_the_calendars_tag() {
    on_each_backend(|server| {
        let client = Client::of(server, &server.staff("hanako"));
        let tag = || {
            between(&propfind(&client, &client.calendar, "0", "<CS:getctag/>"), "getctag>", "<").to_owned()
        };
        let before = tag();
        assert_eq!(tag(), before, "nothing changed");
        let path = format!("{}now.ics", client.calendar);
        put(&client, &path, &[("if-none-match", "*")], &event("now", HOUR)).expect(201);
        let old = event("old", "DTSTART:20200101T000000Z\nDURATION:PT1H\n");
        put(&client, &format!("{}old.ics", client.calendar), &[("if-none-match", "*")], &old).expect(201);
        assert_ne!(tag(), before);
        let query = |range: &str| {
            let body = format!(
                "<D:prop><D:getetag/></D:prop><C:filter><C:comp-filter name=\"VCALENDAR\"><C:comp-filter name=\"VEVENT\">{range}\
                 </C:comp-filter></C:comp-filter></C:filter>"
            );
            objects(&report(&client, &client.calendar, Some("1"), "C:calendar-query", &body).expect(207))
        };
        assert_eq!(query("").len(), 2);
        assert_eq!(query("<C:time-range start=\"20261028T000000Z\" end=\"20261225T000000Z\"/>"), [path]);
    });
}

/// Who deletes an invitation declines it, unless the program is to tell nobody.
#[test]
fn declines_by_deleting() {
    on_each_backend(|server| {
        let client = Client::of(server, &server.staff("hanako"));
        let host = Client::of(server, &server.staff("taro"));
        let people = "ORGANIZER:mailto:taro@pref.example.jp\nATTENDEE;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:hanako@pref.example.jp\n";
        for (uid, notify, said) in [
            ("a", &[][..], "PARTSTAT=DECLINED"),
            ("b", &[("schedule-reply", "F")], "mailto:hanako@pref.example.jp"),
        ] {
            let path = format!("{}{uid}.ics", host.calendar);
            let text = event(uid, &format!("{HOUR}{people}"));
            put(&host, &path, &[("if-none-match", "*")], &text).expect(201);
            let (mine, _) = client.sync(&client.calendar, "", 10);
            let etag = client.get(&mine[0].0).expect(200).etag();
            let headers = [&[("if-match", etag.as_str())], notify].concat();
            client.bare("DELETE", &mine[0].0, &headers).expect(204);
            client.get(&mine[0].0).expect(404);
            let told = host.get(&path).expect(200).text().replace("\r\n ", "");
            holds(&told, &[said]);
            assert_eq!(told.contains("DECLINED"), notify.is_empty(), "{told}");
        }
    });
}

/// Who is busy, by the outbox: for each who is asked about a calendar of their times.
#[test]
fn asks_who_is_busy() {
    on_each_backend(|server| {
        let client = Client::of(server, &server.staff("hanako"));
        let other = Client::of(server, &server.staff("taro"));
        put(&other, &format!("{}a.ics", other.calendar), &[("if-none-match", "*")], &event("a", HOUR))
            .expect(201);
        let ask = "BEGIN:VCALENDAR\r\nCALSCALE:GREGORIAN\r\nPRODID:-//Ximian//NONSGML Evolution Calendar//EN\r\nVERSION:2.0\r\n\
                   METHOD:REQUEST\r\nBEGIN:VFREEBUSY\r\nUID:fb\r\nDTSTAMP:20261125T000000Z\r\nDTSTART:20261126T000000Z\r\n\
                   DTEND:20261127T000000Z\r\nORGANIZER:mailto:hanako@pref.example.jp\r\n\
                   ATTENDEE;PARTSTAT=NEEDS-ACTION;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT:mailto:taro@pref.example.jp\r\n\
                   ATTENDEE;PARTSTAT=NEEDS-ACTION;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT:mailto:hanako@pref.example.jp\r\n\
                   END:VFREEBUSY\r\nEND:VCALENDAR\r\n";
        let outbox = format!("{}outbox/", client.home);
        let told = client.send("POST", &outbox, &[], ICALENDAR, ask).expect(200).text();
        holds(&told, &["<c:schedule-response", "20261126T010000Z/20261126T020000Z"]);
        assert_eq!(told.matches("<c:calendar-data>").count(), 2, "{told}");
    });
}

/// From a calendar of another it looks for the outbox of that person, has none, and asks the principal of each guest.
#[test]
fn asks_principals_who_is_busy() {
    on_each_backend(|server| {
        let client = Client::of(server, &server.staff("hanako"));
        let other = Client::of(server, &server.staff("taro"));
        put(&other, &format!("{}a.ics", other.calendar), &[("if-none-match", "*")], &event("a", HOUR))
            .expect(201);
        let room =
            serde_json::from_value::<FacilityDraft>(json!({"name": "第1会議室", "kind": "room"})).unwrap();
        let room = server.db().write(|tx| create_facility(tx, room.clone())).unwrap().into_inner().id;
        let search = |address: &str| {
            let body = format!(
                "<principal-property-search xmlns=\"DAV:\" xmlns:c=\"urn:ietf:params:xml:ns:caldav\">\
                 <apply-to-principal-collection-set/><property-search><prop><c:calendar-user-address-set/></prop>\
                 <match>{address}</match></property-search><prop><displayname/></prop></principal-property-search>"
            );
            client.send("REPORT", &client.calendar, &[("depth", "0")], XML, &body).expect(207).text()
        };
        holds(of(&search("taro@pref.example.jp"), &other.principal), &["試験 taro"]);
        let name = "n".repeat(60);
        let long = Client::of(server, &server.staff(&name));
        of(&search(&format!("{name}@pref.example.jp")), &long.principal);
        let address = format!("urn:uuid:{room}");
        holds(of(&search(&address), &format!("/dav/principals/{room}/")), &["第1会議室"]);
        let nobody = "0198c0de-0000-7000-8000-000000000000";
        assert!(!search(&format!("urn:uuid:{nobody}")).contains("<d:response>"));
        let ask = |start: &str, end: &str| {
            let body = format!(
                "<free-busy-query xmlns=\"urn:ietf:params:xml:ns:caldav\"><time-range start=\"{start}\" end=\"{end}\"/>\
                 </free-busy-query>"
            );
            client.send("REPORT", &other.principal, &[("depth", "infinity")], XML, &body)
        };
        let told = ask("20261126T000000Z", "20261127T000000Z").expect(200);
        assert_eq!(told.header("content-type"), Some("text/calendar; charset=utf-8"));
        holds(&told.text(), &["BEGIN:VFREEBUSY", "20261126T010000Z/20261126T020000Z"]);
        ask("20261126T000000Z", "20290101T000000Z").expect(400);
        let supported = propfind(&client, &other.principal, "0", "<D:supported-report-set/>");
        holds(&supported, &["<c:free-busy-query/>"]);
        let nobody = format!("/dav/principals/{nobody}/");
        let body = "<free-busy-query xmlns=\"urn:ietf:params:xml:ns:caldav\"><time-range start=\"20261126T000000Z\" \
                    end=\"20261127T000000Z\"/></free-busy-query>";
        client.send("REPORT", &nobody, &[("depth", "infinity")], XML, body).expect(404);
    });
}
