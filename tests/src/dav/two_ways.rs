//! What is changed on the phone arrives at the calendar client, and the other way round.

use std::collections::{BTreeMap, BTreeSet};

use rand::{Rng, SeedableRng, rngs::StdRng};
use serde_json::{Value, json};

use super::client::{Client, HOUR, card, event, responses};
use crate::harness::{Staff, on_each_backend};

#[test]
fn a_change_on_the_phone_keeps_what_the_client_stored() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        let client = Client::of(server, &hanako);
        let path = format!("{}a.ics", client.calendar);
        let text = event(
            "u1",
            &format!("{HOUR}SUMMARY;LANGUAGE=ja:打合せ\nX-KEEP;A=b:c\nURL:https://example.jp/\nCOMMENT:x\n"),
        );
        let around =
            "X-WR-CALNAME;X-A=b:課の予定\r\nNAME:課\r\nREFRESH-INTERVAL;VALUE=DURATION:PT1H\r\nX-OWN:d\r\n";
        let text = text.replacen("BEGIN:VEVENT", &format!("{around}BEGIN:VEVENT"), 1);
        client.put(&path, &text).expect(201);
        let (_, token) = client.sync(&client.calendar, "", 10);
        let id = hanako
            .get("occurrences?from=2026-11-25T15:00:00Z&to=2026-11-26T15:00:00Z")
            .expect(200)
            .json()["items"][0]["eventId"]
            .as_str()
            .unwrap()
            .to_owned();
        let phone = hanako.get(&format!("events/{id}")).expect(200);
        hanako.patch(&format!("events/{id}"), &phone.etag(), &json!({"title": "朝会"})).expect(200);
        let (news, _) = client.sync(&client.calendar, &token, 10);
        assert_eq!(news, [(path.clone(), 200)]);
        let now = client.get(&path).expect(200).text();
        for line in ["UID:u1", "SUMMARY:朝会", "X-KEEP;A=b:c", "URL:https://example.jp/", "COMMENT:x"] {
            assert!(now.contains(line), "{line} is not in {now}");
        }
        assert!(
            now.contains(&format!("CALSCALE:GREGORIAN\r\n{around}")) && !now.contains("-//Test//"),
            "{now}"
        );
        // What the phone knows and iCalendar has no word for survives what the client stores.
        let phone = hanako.get(&format!("events/{id}")).expect(200);
        hanako
            .patch(&format!("events/{id}"), &phone.etag(), &json!({"example.jp:seat": {"row": 3}}))
            .expect(200);
        client.put(&path, &now.replace("朝会", "夕会")).expect(204);
        let phone = hanako.get(&format!("events/{id}")).expect(200).json();
        assert_eq!((&phone["title"], &phone["example.jp:seat"]), (&json!("夕会"), &json!({"row": 3})));
        // A guest is not told what the organizer's calendar is called.
        let guest = server.staff("taro");
        let people = "ORGANIZER:mailto:hanako@pref.example.jp\r\nATTENDEE:mailto:taro@pref.example.jp\r\n";
        client.put(&path, &now.replace("END:VEVENT", &format!("{people}END:VEVENT"))).expect(204);
        assert!(client.get(&path).expect(200).text().contains("X-WR-CALNAME"));
        let theirs = Client::of(server, &guest);
        let copy = theirs.sync(&theirs.calendar, "", 10).0.remove(0).0;
        let told = [theirs.get(&copy).expect(200), guest.get(&format!("events/{id}")).expect(200)]
            .map(|it| it.text());
        assert!(told.iter().all(|told| told.contains("朝会") && !told.contains("課の予定")), "{told:?}");
        client.ask("DELETE", &path).send().expect(204);
        hanako.get(&format!("events/{id}")).problem(404, "not-found");
    });
}

#[test]
fn what_the_phone_moves_has_a_path_of_its_own() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        let client = Client::of(server, &hanako);
        let made = |kind: &str, body: Value| {
            hanako.post(kind, &body).expect(201).json()["id"].as_str().unwrap().to_owned()
        };
        let there = |collection: &str, text: &str| {
            let listed = client.propfind(collection, "1", "<d:getetag/>").text();
            let paths: BTreeSet<String> = responses(&listed).into_iter().map(|(path, _)| path).collect();
            let with_text = |path: &&String| path.ends_with('/') || client.get(path).text().contains(text);
            (paths.len(), paths.iter().filter(with_text).count())
        };
        let time = json!({"title": "会議", "start": "2026-11-26T10:00:00", "duration": "PT1H"});
        let (id, calendar) = (made("events", time), made("calendars", json!({"name": "仕事"})));
        let collection = format!("{}{calendar}/", client.home);
        let taken = format!("{collection}{id}.ics");
        client.put(&taken, &event("u1", &format!("{HOUR}SUMMARY:先客\n"))).expect(201);
        let tag = hanako.get(&format!("events/{id}")).expect(200).etag();
        hanako.patch(&format!("events/{id}"), &tag, &json!({"calendarId": calendar})).expect(200);
        assert_eq!(there(&collection, "SUMMARY:会議"), (3, 2), "each has its own path");
        assert!(client.get(&taken).text().contains("SUMMARY:先客"));

        let name = json!({"name": {"full": "佐藤 一郎"}});
        let (id, book) = (made("contacts", name), made("address-books", json!({"name": "業者"})));
        let collection = format!("{}{book}/", client.books);
        let taken = format!("{collection}{id}.vcf");
        client.put_card(&taken, &card("u1", "先客", "")).expect(201);
        let tag = hanako.get(&format!("contacts/{id}")).expect(200).etag();
        hanako.patch(&format!("contacts/{id}"), &tag, &json!({"addressBookId": book})).expect(200);
        assert_eq!(there(&collection, "佐藤"), (3, 2), "each has its own path");
        assert!(client.get(&taken).text().contains("先客"));
    });
}

/// What a client holds: each path with its text.
fn brought_forward(client: &Client, held: &mut BTreeMap<String, String>, token: &mut String) {
    loop {
        let (page, next) = client.sync(&client.calendar, token, 3);
        *token = next;
        let mut more = false;
        for (path, status) in page {
            match status {
                507 => more = true,
                404 => drop(held.remove(&path)),
                _ => drop(held.insert(path.clone(), client.get(&path).expect(200).text())),
            }
        }
        if !more {
            return;
        }
    }
}

fn step(client: &Client, phone: &Staff, random: &mut StdRng, made: &mut Vec<String>, at: usize) {
    let path = |name: &str| format!("{}{name}.ics", client.calendar);
    let pick =
        |random: &mut StdRng, made: &[String]| made.get(random.random_range(0..made.len().max(1))).cloned();
    match random.random_range(0..6) {
        0 => {
            client.put(&path(&format!("c{at}")), &event(&format!("c{at}"), HOUR)).expect(201);
        }
        1 => {
            let body = json!({"title": format!("p{at}"), "start": "2026-11-26T10:00:00", "duration": "PT1H"});
            made.push(phone.post("events", &body).expect(201).json()["id"].as_str().unwrap().to_owned());
        }
        2 => {
            if let Some(id) = pick(random, made) {
                let now = phone.get(&format!("events/{id}"));
                if now.status == 200 {
                    phone
                        .patch(&format!("events/{id}"), &now.etag(), &json!({"title": format!("t{at}")}))
                        .expect(200);
                }
            }
        }
        3 => {
            if let Some(id) = pick(random, made) {
                let now = phone.get(&format!("events/{id}"));
                if now.status == 200 {
                    phone.delete(&format!("events/{id}"), &now.etag()).expect(204);
                }
            }
        }
        other => {
            let (all, _) = client.sync(&client.calendar, "", 1000);
            if all.is_empty() {
                return;
            }
            let path = all[random.random_range(0..all.len())].0.clone();
            if other == 4 {
                client.ask("DELETE", &path).send().expect(204);
            } else {
                let now = client.get(&path).expect(200).text();
                let next = now.replace("END:VEVENT", &format!("X-STEP:{at}\r\nEND:VEVENT"));
                client.put(&path, &next).expect(204);
            }
        }
    }
}

#[test]
fn two_clients_and_a_phone_end_up_with_the_same() {
    on_each_backend(|server| {
        for seed in 0..3 {
            let hanako = server.staff(&format!("hanako{seed}"));
            let client = Client::of(server, &hanako);
            let mut random = StdRng::seed_from_u64(seed);
            let (mut often, mut often_token) = (BTreeMap::new(), String::new());
            let (mut seldom, mut seldom_token) = (BTreeMap::new(), String::new());
            let mut made = Vec::new();
            for at in 0..40 {
                step(&client, &hanako, &mut random, &mut made, at);
                if random.random_range(0..3) == 0 {
                    brought_forward(&client, &mut often, &mut often_token);
                }
                if random.random_range(0..12) == 0 {
                    brought_forward(&client, &mut seldom, &mut seldom_token);
                }
            }
            brought_forward(&client, &mut often, &mut often_token);
            brought_forward(&client, &mut seldom, &mut seldom_token);
            let (mut fresh, mut token) = (BTreeMap::new(), String::new());
            brought_forward(&client, &mut fresh, &mut token);
            assert_eq!(often, fresh, "seed {seed}");
            assert_eq!(seldom, fresh, "seed {seed}");
            let month = "occurrences?from=2026-11-25T15:00:00Z&to=2026-12-25T15:00:00Z&limit=500";
            let phone: Vec<Value> = hanako.get(month).expect(200).json()["items"].as_array().unwrap().clone();
            assert_eq!(phone.len(), fresh.len(), "seed {seed}");
        }
    });
}

/// RFC 5545 §3.1 and RFC 6350 §3.3: U+0080 to U+009F are no controls there.
#[test]
fn later_controls_stay_where_they_were_written() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        let client = Client::of(server, &hanako);
        let odd = "a\u{80}b\u{9b}c";
        let path = format!("{}a.ics", client.calendar);
        let many = (0..110).map(|at| format!("{at:03}")).collect::<Vec<_>>().join(",");
        let more = format!(
            "{HOUR}SUMMARY:{odd}\nDESCRIPTION:{odd}\u{85}d\nCATEGORIES:分\u{85}類,{many}\nX-ODD;X-P={odd}:{odd}\n\
             ATTENDEE;SCHEDULE-AGENT=CLIENT;CN={odd};X-P={odd}:mailto:x@other.example\nORGANIZER:mailto:hanako@pref.example.jp\n"
        );
        let alone = event("b", &format!("{HOUR}SUMMARY:{odd}\u{85}d\n"));
        let put = client.put(&format!("{}b.ics", client.calendar), &alone).expect(201);
        assert!(put.header("etag").is_some(), "it is as it was sent");
        assert_eq!(client.get(&format!("{}b.ics", client.calendar)).text(), alone);
        client.put(&path, &event("a", &more)).expect(201);
        let days = "occurrences?from=2026-11-26T00:00:00Z&to=2026-11-27T00:00:00Z";
        let found = hanako.get(days).expect(200).json();
        let id = found["items"].as_array().unwrap().iter().find(|it| it["title"] == odd).unwrap()["eventId"]
            .clone();
        let event_path = format!("events/{}", id.as_str().unwrap());
        let tag = hanako.get(&event_path).expect(200).etag();
        let back = json!({"title": odd, "description": format!("{odd}\u{85}d"), "locations": {"1": {"@type": "Location", "name": "x"}}});
        hanako.patch(&event_path, &tag, &back).expect(200);
        let text = client.get(&path).expect(200).text().replace("\r\n ", "");
        for line in [
            format!("SUMMARY:{odd}\r\n"),
            format!("DESCRIPTION:{odd}\u{85}d\r\n"),
            format!("CATEGORIES:分\u{85}類,{many}\r\n"),
            format!("X-ODD;X-P={odd}:{odd}\r\n"),
            format!("CN={odd};"),
            format!(";X-P={odd}:mailto:x@other.example"),
        ] {
            assert!(text.contains(&line), "{line:?} is not in {text:?}");
        }
        let told = client.xml("REPORT", &client.calendar, "1", "<c:calendar-query NS><d:prop><c:calendar-data/></d:prop><c:filter><c:comp-filter name=\"VCALENDAR\"/></c:filter></c:calendar-query>");
        assert!(told.expect(207).text().contains(&format!("SUMMARY:{odd}")));

        let card_path = format!("{}c.vcf", client.address_book());
        let kept = [
            format!("FN:{odd}\u{85}d\r\n"),
            format!("NOTE:{odd}\u{85}d\r\n"),
            "TITLE:課\u{85}長\r\n".to_owned(),
            "ORG:部\u{85}局;課\u{2028}係\r\n".to_owned(),
            "CATEGORIES:分\u{85}類\r\n".to_owned(),
            format!("X-ODD:{odd}\r\n"),
        ];
        client
            .put_card(&card_path, &card("c", &format!("{odd}\u{85}d"), &kept[1..].concat().replace('\r', "")))
            .expect(201);
        let id = hanako.get("contacts").expect(200).json()["items"][0]["id"].as_str().unwrap().to_owned();
        let tag = hanako.get(&format!("contacts/{id}")).expect(200).etag();
        let patch = json!({"keywords": {"x": true}});
        hanako.patch(&format!("contacts/{id}"), &tag, &patch).expect(200);
        let text = client.get(&card_path).expect(200).text().replace("\r\n ", "");
        for line in kept {
            assert!(text.contains(&line), "{line:?} is not in {text:?}");
        }
    });
}
