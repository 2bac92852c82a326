//! What holds for every request.

use serde_json::json;

use crate::harness::{Staff, on_each_backend};

#[test]
fn a_server_says_that_it_lives_and_is_ready() {
    on_each_backend(|server| {
        let phone = server.anonymous();
        phone.get("/health/live").expect(200);
        assert_eq!(phone.get("/health/ready").expect(200).json(), json!({"status": "ready"}));
        assert!(phone.get("/metrics").expect(200).text().contains("renraku_"));
    });
}

#[test]
fn a_refusal_comes_in_the_readers_language() {
    on_each_backend(|server| {
        let phone = server.anonymous();
        let title = |language: &str| {
            let answer = phone.ask("GET", "no-such-thing").header("accept-language", language).send();
            answer.problem(404, "not-found")["title"].as_str().unwrap().to_owned()
        };
        assert_eq!(title("en"), "Not found");
        assert_eq!(title("de, en-GB;q=0.5, ja;q=0.2"), "Not found");
        let japanese = phone.get("no-such-thing").problem(404, "not-found");
        for japanese_first in ["ja", "ja-JP, en;q=0.9", "de", "*", ";;q=x"] {
            assert_eq!(japanese["title"], title(japanese_first), "{japanese_first}");
        }
        assert_ne!(japanese["title"], "Not found", "Japanese is the default");
    });
}

#[test]
fn every_answer_names_its_request() {
    on_each_backend(|server| {
        let phone = server.anonymous();
        let one = phone.get("/health/live").header("x-request-id").unwrap().to_owned();
        let other = phone.get("/health/live").header("x-request-id").unwrap().to_owned();
        assert_ne!(one, other);
    });
}

#[test]
fn who_is_not_signed_in_is_told_how() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        let forged = format!("{}x", hanako.token().unwrap());
        for phone in
            [server.anonymous(), server.anonymous().with_token("x"), server.anonymous().with_token(&forged)]
        {
            let answer = phone.get("me").expect(401);
            answer.problem(401, if phone.token().is_some() { "token-invalid" } else { "unauthenticated" });
            assert!(answer.header("www-authenticate").is_some_and(|value| value.starts_with("Bearer")));
        }
    });
}

#[test]
fn a_method_that_is_not_taken_is_told_which_are() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        for method in ["DELETE", "PUT", "TRACE", "PROPFIND"] {
            let answer = hanako.ask(method, "contacts").send();
            answer.problem(405, "method-not-allowed");
            assert_eq!(answer.header("allow"), Some("GET, HEAD, POST"), "{method}");
        }
    });
}

#[test]
fn head_answers_as_get_without_a_body() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        let answer = hanako.ask("HEAD", "me").send().expect(200);
        assert_eq!(answer.body, b"");
        let get = hanako.get("me");
        assert_eq!(answer.header("content-type"), get.header("content-type"));
        assert_eq!(answer.header("content-length"), Some(get.body.len().to_string().as_str()));
    });
}

fn with_many_contacts(staff: Staff) -> Staff {
    for n in 0..20 {
        staff.post("contacts", &json!({"name": {"full": format!("佐藤 {n}号")}})).expect(201);
    }
    staff
}

#[test]
fn an_answer_that_is_not_compressed_tells_of_no_coding() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        for accepted in ["zstd", "identity"] {
            let answer = hanako.ask("GET", "contacts").header("Accept-Encoding", accepted).send().expect(200);
            assert_eq!(answer.header("content-encoding"), None, "a short answer is sent as it is");
        }
    });
}

#[test]
fn a_large_answer_is_compressed_as_the_phone_likes_best() {
    on_each_backend(|server| {
        let hanako = with_many_contacts(server.staff("hanako"));
        let plain = hanako.get("contacts").expect(200);
        assert_eq!(plain.header("content-encoding"), None);
        for (accepts, expected) in
            [("zstd", "zstd"), ("br", "br"), ("gzip", "gzip"), ("br;q=0.5, zstd", "zstd")]
        {
            let answer = hanako.ask("GET", "contacts").header("accept-encoding", accepts).send().expect(200);
            assert_eq!(answer.header("content-encoding"), Some(expected), "{accepts}");
            assert!(
                answer.header("vary").is_some_and(|vary| vary.to_lowercase().contains("accept-encoding"))
            );
            assert!(answer.body.len() < plain.body.len() / 2, "{accepts}: {} bytes", answer.body.len());
        }
    });
}

#[test]
fn who_takes_no_coding_at_all_is_told() {
    on_each_backend(|server| {
        let hanako = with_many_contacts(server.staff("hanako"));
        for accepts in ["*;q=0", "identity;q=0", "gzip;q=0, identity;q=0", "x-unknown, *;q=0"] {
            hanako
                .ask("GET", "contacts")
                .header("accept-encoding", accepts)
                .send()
                .problem(406, "not-acceptable");
        }
        for accepts in ["identity;q=0, gzip", "*;q=0, gzip"] {
            let answer = hanako.ask("GET", "contacts").header("accept-encoding", accepts).send().expect(200);
            assert_eq!(answer.header("content-encoding"), Some("gzip"), "{accepts}");
        }
        hanako.ask("GET", "contacts").header("accept-encoding", "x-unknown").send().expect(200).json();
    });
}

/// All items of a list, read in pages of `limit`.
fn paged(staff: &Staff, path: &str, limit: usize) -> Vec<serde_json::Value> {
    let mut items = Vec::new();
    let mut next = String::new();
    loop {
        let page = staff.get(&format!("{path}?limit={limit}{next}")).expect(200).json();
        let here = page["items"].as_array().unwrap();
        assert!(here.len() <= limit, "{path}: {page}");
        items.extend(here.iter().cloned());
        match page["nextCursor"].as_str() {
            Some(cursor) => next = format!("&cursor={cursor}"),
            None => return items,
        }
    }
}

#[test]
fn every_list_comes_in_pages() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        let (_second, taro) = (hanako.on_another_phone(), server.staff("taro"));
        for n in 0..4 {
            hanako.post("calendars", &json!({"name": format!("予定 {n}")})).expect(201);
            hanako.post("address-books", &json!({"name": format!("名簿 {n}")})).expect(201);
            hanako.post("me/app-passwords", &json!({"name": format!("端末 {n}")})).expect(201);
        }
        let shares = format!("calendars/{}/shares", hanako.calendar);
        let grantee = json!({"type": "person", "personId": taro.person});
        hanako.post(&shares, &json!({"grantee": grantee, "role": "read"})).expect(200);
        for (path, least) in
            [("calendars", 5), ("address-books", 4), ("me/devices", 2), ("me/app-passwords", 4), (&shares, 3)]
        {
            let whole = hanako.get(path).expect(200).json();
            let whole = whole["items"].as_array().unwrap();
            assert!(whole.len() >= least, "{path}: {whole:?}");
            for limit in 1..=3 {
                assert_eq!(&paged(&hanako, path, limit), whole, "{path} by {limit}");
            }
            hanako.get(&format!("{path}?limit=0")).problem(400, "bad-query");
            hanako.get(&format!("{path}?cursor=zz")).problem(400, "bad-query");
        }
    });
}

#[test]
fn what_a_field_of_a_request_is_not_is_said() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        let problem =
            hanako.post("address-books", &json!({"name": "議員", "owner": "me"})).problem(422, "invalid");
        assert_eq!(problem["errors"][0]["pointer"], "/owner", "{problem}");
        let problem = hanako.post("address-books", &json!({"name": 7})).problem(422, "invalid");
        assert_eq!(problem["errors"][0]["pointer"], "/name", "{problem}");
        let problem = hanako.post("address-books", &json!({})).problem(422, "invalid");
        assert_eq!(problem["errors"][0]["pointer"], "/name", "{problem}");
    });
}

#[test]
fn a_parameter_that_is_missing_or_unknown_is_named() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        for (path, pointer, code) in [
            ("directory/lookup", "phone", "required"),
            ("occurrences?to=2026-12-01T00:00:00Z", "from", "required"),
            ("contacts?page=2", "page", "unknown-field"),
            ("contacts?limit=0", "limit", "bad-value"),
            ("me?fields=all", "fields", "unknown-field"),
            ("contacts/merges?limit=2", "limit", "unknown-field"),
            (&format!("directory/people/{}/posts?all", hanako.person), "all", "unknown-field"),
            (&format!("directory/people/{}/reach?at=now", hanako.person), "at", "unknown-field"),
        ] {
            let problem = hanako.get(path).problem(400, "bad-query");
            let error = &problem["errors"][0];
            assert_eq!((&error["pointer"], &error["code"]), (&pointer.into(), &code.into()), "{path}");
        }
        let answer = hanako.ask("POST", "address-books?x=1").fresh_key().json(&json!({"name": "x"})).send();
        answer.problem(400, "bad-query");
    });
}

#[test]
fn the_description_is_served_and_can_be_browsed_without_the_internet() {
    on_each_backend(|server| {
        let phone = server.anonymous();
        assert!(
            phone.get("/openapi.json").expect(200).json()["openapi"].as_str().unwrap().starts_with("3.1")
        );
        for path in ["/docs/", "/docs/index.html"] {
            let answer = phone.get(path).expect(200);
            let policy = answer.header("content-security-policy").unwrap_or_default().to_owned();
            assert!(policy.starts_with("default-src 'self' ") && !policy.contains("http"), "{policy}");
            let page = answer.text();
            assert!(page.contains("<title>Renraku API</title>"), "{page}");
            assert!(!page.contains("https://"), "the page loads something from outside");
        }
        let setup = phone.get("/docs/swagger-initializer.js").expect(200).text();
        // Left out, Swagger UI asks validator.swagger.io about every document that is not on localhost.
        assert!(setup.contains(r#""validatorUrl": "none""#), "{setup}");
        assert!(setup.contains(r#""persistAuthorization": true"#) && !setup.contains("https://"), "{setup}");
    });
}

#[test]
fn a_value_that_is_not_taken_is_told_with_what_is() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        let event = |more: serde_json::Value| {
            let mut body = json!({"title": "会議", "start": "2026-11-26T10:00:00"});
            body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            body
        };
        let cases = [
            ("GET", "contacts?limit=0", json!(null), "1–500"),
            ("GET", "mail/messages?unread=maybe", json!(null), "true, false"),
            ("GET", "occurrences?from=x&to=2026-12-01T00:00:00Z", json!(null), "2026-04-01T00:00:00Z"),
            ("POST", "sync", json!({"limit": 0}), "1–2000"),
            (
                "POST",
                "sync",
                json!({"window": {"from": "x", "to": "2026-12-01T00:00:00Z"}}),
                "2026-04-01T00:00:00Z",
            ),
            ("POST", "address-books", json!({"title": "x"}), "id, name"),
            ("POST", "events", event(json!({"participants": []})), "{…}"),
            ("POST", "events", event(json!({"locations": "部屋"})), "{…}"),
            ("POST", "events", event(json!({"recurrenceRule": {"frequency": "sometimes"}})), "daily, hourly"),
            ("POST", "contacts", json!({"name": {"full": "x"}, "emails": ["a@b.c"]}), "{…}"),
            (
                "POST",
                "batch",
                json!({"requests": [{"id": "1", "method": "GET", "path": "/me"}]}),
                "/api/v1/events",
            ),
            (
                "POST",
                "batch",
                json!({"requests": [{"id": "1", "method": "GET", "path": " "}]}),
                "/api/v1/events",
            ),
            ("POST", "events", event(json!({"status": "maybe"})), "confirmed, cancelled, tentative"),
            ("POST", "events", event(json!({"showWithoutTime": "no"})), "true, false"),
            (
                "POST",
                "contacts",
                json!({"name": {"full": "x"}, "emails": {"e": {"address": "a", "pref": 0}}}),
                "1–100",
            ),
        ];
        for (method, path, body, allowed) in cases {
            for language in ["ja", "en"] {
                let mut ask = hanako.ask(method, path).header("accept-language", language);
                if method == "POST" {
                    ask = ask.fresh_key().json(&body);
                }
                let answer = ask.send().json();
                // A batch answers for each of its requests.
                let problem = if path == "batch" { &answer["responses"][0]["body"] } else { &answer };
                let detail = problem["errors"][0]["detail"].as_str().unwrap_or_default();
                assert!(detail.contains(allowed), "{path} {language}: {problem}");
                assert_eq!(detail.matches(allowed).count(), 1, "{path} {language}: {problem}");
                // Where a reader of JSON stood says nothing to who sent it.
                assert!(!detail.contains("at line"), "{path} {language}: {problem}");
            }
        }
    });
}

#[test]
fn a_browser_is_shown_where_to_go() {
    on_each_backend(|server| {
        let phone = server.anonymous();
        for (language, words) in [("ja", "管理する方"), ("en", "For administrators")] {
            let answer = phone.ask("GET", "/").header("accept-language", language).send().expect(200);
            assert_eq!(answer.header("content-language"), Some(language));
            assert_eq!(answer.header("content-type"), Some("text/html; charset=utf-8"));
            let page = answer.text();
            assert!(page.contains(words) && !page.contains("://") && !page.contains("src="), "{page}");
            for link in page.split("href=\"").skip(1).map(|rest| rest.split('"').next().unwrap()) {
                phone.get(link).expect(200);
            }
        }
        phone.get("/favicon.ico").expect(204);
        phone.ask("POST", "/").send().problem(404, "not-found");
    });
}
