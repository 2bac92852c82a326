//! What is shared with a post goes with it to whoever takes it.

use std::collections::BTreeMap;

use renraku_base::{Entropy, UnitId};
use renraku_people::directory::{
    PersonEntry, PersonName, PostEntry, Roster, RosterPerson, RosterPost, UnitEntry, service as directory,
};
use serde_json::{Value, json};

use crate::{
    dav::client::Client,
    harness::{Staff, TestServer, on_each_backend},
};

fn unit(server: &TestServer, name: &str) -> UnitId {
    let id: UnitId = Entropy.new_id(server.db().now());
    let entry = UnitEntry { id: id.clone(), name: name.to_owned(), parent_id: None, position: 0 };
    server.db().write(|tx| directory::put_unit(tx, &entry)).unwrap();
    id
}

fn seat(server: &TestServer, staff: &Staff, number: &str, unit: &UnitId, title: &str) {
    let title = Some(title.to_owned());
    let entry = PersonEntry {
        id: staff.person.clone(),
        name: PersonName { full: staff.username.clone(), phonetic: "シケン".to_owned() },
        posts: vec![PostEntry { unit: unit.clone(), title, starts_on: None, ends_on: None }],
        phones: Vec::new(),
        emails: Vec::new(),
        staff_number: Some(number.to_owned()),
    };
    server.db().write(|tx| directory::put_person(tx, &entry)).unwrap();
}

fn said(staff: &Staff, number: &str, unit: &str, title: &str) -> RosterPerson {
    RosterPerson {
        staff_number: number.to_owned(),
        name: staff.username.clone(),
        phonetic: None,
        posts: Some(vec![RosterPost { unit: vec![unit.to_owned()], title: Some(title.to_owned()) }]),
        phones: BTreeMap::new(),
        emails: None,
    }
}

/// Whether a calendar is in the list of the phone and in the home of a calendar client, which never differ.
fn sees(staff: &Staff, client: &Client, calendar: &str) -> bool {
    let list = staff.get("calendars").expect(200).json();
    let listed = list["items"].as_array().unwrap().iter().any(|item| item["id"] == *calendar);
    let home = client.propfind(&client.home, "1", "<d:displayname/>").text();
    assert_eq!(listed, home.contains(calendar), "{home}");
    listed
}

fn sync(staff: &Staff, token: &Value) -> Value {
    let types = ["calendars", "addressBooks"];
    let body = match token {
        Value::Null => json!({"types": types}),
        token => json!({"types": types, "token": token}),
    };
    staff.ask("POST", "sync").json(&body).send().expect(200).json()
}

#[test]
fn it_is_the_predecessors_until_and_the_successors_from_the_same_instant() {
    on_each_backend(|server| {
        let [hanako, taro, jiro] = ["hanako", "taro", "jiro"].map(|name| server.staff(name));
        let clients = [&taro, &jiro].map(|staff| Client::of(server, staff));
        let somu = unit(server, "総務課");
        seat(server, &taro, "990002", &somu, "課長");
        seat(server, &jiro, "990003", &somu, "主事");
        let made =
            |kind: &str| hanako.post(kind, &json!({"name": "課長用"})).expect(201).json()["id"].clone();
        let (calendar, book) = (made("calendars"), made("address-books"));
        let (calendar, book) = (calendar.as_str().unwrap(), book.as_str().unwrap());
        let post = json!({"type": "post", "unitId": somu, "post": "課長"});
        let shares = format!("calendars/{calendar}/shares");
        hanako.post(&shares, &json!({"grantee": post, "role": "write"})).expect(200);
        let book_shares = format!("address-books/{book}/shares");
        hanako.post(&book_shares, &json!({"grantee": post, "role": "read"})).expect(200);
        let given = hanako.get(&shares).expect(200).json();
        assert!(
            given["items"].as_array().unwrap().contains(&json!({"grantee": post, "role": "write"})),
            "{given}"
        );
        let seen = || [sees(&taro, &clients[0], calendar), sees(&jiro, &clients[1], calendar)];
        assert_eq!(seen(), [true, false]);
        let tokens = [&taro, &jiro].map(|staff| sync(staff, &Value::Null)["token"].clone());

        let people = vec![said(&jiro, "990003", "総務課", "課長"), said(&taro, "990002", "農政部", "部長")];
        let roster = Roster {
            people,
            says_titles: true,
            whole: false,
            by_address: true,
            source: None,
            effective_on: Some(directory::office_day(server.db().now())),
        };
        directory::import_roster(server.db(), None, &roster).unwrap();
        assert_eq!(seen(), [false, true]);
        taro.get(&format!("calendars/{calendar}")).problem(404, "not-found");
        taro.get(&format!("address-books/{book}")).problem(404, "not-found");
        let event = json!({
            "calendarId": calendar, "title": "課長会議", "start": "2026-12-01T10:00:00", "timeZone": "Asia/Tokyo",
            "duration": "PT1H",
        });
        jiro.post("events", &event).expect(201);
        let news =
            [&taro, &jiro].iter().zip(&tokens).map(|(staff, token)| sync(staff, token)).collect::<Vec<_>>();
        let gone =
            |member: &str, id: &str| news[0]["destroyed"][member].as_array().unwrap().contains(&json!(id));
        assert!(gone("calendars", calendar) && gone("addressBooks", book), "{}", news[0]);
        let came = |member: &str, id: &str| {
            news[1]["changed"][member].as_array().unwrap().iter().any(|item| item["id"] == *id)
        };
        assert!(came("calendars", calendar) && came("addressBooks", book), "{}", news[1]);

        server.run_due_jobs();
        let told = jiro.get("notifications").expect(200).json();
        let told = &told["items"][0];
        assert_eq!(told["details"]["entrusted"], 2, "{told}");
        let text = told["text"].as_str().unwrap();
        assert!(text.ends_with("この職に共有されている予定表・アドレス帳が2件あります"), "{text}");

        server.db().write(directory::undo_roster).unwrap().unwrap();
        assert_eq!(seen(), [true, false]);
        hanako.post(&shares, &json!({"grantee": post, "role": null})).expect(204);
        assert_eq!(seen(), [false, false]);
    });
}

#[test]
fn nothing_is_shared_with_a_post_that_nobody_holds() {
    on_each_backend(|server| {
        let (hanako, taro) = (server.staff("hanako"), server.staff("taro"));
        let somu = unit(server, "総務課");
        seat(server, &taro, "990002", &somu, "課長");
        let shares = format!("calendars/{}/shares", hanako.calendar);
        let share =
            |post: &str| json!({"grantee": {"type": "post", "unitId": somu, "post": post}, "role": "read"});
        for post in ["部長", "", "課長/", "%"] {
            let problem = hanako.post(&shares, &share(post)).problem(422, "invalid");
            assert_eq!(problem["errors"][0]["pointer"], "/grantee/post", "{post}");
        }
        // A post that only somebody holds who must not be found is nobody's.
        server.db().write(|tx| directory::suppress_person(tx, &taro.person, true)).unwrap();
        hanako.post(&shares, &share("課長")).problem(422, "invalid");
        server.db().write(|tx| directory::suppress_person(tx, &taro.person, false)).unwrap();
        hanako.post(&shares, &share("課長")).expect(200);
        let titled = json!({"grantee": {"type": "post", "unitId": somu}, "role": "read"});
        hanako.post(&shares, &titled).problem(422, "invalid");
    });
}
