//! Refusals in the language of who reads them.

use serde_json::json;

use super::client::{Client, HOUR, between, card, event};
use crate::harness::on_each_backend;

const REASON: [&str; 2] = ["<d:responsedescription>", "</d:responsedescription>"];

#[test]
fn whoever_prefers_japanese_reads_why_something_was_refused_in_japanese() {
    on_each_backend(|server| {
        let (hanako, taro) = (server.staff("hanako"), server.staff("taro"));
        let (owner, reader) = (Client::of(server, &taro), Client::of(server, &hanako));
        let share = json!({"grantee": {"type": "person", "personId": hanako.person}, "role": "read"});
        taro.post(&format!("calendars/{}/shares", taro.calendar), &share).expect(200);
        reader.propfind(&owner.home, "1", "<d:resourcetype/>");
        let put = |path: &str, text: &str, language: &str| {
            let kind = if path.ends_with(".vcf") { "text/vcard" } else { "text/calendar" };
            let ask = reader.ask("PUT", path).body(&format!("{kind}; charset=utf-8"), text);
            if language.is_empty() { ask } else { ask.header("accept-language", language) }.send()
        };
        let ends_early = event("u", "DTSTART:20261126T100000Z\nDTEND:20261126T090000Z\n");
        let own = format!("{}x.ics", reader.calendar);
        let theirs = format!("{}x.ics", owner.calendar);
        let hour = event("u", HOUR);
        let nameless = card("c", "", "").replace("FN:\r\nN:;;;;\r\n", "");
        let of_card = format!("{}c.vcf", reader.address_book());
        for (path, text, said) in [
            (&own, &ends_early, "DTEND: 終了が開始より前になっています。"),
            (
                &theirs,
                &hour,
                "この操作は許可されていません: 見ることはできますが、変更はできません。持ち主に権限を依頼してください。",
            ),
            (&of_card, &nameless, "FN: 名前（FN または N）がありません。"),
        ] {
            let reason = |language: &str| {
                let answer = put(path, text, language).expect(403).text();
                between(&answer, REASON[0], REASON[1]).to_owned()
            };
            for language in ["ja", "ja-JP, en;q=0.8", "de, ja;q=0.5"] {
                assert!(reason(language).contains(said), "{language}: {}", reason(language));
            }
            for language in ["", "en", "de", "ja;q=0.5, en"] {
                assert!(reason(language).is_ascii(), "{language}: {}", reason(language));
            }
        }
        // Where a line is named, it is named in Japanese too.
        for (path, text, said) in [
            (
                &own,
                "x",
                "予定表から書き出した .ics ファイル（BEGIN:VCALENDAR で始まるもの）を送ってください。",
            ),
            (
                &own,
                "BEGIN:VCALENDAR\nVERSION:2.0\nno colon\nEND:VCALENDAR\n",
                "3行目: この行は読み取れません。",
            ),
            (
                &of_card,
                "x",
                "連絡先から書き出した .vcf ファイル（BEGIN:VCARD で始まるもの）を送ってください。",
            ),
        ] {
            let answer = put(path, text, "ja").expect(403);
            assert_eq!(answer.header("content-language"), Some("ja"));
            let answer = answer.text();
            let reason = between(&answer, REASON[0], REASON[1]);
            assert!(reason.starts_with(said), "{reason}");
            assert_eq!(put(path, text, "").expect(403).header("content-language"), Some("en"));
        }
        // The line of the byte that is no UTF-8, also where it is a folded one's.
        let not_utf8 = |path: &str, kind: &str, text: &[u8], language: &str| {
            let ask = reader.ask("PUT", path).header("accept-language", language).body(kind, text.to_vec());
            let answer = ask.send().expect(403).text();
            between(&answer, REASON[0], REASON[1]).to_owned()
        };
        for (path, kind, begin) in
            [(&own, "text/calendar", "BEGIN:VCALENDAR"), (&of_card, "text/vcard", "BEGIN:VCARD")]
        {
            let text = [begin.as_bytes(), b"\r\nX:\xE4\xBC\x9A\r\n ab\r\n c\x93\xFA\r\nEND\r\n"].concat();
            assert_eq!(
                not_utf8(path, kind, &text, "ja"),
                "4行目: この行の文字コードが UTF-8 ではありません。UTF-8 で保存し直してから送ってください。"
            );
            assert_eq!(
                not_utf8(path, kind, &text, "en"),
                "line 4: the line is not UTF-8: save the file as UTF-8, then send it"
            );
        }
        let told = |method: &str, path: &str, expected: u16| {
            let ask = reader.ask(method, path).header("accept-language", "ja").header("if-match", "\"x\"");
            let ask = if method == "PUT" { ask.body("text/calendar", hour.as_str()) } else { ask };
            ask.send().expect(expected).text()
        };
        assert_eq!(told("PUT", &own, 412), "ほかで変更されています\n");
        assert_eq!(
            told("PUT", &reader.home, 405),
            "この方法では使えません: Allow ヘッダーに示した方法を使ってください。\n"
        );
        // What has no element of its own is told by plain text.
        let none = |language: &str| {
            reader.ask("GET", &own).header("accept-language", language).send().expect(404).text()
        };
        assert_eq!(none("ja"), "見つかりません: 存在しないか、見る権限がありません。\n");
        assert_eq!(none("en"), "there is nothing at this path\n");
    });
}

/// What is copied to where it cannot be put.
#[test]
fn a_place_where_nothing_can_be_put_is_told_in_japanese() {
    on_each_backend(|server| {
        let reader = Client::of(server, &server.staff("hanako"));
        let of_card = format!("{}c.vcf", reader.address_book());
        let moved = |destination: &str, expected: u16| {
            let ask = reader
                .ask("COPY", &of_card)
                .header("accept-language", "ja")
                .header("destination", destination);
            ask.send().expect(expected).text()
        };
        assert!(moved("https://elsewhere.example/a", 502).contains("移動や複製の先が別のサーバーです。"));
        reader.ask("PUT", &of_card).body("text/vcard", card("c", "山田", "")).send().expect(201);
        assert_eq!(
            moved(&of_card, 403),
            "移動や複製の元と先が同じです。別の場所か別の名前を指定してください。\n"
        );
        let nowhere = format!("{}nowhere/a.vcf", reader.books);
        assert!(moved(&nowhere, 409).starts_with("ここには保存できません。"));
    });
}
