//! Favourites, the order they make, and how many are found where.

use renraku_base::{Entropy, PersonId, UnitId};
use renraku_people::directory::{
    PersonEntry, PersonName, Phone, PhoneKind, PostEntry, UnitEntry, service as directory,
};
use serde_json::{Value, json};

use crate::harness::{TestServer, on_each_backend};

fn unit(server: &TestServer, name: &str) -> UnitId {
    let id: UnitId = Entropy.new_id(server.db().now());
    let entry = UnitEntry { id: id.clone(), name: name.to_owned(), parent_id: None, position: 0 };
    server.db().write(|tx| directory::put_unit(tx, &entry)).unwrap();
    id
}

fn person(server: &TestServer, full: &str, phonetic: &str, unit: &UnitId) -> PersonId {
    let entry = PersonEntry {
        id: Entropy.new_id(server.db().now()),
        name: PersonName { full: full.to_owned(), phonetic: phonetic.to_owned() },
        posts: vec![PostEntry { unit: unit.clone(), title: None, starts_on: None, ends_on: None }],
        phones: vec![Phone { number: "7001".to_owned(), kind: PhoneKind::Extension }],
        emails: vec![format!("{}@pref.example.jp", phonetic.len())],
        staff_number: None,
    };
    server.db().write(|tx| directory::put_person(tx, &entry)).unwrap();
    entry.id
}

fn names(answer: &Value) -> Vec<&str> {
    answer["items"].as_array().unwrap().iter().map(|item| item["name"]["full"].as_str().unwrap()).collect()
}

#[test]
fn a_favourite_is_found_first() {
    on_each_backend(|server| {
        let (north, south) = (unit(server, "北課"), unit(server, "南課"));
        let hanako = server.staff("hanako");
        let first = person(server, "佐藤 愛", "さとう あい", &north);
        let second = person(server, "佐藤 誠", "さとう まこと", &south);
        let found = || hanako.get("directory/people?q=sato").expect(200).json();
        assert_eq!(names(&found()), ["佐藤 愛", "佐藤 誠"]);
        let favourite = |method: &str, id: &str| hanako.ask(method, &format!("me/favourites/{id}")).send();
        for _ in 0..2 {
            favourite("PUT", second.as_str()).expect(204);
        }
        assert_eq!(names(&found()), ["佐藤 誠", "佐藤 愛"]);
        let list = || hanako.get("me/favourites").expect(200).json();
        assert_eq!(names(&list()), ["佐藤 誠"]);
        favourite("PUT", first.as_str()).expect(204);
        assert_eq!(names(&list()), ["佐藤 愛", "佐藤 誠"]);
        let page = hanako.get("me/favourites?limit=1").expect(200).json();
        let cursor = page["nextCursor"].as_str().unwrap();
        let rest = hanako.get(&format!("me/favourites?limit=1&cursor={cursor}")).expect(200).json();
        assert_eq!((names(&page), names(&rest)), (vec!["佐藤 愛"], vec!["佐藤 誠"]));
        assert!(names(&server.staff("taro").get("me/favourites").expect(200).json()).is_empty());
        for id in [&first, &second, &second] {
            favourite("DELETE", id.as_str()).expect(204);
        }
        assert!(names(&list()).is_empty());
        let nobody = "01980000-0000-7000-8000-000000000000";
        favourite("PUT", nobody).problem(404, "not-found");
        favourite("PUT", "x").expect(404);
    });
}

#[test]
fn those_who_are_found_are_counted_by_unit() {
    on_each_backend(|server| {
        let (north, south) = (unit(server, "北課"), unit(server, "南課"));
        for unit in [&north, &north, &south] {
            person(server, "佐藤 愛", "さとう あい", unit);
        }
        let hanako = server.staff("hanako");
        let answer = hanako.get("directory/people?q=sato&facets=unit&limit=1").expect(200).json();
        assert_eq!(answer["items"].as_array().unwrap().len(), 1);
        let counted = json!([
            {"id": north, "name": "北課", "count": 2}, {"id": south, "name": "南課", "count": 1},
        ]);
        assert_eq!(answer["facets"]["unit"], counted);
        let within = hanako.get(&format!("directory/people?q=sato&facets=unit&unit={north}")).expect(200);
        assert_eq!(within.json()["facets"], json!({"unit": []}));
        assert!(hanako.get("directory/people?q=sato").expect(200).json().get("facets").is_none());
        hanako.get("directory/people?facets=post").problem(400, "bad-query");
    });
}

#[test]
fn who_must_not_be_found_is_in_no_answer_but_their_own() {
    on_each_backend(|server| {
        let section = unit(server, "課");
        let (hanako, jiro) = (server.staff("hanako"), server.staff("jiro"));
        let secret = person(server, "秘密 太郎", "ひみつ たろう", &section);
        let other = person(server, "公開 太郎", "こうかい たろう", &section);
        let suppress =
            |id: &PersonId| server.db().write(|tx| directory::suppress_person(tx, id, true)).unwrap();
        let sync = |token: Option<&Value>| {
            let body = match token {
                Some(token) => json!({"token": token, "types": ["people", "units"]}),
                None => json!({"types": ["people", "units"]}),
            };
            hanako.ask("POST", "sync").json(&body).send().expect(200)
        };
        let held = sync(None).json();
        suppress(&secret);
        suppress(&jiro.person);
        let delta = sync(Some(&held["token"]));
        let gone = delta.json();
        let mut gone: Vec<&str> =
            gone["destroyed"]["people"].as_array().unwrap().iter().map(|id| id.as_str().unwrap()).collect();
        gone.sort_unstable();
        let mut expected = vec![secret.as_str(), jiro.person.as_str()];
        expected.sort_unstable();
        assert_eq!(gone, expected);
        let week = "from=2026-11-25T00:00:00Z&to=2026-12-02T00:00:00Z";
        for path in [
            "directory/people".to_owned(),
            "directory/people?q=himitsu".to_owned(),
            "directory/people?q=7001".to_owned(),
            format!("directory/people?unit={section}&q=太郎"),
            format!("directory/units/{section}"),
            "directory/lookup?phone=7001".to_owned(),
            "directory/caller-id".to_owned(),
            format!("schedule/group?unit={section}&{week}"),
        ] {
            let text = hanako.get(&path).expect(200).text();
            assert!(!text.contains("秘密") && !text.contains(secret.as_str()), "{path}: {text}");
        }
        let text = hanako.get(&format!("schedule/group?unit={section}&{week}")).expect(200).text();
        assert!(text.contains(other.as_str()), "{text}");
        let text = sync(None).text();
        assert!(!text.contains(secret.as_str()), "{text}");
        hanako.get(&format!("directory/people/{secret}")).problem(404, "not-found");
        hanako.ask("PUT", &format!("me/favourites/{secret}")).send().problem(404, "not-found");
        let me = jiro.get("me").expect(200).json();
        assert_eq!(me["person"]["name"]["full"], "試験 jiro");
        assert_eq!(names(&hanako.get("directory/people?q=jiro").expect(200).json()), Vec::<&str>::new());
        server.db().write(|tx| directory::suppress_person(tx, &jiro.person, false)).unwrap();
        assert_eq!(names(&hanako.get("directory/people?q=jiro").expect(200).json()), ["試験 jiro"]);
    });
}
