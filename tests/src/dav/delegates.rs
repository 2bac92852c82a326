//! Delegates: who was let into somebody's calendar by name, as Apple's Calendar and DAVx5 look for them (caldav-proxy).

use serde_json::json;

use super::client::{Client, HOUR, between, event, need, responses};
use crate::harness::{Staff, TestServer, on_each_backend};

const FOR: &str = r#"<p:calendar-proxy-read-for xmlns:p="http://calendarserver.org/ns/"/><p:calendar-proxy-write-for xmlns:p="http://calendarserver.org/ns/"/><d:group-membership/>"#;

fn share(owner: &Staff, calendar: &str, grantee: &serde_json::Value, role: &str) {
    let share = json!({"grantee": grantee, "role": role});
    owner.post(&format!("calendars/{calendar}/shares"), &share).expect(200);
}

fn by_name(person: &Staff) -> serde_json::Value {
    json!({"type": "person", "personId": person.person})
}

/// Whom a person reads for and whom they write for, and the groups in which they are.
fn delegators(client: &Client) -> [String; 3] {
    let told = client.propfind(&client.principal, "0", FOR).text();
    let within = |name: &str| {
        let (open, close) = (format!("<{name}>"), format!("</{name}>"));
        between(&told, &open, &close).replace("<d:href>", "").replace("</d:href>", " ").trim().to_owned()
    };
    [
        within("cs:calendar-proxy-read-for"),
        within("cs:calendar-proxy-write-for"),
        within("d:group-membership"),
    ]
}

fn members(client: &Client, group: &str) -> String {
    let told = client.propfind(group, "0", "<d:group-member-set/><d:resourcetype/>").text();
    assert!(told.contains("<d:principal/>"), "{told}");
    between(&told, "<d:group-member-set>", "</d:group-member-set>").to_owned()
}

fn new_calendar(owner: &Staff, name: &str) -> String {
    owner.post("calendars", &json!({"name": name})).expect(201).json()["id"].as_str().unwrap().to_owned()
}

#[test]
fn whoever_was_let_in_by_name_is_a_delegate() {
    on_each_backend(|server| {
        let (hanako, taro) = (server.staff("hanako"), server.staff("taro"));
        let (owner, delegate) = (Client::of(server, &taro), Client::of(server, &hanako));
        let group = |kind: &str| format!("{}calendar-proxy-{kind}/", owner.principal);
        assert_eq!(delegators(&delegate), ["", "", ""]);
        delegate.ask("PROPFIND", &group("read")).header("depth", "0").send().expect(404);

        share(&taro, &taro.calendar, &by_name(&hanako), "read");
        assert_eq!(delegators(&delegate), [&owner.principal, "", &group("read")]);
        assert!(members(&owner, &group("read")).contains(&delegate.principal));
        assert_eq!(members(&owner, &group("write")), "");
        // One who is in the group sees that it is there, and not who else is in it.
        let seen = delegate.propfind(&group("read"), "0", "<d:group-member-set/><d:resourcetype/>").text();
        assert!(seen.contains("<cs:calendar-proxy-read/>") && !seen.contains(&delegate.principal), "{seen}");

        share(&taro, &taro.calendar, &by_name(&hanako), "write");
        assert_eq!(delegators(&delegate), ["", &owner.principal, &group("write")]);
        assert_eq!(members(&owner, &group("read")), "");
        assert!(members(&owner, &group("write")).contains(&delegate.principal));
        // Nobody is told of whom others are delegates.
        let others = owner.propfind(&delegate.principal, "0", FOR).text();
        assert!(!others.contains(&owner.principal), "{others}");

        let within = responses(&owner.propfind(&owner.principal, "1", "<d:resourcetype/>").text());
        let paths: Vec<&String> = within.iter().map(|(path, _)| path).collect();
        assert_eq!(paths, [&owner.principal, &group("read"), &group("write")]);
        let options = delegate.ask("OPTIONS", &delegate.principal).send().expect(200);
        assert!(options.header("dav").unwrap().contains("calendar-proxy"));
    });
}

#[test]
fn a_right_of_everybody_makes_nobody_a_delegate() {
    on_each_backend(|server| {
        let (hanako, taro) = (server.staff("hanako"), server.staff("taro"));
        let (owner, colleague) = (Client::of(server, &taro), Client::of(server, &hanako));
        share(&taro, &taro.calendar, &json!({"type": "everyone"}), "write");
        assert_eq!(delegators(&colleague), ["", "", ""]);
        assert_eq!(members(&owner, &format!("{}calendar-proxy-write/", owner.principal)), "");
        colleague.ask("PROPFIND", &owner.home).header("depth", "0").send().expect(404);
        let shared = format!("{}{}/", colleague.home, taro.calendar);
        colleague.propfind(&shared, "0", "<d:resourcetype/>");
    });
}

#[test]
fn of_several_rights_the_greatest_counts() {
    on_each_backend(|server| {
        let (hanako, taro) = (server.staff("hanako"), server.staff("taro"));
        let colleague = Client::of(server, &hanako);
        let write = |calendar: &str, uid: &str| {
            let path = format!("{}{calendar}/{uid}.ics", colleague.home);
            colleague.put(&path, &event(uid, HOUR)).status
        };
        let [read_by_all, written_by_all] = ["掲示", "予定表"].map(|name| new_calendar(&taro, name));
        share(&taro, &read_by_all, &json!({"type": "everyone"}), "read");
        share(&taro, &written_by_all, &json!({"type": "everyone"}), "write");
        assert_eq!(write(&read_by_all, "at-first"), 403);
        for (calendar, role) in [(&read_by_all, "write"), (&written_by_all, "read")] {
            share(&taro, calendar, &by_name(&hanako), role);
            assert_eq!(write(calendar, &format!("as-{role}")), 201);
        }
        share(&taro, &read_by_all, &by_name(&hanako), "manage");
        assert_eq!(write(&read_by_all, "as-manage"), 201);
    });
}

#[test]
fn a_delegate_opens_the_home_and_sees_what_they_may_see() {
    on_each_backend(|server| {
        let (hanako, taro, jiro) = (server.staff("hanako"), server.staff("taro"), server.staff("jiro"));
        let (owner, delegate) = (Client::of(server, &taro), Client::of(server, &hanako));
        let hidden = new_calendar(&taro, "ひみつ");
        let open_to_all = new_calendar(&taro, "公開");
        share(&taro, &open_to_all, &json!({"type": "everyone"}), "read");
        share(&taro, &taro.calendar, &by_name(&hanako), "write");

        let home = delegate.propfind(&owner.principal, "0", "<c:calendar-home-set/>").text();
        assert_eq!(between(&home, "<c:calendar-home-set><d:href>", "</d:href>"), owner.home);
        let props = "<d:resourcetype/><d:owner/><d:current-user-privilege-set/>";
        let listed = delegate.propfind(&owner.home, "1", props).text();
        let mut paths: Vec<String> = responses(&listed).into_iter().map(|(path, _)| path).collect();
        paths.sort();
        let mut expected =
            vec![owner.home.clone(), owner.calendar.clone(), format!("{}{open_to_all}/", owner.home)];
        expected.sort();
        assert_eq!(paths, expected, "neither what is hidden nor inbox and outbox");
        let own = between(&listed, "<d:response>", "</d:response>");
        assert!(own.contains(&owner.principal) && !own.contains("<d:bind/>"), "{own}");

        // What is put there is there for the owner, and the same calendar is the same in the delegate's own home.
        let path = format!("{}by-delegate.ics", owner.calendar);
        delegate.put(&path, &event("d1", &format!("{HOUR}SUMMARY:来客\n"))).expect(201);
        assert!(owner.get(&path).expect(200).text().contains("来客"));
        let (news, token) = delegate.sync(&owner.calendar, "", 10);
        assert_eq!(news, [(path.clone(), 200)]);
        let at_home = format!("{}{}/", delegate.home, taro.calendar);
        let (news, _) = delegate.sync(&at_home, &token, 10);
        assert_eq!(news, [], "one token holds at both addresses");
        let hrefs = format!("<d:href>{path}</d:href>");
        let body =
            format!("<c:calendar-multiget NS><d:prop><d:getetag/></d:prop>{hrefs}</c:calendar-multiget>");
        let got = delegate.xml("REPORT", &owner.calendar, "1", &body).expect(207).text();
        assert_eq!(responses(&got), [(path.clone(), 200)]);
        delegate.ask("DELETE", &path).send().expect(204);

        for lost in [
            format!("{}{hidden}/", owner.home),
            format!("{}inbox/", owner.home),
            format!("{}outbox/", owner.home),
            owner.books.clone(),
            format!("/dav/calendars/{}/", jiro.person),
        ] {
            delegate.ask("PROPFIND", &lost).header("depth", "0").send().expect(404);
        }
        let made = delegate.ask("MKCALENDAR", &format!("{}new/", owner.home)).send().expect(403);
        assert!(made.text().contains(&need(&owner.home, "bind")), "{}", made.text());
        // The owner's calendar is the owner's to take away.
        delegate.ask("DELETE", &owner.calendar).send().expect(403);
    });
}

#[test]
fn whoever_is_no_delegate_any_more_finds_nothing_there() {
    on_each_backend(|server| {
        let (hanako, taro) = (server.staff("hanako"), server.staff("taro"));
        let (owner, delegate) = (Client::of(server, &taro), Client::of(server, &hanako));
        share(&taro, &taro.calendar, &by_name(&hanako), "read");
        delegate.propfind(&owner.home, "1", "<d:resourcetype/>");
        let put = delegate.put(&format!("{}x.ics", owner.calendar), &event("u", HOUR)).expect(403);
        assert!(put.text().contains("need-privileges"), "{}", put.text());
        let none = json!({"grantee": by_name(&hanako), "role": null});
        taro.post(&format!("calendars/{}/shares", taro.calendar), &none).expect(204);
        let gone = delegate.ask("PROPFIND", &owner.home).header("depth", "0").send().expect(404);
        let nobody = "/dav/calendars/0198c0de-7f3a-7abc-8def-012345678901/";
        let never = delegate.ask("PROPFIND", nobody).header("depth", "0").send().expect(404);
        assert_eq!(gone.text(), never.text());
        assert_eq!(delegators(&delegate), ["", "", ""]);
    });
}

#[test]
fn nobody_makes_themselves_a_delegate() {
    on_each_backend(|server| {
        let (hanako, taro) = (server.staff("hanako"), server.staff("taro"));
        let (owner, delegate) = (Client::of(server, &taro), Client::of(server, &hanako));
        share(&taro, &taro.calendar, &by_name(&hanako), "read");
        let write = format!("{}calendar-proxy-write/", owner.principal);
        let read = format!("{}calendar-proxy-read/", owner.principal);
        let update = |client: &Client, path: &str, property: &str| {
            let body = format!(
                "<d:propertyupdate NS><d:set><d:prop><d:{property}><d:href>{}</d:href></d:{property}></d:prop></d:set>\
                 </d:propertyupdate>",
                delegate.principal
            );
            client.xml("PROPPATCH", path, "0", &body)
        };
        update(&delegate, &write, "group-member-set").expect(404);
        for (client, path) in [
            (&delegate, &read),
            (&delegate, &owner.principal),
            (&delegate, &delegate.principal),
            (&owner, &write),
            (&owner, &owner.principal),
        ] {
            for property in ["group-member-set", "group-membership", "owner", "acl"] {
                let told = update(client, path, property).expect(207).text();
                assert!(told.contains("HTTP/1.1 403"), "{told}");
                assert!(told.contains("<d:cannot-modify-protected-property/>"), "{told}");
            }
        }
        for method in ["ACL", "PUT", "DELETE", "MKCOL"] {
            let refused = delegate.ask(method, &read).send();
            assert!(matches!(refused.status, 403 | 405), "{method}: {}", refused.status);
        }
        assert_eq!(members(&owner, &write), "");
        assert_eq!(delegators(&delegate)[1], "");
        delegate.put(&format!("{}x.ics", owner.calendar), &event("u", HOUR)).expect(403);
    });
}

/// Apple's Calendar asks for all of them with their names at once.
#[test]
fn delegators_are_told_with_their_names() {
    on_each_backend(|server: &TestServer| {
        let (hanako, taro) = (server.staff("hanako"), server.staff("taro"));
        let (owner, delegate) = (Client::of(server, &taro), Client::of(server, &hanako));
        share(&taro, &taro.calendar, &by_name(&hanako), "write");
        let inner = "<d:property name=\"displayname\"/>\
            <d:property name=\"calendar-home-set\" namespace=\"urn:ietf:params:xml:ns:caldav\"/>";
        let of = |name: &str| {
            format!(
                "<d:property name=\"{name}\" namespace=\"http://calendarserver.org/ns/\">{inner}</d:property>"
            )
        };
        let body = format!(
            "<d:expand-property NS>{}{}</d:expand-property>",
            of("calendar-proxy-read-for"),
            of("calendar-proxy-write-for")
        );
        let told = delegate.xml("REPORT", &delegate.principal, "0", &body).expect(207).text();
        let within = between(&told, "<cs:calendar-proxy-write-for>", "</cs:calendar-proxy-write-for>");
        assert!(within.contains(&owner.principal) && within.contains(&owner.home), "{told}");
        assert!(within.contains("<d:displayname>"), "{told}");
        assert!(told.contains("<cs:calendar-proxy-read-for></cs:calendar-proxy-read-for>"), "{told}");
    });
}

#[test]
fn a_shared_calendar_is_not_stood_in_for_and_whoever_leaves_it_leaves_it_where_it_is() {
    on_each_backend(|server| {
        let (hanako, taro) = (server.staff("hanako"), server.staff("taro"));
        let (owner, delegate) = (Client::of(server, &taro), Client::of(server, &hanako));
        let (shared, private) = (new_calendar(&taro, "課の予定"), new_calendar(&taro, "私用"));
        share(&taro, &shared, &by_name(&hanako), "manage");
        for (id, status) in [(&shared, 405), (&private, 403)] {
            delegate.ask("MKCALENDAR", &format!("{}{id}/", delegate.home)).send().expect(status);
        }
        delegate.ask("DELETE", &format!("{}{shared}/", owner.home)).send().expect(403);
        delegate.ask("DELETE", &format!("{}{shared}/", delegate.home)).send().expect(204);
        owner.ask("PROPFIND", &format!("{}{shared}/", owner.home)).header("depth", "0").send().expect(207);
        delegate.ask("MKCALENDAR", &format!("{}{shared}/", delegate.home)).send().expect(403);
    });
}
