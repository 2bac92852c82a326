//! WebDAV-Push for address books.

use std::time::Duration;

use serde_json::json;

use super::{
    client::{Client, between, card},
    push::{BOTH, PUSH_PROPS, follow_at, on_each, register_at, wish},
};
use crate::harness::{PushService, TestServer};

/// The names under which somebody was woken.
fn woken(server: &TestServer, service: &PushService) -> Vec<String> {
    server.run_due_jobs();
    let mut paths: Vec<String> = service.take().into_iter().map(|it| it.path).collect();
    paths.sort();
    paths
}

#[test]
fn a_changed_contact_wakes_whoever_follows() {
    on_each(|server, service| {
        let hanako = server.staff("hanako");
        let client = Client::of(server, &hanako);
        let book = client.address_book();
        let options = client.ask("OPTIONS", &book).send().expect(200);
        assert!(options.header("dav").unwrap().contains("webdav-push"));
        assert!(options.header("allow").unwrap().contains("POST"));
        let props = client.propfind(&book, "0", PUSH_PROPS).text();
        for part in
            ["<web-push xmlns", "type=\"p256ecdsa\">", "<content-update xmlns", "<property-update xmlns"]
        {
            assert!(props.contains(part), "no {part} in {props}");
        }
        follow_at(&client, service, &book, "phone");
        follow_at(&client, service, &client.calendar, "calendar");
        assert!(woken(server, service).is_empty(), "nothing changed since");

        client.put_card(&format!("{book}a.vcf"), &card("a", "佐藤 一郎", "")).expect(201);
        client.put_card(&format!("{book}b.vcf"), &card("b", "鈴木 二郎", "")).expect(201);
        server.run_due_jobs();
        let pushed = service.take();
        let [message] = pushed.as_slice() else { panic!("two changes are one message: {pushed:?}") };
        let now = client.propfind(&book, "0", PUSH_PROPS).text();
        let token = between(&now, "<d:sync-token>", "<");
        let topic = between(&now, "<topic xmlns=\"https://bitfire.at/webdav-push\">", "<");
        assert_eq!(message.path, "/phone");
        assert!(message.text.contains(&format!("<d:sync-token>{token}</d:sync-token>")), "{}", message.text);
        assert!(message.text.contains(&format!(">{topic}</topic>")), "{}", message.text);
        assert!(!message.text.contains("property-update"), "{}", message.text);
        let calendar = client.propfind(&client.calendar, "0", PUSH_PROPS).text();
        assert_ne!(topic, between(&calendar, "<topic xmlns=\"https://bitfire.at/webdav-push\">", "<"));
        assert!(woken(server, service).is_empty(), "a change is told once");

        // What the phone does arrives as well, and what becomes of the address book itself by its kind.
        let id = book.trim_end_matches('/').rsplit('/').next().unwrap();
        let contact = json!({"addressBookId": id, "name": {"full": "田中 三郎"}});
        hanako.post("contacts", &contact).expect(201);
        assert_eq!(woken(server, service), ["/phone"]);
        hanako.patch(&format!("address-books/{id}"), "*", &json!({"name": "取引先"})).expect(200);
        server.run_due_jobs();
        let pushed = service.take();
        let [message] = pushed.as_slice() else { panic!("{pushed:?}") };
        assert!(message.text.contains("<property-update") && !message.text.contains("<content-update"));
    });
}

#[test]
fn whoever_changed_the_contact_is_not_woken() {
    on_each(|server, service| {
        let client = Client::of(server, &server.staff("hanako"));
        let book = client.address_book();
        let own = follow_at(&client, service, &book, "own");
        follow_at(&client, service, &book, "other");
        let put = |name: &str, hush: &str| {
            client
                .ask("PUT", &format!("{book}{name}.vcf"))
                .header("push-dont-notify", hush)
                .body("text/vcard", card(name, "佐藤 一郎", ""))
                .send()
                .expect(201);
            let paths = woken(server, service);
            server.clock().advance(Duration::from_secs(1));
            paths
        };
        assert_eq!(put("a", &format!("\"{}{own}\"", server.base())), ["/other"]);
        assert!(put("b", "*").is_empty());
    });
}

#[test]
fn a_shared_address_book_is_followed_while_it_is_shared() {
    on_each(|server, service| {
        let (hanako, taro) = (server.staff("hanako"), server.staff("taro"));
        let (client, reader) = (Client::of(server, &hanako), Client::of(server, &taro));
        let own = client.address_book();
        let id = own.trim_end_matches('/').rsplit('/').next().unwrap().to_owned();
        let shared = format!("{}{id}/", reader.books);
        let register = |path: &str| {
            register_at(&reader, path, &wish(&service.endpoint("taro"), &service.keys(), BOTH, ""))
        };
        register(&shared).expect(404);
        register(&own).expect(404);
        let shares = format!("address-books/{id}/shares");
        let share = |role| json!({"grantee": {"type": "person", "personId": taro.person}, "role": role});
        hanako.post(&shares, &share(json!("read"))).expect(200);
        register(&shared).expect(204);
        let change = |name: &str| {
            client.put_card(&format!("{own}{name}.vcf"), &card(name, "佐藤 一郎", "")).expect(201);
            server.run_due_jobs();
            service.take()
        };
        let pushed = change("a");
        let [message] = pushed.as_slice() else { panic!("{pushed:?}") };
        let topic = |client: &Client, path: &str| {
            let now = client.propfind(path, "0", PUSH_PROPS).text();
            between(&now, "<topic xmlns=\"https://bitfire.at/webdav-push\">", "<").to_owned()
        };
        assert_eq!(topic(&reader, &shared), topic(&client, &own), "one address book is one topic");
        // The token is the reader's own: it can be used.
        let token = between(&message.text, "<d:sync-token>", "<");
        let (told, _) = reader.sync(&shared, token, 10);
        assert!(told.is_empty(), "{told:?}");
        hanako.post(&shares, &share(json!(null))).expect(204);
        assert!(change("b").is_empty());
        // By itself.
        follow_at(&client, service, &own, "phone");
        assert_eq!(change("c").len(), 1);
        server.clock().advance(Duration::from_secs(8 * 86_400));
        assert!(change("d").is_empty());
    });
}

#[test]
fn the_staff_directory_and_a_home_are_not_followed() {
    on_each(|server, service| {
        let client = Client::of(server, &server.staff("hanako"));
        client.address_book();
        let body = wish(&service.endpoint("phone"), &service.keys(), BOTH, "");
        for path in ["", "directory/"] {
            let path = format!("{}{path}", client.books);
            register_at(&client, &path, &body).expect(405);
            let options = client.ask("OPTIONS", &path).send().expect(200);
            assert!(!options.header("dav").unwrap().contains("webdav-push"), "{path}");
            let props = client.propfind(&path, "0", PUSH_PROPS).text();
            assert!(!props.contains("<web-push"), "{props}");
        }
    });
}
