use serde_json::json;

use super::{Client, NAMESPACES, XML, classes, holds, href, of, propfind};
use crate::{
    dav::client::{HOUR, event, responses},
    harness::on_each_backend,
};

/// Calendars are found by the address that was entered, or by the well-known one: from there to the principal, and to its home.
#[test]
fn finds_calendars() {
    on_each_backend(|server| {
        let client = Client::of(server, &server.staff("hanako"));
        for path in ["/dav/", "/.well-known/caldav"] {
            let found = propfind(
                &client,
                path,
                "0",
                "<D:resourcetype/><D:owner/><D:displayname/><D:current-user-principal/><D:current-user-privilege-set/>\
                 <A:calendar-color/><C:calendar-home-set/>",
            );
            assert_eq!(href(&found, "current-user-principal"), client.principal);
        }
        let me = propfind(&client, &client.principal, "0", "<C:calendar-home-set/>");
        assert_eq!(href(&me, "calendar-home-set"), client.home);
        let props = "<D:resourcetype/><D:displayname/><D:current-user-privilege-set/><A:calendar-color/>";
        let home = propfind(&client, &client.home, "1", props);
        holds(of(&home, &client.calendar), &["<c:calendar/>", "<d:write/>", "予定表"]);
        // One that has no type at all ends the search.
        for (path, _) in responses(&home) {
            holds(of(&home, &path), &["<d:resourcetype>"]);
        }
    });
}

/// A calendar is looked over before the first sync: what it is, what may be done, and whether the server invites.
#[test]
fn looks_a_calendar_over() {
    on_each_backend(|server| {
        let (hanako, taro) = (server.staff("hanako"), server.staff("taro"));
        let client = Client::of(server, &hanako);
        let look = |path: &str| {
            let props = "<D:resourcetype/><D:owner/><D:current-user-principal/><D:current-user-privilege-set/>\
                         <D:supported-report-set/><C:supported-calendar-component-set/><CS:getctag/>";
            propfind(&client, path, "0", props)
        };
        let own = look(&client.calendar);
        holds(
            &own,
            &[
                "<c:calendar/>",
                "<d:write/>",
                "<d:sync-collection/>",
                "<cs:getctag>",
                "name=\"VTODO\"",
                "name=\"VEVENT\"",
            ],
        );
        assert_eq!(href(&own, "current-user-principal"), client.principal);
        // Of the `DAV` header of the folder above it passes over the first word, which is the class.
        let words = classes(&client.bare("OPTIONS", &client.home, &[]).expect(200));
        assert_eq!(words[0], "1");
        assert!(words[1..].iter().any(|word| word == "calendar-auto-schedule"), "{words:?}");
        let me = propfind(
            &client,
            &client.principal,
            "0",
            "<C:calendar-home-set/><C:calendar-user-address-set/><C:schedule-inbox-URL/><C:schedule-outbox-URL/>",
        );
        assert_eq!(href(&me, "schedule-outbox-URL"), format!("{}outbox/", client.home));
        assert_eq!(href(&me, "schedule-inbox-URL"), format!("{}inbox/", client.home));
        let (_, addresses) = me.split_once("calendar-user-address-set>").unwrap();
        let mail = addresses.split("<d:href>").find(|it| it.starts_with("mailto:")).unwrap();
        assert!(
            mail.starts_with("mailto:hanako@pref.example.jp<"),
            "the first is the one it invites as: {mail}"
        );

        // By any right to write it takes a calendar for one that may be written, and what is typed is lost when that is refused.
        let share = json!({"grantee": {"type": "person", "personId": hanako.person}, "role": "read"});
        taro.post(&format!("calendars/{}/shares", taro.calendar), &share).expect(200);
        let owner = Client::of(server, &taro);
        let text = event("a", &format!("{HOUR}SUMMARY:庁議\n"));
        owner.put(&format!("{}a.ics", owner.calendar), &text).expect(201);
        let shared = format!("{}{}/", client.home, taro.calendar);
        let seen = look(&shared);
        holds(&seen, &["<d:read/>"]);
        assert!(!seen.contains("<d:write") && !seen.contains("<d:all"), "{seen}");
        // The colour is one's own all the same.
        let patch = format!(
            "<D:propertyupdate {NAMESPACES}><D:set><D:prop><A:calendar-color>#1BADF8FF</A:calendar-color></D:prop></D:set></D:propertyupdate>"
        );
        holds(&client.send("PROPPATCH", &shared, &[], XML, &patch).expect(207).text(), &["HTTP/1.1 200 OK"]);
        holds(&propfind(&client, &shared, "0", "<A:calendar-color/>"), &["#1BADF8FF"]);
        // An alarm is one's own, and all else is refused.
        let path = format!("{shared}a.ics");
        let alarm = "X-MOZ-GENERATION:1\r\nBEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER;VALUE=DURATION:-PT15M\r\nDESCRIPTION:Default Mozilla Description\r\nEND:VALARM\r\nEND:VEVENT";
        client.put(&path, &text.replace("END:VEVENT", alarm)).expect(204);
        client.put(&path, &text.replace("庁議", "休み")).expect(403);
    });
}

/// Address books: the same way, and each answer is read by its first status.
#[test]
fn finds_address_books() {
    on_each_backend(|server| {
        let (hanako, taro) = (server.staff("hanako"), server.staff("taro"));
        let client = Client::of(server, &hanako);
        let book = taro.post("address-books", &json!({"name": "議員"})).expect(201).json();
        let book = book["id"].as_str().unwrap();
        let share = json!({"grantee": {"type": "person", "personId": hanako.person}, "role": "read"});
        taro.post(&format!("address-books/{book}/shares"), &share).expect(200);
        let ask = |path: &str, depth: &str, props: &str| {
            let body = format!(
                "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<propfind xmlns=\"DAV:\" \
                 xmlns:card=\"urn:ietf:params:xml:ns:carddav\"><prop>{props}</prop></propfind>"
            );
            client.send("PROPFIND", path, &[("depth", depth)], "text/xml", &body).expect(207).text()
        };
        let props = "<resourcetype/><displayname/><current-user-principal/><current-user-privilege-set/>";
        assert_eq!(href(&ask("/dav/", "0", props), "current-user-principal"), client.principal);
        let found = ask("/.well-known/carddav", "0", "<current-user-principal/>");
        assert_eq!(href(&found, "current-user-principal"), client.principal);
        let me = ask(&client.principal, "0", "<card:addressbook-home-set/>");
        assert_eq!(href(&me, "addressbook-home-set"), client.books);
        let home = ask(&client.books, "1", "<resourcetype/><displayname/><current-user-privilege-set/>");
        let read = ["directory", book].map(|book| format!("{}{book}/", client.books));
        for path in [client.address_book()].iter().chain(&read) {
            let book = of(&home, path);
            let (_, status) = book.split_once("<d:status>").unwrap();
            assert!(status.starts_with("HTTP/1.1 200 OK<"), "{book}");
            holds(book, &["<c:addressbook/>", "<d:displayname>", "<d:read/>"]);
        }
        for path in &read {
            assert!(!of(&home, path).contains("<d:write"), "it is only read: {home}");
        }
    });
}
