//! Answers that come in parts, while they are on their way.

use std::{
    sync::mpsc,
    time::{Duration, Instant},
};

use serde_json::json;

use super::client::{Client, between, card};
use crate::harness::{Staff, TestServer, Wire, on_each_backend};

/// So many answers of one person may be on their way.
const MOST: usize = 8;
/// How long anything of this may take; a test that hangs has failed.
const LONGEST: Duration = Duration::from_secs(20);
/// Cards of 100 KiB, more than a system takes ahead of a client that does not read.
const CARDS: usize = 48;

/// Fills an address book.
fn fill(client: &Client, book: &str) {
    let note = format!("NOTE:{}\n", "x".repeat(100 * 1024));
    for n in 0..CARDS {
        client.put_card(&format!("{book}m{n}.vcf"), &card(&format!("u{n}"), "山田", &note)).expect(201);
    }
}

/// Asks for all cards of an address book, and reads nothing but the head of the answer.
fn ask(server: &TestServer, client: &Client, book: &str, version: &str) -> (Wire, String) {
    let hrefs: String = (0..CARDS).map(|n| format!("<d:href>{book}m{n}.vcf</d:href>")).collect();
    let body = format!(
        "<c:addressbook-multiget xmlns:d=\"DAV:\" xmlns:c=\"urn:ietf:params:xml:ns:carddav\"><d:prop><d:getetag/>\
         <c:address-data/></d:prop>{hrefs}</c:addressbook-multiget>"
    );
    let mut wire = Wire::narrow(&server.base());
    wire.send(format!(
        "REPORT {book} HTTP/{version}\r\nHost: x\r\nAuthorization: {}\r\nConnection: close\r\n\
         Content-Type: application/xml\r\nContent-Length: {}\r\n\r\n{body}",
        client.authorization(),
        body.len()
    ));
    let head = wire.read_until("\r\n\r\n");
    (wire, head)
}

/// The status with which an answer begins.
fn status(head: &str) -> &str {
    between(head, " ", " ")
}

fn share(owner: &Staff, book: &str, with: &Staff) {
    let share = json!({"grantee": {"type": "person", "personId": with.person}, "role": "read"});
    owner.post(&format!("address-books/{book}/shares"), &share).expect(200);
}

#[test]
fn so_many_answers_of_one_person_are_left_unread_and_no_more() {
    on_each_backend(|server| {
        let (hanako, taro) = (server.staff("hanako"), server.staff("taro"));
        let (client, other) = (Client::of(server, &hanako), Client::of(server, &taro));
        let book = client.address_book();
        fill(&client, &book);
        share(&hanako, book.trim_end_matches('/').rsplit('/').next().unwrap(), &taro);
        let theirs = book.replace(&client.books, &other.books);
        let begin = || ask(server, &client, &book, "1.1");
        let mut open: Vec<(Wire, String)> = (0..MOST).map(|_| begin()).collect();
        assert!(open.iter().all(|(_, head)| status(head) == "207"), "{open:?}");
        let (refused, head) = begin();
        assert_eq!(status(&head), "429", "{head}");
        assert!(between(&head, "retry-after: ", "\r\n").parse::<u64>().unwrap() > 0, "{head}");
        assert!(refused.read_to_end().contains("read them to their end"));
        // What is whole in one part is not counted, and neither is somebody else.
        client.get(&format!("{book}m0.vcf")).expect(200);
        let one = format!(
            "<c:addressbook-multiget NS><d:prop><d:getetag/></d:prop><d:href>{book}m0.vcf</d:href></c:addressbook-multiget>"
        );
        client.cards_xml("REPORT", &book, "1", &one).expect(207);
        assert_eq!(status(&ask(server, &other, &theirs, "1.1").1), "207");

        let (read, _) = open.pop().unwrap();
        assert!(read.read_to_end().ends_with("\r\n0\r\n\r\n"));
        open.push(begin());
        assert_eq!(status(&open[MOST - 1].1), "207");
        // The server hears by and by that somebody went away.
        drop(open);
        let (_line, pause) = mpsc::channel::<()>();
        let begun = Instant::now();
        while status(&begin().1) == "429" {
            assert!(begun.elapsed() < LONGEST && pause.recv_timeout(Duration::from_millis(50)).is_err());
        }
    });
}

#[test]
fn what_a_client_of_http_1_0_gets_in_parts_ends_with_the_connection() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        let client = Client::of(server, &hanako);
        let book = client.address_book();
        fill(&client, &book);
        let (wire, head) = ask(server, &client, &book, "1.0");
        assert!(status(&head) == "207" && !head.contains("transfer-encoding"), "{head}");
        let body = wire.read_to_end();
        assert!(body.starts_with("<?xml") && body.ends_with("</d:multistatus>"));
        assert_eq!(body.matches("<d:response>").count(), CARDS);

        let token = hanako.token().unwrap();
        for (path, begins) in [("push", "retry: "), ("me", "")] {
            let mut wire = Wire::connect(&server.base());
            wire.send(format!(
                "GET /api/v1/{path} HTTP/1.0\r\nHost: x\r\nAccept-Encoding: gzip\r\nAuthorization: Bearer {token}\r\n\
                 Connection: keep-alive\r\n\r\n"
            ));
            let head = wire.read_until("\r\n\r\n");
            assert!(status(&head) == "200" && !head.contains("transfer-encoding"), "{head}");
            match begins {
                "" => drop(wire.read_to_end()),
                begins => assert!(wire.read_until("\n\n").starts_with(begins)),
            }
        }
    });
}

/// As it would be told to whoever asked now.
#[test]
fn what_is_no_longer_shared_is_not_there_for_the_rest_of_an_answer() {
    on_each_backend(|server| {
        let (hanako, taro) = (server.staff("hanako"), server.staff("taro"));
        let (owner, client) = (Client::of(server, &taro), Client::of(server, &hanako));
        let theirs = owner.address_book();
        fill(&owner, &theirs);
        share(&taro, theirs.trim_end_matches('/').rsplit('/').next().unwrap(), &hanako);
        let book = theirs.replace(&owner.books, &client.books);
        let (wire, head) = ask(server, &client, &book, "1.1");
        assert_eq!(status(&head), "207", "{head}");
        client.ask("DELETE", &book).send().expect(204);
        let rest = wire.read_to_end();
        assert!(rest.ends_with("\r\n0\r\n\r\n"), "it is not whole");
        let told = |what: &str| rest.matches(what).count();
        let (there, gone) = (told("HTTP/1.1 200 OK"), told("HTTP/1.1 404 Not Found"));
        assert!(there > 0 && gone > 0 && there + gone == CARDS, "{there} + {gone}");
    });
}
