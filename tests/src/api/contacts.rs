//! Contacts and address books.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::harness::{Staff, on_each_backend};

fn names(list: &Value) -> Vec<&str> {
    list["items"].as_array().unwrap().iter().map(|item| item["name"]["full"].as_str().unwrap()).collect()
}

fn yamada() -> Value {
    json!({
        "name": {"full": "山田 太郎", "components": [
            {"kind": "surname", "value": "山田", "phonetic": "ヤマダ"},
            {"kind": "given", "value": "太郎", "phonetic": "タロウ"},
        ]},
        "organizations": {"o": {"name": "北見測量株式会社"}},
        "phones": {"p": {"number": "0157-23-0101", "features": {"voice": true}}},
        "example.com:rank": [1, null, {"deep": true}],
    })
}

fn book(who: &Staff, name: &str) -> String {
    let made = who.post("address-books", &json!({"name": name})).expect(201).json();
    made["id"].as_str().unwrap().to_owned()
}

#[test]
fn a_short_body_becomes_a_whole_card_and_keeps_what_nobody_knows() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        let id = Uuid::now_v7().to_string();
        let mut body = yamada();
        body["id"] = id.as_str().into();
        let made = hanako.post("contacts", &body).expect(201);
        let card = made.json();
        assert_eq!(
            (&card["@type"], &card["version"], &card["id"]),
            (&json!("Card"), &json!("1.0"), &json!(id))
        );
        assert_eq!(card["uid"], format!("urn:uuid:{id}"));
        assert_eq!(card["etag"], made.etag());
        for member in ["name", "organizations", "phones", "example.com:rank"] {
            assert_eq!(card[member], body[member]);
        }
        let path = format!("contacts/{id}");
        assert_eq!(hanako.get(&path).expect(200).json(), card);
        hanako.ask("GET", &path).header("if-none-match", &made.etag()).send().expect(304);
        let books = hanako.get("address-books").expect(200).json();
        assert_eq!(books["items"][0]["id"], card["addressBookId"]);
        assert_eq!(
            (&books["items"][0]["isDefault"], &books["items"][0]["role"]),
            (&json!(true), &json!("manage"))
        );
        hanako.post("contacts", &json!({"id": id, "name": {"full": "山田"}})).problem(409, "id-taken");
        let same = json!({"uid": card["uid"], "name": {"full": "山田"}});
        let same = hanako.post("contacts", &same).problem(409, "uid-taken");
        assert_eq!(same["contactId"], id);
    });
}

#[test]
fn everything_wrong_with_a_card_is_named() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        let wrong = json!({"name": "山田", "emails": {"e": {"pref": 0}}, "kind": 7});
        let problem = hanako.post("contacts", &wrong).problem(422, "invalid");
        let mut told: Vec<String> = problem["errors"]
            .as_array()
            .unwrap()
            .iter()
            .map(|error| {
                assert!(!error["detail"].as_str().unwrap().is_empty());
                format!("{} {}", error["pointer"].as_str().unwrap(), error["code"].as_str().unwrap())
            })
            .collect();
        told.sort();
        assert_eq!(
            told,
            ["/emails/e/address required", "/emails/e/pref out-of-range", "/kind type", "/name type"]
        );
        hanako.post("contacts", &json!([])).problem(422, "invalid");
        let nowhere = json!({"addressBookId": Uuid::now_v7(), "name": {"full": "山田"}});
        hanako.post("contacts", &nowhere).problem(404, "not-found");
        assert!(names(&hanako.get("contacts").expect(200).json()).is_empty());
    });
}

#[test]
fn a_contact_has_something_to_be_called_by() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        for nobody in [
            json!({}),
            json!({"name": {}}),
            json!({"name": {"full": " ", "components": []}, "phones": {"1": {"number": "0155-26-1111"}}}),
            json!({"organizations": {"1": {"units": []}}}),
        ] {
            let problem = hanako.post("contacts", &nobody).problem(422, "invalid");
            assert_eq!(
                (&problem["errors"][0]["pointer"], &problem["errors"][0]["code"]),
                (&json!("/name"), &json!("nameless-contact")),
                "{nobody}"
            );
        }
        for somebody in [
            json!({"name": {"components": [{"kind": "surname", "value": "山田"}]}}),
            json!({"organizations": {"1": {"units": [{"name": "技術部"}]}}}),
        ] {
            hanako.post("contacts", &somebody).expect(201);
        }
        let both = json!({"name": {"full": "山田"}, "organizations": {"1": {"name": "北見測量"}}});
        let made = hanako.post("contacts", &both).expect(201);
        let path = format!("contacts/{}", made.json()["id"].as_str().unwrap());
        let one = hanako.patch(&path, &made.etag(), &json!({"name": null})).expect(200);
        let none = hanako.patch(&path, &one.etag(), &json!({"organizations": null})).problem(422, "invalid");
        assert_eq!(none["errors"][0]["code"], "nameless-contact");
        assert_eq!(hanako.get(&path).expect(200).etag(), one.etag());
    });
}

#[test]
fn the_standards_other_name_of_the_address_book_is_told_apart() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        let book = hanako.post("address-books", &json!({"name": "業者"})).expect(201).json();
        let into = json!({book["id"].as_str().unwrap(): true});
        let mut body = yamada();
        body["addressBookIds"] = into.clone();
        let made = hanako.post("contacts", &yamada()).expect(201);
        let path = format!("contacts/{}", made.json()["id"].as_str().unwrap());
        for answer in
            [hanako.post("contacts", &body), hanako.patch(&path, "*", &json!({"addressBookIds": into}))]
        {
            let problem = answer.problem(422, "invalid");
            let error = &problem["errors"][0];
            assert_eq!(
                (&error["pointer"], &error["code"]),
                (&json!("/addressBookIds"), &json!("other-name"))
            );
            assert!(error["detail"].as_str().unwrap().contains("addressBookId）"), "{problem}");
        }
        assert_eq!(names(&hanako.get("contacts").expect(200).json()).len(), 1);
        // To take away what is not there is no mistake.
        hanako.patch(&path, "*", &json!({"addressBookIds": null})).expect(200);
        body["addressBookIds"] = Value::Null;
        hanako.post("contacts", &body).expect(201);
    });
}

#[test]
fn a_contact_is_changed_moved_and_deleted_in_the_version_that_was_seen() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        let first = hanako.post("contacts", &yamada()).expect(201);
        let path = format!("contacts/{}", first.json()["id"].as_str().unwrap());
        hanako.ask("PATCH", &path).fresh_key().json(&json!({})).send().problem(428, "if-match-required");
        let change = json!({"phones": {"p": null, "q": {"number": "090-1234-5678"}}});
        let second = hanako.patch(&path, &first.etag(), &change).expect(200);
        assert_eq!(second.json()["phones"], json!({"q": {"number": "090-1234-5678"}}));
        let stale = hanako.patch(&path, &first.etag(), &change).problem(412, "stale");
        assert_eq!(stale["current"], second.json());
        let fixed = hanako.patch(&path, &second.etag(), &json!({"uid": "other"})).problem(422, "invalid");
        assert_eq!(fixed["errors"][0]["code"], "read-only");

        // What is null is taken away (RFC 7396), a word or all of them.
        let words = |tag: &str, keywords: Value| {
            let changed = hanako.patch(&path, tag, &json!({"keywords": keywords})).expect(200);
            (changed.etag(), changed.json()["keywords"].clone())
        };
        let (tag, two) = words(&second.etag(), json!({"a": true, "b": true}));
        assert_eq!((&two["a"], &two["b"]), (&json!(true), &json!(true)));
        let (tag, one) = words(&tag, json!({"a": null}));
        assert_eq!((&one["a"], &one["b"]), (&Value::Null, &json!(true)));
        let (tag, none) = words(&tag, Value::Null);
        assert_eq!(none, Value::Null);

        let target = book(&hanako, "業者");
        let moved = hanako.patch(&path, &tag, &json!({"addressBookId": target})).expect(200);
        assert_eq!(moved.json()["addressBookId"], target);
        let there = format!("contacts?addressBooks={target}");
        assert_eq!(names(&hanako.get(&there).expect(200).json()), ["山田 太郎"]);
        hanako.delete(&path, &second.etag()).problem(412, "stale");
        hanako.delete(&path, &moved.etag()).expect(204);
        hanako.get(&path).problem(404, "not-found");
    });
}

#[test]
fn a_repeated_write_has_one_effect() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        let key = Uuid::new_v4().to_string();
        let create = || {
            hanako.ask("POST", "contacts").header("idempotency-key", &key).json(&yamada()).send().expect(201)
        };
        let first = create();
        let again = create();
        assert_eq!(again.header("idempotent-replayed"), Some("true"));
        assert_eq!(again.json(), first.json());
        assert_eq!(names(&hanako.get("contacts").expect(200).json()).len(), 1);
    });
}

#[test]
fn a_contact_is_found_in_any_spelling_and_by_its_number() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        hanako.post("contacts", &yamada()).expect(201);
        hanako.post("contacts", &json!({"name": {"full": "阿部 一"}})).expect(201);
        for q in ["山", "やまだ", "ﾔﾏﾀﾞ", "yamada%20tarou", "測量", "230101", "山田%E3%80%80北見"]
        {
            let found = hanako.get(&format!("contacts?q={q}")).expect(200).json();
            assert_eq!(names(&found), ["山田 太郎"], "{q}");
        }
        let page = hanako.get("contacts?limit=1").expect(200).json();
        let next = page["nextCursor"].as_str().unwrap();
        let rest = hanako.get(&format!("contacts?limit=1&cursor={next}")).expect(200).json();
        assert_eq!(rest["nextCursor"], Value::Null);
        assert_eq!(names(&page).len() + names(&rest).len(), 2);
        for phone in ["0157230101", "%2B81157230101", "0157-23-0101"] {
            let callers = hanako.get(&format!("contacts/lookup?phone={phone}")).expect(200).json();
            assert_eq!(names(&callers), ["山田 太郎"], "{phone}");
        }
        for wrong in ["limit=0", "cursor=zz", "addressBooks=x", "unknown=1"] {
            hanako.get(&format!("contacts?{wrong}")).problem(400, "bad-query");
        }
        hanako.get(&format!("contacts?q={}", "a".repeat(201))).problem(400, "bad-query");
        hanako.get("contacts/nonsense").problem(404, "not-found");
    });
}

#[test]
fn an_address_book_is_seen_by_those_with_whom_it_is_shared() {
    on_each_backend(|server| {
        let (hanako, taro) = (server.staff("hanako"), server.staff("taro"));
        let shared = book(&hanako, "業者");
        let mut body = yamada();
        body["addressBookId"] = shared.as_str().into();
        let contact = hanako.post("contacts", &body).expect(201);
        let (book_path, contact_path) = (
            format!("address-books/{shared}"),
            format!("contacts/{}", contact.json()["id"].as_str().unwrap()),
        );
        let shares = format!("{book_path}/shares");
        for path in [&book_path, &contact_path, &shares, &format!("contacts?addressBooks={shared}")] {
            taro.get(path).problem(404, "not-found");
        }
        taro.patch(&contact_path, "*", &json!({})).problem(404, "not-found");
        taro.post("contacts", &body).problem(404, "not-found");
        taro.post(&shares, &json!({"grantee": {"type": "everyone"}, "role": "read"}))
            .problem(404, "not-found");

        let to_taro =
            |role: Value| json!({"grantee": {"type": "person", "personId": taro.person}, "role": role});
        assert_eq!(hanako.post(&shares, &to_taro(json!("read"))).expect(200).json(), to_taro(json!("read")));
        let seen = taro.get(&book_path).expect(200);
        assert_eq!((&seen.json()["kind"], &seen.json()["role"]), (&json!("shared"), &json!("read")));
        assert_eq!(taro.get(&contact_path).expect(200).json(), contact.json());
        assert_eq!(names(&taro.get("contacts?q=yamada").expect(200).json()), ["山田 太郎"]);
        taro.patch(&contact_path, "*", &json!({})).problem(403, "forbidden");
        taro.delete(&book_path, "*").problem(403, "forbidden");
        taro.get(&shares).problem(403, "forbidden");

        hanako.post(&shares, &to_taro(json!("write"))).expect(200);
        taro.patch(&contact_path, &contact.etag(), &json!({"kind": "individual"})).expect(200);
        assert_ne!(taro.get(&book_path).expect(200).etag(), seen.etag());
        assert_eq!(hanako.get(&shares).expect(200).json()["items"].as_array().unwrap().len(), 2);

        hanako.post(&shares, &to_taro(Value::Null)).expect(204);
        taro.get(&contact_path).problem(404, "not-found");
        assert!(names(&taro.get("contacts").expect(200).json()).is_empty());

        hanako.post(&shares, &json!({"grantee": {"type": "everyone"}})).problem(422, "invalid");
        hanako
            .post(&shares, &json!({"grantee": {"type": "everyone"}, "role": "freeBusy"}))
            .problem(422, "invalid");
        let nobody = json!({"grantee": {"type": "unit", "unitId": Uuid::now_v7()}, "role": "read"});
        hanako.post(&shares, &nobody).problem(422, "invalid");
        let owner = json!({"grantee": {"type": "person", "personId": hanako.person}, "role": null});
        hanako.post(&shares, &owner).problem(409, "address-book-fixed");
    });
}

#[test]
fn an_address_book_is_renamed_and_deleted_with_its_contacts() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        let made = hanako.post("address-books", &json!({"name": " 業者 "})).expect(201);
        assert_eq!(made.json()["name"], "業者");
        let path = format!("address-books/{}", made.json()["id"].as_str().unwrap());
        let mut body = yamada();
        body["addressBookId"] = made.json()["id"].clone();
        hanako.post("contacts", &body).expect(201);
        let renamed = hanako.patch(&path, &made.etag(), &json!({"name": "取引業者"})).expect(200);
        hanako.patch(&path, &made.etag(), &json!({"name": "x"})).problem(412, "stale");
        hanako.patch(&path, &renamed.etag(), &json!({"name": ""})).problem(422, "invalid");
        hanako.patch(&path, &renamed.etag(), &json!({"owner": "x"})).problem(422, "invalid");
        hanako.delete(&path, &renamed.etag()).expect(204);
        hanako.get(&path).problem(404, "not-found");
        assert!(names(&hanako.get("contacts").expect(200).json()).is_empty());

        let default = hanako.post("contacts", &yamada()).expect(201).json()["addressBookId"].clone();
        let default = format!("address-books/{}", default.as_str().unwrap());
        hanako.delete(&default, "*").problem(409, "address-book-fixed");
        hanako
            .ask("POST", "address-books")
            .json(&json!({"name": "x"}))
            .send()
            .problem(400, "idempotency-key-required");
    });
}

#[test]
fn contacts_come_by_sync_and_go_with_the_right() {
    on_each_backend(|server| {
        let (hanako, taro) = (server.staff("hanako"), server.staff("taro"));
        let types = json!(["addressBooks", "contacts"]);
        let sync = |token: &Value| {
            let mut ask = json!({"types": types});
            if !token.is_null() {
                ask["token"] = token.clone();
            }
            taro.ask("POST", "sync").json(&ask).send().expect(200).json()
        };
        let token = sync(&Value::Null)["token"].clone();
        assert!(token.is_string());
        let shared = book(&hanako, "業者");
        let mut body = yamada();
        body["addressBookId"] = shared.as_str().into();
        let contact = hanako.post("contacts", &body).expect(201).json();
        let grantee = json!({"type": "person", "personId": taro.person});
        let shares = format!("address-books/{shared}/shares");
        hanako.post(&shares, &json!({"grantee": grantee, "role": "read"})).expect(200);
        let gained = sync(&token);
        assert_eq!(gained["changed"]["contacts"], json!([contact]), "{gained}");
        assert_eq!(gained["changed"]["addressBooks"][0]["id"], shared, "{gained}");
        hanako.post(&shares, &json!({"grantee": grantee, "role": null})).expect(204);
        let lost = sync(&gained["token"]);
        assert_eq!(lost["destroyed"]["addressBooks"], json!([shared]), "{lost}");
    });
}
