//! Calendars and whom they are shared with.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::harness::{Staff, on_each_backend};

fn listed(who: &Staff) -> Vec<String> {
    let list = who.get("calendars").expect(200).json();
    list["items"].as_array().unwrap().iter().map(|it| it["id"].as_str().unwrap().to_owned()).collect()
}

fn share(calendar: &str, grantee: &Value, role: &Value) -> (String, Value) {
    (format!("calendars/{calendar}/shares"), json!({"grantee": grantee, "role": role}))
}

#[test]
fn my_default_calendar_comes_first_and_stays() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        let id = Uuid::now_v7().to_string();
        let made =
            hanako.post("calendars", &json!({"id": id, "name": "出張", "color": "#1a73e8"})).expect(201);
        assert_eq!((&made.json()["id"], &made.json()["role"]), (&json!(id), &json!("manage")));
        assert_eq!(made.json()["etag"], made.etag());
        assert_eq!(listed(&hanako), [hanako.calendar.clone(), id.clone()]);
        hanako.post("calendars", &json!({"id": id, "name": "別"})).problem(409, "id-taken");
        let wrong = hanako.post("calendars", &json!({"name": " ", "color": "red"})).problem(422, "invalid");
        assert_eq!(wrong["errors"].as_array().unwrap().len(), 2);
        hanako.post("calendars", &json!({"name": "x", "owner": "me"})).problem(422, "invalid");

        let first = hanako.get(&format!("calendars/{}", hanako.calendar)).expect(200);
        let delete = |id: &str, etag: &str| {
            hanako.ask("DELETE", &format!("calendars/{id}")).header("if-match", etag).send()
        };
        delete(&hanako.calendar, &first.etag()).problem(409, "calendar-fixed");
        delete(&id, "\"0\"").problem(412, "stale");
        delete(&id, &made.etag()).expect(204);
        assert_eq!(listed(&hanako), std::slice::from_ref(&hanako.calendar));
    });
}

#[test]
fn a_shared_calendar_appears_and_goes_with_the_right() {
    on_each_backend(|server| {
        let (hanako, taro) = (server.staff("hanako"), server.staff("taro"));
        let path = format!("calendars/{}", hanako.calendar);
        assert_eq!(
            listed(&taro),
            std::slice::from_ref(&taro.calendar),
            "busy time alone is no calendar to be listed"
        );
        taro.get(&path).problem(404, "not-found");
        let to_taro = json!({"type": "person", "personId": taro.person});
        let (shares, body) = share(&hanako.calendar, &to_taro, &json!("read"));
        taro.post(&shares, &body).problem(404, "not-found");
        assert_eq!(hanako.post(&shares, &body).expect(200).json()["role"], "read");
        assert_eq!(listed(&taro), [taro.calendar.clone(), hanako.calendar.clone()]);
        let seen = taro.get(&path).expect(200).json();
        assert_eq!((&seen["kind"], &seen["role"]), (&json!("shared"), &json!("read")));
        assert_eq!(seen["ownerName"], "試験 hanako");
        let all = taro.get("calendars").expect(200).json();
        assert_eq!((&all["items"][0]["ownerName"], &all["items"][1]), (&Value::Null, &seen));
        let synced =
            taro.ask("POST", "sync").json(&json!({"types": ["calendars"]})).send().expect(200).json();
        assert!(synced["changed"]["calendars"].as_array().unwrap().contains(&seen), "{synced}");
        taro.post(&shares, &body).problem(403, "forbidden");
        taro.get(&shares).problem(403, "forbidden");

        let to_herself = json!({"type": "person", "personId": hanako.person});
        let (_, own) = share(&hanako.calendar, &to_herself, &json!("read"));
        hanako.post(&shares, &own).problem(409, "calendar-fixed");
        let (_, none) = share(&hanako.calendar, &to_taro, &Value::Null);
        hanako.post(&shares, &none).expect(204);
        assert_eq!(listed(&taro), std::slice::from_ref(&taro.calendar));
        taro.get(&path).problem(404, "not-found");
    });
}

#[test]
fn a_right_is_given_to_who_is_there_and_never_taken_from_the_owner() {
    on_each_backend(|server| {
        let (hanako, taro) = (server.staff("hanako"), server.staff("taro"));
        let book = hanako.post("address-books", &json!({"name": "議員"})).expect(201).json();
        let paths = [
            format!("calendars/{}", hanako.calendar),
            format!("address-books/{}", book["id"].as_str().unwrap()),
        ];
        for path in paths {
            let shares = format!("{path}/shares");
            let to = |grantee: Value, role: Value| json!({"grantee": grantee, "role": role});
            let to_taro = json!({"type": "person", "personId": taro.person});
            hanako.post(&shares, &to(to_taro, json!("manage"))).expect(200);
            let fixed = if path.starts_with("cal") { "calendar-fixed" } else { "address-book-fixed" };
            let owner = json!({"type": "person", "personId": hanako.person});
            taro.post(&shares, &to(owner, Value::Null)).problem(409, fixed);
            // The owner under another name: no unit, and nothing is taken away.
            let disguised = json!({"type": "unit", "unitId": hanako.person});
            taro.post(&shares, &to(disguised.clone(), json!("read"))).problem(422, "invalid");
            taro.post(&shares, &to(disguised, Value::Null)).expect(204);
            let nobody = json!({"type": "person", "personId": Uuid::now_v7()});
            let problem = taro.post(&shares, &to(nobody, json!("read"))).problem(422, "invalid");
            assert_eq!(problem["errors"][0]["pointer"], "/grantee");
            let more = json!({"type": "everyone", "personId": taro.person});
            hanako.post(&shares, &to(more, json!("read"))).problem(422, "invalid");
            assert_eq!(hanako.get(&path).expect(200).json()["role"], "manage");
            assert_eq!(hanako.get(&shares).expect(200).json()["items"].as_array().unwrap().len(), {
                if path.starts_with("cal") { 3 } else { 2 }
            });
        }
    });
}
