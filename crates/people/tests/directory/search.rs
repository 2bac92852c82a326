use renraku_base::{Cursor, Fault, Kind, Limit};
use renraku_people::directory::service::{self, PeopleSearch};
use renraku_test_db::on_each_database;

use super::office::*;

#[test]
fn finds_by_every_spelling_and_by_all_that_a_card_says() {
    on_each_database(|db, _| {
        let directory = open(db);
        let cases: &[(&str, &[u32])] = &[
            ("高橋", &[1, 2]),
            ("髙", &[1, 2, 7]),
            ("takahasi", &[1, 2]),
            ("たかはし 森林", &[2]),
            ("ﾀｶﾊｼ　ｲﾁﾛｳ", &[2]),
            ("高橋花子", &[1]),
            ("人事", &[7, 9, 5, 1]),
            ("kono", &[8]),
            ("konno", &[9]),
            ("渡辺", &[10]),
            ("7003", &[3]),
            ("0155262003", &[3]),
            ("26-2003", &[3]),
            ("+81155262003", &[3]),
            ("staff4@", &[4]),
            ("内線7003", &[3]),
            ("内線 7003", &[3]),
            ("外線：26-2003", &[3]),
            ("tel 0155-26-2003", &[3]),
            ("ｔｅｌ", &[]),
            ("森林課　7003", &[3]),
            ("森林課長", &[2]),
            ("人事課長", &[7]),
            ("農政部長", &[8]),
            ("財政課長補佐", &[4]),
            ("給与係 係長", &[5]),
            ("大森係長", &[5]),
            ("総務 takahashi", &[1]),
            ("takahasi 総務部", &[1]),
            ("100004", &[4]),
            ("部長", &[10, 8]),
            ("anna", &[11]),
            ("Schmidt", &[11]),
            ("農政部 部長", &[8]),
            ("総務部人事課", &[7, 9, 5, 1]),
            ("総務部人事課給与係", &[5, 1]),
            ("総務部人", &[7, 9, 5, 1]),
            ("総務部人事課高橋", &[1]),
            ("総務部takahashi", &[1]),
            ("人事課こうの", &[]),
            ("総務部人事課 給与係たかはし", &[1]),
            ("農政部森林課課長", &[2]),
            ("農政部人事課", &[]),
            ("総務部山", &[]),
            ("総務部人事課課長大高", &[7]),
            ("人事課大高課長", &[7]),
            ("人事課長大高", &[7]),
            ("総務部財政課課長補佐もりた", &[4]),
            ("総務部もりた課長補佐", &[4]),
            ("課長高橋", &[2]),
            ("高橋課長", &[2]),
            ("たかはし課長", &[2]),
            ("森林課高橋課長 内線7002", &[2]),
            ("給与係課長大高", &[]),
            ("人事課高橋課長", &[]),
            ("・", &[]),
            ("xyz", &[]),
            ("%", &[]),
            ("_", &[]),
        ];
        for (q, expected) in cases {
            assert_eq!(found(db, &directory, q), *expected, "{q}");
        }
    });
}

#[test]
fn units_and_titles_are_found_as_they_are_written_too() {
    on_each_database(|db, _| {
        let directory = open(db);
        let units = [unit(910, "霞ヶ関事務所", None), unit(911, "代々木課", Some(910))];
        let people = [
            person(20, "山口 巌", "やまぐち いわお", 910, "野々市担当"),
            person(21, "川口 蛍", "かわぐち ほたる", 911, "三ヶ月担当"),
            person(22, "相川 岬", "あいかわ みさき", SOMU, "野々市担当長"),
        ];
        db.write(|tx| service::bulk_insert(tx, &units, &people)).unwrap();
        for (q, expected) in [
            ("霞が関", &[20, 21][..]),
            ("霞ヶ", &[20, 21]),
            ("ケ関事", &[21, 20]),
            ("霞ケ関事務所", &[20, 21]),
            ("霞か関", &[]),
            ("々木", &[21]),
            ("代代木課", &[21]),
            ("々市", &[22, 20]),
            ("野野市担当", &[20, 22]),
            ("3か月", &[]),
            ("三箇月", &[21]),
            ("三カ月担当", &[21]),
            ("ヶ月担", &[21]),
            ("霞が関事務所代々木課川", &[21]),
        ] {
            assert_eq!(found(db, &directory, q), expected, "{q}");
        }
    });
}

/// Everyone of the list of names sits in one office: the search that finds one may find others, too.
#[test]
fn a_name_is_found_in_a_full_office_by_every_spelling() {
    on_each_database(|db, _| {
        let directory = open(db);
        let names: Vec<[&str; 4]> = include_str!("../../src/search/names.tsv")
            .lines()
            .filter(|line| !line.starts_with('#'))
            .map(|line| line.split('\t').collect::<Vec<_>>().try_into().unwrap())
            .collect();
        let people: Vec<_> = (100..)
            .zip(&names)
            .map(|(number, [name, reading, ..])| person(number, name, reading, ZAISEI, "技師"))
            .collect();
        db.write(|tx| service::bulk_insert(tx, &[], &people)).unwrap();
        let found = |q: &str| {
            let q = Some(q.to_owned());
            let search = PeopleSearch { q, limit: Limit::new(500).unwrap(), ..PeopleSearch::default() };
            numbers(&find(db, &directory, 1, &search).unwrap().items)
        };
        let mut wrong = Vec::new();
        for (number, [name, _, hits, misses]) in (100..).zip(&names) {
            for q in hits.split(" | ") {
                for q in [q.to_owned(), format!("{q} 財政課"), format!("技師　{q}")] {
                    if !found(&q).contains(&number) {
                        wrong.push(format!("{q} does not find {name}"));
                    }
                }
            }
            for q in misses.split(" | ").filter(|q| !q.is_empty() && found(q).contains(&number)) {
                wrong.push(format!("{q} finds {name}"));
            }
        }
        // Of one and two letters nothing is too short to be looked for, and nobody who has them is left out.
        for (number, [name, reading, ..]) in (100..).zip(&names) {
            for word in name.split_whitespace().chain(reading.split_whitespace()) {
                let letters: Vec<char> = word.chars().collect();
                for q in letters.chunks(1).chain(letters.windows(2)) {
                    let q: String = q.iter().collect();
                    if !renraku_people::search::Query::parse(&q).is_empty() && !found(&q).contains(&number) {
                        wrong.push(format!("{q} does not find {name}"));
                    }
                }
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
    });
}

#[test]
fn whole_names_come_first_then_beginnings_then_the_rest() {
    on_each_database(|db, _| {
        let directory = open(db);
        // 森, 森田, 大森, and then those of 森林課.
        assert_eq!(found(db, &directory, "森"), [3, 4, 5, 2]);
        assert_eq!(found(db, &directory, "もり"), [3, 4, 5]);
        assert_eq!(found(db, &directory, "mori"), [3, 4, 5]);
        // 太 is a whole given name before it begins a family name.
        assert_eq!(found(db, &directory, "太"), [3, 6]);
        // The whole title comes before the one that only begins like it.
        assert_eq!(found(db, &directory, "課長"), [7, 2, 4]);
    });
}

#[test]
fn the_nearest_come_first_and_then_the_order_of_the_readings() {
    on_each_database(|db, _| {
        let directory = open(db);
        let by = |asking: u32, q: &str| {
            let search = PeopleSearch { q: Some(q.to_owned()), ..PeopleSearch::default() };
            numbers(&find(db, &directory, asking, &search).unwrap().items)
        };
        assert_eq!(by(3, "高橋"), [2, 1], "from 森林課");
        assert_eq!(by(4, "高橋"), [1, 2], "from 財政課");
        assert_eq!(by(999, "高橋"), [2, 1], "from outside: いちろう before はなこ");
        // 太田 stands before 大高, whose reading goes on where that of 太田 ends.
        assert_eq!(by(999, "おおた"), [6, 7]);
    });
}

#[test]
fn a_unit_holds_those_below_it() {
    on_each_database(|db, _| {
        let directory = open(db);
        let within = |unit: u32, q: Option<&str>| {
            let search =
                PeopleSearch { q: q.map(str::to_owned), unit: Some(id(unit)), ..PeopleSearch::default() };
            numbers(&find(db, &directory, 1, &search).unwrap().items)
        };
        assert_eq!(within(JINJI, None), [7, 5, 9, 1]);
        assert_eq!(within(KYUYO, None), [5, 1]);
        assert_eq!(within(SOMU, Some("もり")), [4, 5]);
        assert_eq!(within(NOSEI, Some("takahashi")), [2]);
        let search = PeopleSearch { unit: Some(id(77)), ..PeopleSearch::default() };
        let fault = find(db, &directory, 1, &search).unwrap_err();
        assert_eq!((fault.kind(), fault.fields()[0].pointer.as_str()), (Kind::Invalid, "unit"));
    });
}

#[test]
fn pages_join_to_the_whole_while_people_come_and_go() {
    on_each_database(|db, _| {
        let directory = open(db);
        let mut search = PeopleSearch { limit: Limit::new(2).unwrap(), ..PeopleSearch::default() };
        let mut seen = Vec::new();
        for page in 0.. {
            let answer = find(db, &directory, 1, &search).unwrap();
            seen.extend(numbers(&answer.items));
            if page == 1 {
                // Those of the page that was just read leave, and someone comes who stands before them.
                for gone in numbers(&answer.items) {
                    db.write(|tx| service::end_person(tx, &id(gone))).unwrap();
                }
                put(db, &person(20, "相川 守", "あいかわ まもる", SOMU, "主事"));
                put(db, &person(21, "渡部 望", "わたべ のぞみ", SOMU, "主事"));
            }
            search.cursor = answer.next_cursor;
            if search.cursor.is_none() {
                break;
            }
        }
        assert_eq!(seen, [11, 6, 7, 5, 8, 9, 2, 1, 3, 4, 10, 21]);
        search.cursor = Some(Cursor::received("00"));
        assert_eq!(find(db, &directory, 1, &search).unwrap_err().kind(), Kind::Malformed);
    });
}

#[test]
fn a_search_is_short_and_costs_two_statements() {
    on_each_database(|db, _| {
        let directory = open(db);
        found(db, &directory, "高橋");
        let count = |q: &str| {
            let before = db.statements();
            found(db, &directory, q);
            db.statements() - before
        };
        let begin_look_end = count("高橋");
        assert!(begin_look_end <= 4, "{begin_look_end}");
        assert_eq!(count("a"), begin_look_end);
        let search = PeopleSearch { q: Some("あ".repeat(65)), ..PeopleSearch::default() };
        assert_eq!(find(db, &directory, 1, &search).unwrap_err().kind(), Kind::Invalid);
    });
}
