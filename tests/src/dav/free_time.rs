//! Guests say for themselves whether an event takes their time (RFC 6638 §3.2.2.1).

use serde_json::{Value, json};

use super::{
    client::{Client, event, responses},
    guests::{FIRST, SECOND, invited},
};
use crate::harness::{Staff, on_each_backend};

const WEEK: &str = "from=2026-12-06T15:00:00Z&to=2026-12-13T15:00:00Z";

/// Of the occurrences of a week that somebody sees, whether they take their time.
fn shown(who: &Staff) -> Vec<String> {
    let seen = who.get(&format!("occurrences?{WEEK}")).expect(200).json();
    let items = seen["items"].as_array().unwrap().iter();
    items.map(|it| it["freeBusyStatus"].as_str().unwrap().to_owned()).collect()
}

/// How many periods of that week are taken, as somebody else sees it.
fn taken(reader: &Staff, of: &Staff) -> usize {
    let busy = reader.get(&format!("schedule/free-busy?principals={}&{WEEK}", of.person)).expect(200).json();
    busy["items"][0]["busy"].as_array().map_or(0, Vec::len)
}

#[test]
fn what_a_guest_says_is_free_takes_none_of_their_time() {
    on_each_backend(|server| {
        let (hanako, taro) = (server.staff("hanako"), server.staff("taro"));
        let guest = Client::of(server, &taro);
        let organizer = Client::of(server, &hanako);
        let made = hanako
            .post(
                "events",
                &json!({"title": "公開講座", "start": "2026-12-07T10:00:00", "duration": "PT1H",
                    "recurrenceRule": {"frequency": "daily", "count": 2},
                    "participants": {"1": {"personId": taro.person, "roles": {"attendee": true}}}}),
            )
            .expect(201)
            .json();
        let id = made["id"].as_str().unwrap().to_owned();
        let path = format!("{}{id}.ics", guest.calendar);
        let of_organizer = format!("{}{id}.ics", organizer.calendar);
        let before = guest.get(&path).expect(200);
        let (tag, text) = (before.header("schedule-tag").unwrap().to_owned(), before.text());
        assert!(!text.contains("TRANSP"), "{text}");
        let alone = organizer.get(&of_organizer).expect(200).header("etag").unwrap().to_owned();
        let free = text.replace("SUMMARY", "TRANSP:TRANSPARENT\r\nSUMMARY");
        guest.put(&path, &free).expect(204);
        let check = |busy: [&str; 2], periods: usize| {
            let now = guest.get(&path).expect(200);
            assert_eq!(now.text().contains("TRANSP:TRANSPARENT"), busy[0] == "free", "{}", now.text());
            assert_eq!(shown(&taro), busy);
            assert_eq!(taken(&hanako, &taro), periods);
            assert_eq!(shown(&hanako), ["busy"; 2], "it takes the organizer's time");
            now.header("schedule-tag").unwrap().to_owned()
        };
        assert_eq!(check(["free"; 2], 0), tag);
        let seen = organizer.get(&of_organizer).expect(200);
        assert_eq!(seen.header("etag"), Some(&*alone), "nobody else notices");
        assert!(!seen.text().contains("TRANSP"));
        assert_eq!(responses(&guest.propfind(&path, "0", "<d:getetag/>").text()).len(), 1);

        // An answer, another title, another time and an own alarm leave it.
        taro.post(&format!("events/{id}/reply"), &json!({"participationStatus": "accepted"})).expect(200);
        check(["free"; 2], 0);
        let patch = |who: &Staff, change: &Value| {
            let etag = who.get(&format!("events/{id}")).expect(200).etag();
            who.patch(&format!("events/{id}"), &etag, change).expect(200);
        };
        patch(&hanako, &json!({"title": "公開講座（第二回）", "start": "2026-12-08T10:00:00"}));
        server.run_due_jobs();
        check(["free"; 2], 0);
        patch(&taro, &json!({"alerts": {"1": {"trigger": {"offset": "-PT10M"}}}}));
        check(["free"; 2], 0);

        // Until they say otherwise.
        let text = guest.get(&path).expect(200).text();
        guest.put(&path, &text.replace("TRANSP:TRANSPARENT\r\n", "")).expect(204);
        let tag = check(["busy"; 2], 2);
        // What the organizer says is free, a guest may say takes their time.
        patch(&hanako, &json!({"freeBusyStatus": "free"}));
        server.run_due_jobs();
        assert_eq!((shown(&taro), taken(&hanako, &taro)), (vec!["free".to_owned(); 2], 0));
        let changed = guest.get(&path).expect(200);
        assert_ne!(changed.header("schedule-tag"), Some(&*tag), "the organizer said something else");
        let stale = guest.ask("PUT", &path).header("if-schedule-tag-match", &tag);
        stale.body("text/calendar; charset=utf-8", text.as_str()).send().expect(412);
        let text = changed.text();
        guest.put(&path, &text.replace("TRANSP:TRANSPARENT", "TRANSP:OPAQUE")).expect(204);
        assert_eq!((shown(&taro), taken(&hanako, &taro)), (vec!["busy".to_owned(); 2], 2));
        assert_eq!(shown(&hanako), ["free"; 2]);
        // So it is for whoever reads the guest's calendar.
        let share = json!({"grantee": {"type": "person", "personId": hanako.person}, "role": "read"});
        taro.post(&format!("calendars/{}/shares", taro.calendar), &share).expect(200);
        let group =
            hanako.get(&format!("schedule/group?principals={}&{WEEK}", taro.person)).expect(200).json();
        assert_eq!(group["items"][0]["occurrences"][0]["freeBusyStatus"], "busy", "{group}");
    });
}

/// What is called off or secret takes nobody's time, whatever a guest says of it; they read what they said.
#[test]
fn a_guest_says_it_on_the_phone_too_and_reads_it_of_what_is_called_off_or_secret() {
    on_each_backend(|server| {
        let (hanako, taro) = (server.staff("hanako"), server.staff("taro"));
        let (organizer, guest) = (Client::of(server, &hanako), Client::of(server, &taro));
        let series = json!({"title": "公開講座", "start": "2026-12-07T10:00:00", "duration": "PT1H",
            "recurrenceRule": {"frequency": "daily", "count": 2},
            "participants": {"1": {"personId": taro.person, "roles": {"attendee": true}}}});
        let id = hanako.post("events", &series).expect(201).json()["id"].as_str().unwrap().to_owned();
        let (path, event) = (format!("{}{id}.ics", guest.calendar), format!("events/{id}"));
        let etag = |who: &Staff| who.get(&event).expect(200).etag();
        let patch = |who: &Staff, change: &Value| who.patch(&event, &etag(who), change).expect(200).json();
        let alone = organizer.get(&format!("{}{id}.ics", organizer.calendar)).expect(200).etag();
        let check = |said: &str, periods: usize| {
            let now = guest.get(&path).expect(200).text();
            assert_eq!(now.contains("TRANSP:TRANSPARENT"), said == "free", "{now}");
            assert_eq!(taro.get(&event).expect(200).json()["freeBusyStatus"], *said);
            assert_eq!((shown(&taro), taken(&hanako, &taro)), (vec![said.to_owned(); 2], periods));
            assert_eq!(shown(&hanako), ["busy"; 2]);
        };
        let before = etag(&taro);
        let told = patch(&taro, &json!({"freeBusyStatus": "free"}));
        assert_eq!((&told["freeBusyStatus"], told["etag"] == before), (&json!("free"), false));
        check("free", 0);
        assert_eq!(etag(&hanako), alone, "nobody else notices");
        assert_eq!(patch(&taro, &json!({"freeBusyStatus": "free"}))["etag"], told["etag"]);
        for (change, back) in [
            (json!({"status": "cancelled"}), json!({"status": "confirmed"})),
            (json!({"privacy": "secret"}), json!({"privacy": "public"})),
        ] {
            patch(&hanako, &change);
            check("free", 0);
            patch(&hanako, &back);
            check("free", 0);
        }
        // With their alerts, and back; the rest of the event is not theirs, nor is it said of single occurrences.
        let alert = json!({"1": {"trigger": {"@type": "OffsetTrigger", "offset": "-PT5M"}}});
        patch(&taro, &json!({"freeBusyStatus": "busy", "alerts": alert}));
        check("busy", 2);
        let both = json!({"freeBusyStatus": "free", "title": "x"});
        taro.patch(&event, &etag(&taro), &both).problem(403, "not-organizer");
        let one = format!("{event}?recurrenceId=2026-12-07T10:00:00");
        taro.patch(&one, &etag(&taro), &json!({"freeBusyStatus": "free"})).problem(422, "invalid");
        check("busy", 2);
        // Who may write the organizer's calendar says it of the event.
        let share = json!({"grantee": {"type": "person", "personId": taro.person}, "role": "write"});
        hanako.post(&format!("calendars/{}/shares", hanako.calendar), &share).expect(200);
        patch(&taro, &json!({"freeBusyStatus": "free"}));
        assert_eq!(shown(&hanako), ["free"; 2]);
    });
}

#[test]
fn a_guest_of_single_occurrences_takes_each_as_its_organizer_says_until_they_say_otherwise() {
    on_each_backend(|server| {
        let ([hanako, taro], _, guest, id) = invited(server);
        let etag = hanako.get(&format!("events/{id}")).expect(200).etag();
        let hour = hanako.patch(&format!("events/{id}"), &etag, &json!({"duration": "PT1H"})).expect(200);
        let etag = hour.etag();
        let free = json!({"freeBusyStatus": "free"});
        hanako.patch(&format!("events/{id}?recurrenceId={FIRST}"), &etag, &free).expect(200);
        server.run_due_jobs();
        let path = format!("{}{id}.ics", guest.calendar);
        let may = "from=2027-04-30T15:00:00Z&to=2027-05-30T15:00:00Z";
        let shown = || -> Vec<String> {
            let seen = taro.get(&format!("occurrences?{may}")).expect(200).json();
            let items = seen["items"].as_array().unwrap().clone();
            items.iter().map(|it| it["freeBusyStatus"].as_str().unwrap().to_owned()).collect()
        };
        let taken = || {
            let busy = hanako
                .get(&format!("schedule/free-busy?principals={}&{may}", taro.person))
                .expect(200)
                .json();
            busy["items"][0]["busy"].as_array().unwrap().len()
        };
        let text = guest.get(&path).expect(200).text();
        assert!(
            text.contains(&FIRST.replace(['-', ':'], "")) && text.contains(&SECOND.replace(['-', ':'], ""))
        );
        assert_eq!(text.matches("TRANSP:TRANSPARENT").count(), 1, "{text}");
        // An answer says nothing of it.
        guest.put(&path, &text.replace("PARTSTAT=NEEDS-ACTION", "PARTSTAT=ACCEPTED")).expect(204);
        assert_eq!((shown(), taken()), (vec!["free".to_owned(), "busy".to_owned()], 1));
        let text = guest.get(&path).expect(200).text();
        assert_eq!(text.matches("TRANSP:TRANSPARENT").count(), 1, "{text}");
        guest.put(&path, &text.replace("TRANSP:TRANSPARENT\r\n", "")).expect(204);
        assert_eq!((shown(), taken()), (vec!["busy".to_owned(); 2], 2));
        let text = guest.get(&path).expect(200).text();
        assert_eq!(text.matches("TRANSP:TRANSPARENT").count(), 0, "{text}");
    });
}

/// RFC 6638 §9.1, and `includeInAvailability` of JMAP for Calendars.
#[test]
fn a_calendar_that_is_transparent_takes_nobodys_time() {
    on_each_backend(|server| {
        let (hanako, taro) = (server.staff("hanako"), server.staff("taro"));
        let owner = Client::of(server, &taro);
        let delegate = Client::of(server, &hanako).in_calendar(&taro.calendar);
        let hour = "DTSTART:20261207T010000Z\nDTEND:20261207T020000Z\nSUMMARY:x\nCLASS:PRIVATE\n";
        owner.put(&format!("{}x.ics", owner.calendar), &event("x", hour)).expect(201);
        let set = |client: &Client, word: &str| {
            let set = format!(
                "<d:propertyupdate NS><d:set><d:prop><c:schedule-calendar-transp><c:{word}/></c:schedule-calendar-transp>\
                 </d:prop></d:set></d:propertyupdate>"
            );
            client.xml("PROPPATCH", &client.calendar, "0", &set)
        };
        let told =
            |client: &Client| client.propfind(&client.calendar, "0", "<c:schedule-calendar-transp/>").text();
        let phone = || taro.get(&format!("calendars/{}", taro.calendar)).expect(200);
        let ask = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nMETHOD:REQUEST\r\nBEGIN:VFREEBUSY\r\nUID:f\r\nDTSTAMP:20261125T000000Z\r\n\
                   DTSTART:20261206T150000Z\r\nDTEND:20261213T150000Z\r\nORGANIZER:mailto:hanako@pref.example.jp\r\n\
                   ATTENDEE:mailto:taro@pref.example.jp\r\nEND:VFREEBUSY\r\nEND:VCALENDAR\r\n";
        let check = |word: &str, said: &str, periods: usize| {
            assert!(told(&owner).contains(&format!("<c:{word}/>")), "{}", told(&owner));
            assert_eq!(phone().json()["includeInAvailability"], said);
            assert_eq!(taken(&hanako, &taro), periods, "asked by the phone");
            let week =
                hanako.get(&format!("schedule/group?principals={}&{WEEK}", taro.person)).expect(200).json();
            assert_eq!(week["items"][0]["occurrences"].as_array().unwrap().len(), periods, "{week}");
            let body = "<c:free-busy-query NS><c:time-range start=\"20261206T150000Z\" end=\"20261213T150000Z\"/></c:free-busy-query>";
            let busy = owner.xml("REPORT", &owner.calendar, "1", body).expect(200).text();
            assert_eq!(busy.matches("FREEBUSY;").count(), periods, "{busy}");
            let outbox = format!("{}outbox/", delegate.home);
            let busy = delegate.ask("POST", &outbox).body("text/calendar", ask).send().expect(200).text();
            assert_eq!(busy.matches("FREEBUSY;").count(), periods, "{busy}");
        };
        check("opaque", "all", 1);
        let before = owner.sync(&owner.calendar, "", 10).1;
        assert!(set(&owner, "transparent").expect(207).text().contains("HTTP/1.1 200"));
        check("transparent", "none", 0);
        // Its events are where they were.
        assert_eq!(owner.sync(&owner.calendar, &before, 10).0, []);
        assert_eq!(shown(&taro), ["busy"]);
        let all = json!({"includeInAvailability": "all"});
        taro.patch(&format!("calendars/{}", taro.calendar), &phone().etag(), &all).expect(200);
        check("opaque", "all", 1);
        assert!(set(&owner, "neither").expect(207).text().contains("HTTP/1.1 409"));
        // It is not for others to say.
        let share = json!({"grantee": {"type": "person", "personId": hanako.person}, "role": "manage"});
        taro.post(&format!("calendars/{}/shares", taro.calendar), &share).expect(200);
        set(&delegate, "transparent").expect(403);
        let theirs = format!("calendars/{}", taro.calendar);
        let seen = hanako.get(&theirs).expect(200).etag();
        hanako.patch(&theirs, &seen, &json!({"includeInAvailability": "none"})).problem(403, "forbidden");
        check("opaque", "all", 1);
        // A calendar may be made so.
        let made = owner.in_calendar("made");
        let make = |word: &str| {
            let set = format!(
                "<c:mkcalendar NS><d:set><d:prop><c:schedule-calendar-transp><c:{word}/></c:schedule-calendar-transp>\
                 </d:prop></d:set></c:mkcalendar>"
            );
            owner.xml("MKCALENDAR", &made.calendar, "0", &set)
        };
        assert!(make("neither").expect(400).text().contains("CALDAV:transparent"));
        make("transparent").expect(201);
        assert!(told(&made).contains("<c:transparent/>"), "{}", told(&made));
    });
}
