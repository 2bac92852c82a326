//! Invitations and rooms by calendar clients: the same as by the phone.

use serde_json::{Value, json};
use uuid::Uuid;

use super::client::{Client, HOUR, between, event};
use crate::harness::{Staff, on_each_backend};

const ORGANIZER: &str = "ORGANIZER:mailto:hanako@pref.example.jp\n";
const TARO: &str = "ATTENDEE;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:taro@pref.example.jp\n";

fn occurrences(who: &Staff) -> Vec<Value> {
    let path = "occurrences?from=2026-11-25T15:00:00Z&to=2026-11-26T15:00:00Z";
    who.get(path).expect(200).json()["items"].as_array().unwrap().clone()
}

/// The schedule tag that somebody was told holds for them, whatever alarms anybody keeps and whatever others answer (RFC 6638 §3.2.10).
#[test]
fn a_schedule_tag_is_of_what_the_organizer_says_alone() {
    on_each_backend(|server| {
        let (hanako, taro, jiro) = (server.staff("hanako"), server.staff("taro"), server.staff("jiro"));
        let share = json!({"grantee": {"type": "person", "personId": jiro.person}, "role": "write"});
        hanako.post(&format!("calendars/{}/shares", hanako.calendar), &share).expect(200);
        let owner = Client::of(server, &hanako);
        let delegate = Client::of(server, &jiro).in_calendar(&hanako.calendar);
        let guest = Client::of(server, &taro);
        let alarm =
            |minutes: u32| format!("BEGIN:VALARM\nACTION:DISPLAY\nTRIGGER:-PT{minutes}M\nEND:VALARM\n");
        let path = format!("{}m.ics", owner.calendar);
        let text = event(
            "m",
            &format!("{HOUR}SUMMARY:会議\nRRULE:FREQ=DAILY;COUNT=3\n{ORGANIZER}{TARO}{}", alarm(5)),
        );
        let tag = owner.put(&path, &text).expect(201).header("schedule-tag").unwrap().to_owned();
        let theirs = guest.sync(&guest.calendar, "", 10).0[0].0.clone();
        let places = [(&owner, path), (&delegate, format!("{}m.ics", delegate.calendar)), (&guest, theirs)];
        for (at, (client, path)) in places.iter().enumerate() {
            let seen = client.get(path).expect(200);
            assert_eq!(seen.header("schedule-tag"), Some(tag.as_str()), "{at}");
            // Each sets an alarm of their own, and the guest answers one occurrence, too.
            let minutes = 10 + u32::try_from(at).unwrap();
            let mut with = seen.text().replace("\r\n ", "");
            with = with.replace("END:VEVENT", &(alarm(minutes).replace('\n', "\r\n") + "END:VEVENT"));
            let put = client.ask("PUT", path).header("if-schedule-tag-match", &tag);
            let put = put.body("text/calendar", with.as_str()).send().expect(204);
            assert_eq!(put.header("schedule-tag"), Some(tag.as_str()), "{at}");
        }
        let id = taro.get("occurrences?from=2026-11-25T15:00:00Z&to=2026-11-26T15:00:00Z").expect(200).json();
        let id = id["items"][0]["eventId"].as_str().unwrap().to_owned();
        let answer = json!({"participationStatus": "declined", "recurrenceId": "2026-11-27T10:00:00"});
        taro.post(&format!("events/{id}/reply"), &answer).expect(200);
        for (client, path) in &places {
            assert_eq!(client.get(path).expect(200).header("schedule-tag"), Some(tag.as_str()));
        }
        let (client, path) = &places[1];
        let changed = client.get(path).expect(200).text().replace("SUMMARY:会議", "SUMMARY:朝会");
        let put = client.ask("PUT", path).header("if-schedule-tag-match", &tag);
        put.body("text/calendar", changed.as_str()).send().expect(204);
        for (client, path) in &places {
            assert_ne!(client.get(path).expect(200).header("schedule-tag"), Some(tag.as_str()));
            let stale = client.ask("PUT", path).header("if-schedule-tag-match", &tag);
            stale.body("text/calendar", changed.as_str()).send().expect(412);
        }
    });
}

/// What names guests and nobody who organizes it, or somebody who cannot be reached, is no invitation (RFC 6638 §3.1).
#[test]
fn guests_of_what_nobody_organizes_are_told_nothing() {
    on_each_backend(|server| {
        let (hanako, taro) = (server.staff("hanako"), server.staff("taro"));
        let client = Client::of(server, &hanako);
        let path = |uid: &str| format!("{}{uid}.ics", client.calendar);
        for (uid, organizer) in
            [("a", ""), ("b", "ORGANIZER:/calendars/hanako/\n"), ("c", "ORGANIZER:mailto:\n")]
        {
            let text = event(uid, &format!("{HOUR}SUMMARY:会議\n{organizer}{TARO}"));
            let etag = client.put(&path(uid), &text).expect(201).etag();
            let seen = client.get(&path(uid)).expect(200);
            assert_eq!((seen.text(), seen.etag()), (text.clone(), etag));
            client.put(&path(uid), &text.replace("会議", "朝会")).expect(204);
        }
        let alone = event("d", &format!("{HOUR}SUMMARY:一人\n"));
        client.put(&path("d"), &alone).expect(201);
        client.put(&path("d"), &alone.replace("SUMMARY", &format!("{}\r\nSUMMARY", TARO.trim()))).expect(204);
        let file = event("e", &format!("{HOUR}SUMMARY:持込\n{TARO}"));
        let import = hanako.ask("POST", &format!("calendars/{}/import", hanako.calendar));
        let import = import.header("idempotency-key", &Uuid::now_v7().to_string());
        assert_eq!(import.body("text/calendar", file).send().expect(200).json()["created"], 1);
        let mine = occurrences(&hanako);
        assert_eq!(mine.len(), 5);
        for seen in mine {
            assert_eq!(seen["isOrganizer"], false, "{seen}");
            let at = format!("events/{}", seen["eventId"].as_str().unwrap());
            hanako.patch(&at, seen["etag"].as_str().unwrap(), &json!({"title": "昼会"})).expect(200);
        }
        for uid in ["a", "b", "c", "d"] {
            let text = client.get(&path(uid)).expect(200).text();
            let lines = |name: &str| text.lines().filter(|line| line.starts_with(name)).count();
            assert_eq!((lines("ATTENDEE"), lines("ORGANIZER:mailto:hanako")), (1, 0), "{text}");
        }
        assert_eq!(occurrences(&taro), [] as [Value; 0]);
        // Whoever organizes it from then on invites them.
        for (others, uid) in ["a", "b", "c", "d"].into_iter().enumerate() {
            client
                .put(&path(uid), &event(uid, &format!("{HOUR}SUMMARY:招集\n{ORGANIZER}{TARO}")))
                .expect(204);
            assert_eq!(occurrences(&taro).len(), others + 1, "{uid}");
            let text = client.get(&path(uid)).expect(200).text();
            assert!(
                text.contains("SCHEDULE-STATUS=\"1.2\"") || text.contains("SCHEDULE-STATUS=1.2"),
                "{text}"
            );
        }
        assert!(occurrences(&taro).iter().all(|it| it["participationStatus"] == "needs-action"));
        assert_eq!(occurrences(&hanako).iter().filter(|it| it["isOrganizer"] == true).count(), 4);
        // Of a series to which nobody comes the organizer is said where somebody does.
        let series = event("f", &format!("{HOUR}RRULE:FREQ=DAILY;COUNT=2\n"));
        let one =
            event("f", &format!("RECURRENCE-ID;TZID=Asia/Tokyo:20261126T100000\n{HOUR}{ORGANIZER}{TARO}"));
        let one = format!("BEGIN:VEVENT{}END:VEVENT", between(&one, "BEGIN:VEVENT", "END:VEVENT"));
        let both = series.replace("END:VCALENDAR", &format!("{one}\r\nEND:VCALENDAR"));
        client.put(&path("f"), &both).expect(201);
        assert_eq!(occurrences(&taro).len(), 5);
        for (uid, organizer) in [("g", ""), ("h", "ORGANIZER:mailto:boss@example.net\r\n")] {
            let text = both.replace("UID:f", &format!("UID:{uid}"));
            let line = text.lines().find(|line| line.starts_with("ORGANIZER")).unwrap().to_owned();
            let text = text.replace(&format!("{line}\r\n"), organizer);
            client.put(&path(uid), &text).expect(201);
            client.put(&path(uid), &text.replace("COUNT=2", "COUNT=3")).expect(204);
        }
        client.put(&path("i"), &series.replace("UID:f", "UID:i")).expect(201);
        client
            .put(&path("i"), &both.replace("UID:f", "UID:i").replace(ORGANIZER.trim(), "X-A:b"))
            .expect(204);
        server.run_due_jobs();
        assert_eq!(occurrences(&taro).len(), 5, "nobody invites them");
    });
}

#[test]
fn an_invitation_reaches_the_participant_and_the_answer_the_organizer() {
    on_each_backend(|server| {
        let (hanako, taro) = (server.staff("hanako"), server.staff("taro"));
        let (client, other) = (Client::of(server, &hanako), Client::of(server, &taro));
        let path = format!("{}meeting.ics", client.calendar);
        let text = event("m1", &format!("{HOUR}SUMMARY:会議\nX-KEEP:1\n{ORGANIZER}{TARO}"));
        let made = client.put(&path, &text).expect(201);
        assert_eq!(made.header("etag"), None, "what the server says of participants is not what was sent");
        let tag = made.header("schedule-tag").unwrap().to_owned();
        assert_eq!(occurrences(&taro).len(), 1);
        server.run_due_jobs();
        let notices = taro.get("notifications").expect(200).json();
        assert_eq!(notices["items"][0]["type"], "invited", "{notices}");

        let (seen, _) = other.sync(&other.calendar, "", 10);
        let theirs = seen[0].0.clone();
        let invitation = other.get(&theirs).expect(200);
        assert!(
            invitation.text().contains("X-KEEP:1") && invitation.text().contains("SUMMARY:会議"),
            "{}",
            invitation.text()
        );
        let yes = invitation.text().replace("\r\n ", "");
        let line = yes.lines().find(|line| line.starts_with("ATTENDEE") && line.contains("taro@")).unwrap();
        let answered = line.replace("ATTENDEE;", "ATTENDEE;PARTSTAT=ACCEPTED;");
        let yes = yes.replace(line, &answered).replace("SUMMARY:会議", "SUMMARY:乗っ取り");
        other
            .ask("PUT", &theirs)
            .header("if-match", &invitation.etag())
            .body("text/calendar", yes)
            .send()
            .expect(204);

        let now = client.get(&path).expect(200);
        let unfolded = now.text().replace("\r\n ", "");
        assert!(
            unfolded.lines().any(|line| line.contains("taro@") && line.contains("PARTSTAT=ACCEPTED")),
            "{unfolded}"
        );
        assert!(unfolded.contains("SUMMARY:会議"), "a participant changes their answer alone: {unfolded}");
        assert_eq!(
            now.header("schedule-tag"),
            Some(tag.as_str()),
            "an answer does not change the schedule tag"
        );

        // The organizer did not see the answer yet: it is not lost by what they store.
        let later = text.replace("SUMMARY:会議", "SUMMARY:定例会議");
        let put = client
            .ask("PUT", &path)
            .header("if-schedule-tag-match", &tag)
            .body("text/calendar", later)
            .send()
            .expect(204);
        assert_ne!(put.header("schedule-tag"), Some(tag.as_str()));
        let unfolded = client.get(&path).expect(200).text().replace("\r\n ", "");
        assert!(
            unfolded.lines().any(|line| line.contains("taro@") && line.contains("PARTSTAT=ACCEPTED")),
            "{unfolded}"
        );

        // A participant who deletes it says no.
        other.ask("DELETE", &theirs).send().expect(204);
        other.get(&theirs).expect(404);
        let unfolded = client.get(&path).expect(200).text().replace("\r\n ", "");
        assert!(
            unfolded.lines().any(|line| line.contains("taro@") && line.contains("PARTSTAT=DECLINED")),
            "{unfolded}"
        );
        client.ask("DELETE", &path).send().expect(204);
        assert_eq!(occurrences(&taro), [] as [Value; 0]);
    });
}

#[test]
fn an_invitation_from_outside_is_kept_and_answered() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        let taro = server.staff("taro");
        let client = Client::of(server, &hanako);
        let path = format!("{}outside.ics", client.calendar);
        let attendee = "ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:hanako@pref.example.jp\n";
        let text = event("o1", &format!("{HOUR}ORGANIZER:mailto:boss@example.com\n{attendee}{TARO}"));
        client.put(&path, &text).expect(201);
        assert_eq!(client.get(&path).expect(200).text(), text);
        assert_eq!(occurrences(&taro), [] as [Value; 0], "nobody else gets it by the back door");
        client.put(&path, &text.replace("NEEDS-ACTION:mailto:hanako", "ACCEPTED:mailto:hanako")).expect(204);
        let unfolded = client.get(&path).expect(200).text().replace("\r\n ", "");
        assert!(
            unfolded.lines().any(|line| line.contains("hanako@") && line.contains("PARTSTAT=ACCEPTED")),
            "{unfolded}"
        );
        assert_eq!(occurrences(&hanako)[0]["participationStatus"], "accepted");
        let organizer = between(&unfolded, "ORGANIZER", "\r\n");
        assert!(organizer.contains("boss@example.com"), "{unfolded}");
    });
}

#[test]
fn a_participants_alarms_are_their_own() {
    on_each_backend(|server| {
        let (hanako, taro) = (server.staff("hanako"), server.staff("taro"));
        let (client, other) = (Client::of(server, &hanako), Client::of(server, &taro));
        let alarm = |trigger: &str, word: &str| {
            format!(
                "BEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:{trigger}\r\nDESCRIPTION:{word}\r\nX-KEEP:{word}\r\nEND:VALARM\r\n"
            )
        };
        let path = format!("{}meeting.ics", client.calendar);
        let text = event("m2", &format!("{HOUR}SUMMARY:会議\n{ORGANIZER}{TARO}{}", alarm("-PT5M", "hers")));
        client.put(&path, &text).expect(201);
        let hers = client.get(&path).expect(200);
        let (seen, _) = other.sync(&other.calendar, "", 10);
        let theirs = seen[0].0.clone();
        let invitation = other.get(&theirs).expect(200);
        assert!(!invitation.text().contains("VALARM"), "{}", invitation.text());
        let mine = invitation.text().replace("END:VEVENT", &format!("{}END:VEVENT", alarm("-PT15M", "his")));
        let put = other
            .ask("PUT", &theirs)
            .header("if-match", &invitation.etag())
            .body("text/calendar", mine)
            .send();
        assert_eq!(put.expect(204).header("etag"), None);
        let now = other.get(&theirs).expect(200);
        for line in ["TRIGGER:-PT15M", "X-KEEP:his"] {
            assert_eq!(now.text().matches(line).count(), 1, "{}", now.text());
        }
        assert_ne!(now.etag(), invitation.etag());
        // The phone of the same person meets the same version; the organizer's nothing new.
        assert_eq!(occurrences(&taro)[0]["etag"], now.etag());
        let again = client.get(&path).expect(200);
        assert_eq!((again.etag(), again.text()), (hers.etag(), hers.text()));
        // Stored as it was read, it changes nothing.
        other.put(&theirs, &now.text()).expect(204);
        assert_eq!(other.get(&theirs).expect(200).etag(), now.etag());
        let (listed, _) = other.sync(&other.calendar, "", 10);
        assert_eq!(listed.len(), 1);
        let tags = other.propfind(&other.calendar, "1", "<d:getetag/>").text();
        assert!(tags.contains(&now.etag().replace('"', "&quot;")) || tags.contains(&now.etag()), "{tags}");
    });
}

/// RFC 6638 §7.1, §7.3.
#[test]
fn a_guest_is_told_that_their_answer_arrived_and_not_how_others_are_reached() {
    on_each_backend(|server| {
        let [hanako, taro, _] = ["hanako", "taro", "jiro"].map(|name| server.staff(name));
        let (organizer, guest) = (Client::of(server, &hanako), Client::of(server, &taro));
        let others = "ATTENDEE;SCHEDULE-AGENT=NONE:mailto:jiro@pref.example.jp\n\
                      ATTENDEE;SCHEDULE-AGENT=X-BY-HAND:mailto:someone@other.example\n";
        let named = ORGANIZER.replace("ORGANIZER", "ORGANIZER;CN=Hanako");
        let series = format!("{HOUR}RRULE:FREQ=DAILY;COUNT=3\n{named}{TARO}{others}");
        let meeting = format!("{}m.ics", organizer.calendar);
        organizer.put(&meeting, &event("m", &series)).expect(201);
        let theirs = guest.sync(&guest.calendar, "", 10).0[0].0.clone();
        let read = |client: &Client, path: &str| client.get(path).expect(200).text().replace("\r\n ", "");
        let arrived = || {
            let text = read(&guest, &theirs);
            assert!(!text.contains("SCHEDULE-AGENT"), "{text}");
            let lines = text.lines().filter(|line| line.starts_with("ORGANIZER") && line.contains("CN="));
            lines.map(|line| line.matches(";SCHEDULE-STATUS=\"1.2\"").count()).collect::<Vec<_>>()
        };
        assert_eq!(arrived(), [0]);
        let id = occurrences(&taro)[0]["eventId"].as_str().unwrap().to_owned();
        let answer = |more: Value| drop(taro.post(&format!("events/{id}/reply"), &more).expect(200));
        answer(json!({"participationStatus": "declined", "recurrenceId": "2026-11-27T10:00:00"}));
        assert_eq!(arrived(), [0, 1]);
        answer(json!({"participationStatus": "accepted"}));
        assert_eq!(arrived(), [1, 1]);
        guest.put(&theirs, &guest.get(&theirs).expect(200).text()).expect(204);
        assert_eq!(arrived(), [1, 1]);
        let own = read(&organizer, &meeting);
        assert!(own.contains("SCHEDULE-AGENT=NONE") && own.contains("SCHEDULE-AGENT=X-BY-HAND"), "{own}");
        // At another time they are asked again.
        let later = own.replace("T100000", "T140000").replace("T110000", "T150000");
        organizer.put(&meeting, &later).expect(204);
        assert_eq!(arrived()[0], 0);
    });
}
