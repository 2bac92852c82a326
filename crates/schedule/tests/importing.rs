use std::collections::BTreeMap;

use renraku_base::{Principal, Role};
use renraku_db::Db;
use renraku_people::{Share, ShareTarget};
use renraku_schedule::{
    codec::ical,
    model::Event,
    service::{self, ImportReport, Scope},
};
use renraku_test_db::on_each_database;
use serde_json::json;

use crate::office::{
    code, create, days, default_calendar, occurrences, patch, person, room, run_due_jobs, starts, titles,
    try_create,
};

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
            assert_eq!(report.created, events(file).len());
            expected.extend(events(file));
        }
        let exported = export(db, &hanako);
        assert_eq!(events(&exported), expected);
        // Into another calendar, and out again.
        let taro = person(db, "鈴木");
        assert_eq!(import(db, &taro, &exported).created, expected.len());
        assert_eq!(events(&export(db, &taro)), expected);
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
                + "BEGIN:VTODO\nUID:t\nEND:VTODO\n"),
        );
        let report = import(db, &hanako, &file);
        assert_eq!((report.created, report.updated), (1, 0));
        let told: Vec<_> =
            report.refused.iter().map(|it| (it.place.to_string(), it.reasons[0].code.to_string())).collect();
        assert_eq!(
            told,
            [
                ("VEVENT 2, line 9, UID bad".to_owned(), "recurrence-too-frequent".to_owned()),
                ("VTODO 1, line 15, UID t".to_owned(), "ical-component".to_owned()),
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
