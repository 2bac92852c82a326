//! Cards and queries that are sent to break the server: refused with the right words, nothing stored.

use std::time::{Duration, Instant};

use super::client::{Client, between, card};
use crate::harness::on_each_backend;

#[test]
fn address_data_that_cannot_be_taken_are_refused_by_their_condition() {
    on_each_backend(|server| {
        let client = Client::of(server, &server.staff("hanako"));
        let book = client.address_book();
        let path = format!("{book}x.vcf");
        let good = card("u", "a", "");
        let deep = "BEGIN:VCARD\r\n".repeat(10_000);
        let many: String = (0..6_000).map(|n| format!("X-A:{n}\n")).collect();
        for (text, condition) in [
            ("hello".to_owned(), "valid-address-data"),
            (good.replace("UID:u\r\n", ""), "valid-address-data"),
            (good.replace("END:VCARD\r\n", ""), "valid-address-data"),
            (good.clone() + &card("v", "b", ""), "valid-address-data"),
            (good.replace("FN:a", "FN"), "valid-address-data"),
            (format!("X:1\r\n{good}"), "valid-address-data"),
            (card("u", "a", "BEGIN:VCARD\nEND:VCARD\n"), "valid-address-data"),
            (
                card("u", "a", &format!("TEL:{}\n", "1".repeat(2_000)))
                    .replace("UID:u", &format!("UID:{}", "u".repeat(300))),
                "valid-address-data",
            ),
            (card("u", "a", &many), "valid-address-data"),
            (deep, "valid-address-data"),
            (good.replace("VERSION:3.0", "VERSION:2.1"), "supported-address-data"),
            (good.replace("VERSION:3.0\r\n", ""), "supported-address-data"),
            (card("u", "a", &format!("PHOTO;ENCODING=b:{}\n", "A".repeat(512 * 1024))), "max-resource-size"),
        ] {
            let began = Instant::now();
            let answer = client.put_card(&path, &text);
            assert_eq!(answer.status, 403, "{condition}: {}", answer.text());
            assert!(answer.text().contains(&format!("<c:{condition}/>")), "{condition}: {}", answer.text());
            assert!(began.elapsed() < Duration::from_secs(2), "{condition}: {:?}", began.elapsed());
            if condition.starts_with("valid-") {
                let told = answer.text();
                let reason = between(&told, "<d:responsedescription>", "</d:responsedescription>");
                assert!(reason.len() > 10 && reason != "the text is no valid address data", "{reason}");
            }
            client.get(&path).expect(404);
        }
        let answer = client.ask("PUT", &path).body("application/json", "{}").send().expect(403);
        assert!(answer.text().contains("<c:supported-address-data/>"), "{}", answer.text());
        let bytes = b"BEGIN:VCARD\r\nVERSION:3.0\r\nUID:u\r\nFN:\xff\r\nEND:VCARD\r\n".to_vec();
        let answer = client.ask("PUT", &path).body("text/vcard", bytes).send().expect(403).text();
        let reason = between(&answer, "<d:responsedescription>", "<");
        assert!(reason.starts_with("line 4: the line is not UTF-8"), "{reason}");
        for path in ["%2e%2e/x.vcf", "a%2fb.vcf", "%00.vcf", "x/y/z.vcf"] {
            let answer = client.put_card(&format!("{book}{path}"), &good);
            assert!([400, 403, 404, 405, 409].contains(&answer.status), "{path}: {}", answer.status);
        }
        client.put_card(&format!("{}none/x.vcf", client.books), &good).expect(409);
        // A large picture is taken.
        client
            .put_card(&path, &card("u", "a", &format!("PHOTO;ENCODING=b:{}\n", "A".repeat(400 * 1024))))
            .expect(201);
    });
}

#[test]
fn filters_without_end_are_refused() {
    on_each_backend(|server| {
        let client = Client::of(server, &server.staff("hanako"));
        let book = client.address_book();
        let many = "<c:prop-filter name=\"NOTE\"><c:text-match>a</c:text-match></c:prop-filter>".repeat(500);
        let body =
            format!("<c:addressbook-query NS><d:prop/><c:filter>{many}</c:filter></c:addressbook-query>");
        let refused = client.cards_xml("REPORT", &book, "1", &body).expect(403).text();
        assert!(refused.contains("<c:supported-filter/>"), "{refused}");
        for body in [
            "<c:addressbook-query NS/>",
            "<c:addressbook-multiget NS><d:prop/></c:addressbook-multiget>",
            "<c:addressbook-query NS><c:filter><c:prop-filter/></c:filter></c:addressbook-query>",
        ] {
            client.cards_xml("REPORT", &book, "1", body).expect(400);
        }
        let other = "<c:other NS/>";
        let refused = client.cards_xml("REPORT", &book, "1", other).expect(403).text();
        assert!(refused.contains("<d:supported-report/>"), "{refused}");
    });
}

/// A card is told in XML, too, which cannot say them (RFC 4918 §17): under one tag there is one text.
#[test]
fn what_no_text_may_hold_is_left_out_of_cards() {
    on_each_backend(|server| {
        let client = Client::of(server, &server.staff("hanako"));
        let path = format!("{}a.vcf", client.address_book());
        let put = client.put_card(&path, &card("u", "佐\u{1b}藤", "X-A:\u{7}1\n")).expect(201);
        assert_eq!(put.header("etag"), None, "it is not as it was sent");
        let stored = client.get(&path).expect(200).text();
        assert_eq!(stored, card("u", "佐藤", "X-A:1\n"));
        assert!(client.put_card(&path, &stored).expect(204).header("etag").is_some());
    });
}
