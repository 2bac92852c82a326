use renraku_schedule::model::ParticipationStatus;
use renraku_test_db::on_each_database;
use serde_json::json;

use crate::office::{code, create, days, get, occurrences, person, reply};

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
            let found = db
                .read(|tx| renraku_schedule::service::free_busy(tx, &jiro, &[who.person.to_string()], window))
                .unwrap();
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
        assert_eq!(
            code(reply(db, &taro, &event.id, json!({"participationStatus": "needs-action"}))),
            "invalid"
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
