//! Calendars and address books under names that clients choose, where these look like ids.

use serde_json::json;

use super::client::{Client, HOUR, card, event, responses};
use crate::harness::{Answer, Staff, on_each_backend};

/// In the form of the ids that are made here, and nobody's.
const ABSENT: &str = "0198c0de-7f3a-7abc-8def-0123456789ab";
/// As clients name what they make, in lower case and in upper case.
const OF_CLIENTS: [&str; 3] = [
    "9b2fd5a1-3c44-4b0e-9d1c-6a2b1f0e7c55",
    "9B2FD5A1-3C44-4B0E-9D1C-6A2B1F0E7C56",
    "0198C0DE-7F3A-7ABC-8DEF-0123456789AC",
];

const BOOK: &str = "<d:mkcol NS><d:set><d:prop><d:resourcetype><d:collection/><c:addressbook/></d:resourcetype>\
                    </d:prop></d:set></d:mkcol>";
const CALENDAR: &str = "<d:mkcol NS><d:set><d:prop><d:resourcetype><d:collection/><c:calendar/></d:resourcetype>\
                        </d:prop></d:set></d:mkcol>";

/// Makes something at a name in each of the ways that there are.
fn make(client: &Client, name: &str) -> [Answer; 3] {
    let at = |home: &str| format!("{home}{name}/");
    [
        client.ask("MKCALENDAR", &at(&client.home)).send(),
        client.xml("MKCOL", &at(&client.home), "0", CALENDAR),
        client.cards_xml("MKCOL", &at(&client.books), "0", BOOK),
    ]
}

fn share(owner: &Staff, what: &str, with: &Staff) {
    let share = json!({"grantee": {"type": "person", "personId": with.person}, "role": "write"});
    owner.post(&format!("{what}/shares"), &share).expect(200);
}

#[test]
fn an_id_of_another_is_refused_like_one_of_nobody() {
    on_each_backend(|server| {
        let (hanako, taro) = (server.staff("hanako"), server.staff("taro"));
        let (client, other) = (Client::of(server, &hanako), Client::of(server, &taro));
        let book = other.address_book();
        let book = book.trim_end_matches('/').rsplit('/').next().unwrap();
        for name in [ABSENT, &taro.calendar, book, &format!("shared-{ABSENT}")] {
            for answer in make(&client, name) {
                let text = answer.expect(403).text();
                assert!(
                    text.contains("<d:name-allowed/>") && text.contains("another name"),
                    "{name}: {text}"
                );
            }
        }
        client.ask("MKCALENDAR", &client.calendar).send().expect(405);
        client.cards_xml("MKCOL", &client.address_book(), "0", BOOK).expect(405);
        for name in OF_CLIENTS {
            let [made, again, book] = make(&client, name);
            for (answer, status) in [(made, 201), (again, 405), (book, 201)] {
                answer.expect(status);
            }
        }
    });
}

#[test]
fn what_is_shared_is_not_hidden_by_what_somebody_called_by_its_id() {
    on_each_backend(|server| {
        let (hanako, taro) = (server.staff("hanako"), server.staff("taro"));
        let client = Client::of(server, &hanako);
        let name = OF_CLIENTS[0];
        for kind in ["calendars", "address-books"] {
            taro.post(kind, &json!({"id": name, "name": "課"})).expect(201);
        }
        let [made, again, book] = make(&client, name);
        for (answer, status) in [(made, 201), (again, 405), (book, 201)] {
            answer.expect(status);
        }
        for (kind, home) in [("calendars", &client.home), ("address-books", &client.books)] {
            let (own, shared) = (format!("{home}{name}/"), format!("{home}shared-{name}/"));
            client.ask("PROPFIND", &shared).header("depth", "0").send().expect(404);
            share(&taro, &format!("{kind}/{name}"), &hanako);
            let told = responses(&client.propfind(home, "1", "<d:displayname/>").text());
            for path in [&own, &shared] {
                assert_eq!(told.iter().filter(|(href, _)| href == path).count(), 1, "{path}: {told:?}");
            }
            let put = |path: &str| match kind {
                "calendars" => client.put(&format!("{path}a"), &event("u", HOUR)),
                _ => client.put_card(&format!("{path}a"), &card("u", "a", "")),
            };
            put(&shared).expect(201);
            client.get(&format!("{own}a")).expect(404);
            put(&own).expect(201);
            client.ask("DELETE", &own).send().expect(204);
            client.get(&format!("{own}a")).expect(200);
            client.get(&format!("{shared}a")).expect(404);
        }
    });
}
