use std::sync::{Arc, Mutex};

use renraku_base::{DeviceId, ETag, Entropy, FixedClock, Precondition};
use renraku_people::{
    AccountFault, Sessions,
    account::{self, DeviceOffer},
};
use renraku_test_db::{Backend, START, on_each_database};

use super::office::{Office, PASSWORD, code, offer, write};

const DAY: u64 = 24 * 3_600;

fn revoke(office: &Office, who: &renraku_base::Principal, id: &DeviceId) -> Result<(), AccountFault> {
    office
        .db
        .write(|tx| account::revoke_device(tx, who, id, &Precondition::Exists))
        .map(|done| done.into_inner())
}

#[test]
fn a_revoked_device_is_out_when_the_answer_comes() {
    on_each_database(|db, clock| {
        let office = Office::new(db, clock);
        let lost = office.hanako("なくした電話");
        let other = office.hanako("タブレット");
        let who = office.who(&other);
        let heard = Arc::new(Mutex::new(Vec::new()));
        let listener = Arc::clone(&heard);
        office.sessions.on_revoked(move |device| listener.lock().unwrap().push(device.clone()));
        assert_eq!(office.verify(&lost), "ok");
        revoke(&office, &who, &lost.device_id).unwrap();
        assert_eq!(office.verify(&lost), "session-ended");
        assert_eq!(code(office.sessions.refresh(&lost.refresh_token)), "session-ended");
        assert_eq!(office.verify(&other), "ok");
        assert_eq!(*heard.lock().unwrap(), std::slice::from_ref(&lost.device_id));
        assert_eq!(code(revoke(&office, &who, &lost.device_id)), "not-found");
        assert_eq!(office.devices(&who).len(), 1);
    });
}

#[test]
fn another_process_hears_of_it_by_one_statement() {
    for backend in Backend::all() {
        let database = backend.fresh();
        let clock = FixedClock::new(START);
        let office = Office::new(&database.open(4, &clock), &clock);
        let elsewhere = database.open(4, &clock);
        let sessions = Sessions::load(&elsewhere, &office.secret).unwrap();
        let lost = office.hanako("電話");
        let who = office.who(&lost);
        let verify = |sessions: &Sessions| code(sessions.verify(&lost.access_token, elsewhere.now()));
        assert_eq!(verify(&sessions), "ok");
        let before = elsewhere.statements();
        sessions.refresh_revocations().unwrap();
        // Begin, the statement, and roll back.
        assert_eq!(elsewhere.statements() - before, 3, "on {backend}");
        let heard = Arc::new(Mutex::new(0));
        let listener = Arc::clone(&heard);
        sessions.on_revoked(move |_| *listener.lock().unwrap() += 1);
        revoke(&office, &who, &lost.device_id).unwrap();
        assert_eq!(verify(&sessions), "ok", "it has not asked yet");
        sessions.refresh_revocations().unwrap();
        assert_eq!(verify(&sessions), "session-ended");
        assert_eq!(*heard.lock().unwrap(), 1);
        let started_later = Sessions::load(&elsewhere, &office.secret).unwrap();
        assert_eq!(verify(&started_later), "session-ended");
    }
}

#[test]
fn a_device_is_revoked_by_its_owner_alone_and_in_the_version_that_they_saw() {
    on_each_database(|db, clock| {
        let office = Office::new(db, clock);
        let hanakos = office.hanako("電話");
        let taros = office.login("taro", PASSWORD, offer("電話")).unwrap();
        let (hanako, taro) = (office.who(&hanakos), office.who(&taros));
        assert_eq!(code(revoke(&office, &taro, &hanakos.device_id)), "not-found");
        assert_eq!(office.verify(&hanakos), "ok");
        let stale = Precondition::Match(vec![ETag::of(1)]);
        let refused = db.write(|tx| account::revoke_device(tx, &hanako, &hanakos.device_id, &stale));
        let Err(AccountFault::Stale { current }) = refused else { panic!("revoked") };
        assert_eq!(current["id"], hanakos.device_id.as_str());
        assert_eq!(office.verify(&hanakos), "ok");
        let fresh = Precondition::Match(vec![office.devices(&hanako)[0].etag.clone()]);
        db.write(|tx| account::revoke_device(tx, &hanako, &hanakos.device_id, &fresh)).unwrap();
        assert_eq!(office.verify(&hanakos), "session-ended");
    });
}

#[test]
fn a_phone_that_logs_out_is_out() {
    on_each_database(|db, clock| {
        let office = Office::new(db, clock);
        let phone = office.hanako("電話");
        let who = office.who(&phone);
        db.write(|tx| account::log_out(tx, &who)).unwrap();
        assert_eq!(office.verify(&phone), "session-ended");
        assert_eq!(code(db.write(|tx| account::log_out(tx, &who))), "session-ended");
        let back = DeviceOffer { id: Some(phone.device_id.clone()), ..offer("電話") };
        let again = office.login("hanako", PASSWORD, back).unwrap();
        assert_eq!(again.device_id, phone.device_id);
        assert_eq!(office.verify(&again), "ok");
        assert_eq!(office.verify(&phone), "session-ended", "the former token stays dead");
    });
}

#[test]
fn a_phone_may_name_itself_but_not_take_anothers_name() {
    on_each_database(|db, clock| {
        let office = Office::new(db, clock);
        let id: DeviceId = Entropy.uuid_v4().into();
        let device = DeviceOffer { id: Some(id.clone()), ..offer("電話") };
        let hanakos = office.login("hanako", PASSWORD, device.clone()).unwrap();
        assert_eq!(hanakos.device_id, id);
        let taros = office.login("taro", PASSWORD, device).unwrap();
        assert_ne!(taros.device_id, id, "a phone that was handed on gets a place of its own");
        assert_eq!(office.verify(&hanakos), "ok");
    });
}

#[test]
fn a_ninth_device_is_refused_with_the_eight_and_a_phone_set_up_anew_is_not() {
    on_each_database(|db, clock| {
        let office = Office::new(db, clock);
        let phones: Vec<_> = (0..8).map(|n| office.hanako(&format!("電話{n}"))).collect();
        let Err(AccountFault::TooManyDevices { devices }) = office.login("hanako", PASSWORD, offer("電話8"))
        else {
            panic!("a ninth was taken")
        };
        assert_eq!(devices.len(), 8);
        let anew = office.hanako("電話3");
        assert_eq!(anew.device_id, phones[3].device_id);
        assert_eq!(office.verify(&phones[3]), "session-ended");
        assert_eq!(office.verify(&phones[4]), "ok");
        revoke(&office, &office.who(&anew), &phones[0].device_id).unwrap();
        assert_eq!(code(office.login("hanako", PASSWORD, offer("電話8"))), "ok");
        office.advance(14 * DAY);
        assert_eq!(
            code(office.login("hanako", PASSWORD, offer("電話9"))),
            "ok",
            "sessions that ran out do not count"
        );
    });
}

#[test]
fn when_a_device_was_seen_is_written_once_a_day() {
    on_each_database(|db, clock| {
        let office = Office::new(db, clock);
        let phone = office.hanako("電話");
        let who = office.who(&phone);
        let first = office.devices(&who).remove(0);
        office.advance(3_600);
        let phone = office.sessions.refresh(&phone.refresh_token).unwrap();
        assert_eq!(office.devices(&who)[0], first);
        office.advance(DAY);
        office.sessions.refresh(&phone.refresh_token).unwrap();
        let second = office.devices(&who).remove(0);
        assert_eq!(second.seen_at, db.now());
        assert_ne!(second.etag, first.etag);
    });
}

#[test]
fn what_ran_out_is_ended_and_what_was_signed_out_is_forgotten_in_time() {
    on_each_database(|db, clock| {
        let office = Office::new(db, clock);
        let phone = office.hanako("電話");
        let heard = Arc::new(Mutex::new(0));
        let listener = Arc::clone(&heard);
        office.sessions.on_revoked(move |_| *listener.lock().unwrap() += 1);
        assert_eq!(write(db, account::prune_devices), 0);
        office.advance(14 * DAY);
        assert_eq!(write(db, account::prune_devices), 1);
        assert_eq!(*heard.lock().unwrap(), 1, "its streams are closed");
        office.advance(91 * DAY);
        assert_eq!(write(db, account::prune_devices), 1);
        let back = DeviceOffer { id: Some(phone.device_id.clone()), ..offer("電話") };
        let again = office.login("hanako", PASSWORD, back).unwrap();
        assert_eq!(again.device_id, phone.device_id);
        assert_eq!(
            code(office.sessions.refresh(&phone.refresh_token)),
            "session-ended",
            "no alarm, long forgotten"
        );
        assert_eq!(office.verify(&again), "ok");
    });
}
