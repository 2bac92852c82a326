//! Photos of people and of contacts.

use base64::{Engine, engine::general_purpose::STANDARD};
use renraku_people::directory::service as directory;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    harness::{Answer, Staff, on_each_backend},
    routes::PNG,
};

const JPEG: [u8; 3] = [0xff, 0xd8, 0xff];

fn png() -> Vec<u8> {
    STANDARD.decode(PNG).unwrap()
}

fn put(who: &Staff, media_type: &str, picture: Vec<u8>) -> Answer {
    who.ask("PUT", "me/photo").fresh_key().body(media_type, picture).send()
}

fn people_since(who: &Staff, token: &Value) -> Value {
    let mut ask = json!({"types": ["people"]});
    if !token.is_null() {
        ask["token"] = token.clone();
    }
    let answer = who.ask("POST", "sync").json(&ask).send().expect(200).json();
    assert_eq!(answer["more"], false);
    answer
}

#[test]
fn a_photo_is_everyones_and_comes_by_sync_as_its_name_alone() {
    on_each_backend(|server| {
        let (hanako, taro) = (server.staff("hanako"), server.staff("taro"));
        let path = format!("directory/people/{}", hanako.person);
        let photo = format!("{path}/photo");
        taro.get(&photo).problem(404, "not-found");
        assert_eq!(taro.get(&path).expect(200).json()["photoId"], Value::Null);
        let before = people_since(&taro, &Value::Null);

        let key = Uuid::new_v4().to_string();
        let send = || {
            let ask = hanako.ask("PUT", "me/photo").header("idempotency-key", &key);
            ask.body("image/png", png()).send().expect(200)
        };
        let id = send().json()["photoId"].clone();
        let again = send();
        assert_eq!((again.header("idempotent-replayed"), &again.json()["photoId"]), (Some("true"), &id));
        let delta = people_since(&taro, &before["token"]);
        assert_eq!(delta["changed"]["people"][0]["photoId"], id);
        assert_eq!(taro.get(&path).expect(200).json()["photoId"], id);

        let seen = taro.get(&photo).expect(200);
        assert_eq!((&seen.body[..3], seen.header("content-type")), (&JPEG[..], Some("image/jpeg")));
        taro.ask("GET", &photo).header("if-none-match", &seen.etag()).send().expect(304);
        let small = taro.get(&format!("{photo}?size=small")).expect(200);
        assert_eq!(small.body[..3], JPEG);
        taro.get(&format!("{photo}?size=huge")).problem(400, "bad-query");

        // The same once more is nothing new.
        put(&hanako, "image/png", png()).expect(200);
        assert_eq!(people_since(&taro, &delta["token"])["changed"]["people"], Value::Null);
        hanako.ask("DELETE", "me/photo").fresh_key().send().expect(204);
        taro.get(&photo).problem(404, "not-found");
        assert_eq!(people_since(&taro, &delta["token"])["changed"]["people"][0]["photoId"], Value::Null);
    });
}

#[test]
fn whoever_must_not_be_found_shows_no_photo_to_anybody_else() {
    on_each_backend(|server| {
        let (hanako, taro) = (server.staff("hanako"), server.staff("taro"));
        put(&hanako, "image/png", png()).expect(200);
        server.db().write(|tx| directory::suppress_person(tx, &hanako.person, true)).unwrap();
        let photo = format!("directory/people/{}/photo", hanako.person);
        taro.get(&photo).problem(404, "not-found");
        hanako.get(&photo).expect(200);
        let token = people_since(&taro, &Value::Null)["token"].clone();
        hanako.ask("DELETE", "me/photo").fresh_key().send().expect(204);
        let delta = people_since(&taro, &token);
        assert_eq!(
            (&delta["changed"]["people"], &delta["destroyed"]["people"]),
            (&Value::Null, &Value::Null)
        );
    });
}

#[test]
fn what_is_no_picture_changes_nothing() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        put(&hanako, "image/gif", png()).problem(415, "unsupported-type");
        put(&hanako, "image/jpeg", vec![0; 5 * 1024 * 1024 + 1]).problem(413, "too-large");
        for wrong in [Vec::new(), b"GIF89a".to_vec(), png()[..40].to_vec()] {
            let refused = put(&hanako, "image/png", wrong).problem(422, "invalid");
            assert_eq!(refused["errors"][0]["code"], "picture");
        }
        hanako.get(&format!("directory/people/{}/photo", hanako.person)).problem(404, "not-found");
    });
}

#[test]
fn pictures_of_a_contact_are_shown_small() {
    on_each_backend(|server| {
        let (hanako, taro) = (server.staff("hanako"), server.staff("taro"));
        let picture = format!("data:image/png;base64,{PNG}");
        let contact = json!({"name": {"full": "山田"}, "media": {
            "m": {"kind": "photo", "uri": picture},
            "back": {"label": "名刺（裏）", "uri": picture},
            "bad": {"uri": "data:image/png;base64,AAAA"},
        }});
        let made = hanako.post("contacts", &contact).expect(201);
        let path = format!("contacts/{}/photo", made.json()["id"].as_str().unwrap());
        let seen = hanako.get(&path).expect(200);
        assert_eq!((&seen.body[..3], seen.header("content-type")), (&JPEG[..], Some("image/jpeg")));
        hanako.ask("GET", &path).header("if-none-match", &seen.etag()).send().expect(304);
        let back = hanako.get(&format!("{path}?media=back&size=small")).expect(200);
        assert_ne!(back.etag(), seen.etag());
        for none in ["bad", "none"] {
            hanako.get(&format!("{path}?media={none}")).problem(404, "not-found");
        }
        taro.get(&path).problem(404, "not-found");
    });
}
