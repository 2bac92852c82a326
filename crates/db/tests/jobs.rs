use std::{collections::BTreeSet, sync::Mutex, thread, time::Duration};

use renraku_base::Timestamp;
use renraku_db::{
    Db, Error,
    jobs::{self, Job},
};
use renraku_test_db::{START, on_each_database};

const LEASE: Duration = Duration::from_secs(60);

fn after(seconds: u64) -> Timestamp {
    START + Duration::from_secs(seconds)
}

fn enqueue(db: &Db, payload: &str, due: Timestamp, unique: Option<&str>) -> bool {
    db.write(|tx| jobs::enqueue(tx, "test.job", &payload, due, unique)).unwrap()
}

fn claim(db: &Db, count: i64) -> Vec<Job> {
    db.write(|tx| jobs::claim(tx, jobs::Kinds::ALL, count, LEASE)).unwrap()
}

fn payloads(jobs: &[Job]) -> Vec<&str> {
    jobs.iter().map(|job| job.payload.trim_matches('"')).collect()
}

#[test]
fn due_jobs_are_claimed_oldest_first_and_others_wait() {
    on_each_database(|db, clock| {
        enqueue(db, "later", after(10), None);
        enqueue(db, "second", after(0), None);
        enqueue(db, "first", START - Duration::from_secs(1), None);
        assert_eq!(payloads(&claim(db, 1)), ["first"]);
        assert_eq!(payloads(&claim(db, 10)), ["second"]);
        assert_eq!(payloads(&claim(db, 10)), Vec::<&str>::new());
        clock.advance(Duration::from_secs(10));
        assert_eq!(payloads(&claim(db, 10)), ["later"]);
    });
}

#[test]
fn a_job_of_a_transaction_that_failed_is_not_there() {
    on_each_database(|db, _| {
        let refused: Result<(), Error> = db.write(|tx| {
            jobs::enqueue(tx, "test.job", &"x", tx.now(), None)?;
            Err(Error::damaged("refused"))
        });
        assert!(refused.is_err());
        assert_eq!(db.read(jobs::count).unwrap(), (0, 0));
    });
}

#[test]
fn a_job_whose_runner_died_is_due_again_when_its_lease_ends() {
    on_each_database(|db, clock| {
        enqueue(db, "x", after(0), None);
        assert_eq!(claim(db, 1)[0].attempts, 0);
        clock.advance(LEASE - Duration::from_secs(1));
        assert_eq!(claim(db, 1), []);
        clock.advance(Duration::from_secs(1));
        assert_eq!(claim(db, 1)[0].attempts, 1);
    });
}

#[test]
fn a_finished_job_never_comes_back() {
    on_each_database(|db, clock| {
        enqueue(db, "x", after(0), None);
        let job = claim(db, 1).remove(0);
        db.write(|tx| jobs::finish(tx, &job.id)).unwrap();
        clock.advance(Duration::from_secs(86_400));
        assert_eq!(claim(db, 1), []);
        assert_eq!(db.read(jobs::count).unwrap(), (0, 0));
        let before = db.now().micros();
        assert_eq!(db.write(|tx| jobs::prune(tx, before)).unwrap(), 1);
    });
}

#[test]
fn a_failing_job_waits_longer_each_time_and_is_set_aside_in_the_end() {
    on_each_database(|db, clock| {
        enqueue(db, "x", after(0), None);
        let mut waits = Vec::new();
        for _ in 0..jobs::MAX_ATTEMPTS {
            let job = claim(db, 1).remove(0);
            db.write(|tx| jobs::fail(tx, &job, "no route")).unwrap();
            if let Some(due) = db.read(|tx| jobs::next_due(tx, jobs::Kinds::ALL)).unwrap() {
                waits.push((due.micros() - db.now().micros()) / 1_000_000);
                clock.set(due);
            }
        }
        assert_eq!(waits[..6], [2, 4, 8, 16, 32, 64]);
        assert!(waits.iter().all(|wait| *wait <= 3_600) && waits.contains(&3_600));
        assert_eq!(waits.len(), usize::try_from(jobs::MAX_ATTEMPTS).unwrap() - 1);
        assert_eq!(db.read(jobs::count).unwrap(), (0, 1), "set aside");
        assert_eq!(db.read(|tx| jobs::next_due(tx, jobs::Kinds::ALL)).unwrap(), None);
    });
}

#[test]
fn a_unique_key_stands_for_one_job() {
    on_each_database(|db, _| {
        assert!(enqueue(db, "first", after(0), Some("k")));
        assert!(!enqueue(db, "second", after(0), Some("k")));
        assert!(enqueue(db, "other", after(0), Some("l")));
        assert_eq!(claim(db, 10).len(), 2);
    });
}

#[test]
fn a_withdrawn_job_does_not_run_and_frees_its_key() {
    on_each_database(|db, _| {
        enqueue(db, "first", after(0), Some("k"));
        db.write(|tx| jobs::withdraw(tx, "k")).unwrap();
        assert_eq!(claim(db, 10), []);
        assert!(enqueue(db, "second", after(0), Some("k")));
        assert_eq!(payloads(&claim(db, 10)), ["second"]);
    });
}

#[test]
fn the_next_due_job_is_told_though_an_older_one_is_running() {
    on_each_database(|db, _| {
        assert_eq!(db.read(|tx| jobs::next_due(tx, jobs::Kinds::ALL)).unwrap(), None);
        enqueue(db, "running", after(0), None);
        claim(db, 1);
        assert_eq!(db.read(|tx| jobs::next_due(tx, jobs::Kinds::ALL)).unwrap(), Some(START + LEASE));
        enqueue(db, "soon", after(5), None);
        assert_eq!(db.read(|tx| jobs::next_due(tx, jobs::Kinds::ALL)).unwrap(), Some(after(5)));
    });
}

#[test]
fn parallel_runners_never_get_the_same_job() {
    const JOBS: usize = 60;
    on_each_database(|db, _| {
        for n in 0..JOBS {
            enqueue(db, &n.to_string(), after(0), None);
        }
        let claimed = Mutex::new(Vec::new());
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    // More rounds than there are jobs, and not for ever when they are claimed twice.
                    for _ in 0..JOBS {
                        let some = claim(db, 3);
                        claimed.lock().unwrap().extend(some.into_iter().map(|job| job.id));
                    }
                });
            }
        });
        let claimed = claimed.into_inner().unwrap();
        assert_eq!(claimed.len(), JOBS);
        assert_eq!(claimed.iter().collect::<BTreeSet<_>>().len(), JOBS);
    });
}
