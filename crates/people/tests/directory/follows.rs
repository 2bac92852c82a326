use renraku_base::Fault;
use renraku_people::{
    account,
    directory::{Directory, service},
};
use renraku_test_db::on_each_database;

use super::office::*;

#[test]
fn what_was_committed_is_seen_by_the_next_search_of_every_process() {
    on_each_database(|db, _| {
        // Two of them stand for two processes: neither hears of the other's writes but by the log.
        let (here, there) = (open(db), Directory::new());
        let both = |q: &str| {
            let seen = found(db, &here, q);
            assert_eq!(found(db, &there, q), seen, "{q}");
            seen
        };
        assert!(both("相川").is_empty());
        let mut entry = person(20, "相川 守", "あいかわ まもる", SOMU, "主事");
        put(db, &entry);
        assert_eq!(both("相川"), [20]);
        entry.name.full = "相河 守".to_owned();
        entry.posts.push(post(SHINRIN, "参事"));
        put(db, &entry);
        assert!(both("相川").is_empty());
        assert_eq!(both("aikawa 参事"), [20]);
        db.write(|tx| service::put_unit(tx, &unit(SHINRIN, "林業課", Some(NOSEI)))).unwrap();
        assert!(both("森林課").is_empty());
        assert_eq!(both("林業"), [20, 2, 3]);
        db.write(|tx| service::end_person(tx, &id(20))).unwrap();
        assert!(both("相河").is_empty());
        put(db, &entry);
        assert_eq!(both("相河"), [20], "back in office");
        assert!(both("mamoru.a").is_empty());
        let username = "mamoru.a".parse().unwrap();
        db.write(|tx| account::create_account(tx, &entry.id, &username, None)).unwrap();
        assert_eq!(both("mamoru.a"), [20]);
    });
}

#[test]
fn many_changes_at_once_are_followed_too() {
    on_each_database(|db, _| {
        let directory = open(db);
        assert!(found(db, &directory, "応援").is_empty());
        let many: Vec<_> =
            (100..400).map(|number| person(number, "応援 職員", "おうえん しょくいん", ZAISEI, "")).collect();
        db.write(|tx| service::bulk_insert(tx, &[], &many)).unwrap();
        assert_eq!(found(db, &directory, "応援").len(), 50);
        assert_eq!(found(db, &directory, "7399"), [399]);
    });
}

/// Whatever was taken over change by change is the same as what is loaded afresh.
#[test]
fn an_index_that_followed_equals_one_that_is_loaded() {
    const FAMILIES: [(&str, &str); 5] = [
        ("佐藤", "さとう"),
        ("鈴木", "すずき"),
        ("髙橋", "たかはし"),
        ("田中", "たなか"),
        ("伊藤", "いとう"),
    ];
    const GIVEN: [(&str, &str); 4] = [("誠", "まこと"), ("愛", "あい"), ("健一", "けんいち"), ("優", "ゆう")];
    on_each_database(|db, _| {
        let directory = open(db);
        let mut seed = 2_026_u32;
        let mut random = |below: usize| {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (seed >> 8) as usize % below
        };
        for round in 0..60 {
            let number = 100 + u32::try_from(random(12)).unwrap();
            let (family, given) = (FAMILIES[random(5)], GIVEN[random(4)]);
            let mut entry = person(
                number,
                &format!("{} {}", family.0, given.0),
                &format!("{} {}", family.1, given.1),
                SOMU + u32::try_from(random(6)).unwrap(),
                ["主事", "主査", ""][random(3)],
            );
            if random(3) == 0 {
                entry.posts.push(post(SOMU + u32::try_from(random(6)).unwrap(), "併任"));
            }
            if random(4) == 0 {
                let ended = db.write(|tx| service::end_person(tx, &entry.id));
                assert!(ended.is_ok() || ended.is_err_and(|fault| fault.code() == "not-found"));
            } else {
                put(db, &entry);
            }
            let fresh = Directory::new();
            for q in ["さ", "田", "ta", "en", "併任", "総務", "主", "710", "1001", "すずき まこと", "kenichi"]
            {
                assert_eq!(found(db, &directory, q), found(db, &fresh, q), "{q} in round {round}");
            }
            for extension in 7_100..7_112 {
                let caller = |directory: &Directory| {
                    let phone = extension.to_string();
                    numbers(&db.read(|tx| service::lookup_phone(tx, directory, &who(1), &phone)).unwrap())
                };
                assert_eq!(caller(&directory), caller(&fresh), "{extension} in round {round}");
            }
        }
    });
}
