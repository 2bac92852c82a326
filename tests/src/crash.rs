//! What was acknowledged survives kill -9, and what was not is cleared up by the same request with the same key.
//!
//! `RENRAKU_CRASH_KILLS` says how often the server is killed on each database (by default a few times).

use std::{
    collections::{BTreeMap, BTreeSet},
    env,
    sync::{Condvar, Mutex},
    thread,
    time::Duration,
};

use renraku_base::SystemClock;
use renraku_test_db::Backend;
use serde_json::json;
use uuid::Uuid;

use crate::harness::{Answer, Phone, ServerProcess, Staff};

const WRITERS: usize = 3;

/// What was sent: under each key whether it was acknowledged.
type Sent = BTreeMap<Uuid, bool>;

fn send(phone: &Phone, key: Uuid) -> Option<Answer> {
    let ask = phone.ask("POST", "contacts").header("idempotency-key", &key.to_string());
    ask.json(&json!({"name": {"full": key.to_string()}})).try_send().ok()
}

/// The names of all contacts that there are, each as often as it is there.
fn there(phone: &Phone) -> Vec<Uuid> {
    let mut found = Vec::new();
    let mut path = "contacts?limit=500".to_owned();
    loop {
        let page = phone.get(&path).expect(200).json();
        let name = |item: &serde_json::Value| item["name"]["full"].as_str().unwrap().parse::<Uuid>().unwrap();
        found.extend(page["items"].as_array().unwrap().iter().map(name));
        match page["nextCursor"].as_str() {
            Some(cursor) => path = format!("contacts?limit=500&cursor={cursor}"),
            None => return found,
        }
    }
}

/// Writes from several phones and kills the server when `kill_after` writes were acknowledged.
fn write_until_killed(server: ServerProcess, phone: &Phone, kill_after: usize) -> Sent {
    let sent = Mutex::new(Sent::new());
    let acknowledged = Condvar::new();
    thread::scope(|scope| {
        for _ in 0..WRITERS {
            scope.spawn(|| {
                loop {
                    let key = Uuid::new_v4();
                    sent.lock().unwrap().insert(key, false);
                    let Some(answer) = send(phone, key) else { return };
                    answer.expect(201);
                    sent.lock().unwrap().insert(key, true);
                    acknowledged.notify_all();
                }
            });
        }
        let few = |sent: &mut Sent| sent.values().filter(|acknowledged| **acknowledged).count() < kill_after;
        let (held, waited) =
            acknowledged.wait_timeout_while(sent.lock().unwrap(), Duration::from_secs(60), few).unwrap();
        assert!(!waited.timed_out(), "the server answers too little");
        drop(held);
        server.kill();
    });
    sent.into_inner().unwrap()
}

#[test]
fn nothing_acknowledged_is_lost_and_nothing_is_done_twice() {
    let kills: usize = env::var("RENRAKU_CRASH_KILLS").ok().map_or(3, |count| count.parse().unwrap());
    for backend in Backend::all() {
        let database = backend.fresh();
        let folder = tempfile::tempdir().unwrap();
        let mut server = ServerProcess::start(&database, folder.path());
        let hanako =
            Staff::hire(&database.open(2, &SystemClock), folder.path(), &Phone::new(server.base()), "hanako");
        let mut all = BTreeSet::new();
        for kill in 0..kills {
            let phone = hanako.at(server.base());
            let sent = write_until_killed(server, &phone, 5 + kill * 7 % 13);
            server = ServerProcess::start(&database, folder.path());
            let phone = hanako.at(server.base());
            let survived: BTreeSet<Uuid> = there(&phone).into_iter().collect();
            for (key, acknowledged) in sent {
                assert!(
                    !acknowledged || survived.contains(&key),
                    "an acknowledged write is lost on {backend}"
                );
                let again = send(&phone, key).unwrap().expect(201);
                let replayed = again.header("idempotent-replayed").is_some();
                assert_eq!(replayed, survived.contains(&key), "the effect and its key parted on {backend}");
                all.insert(key);
            }
        }
        let mut there = there(&hanako.at(server.base()));
        there.sort_unstable();
        assert_eq!(there, all.into_iter().collect::<Vec<_>>(), "an effect was lost or doubled on {backend}");
    }
}
