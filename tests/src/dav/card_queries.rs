//! `addressbook-query` and `addressbook-multiget`.

use serde_json::json;

use super::client::{Client, card, responses};
use crate::harness::{Answer, TestServer, on_each_backend};

fn query(client: &Client, book: &str, filter: &str, more: &str) -> Answer {
    let body = format!(
        "<c:addressbook-query NS><d:prop><d:getetag/></d:prop><c:filter>{filter}</c:filter>{more}</c:addressbook-query>"
    );
    client.cards_xml("REPORT", book, "1", &body)
}

fn prop(name: &str, attributes: &str, text: &str) -> String {
    format!("<c:prop-filter name=\"{name}\"><c:text-match {attributes}>{text}</c:text-match></c:prop-filter>")
}

fn names(answer: &Answer) -> Vec<String> {
    let mut names: Vec<String> = responses(&answer.text())
        .into_iter()
        .map(|(href, _)| href.rsplit('/').next().unwrap().trim_end_matches(".vcf").to_owned())
        .collect();
    names.sort_unstable();
    names
}

#[test]
fn a_query_finds_what_is_meant() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        let client = Client::of(server, &hanako);
        let book = client.address_book();
        let put = |name: &str, text: &str| client.put_card(&format!("{book}{name}.vcf"), text).expect(201);
        let reading = "X-PHONETIC-LAST-NAME:タカハシ\n";
        put(
            "a",
            &card(
                "u1",
                "髙橋",
                &format!("{reading}TEL;TYPE=CELL:+81 90-1234-5678\nEMAIL:a@example.jp\nX-OWN:独自の値\n"),
            ),
        );
        put(
            "b",
            &card("u2", "山田", "EMAIL;TYPE=WORK:B@example.jp\nNOTE:高橋の紹介\nCATEGORIES:取引先,北海道\n"),
        );
        put(
            "c",
            &card("u3", "Smith", "ORG:北見測量;総務部;人事課\nADR:;;北1西6;札幌市;;;\nNOTE:霞ヶ関\nNOTE:x\n"),
        );
        let phone = json!({"name": {"full": "佐々木 花"}, "emails": {"e": {"address": "d@example.jp"}}});
        let id = hanako.post("contacts", &phone).expect(201).json()["id"].as_str().unwrap().to_owned();
        let id = id.as_str();
        let find = |filter: &str| names(&query(&client, &book, filter, "").expect(207));
        for (filter, expected) in [
            (String::new(), vec!["a", "b", "c", id]),
            (prop("FN", "", "高橋"), vec!["a"]),
            (prop("FN", "", "たかはし"), vec!["a"]),
            (prop("FN", "", "takahasi"), vec!["a"]),
            (prop("FN", "collation=\"i;octet\"", "髙橋"), vec!["a"]),
            (prop("FN", "collation=\"i;octet\"", "高橋"), vec![]),
            (prop("FN", "", "々木"), vec![id]),
            (prop("FN", "", "smith"), vec!["c"]),
            (prop("FN", "match-type=\"equals\"", "SMIT"), vec![]),
            (prop("EMAIL", "match-type=\"starts-with\"", "b@"), vec!["b"]),
            (prop("EMAIL", "match-type=\"ends-with\"", "example.jp"), vec!["a", "b", id]),
            (prop("EMAIL", "negate-condition=\"yes\"", "a@"), vec!["b", id]),
            (prop("TEL", "", "+81 90"), vec!["a"]),
            (prop("ORG", "", "測量"), vec!["c"]),
            (prop("ORG", "", "測量総務部人事"), vec!["c"]),
            (prop("ORG", "match-type=\"starts-with\"", "北見測量総務部"), vec!["c"]),
            (prop("ORG", "match-type=\"ends-with\"", "総務部人事課"), vec!["c"]),
            (prop("ORG", "", "人事課総務部"), vec![]),
            (prop("NOTE", "", "紹介"), vec!["b"]),
            (prop("NOTE", "", "X"), vec!["c"]),
            (prop("NOTE", "", "霞が関"), vec!["c"]),
            (prop("NOTE", "", "霞ヶ"), vec!["c"]),
            (prop("NOTE", "", "ケ関"), vec!["c"]),
            (prop("NOTE", "", "山田"), vec![]),
            (prop("ADR", "", "札幌"), vec!["c"]),
            (prop("X-OWN", "match-type=\"starts-with\"", "独自"), vec!["a"]),
            (prop("FN", "", "smith") + &prop("NOTE", "", "紹介"), vec!["b", "c"]),
            (prop("CATEGORIES", "match-type=\"equals\"", "北海道"), vec!["b"]),
            (prop("UID", "match-type=\"equals\"", "u3"), vec!["c"]),
            ("<c:prop-filter name=\"EMAIL\"><c:is-not-defined/></c:prop-filter>".to_owned(), vec!["c"]),
            (
                "<c:prop-filter name=\"EMAIL\"><c:param-filter name=\"TYPE\"><c:text-match>work</c:text-match></c:param-filter></c:prop-filter>".to_owned(),
                vec!["b"],
            ),
            (prop("FN", "", "smith") + &prop("EMAIL", "", "b@"), vec!["b", "c"]),
        ] {
            let mut expected: Vec<&str> = expected;
            expected.sort_unstable();
            assert_eq!(find(&filter), expected, "{filter}");
        }
        let all = query(&client, &book, "", "").expect(207).text();
        let body = all.replace("<c:filter>", "<c:filter test=\"allof\">");
        assert!(!body.is_empty());
        // What changes is found at once, and no more as it was.
        put("new", &card("u9", "髙橋 新", ""));
        assert_eq!(find(&prop("FN", "", "高橋")), ["a", "new"]);
        client.put_card(&format!("{book}new.vcf"), &card("u9", "鈴木", "NOTE:紹介された\n")).expect(204);
        client.ask("DELETE", &format!("{book}a.vcf")).send().expect(204);
        assert_eq!(find(&prop("FN", "", "高橋")), [] as [&str; 0]);
        assert_eq!(find(&prop("NOTE", "", "紹介")), ["b", "new"]);
        client.ask("DELETE", &format!("{book}b.vcf")).send().expect(204);
        client.put_card(&format!("{book}new.vcf"), &card("u9", "鈴木", "NOTE:x\n")).expect(204);
        assert_eq!(find(&prop("NOTE", "", "紹介")), [] as [&str; 0]);
        assert_eq!(find(&prop("NOTE", "", "x")), ["c", "new"]);
        // What is too long to be kept in mind is looked at all the same.
        let long = format!("NOTE:{}最後\n", "長".repeat(5_000));
        client.put_card(&format!("{book}new.vcf"), &card("u9", "鈴木", &long)).expect(204);
        assert_eq!(find(&prop("NOTE", "", "最後")), ["new"]);
    });
}

#[test]
fn a_query_is_limited_and_says_so() {
    on_each_backend(|server| {
        let client = Client::of(server, &server.staff("hanako"));
        let book = client.address_book();
        for n in 0..5 {
            client
                .put_card(&format!("{book}{n}.vcf"), &card(&format!("u{n}"), &format!("山田 {n}"), ""))
                .expect(201);
        }
        let limit = |n: usize| format!("<c:limit><c:nresults>{n}</c:nresults></c:limit>");
        let some = query(&client, &book, &prop("FN", "", "山田"), &limit(3)).expect(207).text();
        let all = responses(&some);
        assert_eq!(all.iter().filter(|(_, status)| *status == 200).count(), 3, "{some}");
        assert!(
            all.contains(&(book.clone(), 507)) && some.contains("<d:number-of-matches-within-limits/>"),
            "{some}"
        );
        let exact = query(&client, &book, &prop("FN", "", "山田"), &limit(5)).expect(207).text();
        assert!(!exact.contains("HTTP/1.1 507"), "{exact}");
        query(&client, &book, "", &limit(0)).expect(400);
        for (filter, condition) in [
            (prop("FN", "collation=\"i;none\"", "a"), "supported-collation"),
            ("<c:other/>".to_owned(), "supported-filter"),
        ] {
            let refused = query(&client, &book, &filter, "").expect(403).text();
            assert!(refused.contains(&format!("<c:{condition}/>")), "{refused}");
        }
    });
}

#[test]
fn a_multiget_answers_for_each_path() {
    on_each_backend(|server| {
        let client = Client::of(server, &server.staff("hanako"));
        let book = client.address_book();
        let path = format!("{book}a%20b.vcf");
        client.put_card(&path, &card("u1", "山田", "")).expect(201);
        let missing = format!("{book}none.vcf");
        let body = format!(
            "<c:addressbook-multiget NS><d:prop><d:getetag/><c:address-data/></d:prop><d:href>{missing}</d:href>\
             <d:href>{path}</d:href><d:href>{path}</d:href><d:href>{book}%61%20b.vcf</d:href><d:href>/etc/passwd</d:href>\
             </c:addressbook-multiget>"
        );
        let answer = client.cards_xml("REPORT", &book, "0", &body).expect(207).text();
        assert_eq!(responses(&answer), [(missing, 404), (path, 200), ("/etc/passwd".to_owned(), 404)]);
        assert!(answer.contains("FN:山田"), "{answer}");
    });
}

/// How many statements a request takes.
fn statements(server: &TestServer, request: impl Fn() -> Answer) -> u64 {
    let counts = (0..4).map(|_| {
        let before = server.db().statements();
        request().expect(207);
        server.db().statements() - before
    });
    counts.min().unwrap()
}

#[test]
fn no_report_takes_more_statements_for_more_cards() {
    on_each_backend(|server| {
        let client = Client::of(server, &server.staff("hanako"));
        let book = client.address_book();
        let put = |n: usize| {
            client
                .put_card(&format!("{book}{n}.vcf"), &card(&format!("u{n}"), &format!("山田 {n}"), ""))
                .expect(201);
        };
        let costs = || {
            let (_, token) = client.sync(&book, "", 1_000);
            [
                statements(server, || query(&client, &book, &prop("FN", "", "山田"), "")),
                statements(server, || query(&client, &book, &prop("NOTE", "", "山田"), "")),
                statements(server, || client.propfind(&book, "1", "<d:getetag/>")),
                statements(server, || client.propfind(&book, "1", "<d:getcontentlength/>")),
                statements(server, || client.propfind(&client.books, "1", "<d:displayname/>")),
                statements(server, || {
                    let body = format!(
                        "<d:sync-collection NS><d:sync-token>{token}</d:sync-token><d:sync-level>1</d:sync-level><d:prop/></d:sync-collection>"
                    );
                    client.cards_xml("REPORT", &book, "0", &body)
                }),
            ]
        };
        (0..3).for_each(put);
        let few = costs();
        (3..60).for_each(put);
        assert_eq!(costs(), few);
    });
}

/// RFC 6352 §10.4.2 and §10.5.1: a name without a group is that of any.
#[test]
fn a_property_is_found_in_whatever_group_it_stands() {
    on_each_backend(|server| {
        let client = Client::of(server, &server.staff("hanako"));
        let book = client.address_book();
        let more = "item1.URL:https://example.jp/a\nitem1.X-ABLabel:課\nitem2.URL:https://example.jp/b\nURL:https://example.jp/c\n";
        client.put_card(&format!("{book}a.vcf"), &card("u1", "山田", more)).expect(201);
        let told = |filter: &str, wanted: &[&str]| {
            let wanted: String = wanted.iter().map(|name| format!("<c:prop name=\"{name}\"/>")).collect();
            let body = format!(
                "<c:addressbook-query NS><d:prop><c:address-data>{wanted}</c:address-data></d:prop>\
                 <c:filter>{filter}</c:filter></c:addressbook-query>"
            );
            let told = client.cards_xml("REPORT", &book, "1", &body).expect(207).text();
            told.replace("&#13;", "")
                .lines()
                .filter(|line| line.contains("URL") || line.contains("AB"))
                .map(str::to_owned)
                .collect::<Vec<_>>()
        };
        let by = |name: &str| {
            format!("<c:prop-filter name=\"{name}\"><c:text-match>example.jp</c:text-match></c:prop-filter>")
        };
        let lines: Vec<&str> = more.lines().collect();
        for (wanted, expected) in [
            (vec!["URL"], vec![lines[0], lines[2], lines[3]]),
            (vec!["item1.url"], vec![lines[0]]),
            (vec!["URL", "X-ABLABEL"], vec![lines[0], lines[1], lines[2], lines[3]]),
            (vec!["ITEM1.X-ABLabel"], vec![lines[1]]),
            (vec!["item2.X-ABLabel"], vec![]),
        ] {
            for name in ["URL", "item1.URL", "ITEM2.url"] {
                assert_eq!(told(&by(name), &wanted), expected, "{name} {wanted:?}");
            }
            assert_eq!(told(&by("item3.URL"), &wanted), [] as [&str; 0]);
        }
    });
}
