//! Alarms in a shared calendar are each person's own.

use std::time::Duration;

use serde_json::{Value, json};

use super::client::{Client, HOUR, between, event};
use crate::harness::{Answer, Staff, TestServer, on_each_backend};

pub(super) fn alarm(before: &str) -> String {
    format!("BEGIN:VALARM\nACTION:DISPLAY\nDESCRIPTION:x\nTRIGGER:-{before}\nEND:VALARM\n")
}

/// The text of an event with further lines.
fn with(text: &str, more: &str) -> String {
    text.replace("END:VEVENT", &format!("{}END:VEVENT", more.replace('\n', "\r\n")))
}

fn meeting(title: &str, alarm: &str) -> String {
    event("meeting", &format!("{HOUR}SUMMARY:{title}\nX-KEPT:{title}\n{alarm}"))
}

fn etag(answer: &Answer) -> String {
    answer.header("etag").unwrap_or_default().to_owned()
}

pub(super) struct Office {
    pub owner: Client,
    pub writer: Client,
    pub reader: Client,
    pub staff: [Staff; 3],
}

/// A calendar that its owner shares, as each of them finds it.
pub(super) fn office(server: &TestServer) -> Office {
    let staff = ["hanako", "taro", "jiro"].map(|name| server.staff(name));
    let [hanako, taro, jiro] = &staff;
    for (person, role) in [(taro, "write"), (jiro, "read")] {
        let share = json!({"grantee": {"type": "person", "personId": person.person}, "role": role});
        hanako.post(&format!("calendars/{}/shares", hanako.calendar), &share).expect(200);
    }
    let of = |person: &Staff| Client::of(server, person).in_calendar(&hanako.calendar);
    Office { owner: of(hanako), writer: of(taro), reader: of(jiro), staff: staff.clone() }
}

pub(super) fn at(client: &Client, name: &str) -> String {
    format!("{}{name}.ics", client.calendar)
}

/// The tag and the text by each of the ways in which a client reads an object, all of which tell the same.
#[track_caller]
pub(super) fn read(client: &Client, name: &str) -> (String, String) {
    let path = at(client, name);
    let got = client.get(&path).expect(200);
    let props = "<d:prop><d:getetag/><c:calendar-data/></d:prop>";
    let filter = "<c:filter><c:comp-filter name=\"VCALENDAR\"/></c:filter>";
    for body in [
        format!("<c:calendar-multiget NS>{props}<d:href>{path}</d:href></c:calendar-multiget>"),
        format!("<c:calendar-query NS>{props}{filter}</c:calendar-query>"),
    ] {
        let told = client.xml("REPORT", &client.calendar, "1", &body).expect(207).text();
        let part = told.split("<d:response>").find(|part| part.contains(&path)).unwrap();
        assert_eq!(between(part, "<d:getetag>", "<").replace("&quot;", "\""), etag(&got));
        let text = part.replace("&#13;", "\r");
        assert_eq!(text.matches("TRIGGER").count(), got.text().matches("TRIGGER").count(), "{text}");
    }
    let listed = client.propfind(&path, "0", "<d:getetag/>").text();
    assert_eq!(between(&listed, "<d:getetag>", "<").replace("&quot;", "\""), etag(&got));
    (etag(&got), got.text())
}

pub(super) fn triggers(text: &str) -> Vec<&str> {
    text.lines().filter_map(|line| line.strip_prefix("TRIGGER:-")).collect()
}

#[test]
fn nobody_sees_or_changes_the_alarms_of_another() {
    on_each_backend(|server| {
        let Office { owner, writer, reader, .. } = office(server);
        let sent = meeting("会議", &alarm("PT15M"));
        owner.put(&at(&owner, "a"), &sent).expect(201);
        let (own_tag, text) = read(&owner, "a");
        assert_eq!(text, sent, "to the byte");
        for other in [&writer, &reader] {
            let (_, text) = read(other, "a");
            assert!(triggers(&text).is_empty() && text.contains("X-KEPT:会議"), "{text}");
        }
        // One's own alarm alone changes nothing for anybody else.
        let (tag, text) = read(&writer, "a");
        let with_own =
            text.replace("END:VEVENT", &format!("{}END:VEVENT", alarm("PT5M").replace('\n', "\r\n")));
        let (_, token) = writer.sync(&writer.calendar, "", 100);
        let put = |text: &str, tag: &str| {
            writer.ask("PUT", &at(&writer, "a")).header("if-match", tag).body("text/calendar", text).send()
        };
        assert_eq!(put(&with_own, &tag).expect(204).header("etag"), None, "not as it was sent");
        assert_eq!(writer.sync(&writer.calendar, &token, 100).0, [(at(&writer, "a"), 200)]);
        let (kept_tag, text) = read(&writer, "a");
        assert_eq!(triggers(&text), ["PT5M"], "{text}");
        assert_ne!(kept_tag, tag);
        assert_eq!(read(&owner, "a"), (own_tag.clone(), sent));
        assert!(triggers(&read(&reader, "a").1).is_empty());
        // The rest of it is everybody's.
        put(&with_own.replace("会議", "朝会"), &tag).expect(412);
        put(&with_own.replace("会議", "朝会"), &kept_tag).expect(204);
        let (tag, text) = read(&owner, "a");
        assert!(text.contains("SUMMARY:朝会") && triggers(&text) == ["PT15M"], "{text}");
        assert_ne!(tag, own_tag);
        let (tag, text) = read(&writer, "a");
        assert!(text.contains("SUMMARY:朝会") && triggers(&text) == ["PT5M"], "{text}");
        // Without alarms the sender has none, and the owner theirs.
        put(&meeting("夕会", ""), &tag).expect(204);
        assert!(triggers(&read(&writer, "a").1).is_empty());
        assert_eq!(triggers(&read(&owner, "a").1), ["PT15M"]);
    });
}

/// A client that takes no calendar for read-only stores the whole object when its person sets an alarm.
#[test]
fn a_reader_keeps_alarms_and_changes_nothing_else() {
    on_each_backend(|server| {
        let Office { owner, reader, .. } = office(server);
        let sent = meeting("会議", &alarm("PT15M"));
        owner.put(&at(&owner, "a"), &sent).expect(201);
        let owners = read(&owner, "a");
        let (tag, text) = read(&reader, "a");
        let (_, token) = reader.sync(&reader.calendar, "", 100);
        let put = |text: &str, tag: &str| {
            reader.ask("PUT", &at(&reader, "a")).header("if-match", tag).body("text/calendar", text).send()
        };
        let marks = "X-MOZ-LASTACK:20261125T000000Z\nLAST-MODIFIED:20261125T010000Z\n";
        let with_own = with(&text, &format!("{marks}{}", alarm("PT5M")))
            .replace("DTSTAMP:20261125T000000Z", "DTSTAMP:20261125T020000Z");
        for wrong in [
            with_own.replace("SUMMARY:会議", "SUMMARY:朝会"),
            with_own.replace("X-KEPT:会議\r\n", ""),
            with_own.replace("T100000", "T103000"),
            with(&with_own, "RRULE:FREQ=DAILY\n"),
            with(&with_own, "ATTENDEE:mailto:x@example.com\n"),
        ] {
            put(&wrong, &tag).expect(403);
        }
        assert_eq!(read(&reader, "a"), (tag.clone(), text.clone()));
        assert_eq!(put(&with_own, &tag).expect(204).header("etag"), None, "not as it was sent");
        assert_eq!(reader.sync(&reader.calendar, &token, 100).0, [(at(&reader, "a"), 200)]);
        let (kept_tag, kept) = read(&reader, "a");
        assert_eq!(triggers(&kept), ["PT5M"]);
        assert!(kept.contains("X-MOZ-LASTACK:20261125T000000Z\r\n"), "it is of their alarm: {kept}");
        assert_eq!(read(&owner, "a"), owners);
        put(&with_own, &tag).expect(412);
        // As it was shown, with the alarm, it changes nothing; without, the alarm is gone.
        put(&kept, &kept_tag).expect(204);
        assert_eq!(read(&reader, "a").0, kept_tag);
        put(&text, &kept_tag).expect(204);
        assert!(triggers(&read(&reader, "a").1).is_empty());
        // Nothing comes, goes or is told otherwise.
        reader.put(&at(&reader, "b"), &event("b", HOUR)).expect(403);
        reader.ask("DELETE", &at(&reader, "a")).send().expect(403);
        let rights = reader.propfind(&at(&reader, "a"), "0", "<d:current-user-privilege-set/>").text();
        assert!(rights.contains("<d:read/>") && !rights.contains("write"), "{rights}");
        // What is private is busy time to them, which rings for nobody.
        owner.put(&at(&owner, "p"), &event("p", &format!("{HOUR}CLASS:PRIVATE\nSUMMARY:面談\n"))).expect(201);
        let shown = reader.get(&at(&reader, "p"));
        if shown.status == 200 {
            reader.put(&at(&reader, "p"), &with(&shown.text(), &alarm("PT5M"))).expect(403);
        }
        let task = event("t", "SUMMARY:提出\n").replace("VEVENT", "VTODO");
        owner.put(&at(&owner, "t"), &task).expect(201);
        reader
            .put(&at(&reader, "t"), &task.replace("END:VTODO", "STATUS:COMPLETED\r\nEND:VTODO"))
            .expect(403);
    });
}

#[test]
fn where_nobody_has_alarms_a_text_stays_as_it_was_sent() {
    on_each_backend(|server| {
        let Office { owner, writer, reader, .. } = office(server);
        let sent = meeting("会議", "");
        let put = writer.put(&at(&writer, "a"), &sent).expect(201);
        for client in [&owner, &writer, &reader] {
            assert_eq!(read(client, "a"), (etag(&put), sent.clone()));
        }
        // An alarm that comes with what is new is its maker's.
        let made = event("made", &format!("{HOUR}{}", alarm("PT5M")));
        assert_eq!(writer.put(&at(&writer, "b"), &made).expect(201).header("etag"), None);
        assert_eq!(triggers(&read(&writer, "b").1), ["PT5M"]);
        for other in [&owner, &reader] {
            assert!(triggers(&read(other, "b").1).is_empty());
        }
    });
}

#[test]
fn alarms_of_single_occurrences_stay_their_owners() {
    on_each_backend(|server| {
        let Office { owner, writer, .. } = office(server);
        let day = |title: &str, alarm: &str| {
            format!(
                "END:VEVENT\nBEGIN:VEVENT\nUID:s\nDTSTAMP:20261125T000000Z\nRECURRENCE-ID;TZID=Asia/Tokyo:20261127T100000\n\
                 DTSTART;TZID=Asia/Tokyo:20261127T100000\nDTEND;TZID=Asia/Tokyo:20261127T110000\nSUMMARY:{title}\n{alarm}"
            )
        };
        let series = |title: &str, one: &str| {
            event("s", &format!("{HOUR}SUMMARY:{title}\nRRULE:FREQ=DAILY;COUNT=3\n{one}"))
        };
        owner.put(&at(&owner, "s"), &series("朝会", &day("臨時", &alarm("PT1H")))).expect(201);
        let (_, text) = read(&writer, "s");
        assert!(triggers(&text).is_empty(), "{text}");
        writer.put(&at(&writer, "s"), &series("朝礼", &day("臨時の朝礼", &alarm("PT2M")))).expect(204);
        let (_, text) = read(&owner, "s");
        assert_eq!(triggers(&text), ["PT1H"], "{text}");
        assert!(text.contains("SUMMARY:臨時の朝礼") && text.contains("SUMMARY:朝礼"), "{text}");
        assert!(!read(&writer, "s").1.contains("PT1H"));
    });
}

#[test]
fn readers_keep_alarms_of_single_occurrences() {
    on_each_backend(|server| {
        let Office { owner, writer, reader, .. } = office(server);
        let series = |one: &str, day: &str| {
            event("s", &format!("{HOUR}SUMMARY:朝会\nRRULE:FREQ=DAILY;COUNT=3\n{one}{day}"))
        };
        // As a program writes one occurrence of which the alarm alone is another.
        let day = |alarm: &str| {
            format!(
                "END:VEVENT\nBEGIN:VEVENT\nUID:s\nDTSTAMP:20261125T010000Z\nCREATED:20261125T010000Z\nSEQUENCE:1\n\
                 RECURRENCE-ID;TZID=Asia/Tokyo:20261127T100000\nDTSTART;TZID=Asia/Tokyo:20261127T100000\n\
                 DTEND;TZID=Asia/Tokyo:20261127T110000\nSUMMARY:朝会\n{alarm}"
            )
        };
        let sent = series(&alarm("PT30M"), "");
        owner.put(&at(&owner, "s"), &sent).expect(201);
        let owners = read(&owner, "s");
        for (client, own) in [(&writer, "PT1H"), (&reader, "PT2H")] {
            // One of the series, another of one occurrence, and none of the one before it.
            client.put(&at(client, "s"), &series(&alarm("PT5M"), &day(&alarm(own)))).expect(204);
            let text = read(client, "s").1;
            assert_eq!(triggers(&text), ["PT5M", own], "{text}");
            assert_eq!(read(&owner, "s"), owners, "for nobody else is anything otherwise");
            client.put(&at(client, "s"), &series(&alarm("PT5M"), &day(""))).expect(204);
            let text = read(client, "s").1;
            assert_eq!(triggers(&text), ["PT5M"], "{text}");
            assert_eq!(text.matches("BEGIN:VEVENT").count(), 2, "the one without: {text}");
            // What was read comes back and changes nothing.
            let tag = read(client, "s").0;
            client.put(&at(client, "s"), &text).expect(204);
            assert_eq!(read(client, "s").0, tag);
        }
        reader.put(&at(&reader, "s"), &series("", &day("DESCRIPTION:x\n"))).expect(403);
        // What is renamed takes everybody's along, and no exception gets those of its series.
        let to = at(&writer, "renamed");
        writer.ask("MOVE", &at(&writer, "s")).header("destination", &to).send().expect(201);
        for (client, own) in [(&owner, "PT30M"), (&writer, "PT5M"), (&reader, "PT5M")] {
            client.get(&at(client, "s")).expect(404);
            let text = read(client, "renamed").1;
            assert_eq!(triggers(&text), [own], "{text}");
        }
        assert_eq!(read(&reader, "renamed").1.matches("BEGIN:VEVENT").count(), 2);
        let to = at(&owner, "again");
        owner.ask("MOVE", &at(&owner, "renamed")).header("destination", &to).send().expect(201);
        assert_eq!(triggers(&read(&owner, "again").1), ["PT30M"]);
        assert_eq!(triggers(&read(&writer, "again").1), ["PT5M"]);
    });
}

#[test]
fn alarms_of_tasks_are_their_owners() {
    on_each_backend(|server| {
        let Office { owner, writer, reader, .. } = office(server);
        let task = |title: &str, alarm: &str| {
            let text = event("t", &format!("DUE:20261127T000000Z\nSUMMARY:{title}\n{alarm}"));
            text.replace("VEVENT", "VTODO")
        };
        let sent = task("提出", &alarm("PT15M"));
        owner.put(&at(&owner, "t"), &sent).expect(201);
        assert_eq!(read(&owner, "t").1, sent);
        for other in [&writer, &reader] {
            assert_eq!(read(other, "t").1, task("提出", ""));
        }
        let put = writer.put(&at(&writer, "t"), &task("提出済み", "")).expect(204);
        assert_eq!(read(&writer, "t"), (etag(&put), task("提出済み", "")));
        assert_eq!(triggers(&read(&owner, "t").1), ["PT15M"]);
        assert_eq!(
            writer.put(&at(&writer, "t"), &task("済", &alarm("PT1M"))).expect(204).header("etag"),
            None
        );
        assert_eq!(triggers(&read(&owner, "t").1), ["PT15M"]);
        // Whoever else sees it keeps their own, whether they may write or only read.
        assert_eq!(triggers(&read(&writer, "t").1), ["PT1M"]);
        let owners = read(&owner, "t");
        let (_, token) = reader.sync(&reader.calendar, "", 100);
        let (tag, text) = read(&reader, "t");
        reader.put(&at(&reader, "t"), &task("別", &alarm("PT2M"))).expect(403);
        let mine = text.replace(
            "END:VTODO",
            &format!("X-MOZ-LASTACK:1\r\n{}END:VTODO", alarm("PT2M").replace('\n', "\r\n")),
        );
        reader
            .ask("PUT", &at(&reader, "t"))
            .header("if-match", &tag)
            .body("text/calendar", mine.as_str())
            .send()
            .expect(204);
        let (kept, text) = read(&reader, "t");
        assert_ne!(kept, tag);
        assert_eq!(triggers(&text), ["PT2M"]);
        assert!(text.contains("X-MOZ-LASTACK:1\r\n"), "it is of their alarm: {text}");
        assert_eq!(reader.sync(&reader.calendar, &token, 100).0, [(at(&reader, "t"), 200)]);
        assert_eq!(read(&owner, "t"), owners, "it is nobody else's");
        // The same again changes nothing; a delegate's rename keeps everybody's.
        reader.put(&at(&reader, "t"), &text).expect(204);
        assert_eq!(read(&reader, "t").0, kept);
        let to = at(&writer, "u");
        writer.ask("MOVE", &at(&writer, "t")).header("destination", &to).send().expect(201);
        for (client, own) in [(&owner, "PT15M"), (&writer, "PT1M"), (&reader, "PT2M")] {
            assert_eq!(triggers(&read(client, "u").1), [own]);
        }
        writer.put(&at(&writer, "u"), &task("済", "")).expect(204);
        assert!(triggers(&read(&writer, "u").1).is_empty());
        // What is gone leaves nothing behind that would come back with its name.
        owner.ask("DELETE", &at(&owner, "u")).send().expect(204);
        owner.put(&at(&owner, "u"), &task("新", "")).expect(201);
        assert!(triggers(&read(&reader, "u").1).is_empty());
    });
}

#[test]
fn what_a_writer_moves_takes_the_right_alarms_along() {
    on_each_backend(|server| {
        let Office { owner, writer, staff: [hanako, taro, _], .. } = office(server);
        let second = hanako.post("calendars", &json!({"name": "第2"})).expect(201).json();
        let second = second["id"].as_str().unwrap();
        let share = json!({"grantee": {"type": "person", "personId": taro.person}, "role": "write"});
        hanako.post(&format!("calendars/{second}/shares"), &share).expect(200);
        let own = Client::of(server, &taro);
        let (second, other) = (owner.in_calendar(second), writer.in_calendar(second));
        let carry = |from: &Client, name: &str, to: &Client| {
            from.ask("MOVE", &at(from, name)).header("destination", &at(to, name)).send()
        };
        let task =
            |name: &str| event(name, &format!("SUMMARY:提出\n{}", alarm("PT15M"))).replace("VEVENT", "VTODO");
        for name in ["t", "u"] {
            owner.put(&at(&owner, name), &task(name)).expect(201);
        }
        // Between calendars of its owner a task keeps its owner's alarms; into the mover's they do not come.
        carry(&writer, "t", &other).expect(201);
        assert_eq!(read(&second, "t").1, task("t"));
        assert!(triggers(&read(&other, "t").1).is_empty());
        carry(&writer, "u", &own).expect(201);
        assert!(triggers(&read(&own, "u").1).is_empty());
        // So it is with an event in which nobody takes part: the mover's alarm is theirs, and goes along.
        owner.put(&at(&owner, "a"), &meeting("会議", &alarm("PT15M"))).expect(201);
        let with_own = with(&read(&writer, "a").1, &alarm("PT5M"));
        writer.put(&at(&writer, "a"), &with_own).expect(204);
        carry(&writer, "a", &own).expect(201);
        owner.get(&at(&owner, "a")).expect(404);
        let moved = read(&own, "a").1;
        assert!(moved.contains("SUMMARY:会議") && triggers(&moved) == ["PT5M"], "{moved}");
        // A meeting stays its organizer's.
        let meeting = json!({"calendarId": hanako.calendar, "title": "打合せ", "start": "2026-11-26T10:00:00",
            "timeZone": "Asia/Tokyo", "duration": "PT1H", "participants": {"1": {"personId": taro.person}}});
        let made = hanako.post("events", &meeting).expect(201).json();
        let id = made["id"].as_str().unwrap();
        let refused = carry(&writer, id, &own).expect(403).text();
        assert!(!refused.contains("valid-calendar-data"), "{refused}");
        hanako.get(&format!("events/{id}")).expect(200);
    });
}

fn alerts(answer: &Answer) -> Vec<String> {
    let alerts = answer.json()["alerts"].as_object().cloned().unwrap_or_default();
    alerts.values().map(|it| it["trigger"]["offset"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_phone_keeps_alerts_with_the_events_of_another() {
    on_each_backend(|server| {
        let Office { writer, staff: [hanako, taro, jiro], .. } = office(server);
        let offset = |text: &str| json!({"1": {"trigger": {"offset": text}}});
        let new = json!({"calendarId": hanako.calendar, "title": "打合せ", "start": "2026-11-25T09:08:00", "timeZone": "Asia/Tokyo",
                         "duration": "PT1H", "alerts": offset("-PT7M")});
        let made = hanako.post("events", &new).expect(201);
        let path = format!("events/{}", made.json()["id"].as_str().unwrap());
        for other in [&taro, &jiro] {
            assert!(alerts(&other.get(&path).expect(200)).is_empty());
        }
        // Whoever reads keeps their own, and nothing else.
        let tag = jiro.get(&path).expect(200).etag();
        let kept = jiro.patch(&path, &tag, &json!({"alerts": offset("-PT5M")})).expect(200);
        assert_eq!(alerts(&kept), ["-PT5M"]);
        jiro.patch(&path, &kept.etag(), &json!({"title": "x"})).problem(403, "forbidden");
        jiro.patch(&path, &tag, &json!({"alerts": null})).problem(412, "stale");
        let seen = jiro.get(&path).expect(200);
        assert_eq!((alerts(&seen), seen.etag()), (alerts(&kept), kept.etag()));
        let day = "occurrences?from=2026-11-25T00:00:00Z&to=2026-11-26T00:00:00Z";
        let shown = jiro.get(day).expect(200).json();
        assert_eq!(shown["items"][0]["etag"], seen.etag(), "{shown}");
        let owners = hanako.get(&path).expect(200);
        assert_eq!((alerts(&owners), owners.etag()), (vec!["-PT7M".to_owned()], made.etag()));
        // Whoever writes changes the event, and their own.
        let tag = taro.get(&path).expect(200).etag();
        let both = json!({"title": "会議", "alerts": offset("-PT1M")});
        assert_eq!(alerts(&taro.patch(&path, &tag, &both).expect(200)), ["-PT1M"]);
        let owners = hanako.get(&path).expect(200);
        assert_eq!((&owners.json()["title"], alerts(&owners)), (&json!("会議"), vec!["-PT7M".to_owned()]));
        assert_eq!(alerts(&jiro.get(&path).expect(200)), ["-PT5M"]);
        assert!(triggers(&read(&writer, made.json()["id"].as_str().unwrap()).1) == ["PT1M"]);

        // Each is reminded at their own time, for as long as they see the event.
        let none = json!({"grantee": {"type": "person", "personId": taro.person}, "role": null});
        hanako.post(&format!("calendars/{}/shares", hanako.calendar), &none).expect(204);
        server.clock().advance(Duration::from_secs(8 * 60));
        server.run_due_jobs();
        let reminded = |staff: &Staff| {
            let told = staff.get("notifications").expect(200).json();
            let items: Vec<Value> = told["items"].as_array().unwrap().clone();
            items.iter().filter(|it| it["type"] == "reminder").count()
        };
        assert_eq!([&hanako, &taro, &jiro].map(reminded), [1, 0, 1]);
    });
}
