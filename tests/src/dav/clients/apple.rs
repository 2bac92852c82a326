//! Calendar on iOS and macOS.

use super::{Client, holds, objects};
use crate::{
    dav::client::{between, event},
    harness::on_each_backend,
};

const NAMESPACES: &str = r#"xmlns:A="DAV:" xmlns:B="urn:ietf:params:xml:ns:caldav" xmlns:C="http://calendarserver.org/ns/" xmlns:D="http://apple.com/ns/ical/""#;

fn propfind(client: &Client, path: &str, depth: &str, props: &str) -> String {
    let body = format!("<A:propfind {NAMESPACES}><A:prop>{props}</A:prop></A:propfind>");
    client.raw("PROPFIND", path, depth, &body).expect(207).text()
}

/// An account is set up by the name of the server alone.
#[test]
fn finds_its_account() {
    on_each_backend(|server| {
        let client = Client::of(server, &server.staff("hanako"));
        // The redirection is followed with the method, the body and the credentials that it came with.
        let found = propfind(
            &client,
            "/.well-known/caldav",
            "0",
            "<A:current-user-principal/><A:principal-URL/><A:resourcetype/>",
        );
        assert_eq!(between(&found, "current-user-principal><d:href>", "<"), client.principal);
        let options = client.ask("OPTIONS", &client.principal).send().expect(200);
        holds(
            options.header("dav").unwrap(),
            &["calendar-access", "calendar-auto-schedule", "access-control"],
        );
        holds(options.header("allow").unwrap(), &["PROPFIND", "REPORT"]);
        let me = propfind(
            &client,
            &client.principal,
            "0",
            "<B:calendar-home-set/><B:calendar-user-address-set/><A:current-user-principal/><A:displayname/>\
             <C:dropbox-home-URL/><C:email-address-set/><C:notification-URL/><A:principal-collection-set/><A:principal-URL/>\
             <A:resource-id/><B:schedule-inbox-URL/><B:schedule-outbox-URL/><A:supported-report-set/>",
        );
        holds(
            &me,
            &[
                &format!("<c:calendar-home-set><d:href>{}</d:href>", client.home),
                "mailto:hanako@",
                "<c:schedule-inbox-URL><d:href>",
                "<c:schedule-outbox-URL><d:href>",
                "<d:principal-collection-set><d:href>",
                // What is not there is said by name, beside what is.
                "HTTP/1.1 404",
            ],
        );
        let home = propfind(
            &client,
            &client.home,
            "1",
            "<A:add-member/><C:allowed-sharing-modes/><D:autoprovisioned/><D:calendar-color/><B:calendar-description/>\
             <B:calendar-free-busy-set/><D:calendar-order/><B:calendar-timezone/><A:current-user-privilege-set/>\
             <B:default-alarm-vevent-date/><B:default-alarm-vevent-datetime/><A:displayname/><C:getctag/><D:language-code/>\
             <D:location-code/><A:owner/><C:pre-publish-url/><C:publish-url/><C:push-transports/><C:pushkey/><A:quota-available-bytes/>\
             <A:quota-used-bytes/><D:refreshrate/><A:resource-id/><A:resourcetype/><B:schedule-calendar-transp/>\
             <B:schedule-default-calendar-URL/><C:source/><C:subscribed-strip-alarms/><B:supported-calendar-component-set/>\
             <A:supported-report-set/><A:sync-token/><C:xmpp-server/><C:xmpp-uri/>",
        );
        holds(
            &home,
            &[
                &client.calendar,
                "<c:schedule-inbox/>",
                "<c:schedule-outbox/>",
                "<d:sync-token>",
                "<cs:getctag>",
                "予定表",
            ],
        );
        let order = |text: &str| home.find(text).unwrap();
        assert!(order(&client.home) < order(&client.calendar), "the home itself comes first");
    });
}

/// A new calendar with its colour; the colour and order that are changed later; a calendar that is gone.
#[test]
fn makes_and_paints_a_calendar() {
    on_each_backend(|server| {
        let client = Client::of(server, &server.staff("hanako"));
        let path = format!("{}5E1F1E77-0A0B-4C0D-8E0F-1A2B3C4D5E6F/", client.home);
        let body = format!(
            "<B:mkcalendar {NAMESPACES}><A:set><A:prop><A:displayname>出張</A:displayname>\
             <D:calendar-color symbolic-color=\"custom\">#FF2968FF</D:calendar-color><D:calendar-order>3</D:calendar-order>\
             <B:calendar-free-busy-set><YES/></B:calendar-free-busy-set>\
             <B:supported-calendar-component-set><B:comp name=\"VEVENT\"/></B:supported-calendar-component-set>\
             </A:prop></A:set></B:mkcalendar>"
        );
        client.raw("MKCALENDAR", &path, "0", &body).expect(201);
        let props =
            "<A:displayname/><D:calendar-color/><D:calendar-order/><B:supported-calendar-component-set/>";
        holds(&propfind(&client, &path, "0", props), &["出張", "#FF2968", ">3<", "VEVENT"]);
        let body = format!(
            "<A:propertyupdate {NAMESPACES}><A:set><A:prop><D:calendar-color symbolic-color=\"blue\">#1BADF8FF</D:calendar-color>\
             <D:calendar-order>7</D:calendar-order></A:prop></A:set></A:propertyupdate>"
        );
        let told = client.raw("PROPPATCH", &path, "0", &body).expect(207).text();
        assert!(told.contains("HTTP/1.1 200") && !told.contains("HTTP/1.1 4"), "{told}");
        holds(&propfind(&client, &path, "0", props), &["#1BADF8", ">7<"]);
        client.ask("DELETE", &path).send().expect(204);
        client.ask("PROPFIND", &path).header("depth", "0").send().expect(404);
    });
}

/// What it stores comes back with everything that is its own; it reads many at once, and what changed by token.
#[test]
fn stores_and_reads() {
    on_each_backend(|server| {
        let client = Client::of(server, &server.staff("hanako"));
        let report = |token: &str| {
            let body = format!(
                "<A:sync-collection {NAMESPACES}><A:sync-token>{token}</A:sync-token><A:sync-level>1</A:sync-level>\
                 <A:prop><A:getcontenttype/><A:getetag/></A:prop></A:sync-collection>"
            );
            client.raw("REPORT", &client.calendar, "1", &body).expect(207)
        };
        let token = between(&report("").text(), "<d:sync-token>", "<").to_owned();
        let uid = "B2D3F7A4-5C6E-4F70-8192-A3B4C5D6E7F8";
        let path = format!("{}{uid}.ics", client.calendar);
        let text = event(
            uid,
            "DTSTART;TZID=Asia/Tokyo:20261126T100000\nDTEND;TZID=Asia/Tokyo:20261126T110000\nSUMMARY:打合せ\nTRANSP:OPAQUE\n\
             X-APPLE-TRAVEL-ADVISORY-BEHAVIOR:AUTOMATIC\nSEQUENCE:0\nBEGIN:VALARM\nX-WR-ALARMUID:0A\nUID:0A\nTRIGGER:-PT15M\n\
             DESCRIPTION:Event reminder\nACTION:DISPLAY\nEND:VALARM\n",
        );
        let put = client
            .ask("PUT", &path)
            .header("if-none-match", "*")
            .body("text/calendar", text.clone())
            .send()
            .expect(201);
        let news = report(&token);
        assert_eq!(objects(&news), std::slice::from_ref(&path));
        holds(&news.text(), &[&put.etag(), "text/calendar"]);
        let body = format!(
            "<B:calendar-multiget {NAMESPACES}><A:prop><B:calendar-data/><C:created-by/><A:getetag/><B:schedule-tag/><C:updated-by/>\
             </A:prop><A:href>{path}</A:href></B:calendar-multiget>"
        );
        let read = client.raw("REPORT", &client.calendar, "1", &body).expect(207).text();
        holds(&read, &["X-APPLE-TRAVEL-ADVISORY-BEHAVIOR:AUTOMATIC", "X-WR-ALARMUID:0A", "TRIGGER:-PT15M"]);
        assert_eq!(client.get(&path).expect(200).text(), text);
    });
}

/// It takes any of the addresses that a principal tells, also its path, for whoever organizes and whoever is invited.
#[test]
fn people_are_known_by_the_paths_of_their_principals() {
    on_each_backend(|server| {
        let (hanako, taro) = (server.staff("hanako"), server.staff("taro"));
        let (client, other) = (Client::of(server, &hanako), Client::of(server, &taro));
        let people = format!(
            "ORGANIZER;CN=\"花子\";EMAIL=\"hanako@pref.example.jp\":{}\n\
             ATTENDEE;CN=\"花子\";CUTYPE=INDIVIDUAL;PARTSTAT=ACCEPTED;ROLE=CHAIR:{}\n\
             ATTENDEE;CN=\"太郎\";CUTYPE=INDIVIDUAL;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:http://localhost{}\n",
            client.principal,
            client.principal,
            other.principal.trim_end_matches('/')
        );
        let place = "X-APPLE-STRUCTURED-LOCATION;VALUE=URI;X-APPLE-RADIUS=141.1;X-TITLE=\"道庁\":geo:43.06431,141.346814\n";
        let day = "DTSTART;TZID=Asia/Tokyo:20261126T100000\nDTEND;TZID=Asia/Tokyo:20261126T110000\n";
        let path = format!("{}a.ics", client.calendar);
        client.put(&path, &event("a", &format!("{day}SUMMARY:庁議\n{place}{people}"))).expect(201);
        let hers = client.get(&path).expect(200).text().replace("\r\n ", "");
        let lines: Vec<&str> = hers.lines().filter(|line| line.starts_with("ATTENDEE")).collect();
        assert_eq!(lines.len(), 2, "each once: {lines:?}");
        holds(
            &hers,
            &[":mailto:hanako@pref.example.jp", ":mailto:taro@pref.example.jp", "X-TITLE=\"道庁\":geo:"],
        );
        let (his, _) = other.sync(&other.calendar, "", 10);
        assert_eq!(his.len(), 1, "he is invited");
        // He answers as the program does, with what it notes beside.
        let text = other.get(&his[0].0).expect(200).text().replace("\r\n ", "");
        let line = text.lines().find(|line| line.starts_with("ATTENDEE") && line.contains("taro@")).unwrap();
        let mine = line.replace("mailto:taro@pref.example.jp", &other.principal);
        let mine = mine
            .replace("ATTENDEE;", "ATTENDEE;X-CALENDARSERVER-DTSTAMP=20261125T000000Z;PARTSTAT=ACCEPTED;");
        let answer = text
            .replace(line, &mine)
            .replace("END:VEVENT", "X-CALENDARSERVER-PRIVATE-COMMENT:行けます\r\nEND:VEVENT");
        other.put(&his[0].0, &answer).expect(204);
        let hers = client.get(&path).expect(200).text().replace("\r\n ", "");
        let line = hers.lines().find(|line| line.starts_with("ATTENDEE") && line.contains("taro@")).unwrap();
        holds(line, &["PARTSTAT=ACCEPTED"]);
        // And asks when somebody is free.
        let ask = format!(
            "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nMETHOD:REQUEST\r\nBEGIN:VFREEBUSY\r\nUID:f\r\nDTSTAMP:20261125T000000Z\r\n\
             ORGANIZER:{}\r\nDTSTART:20261126T000000Z\r\nDTEND:20261127T000000Z\r\nATTENDEE:{}\r\nEND:VFREEBUSY\r\nEND:VCALENDAR\r\n",
            client.principal, other.principal
        );
        let outbox = format!("{}outbox/", client.home);
        let busy = client.ask("POST", &outbox).body("text/calendar", ask.as_str()).send().expect(200).text();
        holds(&busy, &["2.0;Success", "20261126T010000Z/20261126T020000Z"]);
    });
}
