use renraku_schedule::{
    model::{Event, ParticipationStatus},
    rules::recurrence,
    service::{self, Scope},
};
use renraku_test_db::on_each_database;
use serde_json::json;

use crate::office::{code, create, days, default_calendar, get, local, occurrences, patch, person, reply};

#[test]
fn an_answer_is_seen_by_all_and_decides_whether_the_time_is_taken() {
    on_each_database(|db, _| {
        let (hanako, taro, jiro) = (person(db, "佐藤"), person(db, "鈴木"), person(db, "高橋"));
        let event = create(
            db,
            &hanako,
            json!({"title": "会議", "start": "2026-11-26T10:00:00", "duration": "PT1H",
                "participants": {"1": {"personId": taro.person}}}),
        );
        let window = days("2026-11-26", "2026-11-27");
        let busy = |who: &renraku_base::Principal| {
            let found =
                db.read(|tx| service::free_busy(tx, &jiro, &[who.person.to_string()], window)).unwrap();
            serde_json::to_value(&found[0].busy)
                .unwrap()
                .as_array()
                .unwrap()
                .iter()
                .map(|it| it["status"].clone())
                .collect::<Vec<_>>()
        };
        assert_eq!(busy(&taro), ["tentative"], "no answer yet");
        for (answer, taken) in
            [("accepted", vec!["confirmed"]), ("tentative", vec!["tentative"]), ("declined", vec![])]
        {
            let after =
                reply(db, &taro, &event.id, json!({"participationStatus": answer, "comment": "了解"}))
                    .unwrap();
            assert_eq!(busy(&taro), taken, "{answer}");
            assert_eq!(get(db, &hanako, &event.id).unwrap().event.participants, after.event.participants);
            assert_eq!(
                occurrences(db, &taro, window)[0].participation_status.map(ParticipationStatus::as_str),
                Some(answer)
            );
        }
        assert_eq!(busy(&hanako), ["confirmed"]);
        assert_eq!(
            code(reply(db, &jiro, &event.id, json!({"participationStatus": "accepted"}))),
            "not-found"
        );
    });
}

#[test]
fn one_occurrence_may_be_answered_by_itself() {
    on_each_database(|db, _| {
        let (hanako, taro) = (person(db, "佐藤"), person(db, "鈴木"));
        let event = create(
            db,
            &hanako,
            json!({"title": "朝礼", "start": "2026-11-26T09:00:00", "duration": "PT30M",
                "recurrenceRule": {"frequency": "daily", "count": 3}, "participants": {"1": {"personId": taro.person}}}),
        );
        reply(db, &taro, &event.id, json!({"participationStatus": "accepted"})).unwrap();
        let no = json!({"participationStatus": "declined", "recurrenceId": "2026-11-27T09:00:00"});
        reply(db, &taro, &event.id, no).unwrap();
        let answers: Vec<_> = occurrences(db, &taro, days("2026-11-26", "2026-11-30"))
            .into_iter()
            .map(|it| it.participation_status.unwrap().as_str())
            .collect();
        assert_eq!(answers, ["accepted", "declined", "accepted"]);
        let bad = json!({"participationStatus": "declined", "recurrenceId": "2026-11-27T10:00:00"});
        assert_eq!(code(reply(db, &taro, &event.id, bad)), "not-found");
    });
}

/// What the participants answered for each occurrence, the organizer first.
fn answers(event: &Event) -> Vec<String> {
    let starts = ["2026-12-01", "2026-12-02", "2026-12-03"];
    let ids = starts.iter().flat_map(|day| {
        let hours = ["09", "10"];
        hours.map(|hour| local(&format!("{day}T{hour}:00:00")))
    });
    ids.filter(|id| recurrence::has_occurrence(event, *id))
        .map(|id| {
            let occurrence = event.occurrence(id).unwrap();
            let mut words: Vec<_> =
                occurrence.participants.values().map(|it| it.participation_status.as_str()).collect();
            words.sort_unstable();
            words.join(" ")
        })
        .collect()
}

#[test]
fn what_moves_is_asked_again_and_what_stays_keeps_its_answers() {
    on_each_database(|db, _| {
        let (hanako, taro) = (person(db, "佐藤"), person(db, "鈴木"));
        let made = || {
            let event = create(
                db,
                &hanako,
                json!({"title": "朝礼", "start": "2026-12-01T09:00:00", "duration": "PT30M",
                    "recurrenceRule": {"frequency": "daily", "count": 3},
                    "participants": {"1": {"personId": taro.person}}}),
            );
            let third = Scope::This(local("2026-12-03T09:00:00"));
            let event = patch(db, &hanako, &event, third, json!({"start": "2026-12-03T15:00:00"}));
            reply(db, &taro, &event.id, json!({"participationStatus": "accepted", "comment": "はい"}))
                .unwrap();
            let no = json!({"participationStatus": "declined", "recurrenceId": "2026-12-02T09:00:00"});
            reply(db, &taro, &event.id, no).unwrap();
            let yes = json!({"participationStatus": "tentative", "recurrenceId": "2026-12-03T09:00:00"});
            reply(db, &taro, &event.id, yes).unwrap()
        };
        let before = made();
        assert_eq!(answers(&before.event), ["accepted accepted", "accepted declined", "accepted tentative"]);
        for text in [json!({"title": "昼礼"}), json!({"description": "x"}), json!({"privacy": "private"})] {
            let event = patch(db, &hanako, &get(db, &hanako, &before.id).unwrap(), Scope::All, text);
            assert_eq!(answers(&event.event), answers(&before.event));
        }
        // The series an hour later: its own answers and those to single occurrences are void; the third has its own time.
        let event = get(db, &hanako, &before.id).unwrap();
        let moved = patch(db, &hanako, &event, Scope::All, json!({"start": "2026-12-01T10:00:00"}));
        assert_eq!(
            answers(&moved.event),
            ["accepted needs-action", "accepted needs-action", "accepted tentative"]
        );
        let first = moved.event.occurrence(local("2026-12-01T10:00:00")).unwrap();
        assert_eq!(first.participants["1"].participation_comment, None, "said of the old time");
        // One occurrence moves: the others keep their answers.
        let event = made();
        let first = Scope::This(local("2026-12-01T09:00:00"));
        let moved = patch(db, &hanako, &event, first, json!({"start": "2026-12-01T16:00:00"}));
        assert_eq!(
            answers(&moved.event),
            ["accepted needs-action", "accepted declined", "accepted tentative"]
        );
        // A file that moves it does the same.
        let calendar = default_calendar(db, &hanako);
        let file = db.read(|tx| service::export_calendar(tx, &hanako, &calendar)).unwrap();
        let later = file.replace("T090000", "T100000").replace("T093000", "T103000");
        let report = service::import_calendar(db, &hanako, Some(&calendar), later.as_bytes()).unwrap();
        assert_eq!((report.updated, report.refused), (2, Vec::new()));
        let event = get(db, &hanako, &event.id).unwrap();
        assert_eq!(answers(&event.event)[1], "accepted needs-action");
    });
}

#[test]
fn what_ends_earlier_or_is_called_off_is_not_asked_again() {
    on_each_database(|db, _| {
        let (hanako, taro) = (person(db, "佐藤"), person(db, "鈴木"));
        let event = create(
            db,
            &hanako,
            json!({"title": "朝礼", "start": "2026-12-01T09:00:00", "duration": "PT30M",
                "recurrenceRule": {"frequency": "daily"}, "participants": {"1": {"personId": taro.person}}}),
        );
        reply(db, &taro, &event.id, json!({"participationStatus": "accepted"})).unwrap();
        let no = json!({"participationStatus": "declined", "recurrenceId": "2026-12-02T09:00:00"});
        reply(db, &taro, &event.id, no).unwrap();
        let change = |scope: Scope, change: serde_json::Value| {
            let now = get(db, &hanako, &event.id).unwrap();
            answers(&patch(db, &hanako, &now, scope, change).event)
        };
        let rule = |members: serde_json::Value| {
            let mut rule = json!({"frequency": "daily"});
            rule.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
            json!({"recurrenceRule": rule})
        };
        let (yes, no, asked) = ("accepted accepted", "accepted declined", "accepted needs-action");
        for (members, expected) in [
            (json!({"count": 5}), vec![yes, no, yes]),
            (json!({"count": null, "until": "2026-12-03T09:00:00"}), vec![yes, no, yes]),
            (json!({"until": null, "count": 3}), vec![yes, no, yes]),
            (json!({"count": 2}), vec![yes, no]),
        ] {
            assert_eq!(change(Scope::All, rule(members.clone())), expected, "{members}");
        }
        // What takes place again is asked for, and so is a series that goes on for longer.
        let first = local("2026-12-01T09:00:00");
        assert_eq!(change(Scope::This(first), json!({"status": "cancelled"})), [yes, no]);
        assert_eq!(change(Scope::All, json!({"status": "cancelled"})), [yes, no]);
        assert_eq!(change(Scope::All, json!({"status": "confirmed"})), [asked, asked]);
        reply(db, &taro, &event.id, json!({"participationStatus": "accepted"})).unwrap();
        assert_eq!(change(Scope::All, rule(json!({"count": 3}))), [asked, asked, asked]);
    });
}

#[test]
fn what_was_put_away_is_not_there() {
    on_each_database(|db, _| {
        let (hanako, taro) = (person(db, "佐藤"), person(db, "鈴木"));
        let body = json!({"title": "会議", "start": "2026-11-26T10:00:00", "duration": "PT1H",
            "participants": {"1": {"personId": taro.person}}});
        let event = create(db, &hanako, body);
        let his = get(db, &taro, &event.id).unwrap();
        crate::office::try_delete(db, &taro, &event.id, Scope::All, &his.etag).unwrap();
        assert_eq!(code(get(db, &taro, &event.id)), "not-found");
        get(db, &hanako, &event.id).unwrap();
        // Whoever changes their mind has it back.
        reply(db, &taro, &event.id, json!({"participationStatus": "accepted"})).unwrap();
        get(db, &taro, &event.id).unwrap();
    });
}

#[test]
fn a_comment_has_lines_and_no_other_control_characters() {
    on_each_database(|db, _| {
        let (hanako, taro) = (person(db, "佐藤"), person(db, "鈴木"));
        let event = create(
            db,
            &hanako,
            json!({"title": "会議", "start": "2026-11-26T10:00:00", "duration": "PT1H",
                "participants": {"1": {"personId": taro.person}}}),
        );
        let with = |comment: &str| {
            reply(db, &taro, &event.id, json!({"participationStatus": "accepted", "comment": comment}))
        };
        assert_eq!(code(with("a\u{0}b")), "invalid");
        with("遅れます。\n先に始めてください。").unwrap();
    });
}
