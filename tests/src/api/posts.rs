//! The directory of another day.

use renraku_base::{PersonId, UnitId};
use renraku_people::directory::{
    PersonEntry, PersonName, PostEntry, Roster, RosterPerson, RosterPost, UnitEntry, service as directory,
};
use serde_json::{Value, json};

use crate::harness::{Staff, TestServer, on_each_backend};

fn unit(server: &TestServer, name: &str) -> UnitId {
    let id: UnitId = renraku_base::Entropy.new_id(server.db().now());
    let entry = UnitEntry { id: id.clone(), name: name.to_owned(), parent_id: None, position: 0 };
    server.db().write(|tx| directory::put_unit(tx, &entry)).unwrap();
    id
}

fn seat(server: &TestServer, person: &PersonId, unit: &UnitId, title: &str) {
    let entry = PersonEntry {
        id: person.clone(),
        name: PersonName { full: "丹羽 一郎".to_owned(), phonetic: "ニワ イチロウ".to_owned() },
        posts: vec![PostEntry {
            unit: unit.clone(),
            title: Some(title.to_owned()),
            starts_on: None,
            ends_on: None,
        }],
        phones: Vec::new(),
        emails: Vec::new(),
        staff_number: Some("990001".to_owned()),
    };
    server.db().write(|tx| directory::put_person(tx, &entry)).unwrap();
}

/// The titles of who is shown in a list.
fn posts<'a>(answer: &'a Value, member: &str) -> Vec<&'a str> {
    answer[member].as_array().unwrap().iter().map(|item| item["post"].as_str().unwrap()).collect()
}

fn get(staff: &Staff, path: &str) -> Value {
    staff.get(path).expect(200).json()
}

#[test]
fn another_day_is_told_by_every_address_of_the_directory() {
    on_each_backend(|server| {
        let (hanako, taro) = (server.staff("hanako"), server.staff("taro"));
        let (north, south) = (unit(server, "北課"), unit(server, "南課"));
        seat(server, &taro.person, &north, "主事");
        server.clock().advance(std::time::Duration::from_hours(72));
        seat(server, &taro.person, &south, "主任");
        let hanako = hanako.on_another_phone();
        let today = directory::office_day(server.db().now());
        let before = today.pred_opt().unwrap();
        let person = format!("directory/people/{}", taro.person);

        let now = get(&hanako, &person);
        assert_eq!((&now["post"], &now["posts"]), (&json!("主任"), &Value::Null), "no more than before");
        let then = hanako.get(&format!("{person}?asOf={before}")).expect(200);
        let tag = then.etag();
        assert_eq!((&then.json()["post"], &then.json()["unit"]["name"]), (&json!("主事"), &json!("北課")));
        assert_eq!(then.json()["posts"][0]["endsOn"], before.to_string());
        hanako
            .ask("GET", &format!("{person}?asOf={before}"))
            .header("if-none-match", &tag)
            .send()
            .expect(304);
        assert_eq!(get(&hanako, &format!("{person}?asOf={today}")), now);

        let members = |unit: &UnitId, day: &str| get(&hanako, &format!("directory/units/{unit}?asOf={day}"));
        assert_eq!(posts(&members(&north, &before.to_string()), "members"), ["主事"]);
        assert!(posts(&members(&north, &today.to_string()), "members").is_empty());
        let found = get(&hanako, &format!("directory/people?q=niwa&unit={north}&facets=unit&asOf={before}"));
        assert_eq!(posts(&found, "items"), ["主事"]);
        let history = get(&hanako, &format!("{person}/posts"));
        assert_eq!(posts(&history, "items"), ["主任", "主事"]);
        assert_eq!(history["items"][1]["state"], "past");

        // What is prepared is told before its day, once it was announced.
        let april = "2031-04-01".parse().unwrap();
        let post = RosterPost { unit: vec!["西課".to_owned()], title: Some("係長".to_owned()) };
        let said = RosterPerson {
            staff_number: "990001".to_owned(),
            name: "丹羽 一郎".to_owned(),
            phonetic: None,
            posts: Some(vec![post]),
            phones: std::collections::BTreeMap::new(),
            emails: None,
        };
        let roster = Roster {
            people: vec![said],
            says_titles: true,
            whole: false,
            by_address: true,
            source: None,
            effective_on: None,
        };
        server.db().write(|tx| directory::prepare_roster(tx, april, &roster)).unwrap();
        assert_eq!(get(&hanako, &format!("{person}?asOf=2031-04-01"))["post"], "主任");
        assert_eq!(posts(&get(&hanako, &format!("{person}/posts")), "items"), ["主任", "主事"]);
        server.db().write(|tx| directory::announce_roster(tx, april)).unwrap();
        assert_eq!(get(&hanako, &format!("{person}?asOf=2031-03-31"))["post"], "主任");
        assert_eq!(get(&hanako, &format!("{person}?asOf=2031-04-01"))["unit"]["name"], "西課");
        assert_eq!(posts(&get(&hanako, &format!("{person}/posts")), "items"), ["係長", "主任", "主事"]);
    });
}

#[test]
fn what_is_no_day_is_refused_and_who_is_nobody_is_not_there() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        let person = format!("directory/people/{}", hanako.person);
        for (bad, code) in [
            ("2026-13-01", "date"),
            ("2026-4-1", "date"),
            ("", "date"),
            ("1899-12-31", "year"),
            ("9999-12-31", "year"),
        ] {
            for path in [&person, "directory/people"] {
                let problem = hanako.get(&format!("{path}?asOf={bad}")).problem(400, "bad-query");
                assert_eq!(problem["errors"][0]["code"], code, "{path} {bad}");
            }
        }
        let both = hanako.get("directory/people?asOf=2026-01-01&with=reach").problem(400, "bad-query");
        assert_eq!(both["errors"][0]["code"], "now-only");
        let nobody: PersonId = renraku_base::Entropy.new_id(server.db().now());
        for path in ["posts", "?asOf=2020-01-01"] {
            let path = format!("directory/people/{nobody}/{path}").replace("/?", "?");
            hanako.get(&path).problem(404, "not-found");
        }
    });
}
