use super::{Client, NAMESPACES, changes, holds, href, objects, of, propfind, token, xml};
use crate::{
    dav::client::card,
    harness::{Answer, on_each_backend},
};

/// What iOS asks of a home, of contacts as of calendars.
const HOME: &str = "<A:add-member/><C:allowed-sharing-modes/><E:bulk-requests/><D:calendar-color/><B:calendar-description/>\
                    <A:current-user-privilege-set/><A:displayname/><C:getctag/><F:max-image-size/><F:max-resource-size/><C:me-card/>\
                    <A:owner/><C:push-transports/><C:pushkey/><A:quota-available-bytes/><A:quota-used-bytes/><A:resource-id/>\
                    <A:resourcetype/><C:source/><A:supported-report-set/><A:sync-token/><C:xmpp-server/><C:xmpp-uri/>";

fn put(client: &Client, path: &str, condition: &[(&str, &str)], text: &str) -> Answer {
    client.send("PUT", path, condition, "text/vcard", text)
}

/// By the name of the server alone, down to the lists of contacts.
#[test]
fn finds_its_books() {
    on_each_backend(|server| {
        let client = Client::of(server, &server.staff("hanako"));
        let first = "<A:current-user-principal/><A:principal-URL/><A:resourcetype/>";
        let found = propfind(&client, "/.well-known/carddav", "0", first);
        assert_eq!(href(&found, "current-user-principal"), client.principal);
        let me = propfind(
            &client,
            &client.principal,
            "0",
            "<F:addressbook-home-set/><A:displayname/><A:principal-URL/>",
        );
        assert_eq!(href(&me, "addressbook-home-set"), client.books);
        let home = propfind(&client, &client.books, "1", HOME);
        let book = of(&home, &client.address_book());
        holds(
            book,
            &[
                "<c:addressbook/>",
                "<d:sync-token>",
                "getctag",
                "<d:write-content/>",
                "max-resource-size",
                "<d:sync-collection/>",
            ],
        );
    });
}

/// What is new, the cards of it, uploads under the tag, and a group, which is a card with its members by their uids.
#[test]
fn syncs_both_ways() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        let client = Client::of(server, &hanako);
        let book = client.address_book();
        let first = token(&changes(&client, &book, "").expect(207));
        let uid = "B2D3F7A4-5C6E-4F70-8192-A3B4C5D6E7F8";
        let path = format!("{book}{uid}.vcf");
        let text = card(
            uid,
            "佐藤",
            "X-PHONETIC-LAST-NAME:サトウ\nitem1.TEL;type=pref:0155-92-0004\nitem1.X-ABLabel:内線\nBDAY;X-APPLE-OMIT-YEAR=1604:1604-04-01\nREV:2026-11-25T00:00:00Z\n",
        );
        let etag = put(&client, &path, &[("if-none-match", "*")], &text).expect(201).etag();
        let news = changes(&client, &book, &first).expect(207);
        assert_eq!(objects(&news), std::slice::from_ref(&path));
        let body = format!(
            "<F:addressbook-multiget {NAMESPACES}><A:prop><A:getetag/><F:address-data/></A:prop><A:href>{path}</A:href></F:addressbook-multiget>"
        );
        let read = xml(&client, "REPORT", &book, None, &body).expect(207).text();
        holds(of(&read, &path), &["VERSION:3.0", "item1.X-ABLabel:内線", "X-APPLE-OMIT-YEAR=1604", &etag]);
        let group = format!("{book}0A0B0C0D-0000-4000-8000-000000000001.vcf");
        let text_of_group = card(
            "0A0B0C0D-0000-4000-8000-000000000001",
            "県外",
            &format!("X-ADDRESSBOOKSERVER-KIND:group\nX-ADDRESSBOOKSERVER-MEMBER:urn:uuid:{uid}\n"),
        );
        put(&client, &group, &[("if-none-match", "*")], &text_of_group).expect(201);
        holds(
            &client.get(&group).expect(200).text(),
            &[&format!("X-ADDRESSBOOKSERVER-MEMBER:urn:uuid:{uid}")],
        );
        holds(&hanako.get("contacts").expect(200).text(), &["\"kind\":\"group\""]);
        let newer =
            put(&client, &path, &[("if-match", &etag)], &text.replace("内線", "直通")).expect(204).etag();
        put(&client, &path, &[("if-match", &etag)], &text).expect(412);
        client.bare("DELETE", &path, &[("if-match", &newer)]).expect(204);
        let after = changes(&client, &book, &token(&news)).expect(207).text();
        assert!(of(&after, &path).starts_with("<d:status>HTTP/1.1 404"), "{after}");
        // Without the texts a token that is not taken is told as in calendars, though the depth is 1.
        holds(
            &changes(&client, &book, "https://renraku.example.jp/old").expect(403).text(),
            &["<d:valid-sync-token/>"],
        );
    });
}
