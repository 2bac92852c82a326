use std::{collections::HashMap, time::Duration};

use renraku_base::{Language, PersonId, Precondition, Principal};
use renraku_db::Db;
use renraku_people::{account, directory::service as directory};
use renraku_reach::{
    ReachFault,
    model::{Activity, NewSetting, Reach, Setting},
    service,
};
use renraku_test_db::on_each_database;
use serde_json::{Value, json};

use crate::office::{ANY, person, refusal};

fn set(db: &Db, who: &Principal, body: Value, pre: &Precondition) -> Result<Setting, ReachFault> {
    let new: NewSetting = serde_json::from_value(body).unwrap();
    Ok(db.write(|tx| service::set_reach(tx, who, &new, pre))?.into_inner())
}

fn setting(db: &Db, who: &Principal) -> Setting {
    db.read(|tx| service::get_setting(tx, who)).unwrap()
}

fn read(db: &Db, who: &Principal, people: &[&Principal]) -> Vec<Reach> {
    let ids: Vec<PersonId> = people.iter().map(|person| person.person.clone()).collect();
    db.read(|tx| service::read_reach(tx, who, &ids, &HashMap::new(), Language::Ja)).unwrap()
}

#[test]
fn what_one_says_holds_until_it_ends_or_is_taken_back() {
    on_each_database(|db, clock| {
        let (hanako, taro) = (person(db, "佐藤"), person(db, "高橋"));
        let nothing = setting(db, &hanako);
        assert_eq!(nothing.activity, None);
        let seen = |setting: &Setting| Precondition::Match(vec![setting.etag.clone()]);
        let out = json!({"activity": "out", "place": "帯広", "callFirst": "mobile"});
        let first = set(db, &hanako, out.clone(), &seen(&nothing)).unwrap();
        assert_eq!(setting(db, &hanako), first);
        assert_eq!(set(db, &hanako, out.clone(), &seen(&first)).unwrap(), first, "nothing new was said");
        assert_eq!(refusal(set(db, &hanako, out.clone(), &seen(&nothing))).0, "stale");
        let told = read(db, &taro, &[&hanako, &taro]);
        assert_eq!((told[0].activity, told[0].place.as_deref()), (Activity::Out, Some("帯広")));
        assert_eq!(told[0].call_first.as_ref().unwrap().number, "080-0000-7123");
        assert_eq!((told[1].activity, told[1].is_set), (Activity::Free, false));

        clock.advance(Duration::from_hours(24));
        assert_eq!(setting(db, &hanako), nothing);
        assert_eq!(read(db, &taro, &[&hanako])[0].activity, Activity::Free);
        let second = set(db, &hanako, out, &seen(&nothing)).unwrap();
        assert_ne!(second.etag, first.etag);
        assert_eq!(set(db, &hanako, json!({}), &seen(&second)).unwrap(), nothing);
        assert_eq!(setting(db, &hanako), nothing);
    });
}

#[test]
fn who_hides_it_or_must_not_be_found_tells_themselves_alone() {
    on_each_database(|db, _| {
        let (hanako, taro, jiro) = (person(db, "佐藤"), person(db, "高橋"), person(db, "森"));
        for who in [&hanako, &taro] {
            set(db, who, json!({"activity": "vacation"}), &ANY).unwrap();
        }
        db.write(|tx| account::update_preferences(tx, &hanako, &json!({"shareReach": false}), &ANY)).unwrap();
        db.write(|tx| directory::suppress_person(tx, &taro.person, true)).unwrap();
        let told = read(db, &jiro, &[&hanako, &taro, &jiro]);
        let activities: Vec<(PersonId, Activity)> =
            told.into_iter().map(|it| (it.person_id, it.activity)).collect();
        assert_eq!(activities, [(hanako.person.clone(), Activity::Unknown), (jiro.person, Activity::Free)]);
        for who in [&hanako, &taro] {
            assert_eq!(read(db, who, &[who])[0].activity, Activity::Vacation);
        }
    });
}

#[test]
fn many_are_read_by_as_many_statements_as_one() {
    on_each_database(|db, _| {
        let people: Vec<Principal> = (0..20).map(|_| person(db, "佐藤")).collect();
        let all: Vec<&Principal> = people.iter().collect();
        let statements = |some: &[&Principal]| {
            let before = db.statements();
            assert_eq!(read(db, &people[0], some).len(), some.len());
            db.statements() - before
        };
        assert_eq!(statements(&all[..1]), statements(&all));
    });
}
