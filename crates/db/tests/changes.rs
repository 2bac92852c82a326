use std::sync::{Arc, Mutex};

use renraku_db::{
    CollectionId, CollectionKind, Db, Error, ObjectType,
    changes::{self, Change, Committed},
};
use renraku_test_db::on_each_database;

use crate::event;

fn calendar(db: &Db) -> CollectionId {
    db.write(|tx| changes::create_collection(tx, CollectionKind::Calendar, Some("hanako"))).unwrap()
}

fn record(db: &Db, collection: CollectionId, event_number: u128) {
    db.write(|tx| {
        let _recorded = changes::record(tx, collection, ObjectType::Event, &event(event_number));
        Ok::<_, Error>(())
    })
    .unwrap();
}

fn all(db: &Db, collection: CollectionId) -> Vec<(i64, u128, bool)> {
    let told = db.read(|tx| changes::since(tx, collection, 0, 1_000)).unwrap();
    told.into_iter()
        .map(|Change { modseq, object, gone, .. }| {
            (modseq, uuid::Uuid::parse_str(&object).unwrap().as_u128(), gone)
        })
        .collect()
}

#[test]
fn changes_are_numbered_from_one_without_a_gap() {
    on_each_database(|db, _| {
        let (mine, other) = (calendar(db), calendar(db));
        record(db, mine, 1);
        record(db, other, 2);
        record(db, mine, 3);
        assert_eq!(all(db, mine), [(1, 1, false), (2, 3, false)]);
        assert_eq!(all(db, other), [(1, 2, false)]);
    });
}

#[test]
fn of_one_object_a_transaction_tells_only_the_last_state() {
    on_each_database(|db, _| {
        let collection = calendar(db);
        db.write(|tx| {
            let _made = changes::record(tx, collection, ObjectType::Event, &event(1));
            let _other = changes::record(tx, collection, ObjectType::Event, &event(2));
            let _gone = changes::record_gone(tx, collection, ObjectType::Event, &event(1));
            Ok::<_, Error>(())
        })
        .unwrap();
        assert_eq!(all(db, collection), [(1, 1, true), (2, 2, false)]);
    });
}

#[test]
fn a_transaction_that_fails_takes_no_number() {
    on_each_database(|db, _| {
        let collection = calendar(db);
        let failed: Result<(), Error> = db.write(|tx| {
            let _recorded = changes::record(tx, collection, ObjectType::Event, &event(1));
            Err(Error::damaged("refused"))
        });
        assert!(failed.is_err());
        record(db, collection, 2);
        assert_eq!(all(db, collection), [(1, 2, false)]);
    });
}

#[test]
fn a_savepoint_that_fails_takes_its_changes_along_and_no_others() {
    on_each_database(|db, _| {
        let collection = calendar(db);
        db.write(|tx| {
            let _before = changes::record(tx, collection, ObjectType::Event, &event(1));
            let step: Result<(), Error> = tx.savepoint(|tx| {
                let _inside = changes::record(tx, collection, ObjectType::Event, &event(2));
                Err(Error::damaged("refused"))
            });
            assert!(step.is_err());
            let _after = changes::record(tx, collection, ObjectType::Event, &event(3));
            Ok::<_, Error>(())
        })
        .unwrap();
        assert_eq!(all(db, collection), [(1, 1, false), (2, 3, false)]);
    });
}

#[test]
fn a_change_of_a_collection_that_is_not_there_fails_as_a_whole() {
    on_each_database(|db, _| {
        let collection = calendar(db);
        let result = db.write(|tx| {
            let _known = changes::record(tx, collection, ObjectType::Event, &event(1));
            let _unknown = changes::record(tx, CollectionId(9_999), ObjectType::Event, &event(1));
            Ok::<_, Error>(())
        });
        assert!(result.unwrap_err().to_string().contains("9999"));
        assert_eq!(all(db, collection), []);
    });
}

#[test]
fn pages_go_on_where_the_last_ended() {
    on_each_database(|db, _| {
        let collection = calendar(db);
        for n in 1..=5 {
            record(db, collection, n);
        }
        let (mut after, mut seen) = (0, Vec::new());
        loop {
            let page = db.read(|tx| changes::since(tx, collection, after, 2)).unwrap();
            let Some(last) = page.last() else { break };
            after = last.modseq;
            seen.extend(page.iter().map(|change| change.modseq));
        }
        assert_eq!(seen, [1, 2, 3, 4, 5]);
    });
}

#[test]
fn heads_tell_the_latest_number_and_leave_out_what_is_not_there() {
    on_each_database(|db, _| {
        let collection = calendar(db);
        record(db, collection, 1);
        record(db, collection, 2);
        let heads = db.read(|tx| changes::heads(tx, &[collection, CollectionId(9_999)])).unwrap();
        assert_eq!(heads.len(), 1);
        assert_eq!((heads[0].collection, heads[0].modseq, heads[0].floor), (collection, 2, 0));
    });
}

#[test]
fn what_is_pruned_is_said_by_the_floor_and_the_latest_stay() {
    on_each_database(|db, clock| {
        let collection = calendar(db);
        for n in 1..=6 {
            record(db, collection, n);
        }
        clock.advance(std::time::Duration::from_secs(60));
        let before = db.now().micros();
        record(db, collection, 7);
        let forgotten = db.write(|tx| changes::prune(tx, before, 3)).unwrap();
        assert_eq!(forgotten, 4, "six are old, the latest three stay whatever their age");
        let heads = db.read(|tx| changes::heads(tx, &[collection])).unwrap();
        assert_eq!((heads[0].modseq, heads[0].floor), (7, 4));
        assert_eq!(all(db, collection).iter().map(|change| change.0).collect::<Vec<_>>(), [5, 6, 7]);
        assert_eq!(db.write(|tx| changes::prune(tx, before, 0)).unwrap(), 2, "the young one stays");
    });
}

#[test]
fn collections_are_found_by_owner_and_kind() {
    on_each_database(|db, _| {
        let (first, second) = (calendar(db), calendar(db));
        let directory =
            db.write(|tx| changes::create_collection(tx, CollectionKind::Directory, None)).unwrap();
        db.read(|tx| {
            assert_eq!(
                changes::find_by_owner(tx, CollectionKind::Calendar, Some("hanako"))?,
                [first, second]
            );
            assert_eq!(changes::find_by_owner(tx, CollectionKind::Calendar, Some("taro"))?, []);
            // The first directory comes with the schema.
            let nobodys = changes::find_by_owner(tx, CollectionKind::Directory, None)?;
            assert!(nobodys.len() == 2 && nobodys.contains(&directory), "{nobodys:?}");
            Ok::<_, Error>(())
        })
        .unwrap();
    });
}

#[test]
fn subscribers_hear_of_what_committed_and_of_nothing_else() {
    on_each_database(|db, _| {
        let collection = calendar(db);
        let heard: Arc<Mutex<Vec<Committed>>> = Arc::default();
        db.subscribe({
            let heard = Arc::clone(&heard);
            move |committed| heard.lock().unwrap().push(committed.clone())
        });
        let refused: Result<(), Error> = db.write(|tx| {
            let _recorded = changes::record(tx, collection, ObjectType::Event, &event(1));
            Err(Error::damaged("refused"))
        });
        assert!(refused.is_err());
        db.write(|_| Ok::<_, Error>(())).unwrap();
        assert_eq!(heard.lock().unwrap().len(), 0);
        db.write(|tx| {
            let _event = changes::record(tx, collection, ObjectType::Event, &event(1));
            let _event = changes::record(tx, collection, ObjectType::Event, &event(2));
            let _calendar = changes::record(tx, collection, ObjectType::Calendar, &event(3));
            Ok::<_, Error>(())
        })
        .unwrap();
        let types = vec![ObjectType::Calendar, ObjectType::Event];
        let expected = Committed { collections: vec![(collection, types)], jobs_enqueued: false };
        assert_eq!(*heard.lock().unwrap(), [expected]);
    });
}
