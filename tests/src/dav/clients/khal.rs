//! vdirsyncer, which brings calendars and contacts to khal and khard on the command line: vdirsyncer after 0.20.0 (2026-04-07).

use super::{Client, holds, href, objects, of};
use crate::{
    dav::client::{HOUR, card, event, responses},
    harness::{Answer, on_each_backend},
};

const XML: &str = "application/xml; charset=UTF-8";

#[track_caller]
fn propfind(client: &Client, path: &str, depth: &str, prop: &str) -> Answer {
    let body = format!(
        "<propfind xmlns=\"DAV:\" xmlns:c=\"urn:ietf:params:xml:ns:caldav\"><prop>{prop}</prop></propfind>"
    );
    client.send("PROPFIND", path, &[("depth", depth)], XML, &body).expect(207)
}

/// What is in a collection: listed with type and tag; what has neither is passed over.
fn list(client: &Client, path: &str) -> Vec<String> {
    let listed = propfind(client, path, "1", "<resourcetype/><getcontenttype/><getetag/>");
    let text = listed.text();
    objects(&listed)
        .into_iter()
        .inspect(|it| holds(of(&text, it), &["<d:getetag>", "<d:getcontenttype>text/"]))
        .collect()
}

/// It sends no depth, and paths in which all but letters, digits, `@` and `_.-~` is escaped.
fn multiget(client: &Client, path: &str, name: &str, data: &str, paths: &[&str]) -> String {
    let paths: String = paths.iter().map(|path| format!("<href>{path}</href>\n")).collect();
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\" ?><{name} xmlns=\"DAV:\" xmlns:C=\"urn:ietf:params:xml:ns:{}\"><prop><getetag/>\
         {data}</prop>{paths}</{name}>",
        if name.contains("calendar") { "caldav" } else { "carddav" }
    );
    client.send("REPORT", path, &[], XML, &body).expect(207).text()
}

/// Without a charset, in UTF-8.
fn put(client: &Client, path: &str, kind: &str, condition: (&str, &str), text: &str) -> Answer {
    client.send("PUT", path, &[condition], kind, text)
}

/// It first takes the address that it was given for a home; then it asks for the principal, there or at the well-known address, and
/// for the home, one thing at a time.
#[test]
fn discovers() {
    on_each_backend(|server| {
        let client = Client::of(server, &server.staff("hanako"));
        let own = client.address_book();
        for (kind, home, collection) in
            [("caldav", &client.home, &client.calendar), ("carddav", &client.books, &own)]
        {
            let type_of = if kind == "caldav" { "<c:calendar/>" } else { "<c:addressbook/>" };
            let tried = propfind(&client, "/dav/", "1", "<resourcetype/>").text();
            assert!(
                !tried.contains("calendar/></d:resourcetype>") && !tried.contains("addressbook/>"),
                "{tried}"
            );
            for path in ["/dav/", &format!("/.well-known/{kind}")] {
                let found = propfind(&client, path, "0", "<current-user-principal/>").text();
                assert_eq!(href(&found, "current-user-principal"), client.principal);
            }
            let set = match kind {
                "caldav" => "<c:calendar-home-set/>",
                _ => "<c:addressbook-home-set xmlns:c=\"urn:ietf:params:xml:ns:carddav\"/>",
            };
            let found = propfind(&client, &client.principal, "0", set).text();
            assert_eq!(href(&found, "home-set"), *home);
            // The last segment is the name by which the configuration means it.
            holds(of(&propfind(&client, home, "1", "<resourcetype/>").text(), collection), &[type_of]);
        }
    });
}

/// A collection that is only here is made there: by MKCOL, without a slash at the end, and its colour and name follow.
#[test]
fn makes_and_paints_collections() {
    on_each_backend(|server| {
        let client = Client::of(server, &server.staff("hanako"));
        for (space, kind, home) in
            [("caldav", "calendar", &client.home), ("carddav", "addressbook", &client.books)]
        {
            let body = format!(
                "<?xml version=\"1.0\" encoding=\"utf-8\" ?><mkcol xmlns=\"DAV:\"><set><prop><resourcetype><collection/>\
                 <ns0:{kind} xmlns:ns0=\"urn:ietf:params:xml:ns:{space}\" /></resourcetype></prop></set></mkcol>"
            );
            client.send("MKCOL", &format!("{home}trips"), &[], XML, &body).expect(201);
            let path = format!("{home}trips/");
            let props = match kind {
                "calendar" => vec![
                    (
                        "<ns0:calendar-color xmlns:ns0=\"http://apple.com/ns/ical/\">",
                        "#ff2968",
                        "</ns0:calendar-color>",
                    ),
                    (
                        "<ns0:calendar-order xmlns:ns0=\"http://apple.com/ns/ical/\">",
                        "3",
                        "</ns0:calendar-order>",
                    ),
                    ("<displayname>", "出張", "</displayname>"),
                ],
                _ => vec![("<displayname>", "取引先", "</displayname>")],
            };
            for (open, value, close) in props {
                let body = format!(
                    "<propertyupdate xmlns=\"DAV:\"><set><prop>{open}{value}{close}</prop></set></propertyupdate>"
                );
                let told = client.send("PROPPATCH", &path, &[], XML, &body).expect(207).text();
                assert!(told.contains("HTTP/1.1 200"), "{told}");
                let asked = propfind(&client, &path, "0", &format!("{open}{close}")).text();
                holds(&asked, &[value]);
            }
        }
    });
}

/// New, changed and deleted, by the tags of the list; and 412 has it ask again next time.
#[test]
fn syncs_by_tags() {
    on_each_backend(|server| {
        let client = Client::of(server, &server.staff("hanako"));
        let path = format!("{}khal.ics", client.calendar);
        let text = event("khal", &format!("{HOUR}SUMMARY:会議\n"));
        let etag = put(&client, &path, "text/calendar", ("if-none-match", "*"), &text).expect(201).etag();
        put(&client, &path, "text/calendar", ("if-none-match", "*"), &text).expect(412);
        assert_eq!(list(&client, &client.calendar), std::slice::from_ref(&path));
        let read = multiget(&client, &client.calendar, "C:calendar-multiget", "<C:calendar-data/>", &[&path]);
        holds(of(&read, &path), &[&etag, "SUMMARY:会議"]);
        let next = text.replace("会議", "打合せ");
        let newer = put(&client, &path, "text/calendar", ("if-match", &etag), &next).expect(204).etag();
        put(&client, &path, "text/calendar", ("if-match", &etag), &text).expect(412);
        client.bare("DELETE", &path, &[("if-match", &etag)]).expect(412);
        client.bare("DELETE", &path, &[("if-match", &newer)]).expect(204);
        client.bare("DELETE", &path, &[("if-match", &newer)]).expect(404);
        // With a span and kinds in its configuration it asks by them instead.
        put(&client, &path, "text/calendar", ("if-none-match", "*"), &text).expect(201);
        let ask = |kind: &str, range: &str| {
            let body = format!(
                "<C:calendar-query xmlns=\"DAV:\" xmlns:C=\"urn:ietf:params:xml:ns:caldav\"><prop><getcontenttype/><getetag/></prop>\
                 <C:filter><C:comp-filter name=\"VCALENDAR\"><C:comp-filter name=\"{kind}\">{range}</C:comp-filter></C:comp-filter>\
                 </C:filter></C:calendar-query>"
            );
            objects(&client.send("REPORT", &client.calendar, &[("depth", "1")], XML, &body).expect(207))
        };
        let week = "<C:time-range start=\"20261125T000000Z\" end=\"20261202T000000Z\"/>";
        assert_eq!(ask("VEVENT", week), [path]);
        assert!(ask("VTODO", week).is_empty());
    });
}

/// A name is escaped its way in each request, and told ours in each answer: it brings both to one form.
#[test]
fn escapes_names() {
    on_each_backend(|server| {
        let client = Client::of(server, &server.staff("hanako"));
        let told = format!("{}a+b:c!@x y.ics", client.calendar);
        client.put(&told.replace(' ', "%20"), &event("u", HOUR)).expect(201);
        let asked = format!("{}a%2Bb%3Ac%21@x%20y.ics", client.calendar);
        let read =
            multiget(&client, &client.calendar, "C:calendar-multiget", "<C:calendar-data/>", &[&asked]);
        let (name, status) = responses(&read).remove(0);
        assert_eq!(status, 200, "{read}");
        let plain = name
            .replace("%2B", "+")
            .replace("%3A", ":")
            .replace("%21", "!")
            .replace("%40", "@")
            .replace("%20", " ");
        assert_eq!(plain, told);
        let etag = client.get(&asked).expect(200).etag();
        client.bare("DELETE", &asked, &[("if-match", &etag)]).expect(204);
    });
}

/// Cards the same; of a version it speaks in an attribute that is none.
#[test]
fn syncs_contacts() {
    on_each_backend(|server| {
        let client = Client::of(server, &server.staff("hanako"));
        let book = client.address_book();
        let path = format!("{book}khard.vcf");
        let etag = put(&client, &path, "text/vcard", ("if-none-match", "*"), &card("khard", "佐藤", ""))
            .expect(201)
            .etag();
        assert_eq!(list(&client, &book), std::slice::from_ref(&path));
        let read = |data: &str| multiget(&client, &book, "C:addressbook-multiget", data, &[&path]);
        holds(of(&read("<C:address-data />"), &path), &[&etag, "VERSION:3.0", "FN:佐藤"]);
        let four = read("<C:address-data Content-Type=\"text/vcard\" version=\"4.0\"/>");
        holds(of(&four, &path), &[&etag, "VERSION:4.0"]);
        client.bare("DELETE", &path, &[("if-match", &etag)]).expect(204);
    });
}
