//! Requests that are carried out in one state of a resource alone (RFC 4918 §10.4, RFC 6578 §5, RFC 9110 §13.1).

use super::client::{Client, HOUR, between, card, event};
use crate::harness::on_each_backend;

const NAME: &str = "<d:propertyupdate xmlns:d=\"DAV:\"><d:set><d:prop><d:displayname>別</d:displayname></d:prop></d:set></d:propertyupdate>";

const BOOK: &str = "<d:mkcol xmlns:d=\"DAV:\" xmlns:c=\"urn:ietf:params:xml:ns:carddav\"><d:set><d:prop><d:resourcetype><d:collection/><c:addressbook/></d:resourcetype></d:prop></d:set></d:mkcol>";

fn tag_of(client: &Client, path: &str) -> String {
    let answer = client.propfind(path, "0", "<d:getetag/>").text();
    between(&answer, "<d:getetag>", "</d:getetag>").replace("&quot;", "\"")
}

#[test]
fn a_sync_token_says_that_nothing_changed_meanwhile() {
    on_each_backend(|server| {
        let (hanako, taro) =
            (Client::of(server, &server.staff("hanako")), Client::of(server, &server.staff("taro")));
        let book = hanako.address_book();
        let theirs = taro.sync(&taro.calendar, "", 10).1;
        for (collection, ending, kind) in
            [(&hanako.calendar, "ics", "text/calendar"), (&book, "vcf", "text/vcard")]
        {
            let token = || {
                let answer = hanako.propfind(collection, "0", "<d:sync-token/>").text();
                between(&answer, "<d:sync-token>", "</d:sync-token>").to_owned()
            };
            let put = |name: &str, states: &str| {
                let text = if ending == "ics" { event(name, HOUR) } else { card(name, "山田", "") };
                let path = format!("{collection}{name}.{ending}");
                let ask = hanako.ask("PUT", &path).body(&format!("{kind}; charset=utf-8"), text);
                ask.header("if", states).send().status
            };
            let before = token();
            assert_eq!(put("one", &format!("<{collection}> (<{before}>)")), 201);
            assert_eq!(put("two", &format!("<{collection}> (<{before}>)")), 412);
            assert_eq!(put("two", &format!("<{collection}> (<{theirs}>)")), 412);
            // The object itself has none.
            assert_eq!(put("two", &format!("(<{}>)", token())), 412);
            let url = format!("{}{collection}", server.base());
            assert_eq!(put("two", &format!("<{url}> (Not <{before}> <{}>)", token())), 201);
            assert_eq!(put("three", &format!("(<{before}>) <{collection}> (<{}>)", token())), 201);
            assert_eq!(put("four", "(Not <urn:lock>)"), 201);
            assert_eq!(put("five", "(<urn:lock>)"), 412);
            assert_eq!(put("five", "(oops)"), 400);
            let tag = tag_of(&hanako, &format!("{collection}one.{ending}"));
            let other = format!("<{collection}one.{ending}> ([{tag}])");
            assert_eq!(put("five", &other), 201);
            assert_eq!(put("one", &format!("([{tag}] Not <urn:lock>)")), 204);
            assert_eq!(put("one", "([\"nope\"] Not <urn:lock>)"), 412);
        }
    });
}

#[test]
fn the_properties_of_a_collection_are_changed_in_the_version_that_is_expected() {
    on_each_backend(|server| {
        let hanako = Client::of(server, &server.staff("hanako"));
        for collection in [hanako.calendar.clone(), hanako.address_book()] {
            let tag = tag_of(&hanako, &collection);
            let change = |name: &str, value: &str| {
                hanako
                    .ask("PROPPATCH", &collection)
                    .body("application/xml", NAME)
                    .header(name, value)
                    .send()
                    .status
            };
            for (name, value) in [
                ("if-match", "\"nope\""),
                ("if-none-match", "*"),
                ("if-none-match", &*tag),
                ("if", "([\"nope\"])"),
                ("if", "(<urn:lock>)"),
            ] {
                assert_eq!(change(name, value), 412, "{collection} {name}: {value}");
            }
            assert_eq!(tag_of(&hanako, &collection), tag);
            assert_eq!(change("if-match", &tag), 207);
            assert_ne!(tag_of(&hanako, &collection), tag);
        }
        // What is not there is in no version.
        for (home, body) in [(&hanako.home, ""), (&hanako.books, BOOK)] {
            let path = format!("{home}new/");
            let make = |name: &str, value: &str| {
                let method = if body.is_empty() { "MKCALENDAR" } else { "MKCOL" };
                hanako.ask(method, &path).body("application/xml", body).header(name, value).send().status
            };
            for (name, value) in [("if-match", "*"), ("if", "([\"nope\"])"), ("if", "(<urn:lock>)")] {
                assert_eq!(make(name, value), 412, "{path} {name}: {value}");
            }
            assert_eq!(make("if-none-match", "*"), 201);
            assert_eq!(make("if-none-match", "*"), 405);
        }
    });
}

#[test]
fn a_copy_of_what_somebody_outside_organizes_has_a_schedule_tag() {
    on_each_backend(|server| {
        let taro = Client::of(server, &server.staff("taro"));
        let path = format!("{}outside.ics", taro.calendar);
        let copy = |more: &str, answer: &str| {
            let people = format!(
                "ORGANIZER:mailto:boss@example.net\nATTENDEE;PARTSTAT={answer}:mailto:taro@pref.example.jp\n"
            );
            event("o1", &format!("{HOUR}SUMMARY:外部会議\n{more}{people}"))
        };
        let put = |tag: &str, text: &str| {
            taro.ask("PUT", &path)
                .header("if-schedule-tag-match", tag)
                .body("text/calendar; charset=utf-8", text)
                .send()
        };
        let made = taro.put(&path, &copy("", "NEEDS-ACTION")).expect(201);
        let tag = made.header("schedule-tag").unwrap().to_owned();
        let told = || {
            let got = taro.get(&path).expect(200).header("schedule-tag").unwrap().to_owned();
            let asked = taro.propfind(&path, "0", "<c:schedule-tag/>").text();
            let body = format!(
                "<c:calendar-multiget NS><d:prop><c:schedule-tag/></d:prop><d:href>{path}</d:href></c:calendar-multiget>"
            );
            let named = taro.xml("REPORT", &taro.calendar, "0", &body).expect(207).text();
            let listed = taro.propfind(&taro.calendar, "1", "<c:schedule-tag/>").text();
            for text in [&asked, &named, &listed] {
                let said = between(text, "<c:schedule-tag>", "</c:schedule-tag>").replace("&quot;", "\"");
                assert_eq!(said, got, "{text}");
            }
            got
        };
        assert_eq!(told(), tag);
        // An answer does not change it, nor what the guest adds for themselves.
        assert_eq!(put(&tag, &copy("", "ACCEPTED")).expect(204).header("schedule-tag"), Some(tag.as_str()));
        assert_eq!(told(), tag);
        let moved = copy("", "ACCEPTED").replace("T10", "T14").replace("T11", "T15");
        let changed = put(&tag, &moved).expect(204).header("schedule-tag").unwrap().to_owned();
        assert_ne!(changed, tag);
        assert_eq!(told(), changed);
        put(&tag, &moved).expect(412);
        // What nobody organizes has none.
        let alone = format!("{}alone.ics", taro.calendar);
        assert_eq!(taro.put(&alone, &event("o2", HOUR)).expect(201).header("schedule-tag"), None);
        assert_eq!(taro.get(&alone).expect(200).header("schedule-tag"), None);
    });
}
