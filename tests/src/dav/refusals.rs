//! Refusals on the way in: as programs understand them, and on a connection that stays.

use renraku_test_db::Backend;

use super::client::{Client, between, event};
use crate::harness::{Answer, TestServer, Wire, on_each_backend};

/// The answer to the first of many requests that is refused as one too many.
fn refused(ask: impl Fn() -> Answer) -> Answer {
    (0..1_800).map(|_| ask()).find(|answer| [429, 503].contains(&answer.status)).expect("all are taken")
}

/// Of how much is asked at once, and how often, `api::rates` tells more.
#[test]
fn who_asks_too_often_is_asked_to_come_back() {
    let server = TestServer::start_with(Backend::Sqlite, &[("RENRAKU_LIMITS_RATES", "true")]);
    // Each their own, or the first would have asked too often for all.
    let [reader, writer, syncs] =
        ["hanako", "taro", "jiro"].map(|name| Client::of(&server, &server.staff(name)));
    let sync =
        "<d:sync-collection NS><d:sync-token/><d:sync-level>1</d:sync-level><d:prop/></d:sync-collection>";
    let path = format!("{}a.ics", writer.calendar);
    let asks: [(u16, &dyn Fn() -> Answer); 3] = [
        (503, &|| reader.ask("PROPFIND", "/dav/").header("depth", "0").send()),
        (503, &|| writer.put(&path, &event("a", ""))),
        (429, &|| syncs.xml("REPORT", &syncs.calendar, "0", sync)),
    ];
    for (status, ask) in asks {
        let answer = refused(ask).expect(status);
        let wait = answer.header("retry-after").and_then(|wait| wait.parse::<u64>().ok());
        assert!(wait.is_some_and(|wait| (1..=60).contains(&wait)), "{wait:?}");
        assert!(answer.text().contains("too many requests"), "{}", answer.text());
    }
}

#[test]
fn a_request_that_is_not_let_in_leaves_its_connection_open() {
    on_each_backend(|server| {
        let client = Client::of(server, &server.staff("hanako"));
        let ask = |head: &str, path: &str, body: &str, length: usize| {
            format!(
                "{head} {path} HTTP/1.1\r\nHost: x\r\nContent-Type: text/xml\r\nContent-Length: {length}\r\n\r\n{body}"
            )
        };
        let body = "<propfind xmlns=\"DAV:\"><prop><displayname/></prop></propfind>";
        let mut wire = Wire::connect(&server.base());
        for (method, path, status) in [
            ("PROPFIND", "/dav/", "401"),
            ("PROPFIND", "/.well-known/caldav", "301"),
            ("PUT", &format!("{}a.ics", client.calendar), "401"),
            ("PROPFIND", "/dav/nowhere", "404"),
            ("DELETE", "/dav/push/x", "401"),
        ] {
            wire.send(ask(method, path, body, body.len()));
            let answer = wire.read_answer();
            assert_eq!(between(&answer, " ", " "), status, "{answer}");
            assert!(!answer.contains("connection: close"), "{answer}");
        }
        // What is large, or does not come, is not waited for.
        for length in [1_000_000, body.len() + 1] {
            let mut wire = Wire::connect(&server.base());
            wire.send(ask("PUT", &client.calendar, body, length));
            let answer = wire.read_to_end();
            assert_eq!(between(&answer, " ", " "), "401", "{answer}");
        }
    });
}
