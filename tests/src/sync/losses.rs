//! What a phone is told when its person may no longer read something, or may read it for the first time.

use serde_json::{Value, json};

use super::{office::found_section, replica::Replica};
use crate::harness::{Staff, on_each_backend};

fn id(object: &Value) -> &str {
    object["id"].as_str().unwrap()
}

fn person(staff: &Staff) -> Value {
    json!({"type": "person", "personId": staff.person})
}

fn calendar(owner: &Staff, name: &str) -> String {
    id(&owner.post("calendars", &json!({"name": name})).expect(201).json()).to_owned()
}

fn event(owner: &Staff, calendar: &str, day: &str, more: &Value) -> Value {
    let mut body = json!({"calendarId": calendar, "title": "会議", "start": format!("{day}T10:00:00"), "duration": "PT1H"});
    body.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap_or_default());
    owner.post("events", &body).expect(201).json()
}

fn share(owner: &Staff, path: &str, grantee: &Value, role: Option<&str>) {
    let answer = owner.post(&format!("{path}/shares"), &json!({"grantee": grantee, "role": role}));
    answer.expect(if role.is_some() { 200 } else { 204 });
}

#[track_caller]
fn assert_up_to_date(replica: &mut Replica, staff: &Staff, when: &str) {
    replica.catch_up(staff, None);
    replica.assert_same(&Replica::first_in(staff, replica.window), when);
}

#[test]
fn a_deleted_calendar_is_gone_with_its_events() {
    on_each_backend(|server| {
        let (hanako, taro) = (server.staff("hanako"), server.staff("taro"));
        let shared = calendar(&hanako, "課の予定");
        event(&hanako, &shared, "2026-11-26", &json!({}));
        event(&hanako, &shared, "2026-11-27", &json!({"privacy": "secret"}));
        share(&hanako, &format!("calendars/{shared}"), &person(&taro), Some("read"));
        let (mut his, mut hers) = (Replica::first(&taro), Replica::first(&hanako));
        assert_eq!((his.count("events"), hers.count("events")), (1, 2));
        hanako.delete(&format!("calendars/{shared}"), "*").expect(204);
        for (replica, staff) in [(&mut his, &taro), (&mut hers, &hanako)] {
            assert_up_to_date(replica, staff, "after the calendar was deleted");
            assert_eq!((replica.count("events"), replica.count("calendars")), (0, 1));
        }
    });
}

#[test]
fn what_left_a_calendar_before_it_was_lost_is_gone_too() {
    on_each_backend(|server| {
        let (hanako, taro) = (server.staff("hanako"), server.staff("taro"));
        for moves_window in [false, true] {
            let shared = calendar(&hanako, "課の予定");
            let deleted = event(&hanako, &shared, "2026-11-26", &json!({}));
            let moved = event(&hanako, &shared, "2026-11-26", &json!({}));
            event(&hanako, &shared, "2026-11-27", &json!({}));
            let path = format!("calendars/{shared}");
            share(&hanako, &path, &person(&taro), Some("read"));
            let mut replica = Replica::first(&taro);
            assert_eq!(replica.count("events"), 3);
            hanako.delete(&format!("events/{}", id(&deleted)), "*").expect(204);
            hanako
                .patch(&format!("events/{}", id(&moved)), "*", &json!({"start": "2027-06-01T10:00:00"}))
                .expect(200);
            share(&hanako, &path, &person(&taro), None);
            if moves_window {
                replica.move_to(("2026-12-10T00:00:00Z", "2027-01-10T00:00:00Z"));
            }
            assert_up_to_date(&mut replica, &taro, "after the right was lost");
            assert_eq!((replica.count("events"), replica.count("calendars")), (0, 1));
        }
    });
}

#[test]
fn a_right_that_is_lost_between_two_pages_leaves_nothing() {
    on_each_backend(|server| {
        let (hanako, taro) = (server.staff("hanako"), server.staff("taro"));
        let mut replica = Replica::first(&taro);
        let shared = calendar(&hanako, "課の予定");
        event(&hanako, &shared, "2026-11-26", &json!({}));
        let book = id(&hanako.post("address-books", &json!({"name": "業者"})).expect(201).json()).to_owned();
        let paths = [format!("calendars/{shared}"), format!("address-books/{book}")];
        for path in &paths {
            share(&hanako, path, &person(&taro), Some("read"));
        }
        for _ in 0..2 {
            replica.step(&taro, Some(1));
        }
        assert!(replica.count("calendars") > 1);
        for path in &paths {
            share(&hanako, path, &person(&taro), None);
        }
        assert_up_to_date(&mut replica, &taro, "after the rights were lost");
    });
}

#[test]
fn an_event_that_is_still_seen_elsewhere_is_told_as_it_is_seen_there() {
    on_each_backend(|server| {
        let (hanako, taro) = (server.staff("hanako"), server.staff("taro"));
        let shared = calendar(&hanako, "課の予定");
        let path = format!("calendars/{shared}");
        let takes_part =
            json!({"participants": {"1": {"personId": taro.person, "roles": {"attendee": true}}}});
        let meeting = event(&hanako, &shared, "2026-11-26", &takes_part);
        // He is told of it beside the requests.
        server.run_due_jobs();
        share(&hanako, &path, &person(&taro), Some("read"));
        let mut replica = Replica::first(&taro);
        let shown =
            |replica: &Replica| replica.objects["occurrences"][id(&meeting)].as_array().unwrap().len();
        assert_eq!(shown(&replica), 2);
        share(&hanako, &path, &person(&taro), None);
        assert_up_to_date(&mut replica, &taro, "after one of two calendars was lost");
        assert_eq!(shown(&replica), 1);
    });
}

#[test]
fn a_phone_that_was_away_too_long_to_know_what_it_lost_starts_over() {
    on_each_backend(|server| {
        let (hanako, taro) = (server.staff("hanako"), server.staff("taro"));
        let shared = calendar(&hanako, "課の予定");
        share(&hanako, &format!("calendars/{shared}"), &person(&taro), Some("read"));
        let meeting = event(&hanako, &shared, "2026-11-26", &json!({}));
        let token = Replica::first(&taro).token.unwrap();
        hanako.delete(&format!("events/{}", id(&meeting)), "*").expect(204);
        share(&hanako, &format!("calendars/{shared}"), &person(&taro), None);
        server.clock().advance(std::time::Duration::from_secs(100 * 86_400));
        let now = server.db().now().micros();
        assert!(server.db().write(|tx| renraku_db::changes::prune(tx, now, 0)).unwrap() > 0);
        let taro = taro.on_another_phone();
        taro.ask("POST", "sync").json(&json!({"token": token})).send().problem(410, "resync-required");
    });
}

#[test]
fn the_first_grant_to_a_section_or_to_everyone_is_told() {
    on_each_backend(|server| {
        let (hanako, taro) = (server.staff("hanako"), server.staff("taro"));
        let section = found_section(server, &[&taro]);
        let mut replica = Replica::first(&taro);
        for (count, grantee) in
            [json!({"type": "unit", "unitId": section}), json!({"type": "everyone"})].iter().enumerate()
        {
            let shared = calendar(&hanako, "課の予定");
            event(&hanako, &shared, "2026-11-26", &json!({}));
            let book =
                id(&hanako.post("address-books", &json!({"name": "業者"})).expect(201).json()).to_owned();
            share(&hanako, &format!("calendars/{shared}"), grantee, Some("read"));
            assert_up_to_date(&mut replica, &taro, "after the first calendar was shared");
            share(&hanako, &format!("address-books/{book}"), grantee, Some("read"));
            assert_up_to_date(&mut replica, &taro, "after the first book was shared");
            let held = (replica.count("events"), replica.count("addressBooks"));
            assert_eq!(held, (count + 1, count + 1), "{grantee}");
        }
    });
}

#[test]
fn a_page_that_ends_with_a_calendar_forgets_none() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        for name in ["課", "班"] {
            let calendar = calendar(&hanako, name);
            for day in ["2026-11-26", "2026-11-27"] {
                event(&hanako, &calendar, day, &json!({}));
            }
        }
        let at_once = Replica::first(&hanako);
        for limit in 1..=7 {
            let mut replica = Replica::default();
            replica.catch_up(&hanako, Some(limit));
            replica.assert_same(&at_once, &format!("in pages of {limit}"));
        }
    });
}

#[test]
fn phases_by_types_lead_to_everything() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        hanako.post("contacts", &json!({"name": {"full": "佐藤"}})).expect(201);
        event(&hanako, &hanako.calendar, "2026-11-26", &json!({}));
        let at_once = Replica::first(&hanako);
        let phases = ["messages", "events", "contacts", "notifications", "people", "facilities"];
        for first in phases {
            let mut replica = Replica::default();
            for phase in [first].into_iter().chain(phases) {
                while replica.step_for(&hanako, None, Some(&[phase])) {}
            }
            replica.assert_same(&at_once, &format!("{first} first"));
        }
    });
}
