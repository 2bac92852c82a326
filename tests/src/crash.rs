//! What was acknowledged survives kill -9 and SIGTERM, and what was not is cleared up by the same request with the same key.
//!
//! `RENRAKU_CRASH_KILLS` says how often the server is killed on each database (by default a few times).

use std::{
    collections::{BTreeMap, BTreeSet},
    env,
    sync::{Condvar, Mutex},
    thread,
    time::{Duration, Instant},
};

use diesel::{ExpressionMethods, RunQueryDsl};
use renraku_base::SystemClock;
use renraku_db::schema::jobs;
use renraku_mail::service;
use renraku_test_db::Backend;
use serde_json::json;
use uuid::Uuid;

use crate::harness::{Answer, Manner, Phone, Security, ServerProcess, SmtpSink, Staff, Wire};

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

/// Writes from several phones, and ends the server when `enough` writes were acknowledged.
fn write_until_ended(phone: &Phone, enough: usize, end: impl FnOnce()) -> Sent {
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
        let few = |sent: &mut Sent| sent.values().filter(|acknowledged| **acknowledged).count() < enough;
        let (held, waited) =
            acknowledged.wait_timeout_while(sent.lock().unwrap(), Duration::from_secs(60), few).unwrap();
        assert!(!waited.timed_out(), "the server answers too little");
        drop(held);
        end();
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
            let sent = write_until_ended(&phone, 5 + kill * 7 % 13, || server.kill());
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

#[test]
fn a_server_that_is_told_to_end_loses_nothing_and_says_goodbye() {
    for backend in Backend::all() {
        let database = backend.fresh();
        let folder = tempfile::tempdir().unwrap();
        let server = ServerProcess::start(&database, folder.path());
        let phone = Phone::new(server.base());
        let hanako = Staff::hire(&database.open(2, &SystemClock), folder.path(), &phone, "hanako");
        let mut streams: Vec<Wire> = (0..4)
            .flat_map(|_| {
                let device = hanako.on_another_phone();
                [(); 3].map(|()| Wire::listen(&device))
            })
            .collect();
        let began = Instant::now();
        let sent = write_until_ended(&hanako, 50, || {
            assert!(server.terminate(), "it ends well on {backend}");
        });
        // Its promise to whoever runs it, not a figure: what is left would be killed then.
        assert!(began.elapsed() < Duration::from_secs(60), "it does not end");
        let mut retries = BTreeSet::new();
        for stream in &mut streams {
            let bye = stream.read_until("event: bye\n");
            let retry = bye.rsplit("retry: ").next().unwrap().lines().next().unwrap();
            retries.insert(retry.parse::<u64>().unwrap());
        }
        assert!(retries.len() > streams.len() / 2, "they come back at spread times: {retries:?}");
        assert!(retries.iter().all(|retry| (5_000..=125_000).contains(retry)), "{retries:?}");
        let server = ServerProcess::start(&database, folder.path());
        let survived: BTreeSet<Uuid> = there(&hanako.at(server.base())).into_iter().collect();
        for (key, acknowledged) in sent {
            assert!(!acknowledged || survived.contains(&key), "an acknowledged write is lost on {backend}");
        }
    }
}

#[test]
fn a_mail_whose_sender_is_killed_before_it_knows_that_it_was_taken_goes_again_as_the_same() {
    for backend in Backend::all() {
        let database = backend.fresh();
        let folder = tempfile::tempdir().unwrap();
        let sink = SmtpSink::start(Security::None);
        let settings = sink.settings();
        let settings: Vec<(&str, &str)> =
            settings.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let server = ServerProcess::start_with(&database, folder.path(), &settings);
        let db = database.open(2, &SystemClock);
        let hanako = Staff::hire(&db, folder.path(), &Phone::new(server.base()), "hanako");
        let source = format!("maildir:{}", folder.path().join("maildir").display());
        let put = |tx: &mut renraku_db::Tx<'_>| {
            service::put_account(tx, &hanako.person, &source, "hanako@pref.example.jp", "佐藤 花子")
        };
        db.write(put).unwrap();
        sink.behave(Manner::HangAfterData);
        let mail = json!({"to": [{"email": "guest@x.example"}], "subject": "見積", "text": "お願いします。"});
        hanako.post("mail/messages", &mail).expect(201);
        sink.wait_until_it_hangs();
        server.kill();
        sink.behave(Manner::Take);
        // What the dead process had claimed is free again when its time is over.
        db.write(|tx| {
            let claimed = jobs::claimed_until.eq(Some(0_i64));
            diesel::update(jobs::table).set(claimed).execute(tx.conn()).map_err(renraku_db::Error::from)
        })
        .unwrap();
        let server = ServerProcess::start_with(&database, folder.path(), &settings);
        sink.wait_for_mails(2);
        assert!(server.terminate(), "it ends well on {backend}");
        let mails = sink.mails();
        assert_eq!(mails.len(), 2, "once more and no more on {backend}");
        assert_eq!(mails[0], mails[1], "the same mail under one Message-ID on {backend}");
    }
}
