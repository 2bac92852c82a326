//! The scheduling inbox: what arrived lies there as a message, for as long as its person's clients leave it there.

use std::time::Duration;

use serde_json::json;

use super::client::{Client, HOUR, between, event, responses};
use crate::harness::{TestServer, on_each_backend};

const ORGANIZER: &str = "ORGANIZER:mailto:hanako@pref.example.jp\n";
const TARO: &str = "ATTENDEE;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:taro@pref.example.jp\n";

fn inbox(client: &Client) -> String {
    format!("{}inbox/", client.home)
}

/// Does what is due, a moment before what comes next.
fn arrive(server: &TestServer) {
    server.run_due_jobs();
    server.clock().advance(Duration::from_secs(1));
}

/// The paths of what is in an inbox, oldest first.
fn listed(client: &Client) -> Vec<String> {
    let inbox = inbox(client);
    let told = client.propfind(&inbox, "1", "<d:getetag/><d:resourcetype/>").text();
    responses(&told).into_iter().map(|(path, _)| path).filter(|path| *path != inbox).collect()
}

/// The messages in an inbox, oldest first, each line whole.
fn messages(client: &Client) -> Vec<String> {
    listed(client).iter().map(|path| client.get(path).expect(200).text().replace("\r\n ", "")).collect()
}

fn meeting(uid: &str, more: &str) -> String {
    event(uid, &format!("{HOUR}SUMMARY:会議\nDESCRIPTION:長い説明\n{more}{ORGANIZER}{TARO}"))
}

/// Both of them, with an event of hanako's to which taro is invited.
fn invited(server: &TestServer) -> (Client, Client, String) {
    let (hanako, taro) = (server.staff("hanako"), server.staff("taro"));
    let (client, other) = (Client::of(server, &hanako), Client::of(server, &taro));
    let path = format!("{}meeting.ics", client.calendar);
    client.put(&path, &meeting("m1", "")).expect(201);
    arrive(server);
    (client, other, path)
}

#[test]
fn an_invitation_its_change_and_its_end_arrive() {
    on_each_backend(|server| {
        let (client, other, path) = invited(server);
        let arrived = messages(&other);
        assert_eq!(arrived.len(), 1);
        for line in [
            "METHOD:REQUEST",
            "UID:m1",
            "SEQUENCE:0",
            "SUMMARY:会議",
            "DTSTART;TZID=Asia/Tokyo:20261126T100000",
            "mailto:hanako@pref.example.jp",
        ] {
            assert!(arrived[0].contains(line), "{line} in {}", arrived[0]);
        }
        let taro = arrived[0].lines().find(|line| line.contains("mailto:taro@")).unwrap();
        assert!(taro.starts_with("ATTENDEE") && taro.contains("RSVP=TRUE"), "{taro}");
        assert_eq!(messages(&client), Vec::<String>::new(), "the organizer was not invited");

        client.put(&path, &meeting("m1", "").replace("T10", "T14").replace("T11", "T15")).expect(204);
        arrive(server);
        client.ask("DELETE", &path).send().expect(204);
        arrive(server);
        let arrived = messages(&other);
        assert_eq!(arrived.len(), 3);
        assert!(arrived[1].contains("METHOD:REQUEST") && arrived[1].contains("T140000"), "{}", arrived[1]);
        assert!(arrived[2].contains("METHOD:CANCEL") && arrived[2].contains("STATUS:CANCELLED"));
        assert!(arrived[2].contains("UID:m1"), "{}", arrived[2]);
        assert!(!arrived[0].contains("T140000"), "a message says what it said when it arrived");
    });
}

#[test]
fn dates_that_a_series_gets_and_loses_arrive() {
    on_each_backend(|server| {
        let (client, other) =
            (Client::of(server, &server.staff("hanako")), Client::of(server, &server.staff("taro")));
        let path = format!("{}series.ics", client.calendar);
        let series = |more: &str| meeting("s1", &format!("RRULE:FREQ=WEEKLY;COUNT=3\n{more}"));
        client.put(&path, &series("")).expect(201);
        arrive(server);
        let more = "RDATE;TZID=Asia/Tokyo:20261128T100000\n";
        for (more, says, id) in [
            (more, "METHOD:REQUEST", "20261128T100000"),
            ("", "METHOD:CANCEL", "20261128T100000"),
            ("EXDATE;TZID=Asia/Tokyo:20261203T100000\n", "METHOD:CANCEL", "20261203T100000"),
            ("", "METHOD:REQUEST", "20261203T100000"),
        ] {
            let before = messages(&other).len();
            client.put(&path, &series(more)).expect(204);
            arrive(server);
            let arrived = messages(&other);
            assert_eq!(arrived.len(), before + 1, "{more}");
            let last = arrived.last().unwrap();
            assert!(
                last.contains(says) && last.contains(&format!("RECURRENCE-ID;TZID=Asia/Tokyo:{id}")),
                "{more}{last}"
            );
        }
    });
}

#[test]
fn an_answer_arrives_at_the_organizer() {
    on_each_backend(|server| {
        let (client, other, _) = invited(server);
        let (seen, _) = other.sync(&other.calendar, "", 10);
        let text = other.get(&seen[0].0).expect(200).text().replace("\r\n ", "");
        let line = text.lines().find(|line| line.starts_with("ATTENDEE") && line.contains("taro@")).unwrap();
        let yes =
            line.replace("ATTENDEE;", "ATTENDEE;PARTSTAT=ACCEPTED;").replace("PARTSTAT=NEEDS-ACTION;", "");
        other.put(&seen[0].0, &text.replace(line, &yes)).expect(204);
        let arrived = messages(&client);
        assert_eq!(arrived.len(), 1);
        for line in
            ["METHOD:REPLY", "UID:m1", "PARTSTAT=ACCEPTED", "mailto:taro@pref.example.jp", "ORGANIZER"]
        {
            assert!(arrived[0].contains(line), "{line} in {}", arrived[0]);
        }
    });
}

#[test]
fn a_client_follows_its_inbox_and_clears_it() {
    on_each_backend(|server| {
        let (client, other, path) = invited(server);
        let inbox = inbox(&other);
        let (news, token) = other.sync(&inbox, "", 10);
        let message = listed(&other).remove(0);
        assert_eq!(news, [(message.clone(), 200)]);
        assert_eq!(other.sync(&inbox, &token, 10), (Vec::new(), token.clone()));
        let tags = "<x:getctag xmlns:x=\"http://calendarserver.org/ns/\"/><d:sync-token/>";
        let before = other.propfind(&inbox, "0", tags).text();
        assert_eq!(between(&before, "<d:sync-token>", "</d:sync-token>"), token);

        client.ask("DELETE", &path).send().expect(204);
        arrive(server);
        let (news, token) = other.sync(&inbox, &token, 10);
        assert_eq!(news.len(), 1);
        assert_ne!(other.propfind(&inbox, "0", tags).text(), before);

        let hrefs: String = listed(&other).iter().map(|path| format!("<d:href>{path}</d:href>")).collect();
        let body = format!(
            "<c:calendar-multiget NS><d:prop><d:getetag/><c:calendar-data/></d:prop>{hrefs}<d:href>{inbox}x.ics</d:href>\
             </c:calendar-multiget>"
        );
        let got = other.xml("REPORT", &inbox, "1", &body).expect(207).text();
        assert!(got.contains("METHOD:REQUEST") && got.contains("METHOD:CANCEL"), "{got}");
        assert_eq!(responses(&got).last().unwrap().1, 404);
        let query = "<c:calendar-query NS><d:prop><d:getetag/></d:prop><c:filter><c:comp-filter name=\"VCALENDAR\">\
            <c:prop-filter name=\"METHOD\"><c:text-match>CANCEL</c:text-match></c:prop-filter></c:comp-filter></c:filter>\
            </c:calendar-query>";
        let found = other.xml("REPORT", &inbox, "1", query).expect(207).text();
        assert_eq!(responses(&found), news);

        other.ask("DELETE", &message).header("if-match", "\"1\"").send().expect(412);
        other.ask("DELETE", &message).send().expect(204);
        other.ask("DELETE", &message).send().expect(404);
        other.get(&message).expect(404);
        let (news, _) = other.sync(&inbox, &token, 10);
        assert_eq!(news, [(message, 404)]);
        assert_eq!(listed(&other).len(), 1);
    });
}

#[test]
fn nobody_else_reads_an_inbox_or_puts_something_into_it() {
    on_each_backend(|server| {
        let (client, other, _) = invited(server);
        let message = listed(&other).remove(0);
        for (method, path) in [("GET", &message), ("PROPFIND", &message), ("DELETE", &message)] {
            client.ask(method, path).send().expect(404);
        }
        client.ask("PROPFIND", &inbox(&other)).header("depth", "1").send().expect(404);
        let body = format!(
            "<c:calendar-multiget NS><d:prop><c:calendar-data/></d:prop><d:href>{message}</d:href></c:calendar-multiget>"
        );
        let got = client.xml("REPORT", &inbox(&client), "1", &body).expect(207).text();
        assert!(!got.contains("METHOD"), "{got}");
        let mine = message.replace(&other.home, &client.home);
        client.get(&mine).expect(404);
        client.ask("DELETE", &mine).send().expect(404);
        other.put(&format!("{}x.ics", inbox(&other)), &meeting("x", "")).expect(405);
        assert_eq!(listed(&other).len(), 1);
    });
}

#[test]
fn whoever_wants_no_notifications_has_an_inbox_all_the_same() {
    on_each_backend(|server| {
        let (hanako, taro) = (server.staff("hanako"), server.staff("taro"));
        let etag = taro.get("me/preferences").expect(200).etag();
        let quiet = json!({"notifications": {"invitations": false}});
        taro.patch("me/preferences", &etag, &quiet).expect(200);
        let (client, other) = (Client::of(server, &hanako), Client::of(server, &taro));
        client.put(&format!("{}meeting.ics", client.calendar), &meeting("m1", "")).expect(201);
        arrive(server);
        assert_eq!(taro.get("notifications").expect(200).json()["items"], json!([]));
        assert_eq!(listed(&other).len(), 1);
    });
}

#[test]
fn what_nobody_takes_away_is_gone_after_30_days() {
    on_each_backend(|server| {
        let (_, other, _) = invited(server);
        let (_, token) = other.sync(&inbox(&other), "", 10);
        server.clock().advance(Duration::from_hours(24 * 30 + 1));
        while server.db().write(renraku_notify::jobs::forget_old).unwrap() > 0 {}
        assert_eq!(listed(&other), Vec::<String>::new());
        let (news, _) = other.sync(&inbox(&other), &token, 10);
        assert_eq!(news.iter().map(|(_, status)| *status).collect::<Vec<_>>(), [404]);
    });
}

/// A guest of one occurrence is told of that one, and somebody who is taken off an event that it ends for them.
#[test]
fn messages_are_of_what_their_person_takes_part_in() {
    on_each_backend(|server| {
        let (client, other, path) = invited(server);
        let alone = event("m1", &format!("{HOUR}SUMMARY:会議\n{ORGANIZER}"));
        client.put(&path, &alone).expect(204);
        arrive(server);
        let arrived = messages(&other);
        assert!(
            arrived[1].contains("METHOD:CANCEL") && arrived[1].contains("mailto:taro@"),
            "{}",
            arrived[1]
        );

        let series = format!("{HOUR}RRULE:FREQ=DAILY;COUNT=3\nSUMMARY:連日\n{ORGANIZER}");
        let exception = format!(
            "BEGIN:VEVENT\nUID:s1\nDTSTAMP:20261125T000000Z\nRECURRENCE-ID;TZID=Asia/Tokyo:20261127T100000\n\
             DTSTART;TZID=Asia/Tokyo:20261127T100000\nDTEND;TZID=Asia/Tokyo:20261127T110000\nSUMMARY:二日目\n{ORGANIZER}{TARO}END:VEVENT\nEND:VCALENDAR"
        );
        let text = event("s1", &series).replace("END:VCALENDAR", &exception.replace('\n', "\r\n"));
        client.put(&format!("{}s.ics", client.calendar), &text).expect(201);
        arrive(server);
        let last = messages(&other).pop().unwrap();
        assert!(last.contains("RECURRENCE-ID") && last.contains("SUMMARY:二日目"), "{last}");
        assert!(!last.contains("RRULE"), "{last}");
    });
}

#[test]
fn an_answer_to_several_occurrences_names_each() {
    on_each_backend(|server| {
        let (hanako, taro) = (server.staff("hanako"), server.staff("taro"));
        let (client, other) = (Client::of(server, &hanako), Client::of(server, &taro));
        let series = format!("{HOUR}RRULE:FREQ=DAILY;COUNT=4\nSUMMARY:連日\n{ORGANIZER}");
        let exceptions = ["27", "28"].map(|day| {
            let at = |name: &str, hour| format!("{name};TZID=Asia/Tokyo:202611{day}T{hour}0000\n");
            let when = at("RECURRENCE-ID", 10) + &at("DTSTART", 10) + &at("DTEND", 11);
            format!("BEGIN:VEVENT\nUID:s1\nDTSTAMP:20261125T000000Z\n{when}SUMMARY:連日\n{ORGANIZER}{TARO}END:VEVENT\n")
        });
        let end = exceptions.concat().replace('\n', "\r\n") + "END:VCALENDAR";
        let text = event("s1", &series).replace("END:VCALENDAR", &end);
        client.put(&format!("{}s.ics", client.calendar), &text).expect(201);
        let path = other.sync(&other.calendar, "", 10).0[0].0.clone();
        let text = other.get(&path).expect(200).text().replace("\r\n ", "");
        let lines = text.lines().map(|line| match line.ends_with("mailto:taro@pref.example.jp") {
            true => "ATTENDEE;PARTSTAT=ACCEPTED:mailto:taro@pref.example.jp",
            false => line,
        });
        other.put(&path, &lines.map(|line| format!("{line}\r\n")).collect::<String>()).expect(204);
        arrive(server);
        let id = super::single_occurrences::seen(&taro).1;
        taro.post(&format!("events/{id}/reply"), &json!({"participationStatus": "declined"})).expect(200);
        let arrived = messages(&client);
        assert_eq!(arrived.len(), 2, "each answer is one message");
        for (message, said) in arrived.iter().zip(["PARTSTAT=ACCEPTED", "PARTSTAT=DECLINED"]) {
            let parts: Vec<&str> = message.split("BEGIN:VEVENT").skip(1).collect();
            assert!(message.contains("METHOD:REPLY") && !message.contains("RRULE"), "{message}");
            assert_eq!(parts.len(), 2, "{message}");
            for (part, day) in parts.iter().zip(["27", "28"]) {
                for line in
                    [&format!("RECURRENCE-ID;TZID=Asia/Tokyo:202611{day}T100000"), "UID:s1", said, "taro@"]
                {
                    assert!(part.contains(line), "{line} in {message}");
                }
            }
        }
    });
}
