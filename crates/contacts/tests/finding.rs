use renraku_base::Role;
use renraku_people::{ShareChange, ShareTarget};
use renraku_test_db::on_each_database;

use super::*;

/// An office's contacts, in the order of their readings.
fn office(db: &Db) -> (Principal, AddressBook) {
    let hanako = person(db);
    let mine = book(db, &hanako, "業者");
    for (surname, given, kana, firm, number) in [
        ("渡邊", "健一", "ワタナベ ケンイチ", "北見測量株式会社", "0157-23-0101"),
        ("太田", "翔", "オオタ ショウ", "大雪建設", "+81-166-25-0202"),
        ("髙橋", "一郎", "タカハシ イチロウ", "トカチ設備", "0155-26-0303"),
        ("森", "千尋", "モリ チヒロ", "50%_堂", "内線 7911"),
    ] {
        let (read_surname, read_given) = kana.split_once(' ').unwrap();
        contact_in(
            db,
            &hanako,
            &mine.id,
            json!({
                "name": {"full": format!("{surname} {given}"), "components": [
                    {"kind": "surname", "value": surname, "phonetic": read_surname},
                    {"kind": "given", "value": given, "phonetic": read_given},
                ]},
                "organizations": {"o": {"name": firm}},
                "phones": {"p": {"number": number}},
            }),
        );
    }
    (hanako, mine)
}

#[test]
fn a_search_may_begin_with_a_mark_that_repeats_what_stands_before_it() {
    on_each_database(|db, _| {
        let hanako = person(db);
        let mine = book(db, &hanako, "業者");
        for (name, firm) in
            [("佐々木 花", "代々木設計"), ("Nguyễn ヴァン", "いすゞ商会"), ("霞ヶ関 商子", "三ヵ月堂")]
        {
            let card = json!({"name": {"full": name}, "organizations": {"o": {"name": firm}}});
            contact_in(db, &hanako, &mine.id, card);
        }
        for (typed, found) in [
            ("々木", &["佐々木 花"][..]),
            ("々木設", &["佐々木 花"]),
            ("佐佐木", &["佐々木 花"]),
            ("ゞ", &["Nguyễn ヴァン"]),
            ("ｳﾞ", &["Nguyễn ヴァン"]),
            ("バン すず", &["Nguyễn ヴァン"]),
            ("々子", &[]),
            ("霞が関商", &["霞ヶ関 商子"]),
            ("霞ヶ", &["霞ヶ関 商子"]),
            ("ケ関", &["霞ヶ関 商子"]),
            ("三か月", &["霞ヶ関 商子"]),
        ] {
            assert_eq!(search(db, &hanako, typed), found, "{typed}");
        }
    });
}

#[test]
fn a_contact_is_found_in_any_spelling_from_one_character_on() {
    on_each_database(|db, _| {
        let (hanako, _) = office(db);
        for (typed, found) in [
            ("太", &["太田 翔"][..]),
            ("森", &["森 千尋"]),
            ("渡辺", &["渡邊 健一"]),
            ("高橋", &["髙橋 一郎"]),
            ("ﾀｶﾊｼ", &["髙橋 一郎"]),
            ("takahasi", &["髙橋 一郎"]),
            ("TAKAHASHI ichiro", &["髙橋 一郎"]),
            ("ohta", &["太田 翔"]),
            ("一郎　トカチ", &["髙橋 一郎"]),
            ("測量", &["渡邊 健一"]),
            ("0166250202", &["太田 翔"]),
            ("+81 155", &["髙橋 一郎"]),
            ("7911", &["森 千尋"]),
            ("%", &["森 千尋"]),
            ("_", &["森 千尋"]),
            ("k%i", &[]),
            ("鈴木", &[]),
            ("-", &[]),
        ] {
            assert_eq!(search(db, &hanako, typed), found, "{typed}");
        }
        assert_eq!(search(db, &hanako, "").len(), 4);
    });
}

#[test]
fn the_list_is_in_the_order_of_the_readings_and_pages_join_to_the_whole() {
    on_each_database(|db, _| {
        let (hanako, mine) = office(db);
        contact_in(db, &hanako, &mine.id, named("Anderson"));
        contact_in(db, &hanako, &mine.id, named("Anderson"));
        let (mut joined, mut cursor) = (Vec::new(), None);
        loop {
            let page = page(db, &hanako, &ContactFilter::default(), cursor.as_ref(), Limit::new(1).unwrap());
            joined.extend(page.items);
            cursor = page.next_cursor;
            if cursor.is_none() {
                break;
            }
        }
        assert_eq!(names(&joined), ["Anderson", "Anderson", "太田 翔", "髙橋 一郎", "森 千尋", "渡邊 健一"]);
        assert_ne!(joined[0].id, joined[1].id);
    });
}

#[test]
fn a_search_sees_all_that_may_be_read_and_nothing_else() {
    on_each_database(|db, _| {
        let (hanako, mine) = office(db);
        let taro = person(db);
        let his = book(db, &taro, "議会");
        contact_in(db, &taro, &his.id, named("高橋 議員"));
        assert_eq!(search(db, &taro, "高橋"), ["高橋 議員"]);
        let share = ShareChange { grantee: ShareTarget::Everyone {}, role: Some(Role::Read) };
        made(db, |tx| service::change_share(tx, &hanako, &mine.id, share.clone()));
        assert_eq!(search(db, &taro, "高橋"), ["髙橋 一郎", "高橋 議員"]);
        assert_eq!(search(db, &hanako, "高橋"), ["髙橋 一郎"]);
        let in_books = |who: &Principal, books: Vec<AddressBookId>| {
            let filter = ContactFilter {
                address_books: Some(books),
                q: Some("高橋".to_owned()),
                ..ContactFilter::default()
            };
            db.read(|tx| service::list_contacts(tx, who, &filter, None, Limit::default()))
        };
        assert_eq!(names(&in_books(&taro, vec![his.id.clone()]).unwrap().items), ["高橋 議員"]);
        assert_eq!(refusal(in_books(&hanako, vec![mine.id, his.id])).0, "not-found");
        assert!(in_books(&hanako, Vec::new()).unwrap().items.is_empty());
    });
}

#[test]
fn a_caller_is_known_in_whatever_way_the_number_comes() {
    on_each_database(|db, _| {
        let (hanako, _) = office(db);
        let caller = |who: &Principal, number: &str| {
            names(&db.read(|tx| service::lookup_number(tx, who, number)).unwrap())
        };
        for number in ["0166-25-0202", "+81166250202", "０１０８１１６６２５０２０２", "0166(25)0202"]
        {
            assert_eq!(caller(&hanako, number), ["太田 翔"], "{number}");
        }
        for number in ["", "太田"] {
            let refused = db.read(|tx| service::lookup_number(tx, &hanako, number));
            assert_eq!(refusal(refused).0, "bad-query", "{number}");
        }
        for number in ["166250202", "25-0202"] {
            assert!(caller(&hanako, number).is_empty(), "{number}");
        }
        assert!(caller(&person(db), "0166-25-0202").is_empty());
    });
}

#[test]
fn a_query_that_cannot_be_used_is_refused() {
    on_each_database(|db, _| {
        let hanako = person(db);
        let list = |q: &str, cursor: Option<Cursor>| {
            let filter = ContactFilter { q: Some(q.to_owned()), ..ContactFilter::default() };
            db.read(|tx| service::list_contacts(tx, &hanako, &filter, cursor.as_ref(), Limit::default()))
        };
        assert_eq!(refusal(list(&"あ".repeat(201), None)), ("bad-query", vec!["q too-long".to_owned()]));
        assert_eq!(refusal(list("a b c d e f g h i j k", None)).1, ["q too-long"]);
        assert_eq!(refusal(list("a", Some(Cursor::of(&["one"])))).1, ["cursor bad-cursor"]);
    });
}

#[test]
fn a_search_takes_as_many_statements_for_many_contacts_as_for_one() {
    on_each_database(|db, _| {
        let hanako = person(db);
        let mine = book(db, &hanako, "業者");
        let statements = || {
            let before = db.statements();
            search(db, &hanako, "山田");
            db.read(|tx| service::lookup_number(tx, &hanako, "0157-23-0101")).unwrap();
            db.statements() - before
        };
        contact_in(db, &hanako, &mine.id, named("山田 太郎"));
        let one = statements();
        for n in 0..20 {
            let other = book(db, &hanako, &format!("第{n}"));
            contact_in(db, &hanako, &other.id, named("山田 次郎"));
        }
        assert_eq!(statements(), one);
        // Each: begin, rights, contacts, end.
        assert!(one <= 8, "{one}");
    });
}

#[test]
fn contacts_are_listed_by_keyword_kind_and_group() {
    on_each_database(|db, _| {
        let (hanako, taro) = (person(db), person(db));
        let (mine, other) = (book(db, &hanako, "業者"), book(db, &hanako, "個人"));
        let tagged = |full: &str, keyword: &str| json!({"name": {"full": full}, "keywords": {keyword: true}});
        let one = contact_in(db, &hanako, &mine.id, tagged("山田", "測量"));
        let two = contact_in(db, &hanako, &other.id, tagged("鈴木", "測量"));
        contact_in(db, &hanako, &other.id, tagged("佐藤", "測"));
        let members = json!({one.card.uid(): true, two.card.uid(): true, "urn:uuid:elsewhere": true});
        let group = json!({"kind": "group", "name": {"full": "防災"}, "members": members});
        let group = contact_in(db, &hanako, &mine.id, group);
        let theirs = book(db, &taro, "業者");
        contact_in(db, &taro, &theirs.id, json!({"uid": one.card.uid(), "keywords": {"測量": true}}));

        let listed = |filter: ContactFilter| names(&page(db, &hanako, &filter, None, Limit::default()).items);
        let keyword =
            |keyword: &str| ContactFilter { keyword: Some(keyword.to_owned()), ..ContactFilter::default() };
        assert_eq!(listed(keyword("測量")), ["山田", "鈴木"]);
        assert_eq!(listed(ContactFilter { q: Some("鈴".to_owned()), ..keyword("測量") }), ["鈴木"]);
        assert_eq!(
            listed(ContactFilter { address_books: Some(vec![mine.id.clone()]), ..keyword("測量") }),
            ["山田"]
        );
        let kind = |kind: &str| ContactFilter { kind: Some(kind.to_owned()), ..ContactFilter::default() };
        assert_eq!(listed(kind("group")), ["防災"]);
        assert_eq!(listed(kind("individual")), ["佐藤", "山田", "鈴木"]);
        assert_eq!(listed(kind("org")), Vec::<String>::new());
        let of = ContactFilter { member_of: Some(group.id), ..ContactFilter::default() };
        assert_eq!(listed(of.clone()), ["山田", "鈴木"]);
        let foreign = db.read(|tx| service::list_contacts(tx, &taro, &of, None, Limit::default()));
        assert_eq!(refusal(foreign).0, "not-found");

        let counted = |who: &Principal, books: Option<&[AddressBookId]>| -> Vec<(String, i64)> {
            let counts = db.read(|tx| service::list_keywords(tx, who, books)).unwrap();
            counts.into_iter().map(|it| (it.keyword, it.count)).collect()
        };
        assert_eq!(counted(&hanako, None), [("測".to_owned(), 1), ("測量".to_owned(), 2)]);
        assert_eq!(counted(&hanako, Some(std::slice::from_ref(&mine.id))), [("測量".to_owned(), 1)]);
        let foreign = db.read(|tx| service::list_keywords(tx, &taro, Some(std::slice::from_ref(&mine.id))));
        assert_eq!(refusal(foreign).0, "not-found");
    });
}

#[test]
fn contacts_stand_in_the_order_of_the_syllabary() {
    on_each_database(|db, _| {
        let hanako = person(db);
        let mine = book(db, &hanako, "業者");
        for (surname, reading) in [
            ("小川", "オガワ"),
            ("大川", "オオカワ"),
            ("河合", "カワイ"),
            ("賀川", "ガガワ"),
            ("香川", "カガワ"),
            ("川", "カワ"),
        ] {
            let part = json!({"kind": "surname", "value": surname, "phonetic": reading});
            contact_in(db, &hanako, &mine.id, json!({"name": {"full": surname, "components": [part]}}));
        }
        let (mut listed, mut cursor) = (Vec::new(), None);
        loop {
            let page = page(db, &hanako, &ContactFilter::default(), cursor.as_ref(), Limit::new(2).unwrap());
            listed.extend(names(&page.items));
            cursor = page.next_cursor;
            if cursor.is_none() {
                break;
            }
        }
        assert_eq!(listed, ["大川", "小川", "香川", "賀川", "川", "河合"]);
    });
}
