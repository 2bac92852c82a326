use std::{sync::Mutex, thread};

use renraku_people::account;
use renraku_test_db::on_each_database;

use super::office::{Office, PASSWORD, code, offer};

const DAY: u64 = 24 * 3_600;

#[test]
fn a_refresh_token_is_used_once() {
    on_each_database(|db, clock| {
        let office = Office::new(db, clock);
        let first = office.hanako("電話");
        office.advance(600);
        let second = office.sessions.refresh(&first.refresh_token).unwrap();
        assert_ne!(second.refresh_token, first.refresh_token);
        assert_eq!(second.device_id, first.device_id);
        assert_eq!(office.who(&second).person, office.hanako);
        let third = office.sessions.refresh(&second.refresh_token).unwrap();
        assert_eq!(office.verify(&third), "ok");
    });
}

#[test]
fn a_lost_answer_is_given_again_for_thirty_seconds() {
    on_each_database(|db, clock| {
        let office = Office::new(db, clock);
        let first = office.hanako("電話");
        let second = office.sessions.refresh(&first.refresh_token).unwrap();
        office.advance(29);
        let again = office.sessions.refresh(&first.refresh_token).unwrap();
        assert_eq!(again.refresh_token, second.refresh_token);
        assert_eq!(code(office.sessions.refresh(&again.refresh_token)), "ok");
        assert_eq!(office.verify(&again), "ok");
    });
}

#[test]
fn a_token_that_was_used_before_ends_the_session_for_whoever_has_it() {
    on_each_database(|db, clock| {
        let office = Office::new(db, clock);
        let first = office.hanako("電話");
        let other = office.hanako("タブレット");
        let second = office.sessions.refresh(&first.refresh_token).unwrap();
        office.advance(31);
        assert_eq!(code(office.sessions.refresh(&first.refresh_token)), "refresh-token-reused");
        assert_eq!(office.verify(&second), "session-ended");
        assert_eq!(code(office.sessions.refresh(&second.refresh_token)), "session-ended");
        assert_eq!(code(office.sessions.refresh(&first.refresh_token)), "session-ended");
        assert_eq!(office.verify(&other), "ok", "another device is none of its business");
    });
}

#[test]
fn within_the_grace_only_the_last_one_used_is_forgiven() {
    on_each_database(|db, clock| {
        let office = Office::new(db, clock);
        let first = office.hanako("電話");
        let second = office.sessions.refresh(&first.refresh_token).unwrap();
        office.sessions.refresh(&second.refresh_token).unwrap();
        assert_eq!(code(office.sessions.refresh(&first.refresh_token)), "refresh-token-reused");
    });
}

#[test]
fn what_we_never_made_ends_nothing() {
    on_each_database(|db, clock| {
        let office = Office::new(db, clock);
        let signed_in = office.hanako("電話");
        let mut bent = signed_in.refresh_token.clone().into_bytes();
        bent[40] = if bent[40] == b'A' { b'B' } else { b'A' };
        for bad in ["", "x", &signed_in.access_token, std::str::from_utf8(&bent).unwrap()] {
            let (result, statements) = office.statements(|| code(office.sessions.refresh(bad)));
            assert_eq!((result, statements), ("refresh-token-invalid", 0));
        }
        assert_eq!(code(office.sessions.refresh(&signed_in.refresh_token)), "ok");
    });
}

#[test]
fn parallel_repeats_get_one_successor() {
    on_each_database(|db, clock| {
        let office = Office::new(db, clock);
        let first = office.hanako("電話");
        let successors = Mutex::new(Vec::new());
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    let next = office.sessions.refresh(&first.refresh_token).unwrap();
                    successors.lock().unwrap().push(next.refresh_token);
                });
            }
        });
        let mut successors = successors.into_inner().unwrap();
        assert_eq!(successors.len(), 8);
        successors.dedup();
        assert_eq!(successors.len(), 1);
    });
}

#[test]
fn a_session_ends_after_fourteen_idle_days_and_after_ninety_in_all() {
    on_each_database(|db, clock| {
        let office = Office::new(db, clock);
        let idle = office.hanako("電話");
        let mut busy = office.hanako("タブレット");
        office.advance(14 * DAY - 1);
        busy = office.sessions.refresh(&busy.refresh_token).unwrap();
        office.advance(1);
        assert_eq!(code(office.sessions.refresh(&idle.refresh_token)), "session-ended");
        for _ in 0..6 {
            office.advance(12 * DAY);
            busy = office.sessions.refresh(&busy.refresh_token).unwrap();
        }
        office.advance(4 * DAY - 1);
        busy = office.sessions.refresh(&busy.refresh_token).unwrap();
        office.advance(1);
        assert_eq!(code(office.sessions.refresh(&busy.refresh_token)), "session-ended");
    });
}

#[test]
fn a_new_login_of_the_device_ends_its_former_session_without_alarm() {
    on_each_database(|db, clock| {
        let office = Office::new(db, clock);
        let former = office.hanako("電話");
        let device = account::DeviceOffer { id: Some(former.device_id.clone()), ..offer("新しい名前") };
        let present = office.login("hanako", PASSWORD, device).unwrap();
        assert_eq!(present.device_id, former.device_id);
        assert_eq!(office.verify(&former), "session-ended");
        assert_eq!(code(office.sessions.refresh(&former.refresh_token)), "session-ended");
        assert_eq!(office.verify(&present), "ok");
        assert_eq!(code(office.sessions.refresh(&present.refresh_token)), "ok");
        let devices = office.devices(&office.who(&present));
        assert_eq!(devices.len(), 1);
        assert_eq!(devices[0].name, "新しい名前");
    });
}
