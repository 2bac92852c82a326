use super::{Client, holds, objects, of, report, token};
use crate::{
    dav::client::{between, card, responses},
    harness::{Answer, on_each_backend},
};

const NAMES: &str =
    r#"xmlns:card="urn:ietf:params:xml:ns:carddav" xmlns:cs="http://calendarserver.org/ns/" xmlns:d="DAV:""#;

fn propfind(client: &Client, book: &str, depth: &str, props: &str) -> String {
    let body = format!("<propfind xmlns=\"DAV:\" {NAMES}><prop>{props}</prop></propfind>");
    client.send("PROPFIND", book, &[("depth", depth)], "text/xml", &body).expect(207).text()
}

/// All at once, however many.
fn multiget(client: &Client, book: &str, paths: &[&str]) -> String {
    let paths: String = paths.iter().map(|path| format!("<d:href>{path}</d:href>\n")).collect();
    let body = format!(
        "<card:addressbook-multiget {NAMES}><d:prop><d:getetag/><card:address-data/></d:prop>{paths}</card:addressbook-multiget>"
    );
    report(client, book, &body).expect(207).text()
}

fn sync(client: &Client, book: &str, token: &str) -> Answer {
    let body = format!(
        "<sync-collection xmlns=\"DAV:\" {NAMES}><sync-token>{token}</sync-token><sync-level>1</sync-level>\
         <prop><getetag/><card:address-data/></prop></sync-collection>"
    );
    report(client, book, &body)
}

fn list(client: &Client, book: &str) -> Vec<String> {
    let listed = propfind(client, book, "1", "<resourcetype/><getetag/><cs:getctag/>");
    holds(of(&listed, book), &["<d:collection/>"]);
    responses(&listed).into_iter().map(|(path, _)| path).filter(|path| path != book).collect()
}

/// It lists, reads all cards, and then asks for the token; later syncs bring the cards with them.
#[test]
fn syncs_both_ways() {
    on_each_backend(|server| {
        let client = Client::of(server, &server.staff("hanako"));
        let book = client.address_book();
        client.put_card(&format!("{book}one.vcf"), &card("one", "佐藤", "")).expect(201);
        let paths = list(&client, &book);
        let cards = multiget(&client, &book, &paths.iter().map(String::as_str).collect::<Vec<_>>());
        holds(of(&cards, &paths[0]), &["<d:getetag>", "FN:佐藤", "HTTP/1.1 200 OK"]);
        let state = propfind(&client, &book, "0", "<displayname/><cs:getctag/><sync-token/>");
        let stood = between(&state, "<d:sync-token>", "<").to_owned();

        // It stores without a condition, and reads what was stored.
        let path = format!("{book}2f1e0c52-b0a2-4a7f-9f55-6d7f8e9a0b1c.vcf");
        let text = "BEGIN:VCARD\r\nVERSION:4.0\r\nEMAIL;PREF=1:ichiro@example.com\r\nFN:鈴木 一郎\r\nN:鈴木;一郎;;;\r\n\
                    UID:2f1e0c52-b0a2-4a7f-9f55-6d7f8e9a0b1c\r\nEND:VCARD\r\n";
        client.send("PUT", &path, &[], "text/vcard", text).expect(201);
        let read = multiget(&client, &book, &[&path]);
        holds(of(&read, &path), &["FN:鈴木 一郎", "UID:2f1e0c52-b0a2-4a7f-9f55-6d7f8e9a0b1c"]);
        client.send("PUT", &path, &[], "text/vcard", &text.replace("一郎", "二郎")).expect(204);

        let news = sync(&client, &book, &stood).expect(207);
        assert_eq!(objects(&news), std::slice::from_ref(&path));
        holds(of(&news.text(), &path), &["<d:getetag>", "FN:鈴木 二郎"]);
        client.bare("DELETE", &path, &[]).expect(204);
        let news = sync(&client, &book, &token(&news)).expect(207);
        assert!(of(&news.text(), &path).starts_with("<d:status>HTTP/1.1 404"));
        assert_eq!(list(&client, &book), paths);
    });
}

/// When its token is not taken any more it begins anew at 400, and at nothing else.
#[test]
fn begins_anew_without_its_token() {
    on_each_backend(|server| {
        let client = Client::of(server, &server.staff("hanako"));
        for book in [client.address_book(), format!("{}directory/", client.books)] {
            sync(&client, &book, "https://renraku.example.jp/old").expect(400);
            assert!(!list(&client, &book).is_empty() || !book.ends_with("directory/"));
            let state = propfind(&client, &book, "0", "<displayname/><cs:getctag/><sync-token/>");
            sync(&client, &book, between(&state, "<d:sync-token>", "<")).expect(207);
        }
    });
}

/// A book that is only read is synced, too.
#[test]
fn reads_the_staff_directory() {
    on_each_backend(|server| {
        let client = Client::of(server, &server.staff("hanako"));
        let book = format!("{}directory/", client.books);
        let paths = list(&client, &book);
        let cards = multiget(&client, &book, &paths.iter().map(String::as_str).collect::<Vec<_>>());
        holds(&cards, &["FN:試験 hanako"]);
    });
}
