use std::collections::BTreeMap;

use renraku_db::{CollectionKind, Db, Error, changes};
use renraku_people::directory::{
    CallerPage, CallerProgress, Directory, PhoneKind,
    service::{self, read_caller_id, update_caller_id},
};
use renraku_test_db::on_each_database;

use super::office::*;

/// A phone that follows the numbers.
#[derive(Debug, Default)]
struct Phone {
    held: BTreeMap<i64, String>,
    progress: Option<CallerProgress>,
}

impl Phone {
    /// Takes one page over; whether there is more.
    fn take(&mut self, db: &Db, limit: usize) -> bool {
        let page = page(db, self.progress.as_ref(), limit).unwrap();
        let added: Vec<i64> = page.add.iter().map(|caller| caller.number.parse().unwrap()).collect();
        let removed: Vec<i64> = page.remove.iter().map(|number| number.parse().unwrap()).collect();
        assert!(added.is_sorted_by(|a, b| a < b) && removed.is_sorted_by(|a, b| a < b));
        assert!(added.iter().all(|number| !removed.contains(number)));
        assert!(added.len() + removed.len() <= limit);
        for number in removed {
            self.held.remove(&number);
        }
        for caller in page.add {
            self.held.insert(caller.number.parse().unwrap(), caller.label);
        }
        self.progress = Some(page.progress);
        page.more
    }

    /// Takes everything over.
    fn follow(&mut self, db: &Db, limit: usize) {
        while self.take(db, limit) {}
    }

    fn label(&self, number: i64) -> Option<&str> {
        self.held.get(&number).map(String::as_str)
    }
}

fn page(db: &Db, progress: Option<&CallerProgress>, limit: usize) -> Option<CallerPage> {
    db.read(|tx| read_caller_id(tx, progress, limit)).unwrap()
}

fn full(db: &Db) -> BTreeMap<i64, String> {
    let mut phone = Phone::default();
    phone.follow(db, 10_000);
    phone.held
}

#[test]
fn a_number_is_shown_with_its_name_unit_and_post() {
    on_each_database(|db, _| {
        let directory = open(db);
        let mut entry = people()[0].clone();
        entry.phones.push(phone("070-1234-5678", PhoneKind::Mobile));
        entry.phones.push(phone("26-1111", PhoneKind::Outside));
        put(db, &entry);
        update_caller_id(db, &directory).unwrap();
        let mut phone = Phone::default();
        phone.follow(db, 10_000);
        assert_eq!(phone.held.len(), 12);
        assert_eq!(phone.label(81_155_262_001), Some("高橋 花子 / 給与係・主事"));
        assert_eq!(phone.label(817_012_345_678), Some("高橋 花子 / 給与係・主事"));
        assert_eq!(phone.label(81_155_262_011), Some("Anna Schmidt / 農政部"));
    });
}

#[test]
fn a_shared_number_names_the_best_and_how_many_others() {
    on_each_database(|db, _| {
        let directory = open(db);
        let shared = |db: &Db| {
            update_caller_id(db, &directory).unwrap();
            full(db).remove(&81_155_261_111)
        };
        // 大森 and 高橋 are of 給与係; it is the first number of neither.
        for at in [0, 4] {
            let mut entry = people()[at].clone();
            entry.phones.push(phone("0155-26-1111", PhoneKind::Outside));
            put(db, &entry);
        }
        assert_eq!(shared(db).as_deref(), Some("大森 茂 ほか1名 / 給与係"));
        let mut entry = people()[9].clone();
        entry.phones = vec![phone("+81 155 26 1111", PhoneKind::Outside)];
        put(db, &entry);
        assert_eq!(shared(db).as_deref(), Some("渡邊 真 ほか2名"), "whose own it is comes first");
        for number in [1, 5] {
            db.write(|tx| service::end_person(tx, &id(number))).unwrap();
        }
        assert_eq!(shared(db).as_deref(), Some("渡邊 真 / 総務部・部長"));
        db.write(|tx| service::end_person(tx, &id(10))).unwrap();
        assert_eq!(shared(db), None);
    });
}

#[test]
fn what_changed_is_told_and_nothing_else() {
    on_each_database(|db, _| {
        let directory = open(db);
        update_caller_id(db, &directory).unwrap();
        let mut phone = Phone::default();
        phone.follow(db, 10_000);
        let told = |phone: &mut Phone| {
            update_caller_id(db, &directory).unwrap();
            let page = page(db, phone.progress.as_ref(), 100).unwrap();
            phone.follow(db, 100);
            assert_eq!(phone.held, full(db));
            let added = page.add.into_iter().map(|caller| format!("{} {}", caller.number, caller.label));
            added.chain(page.remove).collect::<Vec<_>>()
        };
        assert!(told(&mut phone).is_empty());
        let mut entry = people()[0].clone();
        entry.emails.push("other@pref.example.jp".to_owned());
        put(db, &entry);
        assert!(told(&mut phone).is_empty(), "a new mail address is not shown");
        // The number moves from 高橋 to 森.
        entry.phones.truncate(1);
        put(db, &entry);
        let mut other = people()[2].clone();
        other.phones.push(super::office::phone("0155-26-2001", PhoneKind::Outside));
        put(db, &other);
        assert_eq!(told(&mut phone), ["81155262001 森 太 / 森林課・主査"]);
        db.write(|tx| service::put_unit(tx, &unit(SHINRIN, "林業課", Some(NOSEI)))).unwrap();
        assert_eq!(
            told(&mut phone),
            [
                "81155262001 森 太 / 林業課・主査",
                "81155262002 髙橋 一郎 / 林業課・課長",
                "81155262003 森 太 / 林業課・主査"
            ]
        );
        db.write(|tx| service::end_person(tx, &id(2))).unwrap();
        assert_eq!(told(&mut phone), ["81155262002"]);
    });
}

#[test]
fn a_token_that_nobody_can_tell_from_is_refused() {
    on_each_database(|db, clock| {
        let directory = open(db);
        update_caller_id(db, &directory).unwrap();
        let mut old = Phone::default();
        old.take(db, 5);
        let mut held = Phone::default();
        held.follow(db, 10_000);
        for number in [1, 2] {
            db.write(|tx| service::end_person(tx, &id(number))).unwrap();
            update_caller_id(db, &directory).unwrap();
        }
        let future = CallerProgress::Upto(1_000_000);
        assert_eq!(page(db, Some(&future), 10), None);
        assert!(page(db, held.progress.as_ref(), 10).is_some());
        clock.advance(std::time::Duration::from_secs(1));
        let now = db.now().micros();
        db.write(|tx| changes::prune(tx, now, 1)).unwrap();
        assert_eq!(page(db, held.progress.as_ref(), 10), None, "what went away is forgotten");
        assert_eq!(page(db, old.progress.as_ref(), 10), None, "in the middle of the list, too");
        let mut anew = Phone::default();
        anew.follow(db, 10);
        assert_eq!(anew.held, full(db));
    });
}

#[test]
fn it_is_recorded_apart_from_the_directory_and_only_when_that_moved() {
    on_each_database(|db, _| {
        let directory = open(db);
        let heads = || {
            db.read(|tx| {
                let mut heads = Vec::new();
                for kind in [CollectionKind::Directory, CollectionKind::CallerId] {
                    let collections = changes::find_by_owner(tx, kind, None)?;
                    heads.push(changes::heads(tx, &collections)?[0].modseq);
                }
                Ok::<_, Error>(heads)
            })
            .unwrap()
        };
        let current = || db.read(|tx| service::is_caller_id_current(tx, &directory)).unwrap();
        assert!(!current());
        let before = heads();
        update_caller_id(db, &directory).unwrap();
        assert!(current());
        let after = heads();
        assert_eq!((after[0], after[1]), (before[0], before[1] + 11));
        update_caller_id(db, &directory).unwrap();
        assert_eq!(heads(), after);
    });
}

/// Whatever happens between any two pages, a phone that has taken everything over holds what one holds that begins anew.
#[test]
fn deltas_joined_are_the_whole() {
    const NUMBERS: u32 = 14;
    const PEOPLE: u32 = 12;
    on_each_database(|db, _| {
        // The other stands for another process.
        let directories = [open(db), Directory::new()];
        let mut seed = 5_u32;
        let mut random = |below: u32| {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (seed >> 8) % below
        };
        let mut phones = [Phone::default(), Phone::default(), Phone::default()];
        for round in 0..150 {
            match random(6) {
                0 => {
                    let ended = db.write(|tx| service::end_person(tx, &id(100 + random(PEOPLE))));
                    assert!(ended.is_ok() || round < 60);
                }
                1 => {
                    let name = ["給与係", "支給係", "厚生係"][random(3) as usize];
                    db.write(|tx| service::put_unit(tx, &unit(KYUYO, name, Some(JINJI)))).unwrap();
                }
                _ => {
                    let number = 100 + random(PEOPLE);
                    let family = ["佐藤", "鈴木", "髙橋"][random(3) as usize];
                    let unit = [KYUYO, ZAISEI][random(2) as usize];
                    let mut entry = person(
                        number,
                        &format!("{family} {number}"),
                        "",
                        unit,
                        ["主事", ""][random(2) as usize],
                    );
                    entry.phones.truncate(1);
                    for _ in 0..random(4) {
                        let outside = format!("0155-26-{:04}", random(NUMBERS));
                        entry.phones.push(phone(&outside, PhoneKind::Outside));
                    }
                    put(db, &entry);
                }
            }
            if random(3) > 0 {
                update_caller_id(db, &directories[random(2) as usize]).unwrap();
            }
            let phone = &mut phones[random(3) as usize];
            phone.take(db, 1 + random(9) as usize);
        }
        update_caller_id(db, &directories[0]).unwrap();
        let whole = full(db);
        assert!(whole.len() > 11);
        for phone in &mut phones {
            phone.follow(db, 4);
            assert_eq!(phone.held, whole);
        }
    });
}
