//! The staff directory and caller id.

use renraku_base::{Entropy, PersonId, UnitId};
use renraku_people::directory::{
    PersonEntry, PersonName, Phone, PhoneKind, PostEntry, UnitEntry, service as directory,
};
use serde_json::{Value, json};

use crate::harness::{TestServer, on_each_backend};

/// An office of two sections and three people.
struct Office {
    soumu: UnitId,
    jinji: UnitId,
    takahashi: PersonId,
}

impl Office {
    fn open(server: &TestServer) -> Self {
        let now = server.db().now();
        let office =
            Self { soumu: Entropy.new_id(now), jinji: Entropy.new_id(now), takahashi: Entropy.new_id(now) };
        let unit = |id: &UnitId, name: &str, parent: Option<&UnitId>| UnitEntry {
            id: id.clone(),
            name: name.to_owned(),
            parent_id: parent.cloned(),
            position: 0,
        };
        let person = |id: PersonId, full: &str, phonetic: &str, unit: &UnitId, extension: &str| PersonEntry {
            id,
            name: PersonName { full: full.to_owned(), phonetic: phonetic.to_owned() },
            posts: vec![PostEntry {
                unit: unit.clone(),
                title: Some("主事".to_owned()),
                starts_on: None,
                ends_on: None,
            }],
            phones: vec![
                Phone { number: extension.to_owned(), kind: PhoneKind::Extension },
                Phone { number: format!("0155-26-{extension}"), kind: PhoneKind::Outside },
            ],
            emails: vec![format!("{extension}@pref.example.jp")],
            staff_number: None,
        };
        let units = [unit(&office.soumu, "総務部", None), unit(&office.jinji, "人事課", Some(&office.soumu))];
        let people = [
            person(office.takahashi.clone(), "髙橋 健一", "たかはし けんいち", &office.jinji, "7001"),
            person(Entropy.new_id(now), "太田 愛", "おおた あい", &office.soumu, "7002"),
            person(Entropy.new_id(now), "高木 誠", "たかぎ まこと", &office.jinji, "7003"),
        ];
        server.db().write(|tx| directory::bulk_insert(tx, &units, &people)).unwrap();
        office
    }
}

fn names(answer: &Value) -> Vec<&str> {
    answer["items"].as_array().unwrap().iter().map(|item| item["name"]["full"].as_str().unwrap()).collect()
}

#[test]
fn a_person_is_found_by_every_spelling_and_shown_as_the_contract_says() {
    on_each_backend(|server| {
        let office = Office::open(server);
        let hanako = server.staff("hanako");
        for q in [
            "高橋",
            "髙橋",
            "たかはし",
            "ﾀｶﾊｼ",
            "takahasi",
            "Takahashi%20Kennichi",
            "7001",
            "健",
            "takahashi%E3%80%80人事",
            "総務部人事課takahasi",
        ] {
            let answer = hanako.get(&format!("directory/people?q={q}")).expect(200).json();
            assert_eq!(names(&answer), ["髙橋 健一"], "{q}");
            assert_eq!(answer["nextCursor"], Value::Null);
        }
        let answer = hanako.get("directory/people?q=takahashi").expect(200).json();
        let expected = json!({
            "id": office.takahashi, "etag": answer["items"][0]["etag"],
            "name": {"full": "髙橋 健一", "phonetic": "たかはし けんいち"},
            "unit": {"id": office.jinji, "name": "人事課"}, "post": "主事",
            "phones": [
                {"number": "7001", "kind": "extension"},
                {"number": "0155-26-7001", "kind": "outside"},
            ],
            "emails": ["7001@pref.example.jp"],
        });
        assert_eq!(answer["items"][0], expected);
        let one = hanako.get(&format!("directory/people/{}", office.takahashi)).expect(200);
        assert_eq!(one.json(), expected);
        assert_eq!(one.etag(), expected["etag"]);
        let again = hanako.ask("GET", &format!("directory/people/{}", office.takahashi));
        again.header("if-none-match", &one.etag()).send().expect(304);
    });
}

#[test]
fn a_list_goes_on_where_it_ended_and_keeps_to_a_unit() {
    on_each_backend(|server| {
        let office = Office::open(server);
        let hanako = server.staff("hanako");
        let first = hanako.get("directory/people?limit=2").expect(200).json();
        let cursor = first["nextCursor"].as_str().unwrap();
        let rest = hanako.get(&format!("directory/people?limit=2&cursor={cursor}")).expect(200).json();
        let all: Vec<&str> = names(&first).into_iter().chain(names(&rest)).collect();
        assert_eq!(all, ["太田 愛", "試験 hanako", "高木 誠", "髙橋 健一"]);
        let within = hanako.get(&format!("directory/people?unit={}&q=taka", office.soumu)).expect(200).json();
        assert_eq!(names(&within), ["高木 誠", "髙橋 健一"]);
    });
}

#[test]
fn the_tree_of_units_is_shown_with_paths_and_members() {
    on_each_backend(|server| {
        let office = Office::open(server);
        let hanako = server.staff("hanako");
        let units = hanako.get("directory/units").expect(200).json();
        let paths: Vec<&Value> =
            units["items"].as_array().unwrap().iter().map(|unit| &unit["path"]).collect();
        assert_eq!(paths, ["総務部", "総務部/人事課"]);
        let jinji = hanako.get(&format!("directory/units/{}", office.jinji)).expect(200);
        let shown = jinji.json();
        assert_eq!(shown["parentId"], json!(office.soumu));
        assert_eq!(shown["etag"], jinji.etag());
        let synced = hanako.ask("POST", "sync").json(&json!({"types": ["units"]})).send().expect(200).json();
        for told in
            units["items"].as_array().unwrap().iter().chain(synced["changed"]["units"].as_array().unwrap())
        {
            let own = hanako.get(&format!("directory/units/{}", told["id"].as_str().unwrap())).expect(200);
            assert_eq!(told["etag"], own.etag());
        }
        let members: Vec<&Value> =
            shown["members"].as_array().unwrap().iter().map(|member| &member["name"]["full"]).collect();
        assert_eq!(members, ["高木 誠", "髙橋 健一"]);
        server.db().write(|tx| directory::end_person(tx, &office.takahashi)).unwrap();
        let changed = hanako.ask("GET", &format!("directory/units/{}", office.jinji));
        let changed = changed.header("if-none-match", &jinji.etag()).send().expect(200);
        assert_eq!(changed.json()["members"].as_array().unwrap().len(), 1);
    });
}

#[test]
fn a_caller_is_known_by_every_spelling_of_the_number() {
    on_each_backend(|server| {
        Office::open(server);
        let hanako = server.staff("hanako");
        for phone in [
            "0155267001",
            "0155-26-7001",
            "%2B81-155-26-7001",
            "%2B81%20(0)155%2026%207001",
            "7001",
            "７００１",
        ] {
            let answer = hanako.get(&format!("directory/lookup?phone={phone}")).expect(200);
            assert_eq!(names(&answer.json()), ["髙橋 健一"], "{phone}");
            assert!(answer.body.len() <= 400, "{} bytes", answer.body.len());
        }
        assert_eq!(hanako.get("directory/lookup?phone=0155269999").expect(200).json(), json!({"items": []}));
    });
}

#[test]
fn what_cannot_be_asked_is_named() {
    on_each_backend(|server| {
        Office::open(server);
        let hanako = server.staff("hanako");
        let nobody = "01980000-0000-7000-8000-000000000000";
        let pointer = |problem: Value| problem["errors"][0]["pointer"].as_str().map(str::to_owned);
        let long = "あ".repeat(65);
        for (path, status, code, named) in [
            ("directory/lookup?phone=abc".to_owned(), 400, "bad-query", Some("phone")),
            ("directory/people?cursor=zz".to_owned(), 400, "bad-query", Some("cursor")),
            ("directory/units?cursor=zz".to_owned(), 400, "bad-query", Some("cursor")),
            ("directory/people?limit=0".to_owned(), 400, "bad-query", Some("limit")),
            ("directory/people?unit=x".to_owned(), 400, "bad-query", Some("unit")),
            (format!("directory/people?q={long}"), 422, "invalid", Some("q")),
            (format!("directory/people?unit={nobody}"), 422, "invalid", Some("unit")),
            (format!("directory/people/{nobody}"), 404, "not-found", None),
            (format!("directory/units/{nobody}"), 404, "not-found", None),
        ] {
            let problem = hanako.get(&path).problem(status, code);
            assert_eq!(pointer(problem).as_deref(), named, "{path}");
        }
        server.anonymous().get("directory/people?q=a").expect(401);
    });
}
