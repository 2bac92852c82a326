//! What is told of a change that is neither of time nor of place, and who is asked to new dates.

use renraku_base::Principal;
use renraku_schedule::service::{self, Scope, import_calendar};
use renraku_test_db::on_each_database;
use serde_json::json;

use crate::{
    later::{PAUSE, kinds, mails},
    office::{
        create, days, default_calendar, get, local, occurrences, patch, person, reply, room, run_due_jobs,
        starts, try_delete,
    },
    scheduling::{mail, meeting, put},
};

#[test]
fn whoever_is_outside_hears_of_another_title_or_description() {
    on_each_database(|db, clock| {
        let (hanako, taro) = (person(db, "佐藤"), person(db, "鈴木"));
        let event = create(
            db,
            &hanako,
            json!({"title": "会議", "start": "2026-11-26T10:00:00", "duration": "PT1H",
                "participants": {"1": {"personId": taro.person}, "2": {"calendarAddress": "mailto:guest@example.com"}}}),
        );
        assert_eq!(mails(db).len(), 1);
        for (change, says) in [
            (json!({"title": "打合せ"}), "SUMMARY:打合せ"),
            (json!({"description": "議題は資料のとおり"}), "DESCRIPTION:議題は資料のとおり"),
            (json!({"alerts": {"1": {"trigger": {"offset": "-PT5M"}}}}), ""),
            (json!({"color": "#112233"}), ""),
        ] {
            clock.advance(PAUSE);
            let now = get(db, &hanako, &event.id).unwrap();
            patch(db, &hanako, &now, Scope::All, change.clone());
            let sent = mails(db);
            assert_eq!(sent.len(), usize::from(!says.is_empty()), "{change}");
            for mail in sent {
                assert_eq!(mail.to[0].email, "guest@example.com");
                let part = mail.calendar.unwrap();
                assert_eq!(part.method, "REQUEST");
                assert!(part.text.replace("\r\n ", "").contains(says), "{says}: {}", part.text);
            }
        }
        let told: Vec<_> = kinds(db, &taro).iter().map(|kind| kind.as_str().to_owned()).collect();
        assert_eq!(told, ["invited"], "staff see it as it is");
    });
}

/// RFC 6638 §3.2.2.1: what they left out is none of theirs. They hear when it is at another time, to which they may come.
#[test]
fn whoever_left_an_occurrence_out_hears_of_its_time_alone() {
    on_each_database(|db, _| {
        let (hanako, taro, jiro) = (person(db, "佐藤"), person(db, "鈴木"), person(db, "高橋"));
        let room = room(db, "大会議室");
        let second = "2026-12-02T10:00:00";
        let series = create(
            db,
            &hanako,
            json!({"title": "朝会", "start": "2026-12-01T10:00:00", "duration": "PT1H",
                "recurrenceRule": {"frequency": "daily", "count": 5}, "participants": {"1": {"personId": taro.person}},
                "recurrenceOverrides": {(second): {"participants/2": {"personId": jiro.person}}}}),
        );
        let away = |who: &Principal| {
            let etag = get(db, who, &series.id).unwrap().etag;
            try_delete(db, who, &series.id, Scope::This(local(second)), &etag).unwrap();
        };
        let change = |change: serde_json::Value| {
            patch(db, &hanako, &get(db, &hanako, &series.id).unwrap(), Scope::This(local(second)), change)
        };
        let so_far = std::cell::Cell::new([0, 0]);
        let heard = || {
            run_due_jobs(db);
            let all = [&taro, &jiro].map(|who| kinds(db, who).len());
            let before = so_far.replace(all);
            [all[0] - before[0], all[1] - before[1]]
        };
        assert_eq!(heard(), [1, 1], "they are invited");
        change(json!({"locations": {"1": {"name": "別館"}}}));
        assert_eq!(heard(), [1, 1], "they come to it");
        [&taro, &jiro].into_iter().for_each(away);
        for what in [
            json!({"title": "臨時"}),
            json!({"locations": {"1": {"name": "本館"}}}),
            json!({"facilityIds": [room]}),
            json!({"status": "cancelled"}),
        ] {
            change(what.clone());
            assert_eq!(heard(), [0, 0], "{what}");
        }
        change(json!({"status": "confirmed", "start": "2026-12-02T15:00:00"}));
        assert_eq!(heard(), [1, 1]);
    });
}

#[test]
fn an_import_that_moves_a_series_leaves_away_what_was_left_out() {
    on_each_database(|db, _| {
        let (hanako, taro) = (person(db, "佐藤"), person(db, "鈴木"));
        let series = create(
            db,
            &hanako,
            json!({"title": "朝会", "start": "2026-12-01T10:00:00", "duration": "PT1H",
                "recurrenceRule": {"frequency": "daily", "count": 3}, "participants": {"1": {"personId": taro.person}}}),
        );
        let second = Scope::This(local("2026-12-02T10:00:00"));
        try_delete(db, &taro, &series.id, second, &get(db, &taro, &series.id).unwrap().etag).unwrap();
        let calendar = default_calendar(db, &hanako);
        let file = db.read(|tx| service::export_calendar(tx, &hanako, &calendar)).unwrap();
        let file = file.replace("T100000", "T113000").replace("T110000", "T123000");
        let done = import_calendar(db, &hanako, Some(&calendar), file.as_bytes()).unwrap();
        assert_eq!((done.updated, done.refused), (1, Vec::new()));
        let seen = starts(&occurrences(db, &taro, days("2026-12-01", "2026-12-05")));
        assert_eq!(seen, ["2026-12-01T11:30:00", "2026-12-03T11:30:00"]);
        let event = get(db, &hanako, &series.id).unwrap().event;
        let answer = |day: &str| {
            event
                .occurrence(local(&format!("{day}T11:30:00")))
                .unwrap()
                .participation(&taro.person)
                .unwrap()
                .as_str()
        };
        assert_eq!((answer("2026-12-01"), answer("2026-12-02")), ("needs-action", "declined"));
    });
}

#[test]
fn an_answer_does_not_stand_for_dates_that_a_series_gets_afterwards() {
    on_each_database(|db, _| {
        let (hanako, taro) = (person(db, "佐藤"), person(db, "鈴木"));
        let series = |more: &str| {
            let text = meeting(&hanako, &[format!(":mailto:{}", mail(&taro))]);
            text.replace("SUMMARY:会議", &format!("{more}SUMMARY:会議"))
        };
        put(db, &hanako, "m.ics", &series(""));
        let id = occurrences(db, &taro, days("2026-11-20", "2026-12-20"))[0].event_id.clone();
        reply(db, &taro, &id, json!({"participationStatus": "accepted"})).unwrap();
        let answer = |day: &str| {
            let event = get(db, &hanako, &id).unwrap().event;
            event.occurrence(local(day)).unwrap().participation(&taro.person).unwrap().as_str()
        };
        put(db, &hanako, "m.ics", &series("RDATE;TZID=Asia/Tokyo:20261130T100000\r\n"));
        assert_eq!(
            (answer("2026-11-26T10:00:00"), answer("2026-11-30T10:00:00")),
            ("accepted", "needs-action")
        );
        let more = series("RDATE;TZID=Asia/Tokyo:20261130T100000,20261201T100000\r\n");
        put(db, &hanako, "m.ics", &more.replace("SUMMARY:会議", "SUMMARY:別"));
        assert_eq!(
            (answer("2026-11-27T10:00:00"), answer("2026-12-01T10:00:00")),
            ("accepted", "needs-action")
        );
    });
}

#[test]
fn whoever_is_outside_hears_of_another_title_of_an_occurrence() {
    on_each_database(|db, clock| {
        let hanako = person(db, "佐藤");
        let guest = |name: &str| json!({"calendarAddress": format!("mailto:{name}@example.com")});
        let series = create(
            db,
            &hanako,
            json!({"title": "朝礼", "start": "2026-11-26T09:00:00", "duration": "PT15M",
                "recurrenceRule": {"frequency": "daily", "count": 3}, "participants": {"s": guest("series")},
                "recurrenceOverrides": {"2026-11-27T09:00:00": {"participants/o": guest("once")}}}),
        );
        assert_eq!(mails(db).len(), 2);
        for (scope, change, expected) in [
            (Scope::This(local("2026-11-27T09:00:00")), json!({"title": "視察"}), vec!["once", "series"]),
            (Scope::This(local("2026-11-28T09:00:00")), json!({"description": "資料"}), vec!["series"]),
            (Scope::This(local("2026-11-28T09:00:00")), json!({"color": "#112233"}), vec![]),
        ] {
            clock.advance(PAUSE);
            let now = get(db, &hanako, &series.id).unwrap();
            patch(db, &hanako, &now, scope, change.clone());
            let sent = mails(db);
            let mut told: Vec<_> = sent.iter().map(|it| it.to[0].email.split('@').next().unwrap()).collect();
            told.sort_unstable();
            assert_eq!(told, expected, "{change}");
        }
    });
}

#[test]
fn what_waited_is_not_sent_when_the_event_is_deleted() {
    on_each_database(|db, clock| {
        let hanako = person(db, "佐藤");
        let guest = json!({"calendarAddress": "mailto:guest@example.com"});
        let methods =
            || -> Vec<String> { mails(db).into_iter().map(|mail| mail.calendar.unwrap().method).collect() };
        for change in [json!({"title": "打合せ"}), json!({"start": "2026-11-26T11:00:00"})] {
            let event = create(
                db,
                &hanako,
                json!({"title": "会議", "start": "2026-11-26T10:00:00", "duration": "PT1H", "participants": {"2": guest}}),
            );
            assert_eq!(methods(), ["REQUEST"]);
            let now = get(db, &hanako, &event.id).unwrap();
            let now = patch(db, &hanako, &now, Scope::All, change.clone());
            assert_eq!(methods(), [""; 0], "it waits: {change}");
            try_delete(db, &hanako, &event.id, Scope::All, &now.etag).unwrap();
            assert_eq!(methods(), ["CANCEL"]);
            clock.advance(PAUSE);
            assert_eq!(methods(), [""; 0], "{change}");
        }
        // What is told later than its end, by whichever worker, is told no more.
        let event = create(
            db,
            &hanako,
            json!({"title": "会議", "start": "2026-11-26T10:00:00", "participants": {"2": guest}}),
        );
        try_delete(db, &hanako, &event.id, Scope::All, &event.etag).unwrap();
        assert_eq!(methods(), ["CANCEL"]);
    });
}
