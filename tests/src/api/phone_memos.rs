//! Calls that somebody took for somebody else.

use renraku_people::directory::service as directory;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::harness::{Staff, on_each_backend};

fn memo(to: &[&Staff]) -> Value {
    let to: Vec<_> = to.iter().map(|staff| &staff.person).collect();
    json!({
        "to": to, "kind": "callBack", "matter": "見積りの件",
        "caller": {"name": "帯広商店 鈴木", "number": "0155-98-1234"}, "calledAt": "2026-11-25T00:00:00Z",
    })
}

fn path(memo: &Value) -> String {
    format!("phone-memos/{}", memo["id"].as_str().unwrap())
}

fn items(who: &Staff, query: &str) -> Vec<Value> {
    let list = who.get(&format!("phone-memos{query}")).expect(200).json();
    list["items"].as_array().unwrap().clone()
}

fn sync(who: &Staff, token: &Value) -> Value {
    let mut ask = json!({"types": ["phoneMemos"]});
    if !token.is_null() {
        ask["token"] = token.clone();
    }
    who.ask("POST", "sync").json(&ask).send().expect(200).json()
}

#[test]
fn a_call_that_hanako_took_reaches_taro_and_comes_back_as_done() {
    on_each_backend(|server| {
        let (hanako, taro) = (server.staff("hanako"), server.staff("taro"));
        let (hers, his) = (sync(&hanako, &Value::Null), sync(&taro, &Value::Null));
        let made = hanako.post("phone-memos", &memo(&[&taro])).expect(201).json();

        let told = taro.get("notifications").expect(200).json()["items"][0].clone();
        assert_eq!((&told["type"], &told["phoneMemoId"]), (&json!("phoneMemo"), &made["id"]));
        assert_eq!(
            told["text"],
            "帯広商店 鈴木さんから電話がありました。折り返しをお願いします（0155-98-1234）：見積りの件"
        );
        let his = sync(&taro, &his["token"]);
        let held = &his["changed"]["phoneMemos"][0];
        assert_eq!(held, &taro.get(&path(&made)).expect(200).json());
        assert_eq!(his["changed"]["notifications"][0]["id"], told["id"]);
        assert_eq!((&held["seenAt"], &held["from"]["name"]), (&Value::Null, &json!("試験 hanako")));

        let tag = held["etag"].as_str().unwrap();
        let done = json!({"doneAt": "2026-11-25T00:00:00Z"});
        taro.ask("PATCH", &path(&made)).fresh_key().json(&done).send().problem(428, "if-match-required");
        let after = taro.patch(&path(&made), tag, &done).expect(200).json();
        assert_eq!((&after["doneAt"], &after["seenAt"]), (&done["doneAt"], &done["doneAt"]));
        let stale = taro.patch(&path(&made), tag, &json!({"doneAt": null})).problem(412, "stale");
        assert_eq!(stale["current"], after);
        assert!(items(&taro, "?done=false").is_empty());
        assert_eq!(items(&taro, "?box=received&done=true"), std::slice::from_ref(&after));

        let hers = sync(&hanako, &hers["token"]);
        let written = &hers["changed"]["phoneMemos"][0];
        assert_eq!((&written["doneAt"], &written["to"][0]["doneAt"]), (&done["doneAt"], &done["doneAt"]));
        assert_eq!(items(&hanako, "?box=written"), std::slice::from_ref(written));
        hanako.patch(&path(&made), "*", &done).problem(403, "forbidden");
        assert_eq!(hanako.get("notifications").expect(200).json()["items"], json!([]));
    });
}

#[test]
fn a_memo_is_written_once_and_gone_for_all_when_it_is_taken_back() {
    on_each_backend(|server| {
        let (hanako, taro, jiro) = (server.staff("hanako"), server.staff("taro"), server.staff("jiro"));
        let his = sync(&taro, &Value::Null);
        let key = Uuid::new_v4().to_string();
        let post = || {
            let ask = hanako.ask("POST", "phone-memos").header("idempotency-key", &key);
            ask.json(&memo(&[&taro, &jiro])).send().expect(201).json()
        };
        let made = post();
        assert_eq!(post(), made);
        assert_eq!((items(&taro, "").len(), items(&jiro, "").len()), (1, 1));
        let saburo = server.staff("saburo");
        for ask in
            [saburo.ask("GET", &path(&made)), saburo.ask("DELETE", &path(&made)).header("if-match", "*")]
        {
            ask.send().problem(404, "not-found");
        }
        let same = json!({"id": made["id"], "to": [taro.person], "caller": {"name": "別"}});
        saburo.post("phone-memos", &same).problem(409, "id-taken");

        jiro.delete(&path(&made), "*").expect(204);
        jiro.get(&path(&made)).problem(404, "not-found");
        let his = sync(&taro, &his["token"]);
        hanako.delete(&path(&made), "*").expect(204);
        let gone = sync(&taro, &his["token"]);
        assert_eq!(gone["destroyed"]["phoneMemos"], json!([made["id"]]));
        assert_eq!(gone["destroyed"]["notifications"].as_array().unwrap().len(), 1);
        assert_eq!(post(), json!({"id": made["id"]}), "it was done, and is gone");
    });
}

#[test]
fn what_is_no_memo_is_named() {
    on_each_backend(|server| {
        let (hanako, taro, jiro) = (server.staff("hanako"), server.staff("taro"), server.staff("jiro"));
        server.db().write(|tx| directory::suppress_person(tx, &jiro.person, true)).unwrap();
        let contact = taro.post("contacts", &json!({"name": {"full": "私用"}})).expect(201).json();
        let refused = |body: Value| {
            let problem = hanako.post("phone-memos", &body).problem(422, "invalid");
            let errors = problem["errors"].as_array().unwrap().iter();
            let texts = errors
                .map(|it| format!("{} {}", it["pointer"].as_str().unwrap(), it["code"].as_str().unwrap()));
            texts.collect::<Vec<_>>().join(", ")
        };
        let caller = json!({"name": "鈴木"});
        hanako.post("phone-memos", &json!([[taro.person], caller])).problem(422, "invalid");
        assert_eq!(refused(json!({"to": [hanako.person], "caller": caller})), "/to/0 to-oneself");
        assert_eq!(refused(json!({"to": [jiro.person], "caller": caller})), "/to/0 unknown-person");
        assert_eq!(refused(json!({"to": [], "caller": {}})), "/to required, /caller/name required");
        assert_eq!(refused(json!({"to": [taro.person]})), "/caller required");
        let message = json!({"to": [taro.person], "caller": caller, "kind": "message"});
        assert_eq!(refused(message), "/matter required");
        let theirs = json!({"to": [taro.person], "caller": {"name": "x", "contactId": contact["id"]}});
        assert_eq!(refused(theirs), "/caller/contactId not-found");
        let unknown = json!({"to": [taro.person], "caller": caller, "urgent": true});
        assert_eq!(refused(unknown), "/urgent unknown-field");
        let kind = json!({"to": [taro.person], "caller": caller, "kind": "fax"});
        assert_eq!(refused(kind), "/kind bad-value");
        assert!(items(&hanako, "").is_empty() && items(&taro, "").is_empty());
        hanako.get("phone-memos?box=sent").problem(400, "bad-query");
        hanako.get("phone-memos?cursor=zz").problem(400, "bad-query");
        // One's own contact may call, and a colleague by name.
        let own = hanako.post("contacts", &json!({"name": {"full": "帯広商店"}})).expect(201).json();
        let mine = json!({"to": [taro.person], "caller": {"name": "帯広商店", "contactId": own["id"]}});
        hanako.post("phone-memos", &mine).expect(201);
        let colleague = json!({"to": [taro.person], "caller": {"personId": hanako.person}});
        let made = hanako.post("phone-memos", &colleague).expect(201).json();
        assert_eq!(made["caller"]["name"], "試験 hanako");
    });
}

#[test]
fn who_does_not_want_to_hear_of_memos_has_them_all_the_same() {
    on_each_backend(|server| {
        let (hanako, taro) = (server.staff("hanako"), server.staff("taro"));
        let off = json!({"notifications": {"phoneMemos": false}});
        taro.patch("me/preferences", "*", &off).expect(200);
        hanako.post("phone-memos", &memo(&[&taro])).expect(201);
        assert_eq!(taro.get("notifications").expect(200).json()["items"], json!([]));
        assert_eq!(items(&taro, "").len(), 1);
    });
}
