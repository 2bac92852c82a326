use std::sync::mpsc;

use renraku_base::Timestamp;
use renraku_test_db::on_each_database;

use super::*;

const ALL: Share = Share { kinds: Kinds::ALL, at_once: 8 };

fn enqueue(db: &Db, kind: &str, due: Timestamp) {
    db.write(|tx| jobs::enqueue(tx, kind, &"payload", due, None)).unwrap();
}

#[test]
fn due_jobs_run_and_later_ones_wait() {
    on_each_database(|db, clock| {
        let (sent, ran) = mpsc::channel();
        let sent = Mutex::new(sent);
        let worker = Worker::new(
            db,
            Arc::new(move |job| {
                sent.lock().unwrap().send(job.kind.clone()).unwrap();
                Ok(Ran::ToFinish)
            }),
            ALL,
        );
        enqueue(db, "now", db.now());
        enqueue(db, "later", db.now() + Duration::from_secs(60));
        worker.run_due().unwrap();
        assert_eq!(ran.try_iter().collect::<Vec<_>>(), ["now"]);
        clock.advance(Duration::from_secs(60));
        worker.run_due().unwrap();
        assert_eq!(ran.try_iter().collect::<Vec<_>>(), ["later"]);
        worker.run_due().unwrap();
        assert_eq!(ran.try_iter().count(), 0, "a done job does not run again");
    });
}

#[test]
fn a_failed_job_comes_again_and_a_hopeless_one_is_set_aside() {
    on_each_database(|db, clock| {
        let worker = Worker::new(
            db,
            Arc::new(|job| match job.kind.as_str() {
                "hopeless" => Err(JobFault::Never("no".to_owned())),
                _ if job.attempts == 0 => Err(JobFault::Again("not yet".to_owned())),
                _ => Ok(Ran::ToFinish),
            }),
            ALL,
        );
        enqueue(db, "hopeless", db.now());
        enqueue(db, "second time", db.now());
        worker.run_due().unwrap();
        assert_eq!(db.read(jobs::count).unwrap(), (1, 1));
        clock.advance(Duration::from_secs(60));
        worker.run_due().unwrap();
        assert_eq!(db.read(jobs::count).unwrap(), (0, 1));
    });
}

#[test]
fn a_job_runs_as_soon_as_it_is_put_into_the_queue_and_stopping_waits_for_it() {
    on_each_database(|db, _| {
        let (started, has_started) = mpsc::channel();
        let (go, may_go) = mpsc::channel::<()>();
        let (started, may_go) = (Mutex::new(started), Mutex::new(may_go));
        let worker = Worker::new(
            db,
            Arc::new(move |_| {
                started.lock().unwrap().send(()).unwrap();
                may_go.lock().unwrap().recv().unwrap();
                Ok(Ran::ToFinish)
            }),
            ALL,
        );
        let thread = worker.start().unwrap();
        enqueue(db, "slow", db.now());
        has_started.recv_timeout(LOOK_UP).expect("woken by the commit");
        worker.stop();
        assert!(!thread.is_finished());
        go.send(()).unwrap();
        thread.join().unwrap();
        assert_eq!(db.read(jobs::count).unwrap(), (0, 0));
    });
}

#[test]
fn jobs_of_one_kind_hold_up_no_others() {
    on_each_database(|db, _| {
        let count = || db.read(jobs::count).unwrap();
        let done: Body = Arc::new(|_| Ok(Ran::ToFinish));
        let others = Worker::new(db, Arc::clone(&done), Share { kinds: Kinds::all_but("push"), at_once: 2 });
        let push = Worker::new(db, done, Share { kinds: Kinds::only("push"), at_once: 2 });
        (0..5).for_each(|_| enqueue(db, "push", db.now()));
        enqueue(db, "mail", db.now());
        others.run_due().unwrap();
        assert_eq!(count(), (5, 0), "the mail alone is done");
        push.run_due().unwrap();
        assert_eq!(count(), (0, 0));
    });
}
