//! Everything that is too large, too long or cannot be read is refused by name, and nothing is stored.

use serde_json::json;

use crate::harness::{Staff, Wire, on_each_backend};

fn nothing_is_stored(staff: &Staff) {
    assert_eq!(staff.get("contacts").expect(200).json()["items"], json!([]));
}

#[test]
fn a_compressed_body_is_refused_before_it_is_opened() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        for encoding in ["gzip", "br", "zstd", "deflate", "identity", "identity, gzip", "x-unknown"] {
            let ask = hanako.ask("POST", "contacts").fresh_key().header("content-encoding", encoding);
            ask.body("application/json", "{}").send().problem(415, "encoded-body");
            let ask = hanako.ask("POST", "sync").header("content-encoding", encoding);
            ask.body("application/json", "{}").send().problem(415, "encoded-body");
        }
        nothing_is_stored(&hanako);
    });
}

#[test]
fn a_body_of_another_type_is_refused() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        for kind in
            ["text/plain", "application/xml", "multipart/form-data", "application/x-www-form-urlencoded"]
        {
            let ask = hanako.ask("POST", "contacts").fresh_key();
            ask.body(kind, r#"{"name":{"full":"佐藤"}}"#).send().problem(415, "unsupported-type");
        }
        nothing_is_stored(&hanako);
    });
}

#[test]
fn a_body_that_is_too_large_is_refused_with_the_limit() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        let large = format!(r#"{{"name":{{"full":"{}"}}}}"#, "x".repeat(600 * 1024));
        let answer = hanako.ask("POST", "contacts").fresh_key().body("application/json", large).send();
        assert!(
            answer.problem(413, "too-large")["limitBytes"].as_u64().is_some_and(|limit| limit <= 512 * 1024)
        );
        let large = format!(r#"{{"token":"{}"}}"#, "x".repeat(1100 * 1024));
        hanako.ask("POST", "sync").body("application/json", large).send().problem(413, "too-large");
        // Said to be 10 GB: refused at once, not read.
        let mut wire = Wire::connect(&server.base());
        wire.send(format!(
            "POST /api/v1/contacts HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\n\
             Idempotency-Key: 0198c0de-7f3a-7abc-8def-0123456789ab\r\nContent-Length: 10737418240\r\n\r\n{{",
            hanako.token().unwrap()
        ));
        assert!(wire.read_answer().starts_with("HTTP/1.1 413"));
        nothing_is_stored(&hanako);
    });
}

/// The bytes that `Larger than 256 KiB.` speaks of.
fn bytes_of(description: &str) -> usize {
    let (number, unit) = description
        .trim_start_matches("Larger than ")
        .trim_end_matches('.')
        .split_once(' ')
        .unwrap_or_else(|| panic!("{description:?} tells no limit"));
    let unit = match unit {
        "KiB" => 1024,
        "MiB" => 1024 * 1024,
        other => panic!("{description:?}: {other}"),
    };
    number.parse::<usize>().unwrap() * unit
}

#[test]
fn every_body_is_taken_up_to_the_size_that_the_description_tells() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        let document = hanako.get("/openapi.json").expect(200).json();
        let mut seen = 0;
        for (path, methods) in document["paths"].as_object().unwrap() {
            for (method, operation) in methods.as_object().unwrap() {
                let Some(content) = operation["requestBody"]["content"].as_object() else { continue };
                let kind = content.keys().next().unwrap();
                let limit = bytes_of(operation["responses"]["413"]["description"].as_str().unwrap());
                let path = path.replace("{id}", "0198c0de-7f3a-7abc-8def-0123456789ab");
                let send = |size: usize| {
                    let ask = hanako.ask(&method.to_uppercase(), &path).fresh_key().header("if-match", "*");
                    ask.body(kind, " ".repeat(size)).send()
                };
                assert_eq!(send(limit + 1).problem(413, "too-large")["limitBytes"], limit, "{method} {path}");
                assert_ne!(send(limit).status, 413, "{method} {path}");
                seen += 1;
            }
        }
        assert!(seen > 20, "only {seen} requests with a body are described");
    });
}

#[test]
fn json_that_cannot_be_read_is_refused() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
        let deep_inside = format!(r#"{{"name":{{"full":"佐藤"}},"x":{deep}}}"#);
        let bodies = [
            "",
            "{",
            "nul",
            r#"{"name":1e400}"#,
            r#"{"name":{"full":"\ud800"}}"#,
            "{'a':1}",
            "\u{feff}{}",
            &deep,
            &deep_inside,
        ];
        for body in bodies {
            let ask = hanako.ask("POST", "contacts").fresh_key();
            let problem = ask.body("application/json", body).send().problem(400, "not-json");
            assert!(problem["errors"][0]["detail"].is_string(), "{problem}");
        }
        for (body, code, told) in [
            ("{\"name\":\n NaN}", "not-json", "2:2"),
            (r#"{"name":{"full":"a","full":"b"}}"#, "repeated-member", "full"),
        ] {
            let ask = hanako.ask("POST", "contacts").fresh_key();
            let problem = ask.body("application/json", body).send().problem(400, "not-json");
            let fault = &problem["errors"][0];
            assert_eq!(fault["code"], code, "{problem}");
            assert!(fault["detail"].as_str().unwrap().contains(told), "{problem}");
        }
        let not_utf8 = [b"{\"name\":\"".as_slice(), &[0xff, 0xfe], b"\"}"].concat();
        hanako
            .ask("POST", "contacts")
            .fresh_key()
            .body("application/json", not_utf8)
            .send()
            .problem(400, "not-json");
        nothing_is_stored(&hanako);
    });
}

#[test]
fn an_address_or_a_head_that_is_too_long_is_refused() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        hanako.get(&format!("contacts?q={}", "x".repeat(9_000))).problem(414, "address-too-long");
        let mut many = hanako.ask("GET", "contacts");
        for n in 0..70 {
            many = many.header(&format!("x-header-{n}"), "x");
        }
        many.send().problem(400, "bad-header");
        hanako
            .ask("GET", "contacts")
            .header("x-large", &"x".repeat(20_000))
            .send()
            .problem(400, "bad-header");
    });
}

#[test]
fn a_query_that_is_wrong_is_refused_with_the_parameters_name() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        for (query, pointer) in [
            ("limit=0", "limit"),
            ("limit=501", "limit"),
            ("limit=-1", "limit"),
            ("limit=many", "limit"),
            ("cursor=zz", "cursor"),
            ("offset=10", "offset"),
        ] {
            let problem = hanako.get(&format!("contacts?{query}")).problem(400, "bad-query");
            assert_eq!(problem["errors"][0]["pointer"], pointer, "{query}: {problem}");
        }
        hanako.get("contacts?limit=500").expect(200);
    });
}

#[test]
fn an_id_that_is_no_id_is_not_found() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        for id in [
            "1",
            "x",
            "..%2f..%2fetc%2fpasswd",
            "%00",
            "%c0%ae",
            "00000000-0000-0000-0000-000000000000",
            "'%20or%20'1'='1",
        ] {
            hanako.get(&format!("contacts/{id}")).problem(404, "not-found");
        }
    });
}

#[test]
fn requests_that_two_servers_would_read_differently_are_refused() {
    on_each_backend(|server| {
        let smuggled = "GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n";
        let both = "Content-Length: 4\r\nTransfer-Encoding: chunked";
        for headers in [
            both,
            "Content-Length: 4\r\nContent-Length: 5",
            "Transfer-Encoding: xchunked",
            "Content-Length: +4",
        ] {
            let mut wire = Wire::connect(&server.base());
            wire.send(format!(
                "POST /api/v1/sync HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n{headers}\r\n\r\n0\r\n\r\n{smuggled}"
            ));
            let answers = wire.read_to_end();
            assert!(answers.starts_with("HTTP/1.1 400"), "{headers}: {answers}");
            assert_eq!(answers.matches("HTTP/1.1 ").count(), 1, "{headers}: {answers}");
        }
    });
}

#[test]
fn a_request_proves_itself_and_not_the_next_one_on_its_connection() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        let mut wire = Wire::connect(&server.base());
        wire.send(format!(
            "GET /api/v1/me HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\n\r\n",
            hanako.token().unwrap()
        ));
        assert!(wire.read_answer().starts_with("HTTP/1.1 200"));
        wire.send("GET /api/v1/me HTTP/1.1\r\nHost: x\r\n\r\n");
        assert!(wire.read_answer().starts_with("HTTP/1.1 401"));
    });
}
