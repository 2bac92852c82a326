//! Requests that are carried out in one state of a resource alone (RFC 4918 §10.4, RFC 6578 §5, RFC 9110 §13.1).

use super::client::{Client, HOUR, between, card, event};
use crate::harness::on_each_backend;

const NAME: &str = "<d:propertyupdate xmlns:d=\"DAV:\"><d:set><d:prop><d:displayname>別</d:displayname></d:prop></d:set></d:propertyupdate>";

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
    });
}
