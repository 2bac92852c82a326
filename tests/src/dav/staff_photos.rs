//! Photos in the staff directory as an address book.

use base64::{Engine, engine::general_purpose::STANDARD};
use renraku_people::directory::service as directory;

use super::client::Client;
use crate::{
    harness::{Staff, TestServer, on_each_backend},
    routes::PNG,
};

fn put_photo(who: &Staff) {
    who.ask("PUT", "me/photo")
        .fresh_key()
        .body("image/png", STANDARD.decode(PNG).unwrap())
        .send()
        .expect(200);
}

fn unfolded(text: &str) -> String {
    text.replace("\r\n ", "").replace("\n ", "")
}

/// The cards of some people by one multiget.
fn multiget(client: &Client, paths: &[&str], version: &str) -> String {
    let hrefs: String = paths.iter().map(|path| format!("<d:href>{path}</d:href>")).collect();
    let body = format!(
        "<c:addressbook-multiget NS><d:prop><d:getetag/><c:address-data content-type=\"text/vcard\" \
         version=\"{version}\"/></d:prop>{hrefs}</c:addressbook-multiget>"
    );
    let book = format!("{}directory/", client.books);
    client.cards_xml("REPORT", &book, "1", &body).expect(207).text()
}

fn statements(server: &TestServer, request: impl Fn()) -> u64 {
    let count = || {
        let before = server.db().statements();
        request();
        server.db().statements() - before
    };
    (0..10).map(|_| count()).min().unwrap()
}

#[test]
fn a_photo_comes_with_the_card_and_is_told_by_sync() {
    on_each_backend(|server| {
        let (hanako, taro) = (server.staff("hanako"), server.staff("taro"));
        let client = Client::of(server, &hanako);
        let book = format!("{}directory/", client.books);
        let path = format!("{book}{}.vcf", taro.person);
        let (_, token) = client.sync(&book, "", 100);
        let before = client.get(&path).expect(200);
        assert!(!before.text().contains("PHOTO"));
        let without = statements(server, || drop(client.get(&path).expect(200)));

        put_photo(&taro);
        let (changed, token) = client.sync(&book, &token, 100);
        assert_eq!(changed, [(path.clone(), 200)]);
        let small = taro.get(&format!("directory/people/{}/photo?size=small", taro.person)).expect(200);
        let data = STANDARD.encode(&small.body);
        let with = client.get(&path).expect(200);
        assert_ne!(with.etag(), before.etag());
        assert!(
            unfolded(&with.text()).contains(&format!("PHOTO;TYPE=JPEG;ENCODING=b:{data}")),
            "{}",
            with.text()
        );
        let v4 =
            client.ask("GET", &path).header("accept", "text/vcard;version=4.0").send().expect(200).text();
        assert!(unfolded(&v4).contains(&format!("PHOTO:data:image/jpeg;base64,{data}")), "{v4}");
        for (version, head) in
            [("3.0", "PHOTO;TYPE=JPEG;ENCODING=b:"), ("4.0", "PHOTO:data:image/jpeg;base64,")]
        {
            let own = format!("{book}{}.vcf", hanako.person);
            let told = multiget(&client, &[&own, &path], version);
            assert_eq!(told.matches(head).count(), 1, "{told}");
            assert!(told.contains(with.etag().trim_matches('"')), "{told}");
        }
        // It costs one statement, and nothing where nobody has one.
        assert_eq!(statements(server, || drop(client.get(&path).expect(200))), without + 1);

        taro.ask("DELETE", "me/photo").fresh_key().send().expect(204);
        assert_eq!(client.sync(&book, &token, 100).0, [(path.clone(), 200)]);
        let after = client.get(&path).expect(200);
        assert!(!after.text().contains("PHOTO") && after.etag() != with.etag());
    });
}

#[test]
fn whoever_must_not_be_found_shows_no_photo() {
    on_each_backend(|server| {
        let (hanako, taro) = (server.staff("hanako"), server.staff("taro"));
        let client = Client::of(server, &hanako);
        let book = format!("{}directory/", client.books);
        put_photo(&taro);
        server.db().write(|tx| directory::suppress_person(tx, &taro.person, true)).unwrap();
        let path = format!("{book}{}.vcf", taro.person);
        client.get(&path).expect(404);
        assert!(!multiget(&client, &[&path], "3.0").contains("PHOTO"));
        let (_, token) = client.sync(&book, "", 100);
        taro.ask("DELETE", "me/photo").fresh_key().send().expect(204);
        assert!(client.sync(&book, &token, 100).0.is_empty());
    });
}
