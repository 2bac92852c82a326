use std::sync::Arc;

use renraku_base::{Id, PersonId, Principal, UnitId};
use renraku_db::Db;
use renraku_people::directory::{
    Directory, DirectoryFault, PersonEntry, PersonJson, PersonName, Phone, PhoneKind, PostEntry, UnitEntry,
    service::{self, PeopleSearch},
};

/// An id that a test can tell apart: `number` in its last digits.
pub fn id<K>(number: u32) -> Id<K> {
    format!("01980000-0000-7000-8000-{number:012}").parse().unwrap()
}

pub const SOMU: u32 = 901;
pub const JINJI: u32 = 902;
pub const KYUYO: u32 = 903;
pub const ZAISEI: u32 = 904;
pub const NOSEI: u32 = 905;
pub const SHINRIN: u32 = 906;

pub fn unit(number: u32, name: &str, above: Option<u32>) -> UnitEntry {
    let position = i32::try_from(number).unwrap();
    UnitEntry { id: id(number), name: name.to_owned(), parent_id: above.map(id), position }
}

/// 総務部 with two sections, one of which has a group; 農政部 with one section.
pub fn units() -> Vec<UnitEntry> {
    vec![
        unit(SOMU, "総務部", None),
        unit(JINJI, "人事課", Some(SOMU)),
        unit(KYUYO, "給与係", Some(JINJI)),
        unit(ZAISEI, "財政課", Some(SOMU)),
        unit(NOSEI, "農政部", None),
        unit(SHINRIN, "森林課", Some(NOSEI)),
    ]
}

pub fn person(number: u32, full: &str, phonetic: &str, unit: u32, title: &str) -> PersonEntry {
    PersonEntry {
        id: id(number),
        name: PersonName { full: full.to_owned(), phonetic: phonetic.to_owned() },
        posts: vec![post(unit, title)],
        phones: vec![
            phone(&format!("{}", 7000 + number), PhoneKind::Extension),
            phone(&format!("0155-26-{}", 2000 + number), PhoneKind::Outside),
        ],
        emails: vec![format!("staff{number}@pref.example.jp")],
        staff_number: Some(format!("{:06}", 100_000 + number)),
    }
}

pub fn post(unit: u32, title: &str) -> PostEntry {
    let title = (!title.is_empty()).then(|| title.to_owned());
    PostEntry { unit: id(unit), title, starts_on: None, ends_on: None }
}

pub fn phone(number: &str, kind: PhoneKind) -> Phone {
    Phone { number: number.to_owned(), kind }
}

/// Eleven people, by number.
pub fn people() -> Vec<PersonEntry> {
    vec![
        person(1, "高橋 花子", "たかはし はなこ", KYUYO, "主事"),
        person(2, "髙橋 一郎", "たかはし いちろう", SHINRIN, "課長"),
        person(3, "森 太", "もり ふとし", SHINRIN, "主査"),
        person(4, "森田 実", "もりた みのる", ZAISEI, "課長補佐"),
        person(5, "大森 茂", "おおもり しげる", KYUYO, "係長"),
        person(6, "太田 誠", "おおた まこと", ZAISEI, "主事"),
        person(7, "大高 愛", "おおたか あい", JINJI, "課長"),
        person(8, "河野 結衣", "こうの ゆい", NOSEI, "部長"),
        person(9, "今野 優子", "こんの ゆうこ", JINJI, "主事"),
        person(10, "渡邊 真", "わたなべ まこと", SOMU, "部長"),
        person(11, "Anna Schmidt", "アンナ シュミット", NOSEI, ""),
    ]
}

/// Fills an empty database.
pub fn open(db: &Db) -> Directory {
    db.write(|tx| service::bulk_insert(tx, &units(), &people())).unwrap();
    Directory::new()
}

pub fn put(db: &Db, entry: &PersonEntry) {
    db.write(|tx| service::put_person(tx, entry)).unwrap();
}

pub fn who(number: u32) -> Principal {
    Principal::person(id(number))
}

/// The numbers of those who are found by `q`, as person 1 sees them.
pub fn found(db: &Db, directory: &Directory, q: &str) -> Vec<u32> {
    let search = PeopleSearch { q: Some(q.to_owned()), ..PeopleSearch::default() };
    numbers(&find(db, directory, 1, &search).unwrap().items)
}

pub fn find(
    db: &Db,
    directory: &Directory,
    asking: u32,
    search: &PeopleSearch,
) -> Result<renraku_base::Page<Arc<PersonJson>>, DirectoryFault> {
    db.read(|tx| service::search_people(tx, directory, &who(asking), search))
}

pub fn numbers(people: &[Arc<PersonJson>]) -> Vec<u32> {
    people.iter().map(|person| number(&person.id)).collect()
}

pub fn number(id: &PersonId) -> u32 {
    id.as_str()[24..].parse().unwrap()
}

pub fn members(db: &Db, unit: u32) -> Vec<u32> {
    let unit: UnitId = id(unit);
    db.read(|tx| service::members(tx, &unit)).unwrap().iter().map(number).collect()
}
