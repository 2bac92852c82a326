use renraku_base::Principal;
use renraku_db::{CollectionKind, Db, changes};
use renraku_people::directory::service;
use renraku_test_db::on_each_database;

use super::office::*;

/// Where the log of person 1's home stands.
fn home_modseq(db: &Db) -> i64 {
    let who: Principal = who(1);
    db.read(|tx| {
        let homes = changes::find_by_owner(tx, CollectionKind::Home, Some(who.person.as_str()))?;
        Ok::<_, renraku_db::Error>(changes::heads(tx, &homes)?[0].modseq)
    })
    .unwrap()
}

#[test]
fn everyone_is_in_their_units_and_in_all_above() {
    on_each_database(|db, _| {
        open(db);
        assert_eq!(members(db, KYUYO), [1, 5]);
        assert_eq!(members(db, JINJI), [1, 5, 7, 9]);
        assert_eq!(members(db, SOMU), [1, 4, 5, 6, 7, 9, 10]);
    });
}

#[test]
fn a_transfer_changes_the_groups_and_tells_the_person() {
    on_each_database(|db, _| {
        open(db);
        let mut entry = people()[0].clone();
        entry.phones.clear();
        put(db, &entry);
        let before = home_modseq(db);
        put(db, &entry);
        assert_eq!(home_modseq(db), before, "no other unit, nothing to tell");
        entry.posts = vec![post(SHINRIN, "主任"), post(ZAISEI, "併任")];
        put(db, &entry);
        assert!(home_modseq(db) > before);
        assert_eq!(members(db, KYUYO), [5]);
        assert_eq!(members(db, NOSEI), [1, 2, 3, 8, 11]);
        assert_eq!(members(db, ZAISEI), [1, 4, 6]);
        db.write(|tx| service::end_person(tx, &id(1))).unwrap();
        assert_eq!(members(db, NOSEI), [2, 3, 8, 11]);
    });
}

#[test]
fn a_unit_that_moves_takes_its_people_along() {
    on_each_database(|db, _| {
        open(db);
        db.write(|tx| service::put_unit(tx, &unit(JINJI, "人事課", Some(NOSEI)))).unwrap();
        assert_eq!(members(db, SOMU), [4, 6, 10]);
        assert_eq!(members(db, NOSEI), [1, 2, 3, 5, 7, 8, 9, 11]);
    });
}
