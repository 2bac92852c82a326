//! Calendars as files: in by one request, out by another.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::harness::{Answer, Staff, on_each_backend};

const GOOGLE: &str = include_str!("../../fixtures/ics/google-calendar-export.ics");

fn vevent(uid: &str, lines: &str) -> String {
    format!(
        "BEGIN:VEVENT\r\nUID:{uid}\r\nDTSTART;TZID=Asia/Tokyo:20261201T090000\r\nDURATION:PT1H\r\n{lines}\r\nEND:VEVENT\r\n"
    )
}

fn calendar(events: &str) -> String {
    format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{events}END:VCALENDAR\r\n")
}

fn import_as(who: &Staff, key: &str, language: &str, file: &str) -> Answer {
    who.ask("POST", &format!("calendars/{}/import", who.calendar))
        .header("idempotency-key", key)
        .header("accept-language", language)
        .body("text/calendar; charset=utf-8", file)
        .send()
}

fn import(who: &Staff, file: &str) -> Value {
    import_as(who, &Uuid::now_v7().to_string(), "ja", file).expect(200).json()
}

fn export(who: &Staff) -> Answer {
    who.get(&format!("calendars/{}/export", who.calendar)).expect(200)
}

#[test]
fn a_file_goes_in_and_comes_out() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        let done = import(&hanako, GOOGLE);
        assert_eq!(done, json!({"created": 2, "updated": 0, "refused": [], "refusedCount": 0}));
        let out = export(&hanako);
        assert_eq!(out.header("content-type"), Some("text/calendar; charset=utf-8"));
        assert!(out.header("content-disposition").is_some_and(|it| it.starts_with("attachment")));
        let text = out.text().replace("\r\n ", "");
        for line in [
            "SUMMARY:予算ヒアリング",
            "X-GOOGLE-CONFERENCE:https://meet.google.com/abc-defg-hij",
            "TRIGGER:-P0DT0H10M0S",
        ] {
            assert!(text.contains(line), "{line}\n{text}");
        }
        assert_eq!(
            import(&hanako, &out.text()),
            json!({"created": 0, "updated": 2, "refused": [], "refusedCount": 0})
        );
    });
}

#[test]
fn what_the_file_says_of_the_calendar_and_its_tasks_come_back_on_every_face() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        let task = "BEGIN:VTODO\r\nUID:t\r\nSUMMARY:書類\u{1}\r\nX-ODD:1\r\nEND:VTODO\r\n";
        let file =
            calendar(&format!("X-WR-CALDESC:総務課\r\n{task}{}", vevent("a", "SUMMARY:会議\r\nX-ODD:2")));
        let done = import(&hanako, &file);
        assert_eq!(done["created"], 2);
        assert_eq!(done["kept"][0]["reason"], "制御文字を取り除いて取り込みました。");
        let out = export(&hanako).text();
        for line in ["X-WR-CALDESC:総務課\r\n", "SUMMARY:書類\r\n", "X-ODD:1\r\n", "X-ODD:2\r\n"] {
            assert_eq!(out.matches(line).count(), 1, "{line}\n{out}");
        }
    });
}

#[test]
fn what_is_wrong_is_told_in_the_readers_language() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        let file = calendar(
            &(vevent("good", "SUMMARY:良い") + &vevent("bad", "RRULE:FREQ=DAILY\r\nEXDATE:yesterday")),
        );
        let told = import(&hanako, &file);
        assert_eq!(told["created"], 1);
        assert_eq!(told["refused"][0]["component"], "VEVENT 2、9行目、UID bad");
        assert_eq!(
            told["refused"][0]["reason"],
            "EXDATE: 日付または日時が読み取れません。20260401 または 20260401T090000 のように書いてください。"
        );
        let english = import_as(&hanako, &Uuid::now_v7().to_string(), "en", &file).expect(200).json();
        assert!(
            english["refused"][0]["reason"]
                .as_str()
                .is_some_and(|it| it.starts_with("EXDATE: This is no date")),
            "{english}"
        );
    });
}

#[test]
fn a_line_that_is_too_long_is_told_with_the_limit() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        let long = vevent("long@example.jp", &format!("SUMMARY:{}", "x".repeat(530_000)));
        let file = calendar(&(vevent("good@example.jp", "SUMMARY:良い") + &long));
        let told = import(&hanako, &file);
        assert_eq!(told["created"], 1);
        assert_eq!(
            told["refused"][0]["reason"],
            "この行は長すぎます。続きの行をつないだ一行は 524,288 バイト（512 KiB）までです。"
        );
    });
}

#[test]
fn a_file_that_was_cut_is_told_where_it_ends() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        let whole = calendar(&(vevent("a@example.jp", "SUMMARY:一") + &vevent("b@example.jp", "SUMMARY:二")));
        let cut: String = whole.lines().take(11).map(|line| format!("{line}\r\n")).collect();
        let done = import(&hanako, &cut);
        assert_eq!(done["created"], 1);
        let refused = done["refused"].as_array().unwrap();
        let event =
            refused.iter().find(|it| it["component"].as_str().unwrap().starts_with("VEVENT 2")).unwrap();
        assert_eq!(event["component"], "VEVENT 2、11行目、UID b@example.jp");
        assert!(event["reason"].as_str().unwrap().contains("途中で切れ"), "{event}");
    });
}

#[test]
fn a_file_of_another_type_is_told_which_is_taken() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        let ask = hanako.ask("POST", &format!("calendars/{}/import", hanako.calendar)).fresh_key();
        let problem = ask.body("application/json", "{}").send().problem(415, "unsupported-type");
        assert!(problem["detail"].as_str().unwrap().contains("text/calendar"), "{problem}");
    });
}

#[test]
fn a_repeat_has_no_second_effect() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        let key = Uuid::now_v7().to_string();
        let file = calendar(&(vevent("a", "SUMMARY:最初") + "BEGIN:VJOURNAL\r\nUID:t\r\nEND:VJOURNAL\r\n"));
        let first = import_as(&hanako, &key, "ja", &file).expect(200);
        let occurrences = "occurrences?from=2026-12-01T00:00:00Z&to=2026-12-02T00:00:00Z";
        let event = hanako.get(occurrences).expect(200).json()["items"][0].clone();
        let id = event["eventId"].as_str().unwrap();
        hanako
            .patch(&format!("events/{id}"), event["etag"].as_str().unwrap(), &json!({"title": "後の変更"}))
            .expect(200);
        let second = import_as(&hanako, &key, "ja", &file).expect(200);
        assert_eq!(second.header("idempotent-replayed"), Some("true"));
        assert_eq!(second.json(), first.json());
        assert_eq!(hanako.get(occurrences).expect(200).json()["items"][0]["title"], "後の変更");
        import_as(&hanako, &key, "ja", &calendar("")).problem(422, "idempotency-key-reused");
    });
}

#[test]
fn what_is_no_calendar_is_refused() {
    on_each_backend(|server| {
        let (hanako, taro) = (server.staff("hanako"), server.staff("taro"));
        let key = || Uuid::now_v7().to_string();
        import_as(&hanako, &key(), "ja", "hello").problem(400, "not-a-calendar");
        let path = format!("calendars/{}/import", hanako.calendar);
        hanako.post(&path, &json!({})).problem(415, "unsupported-type");
        let send = |who: &Staff, body: Vec<u8>| {
            who.ask("POST", &path).header("idempotency-key", &key()).body("text/calendar", body).send()
        };
        send(&hanako, vec![b'x'; 10 * 1024 * 1024 + 1]).problem(413, "too-large");
        hanako
            .ask("POST", &path)
            .body("text/calendar", calendar(""))
            .send()
            .problem(400, "idempotency-key-required");
        send(&taro, calendar(&vevent("a", "SUMMARY:x")).into_bytes()).problem(404, "not-found");
        taro.get(&format!("calendars/{}/export", hanako.calendar)).problem(404, "not-found");
    });
}
