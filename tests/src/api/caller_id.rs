//! The numbers for a phone's own dialler.

use renraku_base::{Entropy, UnitId};
use renraku_db::meta;
use renraku_people::directory::{
    PersonEntry, PersonName, Phone, PhoneKind, PostEntry, UnitEntry, service as directory,
};
use serde_json::{Value, json};

use crate::harness::{TestServer, on_each_backend};

fn phone(number: &str, kind: PhoneKind) -> Phone {
    Phone { number: number.to_owned(), kind }
}

fn person(server: &TestServer, full: &str, unit: &UnitId, outside: &str) -> PersonEntry {
    PersonEntry {
        id: Entropy.new_id(server.db().now()),
        name: PersonName { full: full.to_owned(), phonetic: String::new() },
        posts: vec![PostEntry {
            unit: unit.clone(),
            title: Some("主事".to_owned()),
            starts_on: None,
            ends_on: None,
        }],
        phones: vec![phone("7001", PhoneKind::Extension), phone(outside, PhoneKind::Outside)],
        emails: Vec::new(),
        staff_number: None,
    }
}

/// A section with these people.
fn fill(server: &TestServer, people: impl Fn(&UnitId) -> Vec<PersonEntry>) -> Vec<PersonEntry> {
    let unit = UnitEntry {
        id: Entropy.new_id(server.db().now()),
        name: "給与係".to_owned(),
        parent_id: None,
        position: 0,
    };
    let people = people(&unit.id);
    server.db().write(|tx| directory::bulk_insert(tx, std::slice::from_ref(&unit), &people)).unwrap();
    people
}

fn put(server: &TestServer, entry: &PersonEntry) {
    server.db().write(|tx| directory::put_person(tx, entry)).unwrap();
}

fn path(answer: &Value) -> String {
    format!("directory/caller-id?token={}", answer["token"].as_str().unwrap())
}

#[test]
fn a_phone_takes_all_numbers_and_then_what_changed() {
    on_each_backend(|server| {
        let people = fill(server, |unit| {
            vec![
                person(server, "髙橋 健一", unit, "0155-26-7001"),
                person(server, "太田 愛", unit, "090-1234-5678"),
            ]
        });
        let hanako = server.staff("hanako");
        let first = hanako.get("directory/caller-id").expect(200);
        let all = first.json();
        assert_eq!(
            all,
            json!({
                "token": all["token"], "more": false, "remove": [],
                "add": [
                    {"number": "81155267001", "label": "髙橋 健一 / 給与係・主事"},
                    {"number": "819012345678", "label": "太田 愛 / 給与係・主事"},
                ],
            })
        );
        let seen = |path: &str, etag: &str| hanako.ask("GET", path).header("if-none-match", etag).send();
        seen("directory/caller-id", &first.etag()).expect(304);
        seen(&path(&all), &first.etag()).expect(304);
        let nothing = hanako.get(&path(&all)).expect(200);
        assert_eq!(nothing.json(), json!({"token": all["token"], "more": false, "add": [], "remove": []}));

        // 太田 takes over the number of 髙橋, who gets another; that of 太田 is nobody's now.
        let mut entries = people;
        entries[0].phones[1].number = "0155-26-7002".to_owned();
        entries[1].phones[1].number = "0155-26-7001".to_owned();
        for entry in &entries {
            put(server, entry);
        }
        let changed = seen(&path(&all), &first.etag()).expect(200);
        let delta = changed.json();
        assert_eq!(
            delta,
            json!({
                "token": delta["token"], "more": false, "remove": ["819012345678"],
                "add": [
                    {"number": "81155267001", "label": "太田 愛 / 給与係・主事"},
                    {"number": "81155267002", "label": "髙橋 健一 / 給与係・主事"},
                ],
            })
        );
        assert_ne!(changed.etag(), first.etag());
        seen(&path(&delta), &changed.etag()).expect(304);
    });
}

#[test]
fn many_numbers_come_in_pages_while_they_change() {
    on_each_backend(|server| {
        let people = fill(server, |unit| {
            (0..6_000)
                .map(|at| person(server, "応援 職員", unit, &format!("0155-3{}-{:04}", at / 1_000, at)))
                .collect()
        });
        let hanako = server.staff("hanako");
        let first = hanako.get("directory/caller-id").expect(200);
        let mut answer = first.json();
        assert_eq!((answer["add"].as_array().unwrap().len(), &answer["more"]), (5_000, &json!(true)));
        server.db().write(|tx| directory::end_person(tx, &people[0].id)).unwrap();
        let second =
            hanako.ask("GET", &path(&answer)).header("if-none-match", &first.etag()).send().expect(200);
        answer = second.json();
        assert_eq!((answer["add"].as_array().unwrap().len(), &answer["more"]), (1_000, &json!(true)));
        answer = hanako.get(&path(&answer)).expect(200).json();
        assert_eq!(answer["remove"], json!(["81155300000"]));
        assert_eq!((&answer["add"], &answer["more"]), (&json!([]), &json!(false)));
    });
}

#[test]
fn a_token_that_cannot_be_used_is_gone() {
    on_each_backend(|server| {
        fill(server, |unit| vec![person(server, "髙橋 健一", unit, "0155-26-7001")]);
        let (hanako, taro) = (server.staff("hanako"), server.staff("taro"));
        let all = hanako.get("directory/caller-id").expect(200).json();
        taro.get(&path(&all)).problem(410, "resync-required");
        for damaged in ["", "x", "AAAA", &all["token"].as_str().unwrap()[1..]] {
            hanako.get(&format!("directory/caller-id?token={damaged}")).problem(410, "resync-required");
        }
        let synced = hanako.ask("POST", "sync").json(&json!({})).send().expect(200).json();
        hanako.get(&path(&synced)).problem(410, "resync-required");
        hanako.get("directory/caller-id?since=1").problem(400, "bad-query");
        server.anonymous().get("directory/caller-id").expect(401);
        server.db().write(meta::renew_epoch).unwrap();
        hanako.get(&path(&all)).problem(410, "resync-required");
    });
}

#[test]
fn contacts_are_among_the_numbers_of_who_chose_so() {
    on_each_backend(|server| {
        fill(server, |unit| vec![person(server, "髙橋 健一", unit, "0155-26-7001")]);
        let (hanako, taro) = (server.staff("hanako"), server.staff("taro"));
        let contact = |staff: &crate::harness::Staff, book: Option<&Value>, number: &str| {
            let mut card = json!({"name": {"full": "田中医院"}, "phones": {"p": {"number": number}}});
            if let Some(book) = book {
                card["addressBookId"] = book.clone();
            }
            staff.post("contacts", &card).expect(201)
        };
        contact(&hanako, None, "0155-26-7001");
        let made = contact(&hanako, None, "090-1234-5678");
        let first = hanako.get("directory/caller-id").expect(200);
        assert_eq!(first.json()["add"].as_array().unwrap().len(), 1, "nobody is told of contacts unasked");
        let preferences = hanako.get("me/preferences").expect(200);
        assert_eq!(preferences.json()["callerId"], json!({"contacts": "none"}));
        let choice = json!({"callerId": {"contacts": "all"}});
        hanako.patch("me/preferences", &preferences.etag(), &choice).expect(200);
        let all = hanako.ask("GET", &path(&first.json())).header("if-none-match", &first.etag()).send();
        let all = all.expect(200);
        let label = |number: &str, label: &str| json!({"number": number, "label": label});
        let both = label("81155267001", "髙橋 健一 ほか1名");
        assert_eq!(all.json()["add"], json!([both, label("819012345678", "田中医院")]));
        let same = hanako.ask("GET", &path(&all.json())).header("if-none-match", &all.etag()).send();
        same.expect(304);
        taro.get(&path(&all.json())).problem(410, "resync-required");
        // Of a book that somebody shares.
        let book = taro.post("address-books", &json!({"name": "業者"})).expect(201).json();
        contact(&taro, Some(&book["id"]), "0155-30-1111");
        let shares = format!("address-books/{}/shares", book["id"].as_str().unwrap());
        let grant =
            |role: Value| json!({"grantee": {"type": "person", "personId": hanako.person}, "role": role});
        taro.post(&shares, &grant(json!("read"))).expect(200);
        let gained = hanako.get(&path(&all.json())).expect(200).json();
        assert_eq!(gained["add"], json!([label("81155301111", "田中医院")]));
        taro.post(&shares, &grant(Value::Null)).expect(204);
        let lost = hanako.get(&path(&gained)).expect(200).json();
        assert_eq!((&lost["add"], &lost["remove"]), (&json!([]), &json!(["81155301111"])));
        let gone = format!("contacts/{}", made.json()["id"].as_str().unwrap());
        hanako.delete(&gone, &made.etag()).expect(204);
        let after = hanako.get(&path(&lost)).expect(200).json();
        assert_eq!(after["remove"], json!(["819012345678"]));
        server.db().write(meta::renew_epoch).unwrap();
        hanako.get(&path(&after)).problem(410, "resync-required");
    });
}

#[test]
fn at_ring_time_staff_come_before_contacts_that_may_be_read() {
    on_each_backend(|server| {
        fill(server, |unit| vec![person(server, "髙橋 健一", unit, "0155-26-7001")]);
        let (hanako, taro) = (server.staff("hanako"), server.staff("taro"));
        let card = json!({"name": {"full": "田中医院"}, "phones": {"p": {"number": "0155 26 7001"}}});
        let made = hanako.post("contacts", &card).expect(201).json();
        let found = hanako.get("directory/lookup?phone=%2B81155267001").expect(200).json();
        assert_eq!(found["items"][0]["name"]["full"], "髙橋 健一");
        assert_eq!((found["items"].as_array().unwrap().len(), &found["contacts"]), (1, &json!([made])));
        assert!(taro.get("directory/lookup?phone=0155267001").expect(200).json().get("contacts").is_none());
    });
}
