//! Who takes part in an event and reads it in the calendar of another, too: each calendar shows what takes place in it.

use renraku_base::{CalendarId, ETag, Limit, Principal, Role};
use renraku_db::{Db, changes::Audience};
use renraku_people::{Share, ShareTarget};
use renraku_schedule::{
    model::EventView,
    service::{
        self, Scope,
        objects::{self, Expectation, ObjectCalendar, Put},
        sync,
    },
};
use renraku_test_db::on_each_database;
use serde_json::{Value, json};

use crate::{
    office::{
        appoint, code, create, days, default_calendar, get, local, occurrences, patch, person, reply, room,
        run_due_jobs, try_delete,
    },
    scheduling::{self, mine, read},
};

const SECOND: &str = "2026-11-27T10:00:00";

fn share(db: &Db, owner: &Principal, with: &Principal, role: Role) -> CalendarId {
    let calendar = default_calendar(db, owner);
    let share = Share { grantee: ShareTarget::Person { person_id: with.person.clone() }, role };
    db.write(|tx| service::put_share(tx, owner, &calendar, share.clone())).unwrap();
    calendar
}

/// Three days in November, with somebody.
fn series(db: &Db, organizer: &Principal, with: &Principal, more: &Value) -> EventView {
    let mut body = json!({"title": "定例会", "start": "2026-11-26T10:00:00", "duration": "PT1H",
        "recurrenceRule": {"frequency": "daily", "count": 3}, "participants": {"1": {"personId": with.person}}});
    body.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap());
    let event = create(db, organizer, body);
    run_due_jobs(db);
    event
}

/// A calendar of another, as `reader` has it in their home.
fn in_home(db: &Db, reader: &Principal, calendar: &CalendarId) -> ObjectCalendar {
    db.read(|tx| objects::find_calendar(tx, reader, reader.person.as_str(), calendar.as_str())).unwrap()
}

/// The one object of a calendar as `reader` is shown it: its tag and its lines.
fn shown(db: &Db, reader: &Principal, calendar: &ObjectCalendar) -> Option<(ETag, String)> {
    let listed = db.read(|tx| objects::list(tx, reader, calendar, "", 10)).unwrap();
    let head = listed.into_iter().find_map(|(_, head)| head)?;
    let object = db.read(|tx| objects::get(tx, reader, calendar, &[&head.name])).unwrap().pop().flatten()?;
    assert_eq!(object.head.etag, head.etag);
    Some((head.etag, object.text.replace("\r\n ", "")))
}

fn text(db: &Db, reader: &Principal, calendar: &ObjectCalendar) -> String {
    shown(db, reader, calendar).expect("an object").1
}

/// When somebody sees what in a calendar, each with its tag.
fn window(db: &Db, reader: &Principal, calendar: &CalendarId) -> Vec<(String, ETag)> {
    let (window, asked) = (days("2026-11-01", "2026-12-01"), [calendar.clone()]);
    let page = db
        .read(|tx| service::list_occurrences(tx, reader, window, Some(&asked), None, Limit::default()))
        .unwrap();
    page.items.into_iter().map(|it| (it.start.to_string(), it.etag)).collect()
}

#[test]
fn a_guest_of_one_occurrence_has_that_alone_in_their_calendar() {
    on_each_database(|db, _| {
        let (hanako, taro, jiro) = (person(db, "佐藤"), person(db, "鈴木"), person(db, "高橋"));
        let hers = share(db, &hanako, &jiro, Role::Read);
        let event = series(db, &hanako, &taro, &json!({}));
        let guest = json!({"participants": {"g": {"personId": jiro.person}}});
        let event = patch(db, &hanako, &event, Scope::This(local(SECOND)), guest);
        assert_eq!(window(db, &jiro, &default_calendar(db, &jiro)).len(), 1);
        let own = text(db, &jiro, &mine(db, &jiro));
        assert!(own.contains("RECURRENCE-ID") && !own.contains("RRULE"), "{own}");
        assert_eq!(window(db, &jiro, &hers).len(), 3);
        let whole = text(db, &jiro, &in_home(db, &jiro, &hers));
        assert!(whole.contains("RRULE:FREQ=DAILY;COUNT=3"), "{whole}");
        // What is private stays so in the calendar of another, and is theirs where they are invited.
        patch(db, &hanako, &event, Scope::All, json!({"privacy": "private"}));
        let closed = text(db, &jiro, &in_home(db, &jiro, &hers));
        assert!(closed.contains("RRULE") && !closed.contains("定例会"), "{closed}");
        assert!(text(db, &jiro, &mine(db, &jiro)).contains("定例会"));
        // Once they put it away they read there that the time is taken, as everybody who reads that calendar.
        let theirs = get(db, &jiro, &event.id).unwrap();
        try_delete(db, &jiro, &event.id, Scope::All, &theirs.etag).unwrap();
        let window = days("2026-11-01", "2026-12-01");
        let told = db
            .read(|tx| sync::get_events(tx, &jiro, std::slice::from_ref(&event.id), window))
            .unwrap()
            .remove(0);
        assert_eq!((told.event.event.title.as_str(), told.occurrences.len()), ("", 3));
    });
}

#[test]
fn an_export_leaves_out_what_its_guest_put_away() {
    on_each_database(|db, _| {
        let (hanako, taro, jiro) = (person(db, "佐藤"), person(db, "鈴木"), person(db, "高橋"));
        let theirs = share(db, &taro, &jiro, Role::Read);
        share(db, &hanako, &jiro, Role::Read);
        let event = series(db, &hanako, &taro, &json!({}));
        let has =
            || db.read(|tx| service::export_calendar(tx, &jiro, &theirs)).unwrap().contains("BEGIN:VEVENT");
        assert!(has());
        let invitation = get(db, &taro, &event.id).unwrap();
        try_delete(db, &taro, &event.id, Scope::All, &invitation.etag).unwrap();
        assert!(!has());
    });
}

#[test]
fn a_reader_is_not_shown_what_its_guest_leaves_out() {
    on_each_database(|db, _| {
        let (hanako, taro, jiro) = (person(db, "佐藤"), person(db, "鈴木"), person(db, "高橋"));
        let his = share(db, &taro, &jiro, Role::Read);
        let event = series(db, &hanako, &taro, &json!({}));
        // What was declined already is another text in his calendar all the same, and has another tag.
        reply(db, &taro, &event.id, json!({"participationStatus": "declined"})).unwrap();
        let (before, _) = shown(db, &jiro, &in_home(db, &jiro, &his)).unwrap();
        let without = read(db, &taro, &format!("{}.ics", event.id))
            .text
            .replace("END:VEVENT", "EXDATE;TZID=Asia/Tokyo:20261127T100000\r\nEND:VEVENT");
        scheduling::put(db, &taro, &format!("{}.ics", event.id), &without);
        assert_eq!(window(db, &jiro, &his).len(), 2);
        let (after, text) = shown(db, &jiro, &in_home(db, &jiro, &his)).unwrap();
        assert!(text.contains("EXDATE;TZID=Asia/Tokyo:20261127T100000"), "{text}");
        assert_ne!(before, after);
        let seen = get(db, &jiro, &event.id).unwrap();
        assert!(seen.event.recurrence_overrides[&local(SECOND)].is_excluded());
        // Where it was made it takes place.
        let hers = share(db, &hanako, &jiro, Role::Read);
        assert_eq!(window(db, &jiro, &hers).len(), 3);
        let seen = get(db, &jiro, &event.id).unwrap();
        assert!(!seen.event.recurrence_overrides.get(&local(SECOND)).is_some_and(|it| it.is_excluded()));
    });
}

#[test]
fn what_somebody_put_away_nobody_sees_there() {
    on_each_database(|db, _| {
        let (hanako, taro, jiro) = (person(db, "佐藤"), person(db, "鈴木"), person(db, "高橋"));
        let room = room(db, "大会議室");
        share(db, &taro, &jiro, Role::Read);
        let event = series(db, &hanako, &taro, &json!({"facilityIds": [room], "privacy": "private"}));
        let theirs = get(db, &taro, &event.id).unwrap();
        try_delete(db, &taro, &event.id, Scope::All, &theirs.etag).unwrap();
        assert_eq!(code(get(db, &jiro, &event.id)), "not-found");
        // Who looks after its room sees it there and nowhere else; who was invited reads what it is about.
        for (keeper, reads) in [(&jiro, false), (&taro, true)] {
            appoint(db, keeper, &room);
            let bookings = db.read(|tx| service::get_facility(tx, &room)).unwrap().calendar_id;
            let window = days("2026-11-01", "2026-12-01");
            let told = db
                .read(|tx| sync::get_events(tx, keeper, std::slice::from_ref(&event.id), window))
                .unwrap()
                .remove(0);
            assert_eq!((&told.event.calendar_id, told.occurrences.len()), (&bookings, 3));
            assert_eq!(told.event, get(db, keeper, &event.id).unwrap());
            assert_eq!(text(db, keeper, &in_home(db, keeper, &bookings)).contains("定例会"), reads);
        }
        // They hear of the end of it in their own calendar, which no longer shows it.
        let hers = get(db, &hanako, &event.id).unwrap();
        let event = patch(db, &hanako, &hers, Scope::All, json!({"privacy": "secret"}));
        let since = mine(db, &taro).modseq;
        patch(db, &hanako, &event, Scope::All, json!({"participants": {"1": null}}));
        assert_eq!(code(get(db, &taro, &event.id)), "not-found");
        let own = mine(db, &taro);
        let log = db.read(|tx| renraku_db::changes::since(tx, own.collection, since, 10)).unwrap();
        assert_eq!(log.iter().map(|it| it.gone).collect::<Vec<_>>(), [true]);
    });
}

/// What is called off before anybody was invited is in nobody else's calendar, however it names them.
#[test]
fn who_is_named_and_not_invited_reads_like_any_other() {
    on_each_database(|db, _| {
        let (hanako, taro) = (person(db, "佐藤"), person(db, "鈴木"));
        let hers = share(db, &hanako, &taro, Role::Write);
        let event = series(db, &hanako, &taro, &json!({"status": "cancelled", "privacy": "secret"}));
        assert_eq!(window(db, &taro, &hers), []);
        assert_eq!(shown(db, &taro, &in_home(db, &taro, &hers)), None);
        assert_eq!(code(get(db, &taro, &event.id)), "not-found");
        patch(db, &hanako, &event, Scope::All, json!({"status": "confirmed"}));
        assert_eq!(get(db, &taro, &event.id).unwrap().event.title, "定例会");
    });
}

#[test]
fn an_event_has_one_tag_whichever_calendars_are_asked_for() {
    on_each_database(|db, _| {
        let (hanako, taro) = (person(db, "佐藤"), person(db, "鈴木"));
        let hers = share(db, &hanako, &taro, Role::Read);
        let event = series(db, &hanako, &taro, &json!({}));
        let alert = json!({"alerts": {"1": {"trigger": {"@type": "OffsetTrigger", "offset": "-PT5M"}}}});
        let his = patch(db, &taro, &get(db, &taro, &event.id).unwrap(), Scope::All, alert);
        assert_ne!(his.etag, event.etag);
        for calendar in [&default_calendar(db, &taro), &hers] {
            for (start, etag) in window(db, &taro, calendar) {
                assert_eq!(etag, his.etag, "{start}");
            }
        }
    });
}

#[test]
fn who_sees_busy_time_alone_hears_that_it_was_declined() {
    on_each_database(|db, _| {
        let (hanako, taro, jiro) = (person(db, "佐藤"), person(db, "鈴木"), person(db, "高橋"));
        let his = share(db, &taro, &jiro, Role::Read);
        let event = series(db, &hanako, &taro, &json!({"privacy": "private"}));
        let collection = db.read(|tx| objects::find_calendar(tx, &jiro, jiro.person.as_str(), his.as_str()));
        let collection = collection.unwrap().collection;
        let told = || {
            let log = db.read(|tx| renraku_db::changes::since(tx, collection, 0, 1_000)).unwrap();
            log.last().unwrap().audience
        };
        let status = || occurrences(db, &jiro, days("2026-11-26", "2026-11-27"))[0].free_busy_status;
        let (before, was) = (window(db, &jiro, &his), status());
        reply(db, &taro, &event.id, json!({"participationStatus": "tentative"})).unwrap();
        assert_eq!((told(), window(db, &jiro, &his), status()), (Audience::Details, before.clone(), was));
        let free = || {
            let shown = text(db, &jiro, &in_home(db, &jiro, &his));
            let free_in = |part: &str| part.contains("TRANSP:TRANSPARENT");
            Vec::from_iter(shown.split("BEGIN:VEVENT").skip(1).map(free_in))
        };
        for (answer, parts) in [
            (
                json!({"participationStatus": "declined", "recurrenceId": "2026-11-26T10:00:00"}),
                vec![false, true],
            ),
            (json!({"participationStatus": "declined"}), vec![true]),
        ] {
            reply(db, &taro, &event.id, answer).unwrap();
            assert_ne!(status(), was);
            assert_eq!(told(), Audience::Everybody);
            assert_ne!(window(db, &jiro, &his), before, "another state has another tag");
            assert_eq!(free(), parts, "the texts say what the window says");
        }
        let again = json!({"participationStatus": "accepted", "recurrenceId": SECOND});
        reply(db, &taro, &event.id, again).unwrap();
        assert_eq!(free(), [true, false], "one of what was declined takes place all the same");
        let file = db.read(|tx| service::export_calendar(tx, &jiro, &his)).unwrap();
        assert!(file.contains("SUMMARY:予定あり"), "{file}");
    });
}

fn put(db: &Db, who: &Principal, calendar: &CalendarId, name: &str, text: &str) -> Put {
    let calendar = in_home(db, who, calendar);
    db.write(|tx| objects::put(tx, who, &calendar, name, text, &Expectation::NONE)).unwrap().into_inner()
}

/// The tag that a client is told stands for what it is shown under this name.
#[test]
fn who_stores_for_another_is_told_no_tag_but_that_which_they_see() {
    on_each_database(|db, _| {
        let (hanako, taro) = (person(db, "佐藤"), person(db, "鈴木"));
        let hers = share(db, &hanako, &taro, Role::Write);
        let object = |kind: &str, lines: &str| {
            format!(
                "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:{kind}\r\nUID:{kind}\r\nDTSTAMP:20261101T000000Z\r\n\
                 DTSTART:20261126T010000Z\r\nSUMMARY:x\r\n{lines}END:{kind}\r\nEND:VCALENDAR\r\n"
            )
        };
        let tag = |name: &str| {
            let calendar = in_home(db, &taro, &hers);
            let there = db.read(|tx| objects::get(tx, &taro, &calendar, &[name])).unwrap().pop().flatten();
            there.map(|it| it.head.etag)
        };
        let open = object("VTODO", "");
        let made = put(db, &taro, &hers, "t.ics", &open);
        assert!(made.etag.is_some() && made.etag == tag("t.ics"));
        let again = put(db, &taro, &hers, "t.ics", &open);
        assert!(again.etag.is_none_or(|etag| Some(etag) == tag("t.ics")), "what is as it was keeps its tag");
        let outside = format!("ORGANIZER:mailto:boss@example.com\r\nATTENDEE:urn:uuid:{}\r\n", hanako.person);
        for (name, text) in [
            ("p.ics", object("VTODO", "CLASS:PRIVATE\r\n").replace("UID:VTODO", "UID:p")),
            ("s.ics", object("VEVENT", &format!("CLASS:CONFIDENTIAL\r\n{outside}"))),
        ] {
            assert_eq!(put(db, &taro, &hers, name, &text).etag, None, "{name}");
            assert_eq!(tag(name), None, "it is its owner's alone");
        }
    });
}
