//! Who sends too slowly is not waited for, and nobody else waits for them.

use renraku_test_db::Backend;
use serde_json::json;

use crate::harness::{Phone, TestServer, Wire};

/// A server that waits for a second where an office's waits for many.
fn impatient(test: impl Fn(&TestServer)) {
    for backend in Backend::all() {
        let settings = [("RENRAKU_LIMITS_HEAD_S", "1"), ("RENRAKU_LIMITS_BODY_S", "3")];
        test(&TestServer::start_with(*backend, &settings));
    }
}

fn head(phone: &Phone, path: &str, more: &str) -> String {
    let token = phone.token().unwrap();
    format!(
        "POST /api/v1/{path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\
         Idempotency-Key: 0198c0de-7f3a-7abc-8def-0123456789ab\r\n{more}\r\n\r\n"
    )
}

#[test]
fn a_head_that_does_not_end_is_answered_with_408() {
    impatient(|server| {
        let hanako = server.staff("hanako");
        let mut slow: Vec<Wire> = (0..200).map(|_| Wire::connect(&server.base())).collect();
        for wire in &mut slow {
            wire.send("GET /health/live HTTP/1.1\r\nHost:");
        }
        hanako.get("me").expect(200);
        for wire in slow {
            let answer = wire.read_to_end();
            assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
        }
    });
}

#[test]
fn a_body_that_does_not_end_is_answered_with_408_and_stores_nothing() {
    impatient(|server| {
        let hanako = server.staff("hanako");
        let more = "Content-Type: application/json\r\nContent-Length: 100";
        let mut slow: Vec<Wire> = (0..50).map(|_| Wire::connect(&server.base())).collect();
        for wire in &mut slow {
            wire.send(head(&hanako, "contacts", more) + r#"{"name":"#);
        }
        hanako.post("contacts", &json!({"name": {"full": "佐藤"}})).expect(201);
        for mut wire in slow {
            let answer = wire.read_answer();
            assert!(answer.starts_with("HTTP/1.1 408") && answer.contains("body-timeout"), "{answer}");
        }
        assert_eq!(hanako.get("contacts").expect(200).json()["items"].as_array().unwrap().len(), 1);
    });
}

#[test]
fn a_long_body_may_take_its_time_as_long_as_it_comes() {
    impatient(|server| {
        let hanako = server.staff("hanako");
        let path = format!("calendars/{}/import", hanako.calendar);
        let more = "Content-Type: text/calendar\r\nContent-Length: 100000";
        let mut wire = Wire::connect(&server.base());
        // Two KiB in hand are two seconds more than the first.
        wire.send(head(&hanako, &path, more) + &"X".repeat(2_048));
        let answer = wire.read_answer();
        assert!(answer.starts_with("HTTP/1.1 408") && answer.contains("body-timeout"), "{answer}");
    });
}
