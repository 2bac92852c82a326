//! Address books kept in step: with the phone, by two clients, over truncated answers and refused tokens.

use std::collections::BTreeMap;

use rand::{Rng, SeedableRng, rngs::StdRng};
use serde_json::json;

use super::client::{Client, card};
use crate::harness::{Staff, on_each_backend};

#[test]
fn changes_are_told_and_nothing_else() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        let client = Client::of(server, &hanako);
        let book = client.address_book();
        let path = |name: &str| format!("{book}{name}.vcf");
        let put = |name: &str| client.put_card(&path(name), &card(name, name, "")).expect(201);
        put("a");
        let (all, token) = client.sync(&book, "", 100);
        assert_eq!(all, [(path("a"), 200)]);
        assert_eq!(client.sync(&book, &token, 100), (Vec::new(), token.clone()));
        put("b");
        client.ask("DELETE", &path("a")).send().expect(204);
        let (mut news, newer) = client.sync(&book, &token, 100);
        news.sort();
        assert_eq!(news, [(path("a"), 404), (path("b"), 200)]);
        put("a");
        assert_eq!(client.sync(&book, &newer, 100).0, [(path("a"), 200)]);
        let other = Client::of(server, &server.staff("taro"));
        for (who, at, token) in [
            (&client, &book, "x".to_owned()),
            (&client, &book, format!("{token}0")),
            (&other, &other.address_book(), token.clone()),
            (&client, &client.calendar, token),
        ] {
            let body = format!(
                "<d:sync-collection NS><d:sync-token>{token}</d:sync-token><d:sync-level>1</d:sync-level><d:prop/></d:sync-collection>"
            );
            let refused = who.cards_xml("REPORT", at, "0", &body).expect(403).text();
            assert!(refused.contains("<d:valid-sync-token/>"), "{refused}");
        }
    });
}

#[test]
fn contacts_that_are_made_one_go_and_come_back_under_their_paths() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        let client = Client::of(server, &hanako);
        let book = client.address_book();
        let path = |name: &str| format!("{book}{name}.vcf");
        client.put_card(&path("a"), &card("a", "山田", "X-KEEP;A=b:c\n")).expect(201);
        client.put_card(&path("b"), &card("b", "山田", "X-KEEP:d\nCATEGORIES:測量\n")).expect(201);
        let (_, token) = client.sync(&book, "", 100);
        let list = hanako.get("contacts").expect(200).json();
        let version = |uid: &str| {
            let of = list["items"].as_array().unwrap().iter().find(|it| it["uid"] == uid).unwrap();
            json!({"id": of["id"], "etag": of["etag"]})
        };
        let merge = json!({"keep": version("a"), "merge": [version("b")]});
        let merged = hanako.post("contacts/merge", &merge).expect(201).json();
        let (mut news, newer) = client.sync(&book, &token, 100);
        news.sort();
        assert_eq!(news, [(path("a"), 200), (path("b"), 404)]);
        let text = client.get(&path("a")).expect(200).text();
        for line in ["UID:a", "X-KEEP;A=b:c", "X-KEEP:d", "CATEGORIES:測量"] {
            assert!(text.contains(line), "{line} is not in {text}");
        }
        let undo = format!("contacts/merges/{}/undo", merged["id"].as_str().unwrap());
        hanako.post(&undo, &json!({})).expect(200);
        let (mut news, _) = client.sync(&book, &newer, 100);
        news.sort();
        assert_eq!(news, [(path("a"), 200), (path("b"), 200)]);
        let text = client.get(&path("b")).expect(200).text();
        assert!(text.contains("X-KEEP:d") && text.contains("UID:b"), "{text}");
        assert!(!client.get(&path("a")).expect(200).text().contains("X-KEEP:d"));
    });
}

/// What a client holds: each path with its text.
fn brought_forward(client: &Client, book: &str, held: &mut BTreeMap<String, String>, token: &mut String) {
    loop {
        let (page, next) = client.sync(book, token, 3);
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

fn step(client: &Client, book: &str, phone: &Staff, random: &mut StdRng, at: usize) {
    match random.random_range(0..6) {
        0 => {
            client
                .put_card(&format!("{book}c{at}.vcf"), &card(&format!("c{at}"), "客", "X-A:1\n"))
                .expect(201);
        }
        1 => {
            phone.post("contacts", &json!({"name": {"full": format!("電話 {at}")}})).expect(201);
        }
        other => {
            let all = phone.get("contacts?limit=500").expect(200).json()["items"].as_array().unwrap().clone();
            let Some(one) = all.get(random.random_range(0..all.len().max(1))) else { return };
            let (id, etag) = (one["id"].as_str().unwrap(), one["etag"].as_str().unwrap());
            match other {
                2 => drop(
                    phone
                        .patch(&format!("contacts/{id}"), etag, &json!({"keywords": {at.to_string(): true}}))
                        .expect(200),
                ),
                3 => drop(phone.delete(&format!("contacts/{id}"), etag).expect(204)),
                _ => {
                    let (all, _) = client.sync(book, "", 1_000);
                    let path = all[random.random_range(0..all.len())].0.clone();
                    if other == 4 {
                        client.ask("DELETE", &path).send().expect(204);
                    } else {
                        let now = client.get(&path).expect(200).text();
                        let next = now.replace("END:VCARD", &format!("X-STEP:{at}\r\nEND:VCARD"));
                        client.put_card(&path, &next).expect(204);
                    }
                }
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
            let book = client.address_book();
            let mut random = StdRng::seed_from_u64(seed);
            let (mut often, mut often_token) = (BTreeMap::new(), String::new());
            let (mut seldom, mut seldom_token) = (BTreeMap::new(), String::new());
            for at in 0..40 {
                step(&client, &book, &hanako, &mut random, at);
                if random.random_range(0..3) == 0 {
                    brought_forward(&client, &book, &mut often, &mut often_token);
                }
                if random.random_range(0..12) == 0 {
                    brought_forward(&client, &book, &mut seldom, &mut seldom_token);
                }
            }
            brought_forward(&client, &book, &mut often, &mut often_token);
            brought_forward(&client, &book, &mut seldom, &mut seldom_token);
            let (mut fresh, mut token) = (BTreeMap::new(), String::new());
            brought_forward(&client, &book, &mut fresh, &mut token);
            assert_eq!(often, fresh, "seed {seed}");
            assert_eq!(seldom, fresh, "seed {seed}");
            let phone = hanako.get("contacts?limit=500").expect(200).json();
            assert_eq!(phone["items"].as_array().unwrap().len(), fresh.len(), "seed {seed}");
        }
    });
}
