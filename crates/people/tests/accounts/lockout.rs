use std::thread;

use renraku_people::{
    AccountFault,
    account::{DeviceOffer, SignedIn},
};
use renraku_test_db::on_each_database;

use super::office::{Office, PASSWORD, code, offer};

fn wait(result: &Result<SignedIn, AccountFault>) -> Option<u64> {
    match result {
        Err(AccountFault::LoginDelayed { retry_after_s }) => Some(*retry_after_s),
        _ => None,
    }
}

#[test]
fn ten_wrong_passwords_delay_the_right_one() {
    on_each_database(|db, clock| {
        let office = Office::new(db, clock);
        let phone = office.hanako("電話");
        let known = || DeviceOffer { id: Some(phone.device_id.clone()), ..offer("電話") };
        for failures in 1..=10 {
            assert_eq!(code(office.login("hanako", "wrong password", offer("x"))), "bad-credentials");
            match failures {
                1 | 2 => {}
                3 => office.advance(1),
                4..10 => office.advance(3),
                _ => break,
            }
        }
        assert_eq!(wait(&office.login("hanako", PASSWORD, offer("x"))), Some(5));
        assert_eq!(code(office.login("taro", PASSWORD, offer("x"))), "ok", "others are not touched");
        assert_eq!(office.verify(&phone), "ok", "who is signed in stays so");
        assert_eq!(code(office.login("hanako", PASSWORD, known())), "ok", "a known device has its own count");
        office.advance(5);
        assert_eq!(code(office.login("hanako", PASSWORD, offer("y"))), "ok");
        for _ in 0..3 {
            assert_eq!(code(office.login("hanako", "wrong password", offer("x"))), "bad-credentials");
        }
        assert_eq!(wait(&office.login("hanako", PASSWORD, offer("x"))), Some(1), "the count began anew");
    });
}

#[test]
fn who_mistypes_twice_need_not_wait() {
    on_each_database(|db, clock| {
        let office = Office::new(db, clock);
        for _ in 0..2 {
            assert_eq!(code(office.login("hanako", "wrong password", offer("x"))), "bad-credentials");
        }
        assert_eq!(code(office.login("hanako", PASSWORD, offer("x"))), "ok");
    });
}

#[test]
fn nobody_waits_until_a_clock_that_was_set_back_has_come_so_far_again() {
    on_each_database(|db, clock| {
        let office = Office::new(db, clock);
        for (wrong, back) in [(1, 9 * 3_600), (5, 24 * 3_600)] {
            for _ in 0..wrong {
                drop(office.login("hanako", "wrong password", offer("x")));
                office.advance(3);
            }
            drop(office.login("hanako", "wrong password", offer("x")));
            clock.set(db.now() - std::time::Duration::from_secs(back));
            assert_eq!(code(office.login("hanako", PASSWORD, offer("x"))), "ok");
        }
    });
}

#[test]
fn an_unknown_device_id_gives_no_count_of_its_own() {
    on_each_database(|db, clock| {
        let office = Office::new(db, clock);
        let invented = || DeviceOffer { id: Some(renraku_base::Entropy.uuid_v4().into()), ..offer("x") };
        let taros = office.login("taro", PASSWORD, offer("電話")).unwrap();
        let anothers = DeviceOffer { id: Some(taros.device_id), ..offer("x") };
        for _ in 0..3 {
            assert_eq!(code(office.login("hanako", "wrong password", invented())), "bad-credentials");
        }
        assert_eq!(code(office.login("hanako", "wrong password", invented())), "login-delayed");
        assert_eq!(code(office.login("hanako", "wrong password", anothers)), "login-delayed");
    });
}

#[test]
fn of_many_guesses_at_once_few_are_looked_at() {
    on_each_database(|db, clock| {
        let office = Office::new(db, clock);
        let cores = thread::available_parallelism().unwrap().get();
        let looked_at = thread::scope(|scope| {
            let guesses: Vec<_> = (0..40)
                .map(|n| {
                    let office = &office;
                    scope.spawn(move || code(office.login("hanako", &format!("guess {n}"), offer("x"))))
                })
                .collect();
            guesses
                .into_iter()
                .map(|guess| guess.join().unwrap())
                .filter(|code| *code == "bad-credentials")
                .count()
        });
        // Two are free, and as many more as are looked at while the third fails.
        assert!(looked_at >= 3 && looked_at <= cores + 2, "{looked_at} of 40 on {cores} cores");
    });
}
