//! A repeated write has one effect and one answer.

use std::thread;

use serde_json::{Value, json};
use uuid::Uuid;

use crate::harness::{Answer, Phone, on_each_backend};

fn key() -> String {
    Uuid::new_v4().to_string()
}

fn send(phone: &Phone, key: &str, name: &str) -> Answer {
    phone.ask("POST", "address-books").header("idempotency-key", key).json(&json!({"name": name})).send()
}

fn names(phone: &Phone) -> Vec<String> {
    let books = phone.get("address-books").expect(200).json();
    let name = |book: &Value| book["name"].as_str().unwrap().to_owned();
    books["items"].as_array().unwrap().iter().map(name).collect()
}

#[test]
fn a_repeat_answers_as_the_first_and_says_so() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        let key = key();
        let first = send(&hanako, &key, "議員").expect(201);
        let again = send(&hanako, &key, "議員").expect(201);
        assert_eq!(first.header("idempotent-replayed"), None);
        assert_eq!(again.header("idempotent-replayed"), Some("true"));
        assert_eq!((again.json(), again.etag()), (first.json(), first.etag()));
        assert_eq!(names(&hanako).iter().filter(|name| *name == "議員").count(), 1);
    });
}

#[test]
fn a_repeat_shows_the_object_as_it_is_now() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        let key = key();
        let first = send(&hanako, &key, "旧").expect(201);
        let path = format!("address-books/{}", first.json()["id"].as_str().unwrap());
        let renamed = hanako.patch(&path, &first.etag(), &json!({"name": "新"})).expect(200);
        let again = send(&hanako, &key, "旧").expect(201);
        assert_eq!((again.json()["name"].as_str(), again.etag()), (Some("新"), renamed.etag()));
        hanako.delete(&path, &renamed.etag()).expect(204);
        let gone = send(&hanako, &key, "旧").expect(201);
        assert_eq!((gone.header("idempotent-replayed"), gone.header("etag")), (Some("true"), None));
        assert_eq!(gone.json(), json!({"id": first.json()["id"]}), "what is left of it is its id");
        assert_eq!(names(&hanako).len(), names(&server.staff("taro")).len(), "it was not made again");
    });
}

#[test]
fn the_key_is_looked_at_before_the_precondition() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        let made = send(&hanako, &key(), "旧").expect(201);
        let path = format!("address-books/{}", made.json()["id"].as_str().unwrap());
        let change = |key: &str| {
            let ask =
                hanako.ask("PATCH", &path).header("idempotency-key", key).header("if-match", &made.etag());
            ask.json(&json!({"name": "新"})).send()
        };
        let key = key();
        let first = change(&key).expect(200);
        let again = change(&key).expect(200);
        assert_eq!((again.etag(), again.header("idempotent-replayed")), (first.etag(), Some("true")));
        change(&self::key()).problem(412, "stale");
        let remove = |key: &str| {
            hanako
                .ask("DELETE", &path)
                .header("idempotency-key", key)
                .header("if-match", &first.etag())
                .send()
        };
        let key = self::key();
        remove(&key).expect(204);
        assert_eq!(remove(&key).expect(204).header("idempotent-replayed"), Some("true"));
        remove(&self::key()).problem(404, "not-found");
    });
}

#[test]
fn a_key_stands_for_one_request() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        let key = key();
        let made = send(&hanako, &key, "議員").expect(201).json();
        send(&hanako, &key, "業者").problem(422, "idempotency-key-reused");
        let elsewhere = hanako.ask("POST", "contacts").header("idempotency-key", &key);
        elsewhere.json(&json!({"name": {"full": "佐藤"}})).send().problem(422, "idempotency-key-reused");
        let path = format!("address-books/{}", made["id"].as_str().unwrap());
        let deletion = hanako.ask("DELETE", &path).header("idempotency-key", &key).header("if-match", "*");
        deletion.send().problem(422, "idempotency-key-reused");
        assert!(names(&hanako).contains(&"議員".to_owned()));
    });
}

#[test]
fn a_key_belongs_to_a_person_and_not_to_a_phone() {
    on_each_backend(|server| {
        let (hanako, taro) = (server.staff("hanako"), server.staff("taro"));
        let key = key();
        send(&hanako, &key, "議員").expect(201);
        let again = send(&hanako.on_another_phone(), &key, "議員").expect(201);
        assert_eq!(again.header("idempotent-replayed"), Some("true"));
        let other = send(&taro, &key, "業者").expect(201);
        assert_eq!(other.header("idempotent-replayed"), None);
    });
}

#[test]
fn a_refusal_is_not_remembered() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        let key = key();
        send(&hanako, &key, "").problem(422, "invalid");
        let made = send(&hanako, &key, "議員").expect(201);
        assert_eq!(made.header("idempotent-replayed"), None);
    });
}

#[test]
fn what_creates_or_acts_needs_a_key_and_the_key_is_a_uuid() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        let before = names(&hanako);
        let body = json!({"name": "議員"});
        hanako.ask("POST", "address-books").json(&body).send().problem(400, "idempotency-key-required");
        for bad in ["1", "", "not-a-uuid", "0198c0de7f3a"] {
            let problem = send(&hanako, bad, "議員").problem(400, "bad-header");
            assert_eq!(problem["errors"][0]["pointer"], "Idempotency-Key", "{bad}");
        }
        assert_eq!(names(&hanako), before);
    });
}

#[test]
fn parallel_repeats_wait_for_the_first() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        let before = names(&hanako).len();
        for round in 0..5 {
            let key = key();
            let answers: Vec<Answer> = thread::scope(|scope| {
                let send = || send(&hanako, &key, &format!("第{round}号"));
                let running: Vec<_> = (0..4).map(|_| scope.spawn(send)).collect();
                running.into_iter().map(|one| one.join().unwrap()).collect()
            });
            let fresh =
                answers.iter().filter(|answer| answer.header("idempotent-replayed").is_none()).count();
            assert_eq!(fresh, 1);
            assert!(answers.iter().all(|answer| answer.status == 201 && answer.body == answers[0].body));
        }
        assert_eq!(names(&hanako).len(), before + 5);
    });
}
