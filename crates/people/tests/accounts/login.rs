use renraku_people::account;
use renraku_test_db::on_each_database;

use super::office::{Office, PASSWORD, code, offer, username, write};

#[test]
fn a_login_gives_tokens_that_name_the_person_and_the_device() {
    on_each_database(|db, clock| {
        let office = Office::new(db, clock);
        let signed_in = office.login(" Hanako ", PASSWORD, offer("電話")).unwrap();
        assert_eq!(signed_in.expires_in, 600);
        assert_eq!(signed_in.person_id, office.hanako);
        let who = office.who(&signed_in);
        assert_eq!(who.person, office.hanako);
        assert_eq!(who.device.as_ref(), Some(&signed_in.device_id));
        let devices = office.devices(&who);
        assert_eq!(devices.len(), 1);
        assert_eq!((devices[0].name.as_str(), devices[0].current), ("電話", true));
        let account = db.read(|tx| account::find_account(tx, &username("hanako"))).unwrap();
        assert_eq!(account.signed_in_at, Some(db.now()));
    });
}

#[test]
fn an_access_token_is_good_for_ten_minutes_and_verified_without_the_database() {
    on_each_database(|db, clock| {
        let office = Office::new(db, clock);
        let signed_in = office.hanako("電話");
        let ((), statements) = office.statements(|| {
            for _ in 0..100 {
                assert_eq!(office.verify(&signed_in), "ok");
            }
        });
        assert_eq!(statements, 0);
        office.advance(599);
        assert_eq!(office.verify(&signed_in), "ok");
        office.advance(1);
        assert_eq!(office.verify(&signed_in), "token-expired");
        assert_eq!(office.verify(&signed_in), "token-expired", "also when it is no longer remembered");
    });
}

#[test]
fn nobody_learns_who_has_an_account() {
    on_each_database(|db, clock| {
        let office = Office::new(db, clock);
        write(db, |tx| {
            account::create_account(tx, &renraku_base::Entropy.uuid_v4().into(), &username("nopass"), None)
        });
        write(db, |tx| account::disable_account(tx, &username("taro")));
        for name in ["hanako", "nobody", "nopass", "taro", "花子", "a b"] {
            for _ in 0..3 {
                let answer = office.login(name, "wrong password", offer("x"));
                assert_eq!(code(answer), "bad-credentials", "{name}");
            }
            assert_eq!(code(office.login(name, "wrong password", offer("x"))), "login-delayed", "{name}");
            office.advance(1);
        }
        assert_eq!(code(office.login("taro", PASSWORD, offer("x"))), "account-disabled");
    });
}

#[test]
fn what_the_device_says_of_itself_is_checked() {
    on_each_database(|db, clock| {
        let office = Office::new(db, clock);
        let faults = |name: &str, password: &str, device| {
            let Err(renraku_people::AccountFault::Invalid(faults)) = office.login(name, password, device)
            else {
                panic!("taken")
            };
            faults.into_iter().map(|fault| format!("{} {}", fault.code, fault.pointer)).collect::<Vec<_>>()
        };
        assert_eq!(
            faults("", "", offer(" ")),
            ["required /device/name", "required /username", "required /password"]
        );
        assert_eq!(faults("hanako", PASSWORD, offer(&"あ".repeat(101))), ["too-long /device/name"]);
        assert_eq!(faults("hanako", PASSWORD, offer("a\nb")), ["control-character /device/name"]);
    });
}

#[test]
fn an_account_is_made_once() {
    on_each_database(|db, clock| {
        let office = Office::new(db, clock);
        let again = |person: &renraku_base::PersonId, name: &str| {
            code(db.write(|tx| account::create_account(tx, person, &username(name), None)))
        };
        assert_eq!(again(&office.hanako, "hanako2"), "account-exists");
        assert_eq!(again(&renraku_base::Entropy.uuid_v4().into(), "hanako"), "username-taken");
        let limit = renraku_base::Limit::new(1).unwrap();
        let first = db.read(|tx| account::list_accounts(tx, None, limit)).unwrap();
        assert_eq!(first.items[0].username.as_str(), "hanako");
        assert!(first.next_cursor.is_some());
        let rest = db.read(|tx| account::list_accounts(tx, Some(&username("hanako")), limit)).unwrap();
        assert_eq!(rest.items[0].username.as_str(), "taro");
        assert!(rest.next_cursor.is_none());
    });
}

#[test]
fn another_password_signs_everybody_out_and_the_former_is_wrong() {
    on_each_database(|db, clock| {
        let office = Office::new(db, clock);
        let signed_in = office.hanako("電話");
        let passwords = renraku_people::Passwords::new(&office.secret);
        let hash = passwords.hash(&account::Password::chosen("another one").unwrap()).unwrap();
        write(db, |tx| account::set_password(tx, &username("hanako"), &hash));
        assert_eq!(office.verify(&signed_in), "session-ended");
        assert_eq!(code(office.sessions.refresh(&signed_in.refresh_token)), "session-ended");
        assert_eq!(code(office.login("hanako", PASSWORD, offer("電話"))), "bad-credentials");
        office.advance(1);
        assert_eq!(code(office.login("hanako", "another one", offer("電話"))), "ok");
        assert!(account::Password::chosen("short").is_err());
    });
}

#[test]
fn a_closed_account_is_out_at_once_and_can_be_opened_again() {
    on_each_database(|db, clock| {
        let office = Office::new(db, clock);
        let phones = [office.hanako("電話"), office.hanako("タブレット")];
        write(db, |tx| account::disable_account(tx, &username("hanako")));
        for phone in &phones {
            assert_eq!(office.verify(phone), "session-ended");
            assert_eq!(code(office.sessions.refresh(&phone.refresh_token)), "session-ended");
        }
        assert_eq!(code(office.login("hanako", PASSWORD, offer("電話"))), "account-disabled");
        write(db, |tx| account::enable_account(tx, &username("hanako")));
        assert_eq!(office.verify(&phones[0]), "session-ended");
        assert_eq!(code(office.login("hanako", PASSWORD, offer("電話"))), "ok");
        assert_eq!(code(db.write(|tx| account::disable_account(tx, &username("nobody")))), "not-found");
    });
}
