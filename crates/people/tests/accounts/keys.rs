use std::error::Error as _;

use renraku_db::Db;
use renraku_people::{ServerSecret, Sessions, account};
use renraku_test_db::{Backend, START, on_each_database};

use super::office::{Office, code, write};

fn rotate(db: &Db, secret: &ServerSecret) -> String {
    write(db, |tx| account::rotate_signing_key(tx, secret)).into_inner().into_string()
}

fn kids(sessions: &Sessions) -> Vec<String> {
    sessions.jwks().keys.into_iter().map(|key| key.kid.into_string()).collect()
}

#[test]
fn a_new_key_is_announced_then_signs_and_the_former_still_counts_for_an_hour() {
    on_each_database(|db, clock| {
        let office = Office::new(db, clock);
        let former = kids(&office.sessions);
        let before = office.hanako("電話");
        let new = rotate(db, &office.secret);
        assert_eq!(kids(&office.sessions), [former[0].clone(), new.clone()], "this process knows it at once");
        let announced = office.hanako("電話2");
        office.advance(5);
        let after = office.hanako("電話3");
        let kid = |token: &str| jsonwebtoken::decode_header(token).unwrap().kid.unwrap();
        assert_eq!(kid(&announced.access_token), former[0]);
        assert_eq!(kid(&after.access_token), new);
        for token in [&before, &announced, &after] {
            assert_eq!(office.verify(token), "ok");
        }
        office.advance(3_599);
        assert_eq!(kids(&office.sessions).len(), 2);
        office.advance(1);
        assert_eq!(kids(&office.sessions), [new]);
    });
}

/// As where an office was set up while the machine's clock went wrong.
#[test]
fn whoever_signs_in_after_the_clock_was_set_back_gets_tokens() {
    on_each_database(|db, clock| {
        let office = Office::new(db, clock);
        let before = office.hanako("電話");
        clock.set(START - std::time::Duration::from_secs(365 * 86_400));
        let after = office.hanako("電話2");
        assert_eq!(office.verify(&after), "ok");
        let again = office.sessions.refresh(&before.refresh_token).unwrap();
        assert_eq!(office.verify(&again), "ok");
    });
}

#[test]
fn another_process_hears_of_a_new_key() {
    for backend in Backend::all() {
        let database = backend.fresh();
        let clock = renraku_base::FixedClock::new(START);
        let office = Office::new(&database.open(4, &clock), &clock);
        let elsewhere = database.open(4, &clock);
        let sessions = Sessions::load(&elsewhere, &office.secret).unwrap();
        rotate(&office.db, &office.secret);
        office.advance(5);
        let signed_in = office.hanako("電話");
        let verify = || code(sessions.verify(&signed_in.access_token, elsewhere.now()));
        assert_eq!(verify(), "token-invalid");
        sessions.refresh_revocations().unwrap();
        assert_eq!(verify(), "ok");
    }
}

#[test]
fn a_database_opens_under_its_own_secret_alone() {
    on_each_database(|db, clock| {
        let office = Office::new(db, clock);
        let signed_in = office.hanako("電話");
        let again = Sessions::load(db, &office.secret).unwrap();
        assert_eq!(kids(&again), kids(&office.sessions), "a start makes no new key");
        assert_eq!(code(again.verify(&signed_in.access_token, db.now())), "ok");
        let refused = Sessions::load(db, &ServerSecret::from_bytes([43; 32])).unwrap_err();
        let cause = refused.source().map(ToString::to_string).unwrap_or_default();
        assert!(cause.contains("secret"), "{cause}");
    });
}
