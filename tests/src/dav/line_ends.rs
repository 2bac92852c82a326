//! Lines that end with a carriage return alone, as in old files.

use serde_json::{Value, json};
use uuid::Uuid;

use super::client::{Client, HOUR, card, event};
use crate::harness::{Staff, on_each_backend};

const CALENDAR: &str = "text/calendar; charset=utf-8";
const CARDS: &str = "text/vcard; charset=utf-8";

/// A text with other line ends: all of them, or that behind one property.
fn ended(text: &str) -> [String; 3] {
    let one = |end: &str| text.replace("A\r\n", &format!("A{end}"));
    [text.replace("\r\n", "\r"), one("\r"), one("\r\r\n")]
}

fn import(who: &Staff, path: &str, media: &str, file: &str) -> Value {
    let ask =
        who.ask("POST", &format!("{path}/import")).header("idempotency-key", &Uuid::now_v7().to_string());
    ask.body(media, file).send().expect(200).json()
}

#[test]
fn a_line_that_ends_with_a_return_alone_swallows_no_other_on_its_way_in() {
    on_each_backend(|server| {
        let (hanako, taro) = (server.staff("hanako"), server.staff("taro"));
        let client = Client::of(server, &hanako);
        let book = client.address_book();
        let text = event("u", &format!("{HOUR}SUMMARY:会議A\nLOCATION:第一会議室\n"));
        let contact = card("u", "山田A", "NOTE:覚え\n");
        for (text, contact) in ended(&text).iter().zip(&ended(&contact)) {
            let (event, card) = (format!("{}a.ics", client.calendar), format!("{book}a.vcf"));
            for (path, put, lines) in [
                (&event, client.put(&event, text), "SUMMARY:会議A\r\nLOCATION:第一会議室\r\n"),
                (&card, client.put_card(&card, contact), "山田A;;;;\r\nNOTE:覚え\r\n"),
            ] {
                assert!(put.expect(201).header("etag").is_none(), "it is not as it was sent");
                let told = client.get(path).expect(200).text();
                assert!(told.contains(lines), "{told:?}");
                client.ask("DELETE", path).send().expect(204);
            }
            let old = contact.replace("VERSION:3.0", "VERSION:2.1");
            for (kind, media, file, lines) in [
                ("calendars", CALENDAR, text, "SUMMARY:会議A\r\nLOCATION:第一会議室\r\n"),
                ("address-books", CARDS, contact, "NOTE:覚え\r\n"),
                ("address-books", CARDS, &old, "NOTE:覚え\r\n"),
            ] {
                let made = taro.post(kind, &json!({"name": "取込"})).expect(201).json();
                let path = format!("{kind}/{}", made["id"].as_str().unwrap());
                let done = import(&taro, &path, media, file);
                assert_eq!(done, json!({"created": 1, "updated": 0, "refused": [], "refusedCount": 0}));
                let told = taro.get(&format!("{path}/export")).expect(200).text();
                assert!(told.contains(lines), "{told:?}");
            }
        }
    });
}

#[test]
fn what_is_no_line_behind_a_return_is_told_with_its_number() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        let client = Client::of(server, &hanako);
        let text = event("u", &format!("{HOUR}SUMMARY:会議\rと打合せ\n"));
        let refused = client.put(&format!("{}a.ics", client.calendar), &text).expect(403).text();
        let line = 1 + text.replace('\r', "").lines().position(|line| line.contains("会議")).unwrap();
        let number = format!("line {}", line + 1);
        assert!(refused.contains("<c:valid-calendar-data/>") && refused.contains(&number), "{refused}");
        let contact = card("u", "山田", "NOTE:覚え\rと書き\n");
        let refused =
            client.put_card(&format!("{}a.vcf", client.address_book()), &contact).expect(403).text();
        assert!(refused.contains("<c:valid-address-data/>") && refused.contains("line 7: "), "{refused}");
    });
}
