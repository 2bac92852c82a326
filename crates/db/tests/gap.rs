//! A committed change is never skipped by a reader that goes on from a number, at any concurrency.
//!
//! Writers add changes while readers follow; in the end each reader must have been told exactly what was committed. The
//! last digit of an object's id decides the fate of its transaction *after* its number was taken: some wait a little
//! before they commit, some are rolled back. The same harness must catch a log that takes its numbers from a sequence,
//! or it would prove nothing.
//!
//! `RENRAKU_GAP_CHANGES` says how many changes a writer makes (by default few, so that the test ends in seconds).

use std::{
    collections::{BTreeMap, BTreeSet},
    env,
    sync::atomic::{AtomicBool, AtomicI64, Ordering},
    thread,
};

use diesel::connection::SimpleConnection;
use rand::{Rng, RngCore, SeedableRng, rngs::StdRng};
use renraku_base::{EventId, FixedClock};
use renraku_db::{
    CollectionId, CollectionKind, Db, Error, ObjectType,
    changes::{self, Change},
    schema,
};
use renraku_test_db::{Backend, START};

const WRITERS: u64 = 8;
const READERS: u64 = 3;

const POSTGRES_FATE: &str = "
    CREATE FUNCTION fate() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF NEW.object_id LIKE '%f' THEN RAISE EXCEPTION 'rolled back by its fate'; END IF;
        IF right(NEW.object_id, 1) IN ('c', 'd', 'e') THEN PERFORM pg_sleep(0.003); END IF;
        RETURN NULL;
    END $$;
    CREATE CONSTRAINT TRIGGER fate AFTER INSERT ON changes
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION fate();";
const SQLITE_FATE: &str = "
    CREATE TRIGGER fate AFTER INSERT ON changes WHEN NEW.object_id LIKE '%f' BEGIN
        SELECT RAISE(ABORT, 'rolled back by its fate');
    END;";

/// How a change gets its number.
#[derive(Debug)]
enum Log {
    /// By the change log itself.
    Counters,
    /// The mutant: from a sequence that the transaction does not hold.
    Sequence(Sequence),
}

/// Some that took a number commit when a reader has heard of a later one: so the gap that such a log may have is there each time.
#[derive(Debug)]
struct Sequence {
    next: AtomicI64,
    /// The latest number that a reader was told.
    heard: AtomicI64,
}

impl Sequence {
    fn take(&self) -> i64 {
        let number = self.next.fetch_add(1, Ordering::SeqCst);
        // Later numbers follow on these, whatever becomes of single ones.
        if number < 100 && number % 10 == 0 {
            while self.heard.load(Ordering::SeqCst) <= number {
                thread::yield_now();
            }
        }
        number
    }
}

impl Log {
    fn write(&self, db: &Db, collections: &[CollectionId], object: &EventId) -> Result<(), Error> {
        match self {
            Self::Counters => db.write(|tx| {
                for collection in collections {
                    let _recorded = changes::record(tx, *collection, ObjectType::Event, object);
                }
                Ok(())
            }),
            Self::Sequence(sequence) => {
                let modseq = sequence.take();
                db.write(|tx| {
                    use schema::changes::dsl;
                    let at = tx.now().micros();
                    for collection in collections {
                        tx.run(diesel::insert_into(dsl::changes).values((
                            diesel::ExpressionMethods::eq(dsl::collection_id, collection.0),
                            diesel::ExpressionMethods::eq(dsl::modseq, modseq),
                            diesel::ExpressionMethods::eq(dsl::object_type, ObjectType::Event.number()),
                            diesel::ExpressionMethods::eq(dsl::object_id, object.as_str()),
                            diesel::ExpressionMethods::eq(dsl::gone, false),
                            diesel::ExpressionMethods::eq(dsl::at, at),
                        )))?;
                    }
                    Ok(())
                })
            }
        }
    }
}

/// What was committed, or what one reader was told: the objects of each collection in order.
type Told = BTreeMap<CollectionId, Vec<String>>;

struct Outcome {
    /// By writer, in the order of its writes.
    committed: Vec<Told>,
    /// By reader.
    told: Vec<Told>,
    rolled_back: usize,
}

fn run(db: &Db, log: &Log, collections: usize, seed: u64) -> Outcome {
    let ids: Vec<CollectionId> = (0..collections)
        .map(|_| db.write(|tx| changes::create_collection(tx, CollectionKind::Calendar, None)).unwrap())
        .collect();
    let writes: u64 = env::var("RENRAKU_GAP_CHANGES").ok().map_or(60, |count| count.parse().unwrap());
    let writing = AtomicBool::new(true);
    thread::scope(|scope| {
        let writers: Vec<_> = (0..WRITERS)
            .map(|n| {
                scope.spawn({
                    let ids = &ids;
                    move || write(db, log, ids, writes, StdRng::seed_from_u64(seed + n))
                })
            })
            .collect();
        let readers: Vec<_> = (0..READERS)
            .map(|n| {
                let (ids, writing) = (&ids, &writing);
                let random = StdRng::seed_from_u64(seed + WRITERS + n);
                scope.spawn(move || follow((db, log), ids, writing, random))
            })
            .collect();
        let (committed, rolled_back): (Vec<Told>, Vec<usize>) =
            writers.into_iter().map(|writer| writer.join().unwrap()).unzip();
        writing.store(false, Ordering::SeqCst);
        let told = readers.into_iter().map(|reader| reader.join().unwrap()).collect();
        Outcome { committed, told, rolled_back: rolled_back.iter().sum() }
    })
}

fn write(db: &Db, log: &Log, collections: &[CollectionId], count: u64, mut random: StdRng) -> (Told, usize) {
    let mut committed = Told::new();
    let mut rolled_back = 0;
    for _ in 0..count {
        let mut bytes = [0; 16];
        random.fill_bytes(&mut bytes);
        let object = EventId::from(uuid::Builder::from_random_bytes(bytes).into_uuid());
        let (one, other) =
            (random.random_range(0..collections.len()), random.random_range(0..collections.len()));
        // Every fourth write touches two collections, in either order.
        let mut touched = vec![collections[one]];
        if one != other && random.random_ratio(1, 4) {
            touched.push(collections[other]);
        }
        if random.random_ratio(1, 4) {
            thread::yield_now();
        }
        match log.write(db, &touched, &object) {
            Ok(()) => {
                for collection in touched {
                    committed.entry(collection).or_default().push(object.to_string());
                }
            }
            Err(_) => rolled_back += 1,
        }
    }
    (committed, rolled_back)
}

fn follow(
    (db, log): (&Db, &Log),
    collections: &[CollectionId],
    writing: &AtomicBool,
    mut random: StdRng,
) -> Told {
    let mut after: BTreeMap<CollectionId, i64> = collections.iter().map(|id| (*id, 0)).collect();
    let mut told = Told::new();
    loop {
        // Asked before the reading, so that what was committed last is still read.
        let last_round = !writing.load(Ordering::SeqCst);
        let mut news = false;
        for (collection, after) in &mut after {
            let limit = random.random_range(1..=50);
            let page: Vec<Change> = db.read(|tx| changes::since(tx, *collection, *after, limit)).unwrap();
            for change in page {
                assert!(change.modseq > *after, "a number was told twice");
                *after = change.modseq;
                if let Log::Sequence(sequence) = log {
                    sequence.heard.fetch_max(change.modseq, Ordering::SeqCst);
                }
                news = true;
                told.entry(*collection).or_default().push(change.object);
            }
        }
        if last_round && !news {
            return told;
        }
        thread::yield_now();
    }
}

impl Outcome {
    /// How many committed changes a reader was not told, over all readers.
    fn missed(&self) -> usize {
        let committed: BTreeSet<(CollectionId, &String)> = self.committed.iter().flat_map(pairs).collect();
        self.told.iter().map(|told| committed.difference(&pairs(told).collect()).count()).sum()
    }

    fn assert_complete(&self) {
        assert!(self.rolled_back > 0, "no write was rolled back: the test lost its teeth");
        assert_eq!(self.missed(), 0, "committed changes were skipped");
        let count: usize = self.committed.iter().flat_map(BTreeMap::values).map(Vec::len).sum();
        for told in &self.told {
            assert_eq!(told.values().map(Vec::len).sum::<usize>(), count, "told what was never committed");
            // What a writer did later is told later.
            for writer in &self.committed {
                for (collection, written) in writer {
                    let position: BTreeMap<&String, usize> =
                        told[collection].iter().enumerate().map(|(at, object)| (object, at)).collect();
                    assert!(written.is_sorted_by_key(|object| position[object]), "told in another order");
                }
            }
        }
    }
}

fn pairs(told: &Told) -> impl Iterator<Item = (CollectionId, &String)> {
    told.iter().flat_map(|(collection, objects)| objects.iter().map(|object| (*collection, object)))
}

fn on_each_prepared_database(test: impl Fn(&Db)) {
    for backend in Backend::all() {
        let database = backend.fresh();
        let db = database.open(12, &FixedClock::new(START));
        let fate = match backend {
            Backend::Sqlite => SQLITE_FATE,
            Backend::Postgres => POSTGRES_FATE,
        };
        db.write(|tx| Ok::<_, Error>(tx.conn().batch_execute(fate)?)).unwrap();
        test(&db);
    }
}

#[test]
fn no_committed_change_is_ever_skipped() {
    on_each_prepared_database(|db| {
        for (seed, collections) in [(100, 1), (200, 10), (300, 50)] {
            let outcome = run(db, &Log::Counters, collections, seed);
            outcome.assert_complete();
        }
    });
}

#[test]
fn a_log_numbered_from_a_sequence_is_caught() {
    on_each_prepared_database(|db| {
        let outcome =
            run(db, &Log::Sequence(Sequence { next: AtomicI64::new(1), heard: AtomicI64::new(0) }), 1, 400);
        assert!(outcome.missed() > 0, "the harness did not see the gap");
    });
}

#[test]
fn numbers_have_no_holes() {
    on_each_prepared_database(|db| {
        let outcome = run(db, &Log::Counters, 1, 500);
        let committed: usize = outcome.committed.iter().flat_map(BTreeMap::values).map(Vec::len).sum();
        let collection = *outcome.told[0].keys().next().unwrap();
        let heads = db.read(|tx| changes::heads(tx, &[collection])).unwrap();
        assert_eq!(usize::try_from(heads[0].modseq).unwrap(), committed);
    });
}
