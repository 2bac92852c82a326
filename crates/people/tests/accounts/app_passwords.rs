use std::{sync::Barrier, thread, time::Duration};

use renraku_base::{Entropy, Precondition, Principal};
use renraku_db::Location;
use renraku_people::{
    AccountFault,
    account::{self, CreatedAppPassword, NewAppPassword},
};
use renraku_test_db::on_each_database;

use super::office::{Office, PASSWORD, code, offer, username, write};

fn wish(name: &str) -> NewAppPassword {
    NewAppPassword { id: None, name: name.to_owned(), device_id: None }
}

fn create(
    office: &Office,
    who: &Principal,
    wish: &NewAppPassword,
) -> Result<CreatedAppPassword, AccountFault> {
    office
        .db
        .write(|tx| account::create_app_password(tx, &office.secret, who, wish))
        .map(|created| created.into_inner())
}

fn check(office: &Office, username: &str, password: &str) -> Option<Principal> {
    let lookup = office.sessions.look_up(username.to_owned(), password.to_owned());
    office.db.read(|tx| lookup.read(tx)).unwrap()
}

#[test]
fn an_app_password_opens_for_its_owner_until_it_is_taken_away() {
    on_each_database(|db, clock| {
        let office = Office::new(db, clock);
        let who = office.who(&office.hanako("電話"));
        let created = create(&office, &who, &wish("Thunderbird")).unwrap();
        assert_eq!(created.password.len(), 26);
        assert!(created.password.bytes().all(|c| matches!(c, b'a'..=b'z' | b'2'..=b'7')));
        let (found, statements) = office.statements(|| check(&office, "hanako", &created.password));
        assert_eq!(found, Some(Principal::person(office.hanako.clone())));
        // Begin, the statement, and roll back.
        assert_eq!(statements, 3);
        let typed = format!("{}-{}", &created.password[..13].to_uppercase(), &created.password[13..]);
        assert!(check(&office, "Hanako", &typed).is_some());
        for (name, password) in [
            ("taro", created.password.as_str()),
            ("hanako", &created.password[1..]),
            ("hanako", &"a".repeat(26)),
            ("hanako", PASSWORD),
            ("hanako", ""),
            ("花子", &created.password),
        ] {
            assert_eq!(check(&office, name, password), None, "{name} {password}");
        }
        let id = created.app_password.id.clone();
        let taro = Principal::person(office.taro.clone());
        let revoke = |who: &Principal| {
            code(db.write(|tx| account::revoke_app_password(tx, who, &id, &Precondition::Exists)))
        };
        assert_eq!(revoke(&taro), "not-found");
        assert_eq!(revoke(&who), "ok");
        assert_eq!(revoke(&who), "not-found");
        assert_eq!(check(&office, "hanako", &created.password), None);
    });
}

/// Who is known by an app password without asking the database.
fn recall(office: &Office, password: &str) -> Option<Principal> {
    office.sessions.look_up("hanako".to_owned(), password.to_owned()).recall(office.db.now())
}

#[test]
fn an_app_password_that_was_found_is_known_until_it_is_taken_away() {
    on_each_database(|db, clock| {
        let office = Office::new(db, clock);
        let phone = office.hanako("電話");
        let who = office.who(&phone);
        let made = |wish: &NewAppPassword| create(&office, &who, wish).unwrap();
        let of_phone = NewAppPassword { device_id: Some(phone.device_id), ..wish("電話の予定表") };
        let (taken, kept, bound) = (made(&wish("1")), made(&wish("2")), made(&of_phone));
        let all = [&taken, &kept, &bound].map(|one| one.password.as_str());
        for password in all {
            assert_eq!(recall(&office, password), None);
            assert!(check(&office, "hanako", password).is_some());
            let (known, statements) = office.statements(|| recall(&office, password));
            assert!(known.is_some() && statements == 0);
        }
        assert_eq!(check(&office, "hanako", &"a".repeat(26)), None);
        assert_eq!(recall(&office, &"a".repeat(26)), None, "nobody is not remembered");

        let id = taken.app_password.id.clone();
        db.write(|tx| account::revoke_app_password(tx, &who, &id, &Precondition::Exists)).unwrap();
        assert_eq!(all.map(|it| recall(&office, it).is_some()), [false, true, true]);
        db.write(|tx| account::log_out(tx, &who)).unwrap();
        assert_eq!(all.map(|it| recall(&office, it).is_some()), [false, true, false]);
        write(db, |tx| account::disable_account(tx, &username("hanako")));
        assert_eq!(all.map(|it| recall(&office, it).is_some()), [false, false, false]);

        write(db, |tx| account::enable_account(tx, &username("hanako")));
        assert!(check(&office, "hanako", &kept.password).is_some());
        clock.advance(Duration::from_secs(59));
        assert!(recall(&office, &kept.password).is_some());
        clock.advance(Duration::from_secs(1));
        assert_eq!(recall(&office, &kept.password), None, "it is looked up again");
    });
}

/// Two transactions that are both open before either makes its app password; SQLite has one writer at a time anyway.
fn create_two_at_once(office: &Office, who: &Principal) -> Vec<&'static str> {
    let begin = Barrier::new(if matches!(office.db.location(), Location::Postgres(_)) { 2 } else { 1 });
    let mut codes: Vec<_> = thread::scope(|scope| {
        let one = || {
            code(office.db.write(|tx| {
                begin.wait();
                account::create_app_password(tx, &office.secret, who, &wish("x"))
            }))
        };
        [scope.spawn(one), scope.spawn(one)].map(|one| one.join().unwrap()).to_vec()
    });
    codes.sort_unstable();
    codes
}

#[test]
fn a_person_has_five_and_each_its_id() {
    on_each_database(|db, clock| {
        let office = Office::new(db, clock);
        let who = office.who(&office.hanako("電話"));
        let id = renraku_base::AppPasswordId::from(Entropy.uuid_v4());
        let named = NewAppPassword { id: Some(id.clone()), ..wish("0") };
        assert_eq!(create(&office, &who, &named).unwrap().app_password.id, id);
        assert_eq!(code(create(&office, &who, &named)), "id-taken");
        for n in 1..5 {
            create(&office, &who, &wish(&n.to_string())).unwrap();
        }
        assert_eq!(code(create(&office, &who, &wish("6"))), "too-many-app-passwords");
        let taro = Principal::person(office.taro.clone());
        assert_eq!(code(create(&office, &taro, &wish("1"))), "ok");
        assert_eq!(code(create(&office, &taro, &wish(" "))), "invalid");
        for n in 2..5 {
            create(&office, &taro, &wish(&n.to_string())).unwrap();
        }
        for _ in 0..10 {
            assert_eq!(create_two_at_once(&office, &taro), ["ok", "too-many-app-passwords"]);
            let last = db.read(|tx| account::list_app_passwords(tx, &taro)).unwrap().remove(4).id;
            db.write(|tx| account::revoke_app_password(tx, &taro, &last, &Precondition::Exists)).unwrap();
        }
        let listed = db.read(|tx| account::list_app_passwords(tx, &who)).unwrap();
        assert_eq!(listed.len(), 5);
    });
}

#[test]
fn the_app_password_of_a_device_ends_with_its_session() {
    on_each_database(|db, clock| {
        let office = Office::new(db, clock);
        let phone = office.hanako("電話");
        let who = office.who(&phone);
        let of_phone = NewAppPassword { device_id: Some(phone.device_id), ..wish("電話の予定表") };
        let bound = create(&office, &who, &of_phone).unwrap();
        let free = create(&office, &who, &wish("パソコン")).unwrap();
        let found = check(&office, "hanako", &bound.password).and_then(|who| who.device);
        assert_eq!(found, who.device);
        let taros = office.login("taro", PASSWORD, offer("電話")).unwrap();
        let of_taro = NewAppPassword { device_id: Some(taros.device_id), ..wish("x") };
        assert_eq!(code(create(&office, &who, &of_taro)), "not-found");
        db.write(|tx| account::log_out(tx, &who)).unwrap();
        assert_eq!(check(&office, "hanako", &bound.password), None);
        assert!(check(&office, "hanako", &free.password).is_some());
        write(db, |tx| account::disable_account(tx, &username("hanako")));
        assert_eq!(check(&office, "hanako", &free.password), None);
    });
}
