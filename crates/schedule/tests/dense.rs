//! Series with more occurrences than the index takes.

use renraku_base::{Limit, Principal};
use renraku_db::{CollectionKind, Db, changes};
use renraku_schedule::{
    model::EventView,
    service::{self, Scope, sync},
};
use renraku_test_db::on_each_database;
use serde_json::{Value, json};

use crate::office::{
    code, create, days, default_calendar, local, occurrences, patch, person, room, run_due_jobs, titles,
    try_create, try_delete, try_patch,
};

const HOURS: [u8; 8] = [8, 9, 10, 11, 13, 14, 15, 16];

fn rounds(end: &Value) -> Value {
    let mut rule = json!({"frequency": "daily", "byHour": HOURS});
    rule.as_object_mut().unwrap().extend(end.as_object().unwrap().clone());
    json!({"title": "巡回", "start": "2024-01-01T08:00:00", "duration": "PT10M", "recurrenceRule": rule})
}

fn count(db: &Db, who: &Principal, from: &str, to: &str) -> usize {
    occurrences(db, who, days(from, to)).len()
}

fn synced(db: &Db, who: &Principal, event: &EventView) -> usize {
    let collections = db
        .read(|tx| changes::find_by_owner(tx, CollectionKind::Calendar, Some(who.person.as_str())))
        .unwrap();
    let window = days("2026-11-20", "2026-12-20");
    let listed = db
        .read(|tx| sync::list_events(tx, who, collections[0], (window, &[window]), "", 100))
        .unwrap()
        .into_iter()
        .find(|(id, _)| *id == event.id);
    let got = db.read(|tx| sync::get_events(tx, who, std::slice::from_ref(&event.id), window)).unwrap();
    let count = listed.and_then(|(_, synced)| synced).map_or(0, |synced| synced.occurrences.len());
    assert_eq!(got.first().map_or(0, |synced| synced.occurrences.len()), count);
    count
}

#[test]
fn eight_rounds_a_day_are_there_on_every_day() {
    on_each_database(|db, _| {
        let (hanako, taro) = (person(db, "佐藤"), person(db, "鈴木"));
        default_calendar(db, &taro);
        let mut body = rounds(&json!({}));
        body["participants"] = json!({"1": {"personId": taro.person}});
        let event = create(db, &hanako, body);
        run_due_jobs(db);
        for who in [&hanako, &taro] {
            for (from, to) in [
                ("2024-01-01", "2024-01-02"),
                ("2025-12-01", "2025-12-02"),
                ("2026-11-25", "2026-11-26"),
                ("2026-12-01", "2026-12-02"),
                ("2027-11-25", "2027-11-26"),
                ("2050-05-05", "2050-05-06"),
            ] {
                assert_eq!(count(db, who, from, to), 8, "{from}");
            }
            assert_eq!(count(db, who, "2026-11-20", "2026-11-25"), 8 * 5);
            assert_eq!(synced(db, who, &event), 8 * 30);
            let ids = [who.person.to_string()];
            let window = days("2026-11-26", "2026-11-27");
            let busy = db.read(|tx| service::free_busy(tx, &hanako, &ids, window)).unwrap();
            assert_eq!(busy[0].busy.len(), 8);
            let group = service::Group::Principals(ids.to_vec());
            let week = db.read(|tx| service::group_week(tx, &hanako, &group, window)).unwrap();
            assert_eq!(week[0].occurrences.len(), 8);
        }
    });
}

#[test]
fn a_dense_series_ends_and_has_exceptions() {
    on_each_database(|db, _| {
        let hanako = person(db, "佐藤");
        let event = create(db, &hanako, rounds(&json!({"until": "2027-03-31T23:59:59"})));
        assert_eq!(count(db, &hanako, "2027-03-31", "2027-04-02"), 8, "it ends");
        let this = Scope::This(local("2026-11-26T09:00:00"));
        let moved =
            patch(db, &hanako, &event, this, json!({"start": "2026-11-27T12:00:00", "title": "別の時間"}));
        assert_eq!(count(db, &hanako, "2026-11-26", "2026-11-27"), 7);
        let next_day = titles(db, &hanako, days("2026-11-27", "2026-11-28"));
        assert_eq!(next_day.iter().filter(|title| title.as_deref() == Some("別の時間")).count(), 1);
        assert_eq!(next_day.len(), 9);
        try_delete(db, &hanako, &event.id, Scope::This(local("2026-11-26T10:00:00")), &moved.etag).unwrap();
        assert_eq!(count(db, &hanako, "2026-11-26", "2026-11-27"), 6);
        // Once a day it fits into the index again, and is not there twice.
        let now = crate::office::get(db, &hanako, &event.id).unwrap();
        let daily = json!({"recurrenceRule": {"byHour": null}});
        let daily = patch(db, &hanako, &now, Scope::All, daily);
        assert_eq!(count(db, &hanako, "2026-11-28", "2026-11-29"), 1);
        let dense = patch(db, &hanako, &daily, Scope::All, json!({"recurrenceRule": {"byHour": HOURS}}));
        assert_eq!(count(db, &hanako, "2026-11-28", "2026-11-29"), 8);
        try_delete(db, &hanako, &event.id, Scope::All, &dense.etag).unwrap();
        assert_eq!(count(db, &hanako, "2026-11-28", "2026-11-29"), 0);
    });
}

#[test]
fn a_series_that_becomes_dense_with_time_stays_whole() {
    on_each_database(|db, clock| {
        let hanako = person(db, "佐藤");
        // Its first occurrences lie beyond the index.
        let mut body = rounds(&json!({}));
        body["start"] = json!("2028-06-01T08:00:00");
        create(db, &hanako, body);
        db.write(renraku_schedule::jobs::start_extending).unwrap();
        clock.set(crate::office::at("2028-11-01T00:00:00+09:00"));
        run_due_jobs(db);
        for (from, to) in
            [("2028-06-01", "2028-06-02"), ("2028-11-01", "2028-11-02"), ("2029-11-01", "2029-11-02")]
        {
            assert_eq!(count(db, &hanako, from, to), 8, "{from}");
        }
    });
}

#[test]
fn more_than_an_answer_carries_comes_in_pages() {
    on_each_database(|db, _| {
        let hanako = person(db, "佐藤");
        for _ in 0..4 {
            create(db, &hanako, rounds(&json!({})));
        }
        let window = days("2026-06-01", "2027-06-01");
        let (mut told, mut cursor) = (0, None);
        loop {
            let limit = Limit::new(500).unwrap();
            let list =
                db.read(|tx| service::list_occurrences(tx, &hanako, window, None, cursor.as_ref(), limit));
            let page = list.unwrap();
            told += page.items.len();
            cursor = page.next_cursor;
            if cursor.is_none() {
                break;
            }
        }
        assert_eq!(told, 4 * 8 * 365);
        assert_eq!(count(db, &hanako, "2026-06-01", "2026-06-03"), 4 * 8 * 2);
    });
}

#[test]
fn a_dense_series_books_nothing() {
    on_each_database(|db, _| {
        let hanako = person(db, "佐藤");
        let large = room(db, "大会議室");
        let mut body = rounds(&json!({"count": 4_000}));
        body["start"] = json!("2026-12-01T08:00:00");
        let event = create(db, &hanako, body.clone());
        let books = json!({"facilityIds": [large]});
        let this = Scope::This(local("2026-12-02T09:00:00"));
        assert_eq!(code(try_patch(db, &hanako, &event, this, books.clone())), "series-too-dense");
        assert_eq!(code(try_patch(db, &hanako, &event, Scope::All, books)), "series-too-dense");
        body["facilityIds"] = json!([large]);
        assert_eq!(code(try_create(db, &hanako, body.clone())), "series-too-dense");
        body["recurrenceRule"] = json!({"frequency": "daily", "byHour": HOURS});
        assert_eq!(code(try_create(db, &hanako, body)), "facility-series-needs-end");
    });
}
