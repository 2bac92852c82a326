use super::{Client, NAMESPACES, XML, classes, holds, href, of, propfind};
use crate::harness::on_each_backend;

const LISTED: &str = "<D:resourcetype/><CS:source/><C:supported-calendar-component-set/><D:displayname/><D:getetag/><CS:getctag/>\
                      <D:getcontenttype/><D:getcontentlength/><D:creationdate/><D:getlastmodified/><C:calendar-description/>\
                      <A:addressbook-description/><IC:calendar-color/><IC:calendar-order/>";

/// One search for all: where it was told to look, which may be the name of the server alone, then the principal, then both homes.
#[test]
fn finds_everything() {
    on_each_backend(|server| {
        let client = Client::of(server, &server.staff("hanako"));
        let props = "<D:resourcetype/><D:current-user-principal/><D:principal-URL/><C:calendar-home-set/>\
                     <C:calendar-user-address-set/><A:addressbook-home-set/>";
        for path in ["/", "/dav/", "/.well-known/caldav", "/.well-known/carddav"] {
            assert_eq!(
                href(&propfind(&client, path, "0", props), "current-user-principal"),
                client.principal
            );
        }
        let me = propfind(&client, &client.principal, "0", props);
        assert_eq!(href(&me, "calendar-home-set"), client.home);
        assert_eq!(href(&me, "addressbook-home-set"), client.books);
        holds(&me, &["<d:href>mailto:hanako@pref.example.jp</d:href>"]);
        let home = propfind(&client, &client.home, "1", LISTED);
        holds(of(&home, &client.calendar), &["<c:calendar/>", "name=\"VEVENT\"", "name=\"VTODO\"", "予定表"]);
        let books = propfind(&client, &client.books, "1", LISTED);
        holds(of(&books, &client.address_book()), &["<c:addressbook/>", "<d:displayname>"]);
    });
}

/// Before it opens a calendar or an address book it asks what the server can, what may be done, whose it is and where to ask who is
/// busy.
#[test]
fn opens_a_calendar() {
    on_each_backend(|server| {
        let client = Client::of(server, &server.staff("hanako"));
        let can = classes(&client.bare("OPTIONS", &client.calendar, &[]).expect(200));
        for word in ["calendar-access", "calendar-auto-schedule"] {
            assert!(can.iter().any(|it| it == word), "{word} in {can:?}");
        }
        let may = propfind(&client, &client.calendar, "0", "<D:current-user-privilege-set/>");
        holds(&may, &["<d:privilege><d:write-content/></d:privilege>"]);
        let state = propfind(&client, &client.calendar, "0", "<CS:getctag/><D:supported-report-set/>");
        holds(&state, &["<cs:getctag>", "<d:report><d:sync-collection/></d:report>"]);
        let owner = href(&propfind(&client, &client.calendar, "0", "<D:owner/>"), "owner");
        let outbox = propfind(&client, &owner, "0", "<C:schedule-outbox-URL/>");
        assert_eq!(href(&outbox, "schedule-outbox-URL"), format!("{}outbox/", client.home));

        let book = client.address_book();
        let can = classes(&client.bare("OPTIONS", &book, &[]).expect(200));
        assert!(can.iter().any(|it| it == "addressbook"), "{can:?}");
        let state = propfind(
            &client,
            &book,
            "0",
            "<CS:getctag/><A:supported-address-data/><D:supported-report-set/>",
        );
        holds(&state, &["version=\"4.0\"", "<d:sync-collection/>", "getctag"]);
    });
}

/// A calendar from within the program, with its colour, renamed afterwards; and an address book.
#[test]
fn makes_collections() {
    on_each_backend(|server| {
        let client = Client::of(server, &server.staff("hanako"));
        let path = format!("{}A1B2C3D4E5F60718293A4B5C6D7E8F9001122334/", client.home);
        let body = format!(
            "<C:mkcalendar {NAMESPACES}><D:set><D:prop><D:displayname>出張</D:displayname>\
             <C:calendar-description>県外へ</C:calendar-description><IC:calendar-color>#1badf8</IC:calendar-color>\
             <C:supported-calendar-component-set><C:comp name=\"VEVENT\"/></C:supported-calendar-component-set></D:prop></D:set>\
             </C:mkcalendar>"
        );
        client.send("MKCALENDAR", &path, &[], XML, &body).expect(201);
        let body = format!(
            "<D:propertyupdate {NAMESPACES}><D:set><D:prop><D:displayname>旅行</D:displayname><IC:calendar-color>#ff2968</IC:calendar-color>\
             <IC:calendar-order>4</IC:calendar-order></D:prop></D:set></D:propertyupdate>"
        );
        client.send("PROPPATCH", &path, &[], XML, &body).expect(207);
        holds(
            of(&propfind(&client, &client.home, "1", LISTED), &path),
            &["旅行", "#ff2968", ">4<", "県外へ"],
        );
        client.bare("DELETE", &path, &[("depth", "infinity")]).expect(204);
        let path = format!("{}A1B2C3D4E5F60718293A4B5C6D7E8F9001122335/", client.books);
        let body = format!(
            "<D:mkcol {NAMESPACES}><D:set><D:prop><D:resourcetype><D:collection/><A:addressbook/></D:resourcetype>\
             <D:displayname>取引先</D:displayname></D:prop></D:set></D:mkcol>"
        );
        client.send("MKCOL", &path, &[], XML, &body).expect(201);
        holds(of(&propfind(&client, &client.books, "1", LISTED), &path), &["<c:addressbook/>", "取引先"]);
        client.bare("DELETE", &path, &[("depth", "infinity")]).expect(204);
    });
}
