//! Many requests in one round trip.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::harness::{Staff, on_each_backend};

fn batch(staff: &Staff, requests: &Value) -> Vec<Value> {
    let answer = staff.ask("POST", "batch").json(&json!({"requests": requests})).send().expect(200).json();
    answer["responses"].as_array().unwrap().clone()
}

fn key() -> Value {
    json!({"Idempotency-Key": Uuid::new_v4().to_string()})
}

#[test]
fn requests_run_in_order_and_each_has_its_own_status() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        let id = "0198c0de-7f3a-7abc-8def-0123456789ab";
        let path = format!("contacts/{id}");
        let answers = batch(
            &hanako,
            &json!([
                {"id": "a", "method": "POST", "path": "contacts", "headers": key(), "body": {"id": id, "name": {"full": "佐藤"}}},
                {"id": "b", "method": "GET", "path": format!("/api/v1/{path}")},
                {"id": "c", "method": "GET", "path": "contacts/nobody"},
                {"id": "d", "method": "PATCH", "path": path, "headers": key(), "ifMatchFrom": "a", "body": {"name": {"full": "鈴木"}}},
                {"id": "e", "method": "DELETE", "path": path, "headers": key(), "ifMatchFrom": "d"},
                {"id": "f", "method": "GET", "path": path},
            ]),
        );
        let statuses: Vec<_> = answers
            .iter()
            .map(|one| (one["id"].as_str().unwrap(), one["status"].as_u64().unwrap()))
            .collect();
        assert_eq!(statuses, [("a", 201), ("b", 200), ("c", 404), ("d", 200), ("e", 204), ("f", 404)]);
        assert_eq!(answers[1]["headers"]["etag"], answers[0]["headers"]["etag"]);
        assert_eq!(answers[2]["body"]["code"], "not-found");
        assert_eq!(answers[3]["body"]["name"]["full"], "鈴木");
    });
}

#[test]
fn a_failure_stops_only_what_depends_on_it() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        let answers = batch(
            &hanako,
            &json!([
                {"id": "a", "method": "GET", "path": "contacts/0198c0de-7f3a-7abc-8def-0123456789ab"},
                {"id": "b", "method": "PATCH", "path": "contacts/0198c0de-7f3a-7abc-8def-0123456789ab",
                 "headers": key(), "ifMatchFrom": "a", "body": {}},
                {"id": "c", "method": "GET", "path": "me"},
                {"id": "d", "method": "PATCH", "path": "contacts/0198c0de-7f3a-7abc-8def-0123456789ab",
                 "headers": key(), "ifMatchFrom": "e", "body": {}},
                {"id": "e", "method": "GET", "path": "me"},
            ]),
        );
        let statuses: Vec<_> = answers.iter().map(|one| one["status"].as_u64().unwrap()).collect();
        assert_eq!(statuses, [404, 409, 200, 422, 200]);
        assert_eq!(answers[1]["body"]["code"], "batch-dependency");
        assert_eq!(answers[3]["body"]["errors"][0]["pointer"], "/requests/3/ifMatchFrom");
        assert_ne!(answers[3]["body"]["requestId"], "");
    });
}

#[test]
fn what_was_done_is_answered_again_though_what_it_built_on_is_gone() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        let id = "0198c0de-7f3a-7abc-8def-0123456789ab";
        let path = format!("contacts/{id}");
        let requests = json!([
            {"id": "a", "method": "POST", "path": "contacts", "headers": key(), "body": {"id": id, "name": {"full": "佐藤"}}},
            {"id": "b", "method": "PATCH", "path": path, "headers": key(), "ifMatchFrom": "a", "body": {"name": {"full": "鈴木"}}},
        ]);
        let first = batch(&hanako, &requests);
        let etag = first[1]["headers"]["etag"].as_str().unwrap();
        hanako.ask("DELETE", &path).header("If-Match", etag).send().expect(204);
        let again = batch(&hanako, &requests);
        let statuses: Vec<_> = again.iter().map(|one| one["status"].as_u64().unwrap()).collect();
        assert_eq!(statuses, [201, 200]);
        assert_eq!(again[1]["headers"]["idempotent-replayed"], "true");
    });
}

#[test]
fn a_repeated_batch_has_one_effect() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        let requests = json!([
            {"id": "a", "method": "POST", "path": "contacts", "headers": key(), "body": {"name": {"full": "佐藤"}}},
            {"id": "b", "method": "POST", "path": "contacts", "headers": key(), "body": {"name": {"full": "鈴木"}}},
        ]);
        let first = batch(&hanako, &requests);
        let again = batch(&hanako, &requests);
        assert_eq!(again[0]["headers"]["idempotent-replayed"], "true");
        assert_eq!((&again[0]["body"], &again[1]["body"]), (&first[0]["body"], &first[1]["body"]));
        assert_eq!(hanako.get("contacts").expect(200).json()["items"].as_array().unwrap().len(), 2);
    });
}

#[test]
fn the_answers_of_a_batch_have_a_size_together() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        let calendar = &hanako.calendar;
        let description = "議事録".repeat(5_000);
        for _ in 0..50 {
            let event = json!({"title": "会議", "start": "2026-11-26T10:00:00", "description": description});
            hanako.post("events", &event).expect(201);
        }
        let export = format!("calendars/{calendar}/export");
        let one = |n: usize| json!({"id": n.to_string(), "method": "GET", "path": export});
        let answers = batch(&hanako, &json!((0..10).map(one).collect::<Vec<_>>()));
        let statuses: Vec<_> = answers.iter().map(|one| one["status"].as_u64().unwrap()).collect();
        assert_eq!((statuses[0], statuses[9]), (200, 413), "{statuses:?}");
        assert_eq!(answers[9]["body"]["code"], "too-large");
    });
}

#[test]
fn a_batch_has_limits_and_does_not_hold_everything() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        let one = |n: usize| json!({"id": n.to_string(), "method": "GET", "path": "me"});
        let many: Vec<Value> = (0..51).map(one).collect();
        let problem =
            hanako.ask("POST", "batch").json(&json!({"requests": many})).send().problem(422, "invalid");
        assert_eq!(problem["errors"][0]["pointer"], "/requests");
        let twice = json!({"requests": [one(1), one(1)]});
        hanako.ask("POST", "batch").json(&twice).send().problem(422, "invalid");
        let answers = batch(
            &hanako,
            &json!([
                {"id": "a", "method": "POST", "path": "batch", "body": {"requests": []}},
                {"id": "b", "method": "GET", "path": "push"},
                {"id": "c", "method": "POST", "path": "auth/login", "body": {}},
            ]),
        );
        assert!(answers.iter().all(|one| one["body"]["code"] == "not-in-batch"), "{answers:?}");
        let answers = batch(
            &hanako,
            &json!([
                {"id": "a", "method": "GET", "path": "pus%68"},
                {"id": "b", "method": "POST", "path": "%61uth/login", "body": {}},
                {"id": "c", "method": "GET", "path": "%6de"},
            ]),
        );
        let statuses: Vec<_> = answers.iter().map(|one| one["status"].as_u64().unwrap()).collect();
        assert_eq!(statuses, [404, 404, 200], "however it is written");
        server
            .anonymous()
            .ask("POST", "batch")
            .json(&json!({"requests": []}))
            .send()
            .problem(401, "unauthenticated");
    });
}
