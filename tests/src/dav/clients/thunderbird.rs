//! Thunderbird on the desktop.

use super::{Client, holds, objects};
use crate::{
    dav::client::{HOUR, between, event},
    harness::on_each_backend,
};

const NAMESPACES: &str =
    r#"xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:CS="http://calendarserver.org/ns/""#;

/// A calendar is added by its URL; whether it may be written and scheduled with decides what the program offers.
#[test]
fn looks_a_calendar_over() {
    on_each_backend(|server| {
        let client = Client::of(server, &server.staff("hanako"));
        let body = format!(
            "<D:propfind {NAMESPACES}><D:prop><D:resourcetype/><D:owner/><D:current-user-principal/><D:current-user-privilege-set/>\
             <D:supported-report-set/><C:supported-calendar-component-set/><CS:getctag/></D:prop></D:propfind>"
        );
        let seen = client.raw("PROPFIND", &client.calendar, "0", &body).expect(207).text();
        holds(
            &seen,
            &[
                "<c:calendar/>",
                "<d:write/>",
                "<d:sync-collection/>",
                "<cs:getctag>",
                "VTODO",
                &client.principal,
            ],
        );
        let options = client.ask("OPTIONS", &client.home).send().expect(200);
        holds(options.header("dav").unwrap(), &["calendar-auto-schedule"]);
        let body = format!(
            "<D:propfind {NAMESPACES}><D:prop><C:calendar-home-set/><C:calendar-user-address-set/><C:schedule-inbox-URL/>\
             <C:schedule-outbox-URL/></D:prop></D:propfind>"
        );
        let me = client.raw("PROPFIND", &client.principal, "0", &body).expect(207).text();
        holds(&me, &["schedule-outbox-URL><d:href>", "mailto:hanako@"]);
    });
}

/// It lists by query, reads by multiget, then follows by token; and finds out when people are busy.
#[test]
fn syncs_and_asks_who_is_busy() {
    on_each_backend(|server| {
        let client = Client::of(server, &server.staff("hanako"));
        server.staff("taro");
        let path = format!("{}8d1e0c52-b0a2-4a7f-9f55-6d7f8e9a0b1c.ics", client.calendar);
        let text = event(
            "8d1e0c52-b0a2-4a7f-9f55-6d7f8e9a0b1c",
            &format!("{HOUR}SUMMARY:会議\nX-MOZ-GENERATION:1\n"),
        );
        client
            .ask("PUT", &path)
            .header("if-none-match", "*")
            .body("text/calendar; charset=utf-8", text)
            .send()
            .expect(201);
        let body = format!(
            "<D:sync-collection {NAMESPACES}><D:sync-token/><D:sync-level>1</D:sync-level><D:prop><D:getcontenttype/>\
             <D:getetag/></D:prop></D:sync-collection>"
        );
        let all = client.raw("REPORT", &client.calendar, "1", &body).expect(207);
        assert_eq!(objects(&all), std::slice::from_ref(&path));
        assert!(!between(&all.text(), "<d:sync-token>", "</d:sync-token>").is_empty());
        let body = format!(
            "<C:calendar-multiget {NAMESPACES}><D:prop><D:getetag/><C:calendar-data/></D:prop><D:href>{path}</D:href>\
             </C:calendar-multiget>"
        );
        let read = client.raw("REPORT", &client.calendar, "1", &body).expect(207).text();
        holds(&read, &["X-MOZ-GENERATION:1", "SUMMARY:会議"]);
        let ask = "BEGIN:VCALENDAR\r\nPRODID:-//Mozilla.org/NONSGML Mozilla Calendar V1.1//EN\r\nVERSION:2.0\r\nMETHOD:REQUEST\r\n\
                   BEGIN:VFREEBUSY\r\nUID:fb\r\nDTSTAMP:20261125T000000Z\r\nDTSTART:20261126T000000Z\r\nDTEND:20261127T000000Z\r\n\
                   ORGANIZER:mailto:hanako@pref.example.jp\r\nATTENDEE;CUTYPE=INDIVIDUAL:mailto:taro@pref.example.jp\r\n\
                   END:VFREEBUSY\r\nEND:VCALENDAR\r\n";
        let busy = client
            .ask("POST", &format!("{}outbox/", client.home))
            .header("originator", "mailto:hanako@pref.example.jp")
            .header("recipient", "mailto:taro@pref.example.jp")
            .body("text/calendar; charset=utf-8", ask)
            .send()
            .expect(200)
            .text();
        holds(&busy, &["<c:schedule-response", "2.0;Success", "BEGIN:VFREEBUSY"]);
    });
}
