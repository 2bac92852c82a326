use std::collections::BTreeMap;

use renraku_base::{Principal, Role};
use renraku_db::Db;
use renraku_people::{Share, ShareTarget};
use renraku_schedule::{
    codec::ical,
    model::{Event, NewCalendar},
    service::{self, ImportReport, Scope},
};
use renraku_test_db::on_each_database;
use serde_json::json;

use crate::office::{
    code, create, days, default_calendar, get, local, occurrences, patch, person, room, run_due_jobs, starts,
    titles, try_create, try_delete,
};
use crate::scheduling::read;

const FILES: [&str; 6] = [
    include_str!("../../../tests/fixtures/ics/apple-calendar-13-series.ics"),
    include_str!("../../../tests/fixtures/ics/google-calendar-export.ics"),
    include_str!("../../../tests/fixtures/ics/outlook-2019-meeting.ics"),
    include_str!("../../../tests/fixtures/ics/thunderbird-102-tasks-and-events.ics"),
    include_str!("../../../tests/fixtures/ics/garoon-5-schedule.ics"),
    include_str!("../../../tests/fixtures/ics/nextcloud-28-exceptions.ics"),
];

fn calendar(events: &str) -> String {
    format!("BEGIN:VCALENDAR\nVERSION:2.0\n{events}END:VCALENDAR\n")
}

fn vevent(uid: &str, lines: &str) -> String {
    format!(
        "BEGIN:VEVENT\nUID:{uid}\nDTSTART;TZID=Asia/Tokyo:20261126T090000\nDURATION:PT1H\n{lines}\nEND:VEVENT\n"
    )
}

fn import(db: &Db, who: &Principal, file: &str) -> ImportReport {
    service::import_calendar(db, who, None, file.as_bytes()).unwrap()
}

fn export(db: &Db, who: &Principal) -> String {
    let calendar = default_calendar(db, who);
    db.read(|tx| service::export_calendar(tx, who, &calendar)).unwrap()
}

/// The lines of a file that hold a word, without folds.
fn lines_with(file: &str, word: &str) -> Vec<String> {
    let file = file.replace("\r\n ", "").replace("\n ", "");
    file.lines().filter(|line| line.contains(word)).map(str::to_owned).collect()
}

/// The events of a file by their UIDs.
fn events(file: &str) -> BTreeMap<String, Event> {
    let parsed = ical::read(file.as_bytes()).unwrap();
    parsed.events.into_iter().map(|it| (it.event.uid.clone(), it.event)).collect()
}

#[test]
fn what_goes_in_comes_out() {
    on_each_database(|db, _| {
        let hanako = person(db, "佐藤");
        let mut expected = BTreeMap::new();
        for file in FILES {
            let report = import(db, &hanako, file);
            assert_eq!(report.created, events(file).len() + file.matches("BEGIN:VTODO").count());
            expected.extend(events(file));
        }
        let exported = export(db, &hanako);
        assert_eq!(events(&exported), expected);
        // Into another calendar, and out again.
        let taro = person(db, "鈴木");
        assert_eq!(
            import(db, &taro, &exported).created,
            expected.len() + exported.matches("BEGIN:VTODO").count()
        );
        assert_eq!(events(&export(db, &taro)), expected);
        for word in ["X-", "BEGIN:VTIMEZONE", "TZID:", "BEGIN:VTODO"] {
            let sorted = |file: &str| {
                let mut lines = lines_with(file, word);
                lines.sort();
                lines
            };
            assert_eq!(sorted(&export(db, &taro)), sorted(&exported));
        }
    });
}

#[test]
fn what_nothing_changed_comes_out_as_it_came() {
    on_each_database(|db, _| {
        let hanako = person(db, "佐藤");
        let file = format!(
            "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nX-WR-CALNAME:係の予定\r\nX-APPLE-CALENDAR-COLOR:#FF2968\r\nX-ODD;P=1:2\r\n\
             BEGIN:VTIMEZONE\r\nTZID:本庁\r\nX-ODD:zone\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nTZOFFSETFROM:+0900\r\nTZOFFSETTO:+0900\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n\
             BEGIN:VEVENT\r\nUID:a\r\nDTSTART;TZID=本庁:20261126T090000\r\nSUMMARY:会議\r\nX-ODD:event\r\nEND:VEVENT\r\n{}\
             BEGIN:VTODO\r\nUID:t\r\nSUMMARY:書類\r\nX-ODD:task\r\nEND:VTODO\r\nEND:VCALENDAR\r\n",
            vevent("b", "SUMMARY:毎日\r\nRRULE:FREQ=DAILY")
        );
        let report = import(db, &hanako, &file);
        assert_eq!(
            (report.created, report.refused.as_slice(), report.kept.as_slice()),
            (3, &[] as &[_], &[] as &[_])
        );
        let exported = export(db, &hanako);
        let named = [
            "X-WR-CALNAME:係の予定",
            "X-APPLE-CALENDAR-COLOR:#FF2968",
            "TZID:本庁",
            "DTSTART;TZID=本庁:20261126T090000",
        ];
        for line in named {
            assert_eq!(lines_with(&exported, line).len(), 1, "{line} is not once in {exported}");
        }
        assert_eq!(lines_with(&exported, "X-ODD"), lines_with(&file, "X-ODD"));
        // The same file changes nothing; another one tells more of the calendar.
        assert_eq!(import(db, &hanako, &file).updated, 3);
        assert_eq!(export(db, &hanako), exported);
        import(db, &hanako, &calendar("X-WR-CALDESC:総務\nX-WR-CALNAME:課の予定\n"));
        assert_eq!(lines_with(&export(db, &hanako), "X-WR-"), ["X-WR-CALDESC:総務", "X-WR-CALNAME:課の予定"]);
        // What is changed here is written by us, and loses nothing for that.
        let seen = occurrences(db, &hanako, days("2026-11-26", "2026-11-27"));
        let meeting = seen.iter().find(|it| it.title.as_deref() == Some("会議")).unwrap();
        let event = db.read(|tx| service::get_event(tx, &hanako, &meeting.event_id)).unwrap();
        patch(db, &hanako, &event, Scope::All, json!({"title": "変更"}));
        let changed = export(db, &hanako);
        assert_eq!(lines_with(&changed, "DTSTART;TZID=本庁"), [] as [&str; 0]);
        assert_eq!(lines_with(&changed, "X-ODD:event"), ["X-ODD:event"]);
    });
}

#[test]
fn a_file_names_a_calendar_that_nobody_named() {
    on_each_database(|db, _| {
        let hanako = person(db, "佐藤");
        let made = |segment: &str, name: &str| {
            let new = NewCalendar { name: name.to_owned(), ..NewCalendar::default() };
            db.write(|tx| service::objects::make_calendar(tx, &hanako, segment, new.clone()))
                .unwrap()
                .into_inner()
                .id
        };
        let file = calendar("X-WR-CALNAME:係の予定\n");
        for (id, expected) in [(made("3f2a", "3f2a"), "係の予定"), (made("work", "仕事"), "仕事")] {
            service::import_calendar(db, &hanako, Some(&id), file.as_bytes()).unwrap();
            let name = db.read(|tx| service::get_calendar(tx, &hanako, &id)).unwrap().name;
            assert_eq!(name, expected);
        }
    });
}

#[test]
fn a_task_is_kept_and_its_uid_is_its_own() {
    on_each_database(|db, _| {
        let hanako = person(db, "佐藤");
        let task = |uid: &str, title: &str| format!("BEGIN:VTODO\nUID:{uid}\nSUMMARY:{title}\nEND:VTODO\n");
        let first = import(db, &hanako, &calendar(&(task("t", "最初") + &vevent("e", "SUMMARY:x"))));
        assert_eq!((first.created, first.updated), (2, 0));
        let second = import(db, &hanako, &calendar(&task("t", "二度目")));
        assert_eq!((second.created, second.updated), (0, 1));
        assert_eq!(lines_with(&export(db, &hanako), "SUMMARY"), ["SUMMARY:x", "SUMMARY:二度目"]);
        let crossed = import(db, &hanako, &calendar(&(task("e", "x") + &vevent("t", "SUMMARY:x"))));
        let codes: Vec<_> = crossed.refused.iter().map(|it| it.reasons[0].code.to_string()).collect();
        assert_eq!((crossed.created, crossed.updated, codes), (0, 0, vec!["uid-taken".to_owned(); 2]));
        // Nobody changes that by an invitation, declined or not.
        let taro = person(db, "鈴木");
        for (uid, code) in [("t", None), ("new", Some("uid-taken"))] {
            let body = json!({"uid": uid, "title": "x", "start": "2026-11-26T10:00:00",
                "participants": {"1": {"personId": hanako.person}}});
            let invitation = create(db, &taro, body).id;
            let before = import(db, &hanako, &calendar(&task(uid, "二度目")));
            assert_eq!(before.refused.first().map(|it| it.reasons[0].code.as_ref()), code);
            let etag = get(db, &hanako, &invitation).unwrap().etag;
            try_delete(db, &hanako, &invitation, Scope::All, &etag).unwrap();
            assert_eq!(import(db, &hanako, &calendar(&task(uid, "二度目"))).refused, []);
        }
        // A task that says so is not shown to those who read along.
        let calendar_id = default_calendar(db, &hanako);
        let share =
            Share { grantee: ShareTarget::Person { person_id: taro.person.clone() }, role: Role::Read };
        db.write(|tx| service::put_share(tx, &hanako, &calendar_id, share.clone())).unwrap();
        import(db, &hanako, &calendar(&task("p", "QZXCANARY\nCLASS:PRIVATE")));
        let seen = db.read(|tx| service::export_calendar(tx, &taro, &calendar_id)).unwrap();
        assert!(seen.contains("二度目") && !seen.contains("QZXCANARY"), "{seen}");
    });
}

#[test]
fn an_invitation_is_not_made_anew_by_the_persons_own_export() {
    on_each_database(|db, _| {
        let (hanako, taro) = (person(db, "佐藤"), person(db, "鈴木"));
        create(
            db,
            &hanako,
            json!({"title": "会議", "start": "2026-11-26T10:00:00", "duration": "PT1H", "participants": {"t": {"personId": taro.person}}}),
        );
        let report = import(db, &taro, &export(db, &taro));
        let codes: Vec<_> = report.refused.iter().map(|it| it.reasons[0].code.to_string()).collect();
        assert_eq!((report.created, codes), (0, vec!["uid-taken".to_owned()]));
        assert_eq!(titles(db, &taro, days("2026-11-26", "2026-11-27")).len(), 1);
    });
}

#[test]
fn control_characters_go_to_nobody() {
    on_each_database(|db, _| {
        let hanako = person(db, "佐藤");
        let file = calendar(&vevent("a", "SUMMARY:会\u{0}議\u{1b}[31m\nX-ODD:a\u{0}b\nDESCRIPTION:a\u{7f}b"));
        let report = import(db, &hanako, &file);
        assert_eq!((report.created, report.kept[0].place.line), (1, 7));
        assert_eq!(report.kept[0].reasons[0].code, "ical-cleaned");
        assert_eq!(titles(db, &hanako, days("2026-11-26", "2026-11-27")), [Some("会議[31m".to_owned())]);
        let exported = export(db, &hanako);
        assert!(!exported.contains(|c: char| c.is_control() && c != '\r' && c != '\n'), "{exported:?}");
        assert_eq!(lines_with(&exported, "X-ODD"), ["X-ODD:ab"]);
    });
}

#[test]
fn the_uid_tells_what_is_there_already() {
    on_each_database(|db, _| {
        let hanako = person(db, "佐藤");
        let file = |title: &str| {
            calendar(
                &(vevent("a", &format!("SUMMARY:{title}\nRRULE:FREQ=DAILY;COUNT=3"))
                    + &vevent("b", "SUMMARY:変わらない")),
            )
        };
        let counts = |report: ImportReport| (report.created, report.updated, report.refused.len());
        assert_eq!(counts(import(db, &hanako, &file("最初"))), (2, 0, 0));
        let window = days("2026-11-26", "2026-11-30");
        assert_eq!(titles(db, &hanako, window).len(), 4);
        let before = occurrences(db, &hanako, window);
        assert_eq!(counts(import(db, &hanako, &file("二度目"))), (0, 2, 0));
        let after = occurrences(db, &hanako, window);
        assert_eq!(after.iter().filter(|it| it.title.as_deref() == Some("二度目")).count(), 3);
        // What the file does not change keeps its version.
        let etag = |all: &[renraku_schedule::model::Occurrence], title: &str| {
            all.iter().find(|it| it.title.as_deref() == Some(title)).unwrap().etag.clone()
        };
        assert_eq!(etag(&before, "変わらない"), etag(&after, "変わらない"));
        assert_ne!(etag(&before, "最初"), etag(&after, "二度目"));
    });
}

#[test]
fn the_bad_are_told_and_the_good_go_on() {
    on_each_database(|db, _| {
        let hanako = person(db, "佐藤");
        let file = calendar(
            &(vevent("good", "SUMMARY:良い")
                + &vevent("bad", "RRULE:FREQ=SECONDLY")
                + "BEGIN:VJOURNAL\nUID:t\nEND:VJOURNAL\n"),
        );
        let report = import(db, &hanako, &file);
        assert_eq!((report.created, report.updated), (1, 0));
        let told: Vec<_> =
            report.refused.iter().map(|it| (it.place.to_string(), it.reasons[0].code.to_string())).collect();
        assert_eq!(
            told,
            [
                ("VEVENT 2, line 9, UID bad".to_owned(), "recurrence-too-frequent".to_owned()),
                ("VJOURNAL 1, line 15, UID t".to_owned(), "ical-component".to_owned()),
            ]
        );
        assert_eq!(titles(db, &hanako, days("2026-11-26", "2026-11-27")), [Some("良い".to_owned())]);
        assert_eq!(code(service::import_calendar(db, &hanako, None, b"hello")), "not-a-calendar");
    });
}

#[test]
fn nobody_is_invited_and_nobody_is_told() {
    on_each_database(|db, _| {
        let (hanako, taro) = (person(db, "佐藤"), person(db, "鈴木"));
        let people = format!(
            "SUMMARY:会議\nORGANIZER:mailto:boss@example.com\nATTENDEE;PARTSTAT=ACCEPTED:mailto:{}@office.example.jp\nATTENDEE:mailto:{}@office.example.jp\nATTENDEE:mailto:someone@example.com",
            hanako.person, taro.person
        );
        import(db, &hanako, &calendar(&vevent("m", &people)));
        assert_eq!(run_due_jobs(db), 0);
        let window = days("2026-11-26", "2026-11-27");
        assert_eq!(titles(db, &taro, window), [] as [Option<String>; 0]);
        let mine = occurrences(db, &hanako, window);
        // My own answer is known by my address, and someone else organizes it.
        assert_eq!(mine[0].participation_status.map(|it| it.as_str()), Some("accepted"));
        assert!(!mine[0].is_organizer);
    });
}

#[test]
fn whom_we_invited_stays_invited() {
    on_each_database(|db, _| {
        let (hanako, taro) = (person(db, "佐藤"), person(db, "鈴木"));
        let body = json!({
            "title": "会議", "start": "2026-11-26T10:00:00", "duration": "PT1H", "participants": {"t": {"personId": taro.person}}
        });
        create(db, &hanako, body);
        run_due_jobs(db);
        let exported = export(db, &hanako)
            .replace("SUMMARY:会議", "SUMMARY:変更")
            .replace("T100000", "T110000")
            .replace(
                "T110000\r\nDTEND;TZID=Asia/Tokyo:20261126T110000",
                "T110000\r\nDTEND;TZID=Asia/Tokyo:20261126T120000",
            );
        let report = import(db, &hanako, &exported);
        assert_eq!((report.created, report.updated, report.refused), (0, 1, vec![]));
        let his = occurrences(db, &taro, days("2026-11-26", "2026-11-27"));
        assert_eq!(
            (his[0].title.as_deref(), starts(&his)[0].as_str()),
            (Some("変更"), "2026-11-26T11:00:00")
        );
    });
}

#[test]
fn a_room_is_not_taken_twice_by_a_file_either() {
    on_each_database(|db, _| {
        let (hanako, taro) = (person(db, "佐藤"), person(db, "鈴木"));
        let room = room(db, "第一会議室");
        let at = |title: &str, hour: u8| json!({"title": title, "start": format!("2026-11-26T{hour:02}:00:00"), "duration": "PT1H", "facilityIds": [room]});
        create(db, &hanako, at("花子", 10));
        create(db, &taro, at("太郎", 11));
        let moved = export(db, &hanako)
            .replace("20261126T110000", "20261126T120000")
            .replace("20261126T100000", "20261126T110000");
        let report = import(db, &hanako, &moved);
        assert_eq!((report.updated, report.refused[0].reasons[0].code.as_ref()), (0, "facility-taken"));
        assert_eq!(
            starts(&occurrences(db, &hanako, days("2026-11-26", "2026-11-27"))),
            ["2026-11-26T10:00:00"]
        );
        // An hour that is free is taken, and no longer free.
        let moved =
            moved.replace("20261126T110000", "20261126T130000").replace("20261126T120000", "20261126T140000");
        assert_eq!(import(db, &hanako, &moved).updated, 1);
        assert_eq!(code(try_create(db, &taro, at("太郎", 13))), "facility-taken");
        assert!(try_create(db, &taro, at("太郎", 10)).is_ok());
    });
}

/// What a file names of what is booked is said beside the event, and follows what becomes of it.
#[test]
fn a_room_that_a_file_names_is_not_said_to_come_when_it_is_given_back() {
    on_each_database(|db, _| {
        let (hanako, taro) = (person(db, "佐藤"), person(db, "鈴木"));
        let (large, small) = (room(db, "大会議室"), room(db, "小会議室"));
        for guests in [json!({}), json!({"1": {"personId": taro.person}})] {
            let body = json!({"title": "会議", "start": "2026-11-26T10:00:00", "duration": "PT1H", "facilityIds": [large],
                "recurrenceRule": {"frequency": "daily", "count": 2}, "participants": guests});
            let event = create(db, &hanako, body);
            let file = read(db, &hanako, &format!("{}.ics", event.id)).text;
            assert_eq!(lines_with(&file, large.as_str()).len(), 1, "{file}");
            assert_eq!(import(db, &hanako, &file.replace("SUMMARY:会議", "SUMMARY:定例会")).updated, 1);
            let after = get(db, &hanako, &event.id).unwrap();
            assert_eq!((after.event.title.as_str(), &after.facility_ids), ("定例会", &vec![large.clone()]));
            assert!(after.event.participants.keys().eq(event.event.participants.keys()));
            assert_eq!(after.event.organizer_calendar_address, event.event.organizer_calendar_address);
            let moved = patch(db, &hanako, &after, Scope::All, json!({"facilityIds": [small]}));
            let text = read(db, &hanako, &format!("{}.ics", event.id)).text;
            assert_eq!(
                (lines_with(&text, large.as_str()).len(), lines_with(&text, small.as_str()).len()),
                (0, 1)
            );
            try_delete(db, &hanako, &event.id, Scope::All, &moved.etag).unwrap();
        }
    });
}

/// What single occurrences book goes where the file moves their series.
#[test]
fn a_room_of_one_occurrence_moves_with_its_series() {
    on_each_database(|db, _| {
        let (hanako, taro) = (person(db, "佐藤"), person(db, "鈴木"));
        let room = room(db, "第一会議室");
        let series = |start: &str, rule: &str| {
            calendar(&vevent("s", &format!("SUMMARY:朝会\n{rule}")).replace("20261126T09", start))
        };
        let daily = "RRULE:FREQ=DAILY;COUNT=3\nRDATE;TZID=Asia/Tokyo:20261201T150000";
        import(db, &hanako, &series("20261126T09", daily));
        let id = occurrences(db, &hanako, days("2026-11-26", "2026-11-27"))[0].event_id.clone();
        for day in ["2026-11-27T09:00:00", "2026-12-01T15:00:00"] {
            let event = get(db, &hanako, &id).unwrap();
            patch(db, &hanako, &event, Scope::This(local(day)), json!({"facilityIds": [room]}));
        }
        let booked = || {
            let event = get(db, &hanako, &id).unwrap().event;
            let booked = event.recurrence_overrides.iter().filter(|(_, it)| it.facility_ids().is_some());
            booked.map(|(id, _)| id.to_string()).collect::<Vec<_>>()
        };
        let is_free = |start: &str| {
            let draft = json!({"title": "空き", "start": start, "duration": "PT1H", "facilityIds": [room]});
            try_create(db, &taro, draft).is_ok()
        };
        // What was added to the series stays where it is.
        for (start, at) in [("20261127T09", "2026-11-28T09:00:00"), ("20261127T11", "2026-11-28T11:00:00")] {
            assert_eq!(import(db, &hanako, &series(start, daily)).updated, 1);
            assert_eq!(booked(), [at, "2026-12-01T15:00:00"]);
            assert!(!is_free(at), "{at}");
        }
        assert!(is_free("2026-11-27T09:00:00") && is_free("2026-11-28T09:00:00"));
        assert!(!is_free("2026-12-01T15:00:00"));
        // Where the room is taken at the new time, nothing of it changes.
        let report = import(db, &hanako, &series("20261126T09", daily));
        assert_eq!((report.updated, report.refused[0].reasons[0].code.as_ref()), (0, "facility-taken"));
        assert_eq!(booked(), ["2026-11-28T11:00:00", "2026-12-01T15:00:00"]);
        // By another rule the occurrence is another one, or none.
        let weekly = "RRULE:FREQ=WEEKLY;COUNT=3";
        assert_eq!(import(db, &hanako, &series("20261127T11", weekly)).updated, 1);
        assert_eq!(booked(), [] as [String; 0]);
        assert!(is_free("2026-11-28T11:00:00"));
    });
}

#[test]
fn who_may_not_write_imports_nothing_and_who_may_not_read_exports_nothing() {
    on_each_database(|db, _| {
        let (hanako, taro) = (person(db, "佐藤"), person(db, "鈴木"));
        let calendar_id = default_calendar(db, &hanako);
        let file = calendar(&vevent("a", "SUMMARY:x"));
        let try_import = || service::import_calendar(db, &taro, Some(&calendar_id), file.as_bytes());
        let try_export = || db.read(|tx| service::export_calendar(tx, &taro, &calendar_id));
        let share = |role| {
            let share = Share { grantee: ShareTarget::Person { person_id: taro.person.clone() }, role };
            db.write(|tx| service::put_share(tx, &hanako, &calendar_id, share.clone())).unwrap();
        };
        assert_eq!((code(try_import()), code(try_export())), ("not-found", "not-found"));
        share(Role::Read);
        assert_eq!(code(try_import()), "forbidden");
        create(
            db,
            &hanako,
            json!({"title": "QZXCANARY", "start": "2026-11-26T10:00:00", "duration": "PT1H", "privacy": "private"}),
        );
        create(
            db,
            &hanako,
            json!({"title": "QZXCANARY", "start": "2026-11-26T12:00:00", "duration": "PT1H", "privacy": "secret"}),
        );
        let seen = try_export().unwrap();
        assert_eq!(seen.matches("BEGIN:VEVENT").count(), 1);
        assert!(!seen.contains("QZXCANARY"), "{seen}");
        share(Role::Write);
        assert_eq!(try_import().unwrap().created, 1);
    });
}

#[test]
fn a_large_file_goes_in_by_pieces() {
    on_each_database(|db, _| {
        let hanako = person(db, "佐藤");
        let many: String = (0..1_200).map(|n| vevent(&format!("u{n}"), "SUMMARY:x")).collect();
        let daily: String =
            (0..60).map(|n| vevent(&format!("d{n}"), "SUMMARY:y\nRRULE:FREQ=DAILY")).collect();
        let file = calendar(&(many + &daily));
        let before = db.statements();
        let report = import(db, &hanako, &file);
        let statements = db.statements() - before;
        assert_eq!((report.created, report.refused.len()), (1_260, 0));
        // About a hundred for the pieces, and none for each event.
        assert!(statements < 300, "{statements}");
        assert_eq!(occurrences(db, &hanako, days("2026-11-26", "2026-11-27")).len(), 1_260);
        assert_eq!(import(db, &hanako, &file).updated, 1_260);
    });
}

#[test]
fn an_occurrence_that_was_changed_comes_out_as_an_exception() {
    on_each_database(|db, _| {
        let hanako = person(db, "佐藤");
        let body = json!({
            "title": "定例", "start": "2026-11-26T10:00:00", "duration": "PT1H", "recurrenceRule": {"frequency": "daily", "count": 3}
        });
        let event = create(db, &hanako, body);
        patch(
            db,
            &hanako,
            &event,
            Scope::This("2026-11-27T10:00:00".parse().unwrap()),
            json!({"title": "臨時"}),
        );
        let exported = export(db, &hanako);
        assert!(exported.contains("RECURRENCE-ID;TZID=Asia/Tokyo:20261127T100000"), "{exported}");
        let taro = person(db, "鈴木");
        import(db, &taro, &exported);
        let window = days("2026-11-26", "2026-11-30");
        assert_eq!(titles(db, &taro, window), titles(db, &hanako, window));
    });
}
