//! Rights and choices that turn again and again while a phone takes pages over.

use super::*;

/// Two of the staff; the second has a big and a small address book, the first one of their own.
struct Turns<'d> {
    db: &'d Db,
    hanako: Principal,
    taro: Principal,
    own: AddressBook,
    big: AddressBook,
    small: AddressBook,
}

impl<'d> Turns<'d> {
    fn of(db: &'d Db) -> Self {
        let directory = Directory::new();
        let hanako = staff(db, &directory, "佐藤 花子", "0155-26-2001");
        let taro = staff(db, &directory, "高橋 太郎", "0155-30-1055");
        let (own, big, small) = (book(db, &hanako, "個人"), book(db, &taro, "業者"), book(db, &taro, "議会"));
        let it = Self { db, hanako, taro, own, big, small };
        it.fill(&it.taro, &it.big, &[10, 20, 30, 40, 50, 55, 60, 70, 80, 90]);
        it.fill(&it.taro, &it.small, &[5, 50, 95]);
        it.fill(&it.hanako, &it.own, &[1, 30, 50, 99]);
        it
    }

    fn fill(&self, who: &Principal, book: &AddressBook, numbers: &[usize]) -> Vec<Contact> {
        let contact = |n: &usize| {
            let body = card(&format!("{} {n}", book.name), &[&format!("0155-30-10{n:02}")]);
            contact_in(self.db, who, &book.id, body)
        };
        numbers.iter().map(contact).collect()
    }

    fn shared(&self, book: &AddressBook, is_shared: bool) {
        share(self.db, &self.taro, book, &self.hanako, is_shared.then_some(Role::Read));
    }

    fn take(&self, phone: &mut Phone, limit: usize) -> bool {
        phone.take(self.db, &self.hanako, limit)
    }

    fn assert_holds_all(&self, phone: &Phone, when: &str) {
        assert_eq!(phone.held, full(self.db, &self.hanako), "{when}");
    }
}

#[test]
fn a_right_that_turns_between_pages_leaves_nothing_and_misses_nothing() {
    on_each_database(|db, _| {
        let turns = Turns::of(db);
        choose(db, &turns.hanako, "all");
        for begins_shared in [true, false] {
            turns.shared(&turns.big, begins_shared);
            let mut phone = Phone::default();
            phone.follow(db, &turns.hanako, 4);
            for turn in 1..=3 {
                turns.shared(&turns.big, begins_shared ^ (turn % 2 == 1));
                assert!(turns.take(&mut phone, 4), "turn {turn}");
            }
            phone.follow(db, &turns.hanako, 4);
            turns.assert_holds_all(&phone, "after three turns");
        }
    });
}

#[test]
fn a_book_that_comes_back_between_pages_is_told_once_with_what_went_out_of_it_before() {
    on_each_database(|db, _| {
        let turns = Turns::of(db);
        choose(db, &turns.hanako, "shared");
        turns.shared(&turns.big, true);
        let goes = turns.fill(&turns.taro, &turns.big, &[97]);
        let mut phone = Phone::default();
        phone.follow(db, &turns.hanako, 4);
        for gone in &goes {
            db.write(|tx| service::delete_contact(tx, &turns.taro, &gone.id, &ANY)).unwrap();
        }
        turns.shared(&turns.big, false);
        assert!(turns.take(&mut phone, 4));
        turns.shared(&turns.big, true);
        let mut pages = 1;
        while turns.take(&mut phone, 4) {
            pages += 1;
        }
        turns.assert_holds_all(&phone, "it came back");
        assert_eq!(pages, 4, "the end of the pages before, and eleven numbers");
    });
}

#[test]
fn a_choice_that_turns_during_the_first_pages_leaves_nothing_and_misses_nothing() {
    on_each_database(|db, _| {
        let turns = Turns::of(db);
        turns.shared(&turns.big, true);
        for choices in [["all", "none", "all"], ["none", "all", "none"], ["shared", "none", "all"]] {
            let mut phone = Phone::default();
            for choice in choices {
                choose(db, &turns.hanako, choice);
                turns.take(&mut phone, 1);
            }
            phone.follow(db, &turns.hanako, 3);
            turns.assert_holds_all(&phone, choices[2]);
        }
    });
}

#[test]
fn a_small_book_that_comes_and_goes_beside_a_big_one_leaves_nothing() {
    on_each_database(|db, _| {
        let turns = Turns::of(db);
        choose(db, &turns.hanako, "shared");
        let mut phone = Phone::default();
        phone.follow(db, &turns.hanako, 3);
        turns.shared(&turns.big, true);
        assert!(turns.take(&mut phone, 3));
        turns.shared(&turns.small, true);
        assert!(turns.take(&mut phone, 10));
        turns.shared(&turns.small, false);
        phone.follow(db, &turns.hanako, 3);
        turns.assert_holds_all(&phone, "the small one went");
    });
}

#[test]
fn however_often_rights_and_choice_turn_a_phone_holds_what_a_new_one_would_be_given() {
    on_each_database(|db, _| {
        let turns = Turns::of(db);
        let mut random = Random(20_261_126);
        let mut phone = Phone::default();
        let mut contacts: Vec<Contact> = Vec::new();
        let (mut compared, mut in_a_row, mut most_in_a_row) = (0, 0, 0);
        for round in 0..400 {
            match random.below(12) {
                0..=3 => turns.shared(&turns.big, random.below(2) == 0),
                4 | 5 => turns.shared(&turns.small, random.below(2) == 0),
                6 | 7 => choose(db, &turns.hanako, ["none", "shared", "all"][random.below(3)]),
                8 => {
                    let book = [&turns.big, &turns.small][random.below(2)];
                    contacts.extend(turns.fill(&turns.taro, book, &[random.below(100)]));
                }
                9 if !contacts.is_empty() => {
                    let gone = contacts.swap_remove(random.below(contacts.len()));
                    db.write(|tx| service::delete_contact(tx, &turns.taro, &gone.id, &ANY)).unwrap();
                }
                10 if random.below(4) == 0 => phone = Phone::default(),
                _ => {}
            }
            let mut more = turns.take(&mut phone, 1 + random.below(5));
            in_a_row += 1;
            most_in_a_row = most_in_a_row.max(in_a_row);
            // Now and then nothing happens for a while.
            if more && random.below(20) == 0 {
                phone.follow(db, &turns.hanako, 3);
                more = false;
            }
            if !more {
                turns.assert_holds_all(&phone, &format!("round {round}"));
                (compared, in_a_row) = (compared + 1, 0);
            }
        }
        assert!(compared > 40 && most_in_a_row > 8, "{compared} compared, {most_in_a_row} pages in a row");
    });
}

#[test]
fn more_books_that_come_and_go_than_a_token_can_name_are_a_start_from_nothing() {
    on_each_database(|db, _| {
        let turns = Turns::of(db);
        turns.shared(&turns.big, true);
        let mut others = Vec::new();
        for n in 0..50 {
            let _own = book(db, &turns.hanako, &format!("個人 {n}"));
            others.push(book(db, &turns.taro, &format!("業者 {n}")));
            turns.shared(&others[n], true);
        }
        choose(db, &turns.hanako, "all");
        let mut phone = Phone::default();
        assert!(turns.take(&mut phone, 1));
        // Fifty of their own go, fifty others come.
        choose(db, &turns.hanako, "shared");
        assert!(turns.take(&mut phone, 1));
        // One of these goes, and the one comes that was one too many.
        turns.shared(&turns.big, false);
        assert_eq!(page(db, &turns.hanako, phone.progress.as_ref(), 1), None);
        turns.shared(&turns.big, true);
        phone.follow(db, &turns.hanako, 1);
        turns.assert_holds_all(&phone, "within what can be named");
    });
}
