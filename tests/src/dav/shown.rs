//! How calendars and address books show in a list.

use serde_json::json;

use super::client::{Client, between, responses};
use crate::harness::{Staff, on_each_backend};

/// What stands in an answer of one path.
fn of<'t>(text: &'t str, path: &str) -> &'t str {
    let href = format!("<d:href>{path}</d:href>");
    text.split("<d:response>").find(|it| it.contains(&href)).unwrap_or_else(|| panic!("no {path} in {text}"))
}

fn share(owner: &Staff, collection: &str, with: &Staff) {
    let share = json!({"grantee": {"type": "person", "personId": with.person}, "role": "read"});
    owner.post(&format!("{collection}/shares"), &share).expect(200);
}

/// What people have first is called the same with everybody.
#[test]
fn what_is_shared_is_called_after_its_owner_too() {
    on_each_backend(|server| {
        let [hanako, taro, jiro] = ["hanako", "taro", "jiro"].map(|name| server.staff(name));
        let client = Client::of(server, &hanako);
        let own = client.address_book();
        let mut shared = Vec::new();
        for owner in [&taro, &jiro] {
            let book = owner.post("address-books", &json!({"name": "議員"})).expect(201).json();
            let book = book["id"].as_str().unwrap();
            share(owner, &format!("calendars/{}", owner.calendar), &hanako);
            share(owner, &format!("address-books/{book}"), &hanako);
            let whose = format!("（試験 {}）", owner.username);
            let calendar = format!("{}{}/", client.home, owner.calendar);
            shared.push((&client.home, calendar, format!("予定表{whose}")));
            shared.push((&client.books, format!("{}{book}/", client.books), format!("議員{whose}")));
        }
        let named = |text: &str, path: &str| between(of(text, path), "<d:displayname>", "<").to_owned();
        for (home, path, name) in &shared {
            let listed = client.propfind(home, "1", "<d:displayname/>").text();
            assert_eq!(named(&listed, path), *name);
            assert_eq!(named(&client.propfind(path, "0", "<d:displayname/>").text(), path), *name);
        }
        let listed = client.propfind(&client.home, "1", "<d:displayname/>").text();
        assert_eq!(named(&listed, &client.calendar), "予定表");
        let listed = client.propfind(&client.books, "1", "<d:displayname/>").text();
        assert!(!named(&listed, &own).contains('（'), "{listed}");

        // A name of one's own stays alone.
        let patch = |path: &str, what: &str, value: &str| {
            let body = format!(
                "<d:propertyupdate NS><d:{what}><d:prop>{value}</d:prop></d:{what}></d:propertyupdate>"
            );
            let told = client.xml("PROPPATCH", path, "0", &body).expect(207).text();
            assert!(told.contains("HTTP/1.1 200"), "{told}");
            named(&client.propfind(path, "0", "<d:displayname/>").text(), path)
        };
        for (_, path, name) in &shared[..2] {
            assert_eq!(patch(path, "set", "<d:displayname>課長</d:displayname>"), "課長");
            assert_eq!(patch(path, "remove", "<d:displayname/>"), *name);
            // A program that writes back what it was shown names nothing.
            assert_eq!(patch(path, "set", &format!("<d:displayname>{name}</d:displayname>")), *name);
        }
        let renamed = json!({"name": "外出"});
        let [calendar, book] = [&shared[0].1, &shared[1].1].map(|path| path.rsplit('/').nth(1).unwrap());
        for (kind, id, path) in [("calendars", calendar, &shared[0].1), ("address-books", book, &shared[1].1)]
        {
            let item = format!("{kind}/{id}");
            let tag = taro.get(&item).expect(200).etag();
            taro.patch(&item, &tag, &renamed).expect(200);
            assert_eq!(
                named(&client.propfind(path, "0", "<d:displayname/>").text(), path),
                "外出（試験 taro）"
            );
        }
    });
}

/// A list takes one statement more for the names of all who share, and none where names are not asked for.
#[test]
fn names_of_owners_take_one_statement() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        let client = Client::of(server, &hanako);
        let cost = |path: &str, depth: &str, props: &str| {
            let count = || {
                let before = server.db().statements();
                client.propfind(path, depth, props);
                server.db().statements() - before
            };
            (0..4).map(|_| count()).min().unwrap()
        };
        for name in ["taro", "jiro"] {
            let owner = server.staff(name);
            share(&owner, &format!("calendars/{}", owner.calendar), &hanako);
            let home = &client.home;
            assert_eq!(cost(home, "1", "<d:displayname/>"), cost(home, "1", "<d:resourcetype/>") + 1);
            // An inbox tells of no calendar whose it is.
            let inbox = format!("{home}inbox/");
            assert_eq!(cost(&inbox, "0", "<d:displayname/>"), cost(&inbox, "0", "<d:resourcetype/>"));
        }
    });
}

/// RFC 4918 §15, and what Apple's programs write: a calendar has a colour from the start, and always the same.
#[test]
fn a_calendar_has_a_colour() {
    on_each_backend(|server| {
        let (hanako, taro) = (server.staff("hanako"), server.staff("taro"));
        let [client, reader] = [&hanako, &taro].map(|staff| Client::of(server, staff));
        share(&hanako, &format!("calendars/{}", hanako.calendar), &taro);
        let color = |client: &Client, path: &str| {
            let told = client.propfind(path, "0", "<a:calendar-color/>").text();
            between(of(&told, path), "calendar-color", "/").split('>').nth(1).unwrap().replace('<', "")
        };
        let first = color(&client, &client.calendar);
        assert!(first.len() == 9 && first.starts_with('#') && first.ends_with("FF"), "{first}");
        assert_eq!(color(&reader, &format!("{}{}/", reader.home, hanako.calendar)), first);
        let patch = |what: &str, value: &str| {
            let body = format!(
                "<d:propertyupdate NS><d:{what}><d:prop>{value}</d:prop></d:{what}></d:propertyupdate>"
            );
            client.xml("PROPPATCH", &client.calendar, "0", &body).expect(207);
            color(&client, &client.calendar)
        };
        assert_eq!(patch("set", "<a:calendar-color>#123456FF</a:calendar-color>"), "#123456FF");
        assert_eq!(patch("remove", "<a:calendar-color/>"), first);
        assert_eq!(hanako.get("calendars").expect(200).json()["items"][0]["color"], json!(null));
        // Not all have the same.
        let more = (0..6).map(|n| format!("{}c{n}/", client.home)).collect::<Vec<_>>();
        more.iter().for_each(|path| drop(client.ask("MKCALENDAR", path).send().expect(201)));
        assert!(more.iter().any(|path| color(&client, path) != first));
        assert_eq!(responses(&client.propfind(&client.home, "1", "<a:calendar-color/>").text()).len(), 10);
    });
}
