//! Reminders over long times: of what lies far ahead, and of what was due while no server ran.

use renraku_base::{Language, Limit, Principal};
use renraku_db::Db;
use renraku_notify::{NotificationType, service as notify};
use renraku_test_db::on_each_database;
use serde_json::{Value, json};

use crate::office::{at, create, person, run_due_jobs};

/// When what somebody was reminded of starts.
fn reminded(db: &Db, who: &Principal) -> Vec<String> {
    let page = db
        .read(|tx| notify::list_notifications(tx, who, false, None, Limit::default(), Language::Ja))
        .unwrap();
    let reminders = page.items.into_iter().filter(|it| it.kind == NotificationType::Reminder);
    let mut told: Vec<_> = reminders.filter_map(|it| it.details.start).collect();
    told.sort();
    told
}

fn alerts(offsets: &[&str]) -> Value {
    let alert = |offset: &&str| json!({"trigger": {"@type": "OffsetTrigger", "offset": offset}});
    offsets
        .iter()
        .enumerate()
        .map(|(n, offset)| (n.to_string(), alert(offset)))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

#[test]
fn what_lies_far_ahead_is_reminded_of_in_its_time() {
    on_each_database(|db, clock| {
        let who = |name: &str, body: Value| {
            let who = person(db, name);
            create(db, &who, body);
            who
        };
        let event = |start: &str, offsets: &[&str]| json!({"title": "予定", "start": start, "duration": "PT1H", "alerts": alerts(offsets)});
        let series = |mut event: Value, rule: Value| {
            event["recurrenceRule"] = rule;
            event
        };
        let in_three_years = who("佐藤", event("2029-10-01T09:00:00", &["-PT10M"]));
        let leap_day =
            who("鈴木", series(event("2024-02-29T09:00:00", &["-PT10M"]), json!({"frequency": "yearly"})));
        let two_months_before = who("高橋", event("2027-03-01T09:00:00", &["-P60D"]));
        let mut absolute = event("2027-06-01T09:00:00", &[]);
        absolute["alerts"] =
            json!({"1": {"trigger": {"@type": "AbsoluteTrigger", "when": "2027-01-05T00:00:00Z"}}});
        let absolute = who("田中", absolute);
        let monthly = json!({"frequency": "monthly"});
        let early_and_late = who("伊藤", series(event("2026-12-10T09:00:00", &["-PT10M", "-P45D"]), monthly));

        let wait = |until: &str| {
            clock.set(at(until));
            run_due_jobs(db);
        };
        wait("2026-12-09T23:50:10Z");
        wait("2026-12-31T00:00:10Z");
        assert_eq!(reminded(db, &two_months_before), ["2027-03-01T09:00:00"]);
        // Of January's and February's meetings early, of December's at its time.
        assert_eq!(
            reminded(db, &early_and_late),
            ["2026-12-10T09:00:00", "2027-01-10T09:00:00", "2027-02-10T09:00:00"]
        );
        wait("2027-01-05T00:00:10Z");
        assert_eq!(reminded(db, &absolute), ["2027-06-01T09:00:00"]);
        assert_eq!(reminded(db, &leap_day), [""; 0]);
        wait("2028-02-28T23:50:10Z");
        assert_eq!(reminded(db, &leap_day), ["2028-02-29T09:00:00"]);
        wait("2029-09-30T23:50:10Z");
        assert_eq!(reminded(db, &in_three_years), ["2029-10-01T09:00:00"]);
    });
}

#[test]
fn what_was_due_while_no_server_ran_is_told_where_it_is_news() {
    on_each_database(|db, clock| {
        let hanako = person(db, "佐藤");
        let daily = json!({"frequency": "daily"});
        for (title, start, duration, offset) in [
            ("朝礼", "2026-11-26T09:00:00", "PT15M", "-PT10M"),
            // Over for weeks, for days, and not at all.
            ("会議", "2027-01-10T10:00:00", "PT1H", "-PT10M"),
            ("面談", "2027-03-03T10:00:00", "PT1H", "-PT10M"),
            ("出張", "2027-02-20T10:00:00", "P30D", "-P1D"),
        ] {
            let mut body =
                json!({"title": title, "start": start, "duration": duration, "alerts": alerts(&[offset])});
            if title == "朝礼" {
                body["recurrenceRule"] = daily.clone();
            }
            create(db, &hanako, body);
        }
        // A hundred days later.
        clock.set(at("2027-03-06T10:00:00+09:00"));
        run_due_jobs(db);
        assert_eq!(
            reminded(db, &hanako),
            ["2027-02-20T10:00:00", "2027-03-03T10:00:00", "2027-03-06T09:00:00"]
        );
        // And so on at its time.
        clock.set(at("2027-03-07T08:50:00+09:00"));
        run_due_jobs(db);
        assert_eq!(reminded(db, &hanako).len(), 4);
    });
}
