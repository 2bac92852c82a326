//! Rooms that a calendar client invites to single occurrences: by the same lock and rules as on the phone.

use std::{
    sync::{Arc, Barrier},
    thread,
};

use renraku_base::{EventId, FacilityId, Language, Limit, Principal};
use renraku_db::Db;
use renraku_notify::service as notify;
use renraku_schedule::{
    model::FacilityDraft,
    service::{
        self, Scope,
        objects::{self, Expectation},
    },
};
use renraku_test_db::on_each_database;
use serde_json::json;

use crate::office::{
    code, days, default_calendar, get, local, occurrences, patch, person, room, run_due_jobs, try_create,
    try_delete,
};

const NAME: &str = "weekly.ics";
const DAYS: [&str; 3] = ["20261201", "20261208", "20261215"];
const SECOND: &str = "2026-12-08T10:00:00";

/// An exception: which day it is of, when it is, and whom it invites.
type Exception<'t> = (&'t str, &'t str, Vec<&'t FacilityId>);

/// Three Tuesdays at ten, or without end, with rooms and with exceptions.
fn series(who: &Principal, rule: &str, rooms: &[&FacilityId], exceptions: &[Exception<'_>]) -> String {
    let component = |lines: &str, start: &str, rooms: &[&FacilityId]| {
        let rooms = rooms.iter().map(|room| format!("ATTENDEE;CUTYPE=ROOM:urn:uuid:{room}\r\n"));
        format!(
            "BEGIN:VEVENT\r\nUID:weekly\r\nDTSTAMP:20261126T000000Z\r\nSUMMARY:定例会\r\n{lines}\
             DTSTART;TZID=Asia/Tokyo:{start}\r\nDURATION:PT1H\r\nORGANIZER:mailto:{}@office.example.jp\r\n{}END:VEVENT\r\n",
            who.person,
            rooms.collect::<String>()
        )
    };
    let whole = component(&format!("RRULE:{rule}\r\n"), &format!("{}T100000", DAYS[0]), rooms);
    let exceptions = exceptions.iter().map(|(day, start, rooms)| {
        component(&format!("RECURRENCE-ID;TZID=Asia/Tokyo:{day}T100000\r\n"), start, rooms)
    });
    let exceptions: String = exceptions.collect();
    format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//y//EN\r\n{whole}{exceptions}END:VCALENDAR\r\n")
}

fn put(db: &Db, who: &Principal, text: &str) -> EventId {
    let calendar = default_calendar(db, who);
    db.write(|tx| {
        let calendar = objects::find_calendar(tx, who, who.person.as_str(), calendar.as_str())?;
        objects::put(tx, who, &calendar, NAME, text, &Expectation::NONE)?;
        let listed = objects::list(tx, who, &calendar, "", 10)?;
        Ok::<_, objects::ObjectFault>(EventId::stored(listed.into_iter().next().unwrap().0))
    })
    .unwrap()
}

fn text(db: &Db, who: &Principal) -> String {
    let calendar = default_calendar(db, who);
    let text = db.read(|tx| {
        let calendar = objects::find_calendar(tx, who, who.person.as_str(), calendar.as_str())?;
        Ok::<_, objects::ObjectFault>(objects::get(tx, who, &calendar, &[NAME])?.pop().flatten().unwrap())
    });
    text.unwrap().text.replace("\r\n ", "")
}

/// What the client is told of rooms: of the series first, then of each exception; `+` booked, `-` declined, with the status.
fn told(db: &Db, who: &Principal, rooms: &[(&FacilityId, &str)]) -> Vec<String> {
    let text = text(db, who);
    let of = |component: &str| {
        let lines = component.lines().filter(|line| line.starts_with("ATTENDEE"));
        let answers = lines.filter_map(|line| {
            let (_, name) = rooms.iter().find(|(room, _)| line.contains(room.as_str()))?;
            let status = line.split_once("SCHEDULE-STATUS=\"").map(|(_, it)| it.split('"').next().unwrap());
            match line.contains("PARTSTAT=ACCEPTED") {
                true => Some(format!("+{name}")),
                false if line.contains("PARTSTAT=DECLINED") => {
                    Some(format!("-{name} {}", status.unwrap_or_default()))
                }
                false => Some(format!("?{name}")),
            }
        });
        let mut answers: Vec<String> = answers.collect();
        answers.sort();
        answers.join(",")
    };
    text.split("BEGIN:VEVENT").skip(1).map(of).collect()
}

/// When the phone sees which rooms.
fn seen(db: &Db, who: &Principal) -> Vec<String> {
    let all = occurrences(db, who, days("2026-12-01", "2027-01-01"));
    let one = |it: &renraku_schedule::model::Occurrence| {
        let mut rooms: Vec<&str> = it.facilities.iter().map(|room| room.name.as_str()).collect();
        rooms.sort_unstable();
        format!("{} {}", &it.start.to_string()[8..13], rooms.join(","))
    };
    all.iter().map(one).collect()
}

fn book(db: &Db, who: &Principal, room: &FacilityId, start: &str) -> Result<(), &'static str> {
    let body = json!({"title": "別件", "start": start, "duration": "PT1H", "facilityIds": [room]});
    match try_create(db, who, body) {
        Ok(made) => {
            try_delete(db, who, &made.id, Scope::All, &made.etag).unwrap();
            Ok(())
        }
        fault => Err(code(fault)),
    }
}

const TUESDAYS: &str = "FREQ=WEEKLY;COUNT=3";

#[test]
fn a_room_comes_to_one_meeting_moves_with_it_and_is_free_again() {
    on_each_database(|db, _| {
        let (hanako, taro) = (person(db, "佐藤"), person(db, "鈴木"));
        let (large, small) = (room(db, "大"), room(db, "小"));
        let names = [(&large, "大"), (&small, "小")];
        let taken = Err("facility-taken");
        let at_ten = format!("{}T100000", DAYS[1]);
        // It is booked for that meeting, as the phone books it.
        let id = put(db, &hanako, &series(&hanako, TUESDAYS, &[], &[(DAYS[1], &at_ten, vec![&small])]));
        assert_eq!(told(db, &hanako, &names), ["", "+小"]);
        assert_eq!(seen(db, &hanako), ["01T10 ", "08T10 小", "15T10 "]);
        let now = get(db, &hanako, &id).unwrap();
        let own = |now: &renraku_schedule::model::EventView| {
            now.event.recurrence_overrides.get(&local(SECOND)).and_then(|it| it.facility_ids())
        };
        assert_eq!((now.facility_ids.len(), own(&now)), (0, Some(vec![small.clone()])));
        assert!(now.event.participants.is_empty(), "{:?}", now.event.participants);
        assert_eq!(book(db, &taro, &small, SECOND), taken);
        assert_eq!(book(db, &taro, &small, "2026-12-01T10:00:00"), Ok(()));
        // With the meeting it moves.
        let at_one = format!("{}T130000", DAYS[1]);
        put(db, &hanako, &series(&hanako, TUESDAYS, &[], &[(DAYS[1], &at_one, vec![&small])]));
        assert_eq!(seen(db, &hanako), ["01T10 ", "08T13 小", "15T10 "]);
        assert_eq!(
            (book(db, &taro, &small, SECOND), book(db, &taro, &small, "2026-12-08T13:30:00")),
            (Ok(()), taken)
        );
        // Without it there, and without the exception, it is free.
        put(db, &hanako, &series(&hanako, TUESDAYS, &[], &[(DAYS[1], &at_one, vec![])]));
        assert_eq!(seen(db, &hanako), ["01T10 ", "08T13 ", "15T10 "]);
        assert_eq!(book(db, &taro, &small, "2026-12-08T13:30:00"), Ok(()));
        put(db, &hanako, &series(&hanako, TUESDAYS, &[], &[(DAYS[1], &at_one, vec![&small])]));
        put(db, &hanako, &series(&hanako, TUESDAYS, &[], &[]));
        assert_eq!(seen(db, &hanako), ["01T10 ", "08T10 ", "15T10 "]);
        assert_eq!(book(db, &taro, &small, "2026-12-08T13:30:00"), Ok(()));
        // In place of that of the series, beside it, or none there.
        for (rooms, there, is_free) in
            [(vec![&small], "小", true), (vec![&small, &large], "大,小", false), (vec![], "", true)]
        {
            put(db, &hanako, &series(&hanako, TUESDAYS, &[&large], &[(DAYS[1], &at_ten, rooms.clone())]));
            assert_eq!(
                seen(db, &hanako),
                ["01T10 大".to_owned(), format!("08T10 {there}"), "15T10 大".to_owned()]
            );
            let mut expected: Vec<String> =
                rooms.iter().map(|it| if **it == large { "+大" } else { "+小" }.to_owned()).collect();
            expected.sort();
            assert_eq!(told(db, &hanako, &names), ["+大".to_owned(), expected.join(",")]);
            assert_eq!(book(db, &taro, &large, SECOND).is_ok(), is_free);
            // Stored as it was shown, nothing is another.
            let shown = text(db, &hanako);
            put(db, &hanako, &shown);
            assert_eq!(text(db, &hanako), shown);
        }
    });
}

#[test]
fn a_room_that_cannot_come_declines_there_alone() {
    on_each_database(|db, _| {
        let (hanako, taro) = (person(db, "佐藤"), person(db, "鈴木"));
        let (large, small) = (room(db, "大"), room(db, "小"));
        let draft = json!({"name": "朝", "kind": "room", "bookingRules": {"closes": "09:00"}});
        let draft: FacilityDraft = serde_json::from_value(draft).unwrap();
        let early = db.write(|tx| service::create_facility(tx, draft.clone())).unwrap().into_inner().id;
        let names = [(&large, "大"), (&small, "小"), (&early, "朝")];
        let hold = |room: &FacilityId, start: &str| {
            let body = json!({"title": "先約", "start": start, "duration": "PT1H", "facilityIds": [room]});
            try_create(db, &taro, body).unwrap()
        };
        let theirs = hold(&small, SECOND);
        let [first, second, third] = DAYS.map(|day| format!("{day}T100000"));
        let sent = series(
            &hanako,
            TUESDAYS,
            &[&large],
            &[(DAYS[1], &second, vec![&large, &small]), (DAYS[2], &third, vec![&small, &early])],
        );
        let id = put(db, &hanako, &sent);
        let expected = ["+大", "+大,-小 4.1", "+小,-朝 3.5"];
        assert_eq!(told(db, &hanako, &names), expected);
        assert_eq!(seen(db, &hanako), ["01T10 大", "08T10 大", "15T10 小"]);
        let notices = || {
            run_due_jobs(db);
            let page = db.read(|tx| {
                notify::list_notifications(tx, &hanako, false, None, Limit::default(), Language::Ja)
            });
            let about =
                page.unwrap().items.into_iter().map(|it| it.subject.recurrence_id.unwrap_or_default());
            let mut about: Vec<String> = about.collect();
            about.sort();
            about
        };
        assert_eq!(notices(), [SECOND, "2026-12-15T10:00:00"]);
        // Neither what was sent nor what is shown is news.
        put(db, &hanako, &sent);
        put(db, &hanako, &text(db, &hanako));
        assert_eq!(
            (told(db, &hanako, &names).as_slice(), notices().len()),
            (expected.map(str::to_owned).as_slice(), 2)
        );
        // What is known to be refused is not asked for again before the time is another.
        try_delete(db, &taro, &theirs.id, Scope::All, &theirs.etag).unwrap();
        put(db, &hanako, &text(db, &hanako));
        assert_eq!(told(db, &hanako, &names), expected);
        let later = text(db, &hanako)
            .replace(&format!("DTSTART;TZID=Asia/Tokyo:{second}"), "DTSTART;TZID=Asia/Tokyo:20261208T140000");
        let later =
            later.replace("DTEND;TZID=Asia/Tokyo:20261208T110000", "DTEND;TZID=Asia/Tokyo:20261208T150000");
        put(db, &hanako, &later);
        assert_eq!(told(db, &hanako, &names), ["+大", "+大,+小", "+小,-朝 3.5"]);
        // One that moves to where its room is taken loses it, and the others keep theirs.
        hold(&large, "2026-12-08T16:00:00");
        put(
            db,
            &hanako,
            &series(&hanako, TUESDAYS, &[&large], &[(DAYS[1], "20261208T160000", vec![&large])]),
        );
        assert_eq!(told(db, &hanako, &names), ["+大", "-大 4.1"]);
        assert_eq!(seen(db, &hanako), ["01T10 大", "08T16 ", "15T10 大"]);
        let shown = text(db, &hanako);
        put(db, &hanako, &shown);
        assert_eq!(text(db, &hanako), shown);
        // Booked there on the phone it is told once.
        let now = get(db, &hanako, &id).unwrap();
        patch(
            db,
            &hanako,
            &now,
            Scope::This(local(SECOND)),
            json!({"start": "2026-12-08T10:00:00", "facilityIds": [large]}),
        );
        assert_eq!(told(db, &hanako, &names)[1], "+大");
        put(db, &hanako, &series(&hanako, TUESDAYS, &[], &[(DAYS[0], &first, vec![&large])]));
        assert_eq!(seen(db, &hanako), ["01T10 大", "08T10 ", "15T10 "]);
    });
}

#[test]
fn of_a_series_without_end_single_meetings_are_booked_within_24_months() {
    on_each_database(|db, _| {
        let hanako = person(db, "佐藤");
        let (large, small) = (room(db, "大"), room(db, "小"));
        let names = [(&large, "大"), (&small, "小")];
        let near = format!("{}T100000", DAYS[1]);
        let far = ("20291204", "20291204T100000", vec![&small]);
        put(db, &hanako, &series(&hanako, "FREQ=WEEKLY", &[&large], &[(DAYS[1], &near, vec![&small]), far]));
        assert_eq!(told(db, &hanako, &names), ["-大 3.6", "+小", "-小 3.5"]);
        assert_eq!(&seen(db, &hanako)[..2], ["01T10 ", "08T10 小"]);
    });
}

#[test]
fn what_the_phone_books_for_one_meeting_stays_when_a_client_changes_its_text() {
    on_each_database(|db, _| {
        let (hanako, taro) = (person(db, "佐藤"), person(db, "鈴木"));
        let (large, small) = (room(db, "大"), room(db, "小"));
        let names = [(&large, "大"), (&small, "小")];
        let id = put(db, &hanako, &series(&hanako, TUESDAYS, &[&large], &[]));
        let on_the_phone = |change: serde_json::Value| {
            patch(db, &hanako, &get(db, &hanako, &id).unwrap(), Scope::This(local(SECOND)), change)
        };
        for (booked, there, on_phone) in [(json!([small]), "+小", "小"), (json!([]), "", "")] {
            on_the_phone(json!({"facilityIds": booked, "title": "臨時"}));
            assert_eq!(told(db, &hanako, &names), ["+大", there]);
            put(db, &hanako, &text(db, &hanako).replace("SUMMARY:臨時", "SUMMARY:特別"));
            assert_eq!(
                seen(db, &hanako),
                ["01T10 大".to_owned(), format!("08T10 {on_phone}"), "15T10 大".to_owned()]
            );
            assert_eq!(told(db, &hanako, &names), ["+大", there]);
        }
        assert_eq!(book(db, &taro, &large, SECOND), Ok(()));
    });
}

/// PROMISES I13: whatever masters and exceptions two people send, no room is theirs at once, and each is told what they have.
#[test]
fn series_and_exceptions_never_take_a_room_twice() {
    on_each_database(|db, _| {
        let people = [person(db, "佐藤"), person(db, "鈴木")];
        let (large, small) = (room(db, "大"), room(db, "小"));
        let names = [(&large, "大"), (&small, "小")];
        let (ten, half) = (format!("{}T100000", DAYS[1]), format!("{}T103000", DAYS[1]));
        let wholes = [vec![], vec![&large], vec![&large, &small]];
        let exceptions: [Option<Exception<'_>>; 5] = [
            None,
            Some((DAYS[1], &ten, vec![])),
            Some((DAYS[1], &ten, vec![&small])),
            Some((DAYS[1], &half, vec![&large])),
            Some((DAYS[1], &half, vec![&small, &large])),
        ];
        let all: Vec<_> =
            wholes.iter().flat_map(|whole| exceptions.iter().map(move |one| (whole, one))).collect();
        for (at, (whole, exception)) in all.iter().enumerate() {
            // Each step is another person's, so that what is asked for meets what the other has.
            for (other, (whole_then, exception_then)) in all.iter().enumerate().skip(at % 4).step_by(4) {
                for (who, whole, exception) in
                    [(&people[0], whole, exception), (&people[1], whole_then, exception_then)]
                {
                    let exceptions: Vec<_> = exception.iter().cloned().collect();
                    put(db, who, &series(who, TUESDAYS, whole, &exceptions));
                }
                let held = people.each_ref().map(|who| {
                    occurrences(db, who, days("2026-12-01", "2027-01-01"))
                        .into_iter()
                        .flat_map(|it| {
                            let slot = (it.utc_start, it.utc_end);
                            it.facilities.into_iter().map(move |room| (room.name, slot))
                        })
                        .collect::<Vec<_>>()
                });
                let twice = held[0].iter().find(|(room, (start, end))| {
                    held[1].iter().any(|(other, (from, to))| room == other && start < to && from < end)
                });
                assert_eq!(twice, None, "{at} {other}");
                for who in &people {
                    assert_eq!(booked_of(db, who, &names), rooms_of(db, who), "{at} {other}");
                }
            }
        }
    });
}

/// What a client reads in its text to be booked on each day.
fn booked_of(db: &Db, who: &Principal, rooms: &[(&FacilityId, &str)]) -> Vec<String> {
    let told = told(db, who, rooms);
    let booked = |answers: &String| {
        let booked: Vec<&str> = answers.split(',').filter_map(|it| it.strip_prefix('+')).collect();
        booked.join(",")
    };
    let whole = booked(&told[0]);
    vec![whole.clone(), told.get(1).map_or(whole.clone(), booked), whole]
}

fn rooms_of(db: &Db, who: &Principal) -> Vec<String> {
    seen(db, who).iter().map(|it| it[6..].to_owned()).collect()
}

#[test]
fn of_exceptions_that_ask_for_a_room_at_once_one_gets_it() {
    on_each_database(|db, _| {
        let people: Vec<Principal> = (0..4).map(|_| person(db, "佐藤")).collect();
        people.iter().for_each(|who| drop(default_calendar(db, who)));
        let small = room(db, "小");
        let start = Arc::new(Barrier::new(people.len()));
        let threads = people.iter().cloned().enumerate().map(|(at, who)| {
            let (db, small, start) = (db.clone(), small.clone(), Arc::clone(&start));
            thread::spawn(move || {
                let then = format!("{}T10{}000", DAYS[1], at);
                let sent = series(&who, TUESDAYS, &[], &[(DAYS[1], &then, vec![&small])]);
                start.wait();
                put(&db, &who, &sent);
            })
        });
        threads.collect::<Vec<_>>().into_iter().for_each(|it| it.join().unwrap());
        let told: Vec<String> = people.iter().map(|who| told(db, who, &[(&small, "小")]).remove(1)).collect();
        assert_eq!(told.iter().filter(|it| **it == "+小").count(), 1, "{told:?}");
        assert_eq!(told.iter().filter(|it| **it == "-小 4.1").count(), 3, "{told:?}");
    });
}
