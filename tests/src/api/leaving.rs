//! Whoever something is shared with leaves it.

use serde_json::{Value, json};

use crate::harness::{Staff, on_each_backend};

fn own(who: &Staff, role: Option<&str>) -> Value {
    json!({"grantee": {"type": "person", "personId": who.person}, "role": role})
}

/// A calendar and an address book of a person, each with a member in it: their paths, and those of the members.
fn made(owner: &Staff) -> [(String, String); 2] {
    let event = json!({"calendarId": owner.calendar, "title": "打合せ", "start": "2026-11-26T10:00:00", "timeZone": "Asia/Tokyo",
                       "duration": "PT1H"});
    let event = owner.post("events", &event).expect(201).json();
    let book = owner.post("address-books", &json!({"name": "議員"})).expect(201).json();
    let contact = json!({"addressBookId": book["id"], "name": {"full": "山田 太郎"}});
    let contact = owner.post("contacts", &contact).expect(201).json();
    let path = |kind: &str, id: &Value| format!("{kind}/{}", id.as_str().unwrap());
    [
        (path("calendars", &json!(owner.calendar)), path("events", &event["id"])),
        (path("address-books", &book["id"]), path("contacts", &contact["id"])),
    ]
}

#[test]
fn whoever_leaves_what_is_shared_takes_nothing_from_its_owner() {
    on_each_backend(|server| {
        let (hanako, taro) = (server.staff("hanako"), server.staff("taro"));
        for (path, member) in made(&hanako) {
            let shares = format!("{path}/shares");
            let name = hanako.get(&path).expect(200).json()["name"].clone();
            let before = hanako.get(&member).expect(200);
            taro.post(&shares, &own(&taro, None)).problem(404, "not-found");
            for role in ["read", "write", "manage"] {
                hanako.post(&shares, &own(&taro, Some(role))).expect(200);
                taro.get(&member).expect(200);
                if role != "manage" {
                    // Their own right alone is theirs to give away, and only whole.
                    taro.post(&shares, &own(&taro, Some("manage"))).problem(403, "forbidden");
                    let problem = taro.post(&shares, &own(&hanako, None)).problem(403, "forbidden");
                    assert!(problem["detail"].as_str().unwrap().contains("管理の権限"), "{problem}");
                    let etag = taro.get(&path).expect(200).etag();
                    for answer in [taro.patch(&path, &etag, &json!({"name": "x"})), taro.delete(&path, &etag)]
                    {
                        assert_eq!(answer.problem(403, "forbidden")["detail"], problem["detail"]);
                    }
                    if role == "read" {
                        let etag = taro.get(&member).expect(200).etag();
                        let other = taro.patch(&member, &etag, &json!({"x-a": 1})).problem(403, "forbidden");
                        assert!(!other["detail"].as_str().unwrap().contains("管理"), "{other}");
                    }
                }
                taro.post(&shares, &own(&taro, None)).expect(204);
                taro.get(&path).problem(404, "not-found");
                taro.get(&member).problem(404, "not-found");
                taro.post(&shares, &own(&taro, None)).problem(404, "not-found");
            }
            let after = hanako.get(&member).expect(200);
            assert_eq!((after.json(), after.etag()), (before.json(), before.etag()));
            let left = hanako.get(&shares).expect(200).json();
            assert!(!left.to_string().contains(taro.person.as_str()), "{left}");
            let told = hanako.get("notifications").expect(200).json();
            let told: Vec<&Value> = told["items"]
                .as_array()
                .unwrap()
                .iter()
                .filter(|it| it["type"] == "shareLeft" && it["details"]["title"] == name)
                .collect();
            assert_eq!(told.len(), 3, "{told:?}");
            assert_eq!(told[0]["actor"]["personId"], taro.person.as_str());
        }
    });
}

#[test]
fn the_owner_is_told_of_what_whoever_manages_it_deleted() {
    on_each_backend(|server| {
        let (hanako, taro) = (server.staff("hanako"), server.staff("taro"));
        let calendar = hanako.post("calendars", &json!({"name": "課の予定"})).expect(201);
        let book = hanako.post("address-books", &json!({"name": "議員"})).expect(201);
        for (kind, made) in [("calendars", calendar), ("address-books", book)] {
            let path = format!("{kind}/{}", made.json()["id"].as_str().unwrap());
            hanako.post(&format!("{path}/shares"), &own(&taro, Some("manage"))).expect(200);
            let etag = taro.get(&path).expect(200).etag();
            taro.ask("DELETE", &path).fresh_key().header("if-match", &etag).send().expect(204);
            hanako.get(&path).problem(404, "not-found");
            let told = hanako.get("notifications").expect(200).json();
            let name = made.json()["name"].clone();
            let of_it = |it: &&Value| it["details"]["title"] == name;
            let told = told["items"].as_array().unwrap().iter().find(of_it).unwrap();
            let text = format!("試験 taroさんが、あなたの「{}」を削除しました", name.as_str().unwrap());
            assert_eq!((&told["type"], &told["text"]), (&json!("shareDeleted"), &json!(text)));
            assert_eq!(told["actor"]["personId"], taro.person.as_str());
        }
        // Of one's own nobody is told.
        let own = hanako.post("calendars", &json!({"name": "私用"})).expect(201);
        let path = format!("calendars/{}", own.json()["id"].as_str().unwrap());
        hanako.ask("DELETE", &path).fresh_key().header("if-match", &own.etag()).send().expect(204);
        assert_eq!(hanako.get("notifications").expect(200).json()["items"].as_array().unwrap().len(), 2);
    });
}

#[test]
fn what_is_shared_with_a_group_is_not_left_alone() {
    on_each_backend(|server| {
        let (hanako, taro) = (server.staff("hanako"), server.staff("taro"));
        for (path, member) in made(&hanako) {
            let shares = format!("{path}/shares");
            hanako.post(&shares, &json!({"grantee": {"type": "everyone"}, "role": "read"})).expect(200);
            taro.post(&shares, &own(&taro, None)).problem(403, "shared-with-group");
            hanako.post(&shares, &own(&taro, Some("write"))).expect(200);
            taro.post(&shares, &own(&taro, None)).problem(403, "shared-with-group");
            assert_eq!(taro.get(&path).expect(200).json()["role"], "write", "nothing of it is done");
            taro.get(&member).expect(200);
            hanako.post(&shares, &own(&hanako, None)).expect(409);
        }
    });
}
