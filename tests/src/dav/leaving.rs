//! A client takes off its list what another has shared with its person.

use serde_json::{Value, json};

use super::client::{Client, HOUR, card, event, need, responses};
use crate::harness::{Staff, on_each_backend};

/// What an owner shares: the path of its shares in REST, where the owner and the reader find it, and what is in it for the owner.
struct Shared {
    shares: String,
    at_owner: String,
    at_reader: String,
    member: String,
}

fn shared(owner: &Client, reader: &Client, hanako: &Staff) -> [Shared; 2] {
    let event_path = format!("{}a.ics", owner.calendar);
    owner.put(&event_path, &event("a", HOUR)).expect(201);
    let book = hanako.post("address-books", &json!({"name": "議員"})).expect(201).json();
    let book = book["id"].as_str().unwrap();
    let at_owner = format!("{}{book}/", owner.books);
    let card_path = format!("{at_owner}a.vcf");
    owner.put_card(&card_path, &card("a", "佐藤 一郎", "")).expect(201);
    [
        Shared {
            shares: format!("calendars/{}/shares", hanako.calendar),
            at_owner: owner.calendar.clone(),
            at_reader: format!("{}{}/", reader.home, hanako.calendar),
            member: event_path,
        },
        Shared {
            shares: format!("address-books/{book}/shares"),
            at_owner,
            at_reader: format!("{}{book}/", reader.books),
            member: card_path,
        },
    ]
}

#[test]
fn deleting_what_is_shared_leaves_it() {
    on_each_backend(|server| {
        let (hanako, taro) = (server.staff("hanako"), server.staff("taro"));
        let (owner, reader) = (Client::of(server, &hanako), Client::of(server, &taro));
        for Shared { shares, at_owner, at_reader, member } in shared(&owner, &reader, &hanako) {
            let before = owner.get(&member).expect(200);
            for role in ["read", "write", "manage"] {
                let to = json!({"grantee": {"type": "person", "personId": taro.person}, "role": role});
                hanako.post(&shares, &to).expect(200);
                reader.propfind(&at_reader, "0", "<d:displayname/>");
                reader.ask("DELETE", &at_reader).header("if-match", "\"0\"").send().expect(412);
                reader.ask("DELETE", &at_reader).send().expect(204);
                let home = at_reader.trim_end_matches('/').rsplit_once('/').unwrap().0;
                let listed =
                    responses(&reader.propfind(&format!("{home}/"), "1", "<d:resourcetype/>").text());
                assert!(listed.iter().all(|(path, _)| *path != at_reader), "{role}: {listed:?}");
                reader.ask("DELETE", &at_reader).send().expect(404);
            }
            let after = owner.get(&member).expect(200);
            assert_eq!((after.header("etag"), after.text()), (before.header("etag"), before.text()));
            owner.propfind(&at_owner, "0", "<d:displayname/>");
            let left = hanako.get(&shares).expect(200).json();
            assert!(!left.to_string().contains(taro.person.as_str()), "{left}");
        }
        let told = hanako.get("notifications").expect(200).json();
        let told: Vec<&Value> =
            told["items"].as_array().unwrap().iter().filter(|it| it["type"] == "shareLeft").collect();
        assert_eq!(told.len(), 6, "three times each: {told:?}");
    });
}

#[test]
fn what_a_group_may_see_is_not_left_alone() {
    on_each_backend(|server| {
        let (hanako, taro) = (server.staff("hanako"), server.staff("taro"));
        let (owner, reader) = (Client::of(server, &hanako), Client::of(server, &taro));
        for Shared { shares, at_reader, member, .. } in shared(&owner, &reader, &hanako) {
            hanako.post(&shares, &json!({"grantee": {"type": "everyone"}, "role": "manage"})).expect(200);
            let to = json!({"grantee": {"type": "person", "personId": taro.person}, "role": "write"});
            hanako.post(&shares, &to).expect(200);
            let refused = reader.ask("DELETE", &at_reader).send().expect(403).text();
            let home = at_reader.trim_end_matches('/').rsplit_once('/').unwrap().0;
            assert!(refused.contains(&need(&format!("{home}/"), "unbind")), "{refused}");
            reader.propfind(&at_reader, "0", "<d:displayname/>");
            owner.get(&member).expect(200);
        }
    });
}
