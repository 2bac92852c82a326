use renraku_base::{Limit, Principal};
use renraku_db::Db;
use renraku_schedule::service::{self, Group, Window, objects};
use renraku_test_db::on_each_database;
use serde_json::json;

use crate::office::{at, code, create, days, default_calendar, occurrences, person, room};

#[test]
fn long_events_are_found_by_every_window_that_they_reach() {
    on_each_database(|db, _| {
        let hanako = person(db, "佐藤");
        for (title, duration) in [("一時間", "PT1H"), ("三日", "P3D"), ("六十日", "P60D"), ("一瞬", "PT0S")]
        {
            create(
                db,
                &hanako,
                json!({"title": title, "start": "2026-11-01T09:00:00", "duration": duration}),
            );
        }
        let found = |from, to| {
            let mut titles: Vec<String> =
                occurrences(db, &hanako, days(from, to)).into_iter().filter_map(|it| it.title).collect();
            titles.sort();
            titles
        };
        assert_eq!(found("2026-11-01", "2026-11-02"), ["一時間", "一瞬", "三日", "六十日"]);
        assert_eq!(found("2026-11-03", "2026-11-04"), ["三日", "六十日"]);
        assert_eq!(found("2026-11-05", "2026-11-06"), ["六十日"]);
        assert_eq!(found("2026-12-30", "2026-12-31"), ["六十日"]);
        assert_eq!(found("2027-01-01", "2027-01-02"), Vec::<String>::new());
        assert_eq!(found("2026-10-31", "2026-11-01"), Vec::<String>::new());

        let segment = default_calendar(db, &hanako);
        let home = hanako.person.as_str();
        let calendar = db.read(|tx| objects::find_calendar(tx, &hanako, home, segment.as_str())).unwrap();
        let of_clients = |day: &str| {
            let bounds = (at(&format!("{day}T02:00:00Z")), at(&format!("{day}T03:00:00Z")));
            let found = db.read(|tx| objects::find(tx, &hanako, &calendar, bounds)).unwrap().len();
            let busy = db.read(|tx| objects::busy(tx, &calendar, bounds)).unwrap().len();
            let at_a_glance = db.read(|tx| objects::busy_at_a_glance(tx, &calendar, bounds)).unwrap();
            assert_eq!(at_a_glance.map(|busy| busy.len()), Some(busy));
            (found, busy)
        };
        assert_eq!(of_clients("2026-11-02"), (2, 1));
        assert_eq!(of_clients("2026-11-05"), (1, 1));
        assert_eq!(of_clients("2026-12-30"), (1, 1));
        assert_eq!(of_clients("2027-01-01"), (0, 0));
        assert_eq!(of_clients("2026-10-31"), (0, 0));
    });
}

#[test]
fn a_window_has_an_extent_and_a_cursor_is_ours() {
    on_each_database(|db, _| {
        assert_eq!(code(Window::new(at("2026-01-01T00:00:00Z"), at("2026-01-01T00:00:00Z"))), "bad-query");
        assert_eq!(code(Window::new(at("2026-01-01T00:00:00Z"), at("2027-06-01T00:00:00Z"))), "bad-query");
        let hanako = person(db, "佐藤");
        let cursor = renraku_base::Cursor::received("00");
        let page = db.read(|tx| {
            let window = days("2026-11-01", "2026-11-02");
            service::list_occurrences(tx, &hanako, window, None, Some(&cursor), Limit::default())
        });
        assert_eq!(code(page), "bad-query");
        let foreign = [crate::office::fresh(db)];
        let page = db.read(|tx| {
            let window = days("2026-11-01", "2026-11-02");
            service::list_occurrences(tx, &hanako, window, Some(&foreign), None, Limit::default())
        });
        assert_eq!(code(page), "not-found");
    });
}

fn statements<T>(db: &Db, run: impl FnOnce() -> T) -> u64 {
    let before = db.statements();
    let _value = run();
    db.statements() - before
}

fn fill(db: &Db, who: &Principal, room: &renraku_base::FacilityId, from: u32, count: u32) {
    for at in from..from + count {
        let (day, hour) = (23 + at % 7, 1 + at / 7);
        create(
            db,
            who,
            json!({"title": "会議", "start": format!("2026-11-{day}T{hour:02}:00:00"), "duration": "PT30M", "facilityIds": [room]}),
        );
    }
}

/// Statements per request are counted: they do not grow with what there is.
#[test]
fn no_read_costs_more_statements_when_there_is_more() {
    on_each_database(|db, _| {
        let people: Vec<Principal> = (0..3).map(|_| person(db, "佐藤")).collect();
        people.iter().for_each(|who| drop(default_calendar(db, who)));
        let large = room(db, "大会議室");
        let window = days("2026-11-23", "2026-11-30");
        let ids: Vec<String> = people.iter().map(|it| it.person.to_string()).collect();
        let cost = || {
            let limit = Limit::new(500).unwrap();
            let mine = statements(db, || {
                db.read(|tx| service::list_occurrences(tx, &people[0], window, None, None, limit)).unwrap()
            });
            let group = Group::Principals(ids.clone());
            let week =
                statements(db, || db.read(|tx| service::group_week(tx, &people[1], &group, window)).unwrap());
            let busy =
                statements(db, || db.read(|tx| service::free_busy(tx, &people[1], &ids, window)).unwrap());
            (mine, week, busy)
        };
        fill(db, &people[0], &large, 0, 3);
        let few = cost();
        fill(db, &people[0], &large, 3, 40);
        assert_eq!(cost(), few);
        // Beginning and end of the transaction are counted, too.
        assert!(few.0 <= 6 && few.1 <= 6 && few.2 <= 5, "{few:?}");
    });
}

#[test]
fn a_write_costs_the_same_however_full_the_calendar_is() {
    on_each_database(|db, _| {
        let hanako = person(db, "佐藤");
        default_calendar(db, &hanako);
        let large = room(db, "大会議室");
        let one = |day: u32| {
            statements(db, || {
                create(
                    db,
                    &hanako,
                    json!({"title": "会議", "start": format!("2026-12-{day:02}T10:00:00"), "duration": "PT1H"}),
                )
            })
        };
        let booked = |day: u32| {
            statements(db, || {
                let body = json!({"title": "会議", "start": format!("2026-12-{day:02}T13:00:00"), "duration": "PT1H", "facilityIds": [large]});
                create(db, &hanako, body)
            })
        };
        let few = (one(1), booked(1));
        fill(db, &hanako, &large, 0, 40);
        assert_eq!((one(2), booked(2)), few);
        assert!(few.0 <= 10 && few.1 <= 15, "{few:?}");
    });
}

#[test]
fn nobody_is_not_free() {
    on_each_database(|db, _| {
        let hanako = person(db, "佐藤");
        let window = days("2026-11-23", "2026-11-30");
        let large = room(db, "大会議室").to_string();
        let nobody = crate::office::fresh::<()>(db).to_string();
        let known = vec![hanako.person.to_string(), large];
        let busy = |ids: &[String]| db.read(|tx| service::free_busy(tx, &hanako, ids, window));
        let week = |ids: &[String]| {
            db.read(|tx| service::group_week(tx, &hanako, &Group::Principals(ids.to_vec()), window))
        };
        assert_eq!((busy(&known).unwrap().len(), week(&known).unwrap().len()), (2, 2));
        let asked = [known, vec![nobody]].concat();
        assert_eq!((code(busy(&asked)), code(week(&asked))), ("invalid", "invalid"));
    });
}

#[test]
fn everyone_sees_when_a_room_is_taken() {
    on_each_database(|db, _| {
        let (hanako, taro) = (person(db, "佐藤"), person(db, "鈴木"));
        let large = room(db, "大会議室");
        let calendar = db.read(|tx| service::get_facility(tx, &large)).unwrap().calendar_id;
        let body = json!({"title": "内密", "start": "2026-11-26T10:00:00", "duration": "PT1H", "facilityIds": [large]});
        create(db, &hanako, body);
        let window = days("2026-11-23", "2026-11-30");
        let asked = [calendar];
        let list = |asked: Option<&[renraku_base::CalendarId]>| {
            db.read(|tx| service::list_occurrences(tx, &taro, window, asked, None, Limit::default()))
                .unwrap()
                .items
        };
        let items = list(Some(&asked));
        assert_eq!(items.len(), 1);
        assert_eq!((items[0].title.as_deref(), items[0].facilities.len()), (Some(""), 0));
        assert_eq!(list(None).len(), 0, "only where it is asked for");
    });
}
