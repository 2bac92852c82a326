//! ETags: nothing is sent twice, nothing is overwritten unseen.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

use serde_json::json;

use crate::harness::{Staff, on_each_backend};

/// A contact of one's own: its path and its ETag.
fn contact(staff: &Staff) -> (String, String) {
    let made = staff.post("contacts", &json!({"name": {"full": "佐藤 一郎"}})).expect(201);
    (format!("contacts/{}", made.json()["id"].as_str().unwrap()), made.etag())
}

#[test]
fn the_etag_is_strong_and_the_same_in_header_object_and_list() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        let (path, etag) = contact(&hanako);
        assert!(etag.starts_with('"') && etag.ends_with('"') && etag.len() > 2, "{etag}");
        let read = hanako.get(&path).expect(200);
        assert_eq!((read.etag(), read.json()["etag"].as_str()), (etag.clone(), Some(etag.as_str())));
        let list = hanako.get("contacts").expect(200).json();
        assert_eq!(list["items"][0]["etag"], etag.as_str());
    });
}

#[test]
fn what_the_phone_holds_is_not_sent_again() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        let (path, etag) = contact(&hanako);
        for held in [etag.as_str(), &format!("W/{etag}"), &format!("\"other\", {etag}"), "*"] {
            let answer = hanako.ask("GET", &path).header("if-none-match", held).send().expect(304);
            assert_eq!((answer.etag(), answer.body.len()), (etag.clone(), 0), "{held}");
        }
        hanako.ask("GET", &path).header("if-none-match", "\"other\"").send().expect(200);
        let changed = hanako.patch(&path, &etag, &json!({"name": {"full": "佐藤 二郎"}})).expect(200);
        assert_ne!(changed.etag(), etag);
        hanako.ask("GET", &path).header("if-none-match", &etag).send().expect(200);
    });
}

#[test]
fn a_change_must_say_of_which_version() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        let (path, etag) = contact(&hanako);
        let change = json!({"name": {"full": "佐藤 二郎"}});
        hanako.ask("PATCH", &path).fresh_key().json(&change).send().problem(428, "if-match-required");
        hanako.ask("DELETE", &path).fresh_key().send().problem(428, "if-match-required");
        assert_eq!(hanako.get(&path).expect(200).etag(), etag);
    });
}

#[test]
fn what_is_no_etag_is_told_from_what_is_stale() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        let (path, etag) = contact(&hanako);
        let change = json!({"name": {"full": "佐藤 二郎"}});
        let bare = etag.trim_matches('"');
        for no_etag in [bare, "", "W/", "\"", &format!("{etag}, {bare}"), &format!("'{bare}'")] {
            let problem = hanako.patch(&path, no_etag, &change).problem(400, "bad-header");
            assert_eq!(
                (&problem["errors"][0]["pointer"], &problem["errors"][0]["code"]),
                (&json!("If-Match"), &json!("not-an-etag")),
                "{no_etag}"
            );
        }
        // A weak tag is one, and `If-Match` compares strongly.
        hanako.patch(&path, &format!("W/{etag}"), &change).problem(412, "stale");
        hanako.patch(&path, &format!("\"other\", {etag}"), &change).expect(200);
    });
}

#[test]
fn a_stale_change_is_refused_and_shows_what_is_there_now() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        let (path, old) = contact(&hanako);
        let now = hanako.patch(&path, &old, &json!({"name": {"full": "佐藤 二郎"}})).expect(200);
        let stale = hanako.patch(&path, &old, &json!({"name": {"full": "佐藤 三郎"}})).problem(412, "stale");
        assert_eq!(stale["current"], now.json());
        let stale = hanako.delete(&path, &old).problem(412, "stale");
        assert_eq!(stale["current"]["etag"], now.etag());
        hanako.delete(&path, &now.etag()).expect(204);
        hanako.get(&path).problem(404, "not-found");
    });
}

#[test]
fn of_parallel_changes_of_one_version_one_wins() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        let (path, mut etag) = contact(&hanako);
        for round in 0..5 {
            let won = AtomicUsize::new(0);
            thread::scope(|scope| {
                for writer in 0..4 {
                    let (path, etag, won, hanako) = (&path, &etag, &won, &hanako);
                    scope.spawn(move || {
                        let name = format!("佐藤 {round}-{writer}");
                        let answer = hanako.patch(path, etag, &json!({"name": {"full": name}}));
                        match answer.status {
                            200 => _ = won.fetch_add(1, Ordering::SeqCst),
                            _ => _ = answer.problem(412, "stale"),
                        }
                    });
                }
            });
            assert_eq!(won.load(Ordering::SeqCst), 1);
            etag = hanako.get(&path).expect(200).etag();
        }
    });
}
