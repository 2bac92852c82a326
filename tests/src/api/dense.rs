//! Series that happen very often: what they may cost others is bounded, and nobody's schedule stops because of them.

use serde_json::{Value, json};

use crate::harness::{Staff, on_each_backend};

fn hourly(title: &str, more: &Value) -> Value {
    let mut event = json!({
        "title": title, "start": "2026-11-01T00:00:00", "duration": "PT30M",
        "recurrenceRule": {"frequency": "daily", "byHour": (0..24).collect::<Vec<_>>()},
    });
    event.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    event
}

/// All occurrences of a window, page by page.
fn all(who: &Staff, window: &str) -> Vec<Value> {
    let (mut items, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = who.get(&format!("occurrences?{window}&limit=500{cursor}")).expect(200).json();
        items.extend(page["items"].as_array().unwrap().clone());
        match page["nextCursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return items,
        }
    }
}

#[test]
fn what_happens_more_often_than_anybody_can_mean_is_refused() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        let rule =
            |rule: Value, duration: &str| hourly("x", &json!({"recurrenceRule": rule, "duration": duration}));
        let hours: Vec<_> = (0..24).collect();
        for event in [
            rule(json!({"frequency": "daily", "byHour": hours}), "P2000D"),
            rule(json!({"frequency": "daily"}), "P40D"),
        ] {
            hanako.post("events", &event).problem(422, "series-too-dense");
        }
        for event in [
            rule(json!({"frequency": "daily", "byHour": hours}), "PT24H"),
            rule(json!({"frequency": "daily"}), "P30D"),
            rule(json!({"frequency": "weekly"}), "P60D"),
        ] {
            hanako.post("events", &event).expect(201);
        }
    });
}

#[test]
fn what_is_not_in_the_index_is_not_much() {
    on_each_backend(|server| {
        let (hanako, taro) = (server.staff("hanako"), server.staff("taro"));
        let guest = json!({"participants": {"1": {"personId": taro.person}}});
        let mut last = Value::Null;
        for n in 0..20 {
            last = hanako.post("events", &hourly(&n.to_string(), &json!({}))).expect(201).json();
        }
        hanako.post("events", &hourly("x", &json!({}))).problem(422, "series-too-dense");
        // Those that are there can be changed.
        let path = format!("events/{}", last["id"].as_str().unwrap());
        let etag = last["etag"].as_str().unwrap();
        hanako.patch(&path, etag, &guest).expect(200);
        taro.post("events", &hourly("x", &json!({}))).expect(201);
    });
}

#[test]
fn however_much_lies_in_a_window_it_is_told() {
    on_each_backend(|server| {
        let (hanako, taro) = (server.staff("hanako"), server.staff("taro"));
        for n in 0..8 {
            hanako.post("events", &hourly(&n.to_string(), &json!({}))).expect(201);
        }
        let meeting = json!({"title": "会議", "start": "2026-11-26T10:15:00", "duration": "PT1H"});
        hanako.post("events", &meeting).expect(201);
        let share = json!({"grantee": {"type": "everyone"}, "role": "read"});
        hanako.post(&format!("calendars/{}/shares", hanako.calendar), &share).expect(200);
        let window = "from=2026-11-01T00:00:00Z&to=2027-01-01T00:00:00Z";
        for who in [&hanako, &taro] {
            let found = all(who, window);
            // From nine in the morning of the first day, on the clocks of the office.
            assert_eq!(found.len(), 8 * 24 * 61 + 1);
            let key = |it: &Value| format!("{} {} {}", it["utcStart"], it["eventId"], it["recurrenceId"]);
            assert!(found.is_sorted_by_key(key), "not in order");
            assert_eq!(found.iter().filter(|it| it["title"] == "会議").count(), 1);

            let mut asked = json!({"window": {"from": "2026-11-01T00:00:00Z", "to": "2027-01-01T00:00:00Z"}, "types": ["events"]});
            let mut told = 0;
            loop {
                let answer = who.post("sync", &asked).expect(200).json();
                let events = answer["changed"]["occurrences"].as_array();
                told += events
                    .into_iter()
                    .flatten()
                    .map(|it| it["items"].as_array().unwrap().len())
                    .sum::<usize>();
                asked = json!({"token": answer["token"]});
                if answer["more"] == false {
                    break;
                }
            }
            assert_eq!(told, found.len());
        }
    });
}

#[test]
fn a_short_file_makes_no_endless_index() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        let daily: String = (0..160)
            .map(|n| format!("BEGIN:VEVENT\r\nUID:{n}\r\nDTSTART:20200101T000000Z\r\nRRULE:FREQ=DAILY\r\nEND:VEVENT\r\n"))
            .collect();
        let single = "BEGIN:VEVENT\r\nUID:s\r\nDTSTART:20261201T000000Z\r\nEND:VEVENT\r\n";
        let done = hanako
            .ask("POST", &format!("calendars/{}/import", hanako.calendar))
            .fresh_key()
            .body(
                "text/calendar",
                format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{daily}{single}END:VCALENDAR\r\n"),
            )
            .send()
            .expect(200)
            .json();
        let refused = done["refused"].as_array().unwrap();
        // 800 days of each lie in the index.
        assert_eq!((done["created"].as_u64(), refused.len()), (Some(126), 35));
        let reason = refused[0]["reason"].as_str().unwrap();
        assert!(reason.contains("10万回"), "{reason}");
    });
}
