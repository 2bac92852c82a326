mod turns;

use std::collections::BTreeMap;

use renraku_base::{Role, kind};
use renraku_contacts::{
    model::{ContactMerge, ExpectedContact, NewContactMerge},
    service::{CallersPage, CallersProgress, read_callers},
};
use renraku_db::{meta, schema::contact_numbers};
use renraku_people::{
    ShareChange, ShareTarget, account,
    directory::{
        Directory, PersonEntry, PersonName, Phone as Number, PhoneKind, PostEntry, UnitEntry,
        service as directory,
    },
};
use renraku_test_db::on_each_database;

use super::*;

/// A phone that follows the numbers.
#[derive(Debug, Default)]
struct Phone {
    held: BTreeMap<i64, String>,
    progress: Option<CallersProgress>,
}

impl Phone {
    /// Takes one page over; whether there is more.
    fn take(&mut self, db: &Db, who: &Principal, limit: usize) -> bool {
        let page = page(db, who, self.progress.as_ref(), limit).unwrap();
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

    fn follow(&mut self, db: &Db, who: &Principal, limit: usize) {
        while self.take(db, who, limit) {}
    }

    fn label(&self, number: i64) -> Option<&str> {
        self.held.get(&number).map(String::as_str)
    }
}

fn page(db: &Db, who: &Principal, progress: Option<&CallersProgress>, limit: usize) -> Option<CallersPage> {
    db.read(|tx| read_callers(tx, who, progress, limit)).unwrap()
}

fn full(db: &Db, who: &Principal) -> BTreeMap<i64, String> {
    let mut phone = Phone::default();
    phone.follow(db, who, 10_000);
    phone.held
}

/// Somebody of the staff with this number outside.
fn staff(db: &Db, directory: &Directory, name: &str, outside: &str) -> Principal {
    let unit = UnitEntry { id: fresh(db), name: "給与係".to_owned(), parent_id: None, position: 0 };
    let person = PersonEntry {
        id: fresh::<kind::Person>(db),
        name: PersonName { full: name.to_owned(), phonetic: String::new() },
        posts: vec![PostEntry {
            unit: unit.id.clone(),
            title: Some("主事".to_owned()),
            starts_on: None,
            ends_on: None,
        }],
        phones: vec![Number { number: outside.to_owned(), kind: PhoneKind::Outside }],
        emails: Vec::new(),
        staff_number: None,
    };
    db.write(|tx| directory::bulk_insert(tx, std::slice::from_ref(&unit), std::slice::from_ref(&person)))
        .unwrap();
    directory::update_caller_id(db, directory).unwrap();
    Principal::person(person.id)
}

fn choose(db: &Db, who: &Principal, contacts: &str) {
    let choice = json!({"callerId": {"contacts": contacts}});
    db.write(|tx| account::update_preferences(tx, who, &choice, &ANY)).unwrap();
}

fn share(db: &Db, owner: &Principal, book: &AddressBook, with: &Principal, role: Option<Role>) {
    let grantee = ShareTarget::Person { person_id: with.person.clone() };
    let share = ShareChange { grantee, role };
    db.write(|tx| service::change_share(tx, owner, &book.id, share.clone())).unwrap();
}

fn card(name: &str, numbers: &[&str]) -> Value {
    let phones: serde_json::Map<String, Value> =
        (1..).zip(numbers).map(|(n, number)| (n.to_string(), json!({"number": number}))).collect();
    json!({"name": {"full": name}, "organizations": {"o": {"name": "十勝測量"}}, "phones": phones})
}

#[test]
fn contacts_are_shown_by_choice_and_after_the_staff() {
    on_each_database(|db, _| {
        let directory = Directory::new();
        let hanako = staff(db, &directory, "佐藤 花子", "0155-26-2001");
        let taro = staff(db, &directory, "高橋 太郎", "0155-26-2002");
        let (own, other) = (book(db, &hanako, "個人"), book(db, &taro, "業者"));
        contact_in(db, &hanako, &own.id, card("髙橋　太郎", &["+81 155 26 2002"]));
        contact_in(db, &hanako, &own.id, card("田中 医院", &["0155-26-2001", "内線 7912", "0155-30-1111"]));
        contact_in(db, &taro, &other.id, card("山本 測量", &["0155-30-1111", "0155-30-2222"]));
        contact_in(db, &taro, &other.id, card("森 測量", &["0155-30-2222"]));
        contact_in(db, &taro, &other.id, card("森　測量", &["0155-30-2222"]));
        share(db, &taro, &other, &hanako, Some(Role::Read));
        let mut phone = Phone::default();
        phone.follow(db, &hanako, 10);
        let of_staff = ["佐藤 花子 / 給与係・主事", "高橋 太郎 / 給与係・主事"];
        assert_eq!(phone.held.values().collect::<Vec<_>>(), of_staff);
        choose(db, &hanako, "all");
        phone.follow(db, &hanako, 1);
        let shown: Vec<(i64, &str)> = phone.held.iter().map(|(number, label)| (*number, &**label)).collect();
        let expected = [
            (81_155_262_001, "佐藤 花子 ほか1名"),
            (81_155_262_002, "高橋 太郎 / 給与係・主事"),
            (81_155_301_111, "田中 医院 ほか1名 / 十勝測量"),
            (81_155_302_222, "山本 測量 ほか1名 / 十勝測量"),
        ];
        assert_eq!(shown, expected);
        choose(db, &hanako, "shared");
        phone.follow(db, &hanako, 2);
        assert_eq!(phone.label(81_155_262_001), Some(of_staff[0]));
        assert_eq!(phone.label(81_155_301_111), Some("山本 測量 / 十勝測量"));
        assert_eq!(phone.held, full(db, &hanako));
        choose(db, &hanako, "none");
        phone.follow(db, &hanako, 1);
        assert_eq!(phone.held.values().collect::<Vec<_>>(), of_staff);
        assert_eq!(full(db, &taro).len(), 2, "it is each person's own choice");
    });
}

#[test]
fn a_right_that_is_lost_takes_the_numbers_with_it_also_those_that_went_since() {
    on_each_database(|db, _| {
        let directory = Directory::new();
        let hanako = staff(db, &directory, "佐藤 花子", "0155-26-2001");
        let taro = staff(db, &directory, "高橋 太郎", "0155-26-2002");
        let other = book(db, &taro, "業者");
        let goes = contact_in(db, &taro, &other.id, card("山本", &["0155-30-1111", "0155-26-2001"]));
        contact_in(db, &taro, &other.id, card("森", &["0155-30-2222"]));
        share(db, &taro, &other, &hanako, Some(Role::Read));
        choose(db, &hanako, "shared");
        let mut phone = Phone::default();
        phone.follow(db, &hanako, 10);
        assert_eq!(phone.held.len(), 4);
        share(db, &taro, &other, &hanako, None);
        db.write(|tx| service::delete_contact(tx, &taro, &goes.id, &ANY)).unwrap();
        contact_in(db, &taro, &other.id, card("秘密", &["0155-30-3333"]));
        phone.follow(db, &hanako, 1);
        assert_eq!(phone.held.len(), 2);
        assert_eq!(phone.label(81_155_262_001), Some("佐藤 花子 / 給与係・主事"));
        share(db, &taro, &other, &hanako, Some(Role::Read));
        phone.follow(db, &hanako, 1);
        assert_eq!((phone.label(81_155_303_333), phone.held.len()), (Some("秘密 / 十勝測量"), 4));
        db.write(|tx| service::delete_address_book(tx, &taro, &other.id, &ANY)).unwrap();
        phone.follow(db, &hanako, 3);
        assert_eq!(phone.held, full(db, &hanako));
        assert_eq!(phone.held.len(), 2);
    });
}

#[test]
fn nothing_new_costs_the_same_however_many_numbers_there_are() {
    on_each_database(|db, _| {
        let directory = Directory::new();
        let hanako = staff(db, &directory, "佐藤 花子", "0155-26-2001");
        let own = book(db, &hanako, "個人");
        choose(db, &hanako, "all");
        let mut phone = Phone::default();
        let mut costs = Vec::new();
        for count in [1, 40] {
            for n in 0..count {
                contact_in(db, &hanako, &own.id, card("田中", &[&format!("0155-3{count:02}-{n:03}")]));
            }
            let cost = |phone: &mut Phone| {
                let begun = db.statements();
                assert!(!phone.take(db, &hanako, 100));
                db.statements() - begun
            };
            costs.push((cost(&mut phone), cost(&mut phone)));
            let held = page(db, &hanako, phone.progress.as_ref(), 10).unwrap();
            assert_eq!((&Some(held.progress), held.add.len()), (&phone.progress, 0));
        }
        assert_eq!(costs[0], costs[1]);
        assert_eq!(phone.held.len(), 42);
    });
}

/// A source of choices that is the same each time.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % bound
    }
}

/// Two people who do anything to two address books of one of them.
struct Office<'d> {
    db: &'d Db,
    hanako: Principal,
    taro: Principal,
    books: Vec<AddressBook>,
    contacts: Vec<Contact>,
    merges: Vec<ContactMerge>,
    /// How often contacts were made one, and apart again.
    merged: (usize, usize),
    random: Random,
}

impl Office<'_> {
    fn card(&mut self) -> Value {
        let numbers = ["0155-26-2001", "0155-30-1111", "0155-30-2222", "0155-30-3333", "7911"];
        let chosen: Vec<&str> = (0..self.random.below(3)).map(|_| numbers[self.random.below(5)]).collect();
        card(["田中", "森", "山本"][self.random.below(3)], &chosen)
    }

    fn act(&mut self) {
        let db = self.db;
        let at = self.random.below(self.contacts.len().max(1));
        let book = self.random.below(self.books.len());
        match (self.random.below(9), self.contacts.get(at).cloned()) {
            (0 | 1, _) | (_, None) => {
                let card = self.card();
                let made = contact_in(db, &self.taro, &self.books[book].id, card);
                self.contacts.push(made);
            }
            (2, Some(contact)) => {
                let change = patch(self.card());
                // It may be gone by a merge.
                let _gone =
                    db.write(|tx| service::update_contact(tx, &self.taro, &contact.id, &change, &ANY));
            }
            (3, Some(contact)) => {
                let change = patch(json!({"addressBookId": self.books[book].id}));
                let _gone =
                    db.write(|tx| service::update_contact(tx, &self.taro, &contact.id, &change, &ANY));
            }
            (4, Some(contact)) => {
                let _gone = db.write(|tx| service::delete_contact(tx, &self.taro, &contact.id, &ANY));
            }
            (5, Some(contact)) => {
                let other = self.contacts[self.random.below(self.contacts.len())].clone();
                let now = |it: &Contact| {
                    let read = db.read(|tx| service::get_contact(tx, &self.taro, &it.id)).ok()?;
                    Some(ExpectedContact { id: read.id, etag: read.etag.to_string() })
                };
                if let (Some(keep), Some(goes)) = (now(&contact), now(&other)) {
                    let new = NewContactMerge { keep, merge: vec![goes] };
                    let merged = db.write(|tx| service::merge_contacts(tx, &self.taro, &new));
                    self.merged.0 += usize::from(merged.is_ok());
                    self.merges.extend(merged.map(Changed::into_inner));
                }
            }
            (6, _) => {
                if let Some(merge) = self.merges.pop() {
                    let undone = db.write(|tx| service::undo_merge(tx, &self.taro, &merge.id));
                    self.merged.1 += usize::from(undone.is_ok());
                }
            }
            (7, _) => {
                let role = [None, Some(Role::Read), Some(Role::Write)][self.random.below(3)];
                share(db, &self.taro, &self.books[book], &self.hanako, role);
            }
            _ => choose(db, &self.hanako, ["none", "shared", "all", "all"][self.random.below(4)]),
        }
    }
}

#[test]
fn whatever_happens_a_phone_holds_what_a_new_one_would_be_given() {
    on_each_database(|db, _| {
        let directory = Directory::new();
        let hanako = staff(db, &directory, "佐藤 花子", "0155-26-2001");
        let taro = staff(db, &directory, "高橋 太郎", "0155-26-2002");
        let books = vec![book(db, &taro, "業者"), book(db, &taro, "議会")];
        share(db, &taro, &books[0], &hanako, Some(Role::Read));
        choose(db, &hanako, "all");
        let random = Random(20_261_125);
        let mut office = Office {
            db,
            hanako,
            taro,
            books,
            contacts: Vec::new(),
            merges: Vec::new(),
            merged: (0, 0),
            random,
        };
        let mut phone = Phone::default();
        let mut most = 0;
        for round in 0..120 {
            for _ in 0..=office.random.below(3) {
                office.act();
            }
            // Also in the middle of pages.
            let limit = 1 + office.random.below(3);
            if !phone.take(db, &office.hanako, limit) || round % 5 == 4 {
                phone.follow(db, &office.hanako, limit);
                let held = full(db, &office.hanako);
                assert_eq!(phone.held, held, "round {round}");
                most = most.max(held.len());
            }
        }
        assert!(
            most >= 5 && office.merged.0 > 3 && office.merged.1 > 0,
            "{most} numbers, {:?}",
            office.merged
        );
    });
}

#[test]
fn a_number_is_known_whatever_is_written_beside_it() {
    on_each_database(|db, _| {
        let directory = Directory::new();
        let hanako = staff(db, &directory, "佐藤 花子", "0155-26-2001");
        let own = book(db, &hanako, "業者");
        choose(db, &hanako, "all");
        let numbers = [
            "０１５５－９２－０００４（代表）",
            "0155-92-0005 内線 2301／090-1234-5678（携帯）",
            "内線 2302（直通）",
        ];
        let contact = contact_in(db, &hanako, &own.id, card("田中 医院", &numbers));
        for number in ["0155-92-0004", "+81 155 92 0005", "09012345678", "2302"] {
            let found = db.read(|tx| service::lookup_number(tx, &hanako, number)).unwrap();
            assert_eq!(found.iter().map(|it| &it.id).collect::<Vec<_>>(), [&contact.id], "{number}");
        }
        assert!(db.read(|tx| service::lookup_number(tx, &hanako, "2301")).unwrap().is_empty());
        let shown = contact.card.known().phones;
        assert_eq!(shown["1"].number, numbers[0], "what was written stays");
        let mut phone = Phone::default();
        phone.follow(db, &hanako, 10);
        let of_contact = [81_155_920_004, 81_155_920_005, 819_012_345_678];
        for number in of_contact {
            assert_eq!(phone.label(number), Some("田中 医院 / 十勝測量"), "{number}");
        }

        // As the rules before these left it.
        for rules in ["3", "4"] {
            db.write(|tx| {
                tx.run(diesel::delete(contact_numbers::table))?;
                meta::put(tx, "contacts-index", rules)
            })
            .unwrap();
            let before = full(db, &hanako);
            assert_eq!(before.len(), 1);
            let mut phone = Phone::default();
            phone.follow(db, &hanako, 10);
            assert_eq!(ok(service::index_anew(db)), 1);
            phone.follow(db, &hanako, 10);
            // Before 4 nobody was told of numbers of contacts, and no phone followed them.
            assert_eq!(phone.held == full(db, &hanako), rules == "4", "{rules}");
            assert_eq!(ok(service::index_anew(db)), 0);
        }
    });
}
