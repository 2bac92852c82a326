//! Signing in, going on, signing out.

use std::time::Duration;

use serde_json::{Value, json};

use crate::harness::{Answer, Phone, TestServer, on_each_backend};

fn login(phone: &Phone, username: &str, password: &str, device: &Value) -> Answer {
    let body = json!({"username": username, "password": password, "device": device});
    phone.ask("POST", "auth/login").json(&body).send()
}

fn refresh(phone: &Phone, token: &str) -> Answer {
    phone.ask("POST", "auth/refresh").json(&json!({"refreshToken": token})).send()
}

fn text(value: &Value, member: &str) -> String {
    value[member].as_str().unwrap_or_else(|| panic!("{member} in {value}")).to_owned()
}

fn advance(server: &TestServer, seconds: u64) {
    server.clock().advance(Duration::from_secs(seconds));
}

#[test]
fn a_login_answers_with_what_the_contract_names() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        let device = json!({"name": "電話", "platform": "Android 16"});
        let answer = login(&server.anonymous(), "hanako", &hanako.password, &device).expect(200);
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        let tokens = answer.json();
        let mut members: Vec<_> = tokens.as_object().unwrap().keys().cloned().collect();
        members.sort_unstable();
        assert_eq!(members, ["accessToken", "deviceId", "expiresIn", "personId", "refreshToken"]);
        assert_eq!(tokens["expiresIn"], 600);
        assert_eq!(tokens["personId"], hanako.person.as_str());
        let phone = server.anonymous().with_token(&text(&tokens, "accessToken"));
        let me = phone.get("me").expect(200).json();
        assert_eq!(me["username"], "hanako");
        assert_eq!(me["personId"], hanako.person.as_str());
        assert_eq!(me["deviceId"], tokens["deviceId"]);
        assert_eq!(me["deviceCount"], 2);
        assert_eq!(me["person"]["name"]["full"], "試験 hanako");
    });
}

#[test]
fn what_is_wrong_with_a_login_is_said_and_who_exists_is_not() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        let phone = server.anonymous();
        let device = json!({"name": "電話", "platform": "Android 16"});
        let mut answers = ["hanako", "nobody", "花子"].map(|name| {
            let mut problem = login(&phone, name, "wrong password", &device).problem(401, "bad-credentials");
            problem["requestId"].take();
            problem
        });
        answers.sort_by_key(Value::to_string);
        assert_eq!(answers[0], answers[2]);
        for _ in 0..2 {
            login(&phone, "hanako", "wrong password", &device).problem(401, "bad-credentials");
        }
        let later = login(&phone, "hanako", &hanako.password, &device);
        later.problem(429, "login-delayed");
        assert_eq!(later.header("retry-after"), Some("1"));
        advance(server, 1);
        login(&phone, "hanako", &hanako.password, &device).expect(200);
        for (body, pointer, code) in [
            (json!({"username":"a","password":"b"}), "/device", "required"),
            (json!({"username":"a","password":"b","device":{"name":"x"}}), "/device/platform", "required"),
            (json!({"username":"a","password":"b","device":device,"admin":true}), "/admin", "unknown-field"),
            (json!({"username":1,"password":"b","device":device}), "/username", "bad-value"),
            (
                json!({"username":"a","password":"b","device":{"name":" ","platform":"x"}}),
                "/device/name",
                "required",
            ),
        ] {
            let problem = phone.ask("POST", "auth/login").json(&body).send().problem(422, "invalid");
            assert_eq!(problem["errors"][0]["pointer"], pointer, "{problem}");
            assert_eq!(problem["errors"][0]["code"], code, "{problem}");
        }
        phone.ask("POST", "auth/login").body("application/json", "{").send().problem(400, "not-json");
        phone.ask("POST", "auth/login").body("text/plain", "x").send().problem(415, "unsupported-type");
    });
}

#[test]
fn ten_wrong_passwords_delay_the_right_one_by_five_seconds() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        let device = json!({"name": "よその電話", "platform": "x"});
        for wait in [0, 0, 1, 3, 3, 3, 3, 3, 3] {
            login(&server.anonymous(), "hanako", "wrong password", &device).problem(401, "bad-credentials");
            advance(server, wait);
        }
        login(&server.anonymous(), "hanako", "wrong password", &device).problem(401, "bad-credentials");
        let answer = login(&server.anonymous(), "hanako", &hanako.password, &device);
        let problem = answer.problem(429, "login-delayed");
        assert_eq!((answer.header("retry-after"), &problem["retryAfterS"]), (Some("5"), &json!(5)));
        assert_eq!(problem["detail"], "5秒待ってから、もう一度お試しください。");
        hanako.get("me").expect(200);
        let known = json!({"id": hanako.device, "name": "試験用", "platform": "android"});
        login(&server.anonymous(), "hanako", &hanako.password, &known).expect(200);
        advance(server, 5);
        login(&server.anonymous(), "hanako", &hanako.password, &device).expect(200);
    });
}

#[test]
fn an_access_token_ends_and_the_refresh_token_gets_the_next_once() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        let phone = server.anonymous();
        advance(server, 600);
        hanako.get("me").problem(401, "token-expired");
        let first = refresh(&phone, &hanako.refresh_token).expect(200).json();
        phone.with_token(&text(&first, "accessToken")).get("me").expect(200);
        advance(server, 29);
        let again = refresh(&phone, &hanako.refresh_token).expect(200).json();
        assert_eq!(again["refreshToken"], first["refreshToken"], "a lost answer is given again");
        advance(server, 2);
        refresh(&phone, &hanako.refresh_token).problem(401, "refresh-token-reused");
        phone.with_token(&text(&first, "accessToken")).get("me").problem(401, "session-ended");
        refresh(&phone, &text(&first, "refreshToken")).problem(401, "session-ended");
        refresh(&phone, "anything").problem(401, "refresh-token-invalid");
    });
}

#[test]
fn a_phone_that_signs_out_is_out_and_comes_back_as_itself() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        hanako.ask("POST", "auth/logout").send().expect(204);
        hanako.get("me").problem(401, "session-ended");
        refresh(&server.anonymous(), &hanako.refresh_token).problem(401, "session-ended");
        hanako.ask("POST", "auth/logout").send().problem(401, "session-ended");
        let device = json!({"id": hanako.device, "name": "試験用", "platform": "android"});
        let back = login(&server.anonymous(), "hanako", &hanako.password, &device).expect(200).json();
        assert_eq!(back["deviceId"], hanako.device.as_str());
        hanako.get("me").problem(401, "session-ended");
    });
}

#[test]
fn only_our_own_signature_counts_and_each_request_needs_one() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        let token = hanako.token().unwrap();
        let (header, rest) = token.split_once('.').unwrap();
        let (claims, signature) = rest.split_once('.').unwrap();
        // {"alg":"none"}
        let none = format!("eyJhbGciOiJub25lIn0.{claims}.");
        let cut = format!("{header}.{claims}.{}", &signature[..signature.len() - 4]);
        for bad in [none.as_str(), &cut, "x", ""] {
            let answer = server.anonymous().with_token(bad).get("me").expect(401);
            assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
        }
        server.anonymous().get("me").problem(401, "unauthenticated");
        let keys = server.anonymous().get("/.well-known/jwks.json").expect(200).json();
        let key = &keys["keys"][0];
        assert_eq!(
            (&key["kty"], &key["crv"], &key["alg"]),
            (&json!("OKP"), &json!("Ed25519"), &json!("EdDSA"))
        );
        assert!(key["d"].is_null(), "the private half stays here");
    });
}
