//! Queries, multigets, busy time.

use renraku_people::directory::service as directory;
use serde_json::json;

use super::client::{Client, HOUR, TOKYO, between, event, responses};
use crate::harness::on_each_backend;

const WINDOW: &str = r#"start="20261125T150000Z" end="20261126T150000Z""#;

fn query(client: &Client, data: &str, filter: &str) -> String {
    let body = format!(
        "<c:calendar-query NS><d:prop><d:getetag/>{data}</d:prop><c:filter><c:comp-filter name=\"VCALENDAR\">{filter}\
         </c:comp-filter></c:filter></c:calendar-query>"
    );
    client.xml("REPORT", &client.calendar, "1", &body).expect(207).text()
}

fn names(answer: &str) -> Vec<String> {
    let mut names: Vec<String> =
        responses(answer).into_iter().map(|(href, _)| href.rsplit('/').next().unwrap().to_owned()).collect();
    names.sort_unstable();
    names
}

#[test]
fn a_multiget_tells_an_object_once_however_it_is_spelt() {
    on_each_backend(|server| {
        let client = Client::of(server, &server.staff("hanako"));
        let calendar = &client.calendar;
        let path = format!("{calendar}a%20b.ics");
        client.put(&path, &event("u1", HOUR)).expect(201);
        let body = format!(
            "<c:calendar-multiget NS><d:prop><d:getetag/><c:calendar-data/></d:prop><d:href>{path}</d:href><d:href>{path}</d:href>\
             <d:href>{calendar}%61%20b.ics</d:href><d:href>{calendar}none.ics</d:href></c:calendar-multiget>"
        );
        let answer = client.xml("REPORT", calendar, "1", &body).expect(207).text();
        assert_eq!(responses(&answer), [(path, 200), (format!("{calendar}none.ics"), 404)]);
    });
}

#[test]
fn a_query_finds_what_takes_place() {
    on_each_backend(|server| {
        let client = Client::of(server, &server.staff("hanako"));
        let put =
            |name: &str, text: &str| client.put(&format!("{}{name}.ics", client.calendar), text).expect(201);
        put("hour", &event("u1", HOUR));
        put("later", &event("u2", &HOUR.replace("20261126", "20261127")));
        put(
            "daily",
            &event(
                "u3",
                &format!("{}RRULE:FREQ=DAILY\nSUMMARY:毎日\n", HOUR.replace("20261126", "20261101")),
            ),
        );
        put("day", &event("u4", "DTSTART;VALUE=DATE:20261126\n"));
        put("long-ago", &event("u5", &HOUR.replace("20261126", "20011126")));
        put("task", &event("u6", "DUE:20261126T000000Z\n").replace("VEVENT", "VTODO"));
        let of_events = |inside: &str| format!("<c:comp-filter name=\"VEVENT\">{inside}</c:comp-filter>");
        let in_time = |range: &str| of_events(&format!("<c:time-range {range}/>"));
        assert_eq!(names(&query(&client, "", &in_time(WINDOW))), ["daily.ics", "day.ics", "hour.ics"]);
        assert_eq!(
            names(&query(&client, "", &in_time(r#"start="20900101T000000Z" end="20900102T000000Z""#))),
            ["daily.ics"]
        );
        assert_eq!(names(&query(&client, "", &in_time(r#"end="20020101T000000Z""#))), ["long-ago.ics"]);
        assert_eq!(
            names(&query(&client, "", &in_time(r#"start="20261127T000000Z""#))),
            ["daily.ics", "later.ics"]
        );
        assert_eq!(names(&query(&client, "", "<c:comp-filter name=\"VTODO\"/>")), ["task.ics"]);
        let text =
            of_events("<c:prop-filter name=\"SUMMARY\"><c:text-match>毎</c:text-match></c:prop-filter>");
        assert_eq!(names(&query(&client, "", &text)), ["daily.ics"]);
        // A whole day begins and ends on the clocks of the calendar.
        let morning = in_time(r#"start="20261125T150000Z" end="20261125T160000Z""#);
        assert_eq!(names(&query(&client, "", &morning)), ["day.ics"]);
        assert_eq!(
            names(&query(&client, "", &in_time(r#"start="20261126T150000Z" end="20261126T160000Z""#))),
            [] as [&str; 0]
        );

        let expanded = query(
            &client,
            &format!("<c:calendar-data><c:expand {WINDOW}/></c:calendar-data>"),
            &in_time(WINDOW),
        );
        assert!(
            expanded.contains("RECURRENCE-ID:20261126T010000Z") && !expanded.contains("RRULE"),
            "{expanded}"
        );
        let some = "<c:calendar-data><c:comp name=\"VCALENDAR\"><c:comp name=\"VEVENT\"><c:prop name=\"UID\"/></c:comp></c:comp></c:calendar-data>";
        let cut = query(&client, some, &in_time(WINDOW));
        assert!(cut.contains("UID:u1") && !cut.contains("DTSTART"), "{cut}");
        let bad =
            "<c:calendar-query NS><c:filter><c:comp-filter name=\"VEVENT\"/></c:filter></c:calendar-query>";
        let refused = client.xml("REPORT", &client.calendar, "1", bad).expect(403);
        assert!(refused.text().contains("<c:valid-filter/>"), "{}", refused.text());
    });
}

#[test]
fn a_multiget_answers_for_each_path() {
    on_each_backend(|server| {
        let client = Client::of(server, &server.staff("hanako"));
        let path = format!("{}a%20b.ics", client.calendar);
        client.put(&path, &event("u1", HOUR)).expect(201);
        let missing = format!("{}none.ics", client.calendar);
        let body = format!(
            "<c:calendar-multiget NS><d:prop><d:getetag/><c:calendar-data/></d:prop><d:href>{missing}</d:href><d:href>{path}</d:href>\
             <d:href>/etc/passwd</d:href></c:calendar-multiget>"
        );
        let answer = client.xml("REPORT", &client.calendar, "0", &body).expect(207).text();
        assert_eq!(responses(&answer), [(missing, 404), (path, 200), ("/etc/passwd".to_owned(), 404)]);
        assert!(answer.contains("UID:u1"), "{answer}");
    });
}

#[test]
fn busy_time_is_told_of_a_calendar_and_of_people() {
    on_each_backend(|server| {
        let (hanako, taro) = (server.staff("hanako"), server.staff("taro"));
        let client = Client::of(server, &hanako);
        Client::of(server, &taro)
            .put(&format!("/dav/calendars/{}/{}/x.ics", taro.person, taro.calendar), &event("u", HOUR))
            .expect(201);
        client.put(&format!("{}a.ics", client.calendar), &event("u1", HOUR)).expect(201);
        client
            .put(&format!("{}b.ics", client.calendar), &event("u2", &format!("{HOUR}TRANSP:TRANSPARENT\n")))
            .expect(201);
        let body = format!("<c:free-busy-query NS><c:time-range {WINDOW}/></c:free-busy-query>");
        let busy = client.xml("REPORT", &client.calendar, "1", &body).expect(200).text();
        assert_eq!(
            busy.matches("FREEBUSY;FBTYPE=BUSY:20261126T010000Z/20261126T020000Z").count(),
            1,
            "{busy}"
        );
        assert_eq!(busy.matches("FREEBUSY;").count(), 1, "{busy}");

        let ask = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nMETHOD:REQUEST\r\nBEGIN:VFREEBUSY\r\nUID:f\r\nDTSTAMP:20261125T000000Z\r\n\
                   DTSTART:20261125T150000Z\r\nDTEND:20261126T150000Z\r\nORGANIZER:mailto:hanako@pref.example.jp\r\n\
                   ATTENDEE:mailto:taro@pref.example.jp\r\nATTENDEE:mailto:nobody@example.com\r\nEND:VFREEBUSY\r\nEND:VCALENDAR\r\n";
        let outbox = format!("{}outbox/", client.home);
        let told = client.ask("POST", &outbox).body("text/calendar", ask).send().expect(200).text();
        assert!(told.contains("2.0;Success") && told.contains("3.7;Invalid calendar user"), "{told}");
        assert!(told.contains("FREEBUSY;FBTYPE=BUSY:20261126T010000Z/20261126T020000Z"), "{told}");
        // Each who is asked about is answered for (RFC 6638 §10.2), also who cannot be anybody.
        let strange = ["mailto:", "mailto:ab", "mailto:q r@x.example", "mailto:&lt;b@x.example"];
        let asked = strange.map(|it| format!("ATTENDEE:{}\r\n", it.replace("&lt;", "<"))).concat();
        for begin in ["ATTENDEE:mailto:taro", "END:VFREEBUSY"] {
            let with = ask.replacen(begin, &format!("{asked}{begin}"), 1);
            let told = client.ask("POST", &outbox).body("text/calendar", with).send().expect(200).text();
            assert_eq!(told.matches("<c:response>").count(), 2 + strange.len(), "{told}");
            for address in strange {
                let nobody = format!(
                    "<c:recipient><d:href>{address}</d:href></c:recipient>\
                     <c:request-status>3.7;Invalid calendar user</c:request-status></c:response>"
                );
                assert!(told.contains(&nobody), "{address}: {told}");
            }
            assert_eq!(told.matches("2.0;Success").count(), 1, "{told}");
        }
        let alone = ask.replace(
            "ATTENDEE:mailto:taro@pref.example.jp\r\nATTENDEE:mailto:nobody@example.com",
            "ATTENDEE:mailto:",
        );
        let nobody = client.ask("POST", &outbox).body("text/calendar", alone).send().expect(200).text();
        assert_eq!(nobody.matches("3.7;Invalid calendar user").count(), 1, "{nobody}");
        let as_taro = ask.replace("ORGANIZER:mailto:hanako", "ORGANIZER:mailto:taro");
        let refused = |text: String| {
            let told = client.ask("POST", &outbox).body("text/calendar", text).send().expect(403).text();
            let reason = between(&told, "<d:responsedescription>", "</d:responsedescription>").to_owned();
            (reason, told)
        };
        let (reason, told_as_taro) = refused(as_taro);
        assert!(
            reason.starts_with("the ORGANIZER") && told_as_taro.contains("<c:originator-allowed/>"),
            "{reason}"
        );
        // The outbox has one owner, whatever their program calls them: Evolution writes the name with which it signs in.
        let of_owner = ask.replace("taro@", "hanako@");
        for organizer in [
            "ORGANIZER:mailto:hanako",
            "ORGANIZER:MAILTO:",
            "ORGANIZER:mailto:nobody@example.com",
            "X-NONE:1",
        ] {
            let ask = of_owner.replace("ORGANIZER:mailto:hanako@pref.example.jp", organizer);
            let told = client.ask("POST", &outbox).body("text/calendar", ask).send().expect(200).text();
            assert!(
                told.contains("ORGANIZER:mailto:hanako@pref.example.jp") && told.contains("2.0;Success"),
                "{told}"
            );
        }
        // Every other refusal says what is wrong.
        for (what, instead, says) in [
            ("METHOD:REQUEST\r\n", "", "METHOD: "),
            ("METHOD:REQUEST", "METHOD:PUBLISH", "METHOD: "),
            ("DTSTART:20261125T150000Z\r\n", "", "DTSTART: "),
            ("DTEND:20261126T150000Z", "DTEND:tomorrow", "DTEND: "),
            ("DTEND:20261126T150000Z", "DTEND:20261124T150000Z", "DTEND: "),
            ("BEGIN:VCALENDAR", "x", "there is no BEGIN:VCALENDAR"),
        ] {
            let (reason, told) = refused(ask.replace(what, instead));
            assert!(reason.starts_with(says) && told.contains("<c:valid-calendar-data/>"), "{told}");
        }
        // Two questions at once are none (RFC 5546 §3.3.2).
        let (begin, end) = (ask.find("BEGIN:VFREEBUSY").unwrap(), ask.find("END:VCALENDAR").unwrap());
        let twice = format!("{}{}", &ask[..end], &ask[begin..]);
        assert!(refused(twice).0.starts_with("VFREEBUSY: "));
        // Whoever must not be found is nobody.
        let known = |told: &str| told.matches("2.0;Success").count();
        let before = known(&told);
        server.db().write(|tx| directory::suppress_person(tx, &taro.person, true)).unwrap();
        let told = client.ask("POST", &outbox).body("text/calendar", ask).send().expect(200).text();
        assert_eq!(known(&told), before - 1, "{told}");
        let principal = format!("/dav/principals/{}/", taro.person);
        let prop = "<d:propfind NS><d:prop><d:displayname/></d:prop></d:propfind>";
        client.xml("PROPFIND", &principal, "0", prop).expect(404);
        Client::of(server, &taro).xml("PROPFIND", &principal, "0", prop).expect(207);
    });
}

#[test]
fn what_is_private_is_busy_to_others_whatever_is_asked() {
    on_each_backend(|server| {
        let (hanako, taro) = (server.staff("hanako"), server.staff("taro"));
        let client = Client::of(server, &hanako);
        let put = |name: &str, more: &str| {
            let text =
                event(name, &format!("{HOUR}SUMMARY:CANARY\nCATEGORIES:CANARY\nX-NOTE:CANARY\n{more}"));
            client.put(&format!("{}{name}.ics", client.calendar), &text).expect(201);
        };
        put("private", "CLASS:PRIVATE\n");
        put("secret", "CLASS:CONFIDENTIAL\n");
        let share = json!({"grantee": {"type": "person", "personId": taro.person}, "role": "write"});
        hanako.post(&format!("calendars/{}/shares", hanako.calendar), &share).expect(200);
        let reader = Client::of(server, &taro);
        let seen = reader.in_calendar(&hanako.calendar);
        for filter in [
            format!("<c:comp-filter name=\"VEVENT\"><c:time-range {WINDOW}/></c:comp-filter>"),
            "<c:comp-filter name=\"VEVENT\"/>".to_owned(),
        ] {
            let answer = query(&seen, "<c:calendar-data/>", &filter);
            assert_eq!(names(&answer), ["private.ics"], "{answer}");
            assert!(!answer.contains("CANARY"), "{answer}");
        }
        for name in ["SUMMARY", "CATEGORIES", "X-NOTE"] {
            let filter = format!(
                "<c:comp-filter name=\"VEVENT\"><c:prop-filter name=\"{name}\"><c:text-match>CANARY</c:text-match></c:prop-filter></c:comp-filter>"
            );
            assert_eq!(names(&query(&seen, "", &filter)), [] as [&str; 0]);
        }
        let text = seen.get(&format!("{}private.ics", seen.calendar)).expect(200).text();
        assert!(!text.contains("CANARY") && text.contains("\r\nSUMMARY:予定あり\r\n"), "{text}");
        assert!(client.get(&format!("{}private.ics", client.calendar)).text().contains("SUMMARY:CANARY"));
        seen.get(&format!("{}secret.ics", seen.calendar)).expect(404);
        // Whoever sees only busy time cannot mean to change the rest.
        seen.put(&format!("{}private.ics", seen.calendar), &event("private", HOUR)).expect(403);
    });
}

/// As the example in RFC 4791 §7.8.1 asks for zones.
#[test]
fn a_component_of_which_no_part_is_named_is_told_whole() {
    on_each_backend(|server| {
        let client = Client::of(server, &server.staff("hanako"));
        let text = event("u", &format!("{HOUR}SUMMARY:会議\n"));
        client.put(&format!("{}u.ics", client.calendar), &text).expect(201);
        let told = |inside: &str| {
            let data = format!("<c:calendar-data><c:comp name=\"VCALENDAR\"{inside}</c:calendar-data>");
            let told = query(&client, &data, "<c:comp-filter name=\"VEVENT\"/>");
            told.replace("&#13;\n", "\r\n")
        };
        let parts =
            "><c:comp name=\"VEVENT\"><c:prop name=\"UID\"/></c:comp><c:comp name=\"VTIMEZONE\"/></c:comp>";
        let some = told(parts);
        let expected =
            format!("BEGIN:VCALENDAR\r\n{TOKYO}BEGIN:VEVENT\r\nUID:u\r\nEND:VEVENT\r\nEND:VCALENDAR");
        assert!(some.contains(&expected), "{some}");
        assert!(told("/>").contains(&text), "{}", told("/>"));
    });
}

/// RFC 4791 §9.8.
#[test]
fn a_query_reads_days_and_times_on_no_clock_in_the_zone_that_it_brings() {
    on_each_backend(|server| {
        let client = Client::of(server, &server.staff("hanako"));
        let put = |name: &str, when: &str| {
            client.put(&format!("{}{name}.ics", client.calendar), &event(name, when)).expect(201);
        };
        put("day", "DTSTART;VALUE=DATE:20261126\n");
        put("hour", HOUR);
        put("noon", "DTSTART:20261126T120000\nDURATION:PT1H\n");
        let berlin = "<c:timezone-id>Europe/Berlin</c:timezone-id>";
        for (from, to, zone, there) in [
            ("20261126T030000Z", "20261126T040000Z", "", vec!["day", "noon"]),
            ("20261126T030000Z", "20261126T040000Z", berlin, vec!["day"]),
            ("20261126T110000Z", "20261126T120000Z", berlin, vec!["day", "noon"]),
            ("20261126T220000Z", "20261126T230000Z", berlin, vec!["day"]),
            ("20261126T220000Z", "20261126T230000Z", "", vec![]),
            // What is on a clock is when it is.
            ("20261126T010000Z", "20261126T020000Z", berlin, vec!["day", "hour"]),
        ] {
            let query = format!(
                "<c:calendar-query NS><d:prop/><c:filter><c:comp-filter name=\"VCALENDAR\"><c:comp-filter name=\"VEVENT\">\
                 <c:time-range start=\"{from}\" end=\"{to}\"/></c:comp-filter></c:comp-filter></c:filter>{zone}</c:calendar-query>"
            );
            let told = client.xml("REPORT", &client.calendar, "1", &query).expect(207).text();
            let mut found: Vec<String> = responses(&told).into_iter().map(|(path, _)| path).collect();
            found.sort();
            let there = there.into_iter().map(|name| format!("{}{name}.ics", client.calendar));
            assert_eq!(found, there.collect::<Vec<_>>(), "{from} {zone}");
        }
    });
}

/// RFC 4791 §9.7.1: one component has to be all that is asked, not one this and another that.
#[test]
fn a_series_is_found_where_one_of_its_components_is_all_that_is_asked() {
    on_each_backend(|server| {
        let client = Client::of(server, &server.staff("hanako"));
        let exception = "BEGIN:VEVENT\nUID:s\nDTSTAMP:20261125T000000Z\nRECURRENCE-ID;TZID=Asia/Tokyo:20261127T100000\n\
                         DTSTART;TZID=Asia/Tokyo:20261127T150000\nDTEND;TZID=Asia/Tokyo:20261127T160000\nSUMMARY:送別会\nEND:VEVENT\n";
        let alarm = "BEGIN:VALARM\nACTION:DISPLAY\nDESCRIPTION:x\nTRIGGER:-PT5M\nEND:VALARM\n";
        let series = |kind: &str| {
            let master = format!("{HOUR}RRULE:FREQ=DAILY;COUNT=3\nSUMMARY:朝会\n{alarm}");
            event("s", &format!("{master}END:VEVENT\n{}", exception.trim_end_matches("END:VEVENT\n")))
                .replace("VEVENT", kind)
        };
        client.put(&format!("{}s.ics", client.calendar), &series("VEVENT")).expect(201);
        let tasks = client.in_calendar("tasks");
        client.ask("MKCALENDAR", &tasks.calendar).send().expect(201);
        tasks.put(&format!("{}s.ics", tasks.calendar), &series("VTODO").replace("DTEND", "DUE")).expect(201);
        let window = |from: &str, to: &str| format!("<c:time-range start=\"{from}\" end=\"{to}\"/>");
        let day = |day: u8| window(&format!("202611{}T150000Z", day - 1), &format!("202611{day}T150000Z"));
        let says = |text: &str| {
            format!("<c:prop-filter name=\"SUMMARY\"><c:text-match>{text}</c:text-match></c:prop-filter>")
        };
        let alarmed = "<c:comp-filter name=\"VALARM\"/>".to_owned();
        let silent = "<c:comp-filter name=\"VALARM\"><c:is-not-defined/></c:comp-filter>".to_owned();
        for (time, asked, is_found) in [
            (day(26), says("朝会"), true),
            (day(26), says("送別会"), false),
            (day(27), says("送別会"), true),
            (day(27), says("朝会"), false),
            (day(28), says("朝会"), true),
            (day(28), says("送別会"), false),
            (day(27), silent.clone(), true),
            (day(27), alarmed.clone(), false),
            (day(28), alarmed, true),
            (day(28), silent, false),
            (window("20261126T000000Z", "20261129T000000Z"), says("朝会"), true),
            ("<c:time-range start=\"20261127T120000Z\"/>".to_owned(), says("送別会"), false),
            ("<c:time-range end=\"20261126T020000Z\"/>".to_owned(), says("朝会"), true),
        ] {
            for (client, kind, other) in [(&client, "VEVENT", "VTODO"), (&tasks, "VTODO", "VEVENT")] {
                let one = format!("<c:comp-filter name=\"{kind}\">{time}{asked}</c:comp-filter>");
                let none = format!("<c:comp-filter name=\"{other}\"><c:is-not-defined/></c:comp-filter>");
                for filter in [one.clone(), one + &none] {
                    let expected: &[&str] = if is_found { &["s.ics"] } else { &[] };
                    assert_eq!(names(&query(client, "", &filter)), expected, "{filter}");
                }
            }
        }
    });
}
