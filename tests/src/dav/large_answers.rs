//! Answers that would be larger than a client or the server can bear: refused, or told in parts.

use std::collections::BTreeSet;

use super::client::{Client, HOUR, between, card, event, responses};
use crate::harness::on_each_backend;

/// Of 900 KiB of names that no member knows, an answer of 16 MiB repeats 19 times.
const MEMBERS: usize = 24;

fn unknown_names() -> String {
    (0..480).map(|n| format!("<x{n:03}{}/>", "y".repeat(1_900))).collect()
}

/// Fills a collection, which is then asked for too much.
fn is_bounded(client: &Client, collection: &str, suffix: &str, put: impl Fn(&str, usize)) {
    let path = |n: usize| format!("{collection}m{n}.{suffix}");
    let report = |token: &str, names: &str| {
        let body = format!(
            "<d:sync-collection NS><d:sync-token>{token}</d:sync-token><d:sync-level>1</d:sync-level><d:prop>{names}</d:prop></d:sync-collection>"
        );
        let answer = client.xml("REPORT", collection, "0", &body).expect(207).text();
        (responses(&answer), between(&answer, "<d:sync-token>", "</d:sync-token>").to_owned(), answer.len())
    };
    let (_, empty, _) = report("", "");
    (0..MEMBERS).for_each(|n| put(&path(n), n));
    let names = unknown_names();
    let body = format!("<d:propfind NS><d:prop>{names}</d:prop></d:propfind>");
    let answer = client.xml("PROPFIND", collection, "1", &body).expect(507).text();
    assert!(answer.contains("<d:number-of-matches-within-limits/>"), "{answer}");
    client.xml("PROPFIND", collection, "0", &body).expect(207);

    let all: BTreeSet<String> = (0..MEMBERS).map(path).collect();
    // What is there at the beginning, and what changed since a token.
    for begin in ["", &empty] {
        let (mut seen, mut token, mut pages) = (BTreeSet::new(), begin.to_owned(), 0);
        loop {
            let (page, next, bytes) = report(&token, &names);
            assert!(bytes < 18 * 1024 * 1024, "an answer of {bytes} bytes");
            let more = page.contains(&(collection.to_owned(), 507));
            for (href, _) in page.into_iter().filter(|(href, _)| href != collection) {
                assert!(seen.insert(href.clone()), "{href} is told twice");
            }
            (token, pages) = (next, pages + 1);
            if !more {
                break;
            }
        }
        assert_eq!((&seen, pages), (&all, 2), "from {begin:?}");
    }
}

#[test]
fn an_answer_about_many_members_is_bounded() {
    on_each_backend(|server| {
        let client = Client::of(server, &server.staff("hanako"));
        is_bounded(&client, &client.calendar, "ics", |path, n| {
            client.put(path, &event(&format!("u{n}"), HOUR)).expect(201);
        });
        is_bounded(&client, &client.address_book(), "vcf", |path, n| {
            client.put_card(path, &card(&format!("u{n}"), "山田", "")).expect(201);
        });
    });
}

/// Thunderbird names all cards of an address book at once, and never asks for what an answer leaves out.
#[test]
fn cards_that_are_named_are_all_told() {
    on_each_backend(|server| {
        let client = Client::of(server, &server.staff("hanako"));
        let book = client.address_book();
        let path = |n: usize| format!("{book}m{n}.vcf");
        for n in 0..MEMBERS {
            client.put_card(&path(n), &card(&format!("u{n}"), "山田", "")).expect(201);
        }
        let ask = |paths: &[String], names: &str| {
            let hrefs: String = paths.iter().map(|path| format!("<d:href>{path}</d:href>")).collect();
            let body = format!(
                "<c:addressbook-multiget NS><d:prop>{names}<c:address-data/></d:prop>{hrefs}</c:addressbook-multiget>"
            );
            client.cards_xml("REPORT", &book, "1", &body).expect(207).text()
        };
        let told = |paths: &[String]| paths.iter().map(|path| (path.clone(), 200)).collect::<Vec<_>>();
        let all: Vec<String> = (0..MEMBERS).map(path).collect();
        let answer = ask(&all, &unknown_names());
        assert!(answer.len() > 20 * 1024 * 1024 && answer.ends_with("</d:multistatus>"));
        assert_eq!((responses(&answer), answer.matches("FN:山田").count()), (told(&all), MEMBERS));
        // A prefecture's staff.
        let many: Vec<String> = (0..18_000).map(path).collect();
        let answer = responses(&ask(&many, ""));
        assert_eq!(answer.len(), many.len());
        assert_eq!(answer[..MEMBERS], told(&all));
        assert!(answer[MEMBERS..].iter().all(|(_, status)| *status == 404));
    });
}

#[test]
fn one_object_is_not_told_without_end() {
    on_each_backend(|server| {
        let client = Client::of(server, &server.staff("hanako"));
        let path = format!("{}long.ics", client.calendar);
        let notes: String = (0..400).map(|n| format!("X-NOTE-{n}:{}\n", "x".repeat(500))).collect();
        let hours = (0..24).map(|hour| hour.to_string()).collect::<Vec<_>>().join(",");
        let daily = format!("{HOUR}RRULE:FREQ=DAILY;BYHOUR={hours}\n{notes}");
        client.put(&path, &event("long", &daily)).expect(201);
        let ask = |end: &str, report: &str, which: &str| {
            let data = format!(
                r#"<c:calendar-data><c:expand start="20261126T000000Z" end="{end}"/></c:calendar-data>"#
            );
            let which = which.replace("PROP", &format!("<d:prop>{data}</d:prop>"));
            client.xml("REPORT", &client.calendar, "1", &format!("<{report} NS>{which}</{report}>"))
        };
        let range = r#"<c:time-range start="20261126T000000Z" end="20270310T000000Z"/>"#;
        for (report, which) in [
            ("c:calendar-multiget", format!("PROP<d:href>{path}</d:href>")),
            (
                "c:calendar-query",
                format!(
                    "PROP<c:filter><c:comp-filter name=\"VCALENDAR\"><c:comp-filter name=\"VEVENT\">{range}</c:comp-filter></c:comp-filter></c:filter>"
                ),
            ),
            ("d:sync-collection", "<d:sync-token/><d:sync-level>1</d:sync-level>PROP".to_owned()),
        ] {
            let days = ask("20261128T000000Z", report, &which).expect(207).text();
            assert_eq!(days.matches("BEGIN:VEVENT").count(), 47, "{report}");
            let months = ask("20270310T000000Z", report, &which).expect(507).text();
            assert!(months.contains("<d:number-of-matches-within-limits/>"), "{report}: {months}");
        }
    });
}

#[test]
fn instances_of_all_events_count_together() {
    on_each_backend(|server| {
        let client = Client::of(server, &server.staff("hanako"));
        let path = |n: usize| format!("{}d{n}.ics", client.calendar);
        // 31 days of them are told, a year of them is not.
        for n in 0..30 {
            let daily = format!("{HOUR}RRULE:FREQ=DAILY;COUNT=400\n");
            client.put(&path(n), &event(&format!("d{n}"), &daily)).expect(201);
        }
        let ask = |end: &str, report: &str, which: &str| {
            let range = format!(r#"start="20261126T000000Z" end="{end}""#);
            let which = which.replace("RANGE", &range);
            let body = format!(
                "<c:{report} NS><d:prop><c:calendar-data><c:expand {range}/></c:calendar-data></d:prop>{which}</c:{report}>"
            );
            client.xml("REPORT", &client.calendar, "1", &body)
        };
        let filter = "<c:filter><c:comp-filter name=\"VCALENDAR\"><c:comp-filter name=\"VEVENT\"><c:time-range RANGE/></c:comp-filter></c:comp-filter></c:filter>";
        let hrefs: String = (0..30).map(|n| format!("<d:href>{}</d:href>", path(n))).collect();
        for (report, which) in [("calendar-query", filter), ("calendar-multiget", &hrefs)] {
            let month = ask("20261227T000000Z", report, which).expect(207).text();
            assert_eq!(month.matches("BEGIN:VEVENT").count(), 30 * 31, "{report}");
            let year = ask("20271126T000000Z", report, which).expect(507).text();
            assert!(year.contains("<d:number-of-matches-within-limits/>"), "{report}: {year}");
            let told = between(&year, "<d:responsedescription>", "</d:responsedescription>");
            assert!(told.contains("10,000 occurrences") && told.contains("a shorter time"), "{told}");
        }
    });
}

#[test]
fn every_instance_is_told_or_none() {
    on_each_backend(|server| {
        let client = Client::of(server, &server.staff("hanako"));
        let path = |name: &str| format!("{}{name}.ics", client.calendar);
        let hours = (0..24).map(|hour| hour.to_string()).collect::<Vec<_>>().join(",");
        let hourly = format!("DTSTART:20270101T000000Z\nDURATION:PT5M\nRRULE:FREQ=DAILY;BYHOUR={hours}\n");
        let daily = "DTSTART:20200101T000000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY\n";
        let years = r#"start="20200101T000000Z" end="20300101T000000Z""#;
        let year = r#"start="20270101T000000Z" end="20280101T000000Z""#;
        let sync =
            |token: &str| format!("<d:sync-token>{token}</d:sync-token><d:sync-level>1</d:sync-level>");
        let ask = |range: &str, report: &str, which: &str| {
            let data = format!("<d:prop><c:calendar-data><c:expand {range}/></c:calendar-data></d:prop>");
            client.xml(
                "REPORT",
                &client.calendar,
                "1",
                &format!("<{report} NS>{}</{report}>", which.replace("PROP", &data)),
            )
        };
        let all = |kind: &str| {
            format!(
                "PROP<c:filter><c:comp-filter name=\"VCALENDAR\"><c:comp-filter name=\"{kind}\"/></c:comp-filter></c:filter>"
            )
        };
        let told = |kind: &str, range: &str, names: &[&str], expected: usize| {
            let hrefs: String = names.iter().map(|name| format!("<d:href>{}</d:href>", path(name))).collect();
            for (report, which) in [
                ("c:calendar-query", all(kind)),
                ("c:calendar-multiget", format!("PROP{hrefs}")),
                ("d:sync-collection", format!("{}PROP", sync(""))),
            ] {
                let answer = ask(range, report, &which).expect(207).text();
                let is_whole = !answer.contains("<d:number-of-matches-within-limits/>");
                assert_eq!(
                    (answer.matches(&format!("BEGIN:{kind}")).count(), is_whole),
                    (expected, true),
                    "{report}"
                );
            }
        };
        for (kind, name, rule, range, expected) in [
            ("VEVENT", "daily", daily, years, 3_653),
            ("VEVENT", "hourly", &hourly, year, 8_760),
            ("VTODO", "task", daily, years, 3_653),
        ] {
            client.put(&path(name), &event(name, rule).replace("VEVENT", kind)).expect(201);
            told(kind, range, &[name], expected);
            client.ask("DELETE", &path(name)).send().expect(204);
        }
        // Each of them is told, and what is 10,000 together; one more is not.
        client.put(&path("a"), &event("a", &hourly)).expect(201);
        client.put(&path("b"), &event("b", &daily.replace("T00", "T01"))).expect(201);
        let most = r#"start="20270101T000000Z" end="20280205T000000Z""#;
        let more = r#"start="20270101T000000Z" end="20280205T010000Z""#;
        told("VEVENT", most, &["a", "b"], 10_000);
        let hrefs = format!("PROP<d:href>{}</d:href><d:href>{}</d:href>", path("a"), path("b"));
        for (report, which) in [("c:calendar-query", all("VEVENT")), ("c:calendar-multiget", hrefs)] {
            let refused = ask(more, report, &which).expect(507).text();
            assert!(refused.contains("<d:number-of-matches-within-limits/>"), "{report}: {refused}");
        }
        // A sync goes on where a part of it ended.
        let (mut token, mut parts) = (String::new(), Vec::new());
        while parts.len() < 3 {
            let part = ask(more, "d:sync-collection", &format!("{}PROP", sync(&token))).expect(207).text();
            parts.push(part.matches("BEGIN:VEVENT").count());
            between(&part, "<d:sync-token>", "</d:sync-token>").clone_into(&mut token);
            if !part.contains("<d:number-of-matches-within-limits/>") {
                break;
            }
        }
        assert_eq!((parts.iter().sum::<usize>(), parts.len()), (10_001, 2), "{parts:?}");
        // What does not fit by itself is no part.
        client.ask("DELETE", &path("b")).send().expect(204);
        let longer = r#"start="20270101T000000Z" end="20280301T000000Z""#;
        ask(longer, "d:sync-collection", &format!("{}PROP", sync(""))).expect(507);
    });
}
