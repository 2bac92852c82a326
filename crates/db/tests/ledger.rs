use std::{
    sync::atomic::{AtomicUsize, Ordering},
    thread,
    time::Duration,
};

use renraku_base::{ETag, PersonId};
use renraku_db::{
    Db, Error, ObjectType, jobs,
    ledger::{self, Claim, Outcome},
};
use renraku_test_db::on_each_database;

fn person(n: u128) -> PersonId {
    uuid::Uuid::from_u128(n).into()
}

fn outcome() -> Outcome {
    Outcome {
        status: 201,
        object: Some((ObjectType::Event, "0198c0de-7f3a-7abc-8def-0123456789ab".into())),
        etag: Some(ETag::of(7)),
    }
}

const HASH: [u8; 32] = [1; 32];

/// Claims and, when the key is fresh, does the one effect.
fn send(db: &Db, person: &PersonId, key: &str, hash: &[u8; 32]) -> Result<Claim, Error> {
    db.write(|tx| {
        let claim = ledger::claim(tx, person, key, hash)?;
        if claim == Claim::Fresh {
            jobs::enqueue(tx, "test.effect", &key, tx.now(), None)?;
            ledger::settle(tx, person, key, hash, &outcome())?;
        }
        Ok(claim)
    })
}

#[test]
fn a_repeat_gets_the_first_outcome() {
    on_each_database(|db, _| {
        assert_eq!(send(db, &person(1), "k", &HASH).unwrap(), Claim::Fresh);
        assert_eq!(send(db, &person(1), "k", &HASH).unwrap(), Claim::Replay(outcome()));
    });
}

#[test]
fn an_outcome_without_object_comes_back_without() {
    on_each_database(|db, _| {
        let bare = Outcome { status: 204, object: None, etag: None };
        db.write(|tx| {
            assert_eq!(ledger::claim(tx, &person(1), "k", &HASH)?, Claim::Fresh);
            ledger::settle(tx, &person(1), "k", &HASH, &bare)
        })
        .unwrap();
        assert_eq!(send(db, &person(1), "k", &HASH).unwrap(), Claim::Replay(bare));
    });
}

#[test]
fn a_key_stands_for_one_request_of_one_person() {
    on_each_database(|db, _| {
        assert_eq!(send(db, &person(1), "k", &HASH).unwrap(), Claim::Fresh);
        assert_eq!(send(db, &person(1), "k", &[2; 32]).unwrap(), Claim::Reused);
        assert_eq!(send(db, &person(2), "k", &[2; 32]).unwrap(), Claim::Fresh);
    });
}

#[test]
fn a_refusal_leaves_the_key_free() {
    on_each_database(|db, _| {
        let refused: Result<(), Error> = db.write(|tx| {
            assert_eq!(ledger::claim(tx, &person(1), "k", &HASH)?, Claim::Fresh);
            Err(Error::damaged("refused"))
        });
        assert!(refused.is_err());
        assert_eq!(send(db, &person(1), "k", &[2; 32]).unwrap(), Claim::Fresh);
    });
}

#[test]
fn parallel_repeats_have_one_effect_and_one_answer() {
    const KEYS: usize = 20;
    const REPEATS: usize = 4;
    on_each_database(|db, _| {
        let fresh = AtomicUsize::new(0);
        thread::scope(|scope| {
            for _ in 0..REPEATS {
                scope.spawn(|| {
                    for key in 0..KEYS {
                        match send(db, &person(1), &key.to_string(), &HASH).unwrap() {
                            Claim::Fresh => _ = fresh.fetch_add(1, Ordering::SeqCst),
                            Claim::Replay(first) => assert_eq!(first, outcome()),
                            Claim::Reused => panic!("the same request is not another"),
                        }
                    }
                });
            }
        });
        assert_eq!(fresh.load(Ordering::SeqCst), KEYS);
        let (effects, _) = db.read(jobs::count).unwrap();
        assert_eq!(usize::try_from(effects).unwrap(), KEYS);
    });
}

#[test]
fn old_keys_are_forgotten_and_young_ones_kept() {
    on_each_database(|db, clock| {
        send(db, &person(1), "old", &HASH).unwrap();
        clock.advance(Duration::from_secs(60));
        let before = db.now().micros();
        send(db, &person(1), "young", &HASH).unwrap();
        assert_eq!(db.write(|tx| ledger::prune(tx, before)).unwrap(), 1);
        assert_eq!(send(db, &person(1), "old", &HASH).unwrap(), Claim::Fresh);
        assert_eq!(send(db, &person(1), "young", &HASH).unwrap(), Claim::Replay(outcome()));
    });
}
