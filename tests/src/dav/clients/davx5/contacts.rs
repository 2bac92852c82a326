use super::{Client, capabilities, changes, holds, objects, of, report, token};
use crate::{
    dav::client::between,
    harness::{Answer, on_each_backend},
};

fn multiget(client: &Client, book: &str, paths: &[&str]) -> Answer {
    let paths: String = paths.iter().map(|path| format!("<href>{path}</href>")).collect();
    let body = format!(
        "<prop><getcontenttype/><getetag/><CARD:address-data content-type=\"text/vcard\" version=\"4.0\"/></prop>{paths}"
    );
    report(client, book, Some("0"), "CARD:addressbook-multiget", &body).expect(207)
}

fn put(client: &Client, path: &str, condition: (&str, &str), text: &str) -> Answer {
    client.send("PUT", path, &[condition], "text/vcard;version=4.0", text)
}

fn card(uid: &str, lines: &str) -> String {
    let lines = lines.replace('\n', "\r\n");
    format!(
        "BEGIN:VCARD\r\nVERSION:4.0\r\nPRODID:+//IDN bitfire.at//DAVx5/4.5.17-ose ez-vcard/0.12.1\r\nUID:{uid}\r\n{lines}\
         REV:20261125T000000Z\r\nEND:VCARD\r\n"
    )
}

/// It writes and reads vCard 4 where an address book says that it takes it.
#[test]
fn syncs_both_ways() {
    on_each_backend(|server| {
        let client = Client::of(server, &server.staff("hanako"));
        let book = client.address_book();
        let can = capabilities(&client, &book);
        holds(
            &can,
            &[
                "<d:sync-collection/>",
                "address-data-type content-type=\"text/vcard\" version=\"4.0\"",
                "max-resource-size",
            ],
        );
        let first = token(&changes(&client, &book, "").expect(207));
        assert_eq!(between(&can, "<d:sync-token>", "<"), first);
        let uid = "5e1f1e77-0a0b-4c0d-8e0f-1a2b3c4d5e6f";
        let path = format!("{book}{uid}.vcf");
        let text = card(
            uid,
            "FN:山田 太郎\nN:山田;太郎;;;\nX-PHONETIC-FIRST-NAME:タロウ\nX-PHONETIC-LAST-NAME:ヤマダ\nORG:取引先\nTITLE:課長\n\
             TEL;TYPE=cell:090-1234-5678\nGROUP1.EMAIL:taro@example.com\nGROUP1.X-ABLABEL:出先\nRELATED;TYPE=spouse;VALUE=text:花子\n\
             BDAY:--0401\nCATEGORIES:県外\n",
        );
        let etag = put(&client, &path, ("if-none-match", "*"), &text).expect(201).etag();
        put(&client, &path, ("if-none-match", "*"), &text).expect(412);
        let news = changes(&client, &book, &first).expect(207);
        assert_eq!(objects(&news), std::slice::from_ref(&path));
        holds(of(&news.text(), &path), &[&etag, "<d:resourcetype/>"]);
        let read = multiget(&client, &book, &[&path]).text();
        holds(
            of(&read, &path),
            &[
                "VERSION:4.0",
                "X-PHONETIC-LAST-NAME:ヤマダ",
                "BDAY:--0401",
                "CATEGORIES:県外",
                "VALUE=text:花子",
                &etag,
            ],
        );
        let newer =
            put(&client, &path, ("if-match", &etag), &text.replace("課長", "部長")).expect(204).etag();
        client.bare("DELETE", &path, &[("if-match", &etag)]).expect(412);
        client.bare("DELETE", &path, &[("if-match", &newer)]).expect(204);
        let after = changes(&client, &book, &token(&news)).expect(207).text();
        assert!(of(&after, &path).starts_with("<d:status>HTTP/1.1 404"), "{after}");
        holds(&changes(&client, &book, "no-token").expect(403).text(), &["<d:valid-sync-token/>"]);
    });
}

/// Groups as contacts of their own: a group names its members by their uids, and a phone hears what became of it.
#[test]
fn groups_are_contacts() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        let client = Client::of(server, &hanako);
        let book = client.address_book();
        let (one, group) = (format!("{book}one.vcf"), format!("{book}group.vcf"));
        put(&client, &one, ("if-none-match", "*"), &card("one", "FN:山田\nN:山田;;;;\n")).expect(201);
        let text = card("group", "KIND:group\nMEMBER:urn:uuid:one\nFN:県外\nN:県外;;;;\n");
        let etag = put(&client, &group, ("if-none-match", "*"), &text).expect(201).etag();
        holds(
            of(&multiget(&client, &book, &[&group]).text(), &group),
            &["\nKIND:group", "\nMEMBER:urn:uuid:one", &etag],
        );
        let cards = hanako.get("contacts").expect(200).text();
        holds(&cards, &["\"kind\":\"group\"", "\"members\":{\"urn:uuid:one\":true}"]);
        // Phones with the other method write the groups into each card.
        let with = card("one", "FN:山田\nN:山田;;;;\nCATEGORIES:県外,議会\n");
        let tag = client.get(&one).expect(200).etag();
        put(&client, &one, ("if-match", &tag), &with).expect(204);
        holds(of(&multiget(&client, &book, &[&one]).text(), &one), &["CATEGORIES:県外,議会"]);
    });
}
