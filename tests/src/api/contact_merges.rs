//! Contacts that look the same are found, made one, and apart again.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::harness::{Answer, Staff, on_each_backend};

fn contact(who: &Staff, mail: &str) -> Answer {
    who.post("contacts", &json!({"name": {"full": "山田 太郎"}, "emails": {"e": {"address": mail}}}))
        .expect(201)
}

fn version(of: &Answer) -> Value {
    json!({"id": of.json()["id"], "etag": of.etag()})
}

fn path(of: &Answer) -> String {
    format!("contacts/{}", of.json()["id"].as_str().unwrap())
}

fn sync(who: &Staff, token: &Value) -> Value {
    let mut ask = json!({"types": ["contacts"]});
    if !token.is_null() {
        ask["token"] = token.clone();
    }
    who.ask("POST", "sync").json(&ask).send().expect(200).json()
}

#[test]
fn duplicates_are_found_merged_and_apart_again() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        let (keep, goes) = (contact(&hanako, "taro@example.jp"), contact(&hanako, "yamada@example.jp"));
        let found = hanako.get("contacts/duplicates").expect(200).json();
        let group = &found["items"][0];
        assert_eq!(
            (&group["reasons"], &group["addressBookId"]),
            (&json!(["name"]), &keep.json()["addressBookId"])
        );
        let mut ids = [&keep, &goes].map(version).to_vec();
        ids.sort_by_key(|it| it["id"].as_str().unwrap().to_owned());
        assert_eq!((&group["contacts"], found["items"].as_array().unwrap().len()), (&json!(ids), 1));

        let before = sync(&hanako, &Value::Null);
        let key = Uuid::new_v4().to_string();
        let merge = || {
            let body = json!({"keep": version(&keep), "merge": [version(&goes)]});
            hanako
                .ask("POST", "contacts/merge")
                .header("idempotency-key", &key)
                .json(&body)
                .send()
                .expect(201)
        };
        let merged = merge();
        let again = merge();
        assert_eq!(again.header("idempotent-replayed"), Some("true"));
        assert_eq!(again.json(), merged.json());
        let now = hanako.get(&path(&keep)).expect(200);
        assert_eq!(now.json()["emails"].as_object().unwrap().len(), 2);
        assert_eq!(now.etag(), merged.etag());
        hanako.get(&path(&goes)).problem(404, "not-found");
        assert_eq!(hanako.get("contacts/duplicates").expect(200).json()["items"], json!([]));
        assert_eq!(hanako.get("contacts/merges").expect(200).json(), json!({"items": [merged.json()]}));
        let delta = sync(&hanako, &before["token"]);
        assert_eq!(delta["changed"]["contacts"], json!([now.json()]));
        assert_eq!(delta["destroyed"]["contacts"], json!([goes.json()["id"]]));

        let undo = format!("contacts/merges/{}/undo", merged.json()["id"].as_str().unwrap());
        server.staff("taro").post(&undo, &json!({})).problem(404, "not-found");
        let back = hanako.post(&undo, &json!({})).expect(200);
        assert_eq!(back.json()["emails"], keep.json()["emails"]);
        assert_eq!(hanako.get(&path(&goes)).expect(200).json()["emails"], goes.json()["emails"]);
        let delta = sync(&hanako, &delta["token"]);
        assert_eq!(delta["changed"]["contacts"].as_array().unwrap().len(), 2);
        hanako.post(&undo, &json!({})).problem(404, "not-found");
    });
}

#[test]
fn what_changed_in_the_meantime_is_neither_merged_nor_undone() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        let (keep, goes) = (contact(&hanako, "taro@example.jp"), contact(&hanako, "yamada@example.jp"));
        let changed =
            hanako.patch(&path(&goes), &goes.etag(), &json!({"notes": {"n": {"note": "x"}}})).expect(200);
        let merge = |other: &Answer| {
            hanako.post("contacts/merge", &json!({"keep": version(&keep), "merge": [version(other)]}))
        };
        let refused = merge(&goes).problem(409, "contact-changed");
        assert_eq!(refused["contactId"], goes.json()["id"]);
        let merged = merge(&changed).expect(201);
        hanako.patch(&path(&keep), "*", &json!({"notes": {"m": {"note": "y"}}})).expect(200);
        let undo = format!("contacts/merges/{}/undo", merged.json()["id"].as_str().unwrap());
        assert_eq!(
            hanako.post(&undo, &json!({})).problem(409, "contact-changed")["contactId"],
            keep.json()["id"]
        );
        for (wrong, at) in [
            (json!({"keep": version(&keep), "merge": []}), "/merge"),
            (json!({"keep": version(&keep), "merge": [version(&keep)]}), "/merge/0/id"),
            (json!({"keep": version(&keep)}), "/merge"),
            (json!({"keep": {"id": "x", "etag": ""}, "merge": [version(&keep)]}), "/keep/id"),
        ] {
            let refused = hanako.post("contacts/merge", &wrong).problem(422, "invalid");
            assert_eq!(refused["errors"][0]["pointer"], at, "{wrong}");
        }
        hanako.get("contacts/duplicates?cursor=zz").problem(400, "bad-query");
    });
}

#[test]
fn contacts_are_listed_by_keyword_and_group() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        let one = hanako
            .post("contacts", &json!({"name": {"full": "山田"}, "keywords": {"測量": true}}))
            .expect(201);
        hanako.post("contacts", &json!({"name": {"full": "鈴木"}})).expect(201);
        let members = json!({one.json()["uid"].as_str().unwrap(): true});
        let group = json!({"kind": "group", "name": {"full": "防災"}, "members": members});
        let group = hanako.post("contacts", &group).expect(201).json()["id"].clone();
        assert_eq!(
            hanako.get("contacts/keywords").expect(200).json(),
            json!({"items": [{"keyword": "測量", "count": 1}]})
        );
        let names = |query: &str| {
            let list = hanako.get(&format!("contacts?{query}")).expect(200).json();
            let items = list["items"].as_array().unwrap().iter();
            items.map(|it| it["name"]["full"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(names("keyword=%E6%B8%AC%E9%87%8F"), ["山田"]);
        assert_eq!(names("kind=group"), ["防災"]);
        assert_eq!(names(&format!("memberOf={}", group.as_str().unwrap())), ["山田"]);
        let foreign = format!("contacts?memberOf={}", group.as_str().unwrap());
        server.staff("taro").get(&foreign).problem(404, "not-found");
    });
}
