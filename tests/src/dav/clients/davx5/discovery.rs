use serde_json::json;

use super::{ACCEPT, Client, NAMESPACES, OF_COLLECTIONS, XML, classes, holds, href, of, propfind};
use crate::harness::on_each_backend;

const OF_CALENDARS: &str = "<ICAL:calendar-color/><CAL:calendar-description/><CAL:calendar-timezone/><CAL:calendar-timezone-id/>\
                            <CAL:supported-calendar-component-set/><CS:source/>";

/// Contacts first, then calendars: the base URL, what its principal can do, the address of the person, and their homes.
#[test]
fn finds_both_services() {
    on_each_backend(|server| {
        let client = Client::of(server, &server.staff("hanako"));
        let contacts = "<resourcetype/><displayname/><current-user-principal/><CARD:addressbook-home-set/>\
                        <CARD:addressbook-description/>";
        let calendars = "<resourcetype/><displayname/><current-user-principal/><current-user-privilege-set/>\
                         <CAL:calendar-home-set/><CAL:supported-calendar-component-set/><ICAL:calendar-color/>\
                         <CAL:calendar-description/><CAL:calendar-timezone/>";
        for (service, props, class) in
            [("carddav", contacts, "addressbook"), ("caldav", calendars, "calendar-access")]
        {
            // Where the base URL tells no principal it asks there, and follows.
            for (path, props) in
                [("/dav/", props), (format!("/.well-known/{service}").as_str(), "<current-user-principal/>")]
            {
                let found = propfind(&client, path, "0", props);
                assert_eq!(href(&found, "current-user-principal"), client.principal);
            }
            // It does not follow from here, and takes the account for having nothing where the word is missing.
            let headers = [("accept-encoding", "identity")];
            let options = client.bare("OPTIONS", &client.principal, &headers).expect(200);
            assert!(classes(&options).iter().any(|it| it == class), "{service}");
        }
        let me = propfind(&client, &client.principal, "0", "<CAL:calendar-user-address-set/>");
        holds(&me, &["<d:href>mailto:hanako@pref.example.jp</d:href>"]);
        let me = propfind(
            &client,
            &client.principal,
            "0",
            "<displayname/><group-membership/><resourcetype/><CARD:addressbook-home-set/>",
        );
        assert_eq!(href(&me, "addressbook-home-set"), client.books);
    });
}

/// The homes of whom one is a delegate are found by the principals that one's own tells; from a group it goes up to its owner.
#[test]
fn finds_the_homes_of_others() {
    on_each_backend(|server| {
        let (hanako, taro) = (server.staff("hanako"), server.staff("taro"));
        let (client, owner) = (Client::of(server, &hanako), Client::of(server, &taro));
        let share = json!({"grantee": {"type": "person", "personId": hanako.person}, "role": "write"});
        taro.post(&format!("calendars/{}/shares", taro.calendar), &share).expect(200);
        let homes = "<displayname/><group-membership/><resourcetype/><CAL:calendar-home-set/>\
                     <CS:calendar-proxy-read-for/><CS:calendar-proxy-write-for/>";
        let me = propfind(&client, &client.principal, "0", homes);
        assert_eq!(href(&me, "calendar-home-set"), client.home);
        let whom = href(&me, "calendar-proxy-write-for");
        let group = href(&me, "group-membership");
        let told = propfind(&client, &group, "0", homes);
        holds(&told, &["<cs:calendar-proxy-write/>"]);
        assert!(group.starts_with(&whom), "the owner is one step up: {group}");
        let told = propfind(&client, &whom, "0", homes);
        assert_eq!(href(&told, "calendar-home-set"), owner.home);
        let within = propfind(&client, &owner.home, "1", &format!("{OF_COLLECTIONS}{OF_CALENDARS}"));
        holds(of(&within, &owner.calendar), &["<d:write-content/>", "<c:calendar/>"]);
        holds(&propfind(&client, &whom, "0", "<displayname/><resourcetype/>"), &["<d:principal/>"]);
    });
}

/// What it shows of each collection, and whether it may write there.
#[test]
fn lists_collections() {
    on_each_backend(|server| {
        let client = Client::of(server, &server.staff("hanako"));
        let home = propfind(&client, &client.home, "1", &format!("{OF_COLLECTIONS}{OF_CALENDARS}"));
        holds(of(&home, &client.home), &["<d:bind/>"]);
        let calendar = of(&home, &client.calendar);
        holds(
            calendar,
            &[
                "<c:calendar/>",
                "<d:write-content/>",
                "<d:unbind/>",
                "comp name=\"VEVENT\"",
                "TZID:Asia/Tokyo",
            ],
        );
        assert_eq!(href(calendar, "owner"), client.principal);
        let props = format!("{OF_COLLECTIONS}<CARD:addressbook-description/>");
        let home = propfind(&client, &client.books, "1", &props);
        holds(of(&home, &client.books), &["<d:bind/>"]);
        holds(of(&home, &client.address_book()), &["<c:addressbook/>", "<d:write-content/>"]);
        let staff = of(&home, &format!("{}directory/", client.books));
        holds(staff, &["<c:addressbook/>"]);
        assert!(!staff.contains("<d:write-content/>"), "it is only read: {staff}");
    });
}

/// A calendar for events alone, and an address book; both under a fresh UUID, and both gone again.
#[test]
fn makes_collections() {
    on_each_backend(|server| {
        let client = Client::of(server, &server.staff("hanako"));
        let make = |method: &str, path: &str, root: &str, props: &str| {
            let body = format!(
                "<?xml version='1.0' encoding='UTF-8' ?><{root} {NAMESPACES}><set><prop>{props}</prop></set></{root}>"
            );
            client.send(method, path, &[ACCEPT], XML, &body)
        };
        let zone = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:DAVx5/4.5.17-ose ical4j/4.2.3\r\nBEGIN:VTIMEZONE\r\nTZID:Asia/Tokyo\r\n\
                    BEGIN:STANDARD\r\nTZNAME:JST\r\nTZOFFSETFROM:+0900\r\nTZOFFSETTO:+0900\r\nDTSTART:19510909T010000\r\n\
                    END:STANDARD\r\nEND:VTIMEZONE\r\nEND:VCALENDAR\r\n";
        let calendar = |components: &str| {
            format!(
                "<resourcetype><collection/><CAL:calendar/></resourcetype><displayname>出張</displayname>\
                 <CAL:calendar-description>県外へ</CAL:calendar-description><ICAL:calendar-color>#1BADF8FF</ICAL:calendar-color>\
                 <CAL:calendar-timezone-id>Asia/Tokyo</CAL:calendar-timezone-id><CAL:calendar-timezone>{zone}</CAL:calendar-timezone>\
                 {components}"
            )
        };
        let set = |names: &[&str]| {
            let names: String = names.iter().map(|name| format!("<CAL:comp name=\"{name}\"/>")).collect();
            format!("<CAL:supported-calendar-component-set>{names}</CAL:supported-calendar-component-set>")
        };
        // All ticked, which needs no list; tasks alone; events and journals, of which the office has none.
        for (segment, components, has) in [
            ("0e0b4e4e-6a3c-4a52-9f0e-1d9a1c3b5e01", String::new(), "VEVENT"),
            ("0e0b4e4e-6a3c-4a52-9f0e-1d9a1c3b5e02", set(&["VTODO"]), "VTODO"),
            ("0e0b4e4e-6a3c-4a52-9f0e-1d9a1c3b5e03", set(&["VEVENT", "VJOURNAL"]), "VEVENT"),
        ] {
            let path = format!("{}{segment}/", client.home);
            make("MKCALENDAR", &path, "CAL:mkcalendar", &calendar(&components)).expect(201);
            let made = propfind(&client, &path, "0", &format!("{OF_COLLECTIONS}{OF_CALENDARS}"));
            holds(&made, &["出張", "県外へ", "#1BADF8", &format!("comp name=\"{has}\"")]);
            assert!(!made.contains("VJOURNAL"), "{made}");
            client.bare("DELETE", &path, &[]).expect(204);
        }
        let path = format!("{}0e0b4e4e-6a3c-4a52-9f0e-1d9a1c3b5e04/", client.books);
        let book = "<resourcetype><collection/><CARD:addressbook/></resourcetype><displayname>取引先</displayname>\
                    <CARD:addressbook-description>県外の</CARD:addressbook-description>";
        make("MKCOL", &path, "mkcol", book).expect(201);
        let made =
            propfind(&client, &path, "0", "<resourcetype/><displayname/><CARD:addressbook-description/>");
        holds(&made, &["<c:addressbook/>", "取引先", "県外の"]);
        client.bare("DELETE", &path, &[]).expect(204);
        // Gone already is as good.
        client.bare("DELETE", &path, &[]).expect(404);
    });
}
