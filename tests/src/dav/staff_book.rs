//! The staff directory as an address book.

use renraku_people::directory::service as directory;
use renraku_test_db::Backend;

use super::client::{Client, card, need, responses};
use crate::harness::{Answer, TestServer, on_each_backend};

fn query(client: &Client, filter: &str) -> Answer {
    let body = format!(
        "<c:addressbook-query NS><d:prop><c:address-data/></d:prop><c:filter>{filter}</c:filter></c:addressbook-query>"
    );
    client.cards_xml("REPORT", &format!("{}directory/", client.books), "1", &body)
}

fn named(text: &str) -> String {
    format!("<c:prop-filter name=\"FN\"><c:text-match>{text}</c:text-match></c:prop-filter>")
}

#[test]
fn a_small_office_is_kept_whole() {
    on_each_backend(|server| {
        let (hanako, taro) = (server.staff("hanako"), server.staff("taro"));
        let client = Client::of(server, &hanako);
        let book = format!("{}directory/", client.books);
        let home = client.propfind(&client.books, "1", "<d:resourcetype/><d:displayname/>").text();
        assert!(home.contains(&book) && home.contains("職員"), "{home}");
        let (all, token) = client.sync(&book, "", 100);
        assert_eq!(all.len(), 2, "{all:?}");
        let path = format!("{book}{}.vcf", taro.person);
        let text = client.get(&path).expect(200).text();
        assert!(
            text.contains("FN:試験 taro") && text.contains("EMAIL;TYPE=WORK:taro@pref.example.jp"),
            "{text}"
        );
        assert_eq!(responses(&query(&client, &named("試験 taro")).expect(207).text()).len(), 1);
        assert_eq!(responses(&query(&client, &named("しけん")).expect(207).text()).len(), 2);
        let elsewhere = format!("{book}x.vcf");
        for (answer, expected) in [
            (client.put_card(&path, &card("u", "x", "")), need(&path, "write-content")),
            (client.ask("DELETE", &path).send(), need(&book, "unbind")),
            (client.ask("MOVE", &path).header("destination", &elsewhere).send(), need(&book, "unbind")),
        ] {
            assert!(answer.expect(403).text().contains(&expected));
        }
        client.ask("COPY", &path).header("destination", &elsewhere).send().expect(405);
        // Whoever leaves is gone.
        server.db().write(|tx| directory::end_person(tx, &taro.person)).unwrap();
        assert_eq!(client.sync(&book, &token, 100).0, [(path.clone(), 404)]);
        client.get(&path).expect(404);
        assert!(!query(&client, &named("試験 taro")).expect(207).text().contains("taro"));
    });
}

#[test]
fn who_must_not_be_found_has_no_card_and_no_principal() {
    on_each_backend(|server| {
        let (hanako, taro) = (server.staff("hanako"), server.staff("taro"));
        let client = Client::of(server, &hanako);
        let book = format!("{}directory/", client.books);
        let (_, token) = client.sync(&book, "", 100);
        let path = format!("{book}{}.vcf", taro.person);
        let search = |text: &str| {
            let body = format!(
                "<d:principal-property-search NS><d:property-search><d:prop><d:displayname/></d:prop>\
                 <d:match>{text}</d:match></d:property-search><d:prop><d:displayname/></d:prop></d:principal-property-search>"
            );
            client.xml("REPORT", "/dav/principals/", "0", &body).expect(207).text()
        };
        // A field that completes what is typed asks for parts of an address, too.
        let found = ["試験 taro", "taro@pref.example.jp", "taro@", "Taro@pref.ex"];
        for text in found {
            assert!(search(text).contains(taro.person.as_str()), "{text}");
        }
        for text in ["taro@other", "taro@pref.example.jpx", "@pref.example.jp"] {
            assert!(!search(text).contains(taro.person.as_str()), "{text}");
        }
        server.db().write(|tx| directory::suppress_person(tx, &taro.person, true)).unwrap();
        assert_eq!(client.sync(&book, &token, 100).0, [(path.clone(), 404)]);
        client.get(&path).expect(404);
        assert!(!query(&client, &named("しけん")).expect(207).text().contains("taro"));
        for text in found {
            assert!(!search(text).contains(taro.person.as_str()), "{text}");
        }
        // Nor does a change of theirs tell that they are there.
        let (_, token) = client.sync(&book, "", 100);
        server.db().write(|tx| directory::touch_person(tx, &taro.person)).unwrap();
        assert!(client.sync(&book, &token, 100).0.is_empty());
    });
}

#[test]
fn a_great_office_is_searched_and_not_listed() {
    for backend in Backend::all() {
        let server = TestServer::start_with(*backend, &[("RENRAKU_DAV_STAFF_BOOK", "search")]);
        let (hanako, taro) = (server.staff("hanako"), server.staff("taro"));
        let client = Client::of(&server, &hanako);
        let book = format!("{}directory/", client.books);
        let told =
            client.propfind(&book, "1", "<d:resourcetype/><d:sync-token/><d:supported-report-set/>").text();
        assert_eq!(responses(&told).len(), 1, "{told}");
        assert!(told.contains("<c:directory/>") && !told.contains("<c:addressbook/>"), "{told}");
        assert!(told.contains("<c:addressbook-query/>") && !told.contains("sync-collection"), "{told}");
        let found = query(&client, &named("試験 taro")).expect(207).text();
        assert_eq!(responses(&found), [(format!("{book}{}.vcf", taro.person), 200)]);
        for filter in ["", "<c:prop-filter name=\"TITLE\"><c:is-not-defined/></c:prop-filter>"] {
            assert!(query(&client, filter).expect(403).text().contains("<c:supported-filter/>"));
        }
        let sync = "<d:sync-collection NS><d:sync-token/><d:sync-level>1</d:sync-level><d:prop/></d:sync-collection>";
        assert!(
            client.cards_xml("REPORT", &book, "0", sync).expect(403).text().contains("<d:supported-report/>")
        );
    }
}

#[test]
fn an_office_may_keep_its_staff_to_itself() {
    for backend in Backend::all() {
        let server = TestServer::start_with(*backend, &[("RENRAKU_DAV_STAFF_BOOK", "off")]);
        let hanako = server.staff("hanako");
        let client = Client::of(&server, &hanako);
        let book = format!("{}directory/", client.books);
        client.ask("PROPFIND", &book).header("depth", "0").send().expect(404);
        client.get(&format!("{book}{}.vcf", hanako.person)).expect(404);
        assert!(!client.propfind(&client.books, "1", "<d:displayname/>").text().contains("directory"));
    }
}

#[test]
fn searching_the_staff_is_rated() {
    for backend in Backend::all() {
        let server = TestServer::start_with(*backend, &[("RENRAKU_LIMITS_RATES", "true")]);
        let client = Client::of(&server, &server.staff("hanako"));
        let refused = (0..200).map(|_| query(&client, &named("x"))).find(|answer| answer.status != 207);
        assert_eq!(refused.map(|answer| answer.status), Some(429));
    }
}
