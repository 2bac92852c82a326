use super::{Client, NAMESPACES, holds, objects, of, propfind, report, token};
use crate::{
    dav::client::{HOUR, between, event, responses},
    harness::{Answer, on_each_backend},
};

const ICALENDAR: &str = "text/calendar; charset=utf-8";

fn sync(client: &Client, token: &str) -> Answer {
    let token = if token.is_empty() {
        "<sync-token/>".to_owned()
    } else {
        format!("<sync-token>{token}</sync-token>")
    };
    let body = format!(
        "<sync-collection xmlns=\"DAV:\">{token}<sync-level>1</sync-level><prop><getcontenttype/><getetag/></prop></sync-collection>"
    );
    report(client, &client.calendar, &body)
}

/// A hundred at most at a time, each segment encoded anew.
fn multiget(client: &Client, paths: &[&str]) -> String {
    let paths: String = paths.iter().map(|path| format!("<D:href>{path}</D:href>")).collect();
    let body = format!(
        "<C:calendar-multiget {NAMESPACES}><D:prop><D:getetag/><C:calendar-data/></D:prop>{paths}</C:calendar-multiget>"
    );
    report(client, &client.calendar, &body).expect(207).text()
}

fn put(client: &Client, path: &str, headers: &[(&str, &str)], text: &str) -> Answer {
    client.send("PUT", path, headers, ICALENDAR, text)
}

/// It follows by token, reads what it stored, and after a refusal that a token may be the cause of begins anew.
#[test]
fn syncs_both_ways() {
    on_each_backend(|server| {
        let client = Client::of(server, &server.staff("hanako"));
        let first = token(&sync(&client, "").expect(207));
        let uid = "8d1e0c52-b0a2-4a7f-9f55-6d7f8e9a0b1c";
        let path = format!("{}{uid}.ics", client.calendar);
        let text = event(
            uid,
            &format!(
                "CREATED:20261125T000000Z\nLAST-MODIFIED:20261125T000000Z\n{HOUR}SUMMARY:会議\nTRANSP:OPAQUE\nX-MOZ-GENERATION:1\n"
            ),
        );
        put(&client, &path, &[("if-none-match", "*")], &text).expect(201);
        let read = multiget(&client, &[&path]);
        holds(of(&read, &path), &["X-MOZ-GENERATION:1", "SUMMARY:会議"]);
        let etag = between(of(&read, &path), "<d:getetag>", "<").replace("&quot;", "\"");

        let news = sync(&client, &first).expect(207);
        assert_eq!(objects(&news), std::slice::from_ref(&path));
        let told = news.text();
        holds(of(&told, &path), &["<d:getcontenttype>text/calendar"]);

        // 412 asks the person, who may overwrite: then without a condition.
        let changed = text.replace("会議", "打合せ").replace("GENERATION:1", "GENERATION:2");
        put(&client, &path, &[("if-match", "\"stale\"")], &changed).expect(412);
        put(&client, &path, &[("if-match", &etag)], &changed).expect(204);
        put(&client, &path, &[], &changed.replace("GENERATION:2", "GENERATION:3")).expect(204);

        // At a deletion 412 has it look whether it is there at all.
        client.bare("DELETE", &path, &[("if-match", &etag)]).expect(412);
        client.bare("HEAD", &path, &[]).expect(200);
        client.bare("DELETE", &path, &[]).expect(204);
        client.bare("HEAD", &path, &[]).expect(404);
        client.bare("DELETE", &path, &[("if-match", &etag)]).expect(404);
        let gone = sync(&client, &token(&news)).expect(207).text();
        assert!(of(&gone, &path).starts_with("<d:status>HTTP/1.1 404"), "{gone}");
        let gone = multiget(&client, &[&path]);
        assert!(of(&gone, &path).starts_with("<d:status>HTTP/1.1 404"), "not in a propstat: {gone}");
        assert_eq!(sync(&client, "https://renraku.example.jp/old").expect(403).status / 100, 4);
    });
}

/// What other programs named with signs that it encodes is found under that name, too.
#[test]
fn encodes_every_segment() {
    on_each_backend(|server| {
        let client = Client::of(server, &server.staff("hanako"));
        let path = format!("{}20261125T120000Z-4242@desktop.ics", client.calendar);
        put(&client, &path, &[("if-none-match", "*")], &event("20261125T120000Z-4242@desktop", HOUR))
            .expect(201);
        let asked = path.replace('@', "%40");
        let read = multiget(&client, &[&asked]);
        holds(&read, &["UID:20261125T120000Z-4242@desktop"]);
        assert_eq!(responses(&read)[0].0.replace("%40", "@"), path, "it decodes what it is told");
        put(
            &client,
            &asked,
            &[],
            &event("20261125T120000Z-4242@desktop", &format!("{HOUR}X-MOZ-LASTACK:20261125T000000Z\n")),
        )
        .expect(204);
    });
}

/// Who is free: one person a request, told by the first response, whose status begins with 2.
#[test]
fn asks_who_is_busy() {
    on_each_backend(|server| {
        let client = Client::of(server, &server.staff("hanako"));
        let other = Client::of(server, &server.staff("taro"));
        other.put(&format!("{}a.ics", other.calendar), &event("a", HOUR)).expect(201);
        let ask = |whom: &str| {
            let text = format!(
                "BEGIN:VCALENDAR\r\nPRODID:-//Mozilla.org/NONSGML Mozilla Calendar V1.1//EN\r\nVERSION:2.0\r\nMETHOD:REQUEST\r\n\
                 BEGIN:VFREEBUSY\r\nUID:0c2f5c52-0a41-4d15-8e7a-4f8d4a1b2c3d\r\nDTSTAMP:20261125T000000Z\r\nDTSTART:20261126T000000Z\r\n\
                 DTEND:20261127T000000Z\r\nORGANIZER:mailto:hanako@pref.example.jp\r\n\
                 ATTENDEE;PARTSTAT=NEEDS-ACTION;ROLE=REQ-PARTICIPANT;CUTYPE=INDIVIDUAL:{whom}\r\nEND:VFREEBUSY\r\nEND:VCALENDAR\r\n"
            );
            let headers = [("originator", "mailto:hanako@pref.example.jp"), ("recipient", whom)];
            let outbox = format!("{}outbox/", client.home);
            client.send("POST", &outbox, &headers, ICALENDAR, &text).expect(200).text()
        };
        let busy = ask("mailto:taro@pref.example.jp");
        let response = between(&busy, "<c:response>", "</c:response>");
        holds(response, &["<c:recipient><d:href>mailto:taro@pref.example.jp<", "<c:request-status>2.0"]);
        holds(response, &["BEGIN:VFREEBUSY", "20261126T010000Z/20261126T020000Z"]);
        let unknown = ask("mailto:nobody@example.com");
        assert!(!unknown.contains("<c:request-status>2"), "{unknown}");
    });
}

/// Of a calendar without sync it asks the tag, and where that moved lists all of it.
#[test]
fn lists_by_tag_without_sync() {
    on_each_backend(|server| {
        let client = Client::of(server, &server.staff("hanako"));
        let tag = || {
            between(&propfind(&client, &client.calendar, "0", "<CS:getctag/>"), "getctag>", "<").to_owned()
        };
        let before = tag();
        let path = format!("{}a.ics", client.calendar);
        put(&client, &path, &[("if-none-match", "*")], &event("a", HOUR)).expect(201);
        assert_ne!(tag(), before);
        let list =
            propfind(&client, &client.calendar, "1", "<D:getcontenttype/><D:resourcetype/><D:getetag/>");
        holds(of(&list, &path), &["<d:getcontenttype>text/calendar", "<d:getetag>"]);
        holds(of(&list, &client.calendar), &["<d:collection/>"]);
    });
}
