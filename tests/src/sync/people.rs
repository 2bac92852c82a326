//! The directory on a phone: who comes first, each once, and favourites on all phones of a person.

use std::collections::BTreeSet;

use renraku_base::{Entropy, PersonId, UnitId};
use renraku_people::directory::{PersonEntry, PersonName, PostEntry, service as directory};
use serde_json::{Value, json};

use super::{office::found_section, replica::Replica};
use crate::harness::{Staff, TestServer, on_each_backend};

fn fill(server: &TestServer, unit: &UnitId, count: usize) -> Vec<PersonId> {
    let people: Vec<PersonEntry> = (0..count)
        .map(|_| PersonEntry {
            id: Entropy.new_id(server.db().now()),
            name: PersonName { full: "応援 職員".to_owned(), phonetic: "おうえん".to_owned() },
            posts: vec![PostEntry { unit: unit.clone(), title: None, starts_on: None, ends_on: None }],
            phones: Vec::new(),
            emails: Vec::new(),
            staff_number: None,
        })
        .collect();
    server.db().write(|tx| directory::bulk_insert(tx, &[], &people)).unwrap();
    people.into_iter().map(|person| person.id).collect()
}

fn favourite(staff: &Staff, method: &str, person: &PersonId) {
    staff.ask(method, &format!("me/favourites/{person}")).send().expect(204);
}

fn ids(answer: &Value, kind: &str) -> Vec<String> {
    let items = answer["changed"][kind].as_array().into_iter().flatten();
    items.map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

/// One page of the directory.
fn page(staff: &Staff, token: Option<&Value>, limit: usize) -> Value {
    let mut body = json!({"types": ["people"], "limit": limit});
    if let Some(token) = token {
        body["token"] = token.clone();
    }
    let answer = staff.ask("POST", "sync").json(&body).send().expect(200).json();
    assert!(answer["token"].as_str().is_none_or(|token| token.len() <= 1_024));
    answer
}

#[test]
fn who_is_preferred_comes_first_and_everybody_once_whatever_is_preferred_meanwhile() {
    on_each_backend(|server| {
        let (hanako, taro) = (server.staff("hanako"), server.staff("taro"));
        let far = found_section(server, &[&taro]);
        let people = fill(server, &far, 300);
        let near = found_section(server, &[&hanako]);
        let colleague = fill(server, &near, 1).remove(0);
        let chosen = [&people[250], &people[20]];
        for person in chosen {
            favourite(&hanako, "PUT", person);
        }
        let path = format!("me/recent/{}", people[299]);
        hanako.ask("PUT", &path).json(&json!({})).send().expect(204);
        let mut answer = page(&hanako, None, 4);
        let told = ids(&answer, "favourites");
        assert_eq!(told, BTreeSet::from(chosen.map(ToString::to_string)).into_iter().collect::<Vec<_>>());
        let mut seen = ids(&answer, "people");
        let mut pages = 0;
        while answer["more"] == true {
            // Others are preferred now, and those who were are not.
            match pages {
                0 => favourite(&hanako, "PUT", &people[100]),
                1 => favourite(&hanako, "DELETE", &people[250]),
                2 => hanako.ask("DELETE", "me/recent").send().expect(204).body.clear(),
                3 => favourite(&hanako, "PUT", &people[0]),
                4 => favourite(&hanako, "DELETE", &people[20]),
                _ => {}
            }
            pages += 1;
            answer = page(&hanako, Some(&answer["token"]), if pages < 8 { 2 } else { 90 });
            seen.extend(ids(&answer, "people"));
        }
        // Some stranger may share the group of one of them.
        let place = |person: &PersonId| seen.iter().position(|id| id == person.as_str()).unwrap();
        let expected = [place(&people[250]).max(place(&people[20])), place(&people[299]), place(&colleague)];
        assert!(expected.is_sorted() && expected[2] < 20, "{expected:?}");
        assert!(place(&hanako.person) < 20);
        let all: BTreeSet<String> = people
            .iter()
            .chain([&colleague, &hanako.person, &taro.person])
            .map(ToString::to_string)
            .collect();
        assert_eq!(seen.len(), all.len(), "each once");
        assert_eq!(seen.into_iter().collect::<BTreeSet<_>>(), all);
        let replica = Replica::first(&hanako);
        let held: Vec<&String> = replica.objects["favourites"].keys().collect();
        assert_eq!(
            held,
            BTreeSet::from([&people[0], &people[100]].map(ToString::to_string)).iter().collect::<Vec<_>>()
        );
    });
}

#[test]
fn a_favourite_of_one_phone_is_one_on_the_other() {
    on_each_backend(|server| {
        let (hanako, taro, jiro) = (server.staff("hanako"), server.staff("taro"), server.staff("jiro"));
        let other = hanako.on_another_phone();
        let mut replica = Replica::first(&other);
        let mut of_taro = Replica::first(&taro);
        // Also the first of them, for which there was no collection yet.
        favourite(&hanako, "PUT", &taro.person);
        replica.catch_up(&other, None);
        assert_eq!(replica.objects["favourites"].keys().collect::<Vec<_>>(), [taro.person.as_str()]);
        favourite(&hanako, "PUT", &jiro.person);
        favourite(&hanako, "DELETE", &taro.person);
        let token = replica.token.clone().unwrap();
        let body = json!({"token": token, "types": ["favourites"]});
        let delta = other.ask("POST", "sync").json(&body).send().expect(200).json();
        let changed = &delta["changed"];
        assert_eq!(changed["favourites"][0]["id"], jiro.person.as_str());
        assert!(changed["favourites"][0]["etag"].is_string() && changed.get("people").is_none());
        assert_eq!(delta["destroyed"], json!({"favourites": [taro.person]}));
        replica.catch_up(&other, None);
        assert_eq!(replica.objects, Replica::first(&other).objects);
        of_taro.catch_up(&taro, None);
        assert!(
            of_taro.objects.get("favourites").is_none_or(|none| none.is_empty()),
            "nobody else hears of it"
        );
        let unchanged = other.ask("POST", "sync").json(&json!({"token": replica.token})).send().expect(200);
        assert_eq!(unchanged.json(), json!({"more": false}));
    });
}
