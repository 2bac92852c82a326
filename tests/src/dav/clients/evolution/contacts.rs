use serde_json::json;

use super::{Client, changes, holds, objects, of, propfind, report, token};
use crate::{
    dav::client::card,
    harness::{Answer, on_each_backend},
};

fn put(client: &Client, path: &str, condition: &[(&str, &str)], text: &str) -> Answer {
    client.send("PUT", path, condition, "text/vcard; charset=\"utf-8\"", text)
}

/// In the highest version that the book takes; a card that it stored is read again.
#[test]
fn syncs_both_ways() {
    on_each_backend(|server| {
        let client = Client::of(server, &server.staff("hanako"));
        let book = client.address_book();
        let first = token(&changes(&client, &book, "").expect(207));
        let uid = "pas-id-6A1B2C3D00000001";
        let path = format!("{book}{uid}.vcf");
        let text = card(
            uid,
            "佐藤",
            "X-EVOLUTION-FILE-AS:佐藤\nEMAIL;TYPE=work:sato@example.com\nREV:2026-11-25T00:00:00Z(1)\n",
        )
        .replace("VERSION:3.0", "VERSION:4.0");
        let etag = put(&client, &path, &[("if-none-match", "*")], &text).expect(201).etag();
        let news = changes(&client, &book, &first).expect(207);
        assert_eq!(objects(&news), std::slice::from_ref(&path));
        let body = format!("<D:prop><D:getetag/><A:address-data/></D:prop><D:href>{path}</D:href>");
        let read = report(&client, &book, None, "A:addressbook-multiget", &body).expect(207).text();
        holds(of(&read, &path), &["FN:佐藤", "X-EVOLUTION-FILE-AS:佐藤", &etag]);
        // A book without sync is listed.
        let listed = propfind(&client, &book, "1", "<D:getetag/>");
        holds(of(&listed, &path), &[&etag]);
        let newer = put(&client, &path, &[("if-match", &etag)], &text.replace("FN:佐藤", "FN:佐藤 様"))
            .expect(204)
            .etag();
        put(&client, &path, &[("if-match", &etag)], &text).expect(412);
        client.bare("DELETE", &path, &[("if-match", &newer)]).expect(204);
        let after = changes(&client, &book, &token(&news)).expect(207).text();
        assert!(of(&after, &path).starts_with("<d:status>HTTP/1.1 404"), "{after}");
        holds(
            &changes(&client, &book, "https://renraku.example.jp/old").expect(403).text(),
            &["<d:valid-sync-token/>"],
        );
    });
}

/// It shows what it files a contact under, and not the name: whoever is renamed on the phone has the new name here, too.
#[test]
fn shows_the_name_that_the_phone_gives() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        let client = Client::of(server, &hanako);
        let path = format!("{}pas-id-1.vcf", client.address_book());
        let text =
            card("pas-id-1", "北川 太郎", "X-EVOLUTION-FILE-AS:北川\\, 太郎\nX-EVOLUTION-MANAGER:部長\n");
        put(&client, &path, &[("if-none-match", "*")], &text).expect(201);
        let found = hanako.get("contacts?limit=10").expect(200).json()["items"][0].clone();
        let (id, etag) = (found["id"].as_str().unwrap(), found["etag"].as_str().unwrap());
        let name = json!({"name": {"full": "南川 太郎", "components": null}});
        hanako.patch(&format!("contacts/{id}"), etag, &name).expect(200);
        let text = client.get(&path).expect(200).text();
        holds(&text, &["FN:南川 太郎", "X-EVOLUTION-MANAGER:部長"]);
        assert!(!text.contains("FILE-AS"), "{text}");
    });
}
