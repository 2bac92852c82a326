//! How a contacts client finds its way, and address books as collections.

use serde_json::json;

use super::client::{Client, between, card, need, need_to_rebind, responses};
use crate::harness::{Wire, on_each_backend};

#[test]
fn a_client_finds_its_address_books_from_the_root() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        let client = Client::of(server, &hanako);
        let led = server.anonymous().ask("OPTIONS", "/dav/").send().expect(200);
        assert!(led.header("dav").unwrap().contains("addressbook"));
        let props = "<b:addressbook-home-set xmlns:b=\"urn:ietf:params:xml:ns:carddav\"/>\
                     <b:principal-address xmlns:b=\"urn:ietf:params:xml:ns:carddav\"/>";
        let me = client.propfind(&client.principal, "0", props).text();
        assert!(me.contains(&format!("<d:href>{}</d:href></addressbook-home-set>", client.books)), "{me}");
        let own = between(&me, "<principal-address", "</principal-address>");
        let own = between(own, "<d:href>", "</d:href>").to_owned();
        assert!(client.get(&own).expect(200).text().contains("FN:試験 hanako"));

        let book = client.address_book();
        let all = client
            .cards_xml("PROPFIND", &book, "0", "<d:propfind NS><d:propname/></d:propfind>")
            .expect(207)
            .text();
        for name in ["supported-address-data", "max-resource-size", "supported-collation-set"] {
            assert!(all.contains(&format!("<c:{name}/>")), "{name}: {all}");
        }
        let props = "<d:propfind NS><d:prop><d:displayname/><d:sync-token/><d:supported-report-set/>\
                     <c:supported-address-data/><d:current-user-privilege-set/></d:prop></d:propfind>";
        let told = client.cards_xml("PROPFIND", &book, "0", props).expect(207).text();
        for text in [
            "連絡先",
            "<c:addressbook-query/>",
            "<d:sync-collection/>",
            "version=\"4.0\"",
            "<d:write-content/>",
        ] {
            assert!(told.contains(text), "{text} is not in {told}");
        }
        let deep =
            client.cards_xml("PROPFIND", &book, "infinity", "<d:propfind NS><d:allprop/></d:propfind>");
        assert!(deep.expect(403).text().contains("<d:propfind-finite-depth/>"));
    });
}

#[test]
fn discovery_begins_at_the_well_known_address() {
    on_each_backend(|server| {
        for name in ["caldav", "caldav/", "carddav", "carddav/"] {
            let mut wire = Wire::connect(&server.base());
            let ask = format!("GET /.well-known/{name} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
            wire.send(ask.as_bytes());
            let led = wire.read_to_end();
            assert!(led.starts_with("HTTP/1.1 301") && led.contains("location: /dav/"), "{name}: {led}");
        }
    });
}

#[test]
fn an_address_book_is_made_described_and_deleted() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        let client = Client::of(server, &hanako);
        let path = format!("{}work/", client.books);
        let make = "<d:mkcol NS><d:set><d:prop><d:resourcetype><d:collection/><c:addressbook/></d:resourcetype>\
                    <d:displayname>仕事</d:displayname><c:addressbook-description>説明</c:addressbook-description>\
                    <x:odd xmlns:x=\"urn:x\">y</x:odd></d:prop></d:set></d:mkcol>";
        client.cards_xml("MKCOL", &path, "0", make).expect(201);
        client.cards_xml("MKCOL", &path, "0", make).expect(405);
        for at in [format!("{}other/", client.books), format!("{}other/", client.home)] {
            client.ask("MKCOL", &at).body("xml/xyz", "afafafaf").send().expect(415);
            client.ask("MKCOL", &at).send().expect(403);
        }
        let props = "<d:propfind NS><d:prop><d:displayname/><c:addressbook-description/><x:odd xmlns:x=\"urn:x\"/></d:prop></d:propfind>";
        let told = client.cards_xml("PROPFIND", &path, "0", props).expect(207).text();
        for value in ["仕事", "<c:addressbook-description>説明<", "<odd xmlns=\"urn:x\">y</odd>"] {
            assert!(told.contains(value), "{value} is not in {told}");
        }
        let on_phone = hanako.get("address-books").expect(200).json();
        assert!(on_phone["items"].as_array().unwrap().iter().any(|it| it["name"] == "仕事"), "{on_phone}");
        let patch = "<d:propertyupdate NS><d:set><d:prop><d:displayname>取引先</d:displayname></d:prop></d:set></d:propertyupdate>";
        client.cards_xml("PROPPATCH", &path, "0", patch).expect(207);
        assert!(client.cards_xml("PROPFIND", &path, "0", props).expect(207).text().contains("取引先"));
        let protected = patch
            .replace("<d:displayname>取引先</d:displayname>", "<c:max-resource-size>1</c:max-resource-size>");
        let refused = client.cards_xml("PROPPATCH", &path, "0", &protected).expect(207).text();
        assert!(refused.contains("<d:cannot-modify-protected-property/>"), "{refused}");

        client.put_card(&format!("{path}a.vcf"), &card("u", "a", "")).expect(201);
        client.ask("DELETE", &path).send().expect(204);
        client.get(&format!("{path}a.vcf")).expect(404);
        // It is made again as if it had never been.
        client.cards_xml("MKCOL", &path, "0", make).expect(201);
        client.get(&format!("{path}a.vcf")).expect(404);
        client.ask("DELETE", &client.address_book()).send().expect(403);
        for (at, body, condition) in [
            (format!("{path}inside/"), make.to_owned(), "c:addressbook-collection-location-ok"),
            (format!("{}directory/", client.books), make.to_owned(), "c:addressbook-collection-location-ok"),
            (format!("{}x/", client.books), make.replace("<c:addressbook/>", ""), "d:valid-resourcetype"),
            (
                format!("{}x/", client.books),
                make.replace("<x:odd", "<d:getetag>1</d:getetag><x:odd"),
                "d:cannot-modify-protected-property",
            ),
        ] {
            let answer = client.cards_xml("MKCOL", &at, "0", &body).expect(403).text();
            assert!(answer.contains(&format!("<{condition}/>")), "{condition}: {answer}");
        }
    });
}

#[test]
fn what_others_have_is_there_when_they_share_it() {
    on_each_backend(|server| {
        let (hanako, taro) = (server.staff("hanako"), server.staff("taro"));
        let (client, other) = (Client::of(server, &hanako), Client::of(server, &taro));
        let theirs = other.address_book();
        other.put_card(&format!("{theirs}a.vcf"), &card("u", "CANARY", "")).expect(201);
        let multiget = format!(
            "<c:addressbook-multiget NS><d:prop><c:address-data/></d:prop><d:href>{theirs}a.vcf</d:href></c:addressbook-multiget>"
        );
        for path in [other.books.clone(), theirs.clone(), format!("{theirs}a.vcf")] {
            for method in ["PROPFIND", "GET", "DELETE", "PROPPATCH", "REPORT", "PUT"] {
                let answer = client.ask(method, &path).header("depth", "0").send();
                assert_eq!(answer.status, 404, "{method} {path}");
            }
        }
        let book = client.address_book();
        let stolen = client.cards_xml("REPORT", &book, "0", &multiget).expect(207).text();
        assert!(!stolen.contains("CANARY"), "{stolen}");

        let id = theirs.trim_end_matches('/').rsplit('/').next().unwrap();
        let mine = format!("{}{id}/", client.books);
        client.ask("PROPFIND", &mine).header("depth", "0").send().expect(404);
        let share = |role: &str| {
            let share = json!({"grantee": {"type": "person", "personId": hanako.person}, "role": role});
            taro.post(&format!("address-books/{id}/shares"), &share).expect(200);
        };
        share("read");
        let seen = client.propfind(&mine, "1", "<d:resourcetype/><d:current-user-privilege-set/>").text();
        assert!(seen.contains("<cs:shared/>") && !seen.contains("<d:write-content/>"), "{seen}");
        assert_eq!(responses(&seen).len(), 2, "{seen}");
        let there = format!("{mine}a.vcf");
        let (own, elsewhere) = (format!("{}o.vcf", client.address_book()), format!("{mine}o.vcf"));
        client.put_card(&own, &card("o", "o", "")).expect(201);
        for (answer, expected) in [
            (client.put_card(&format!("{mine}b.vcf"), &card("v", "b", "")), need(&mine, "bind")),
            (client.put_card(&there, &card("u", "b", "")), need(&there, "write-content")),
            (client.ask("DELETE", &there).send(), need(&mine, "unbind")),
            (client.ask("MOVE", &own).header("destination", &elsewhere).send(), need(&mine, "bind")),
            (client.ask("COPY", &own).header("destination", &elsewhere).send(), need(&mine, "bind")),
            (client.ask("COPY", &own).header("destination", &there).send(), need(&there, "write-content")),
            (client.ask("MOVE", &own).header("destination", &there).send(), need_to_rebind(&mine)),
        ] {
            let told = answer.expect(403).text();
            assert!(told.contains(&expected), "{expected} in {told}");
        }
        let name = "<d:propertyupdate NS><d:set><d:prop><d:displayname>私の</d:displayname></d:prop></d:set></d:propertyupdate>";
        client.cards_xml("PROPPATCH", &mine, "0", name).expect(207);
        assert!(client.propfind(&mine, "0", "<d:displayname/>").text().contains("私の"));
        assert!(
            !other.propfind(&theirs, "0", "<d:displayname/>").text().contains("私の"),
            "it is hers alone"
        );
        share("write");
        client.put_card(&format!("{mine}b.vcf"), &card("v", "b", "")).expect(201);
        other.get(&format!("{theirs}b.vcf")).expect(200);
    });
}
