use std::thread;

use renraku_base::{ETag, Precondition, Principal};
use renraku_db::Db;
use renraku_people::{
    AccountFault,
    account::{self, Preferences},
};
use renraku_test_db::on_each_database;
use serde_json::{Value, json};

use super::office::{Office, code};

fn update(db: &Db, who: &Principal, patch: &Value, expected: &ETag) -> Result<Preferences, AccountFault> {
    let precondition = Precondition::Match(vec![expected.clone()]);
    db.write(|tx| account::update_preferences(tx, who, patch, &precondition)).map(|done| done.into_inner())
}

#[test]
fn preferences_have_defaults_and_are_changed_in_the_version_that_was_seen() {
    on_each_database(|db, clock| {
        let office = Office::new(db, clock);
        let who = Principal::person(office.hanako.clone());
        let read = || db.read(|tx| account::read_preferences(tx, &who)).unwrap();
        let first = read();
        assert_eq!(json!(first)["language"], "ja");
        assert_eq!(json!(first)["notifications"]["newMail"], true);
        let second = update(db, &who, &json!({"language":"en"}), &first.etag).unwrap();
        assert_eq!(read(), second);
        let third = update(db, &who, &json!({"notifications":{"newMail":false}}), &second.etag).unwrap();
        assert_ne!(third.etag, second.etag, "also when the clock stands still");
        assert_eq!(json!(third)["language"], "en");
        let Err(AccountFault::Stale { current }) = update(db, &who, &json!({"language":"ja"}), &first.etag)
        else {
            panic!("a change of what was not seen")
        };
        assert_eq!(current, json!(third));
        assert_eq!(code(update(db, &who, &json!({"theme":"dark"}), &third.etag)), "invalid");
        assert_eq!(read(), third);
        let taro = Principal::person(office.taro);
        assert_eq!(db.read(|tx| account::read_preferences(tx, &taro)).unwrap().choices, first.choices);
    });
}

#[test]
fn of_two_changes_at_once_one_is_told_that_it_is_late() {
    on_each_database(|db, clock| {
        let office = Office::new(db, clock);
        let who = Principal::person(office.hanako);
        // Somebody who never chose, and somebody who did.
        for choices in [["PT5M", "PT15M"], ["PT20M", "PT30M"]] {
            let seen = db.read(|tx| account::read_preferences(tx, &who)).unwrap().etag;
            let mut codes: Vec<_> = thread::scope(|scope| {
                choices
                    .map(|alert| {
                        let (seen, who) = (&seen, &who);
                        scope.spawn(move || code(update(db, who, &json!({"defaultAlert":alert}), seen)))
                    })
                    .map(|change| change.join().unwrap())
                    .to_vec()
            });
            codes.sort_unstable();
            assert_eq!(codes, ["ok", "stale"]);
        }
    });
}
