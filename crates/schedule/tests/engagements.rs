use renraku_base::{PersonId, Principal, Role};
use renraku_db::Db;
use renraku_people::{Share, ShareTarget};
use renraku_schedule::{
    rules::free_busy::BusyStatus,
    service::{self, Engagement},
};
use renraku_test_db::on_each_database;
use serde_json::json;

use crate::office::{create, days, default_calendar, person};

fn read(db: &Db, who: &Principal, people: &[&Principal]) -> Vec<Engagement> {
    let ids: Vec<PersonId> = people.iter().map(|person| person.person.clone()).collect();
    let window = days("2026-11-26", "2026-11-27");
    let mut found = db.read(|tx| service::list_engagements(tx, who, &ids, window)).unwrap();
    ids.iter().filter_map(|id| found.remove(id)).flatten().collect()
}

#[test]
fn what_somebody_does_is_told_as_far_as_the_reader_may_know() {
    on_each_database(|db, _| {
        let (hanako, taro) = (person(db, "佐藤"), person(db, "高橋"));
        let day = "2026-11-26";
        for (title, hour, more) in [
            ("会議", 9, json!({"locations": {"1": {"name": "第1会議室"}}})),
            ("仮の予定", 11, json!({"status": "tentative"})),
            ("在宅勤務", 12, json!({"freeBusyStatus": "free"})),
            ("中止", 13, json!({"status": "cancelled"})),
            ("通院", 14, json!({"privacy": "private"})),
            ("内緒", 15, json!({"privacy": "secret"})),
        ] {
            let mut event =
                json!({"title": title, "start": format!("{day}T{hour:02}:00:00"), "duration": "PT1H"});
            event.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            create(db, &hanako, event);
        }
        let told = |who: &Principal| -> Vec<(Option<String>, Option<BusyStatus>)> {
            read(db, who, &[&hanako]).into_iter().map(|it| (it.title, it.busy)).collect()
        };
        let (confirmed, tentative) = (Some(BusyStatus::Confirmed), Some(BusyStatus::Tentative));
        assert_eq!(told(&taro), [(None, confirmed), (None, tentative), (None, confirmed)]);
        assert!(read(db, &taro, &[&hanako]).iter().all(|it| it.place.is_none()));
        let share =
            Share { grantee: ShareTarget::Person { person_id: taro.person.clone() }, role: Role::Read };
        let calendar = default_calendar(db, &hanako);
        db.write(|tx| service::put_share(tx, &hanako, &calendar, share.clone())).unwrap();
        let say = |title: &str| Some(title.to_owned());
        assert_eq!(
            told(&taro),
            [
                (say("会議"), confirmed),
                (say("仮の予定"), tentative),
                (say("在宅勤務"), None),
                (None, confirmed)
            ]
        );
        assert_eq!(read(db, &taro, &[&hanako])[0].place.as_deref(), Some("第1会議室"));
        assert_eq!(told(&hanako).len(), 5, "one's own, but for what is called off");
    });
}

#[test]
fn many_are_asked_about_by_as_many_statements_as_one() {
    on_each_database(|db, _| {
        let people: Vec<Principal> = (0..20).map(|_| person(db, "佐藤")).collect();
        for who in &people {
            create(db, who, json!({"title": "会議", "start": "2026-11-26T10:00:00", "duration": "PT1H"}));
        }
        let all: Vec<&Principal> = people.iter().collect();
        let statements = |some: &[&Principal]| {
            let before = db.statements();
            assert_eq!(read(db, &people[0], some).len(), some.len());
            db.statements() - before
        };
        assert_eq!(statements(&all[..1]), statements(&all));
    });
}
