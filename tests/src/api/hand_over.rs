//! What an import of the staff tells of those who leave.

use chrono::Days;
use renraku_base::{Clock, SystemClock};
use renraku_people::directory::service::office_day;
use renraku_schedule::{model::FacilityDraft, service};
use serde_json::{Value, json};

use crate::harness::{Staff, TestServer, on_each_backend, run_beside};

/// Makes an event in a month from now.
fn event(who: &Staff, title: &str, more: &Value) -> Value {
    let day = office_day(SystemClock.now()) + Days::new(30);
    let mut body = json!({"title": title, "start": format!("{day}T10:00:00"), "duration": "PT1H"});
    for (name, value) in more.as_object().unwrap() {
        body[name] = value.clone();
    }
    who.post("events", &body).expect(201).json()
}

fn room(server: &TestServer) -> String {
    let draft: FacilityDraft = serde_json::from_value(json!({"name": "大会議室", "kind": "room"})).unwrap();
    server.db().write(|tx| service::create_facility(tx, draft.clone())).unwrap().into_inner().id.into_string()
}

/// The lines of a dry run by which hanako leaves that say what she has to hand over, without the times.
fn handed_over(server: &TestServer) -> Vec<String> {
    let file = server.write_file("staff.csv", "職員番号,氏名\n990002,別人 太郎\n");
    let (well, said) = run_beside(server, &["import", "people", &file, "--end-missing", "--dry-run"]);
    assert!(well && said.contains("leaves     990001 試験 hanako"), "{said}");
    let lines = said.lines().filter_map(|line| line.split_once("to hand over: "));
    lines.map(|(_, event)| event.split_once(' ').unwrap().1.to_owned()).collect()
}

#[test]
fn what_others_count_on_is_listed_once_and_without_what_is_private() {
    on_each_backend(|server| {
        let (hanako, taro) = (server.staff("hanako"), server.staff("taro"));
        assert!(run_beside(server, &["user", "number", "hanako", "990001"]).0);
        let guests = || json!({"t": {"personId": taro.person, "roles": {"attendee": true}}});
        let outside =
            json!({"g": {"calendarAddress": "mailto:guest@example.com", "roles": {"attendee": true}}});
        event(&hanako, "a 議会説明", &json!({"participants": guests()}));
        event(&hanako, "b 人事評価", &json!({"participants": guests(), "privacy": "private"}));
        event(&hanako, "c 通院", &json!({"privacy": "secret"}));
        event(&hanako, "d 昼休み", &json!({}));
        event(&hanako, "e 中止", &json!({"participants": guests(), "status": "cancelled"}));
        let weekly =
            json!({"recurrenceRule": {"frequency": "weekly", "count": 20}, "facilityIds": [room(server)]});
        event(&hanako, "f 定例会", &weekly);
        event(&hanako, "g 業者打合せ", &json!({"participants": outside}));
        event(&taro, "h 太郎の会", &json!({"participants": {"h": {"personId": hanako.person}}}));
        let mut told = handed_over(server);
        told.sort();
        assert_eq!(told, ["a 議会説明", "f 定例会 (大会議室), repeats", "g 業者打合せ", "予定あり"]);
        // In a calendar that somebody else reads, every event of hers is missed.
        let shares = format!("calendars/{}/shares", hanako.calendar);
        let share = json!({"grantee": {"type": "person", "personId": taro.person}, "role": "read"});
        hanako.post(&shares, &share).expect(200);
        let told = handed_over(server);
        assert_eq!(told.iter().filter(|line| *line == "予定あり").count(), 2, "{told:?}");
        assert!(
            told.contains(&"d 昼休み".to_owned()) && !told.iter().any(|line| line.contains("中止")),
            "{told:?}"
        );
    });
}
