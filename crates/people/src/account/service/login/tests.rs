use std::{sync::Barrier, thread};

use renraku_base::{Entropy, Fault};
use renraku_db::Location;
use renraku_test_db::on_each_database;

use super::*;

const AT_MOST: usize = 3;

fn offer(name: usize) -> DeviceOffer {
    DeviceOffer { id: None, name: name.to_string(), platform: "Android 16".to_owned() }
}

/// Two transactions that are both open before either looks how many devices there are; SQLite has one writer at a time
/// anyway.
#[test]
fn of_two_logins_at_once_one_gets_the_last_place() {
    on_each_database(|db, _| {
        let person: PersonId = Entropy.uuid_v4().into();
        let hash = PasswordHash::new("any".to_owned());
        db.write(|tx| {
            accounts::put(tx, &person, &"hanako".parse().unwrap(), Some(&hash))?;
            for n in 1..AT_MOST {
                begin_session(tx, &person, Some(&hash), &offer(n), AT_MOST)?;
            }
            Ok::<_, AccountFault>(())
        })
        .unwrap();
        let begin = Barrier::new(if matches!(db.location(), Location::Postgres(_)) { 2 } else { 1 });
        let mut codes = thread::scope(|scope| {
            [AT_MOST, AT_MOST + 1]
                .map(|n| {
                    let (person, hash, begin) = (&person, &hash, &begin);
                    scope.spawn(move || {
                        db.write(|tx| {
                            begin.wait();
                            begin_session(tx, person, Some(hash), &offer(n), AT_MOST)
                        })
                        .map_or_else(|fault| fault.code(), |_| "ok")
                    })
                })
                .map(|login| login.join().unwrap())
        });
        codes.sort_unstable();
        assert_eq!(codes, ["ok", "too-many-devices"]);
    });
}

/// A password that was changed, or an account that was closed, while the former password was being hashed.
#[test]
fn what_changed_while_the_password_was_hashed_counts() {
    on_each_database(|db, _| {
        let person: PersonId = Entropy.uuid_v4().into();
        let (former, present) = (PasswordHash::new("a".to_owned()), PasswordHash::new("b".to_owned()));
        let code = |hash: &PasswordHash| {
            db.write(|tx| begin_session(tx, &person, Some(hash), &offer(1), AT_MOST))
                .map_or_else(|fault| fault.code(), |_| "ok")
        };
        assert_eq!(code(&former), "bad-credentials");
        db.write(|tx| {
            accounts::put(tx, &person, &"hanako".parse().unwrap(), Some(&former))?;
            accounts::put_password(tx, &person, Some(&present))
        })
        .unwrap();
        assert_eq!(code(&former), "bad-credentials");
        assert_eq!(code(&present), "ok");
        db.write(|tx| accounts::put_disabled(tx, &person, Some(tx.now()))).unwrap();
        assert_eq!(code(&present), "account-disabled");
    });
}
