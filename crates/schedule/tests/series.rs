use renraku_schedule::service::Scope;
use renraku_test_db::on_each_database;
use serde_json::json;

use crate::office::{
    code, create, days, get, local, occurrences, patch, person, run_due_jobs, starts, titles, try_delete,
    try_patch,
};

#[test]
fn an_exception_lives_beside_its_series() {
    on_each_database(|db, _| {
        let hanako = person(db, "佐藤");
        let event = create(
            db,
            &hanako,
            json!({"title": "定例", "start": "2026-11-26T09:00:00", "duration": "PT1H",
                "recurrenceRule": {"frequency": "weekly"}}),
        );
        let window = days("2026-11-26", "2026-12-18");
        assert_eq!(occurrences(db, &hanako, window).len(), 4);
        let this = Scope::This(local("2026-12-03T09:00:00"));
        let moved =
            patch(db, &hanako, &event, this, json!({"start": "2026-12-04T13:00:00", "title": "臨時"}));
        assert_eq!(
            starts(&occurrences(db, &hanako, window)),
            ["2026-11-26T09:00:00", "2026-12-04T13:00:00", "2026-12-10T09:00:00", "2026-12-17T09:00:00"]
        );
        let own = occurrences(db, &hanako, window)[1].clone();
        assert_eq!(
            own.recurrence_id,
            Some(local("2026-12-03T09:00:00")),
            "it is known by its original start"
        );
        assert_eq!(own.title.as_deref(), Some("臨時"));
        // The series gets another title; the exception keeps its own.
        let renamed = patch(db, &hanako, &moved, Scope::All, json!({"title": "新定例"}));
        assert_eq!(
            titles(db, &hanako, window),
            ["新定例", "臨時", "新定例", "新定例"].map(|title| Some(title.to_owned()))
        );
        try_delete(db, &hanako, &event.id, Scope::This(local("2026-12-10T09:00:00")), &renamed.etag).unwrap();
        assert_eq!(
            starts(&occurrences(db, &hanako, window)),
            ["2026-11-26T09:00:00", "2026-12-04T13:00:00", "2026-12-17T09:00:00"]
        );
        let now = get(db, &hanako, &event.id).unwrap();
        for bad in ["2026-12-10T09:00:00", "2026-12-11T09:00:00"] {
            let scope = Scope::This(local(bad));
            assert_eq!(
                code(try_patch(db, &hanako, &now, scope, json!({"title": "x"}))),
                "not-found",
                "{bad}"
            );
        }
        for body in [json!({"calendarId": now.calendar_id}), json!({"privacy": "private"})] {
            assert_eq!(code(try_patch(db, &hanako, &now, this, body)), "invalid", "the series has it");
        }
    });
}

#[test]
fn an_endless_series_is_there_in_every_year() {
    on_each_database(|db, _| {
        let hanako = person(db, "佐藤");
        create(
            db,
            &hanako,
            json!({"title": "週報", "start": "2019-04-05T17:00:00", "duration": "PT15M",
                "recurrenceRule": {"frequency": "weekly"}}),
        );
        for (from, to) in [
            ("2019-04-05", "2019-04-12"),
            ("2020-02-03", "2020-02-10"),
            ("2025-10-20", "2025-10-27"),
            ("2026-11-23", "2026-11-30"),
            ("2027-12-27", "2028-01-03"),
            ("2050-06-06", "2050-06-13"),
            ("2099-12-07", "2099-12-14"),
        ] {
            let found = occurrences(db, &hanako, days(from, to));
            assert_eq!(found.len(), 1, "{from}");
            assert!(found[0].start.to_string().ends_with("T17:00:00"));
        }
        // A window over the edge of the index has each week once.
        let year = occurrences(db, &hanako, days("2027-06-01", "2028-06-01"));
        let mut sorted = starts(&year);
        sorted.dedup();
        assert_eq!((year.len(), sorted.len()), (52, 52));
    });
}

#[test]
fn the_index_moves_ahead_with_time() {
    on_each_database(|db, clock| {
        let hanako = person(db, "佐藤");
        create(
            db,
            &hanako,
            json!({"title": "朝礼", "start": "2026-11-26T08:30:00", "duration": "PT15M",
                "recurrenceRule": {"frequency": "daily"}}),
        );
        db.write(renraku_schedule::jobs::start_extending).unwrap();
        for _ in 0..5 {
            clock.advance(std::time::Duration::from_secs(86_400 * 100));
            assert!(run_due_jobs(db) > 0);
        }
        // Now it is April 2028: without the job the index would have ended in December 2027.
        let week = occurrences(db, &hanako, days("2028-06-01", "2028-06-08"));
        assert_eq!(week.len(), 7);
        let over_the_old_edge = occurrences(db, &hanako, days("2027-12-25", "2028-01-04"));
        assert_eq!(over_the_old_edge.len(), 10);
    });
}

/// A server that did not run for long has nothing missing when it answers the first, and a series of thrice a day is not taken for one that
/// happens too often.
#[test]
fn the_index_catches_up_before_anybody_looks() {
    on_each_database(|db, clock| {
        let hanako = person(db, "佐藤");
        create(
            db,
            &hanako,
            json!({"title": "巡回", "start": "2026-11-26T08:30:00", "duration": "PT15M",
                "recurrenceRule": {"frequency": "daily", "byHour": [8, 13, 18]}}),
        );
        for (now, from, to) in [
            ("2028-02-01T00:00:00Z", "2028-06-01", "2028-06-08"),
            ("2032-02-01T00:00:00Z", "2032-03-01", "2032-03-08"),
        ] {
            clock.set(crate::office::at(now));
            assert!(renraku_schedule::jobs::catch_up(db).unwrap() > 0);
            assert_eq!(occurrences(db, &hanako, days(from, to)).len(), 21, "{from}");
            assert_eq!(renraku_schedule::jobs::catch_up(db).unwrap(), 0);
        }
        run_due_jobs(db);
        let index = |tx: &mut renraku_db::ReadTx<'_>| -> Result<i64, renraku_db::Error> {
            use diesel::{ExpressionMethods, QueryDsl, RunQueryDsl};
            use renraku_db::schema::occurrences;
            let late = occurrences::table
                .filter(occurrences::utc_start.gt(crate::office::at("2032-03-01T00:00:00Z").micros()));
            Ok(late.count().get_result(tx.conn())?)
        };
        assert!(db.read(index).unwrap() > 1_000, "it stands in the index");
    });
}

/// Several servers on one database start at once, and somebody changes a series meanwhile: each occurrence stands once, and as it is now.
#[test]
fn the_index_moves_ahead_beside_others_who_write() {
    on_each_database(|db, clock| {
        let hanako = person(db, "佐藤");
        let series = |n: usize| {
            let body = json!({"title": n.to_string(), "start": "2026-11-26T08:00:00", "duration": "PT1H",
                "recurrenceRule": {"frequency": "weekly"}});
            create(db, &hanako, body)
        };
        let all: Vec<_> = (0..40).map(series).collect();
        clock.set(crate::office::at("2027-08-01T00:00:00Z"));
        std::thread::scope(|scope| {
            let servers = [0, 1].map(|_| scope.spawn(|| renraku_schedule::jobs::catch_up(db)));
            for event in all.iter().rev() {
                patch(db, &hanako, event, Scope::All, json!({"start": "2026-11-26T09:00:00"}));
            }
            for server in servers {
                server.join().unwrap().unwrap();
            }
        });
        let week = occurrences(db, &hanako, days("2028-02-01", "2028-02-08"));
        assert_eq!(week.len(), 40);
        assert!(week.iter().all(|it| it.start.to_string().ends_with("T09:00:00")));
    });
}

#[test]
fn all_day_events_lie_in_the_days_of_tokyo() {
    on_each_database(|db, _| {
        let hanako = person(db, "佐藤");
        create(
            db,
            &hanako,
            json!({"title": "休暇", "start": "2026-11-26T00:00:00", "showWithoutTime": true, "duration": "P1D"}),
        );
        assert_eq!(titles(db, &hanako, days("2026-11-25", "2026-11-26")).len(), 0);
        assert_eq!(titles(db, &hanako, days("2026-11-26", "2026-11-27")).len(), 1);
        assert_eq!(titles(db, &hanako, days("2026-11-27", "2026-11-28")).len(), 0);
        let window = |from: &str, to: &str| {
            renraku_schedule::service::Window::new(crate::office::at(from), crate::office::at(to)).unwrap()
        };
        // 23:00 before and 00:30 on the day, in Tokyo.
        assert_eq!(
            titles(db, &hanako, window("2026-11-25T23:00:00+09:00", "2026-11-25T23:59:59+09:00")).len(),
            0
        );
        assert_eq!(
            titles(db, &hanako, window("2026-11-25T23:00:00+09:00", "2026-11-26T00:30:00+09:00")).len(),
            1
        );
        assert_eq!(
            titles(db, &hanako, window("2026-11-26T23:30:00+09:00", "2026-11-27T09:00:00+09:00")).len(),
            1
        );
        assert_eq!(
            titles(db, &hanako, window("2026-11-27T00:00:00+09:00", "2026-11-27T09:00:00+09:00")).len(),
            0
        );
    });
}

#[test]
fn a_moved_series_takes_its_exceptions_along() {
    on_each_database(|db, _| {
        let hanako = person(db, "佐藤");
        let event = create(
            db,
            &hanako,
            json!({"title": "定例", "start": "2026-11-26T09:00:00", "duration": "PT1H",
                "recurrenceRule": {"frequency": "weekly", "count": 4}}),
        );
        let this = Scope::This(local("2026-12-03T09:00:00"));
        let changed = patch(db, &hanako, &event, this, json!({"title": "拡大定例"}));
        patch(db, &hanako, &changed, Scope::All, json!({"start": "2026-11-26T10:00:00"}));
        let found = occurrences(db, &hanako, days("2026-12-03", "2026-12-04"));
        assert_eq!(starts(&found), ["2026-12-03T10:00:00"]);
        assert_eq!(found[0].title.as_deref(), Some("拡大定例"));
    });
}

#[test]
fn a_monthly_series_on_another_day_takes_its_exceptions_along_month_by_month() {
    on_each_database(|db, _| {
        let hanako = person(db, "佐藤");
        let on = |day: &str, nth: i8, start: &str| {
            let rule = json!({"frequency": "monthly", "byDay": [{"day": day, "nthOfPeriod": nth}]});
            json!({"start": start, "recurrenceRule": rule})
        };
        let mut first_monday = on("mo", 1, "2026-12-07T09:00:00");
        first_monday["title"] = "定例".into();
        first_monday["alerts"] = json!({"a": {"trigger": {"@type": "OffsetTrigger", "offset": "-PT10M"}}});
        let event = create(db, &hanako, first_monday);
        let this = |day: &str| Scope::This(local(&format!("{day}T09:00:00")));
        let own = json!({"title": "拡大定例", "alerts": {"a": {"trigger": {"offset": "-PT2H"}}}});
        let changed = patch(db, &hanako, &event, this("2027-01-04"), own);
        let changed = patch(db, &hanako, &changed, this("2027-02-01"), json!({"excluded": true}));
        let moved = patch(db, &hanako, &changed, Scope::All, on("tu", 1, "2026-12-01T09:00:00"));
        assert!(moved.dropped_overrides.is_empty());
        let found = occurrences(db, &hanako, days("2026-12-01", "2027-04-01"));
        assert_eq!(starts(&found), ["2026-12-01T09:00:00", "2027-01-05T09:00:00", "2027-03-02T09:00:00"]);
        assert_eq!(found[1].title.as_deref(), Some("拡大定例"));
        let january = json!(moved.event.recurrence_overrides[&local("2027-01-05T09:00:00")]).to_string();
        assert!(january.contains("-PT2H"), "{january}");
        // Those two months have no fifth Tuesday.
        let fifth = patch(db, &hanako, &moved, Scope::All, on("tu", 5, "2026-12-29T09:00:00"));
        assert_eq!(fifth.dropped_overrides, [local("2027-01-05T09:00:00"), local("2027-02-02T09:00:00")]);
    });
}

#[test]
fn an_occurrence_that_was_left_out_comes_back() {
    on_each_database(|db, _| {
        let hanako = person(db, "佐藤");
        let event = create(
            db,
            &hanako,
            json!({"title": "定例", "start": "2026-11-26T09:00:00", "duration": "PT1H",
                "recurrenceRule": {"frequency": "daily", "count": 3}}),
        );
        let this = Scope::This(local("2026-11-27T09:00:00"));
        try_delete(db, &hanako, &event.id, this, &event.etag).unwrap();
        let window = days("2026-11-26", "2026-12-01");
        assert_eq!(occurrences(db, &hanako, window).len(), 2);
        let now = get(db, &hanako, &event.id).unwrap();
        let back = patch(db, &hanako, &now, this, json!({"excluded": false}));
        assert_eq!(occurrences(db, &hanako, window).len(), 3);
        assert!(back.event.recurrence_overrides.is_empty());
        // The rule does not give this one, so that there is nothing to bring back.
        let other = Scope::This(local("2026-11-27T10:00:00"));
        let refused = try_patch(db, &hanako, &back, other, json!({"excluded": false})).unwrap_err();
        assert_eq!(renraku_base::Fault::fields(&refused)[0].code, "no-occurrence");
        let away = patch(db, &hanako, &back, this, json!({"excluded": true}));
        patch(db, &hanako, &away, this, json!({"excluded": false, "title": "臨時"}));
        assert_eq!(titles(db, &hanako, window), ["定例", "臨時", "定例"].map(|title| Some(title.to_owned())));
    });
}

/// By the standard (RFC 8984 §1.4.9) a pointer into what the series lacks makes the whole exception void to whoever reads it.
#[test]
fn an_exception_says_nothing_of_what_its_series_lost() {
    on_each_database(|db, _| {
        let (hanako, taro) = (person(db, "佐藤"), person(db, "鈴木"));
        let alert = |offset: &str| json!({"trigger": {"@type": "OffsetTrigger", "offset": offset}});
        let event = create(
            db,
            &hanako,
            json!({"title": "定例", "start": "2026-11-26T09:00:00", "duration": "PT1H", "recurrenceRule": {"frequency": "weekly"},
                "alerts": {"a": alert("-PT5M")}, "participants": {"t": {"personId": taro.person}}}),
        );
        let second = Scope::This(local("2026-12-03T09:00:00"));
        let own = json!({"title": "臨時", "alerts": {"a": alert("-PT9M"), "b": alert("PT0S")},
            "participants": {"t": {"name": "太郎"}}});
        let event = patch(db, &hanako, &event, second, own);
        let others = json!({"alerts": {"a": null, "c": alert("-PT1H")}, "participants": {"t": null}});
        let event = patch(db, &hanako, &event, Scope::All, others);
        let exception = &event.event.recurrence_overrides[&local("2026-12-03T09:00:00")];
        let pointers: Vec<&str> = exception.iter().map(|(pointer, _)| pointer).collect();
        assert_eq!(pointers, ["alerts/b", "title"]);
        assert_eq!(event.event.occurrence(local("2026-12-03T09:00:00")).unwrap().title, "臨時");
    });
}
