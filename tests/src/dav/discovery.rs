//! How a client finds its way: from the name of the server to the calendars, and who it is.

use base64::{Engine, engine::general_purpose::STANDARD};
use renraku_people::directory::{PersonEntry, PersonName, service::put_person};
use serde_json::json;

use super::client::{Client, HOUR, between, card, event, need, need_to_rebind, responses};
use crate::harness::{Staff, on_each_backend};

#[test]
fn a_client_finds_its_calendars_from_the_root() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        let client = Client::of(server, &hanako);
        let led = server.anonymous().ask("OPTIONS", "/dav/").send().expect(200);
        assert!(led.header("dav").unwrap().contains("calendar-access"));

        let who = client.propfind("/dav/", "0", "<d:current-user-principal/>").text();
        assert_eq!(between(&who, "<d:current-user-principal><d:href>", "</d:href>"), client.principal);
        let props = "<c:calendar-home-set/><c:calendar-user-address-set/><d:displayname/>";
        let me = client.propfind(&client.principal, "0", props).text();
        assert_eq!(between(&me, "<c:calendar-home-set><d:href>", "</d:href>"), client.home);
        assert!(me.contains("<d:href>mailto:hanako@pref.example.jp</d:href>"), "{me}");

        let home = client.propfind(&client.home, "1", "<d:resourcetype/><d:displayname/><d:owner/>").text();
        assert!(
            home.contains(&client.calendar) && home.contains("<c:calendar/>") && home.contains("予定表"),
            "{home}"
        );
        client.propfind(&client.home, "0", "<d:resourcetype/>");
        let deep = "<d:propfind NS><d:allprop/></d:propfind>";
        let refused = client.xml("PROPFIND", &client.home, "infinity", deep).expect(403);
        assert!(refused.text().contains("<d:propfind-finite-depth/>"), "{}", refused.text());
        // A principal has no members; what has some is not listed unasked.
        let told = client.ask("PROPFIND", &client.principal).send().expect(207).text();
        assert_eq!(responses(&told).len(), 1, "{told}");
        client.ask("PROPFIND", &client.principal).header("depth", "infinity").send().expect(403);
        client.ask("PROPFIND", &client.home).send().expect(403);
    });
}

#[test]
fn the_password_of_sign_in_opens_nothing() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        let refused = server.anonymous().ask("PROPFIND", "/dav/").send().expect(401);
        assert!(refused.header("www-authenticate").is_some_and(|it| it.starts_with("Basic")));
        // hanako:wasureru-na-2026
        let wrong = server
            .anonymous()
            .ask("PROPFIND", "/dav/")
            .header("authorization", "Basic aGFuYWtvOndhc3VyZXJ1LW5hLTIwMjY=")
            .send()
            .expect(401);
        assert!(wrong.text().contains("app password"), "{}", wrong.text());
        hanako.ask("PROPFIND", "/dav/").header("depth", "0").send().expect(207);
    });
}

/// Programs that ask for a mail address send it as the username.
#[test]
fn a_mail_address_stands_for_the_username() {
    on_each_backend(|server| {
        let (hanako, taro) = (server.staff("hanako"), server.staff("taro"));
        let password = |staff: &Staff| {
            let made = staff.post("me/app-passwords", &json!({"name": "calendar"})).expect(201).json();
            made["password"].as_str().unwrap().to_owned()
        };
        let (password, other) = (password(&hanako), password(&taro));
        let ask = |name: &str, password: &str| {
            let credentials = format!("Basic {}", STANDARD.encode(format!("{name}:{password}")));
            let ask = server.anonymous().ask("PROPFIND", "/dav/").header("authorization", &credentials);
            ask.header("depth", "0").send()
        };
        for name in ["hanako", "hanako@pref.example.jp", " Hanako@PREF.example.jp"] {
            ask(name, &password).expect(207);
        }
        ask("hanako@pref.example.jp", &other).expect(401);
        ask("nobody@pref.example.jp", &password).expect(401);
        ask("@", &password).expect(401);
        // An address that two have is nobody's.
        let twice = PersonEntry {
            id: taro.person,
            name: PersonName { full: "試験 taro".to_owned(), phonetic: "シケン".to_owned() },
            posts: Vec::new(),
            phones: Vec::new(),
            emails: vec!["hanako@pref.example.jp".to_owned()],
            staff_number: None,
        };
        server.db().write(|tx| put_person(tx, &twice)).unwrap();
        ask("Hanako@pref.example.jp", &password).expect(401);
        ask("hanako", &password).expect(207);
    });
}

#[test]
fn a_password_that_is_taken_away_opens_nothing_any_more() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        let client = Client::of(server, &hanako);
        client.propfind("/dav/", "0", "<d:resourcetype/>");
        let own = hanako.get("me/app-passwords").expect(200).json();
        let password = &own["items"][0];
        let path = format!("me/app-passwords/{}", password["id"].as_str().unwrap());
        hanako.delete(&path, password["etag"].as_str().unwrap()).expect(204);
        client.ask("PROPFIND", "/dav/").send().expect(401);
    });
}

#[test]
fn homes_and_calendars_of_others_are_not_there() {
    on_each_backend(|server| {
        let (hanako, taro) = (server.staff("hanako"), server.staff("taro"));
        let (client, other) = (Client::of(server, &hanako), Client::of(server, &taro));
        for path in [&other.home, &other.calendar, &format!("{}x.ics", other.calendar)] {
            for method in ["PROPFIND", "GET", "DELETE", "PROPPATCH", "REPORT"] {
                client.ask(method, path).send().expect(404);
            }
            client.put(path, "x").expect(404);
        }
        // Busy time alone does not bring a calendar into a home; reading it does.
        let mine = format!("{}{}/", client.home, taro.calendar);
        client.ask("PROPFIND", &mine).header("depth", "0").send().expect(404);
        let share = json!({"grantee": {"type": "person", "personId": hanako.person}, "role": "read"});
        let path = format!("calendars/{}/shares", taro.calendar);
        taro.post(&path, &share).expect(200);
        let seen = client.propfind(&mine, "0", "<d:resourcetype/><d:current-user-privilege-set/>").text();
        assert!(seen.contains("<cs:shared/>") && !seen.contains("<d:write-content/>"), "{seen}");
        let put = client.put(&format!("{mine}x.ics"), &event("u", HOUR)).expect(403);
        assert!(put.text().contains(&need(&mine, "bind")), "{}", put.text());
        // What is there, and what goes from there to elsewhere, is told apart.
        let there = format!("{}there.ics", Client::of(server, &taro).calendar);
        Client::of(server, &taro).put(&there, &event("t", HOUR)).expect(201);
        let at_reader = format!("{mine}there.ics");
        let own = format!("{}own.ics", client.calendar);
        client.put(&own, &event("o", HOUR)).expect(201);
        let carry = |method: &str, from: &str, to: &str| {
            client.ask(method, from).header("destination", to).send().expect(403).text()
        };
        let otherwise = event("t", "DTSTART:20270101T000000Z\n");
        let name = "<d:propertyupdate NS><d:set><d:prop><d:displayname>x</d:displayname></d:prop></d:set></d:propertyupdate>";
        for (told, expected) in [
            (client.put(&at_reader, &otherwise).expect(403).text(), need(&at_reader, "write-content")),
            (client.ask("DELETE", &at_reader).send().expect(403).text(), need(&mine, "unbind")),
            (carry("MOVE", &at_reader, &format!("{}a.ics", client.calendar)), need(&mine, "unbind")),
            (carry("MOVE", &own, &format!("{mine}b.ics")), need(&mine, "bind")),
            (carry("COPY", &own, &format!("{mine}c.ics")), need(&mine, "bind")),
            (carry("COPY", &own, &at_reader), need(&at_reader, "write-content")),
            (carry("MOVE", &own, &at_reader), need_to_rebind(&mine)),
        ] {
            assert!(told.contains(&expected), "{expected} in {told}");
        }
        client.xml("PROPPATCH", &mine, "0", name).expect(207);
    });
}

#[test]
fn what_a_property_names_comes_in_the_same_answer() {
    on_each_backend(|server| {
        let (hanako, taro) = (server.staff("hanako"), server.staff("taro"));
        let (client, other) = (Client::of(server, &hanako), Client::of(server, &taro));
        let home = "<d:property name=\"calendar-home-set\" namespace=\"urn:ietf:params:xml:ns:caldav\">\
            <d:property name=\"owner\"><d:property name=\"displayname\"/></d:property><d:property name=\"x\"/></d:property>";
        let proxies = "<d:property name=\"calendar-proxy-write-for\" namespace=\"http://calendarserver.org/ns/\">\
            <d:property name=\"displayname\"/></d:property>";
        let body = format!("<d:expand-property NS>{home}{proxies}</d:expand-property>");
        let told = client.xml("REPORT", &client.principal, "0", &body).expect(207).text();
        let within = between(&told, "<c:calendar-home-set>", "</c:calendar-home-set>");
        assert!(within.contains(&format!("<d:response><d:href>{}</d:href>", client.home)), "{told}");
        let owner = between(within, "<d:owner>", "</d:owner>");
        assert!(owner.contains(&client.principal) && owner.contains("<d:displayname>"), "{told}");
        assert!(told.contains("<cs:calendar-proxy-write-for></cs:calendar-proxy-write-for>"), "{told}");
        // What lies in somebody else's home is not gone into, nor asked for there.
        client.xml("REPORT", &other.home, "0", &body).expect(404);
        let deep = (0..40)
            .fold(String::new(), |inner, _| format!("<d:property name=\"owner\">{inner}</d:property>"));
        let bomb = format!("<d:expand-property NS>{deep}</d:expand-property>");
        client.xml("REPORT", &client.home, "0", &bomb).expect(400);
    });
}

#[test]
fn a_client_finds_what_is_its_persons() {
    on_each_backend(|server| {
        let (hanako, taro) = (server.staff("hanako"), server.staff("taro"));
        let client = Client::of(server, &hanako);
        let ask = |path: &str, by: &str| {
            let body =
                format!("<d:principal-match NS>{by}<d:prop><d:displayname/></d:prop></d:principal-match>");
            client.xml("REPORT", path, "0", &body)
        };
        let me = ask("/dav/principals/", "<d:self/>").expect(207).text();
        assert!(me.contains(&client.principal) && me.matches("<d:response>").count() == 1, "{me}");
        let share = json!({"grantee": {"type": "person", "personId": hanako.person}, "role": "read"});
        taro.post(&format!("calendars/{}/shares", taro.calendar), &share).expect(200);
        let mine =
            ask(&client.home, "<d:principal-property><d:owner/></d:principal-property>").expect(207).text();
        assert!(mine.contains(&client.calendar) && !mine.contains(&taro.calendar), "{mine}");
        ask(&client.home, "").expect(400);
    });
}

/// RFC 4918 §9.1.4: the names of what is there, and no others.
#[test]
fn a_property_is_named_where_it_is() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        let client = Client::of(server, &hanako);
        let (plain, book) = (format!("{}plain/", client.home), client.address_book());
        client.ask("MKCALENDAR", &plain).send().expect(201);
        let (object, card_at) = (format!("{plain}a.ics"), format!("{book}a.vcf"));
        client.put(&object, &event("a", HOUR)).expect(201);
        client.put_card(&card_at, &card("c", "山田", "")).expect(201);
        let of_books = format!("{}directory/", client.books);
        let inbox = format!("{}inbox/", client.home);
        for path in
            ["/dav/", &client.principal, &client.home, &inbox, &plain, &object, &book, &card_at, &of_books]
        {
            let named = client.xml("PROPFIND", path, "0", "<d:propfind NS><d:propname/></d:propfind>");
            let named = named.expect(207).text();
            let names = between(&named, "<d:prop>", "</d:prop>");
            let head = named.split_once("<d:response>").unwrap().0;
            let spaces = between(head, "<d:multistatus", ">");
            let body = format!("<d:propfind{spaces}><d:prop>{names}</d:prop></d:propfind>");
            let told = client.xml("PROPFIND", path, "0", &body).expect(207).text();
            assert!(!told.contains(" 404 "), "{path}: {told}");
            for name in ["calendar-data", "address-data", "schedule-tag"] {
                assert!(!names.contains(&format!(":{name}/")), "{path}: {name} is in {names}");
            }
            assert_eq!(names.contains("calendar-color"), *path == plain, "{path}: {names}");
            let length = path.ends_with("a.ics") || path.ends_with("a.vcf");
            assert_eq!(names.contains("getcontentlength"), length, "{path}: {names}");
            assert_eq!(
                names.contains("sync-token"),
                [&inbox, &plain, &book, &of_books].contains(&&path.to_owned()),
                "{path}: {names}"
            );
        }
    });
}
