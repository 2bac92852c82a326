use super::{Client, ICALENDAR, accepted, capabilities, changes, holds, objects, of, report, token};
use crate::{
    dav::client::{HOUR, between, event},
    harness::{Answer, on_each_backend},
};

/// Ten at most at a time.
fn multiget(client: &Client, paths: &[&str]) -> Answer {
    let paths: String = paths.iter().map(|path| format!("<href>{path}</href>")).collect();
    let body =
        format!("<prop><getcontenttype/><getetag/><CAL:schedule-tag/><CAL:calendar-data/></prop>{paths}");
    report(client, &client.calendar, None, "CAL:calendar-multiget", &body).expect(207)
}

fn put(client: &Client, path: &str, condition: (&str, &str), text: &str) -> Answer {
    client.send("PUT", path, &[condition], ICALENDAR, text)
}

/// What it writes of an event of one's own.
fn written(uid: &str, more: &str) -> String {
    event(
        uid,
        &format!("{HOUR}SUMMARY:定例会\nSTATUS:CONFIRMED\nCOLOR:tomato\n{more}BEGIN:VALARM\nTRIGGER:-PT15M\nACTION:DISPLAY\nDESCRIPTION:定例会\nEND:VALARM\n"),
    )
    .replace("-//Test//Test//EN", "DAVx5/4.5.17-ose ical4j/4.2.3 (android.calendar)")
}

/// What can be done, what is new, the texts; an upload that must not overwrite, one that must not lose a change, and the end.
#[test]
fn syncs_both_ways() {
    on_each_backend(|server| {
        let client = Client::of(server, &server.staff("hanako"));
        let can = capabilities(&client, &client.calendar);
        holds(&can, &["<d:sync-collection/>", "<cs:getctag>", "<c:max-resource-size>"]);
        let first = token(&changes(&client, &client.calendar, "").expect(207));
        assert_eq!(between(&can, "<d:sync-token>", "<"), first, "it does not sync where it stands already");

        let path = format!("{}7c0ffee0-1234-4abc-9def-0123456789ab.ics", client.calendar);
        let text = written("7c0ffee0-1234-4abc-9def-0123456789ab", "");
        let etag = put(&client, &path, ("if-none-match", "*"), &text).expect(201).etag();
        // Passed over: what is on the server is read.
        put(&client, &path, ("if-none-match", "*"), &text).expect(412);
        let changed = text.replace("定例会", "定例会議");
        put(&client, &path, ("if-match", "\"stale\""), &changed).expect(412);
        let newer = put(&client, &path, ("if-match", &etag), &changed).expect(204).etag();
        // Gone meanwhile: a change of it is passed over, too.
        let gone = format!("{}gone.ics", client.calendar);
        put(&client, &gone, ("if-match", "\"x\""), &written("gone", "")).expect(412);

        let news = changes(&client, &client.calendar, &first).expect(207);
        assert_eq!(objects(&news), std::slice::from_ref(&path));
        holds(of(&news.text(), &path), &[&newer, "<d:resourcetype/>", "HTTP/1.1 200"]);
        let read = multiget(&client, &[&path, &gone]).text();
        holds(of(&read, &path), &["SUMMARY:定例会議", "text/calendar", &newer]);
        assert!(of(&read, &gone).starts_with("<d:status>HTTP/1.1 404"));

        let delete = |condition: &str| client.bare("DELETE", &path, &[("if-match", condition)]);
        delete(&etag).expect(412);
        delete(&newer).expect(204);
        // Whether gone or never there: it takes both for done.
        delete(&newer).expect(404);
        let after = changes(&client, &client.calendar, &token(&news)).expect(207).text();
        assert!(of(&after, &path).starts_with("<d:status>HTTP/1.1 404"), "{after}");
    });
}

/// Where it knows a schedule tag it says that alone, so that an answer that came meanwhile is no conflict.
#[test]
fn uploads_under_the_schedule_tag() {
    on_each_backend(|server| {
        let client = Client::of(server, &server.staff("hanako"));
        let guest = Client::of(server, &server.staff("taro"));
        let people = "ORGANIZER:mailto:hanako@pref.example.jp\n\
                      ATTENDEE;CUTYPE=INDIVIDUAL;RSVP=TRUE;CN=太郎;PARTSTAT=NEEDS-ACTION:mailto:taro@pref.example.jp\n";
        let path = format!("{}meeting.ics", client.calendar);
        let text = written("meeting", &format!("SEQUENCE:0\n{people}"));
        let made = put(&client, &path, ("if-none-match", "*"), &text).expect(201);
        let tag = made.header("schedule-tag").expect("a tag of what others take part in").to_owned();

        let (invited, _) = guest.sync(&guest.calendar, "", 10);
        let theirs = guest.get(&invited[0].0).expect(200);
        let answer = accepted(&theirs.text(), "taro@pref.example.jp");
        let read = report(
            &guest,
            &guest.calendar,
            None,
            "CAL:calendar-multiget",
            &format!("<prop><CAL:schedule-tag/></prop><href>{}</href>", invited[0].0),
        );
        let under = between(&read.text(), "<c:schedule-tag>", "<").replace("&quot;", "\"");
        assert_eq!(theirs.header("schedule-tag"), Some(under.as_str()));
        put(&guest, &invited[0].0, ("if-schedule-tag-match", &under), &answer).expect(204);

        let renamed = text.replace("定例会", "定例会議").replace("SEQUENCE:0", "SEQUENCE:1");
        put(&client, &path, ("if-schedule-tag-match", &tag), &renamed).expect(204);
        holds(
            &client.get(&path).expect(200).text().replace("\r\n ", ""),
            &["SUMMARY:定例会議", "PARTSTAT=ACCEPTED"],
        );
        put(&client, &path, ("if-schedule-tag-match", &tag), &renamed).expect(412);
        client.bare("DELETE", &path, &[("if-schedule-tag-match", "\"old\"")]).expect(412);
        let now = client.get(&path).expect(200).header("schedule-tag").unwrap().to_owned();
        client.bare("DELETE", &path, &[("if-schedule-tag-match", &now)]).expect(204);
    });
}

/// A token that is not taken any more is known by the element; then it begins anew.
#[test]
fn begins_anew_without_its_token() {
    on_each_backend(|server| {
        let client = Client::of(server, &server.staff("hanako"));
        let path = format!("{}a.ics", client.calendar);
        put(&client, &path, ("if-none-match", "*"), &written("a", "")).expect(201);
        let refused = changes(&client, &client.calendar, "https://renraku.example.jp/sync/old").expect(403);
        holds(&refused.text(), &["<d:valid-sync-token/>"]);
        assert_eq!(objects(&changes(&client, &client.calendar, "").expect(207)), [path]);
    });
}

/// What may not be written is dropped on the phone, by the element.
#[test]
fn gives_way_where_it_may_not_write() {
    on_each_backend(|server| {
        let (hanako, taro) = (server.staff("hanako"), server.staff("taro"));
        let (client, owner) = (Client::of(server, &hanako), Client::of(server, &taro));
        let share =
            serde_json::json!({"grantee": {"type": "person", "personId": hanako.person}, "role": "read"});
        taro.post(&format!("calendars/{}/shares", taro.calendar), &share).expect(200);
        let path = format!("{}{}/new.ics", client.home, taro.calendar);
        let refused = put(&client, &path, ("if-none-match", "*"), &written("new", "")).expect(403);
        holds(&refused.text(), &["<d:need-privileges"]);
        assert!(owner.sync(&owner.calendar, "", 10).0.is_empty());
    });
}

/// With a limit on the past it asks by time instead of by token, one kind of component after the other.
#[test]
fn asks_for_the_last_ninety_days() {
    on_each_backend(|server| {
        let client = Client::of(server, &server.staff("hanako"));
        client.put(&format!("{}now.ics", client.calendar), &event("now", HOUR)).expect(201);
        let old = event("old", "DTSTART:20200101T000000Z\nDURATION:PT1H\n");
        client.put(&format!("{}old.ics", client.calendar), &old).expect(201);
        let body = "<prop><getetag/></prop><CAL:filter><CAL:comp-filter name=\"VCALENDAR\"><CAL:comp-filter name=\"VEVENT\">\
                    <CAL:time-range start=\"20260827T000000Z\"/></CAL:comp-filter></CAL:comp-filter></CAL:filter>";
        let answer = report(&client, &client.calendar, Some("1"), "CAL:calendar-query", body).expect(207);
        assert_eq!(objects(&answer), [format!("{}now.ics", client.calendar)]);
    });
}
