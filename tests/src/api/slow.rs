//! Who sends or reads too slowly is not waited for, and nobody else waits for them.

use std::{
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use renraku_db::Error;
use renraku_test_db::Backend;
use serde_json::json;

use crate::harness::{Phone, TestServer, Wire, on_each_backend};

/// A server that waits for a second where an office's waits for many.
fn impatient(test: impl Fn(&TestServer)) {
    for backend in Backend::all() {
        let settings = [
            ("RENRAKU_LIMITS_HEAD_S", "1"),
            ("RENRAKU_LIMITS_BODY_S", "3"),
            ("RENRAKU_LIMITS_ANSWER_S", "1"),
        ];
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

        // Longer than a short body may take, and never too slow.
        let pieces = 15;
        let filler = format!("X-FILLER:{}\r\n", "x".repeat(1_024 - 11)).repeat(pieces);
        let file = format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{filler}END:VCALENDAR\r\n");
        let more = format!("Content-Type: text/calendar\r\nContent-Length: {}", file.len());
        let mut wire = Wire::connect(&server.base());
        wire.send(head(&hanako, &path, &more));
        let (_line, bytes) = mpsc::channel::<()>();
        for piece in file.as_bytes().chunks(1_024) {
            wire.send(piece);
            assert!(bytes.recv_timeout(Duration::from_millis(300)).is_err());
        }
        let answer = wire.read_answer();
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    });
}

/// Some hundred kilobytes.
const LONG_ANSWER: &str = "GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n";

#[test]
fn who_takes_nothing_of_an_answer_loses_the_connection_and_an_open_stream_stays() {
    impatient(|server| {
        let hanako = server.staff("hanako");
        let mut stream = Wire::listen(&hanako);
        Wire::narrow(&server.base()).send_until_cut(LONG_ANSWER);
        // Nothing was sent to the stream for longer than that.
        hanako.post("contacts", &json!({"name": {"full": "佐藤"}})).expect(201);
        assert!(stream.read_until("\n\n").contains("contacts"));
    });
}

#[test]
fn who_takes_an_answer_slowly_gets_all_of_it() {
    impatient(|server| {
        let mut slow = Wire::narrow(&server.base());
        // More than a system would take ahead, which would then take nothing for long.
        slow.send(LONG_ANSWER.repeat(30));
        // A bad line, for longer than somebody may take nothing.
        let (_line, bytes) = mpsc::channel::<()>();
        for _ in 0..40 {
            assert!(bytes.recv_timeout(Duration::from_millis(100)).is_err());
            slow.read_some(4_096);
        }
        slow.read_some(6 * 1024 * 1024);
        slow.send("GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        assert!(slow.read_to_end().ends_with(r#"{"status":"live"}"#), "the connection is as good as before");
    });
}

#[test]
fn a_connection_without_a_request_is_kept_for_a_while_and_then_ended() {
    let server = TestServer::start(Backend::Sqlite);
    let mut wire = Wire::connect(&server.base());
    for _ in 0..2 {
        wire.send("GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n");
        assert!(wire.read_answer().starts_with("HTTP/1.1 200"));
    }
    let idle = Instant::now();
    assert_eq!(wire.read_to_end(), "");
    assert!(idle.elapsed() >= Duration::from_secs(10), "{:?}", idle.elapsed());
}

/// How long anything of this may take; a test that hangs has failed.
const LONGEST: Duration = Duration::from_secs(20);

#[test]
fn work_of_a_kind_that_is_full_is_told_when_to_come_back_and_holds_nobody_up() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        let event =
            "BEGIN:VEVENT\r\nUID:x\r\nDTSTAMP:20261125T000000Z\r\nDTSTART:20261224T010000Z\r\nEND:VEVENT";
        let file = format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n{event}\r\nEND:VCALENDAR\r\n");
        let import = || {
            let path = format!("calendars/{}/import", hanako.calendar);
            hanako.ask("POST", &path).fresh_key().body("text/calendar", file.clone()).send()
        };
        let (begun, holds) = mpsc::channel();
        let (release, released) = mpsc::channel::<()>();
        let (answers, answered) = mpsc::channel();
        thread::scope(|scope| {
            let (db, calendar) = (server.db(), hanako.calendar.clone());
            // Somebody writes into the calendar and takes their time; whatever reads it in waits with its turn.
            scope.spawn(move || {
                db.write(|tx| {
                    tx.hold(&calendar)?;
                    begun.send(()).unwrap();
                    assert!(released.recv_timeout(LONGEST).is_err(), "it is only dropped");
                    Ok::<_, Error>(())
                })
                .unwrap();
            });
            holds.recv_timeout(LONGEST).unwrap();
            for _ in 0..2 {
                let answers = answers.clone();
                let import = &import;
                scope.spawn(move || answers.send(import()).unwrap());
            }
            // One of the two has the only turn; the other is told first.
            let refused = answered.recv_timeout(LONGEST).unwrap();
            refused.problem(503, "overloaded");
            let wait = refused.header("retry-after").and_then(|seconds| seconds.parse::<u64>().ok());
            assert!(wait.is_some_and(|seconds| seconds >= 5), "{wait:?}");
            hanako.get("/health/live").expect(200);
            hanako.get("calendars").expect(200);
            drop(release);
            // PostgreSQL may have given up waiting for the calendar; the turn is free again either way.
            answered.recv_timeout(LONGEST).unwrap();
            import().expect(200);
        });
    });
}
