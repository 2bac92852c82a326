use std::sync::Arc;

use renraku_base::{Limit, UnitId};
use renraku_people::directory::{PersonJson, service};
use renraku_test_db::on_each_database;

use super::office::*;

#[test]
fn pages_of_people_and_units_join_to_the_whole() {
    on_each_database(|db, _| {
        let directory = open(db);
        db.read(|tx| {
            let mut people = Vec::new();
            loop {
                let after = people.last().map(|person: &Arc<PersonJson>| person.id.to_string());
                let page = service::list_people_for_sync(tx, &directory, after.as_deref(), 4)?;
                if page.is_empty() {
                    break;
                }
                people.extend(page);
            }
            assert_eq!(numbers(&people), (1..=11).collect::<Vec<_>>());
            let units = service::list_units_for_sync(tx, &directory, None, 4)?;
            let rest = service::list_units_for_sync(tx, &directory, Some(units[3].id.as_str()), 4)?;
            assert_eq!((units.len(), rest.len()), (4, 2));
            let some =
                service::get_people_for_sync(tx, &directory, &[people[2].id.to_string(), "gone".into()])?;
            assert_eq!(some, [Some(people[2].clone()), None]);
            Ok::<_, renraku_db::Error>(())
        })
        .unwrap();
    });
}

#[test]
fn who_is_listed_first_is_listed_once() {
    on_each_database(|db, _| {
        let directory = open(db);
        db.write(|tx| service::add_favourite(tx, &who(1), &id(8))).unwrap();
        db.write(|tx| service::note_contact(tx, &id(1), &[id(4)])).unwrap();
        db.write(|tx| service::note_contact(tx, &id(1), &[id(8)])).unwrap();
        db.read(|tx| {
            let groups = service::who_is_listed_first(tx, &directory, &who(1), 4)?;
            let all = service::who_is_listed_first(tx, &directory, &who(1), 100)?;
            assert_eq!((groups.len(), &all[..4], all.len()), (4, &groups[..], 8));
            let mut first = Vec::new();
            loop {
                let last =
                    first.last().map(|(at, person): &(usize, Arc<PersonJson>)| (*at, person.id.as_str()));
                let page = service::list_first_people_for_sync(tx, &directory, &groups, last, 3)?;
                if page.is_empty() {
                    break;
                }
                first.extend(page);
            }
            let first: Vec<_> = first.into_iter().map(|(_, person)| person).collect();
            // The favourite, the one in touch, those of one's own unit.
            assert_eq!(numbers(&first), [8, 4, 5, 1]);
            let rest = service::list_other_people_for_sync(tx, &directory, &groups, None, 100)?;
            assert_eq!(numbers(&rest), [2, 3, 6, 7, 9, 10, 11]);
            Ok::<_, renraku_db::Error>(())
        })
        .unwrap();
    });
}

#[test]
fn a_person_is_sent_small() {
    on_each_database(|db, _| {
        let directory = open(db);
        let person = db.read(|tx| service::get_person(tx, &directory, &id(1))).unwrap();
        let sent = serde_json::to_value(&person).unwrap();
        let expected = serde_json::json!({
            "id": person.id, "etag": person.etag, "post": "主事",
            "name": {"full": "高橋 花子", "phonetic": "たかはし はなこ"},
            "unit": {"id": id::<renraku_base::kind::Unit>(KYUYO), "name": "給与係"},
            "phones": [{"number": "7001", "kind": "extension"}, {"number": "0155-26-2001", "kind": "outside"}],
            "emails": ["staff1@pref.example.jp"],
        });
        assert_eq!(sent, expected);
    });
}

#[test]
fn a_unit_shows_its_place_its_units_and_its_members() {
    on_each_database(|db, _| {
        let directory = open(db);
        let mut entry = people()[7].clone();
        entry.posts.push(post(JINJI, "併任"));
        put(db, &entry);
        let unit: UnitId = id(JINJI);
        let detail = db.read(|tx| service::get_unit(tx, &directory, &unit, None)).unwrap();
        assert_eq!(detail.unit.path, "総務部/人事課");
        assert_eq!(detail.units.iter().map(|unit| unit.name.as_str()).collect::<Vec<_>>(), ["給与係"]);
        assert_eq!(numbers(&detail.members), [7, 8, 9]);
        let member = serde_json::to_value(&detail.members[1]).unwrap();
        assert_eq!(member["post"], "部長");
        assert_eq!(member["posts"].as_array().unwrap().len(), 2);
        let first = db.read(|tx| service::list_units(tx, &directory, Limit::new(4).unwrap(), None)).unwrap();
        let cursor = first.next_cursor.clone().unwrap();
        let rest =
            db.read(|tx| service::list_units(tx, &directory, Limit::new(4).unwrap(), Some(&cursor))).unwrap();
        let paths: Vec<&str> = first.items.iter().chain(&rest.items).map(|unit| unit.path.as_str()).collect();
        assert_eq!(
            paths,
            ["総務部", "総務部/人事課", "総務部/人事課/給与係", "総務部/財政課", "農政部", "農政部/森林課"]
        );
        assert!(rest.next_cursor.is_none());
    });
}
