//! Cards: stored, read, changed, moved, deleted, in either version.

use serde_json::json;

use super::client::{Client, card};
use crate::harness::on_each_backend;

const MORE: &str = "X-PHONETIC-LAST-NAME:ヤマダ\nitem1.TEL;TYPE=CELL:090-1234-5678\nitem1.X-ABLabel:_$!<Mobile>!$_\n\
                    X-FOO;X-BAR=\"a;b\":c\\,d;e\nBDAY;X-APPLE-OMIT-YEAR=1604:1604-04-01\n";

#[test]
fn what_was_stored_comes_back_byte_for_byte() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        let client = Client::of(server, &hanako);
        let book = client.address_book();
        let path = format!("{book}山 田.vcf");
        let text = card("u1", "山田 太郎", MORE);
        let made = client.put_card(&path, &text).expect(201);
        let got = client.get(&path).expect(200);
        assert_eq!((got.text(), got.etag()), (text.clone(), made.etag()));
        assert_eq!(got.header("content-type"), Some("text/vcard; charset=utf-8; version=3.0"));
        let next = text.replace("FN:山田 太郎", "FN:山田 次郎");
        client
            .ask("PUT", &path)
            .header("if-match", "\"0\"")
            .body("text/vcard", next.clone())
            .send()
            .expect(412);
        client
            .ask("PUT", &path)
            .header("if-none-match", "*")
            .body("text/vcard", next.clone())
            .send()
            .expect(412);
        let put = client
            .ask("PUT", &path)
            .header("if-match", &made.etag())
            .body("text/vcard", next)
            .send()
            .expect(204);
        assert_ne!(put.etag(), made.etag());
        client.ask("GET", &path).header("if-none-match", &put.etag()).send().expect(304);
        client.ask("DELETE", &path).header("if-match", &made.etag()).send().expect(412);
        client.ask("DELETE", &path).header("if-match", &put.etag()).send().expect(204);
        client.get(&path).expect(404);
        client.ask("DELETE", &path).send().expect(404);
    });
}

#[test]
fn a_card_is_had_in_the_version_that_a_client_takes() {
    on_each_backend(|server| {
        let client = Client::of(server, &server.staff("hanako"));
        let book = client.address_book();
        let path = format!("{book}a.vcf");
        client.put_card(&path, &card("u1", "山田 太郎", MORE)).expect(201);
        let get = |accept: &str| client.ask("GET", &path).header("accept", accept).send();
        let four = get("text/vcard;version=4.0").expect(200).text();
        for line in
            ["VERSION:4.0", "BDAY:--0401", "X-FOO;X-BAR=\"a;b\":c\\,d;e", "item1.TEL;TYPE=cell:090-1234-5678"]
        {
            assert!(four.lines().any(|it| it == line), "{line} is not in {four}");
        }
        assert!(get("text/vcard;version=4.0, text/vcard;q=0.8").expect(200).text().contains("VERSION:3.0"));
        get("text/vcard;version=2.1").expect(406);
        let multiget = |data: &str| {
            format!(
                "<c:addressbook-multiget NS><d:prop>{data}</d:prop><d:href>{path}</d:href></c:addressbook-multiget>"
            )
        };
        let ask = |data: &str| client.cards_xml("REPORT", &book, "0", &multiget(data));
        let data = ask("<c:address-data content-type=\"text/vcard\" version=\"4.0\"/>").expect(207).text();
        assert!(data.contains("VERSION:4.0"), "{data}");
        // What is not said means 3.0, also of what is stored in 4.0.
        client.put_card(&path, &four).expect(204);
        assert_eq!(client.get(&path).expect(200).text(), four);
        assert!(ask("<c:address-data/>").expect(207).text().contains("VERSION:3.0"));
        let some =
            ask("<c:address-data version=\"4.0\"><c:prop name=\"FN\"/></c:address-data>").expect(207).text();
        assert!(some.contains("FN:山田 太郎") && !some.contains("TEL"), "{some}");
        let refused =
            ask("<c:address-data content-type=\"application/vcard+json\" version=\"4.0\"/>").expect(403);
        assert!(refused.text().contains("<c:supported-address-data/>"), "{}", refused.text());
    });
}

#[test]
fn the_phone_and_the_client_see_the_same_contact() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        let client = Client::of(server, &hanako);
        let book = client.address_book();
        let path = format!("{book}a.vcf");
        client.put_card(&path, &card("u1", "山田 太郎", MORE)).expect(201);
        let on_phone = hanako.get("contacts?q=yamada").expect(200).json()["items"][0].clone();
        assert_eq!((&on_phone["uid"], &on_phone["name"]["full"]), (&json!("u1"), &json!("山田 太郎")));
        let at = format!("contacts/{}", on_phone["id"].as_str().unwrap());
        let change = json!({"titles": {"t": {"name": "部長"}}, "example.jp:seat": 3});
        let changed = hanako.patch(&at, on_phone["etag"].as_str().unwrap(), &change).expect(200);
        let now = client.get(&path).expect(200);
        assert_eq!(now.etag(), changed.etag());
        let text = now.text();
        for line in [
            "TITLE:部長",
            "X-FOO;X-BAR=\"a;b\":c\\,d;e",
            "item1.X-ABLABEL:_$!<Mobile>!$_",
            "X-PHONETIC-LAST-NAME:ヤマダ",
        ] {
            assert!(text.lines().any(|it| it == line), "{line} is not in {text}");
        }
        // What the phone knows and vCard has no word for survives what the client stores.
        client.put_card(&path, &text.replace("部長", "課長")).expect(204);
        let on_phone = hanako.get(&at).expect(200).json();
        assert_eq!(
            (&on_phone["titles"]["t"]["name"], &on_phone["example.jp:seat"]),
            (&json!("課長"), &json!(3))
        );
        // What the phone made has a name of its own, and is there for the client.
        let made = hanako.post("contacts", &json!({"name": {"full": "阿部 一"}})).expect(201).json();
        let other = format!("{book}{}.vcf", made["id"].as_str().unwrap());
        assert!(client.get(&other).expect(200).text().contains("N:阿部;一;;;"));
        client.ask("DELETE", &other).send().expect(204);
        hanako.get(&format!("contacts/{}", made["id"].as_str().unwrap())).problem(404, "not-found");
    });
}

#[test]
fn a_change_on_the_phone_keeps_what_it_is_not_shown() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        let client = Client::of(server, &hanako);
        let path = format!("{}a.vcf", client.address_book());
        let long = format!("X-{}:長い名", "LONG".repeat(20));
        let kept = [
            "KIND:individual",
            "N;SORT-AS=\"やまだ,たろう\":山田;太郎;;;",
            "TEL;TYPE=携帯:090-1234-5678",
            "URL:www.example.jp",
            "URL;TYPE=work:https://example.jp/",
            "URL:file://server/share a",
            "LOGO;MEDIATYPE=image/png:https://example.jp/logo.png",
            "X_SEAT;X_ROW=3:窓側",
            &long,
        ];
        let four = card("u1", "山田 太郎", &kept.map(|line| format!("{line}\n")).concat());
        let four = four.replace("VERSION:3.0", "VERSION:4.0").replacen("N:山田 太郎;;;;\r\n", "", 1);
        client.put_card(&path, &four).expect(201);
        let on_phone = hanako.get("contacts?q=yamada").expect(200).json()["items"][0].clone();
        assert_eq!(on_phone["links"].as_object().map(serde_json::Map::len), Some(1), "{on_phone}");
        let at = format!("contacts/{}", on_phone["id"].as_str().unwrap());
        let change = json!({"notes": {"a": {"note": "電話で"}}});
        hanako.patch(&at, on_phone["etag"].as_str().unwrap(), &change).expect(200);
        let now =
            client.ask("GET", &path).header("accept", "text/vcard;version=4.0").send().expect(200).text();
        let now = now.replace("\r\n ", "");
        let is_there = |line: &&&str| now.lines().any(|it| it == **line);
        let missing: Vec<_> =
            kept.iter().chain(&["NOTE;PROP-ID=a:電話で"]).filter(|it| !is_there(it)).collect();
        assert!(missing.is_empty(), "{missing:?} not in {now}");
        let refused = client.put_card(&path, &card("u1", "山田 太郎", "URL:javascript:alert(1)\n"));
        assert!(refused.expect(403).text().contains("valid-address-data"));
    });
}

#[test]
fn a_uid_stands_once_in_an_address_book() {
    on_each_backend(|server| {
        let client = Client::of(server, &server.staff("hanako"));
        let book = client.address_book();
        client.put_card(&format!("{book}a.vcf"), &card("u1", "a", "")).expect(201);
        let twice = client.put_card(&format!("{book}b.vcf"), &card("u1", "b", "")).expect(409).text();
        assert!(
            twice.contains("<c:no-uid-conflict><d:href>") || twice.contains("no-uid-conflict"),
            "{twice}"
        );
        assert!(twice.contains(&format!("{book}a.vcf")), "{twice}");
        client.put_card(&format!("{book}a.vcf"), &card("u2", "a", "")).expect(409);
    });
}

#[test]
fn cards_are_moved_and_copied_between_address_books() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        let client = Client::of(server, &hanako);
        let (book, other) = (client.address_book(), format!("{}work/", client.books));
        let make = "<d:mkcol NS><d:set><d:prop><d:resourcetype><d:collection/><c:addressbook/></d:resourcetype>\
                    <d:displayname>仕事</d:displayname></d:prop></d:set></d:mkcol>";
        client.cards_xml("MKCOL", &other, "0", make).expect(201);
        let text = card("u1", "山田 太郎", MORE);
        client.put_card(&format!("{book}a.vcf"), &text).expect(201);
        let id = hanako.get("contacts").expect(200).json()["items"][0]["id"].clone();
        let (_, token) = client.sync(&book, "", 10);
        let carry =
            |method: &str, from: &str, to: &str| client.ask(method, from).header("destination", to).send();
        carry("MOVE", &format!("{book}a.vcf"), &format!("{other}b.vcf")).expect(201);
        assert_eq!(client.get(&format!("{other}b.vcf")).expect(200).text(), text);
        assert_eq!(client.sync(&book, &token, 10).0, [(format!("{book}a.vcf"), 404)]);
        assert_eq!(hanako.get("contacts").expect(200).json()["items"][0]["id"], id, "it is the same contact");
        carry("COPY", &format!("{other}b.vcf"), &format!("{book}c.vcf")).expect(201);
        carry("COPY", &format!("{other}b.vcf"), &format!("{book}d.vcf")).expect(409);
        client.put_card(&format!("{book}e.vcf"), &card("u9", "e", "")).expect(201);
        client
            .ask("MOVE", &format!("{book}e.vcf"))
            .header("destination", &format!("{book}c.vcf"))
            .header("overwrite", "F")
            .send()
            .expect(412);
        carry("MOVE", &format!("{book}c.vcf"), &client.calendar).expect(403);
        let elsewhere =
            carry("MOVE", &format!("{book}c.vcf"), "http://elsewhere.example.jp/dav/x").expect(502).text();
        assert!(
            elsewhere.contains("<d:error") && elsewhere.contains("<d:responsedescription>"),
            "{elsewhere}"
        );
        assert!(elsewhere.contains("on another server"), "{elsewhere}");
    });
}

/// Old programs write so, in vCard 3.0, too.
#[test]
fn parameters_without_a_name_are_read_as_old_address_books_write_them() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        let client = Client::of(server, &hanako);
        let path = format!("{}a.vcf", client.address_book());
        let text = card("u", "山田", "PHOTO;BASE64;PNG:\n  iVBORw0K\n  Ggo=\nTEL;HOME:0155-22-4111\n");
        let etag = client.put_card(&path, &text).expect(201).etag();
        let stored = client.get(&path).expect(200);
        assert_eq!((stored.etag(), stored.text()), (etag, text));
        let contact = hanako.get("contacts").expect(200).json()["items"][0].clone();
        let told = hanako.get(&format!("contacts/{}", contact["id"].as_str().unwrap())).expect(200).text();
        assert!(
            told.contains("base64,iVBORw0KGgo=") && told.contains(r#""contexts":{"private":true}"#),
            "{told}"
        );
    });
}
