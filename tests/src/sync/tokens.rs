//! A token that cannot be used is said to be, never answered as if nothing had happened.

use renraku_db::meta;
use serde_json::json;

use super::replica::Replica;
use crate::harness::{Phone, on_each_backend};

fn expect_resync(phone: &Phone, token: &str) {
    phone.ask("POST", "sync").json(&json!({"token": token})).send().problem(410, "resync-required");
}

#[test]
fn a_damaged_token_is_refused() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        let token = Replica::first(&hanako).token.unwrap();
        expect_resync(&hanako, "");
        expect_resync(&hanako, "x");
        expect_resync(&hanako, &token[..token.len() - 1]);
        expect_resync(&hanako, &token[1..]);
        expect_resync(&hanako, &format!("{token}A"));
        for at in (0..token.len()).step_by(7) {
            let mut bytes = token.clone().into_bytes();
            bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
            expect_resync(&hanako, std::str::from_utf8(&bytes).unwrap());
        }
        hanako.ask("POST", "sync").json(&json!({"token": token})).send().expect(200);
    });
}

#[test]
fn another_persons_token_is_refused() {
    on_each_backend(|server| {
        let (hanako, taro) = (server.staff("hanako"), server.staff("taro"));
        let token = Replica::first(&hanako).token.unwrap();
        expect_resync(&taro, &token);
        hanako.on_another_phone().ask("POST", "sync").json(&json!({"token": token})).send().expect(200);
    });
}

#[test]
fn a_token_from_before_a_restore_is_refused() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        let token = Replica::first(&hanako).token.unwrap();
        server.db().write(meta::renew_epoch).unwrap();
        expect_resync(&hanako, &token);
        let again = Replica::first(&hanako).token.unwrap();
        hanako.ask("POST", "sync").json(&json!({"token": again})).send().expect(200);
    });
}

#[test]
fn a_token_from_the_future_is_refused() {
    on_each_backend(|server| {
        use renraku_db::{Error, schema::collections::dsl};
        let hanako = server.staff("hanako");
        hanako.post("contacts", &json!({"name": {"full": "佐藤"}})).expect(201);
        let token = Replica::first(&hanako).token.unwrap();
        let rewound = server.db().write(|tx| {
            use diesel::prelude::*;
            let all = diesel::update(dsl::collections.filter(dsl::modseq.gt(0))).set(dsl::modseq.eq(0));
            Ok::<_, Error>(all.execute(tx.conn())?)
        });
        assert!(rewound.unwrap() > 0);
        expect_resync(&hanako, &token);
    });
}

#[test]
fn a_collection_whose_history_is_forgotten_comes_anew() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        let contact = |name: &str| hanako.post("contacts", &json!({"name": {"full": name}})).expect(201);
        let gone = contact("佐藤").json();
        let mut replica = Replica::first(&hanako);
        let path = format!("contacts/{}", gone["id"].as_str().unwrap());
        hanako.delete(&path, "*").expect(204);
        contact("鈴木");
        server.clock().advance(std::time::Duration::from_secs(100 * 86_400));
        let now = server.db().now().micros();
        assert!(server.db().write(|tx| renraku_db::changes::prune(tx, now, 0)).unwrap() > 0);
        let hanako = hanako.on_another_phone();
        replica.catch_up(&hanako, None);
        replica.assert_same(&Replica::first(&hanako), "after the history was forgotten");
        assert_eq!(replica.count("contacts"), 1);
    });
}

#[test]
fn what_is_asked_wrongly_is_named() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        let refuse = |body: serde_json::Value, pointer: &str| {
            let problem = hanako.ask("POST", "sync").json(&body).send().problem(422, "invalid");
            assert_eq!(problem["errors"][0]["pointer"], pointer, "{problem}");
        };
        refuse(json!({"limit": 0}), "/limit");
        refuse(json!({"limit": 2_001}), "/limit");
        refuse(json!({"window": {"from": "2026-12-01T00:00:00Z", "to": "2026-11-01T00:00:00Z"}}), "/window");
        refuse(json!({"window": {"from": "2026-01-01T00:00:00Z", "to": "2028-01-01T00:00:00Z"}}), "/window");
        refuse(json!({"window": {"from": "yesterday", "to": "2028-01-01T00:00:00Z"}}), "/window/from");
        refuse(json!({"token": 7}), "/token");
        refuse(json!({"tokens": "x"}), "/tokens");
        server.anonymous().ask("POST", "sync").json(&json!({})).send().problem(401, "unauthenticated");
    });
}
