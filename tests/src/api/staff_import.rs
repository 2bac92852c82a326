//! The staff from a table, read beside a server, and the transfer that waits for its day.

use std::{collections::BTreeMap, time::Duration};

use renraku_base::{FixedClock, Language, Limit, PersonId, Principal, SystemClock, Timestamp};
use renraku_notify::{ReadAll, service as notify};
use renraku_people::directory::{Roster, RosterPerson, RosterPost, service as directory};
use renraku_test_db::{Backend, START};
use serde_json::{Value, json};

use crate::harness::{Phone, ServerProcess, Staff, TestServer, on_each_backend, run_beside};

fn names(answer: &Value) -> Vec<&str> {
    answer["items"].as_array().unwrap().iter().map(|item| item["name"]["full"].as_str().unwrap()).collect()
}

/// One sync of the directory: the names of the people and units that changed, the ids of the people who went, and the next token.
fn sync(staff: &Staff, token: &Value) -> (Vec<String>, Vec<String>, Value) {
    let body = match token {
        Value::Null => json!({"types": ["people", "units"]}),
        token => json!({"types": ["people", "units"], "token": token}),
    };
    let answer = staff.ask("POST", "sync").json(&body).send().expect(200).json();
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let people = list(&answer["changed"]["people"]);
    let people = people.iter().map(|person| person["name"]["full"].as_str().unwrap().to_owned());
    let units = list(&answer["changed"]["units"]);
    let units = units.iter().map(|unit| unit["path"].as_str().unwrap().to_owned());
    let mut changed: Vec<String> = people.chain(units).collect();
    changed.sort();
    let gone = list(&answer["destroyed"]["people"]);
    let gone = gone.iter().map(|id| id.as_str().unwrap().to_owned()).collect();
    let next = if answer["token"].is_null() { token.clone() } else { answer["token"].clone() };
    (changed, gone, next)
}

const TABLE: &str = "職員番号,氏名,カナ,所属,職名,内線,外線\n\
    990001,丹羽 一郎,ニワ イチロウ,総務部/人事課,主事,7901,0155-99-7901\n\
    990002,丹羽 二郎,ニワ ジロウ,総務部/財政課,主事,7902,0155-99-7902\n";

#[test]
fn what_is_imported_beside_a_server_is_seen_by_the_next_search_and_by_a_delta() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        let (_, _, token) = sync(&hanako, &Value::Null);
        assert_eq!(names(&hanako.get("directory/people?q=niwa").expect(200).json()), [""; 0]);
        let import = |table: &str, more: &[&str]| {
            let file = server.write_file("staff.csv", table);
            run_beside(server, &[&["import", "people", &file], more].concat())
        };
        let (well, said) = import(TABLE, &["--dry-run"]);
        assert!(well && said.contains("2 new, 0 changed, 0 as they were, 0 left; 3 new units"), "{said}");
        assert_eq!(sync(&hanako, &token).0, [""; 0], "a dry run stores nothing");
        let (well, said) = import(TABLE, &[]);
        assert!(well, "{said}");
        let found = hanako.get("directory/people?q=niwa").expect(200).json();
        assert_eq!(names(&found), ["丹羽 一郎", "丹羽 二郎"]);
        let caller = hanako.get("directory/lookup?phone=%2B81155997902").expect(200).json();
        assert_eq!(names(&caller), ["丹羽 二郎"]);
        let (changed, _, token) = sync(&hanako, &token);
        assert_eq!(changed, ["丹羽 一郎", "丹羽 二郎", "総務部", "総務部/人事課", "総務部/財政課"]);
        // One of them moves; nobody else is told of, and nobody leaves.
        let moved = TABLE.replace("総務部/財政課,主事", "総務部/人事課,主任");
        let (well, said) = import(&moved, &[]);
        assert!(well && said.contains("0 new, 1 changed, 1 as they were, 0 left"), "{said}");
        let (changed, gone, token) = sync(&hanako, &token);
        assert_eq!((changed, gone.len()), (vec!["丹羽 二郎".to_owned()], 0));
        // A bad line among good ones changes nothing.
        let (well, said) = import(&format!("{TABLE}990003,,,,,,\n"), &[]);
        assert!(!well && said.contains("staff.csv:4: name (氏名) is empty"), "{said}");
        assert_eq!(sync(&hanako, &token).0, [""; 0]);
        // Who is missing leaves when that is said, and is back when it is taken back.
        let one = TABLE.lines().take(2).collect::<Vec<_>>().join("\n");
        let (well, said) = import(&one, &["--end-missing"]);
        assert!(well && said.contains("leaves     990002 丹羽 二郎"), "{said}");
        assert_eq!(names(&hanako.get("directory/people?q=niwa").expect(200).json()), ["丹羽 一郎"]);
        assert_eq!(sync(&hanako, &token).1.len(), 1);
        let (well, said) = run_beside(server, &["roster", "undo"]);
        assert!(well, "{said}");
        assert_eq!(sync(&hanako, &token).1.len(), 0);
        assert_eq!(hanako.get("me").expect(200).json()["person"]["name"]["full"], "試験 hanako");
    });
}

/// 丹羽 一郎 follows 丹羽 二郎, who goes to 農政部.
#[test]
fn the_mail_address_of_somebody_else_in_the_directory_is_a_wrong_line() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        let import = |table: &str, more: &[&str]| {
            let file = server.write_file("staff.csv", table);
            run_beside(server, &[&["import", "people", &file], more].concat())
        };
        const TITLES: &str = "職員番号,氏名,カナ,メール\n";
        let (one, other) = ("990001,丹羽 一郎,ニワ イチロウ,", "990002,丹羽 二郎,ニワ ジロウ,");
        let (well, said) =
            import(&format!("{TITLES}{one}ichiro@pref.example.jp\n{other}jiro@pref.example.jp\n"), &[]);
        assert!(well, "{said}");
        let given = format!(
            "{TITLES}{one}Jiro@pref.example.jp\n990003,丹羽 三郎,ニワ サブロウ,saburo@pref.example.jp\n"
        );
        for more in [&[][..], &["--dry-run"]] {
            let (well, said) = import(&given, more);
            let fault = "staff.csv:2: email: jiro@pref.example.jp is the address of 990002 丹羽 二郎 in the directory";
            assert!(
                !well && said.contains(fault) && said.contains("Nothing was imported: 1 of the lines"),
                "{said}"
            );
        }
        let found = hanako.get("directory/people?q=jiro@pref.example.jp").expect(200).json();
        assert_eq!(names(&found), ["丹羽 二郎"]);
        assert_eq!(names(&hanako.get("directory/people?q=saburo").expect(200).json()), [""; 0]);
        // Two who swap theirs keep nothing of the other's.
        let (well, said) =
            import(&format!("{TITLES}{one}jiro@pref.example.jp\n{other}ichiro@pref.example.jp\n"), &[]);
        assert!(well && said.contains("0 new, 2 changed"), "{said}");
        let found = hanako.get("directory/people?q=jiro@pref.example.jp").expect(200).json();
        assert_eq!(names(&found), ["丹羽 一郎"]);
    });
}

fn transfer() -> Roster {
    let person = |number: &str, name: &str, unit: &str, title: &str| RosterPerson {
        staff_number: number.to_owned(),
        name: name.to_owned(),
        phonetic: None,
        posts: Some(vec![RosterPost {
            unit: unit.split('/').map(str::to_owned).collect(),
            title: Some(title.to_owned()),
        }]),
        phones: BTreeMap::new(),
        emails: None,
    };
    let people = vec![
        person("990001", "丹羽 一郎", "総務部/財政課", "係長"),
        person("990002", "丹羽 二郎", "農政部", "係長"),
    ];
    Roster { people, says_titles: true, whole: false, by_address: true, source: None, effective_on: None }
}

fn advance(clock: &FixedClock, to: &str) {
    let to: Timestamp = to.parse().unwrap();
    clock.advance(Duration::from_micros((to.micros() - START.micros()).unsigned_abs()));
}

#[test]
fn a_transfer_takes_effect_at_midnight_and_tells_who_took_a_post() {
    on_each_backend(|server| {
        let file = server.write_file(
            "staff.csv",
            TABLE.replace("人事課,主事", "人事課,主任").replace("財政課,主事", "財政課,係長"),
        );
        assert!(run_beside(server, &["import", "people", &file]).0);
        let hanako = server.staff("hanako");
        let day = "2027-04-01".parse().unwrap();
        server.db().write(|tx| directory::prepare_roster(tx, day, &transfer())).unwrap();
        let post = || {
            // The session of November has run out by then.
            let found = hanako.on_another_phone().get("directory/people?q=7901").expect(200).json();
            found["items"][0].clone()
        };
        advance(server.clock(), "2027-03-31T23:59:59+09:00");
        server.run_due_jobs();
        assert_eq!(post()["post"], "主任");
        server.clock().advance(Duration::from_secs(1));
        server.run_due_jobs();
        let person = post();
        assert_eq!(
            (&person["post"], &person["posts"][0]["startsOn"]),
            (&json!("係長"), &json!("2027-04-01"))
        );
        let ichiro: PersonId = person["id"].as_str().unwrap().parse().unwrap();
        assert_eq!(
            told(server, &ichiro),
            [(
                "4月1日(木)付けで「総務部 財政課 係長」への異動が発令されました（前任：丹羽 二郎さん）"
                    .to_owned(),
                false
            )]
        );
        // Taken back, it is told once more that it was, to those who read it as well.
        let everything = ReadAll::default();
        let who = Principal::person(ichiro.clone());
        server.db().write(|tx| notify::mark_all_read(tx, &who, everything)).unwrap();
        assert!(told(server, &ichiro)[0].1);
        server.clock().advance(Duration::from_secs(1));
        server.db().write(directory::undo_roster).unwrap().unwrap();
        server.run_due_jobs();
        let withdrawn = "4月1日(木)付けの「総務部 財政課 係長」への異動の発令は取り消されました".to_owned();
        assert_eq!(told(server, &ichiro), [(withdrawn, false)]);
    });
}

/// What somebody was told, each with whether it is read.
fn told(server: &TestServer, person: &PersonId) -> Vec<(String, bool)> {
    let list = |tx: &mut renraku_db::ReadTx<'_>| {
        let who = Principal::person(person.clone());
        notify::list_notifications(tx, &who, false, None, Limit::default(), Language::Ja)
    };
    let told = server.db().read(list).unwrap();
    told.items.into_iter().map(|one| (one.text, one.read_at.is_some())).collect()
}

#[test]
fn who_took_a_post_by_an_import_of_today_is_told_and_nobody_of_what_was_taken_back() {
    on_each_backend(|server| {
        let db = server.db();
        let mut first = transfer();
        for person in &mut first.people {
            person.posts.iter_mut().flatten().for_each(|post| post.title = Some("主事".to_owned()));
        }
        directory::import_roster(db, None, &first).unwrap();
        server.run_due_jobs();
        let people = db.read(directory::staff_numbers).unwrap();
        let ichiro = &people["990001"];
        assert_eq!(told(server, ichiro), [], "everybody came");
        server.clock().advance(Duration::from_secs(1));
        directory::import_roster(db, None, &transfer()).unwrap();
        db.write(directory::undo_roster).unwrap().unwrap();
        server.run_due_jobs();
        let withdrawn = "11月25日(水)付けの「総務部 財政課 係長」への異動の発令は取り消されました";
        // Whether somebody was quick enough to be told of it at all is left to the clock.
        let texts = told(server, ichiro);
        assert!(texts.iter().all(|(text, _)| text == withdrawn), "{texts:?}");
        server.clock().advance(Duration::from_secs(1));
        directory::import_roster(db, None, &transfer()).unwrap();
        server.run_due_jobs();
        let text = "11月25日(水)付けで「総務部 財政課 係長」への異動が発令されました".to_owned();
        assert_eq!(told(server, ichiro)[0], (text, false));
    });
}

#[test]
fn a_transfer_whose_day_came_while_no_server_ran_is_in_effect_at_the_start() {
    for backend in Backend::all() {
        let database = backend.fresh();
        let folder = tempfile::tempdir().unwrap();
        let db = database.open(2, &SystemClock);
        let day = "2026-04-01".parse().unwrap();
        db.write(|tx| directory::prepare_roster(tx, day, &transfer())).unwrap();
        let server = ServerProcess::start(&database, folder.path());
        let phone = Phone::new(server.base());
        let hanako = Staff::hire(&db, folder.path(), &phone, "hanako");
        let found = hanako.get("directory/people?q=%E4%B8%B9%E7%BE%BD").expect(200).json();
        assert_eq!(names(&found), ["丹羽 一郎", "丹羽 二郎"]);
        assert!(server.terminate());
    }
}
