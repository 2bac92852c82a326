//! DAVx5 on Android.

use super::{Client, holds, objects};
use crate::{
    dav::client::{HOUR, between, event},
    harness::on_each_backend,
};

const NAMESPACES: &str = r#"xmlns="DAV:" xmlns:CAL="urn:ietf:params:xml:ns:caldav" xmlns:CARD="urn:ietf:params:xml:ns:carddav" xmlns:CS="http://calendarserver.org/ns/" xmlns:ICAL="http://apple.com/ns/ical/""#;

fn propfind(client: &Client, path: &str, depth: &str, props: &str) -> String {
    let body = format!("<propfind {NAMESPACES}><prop>{props}</prop></propfind>");
    client.raw("PROPFIND", path, depth, &body).expect(207).text()
}

/// Setting up an account: from the base URL to the list of calendars, each with what the app shows of it.
#[test]
fn finds_its_calendars() {
    on_each_backend(|server| {
        let client = Client::of(server, &server.staff("hanako"));
        let base = propfind(
            &client,
            "/dav/",
            "0",
            "<resourcetype/><displayname/><CAL:calendar-home-set/><CARD:addressbook-home-set/><current-user-principal/>",
        );
        assert_eq!(between(&base, "current-user-principal><d:href>", "<"), client.principal);
        let options = client.ask("OPTIONS", &client.principal).send().expect(200);
        let classes = options.header("dav").unwrap();
        assert!(classes.split(',').any(|class| class.trim() == "calendar-access"), "{classes}");
        let me = propfind(
            &client,
            &client.principal,
            "0",
            "<displayname/><CAL:calendar-home-set/><CAL:calendar-user-address-set/><group-membership/>\
             <CS:calendar-proxy-read-for/><CS:calendar-proxy-write-for/>",
        );
        assert_eq!(between(&me, "calendar-home-set><d:href>", "<"), client.home);
        holds(&me, &["mailto:hanako@"]);
        let home = propfind(
            &client,
            &client.home,
            "1",
            "<resourcetype/><current-user-privilege-set/><displayname/><owner/><CARD:addressbook-description/>\
             <CAL:calendar-description/><ICAL:calendar-color/><CAL:calendar-timezone/><CAL:calendar-timezone-id/>\
             <CAL:supported-calendar-component-set/><CS:source/>",
        );
        holds(
            &home,
            &[
                &client.calendar,
                "<c:calendar/>",
                "<d:write-content/>",
                "<c:comp name=\"VEVENT\"/>",
                &client.principal,
            ],
        );
    });
}

/// A first sync, an upload that must not overwrite, an upload that must not lose an answer, and the sync after it.
#[test]
fn syncs_both_ways() {
    on_each_backend(|server| {
        let client = Client::of(server, &server.staff("hanako"));
        let state =
            propfind(&client, &client.calendar, "0", "<CS:getctag/><sync-token/><supported-report-set/>");
        holds(&state, &["<d:sync-collection/>", "<c:calendar-multiget/>", "<cs:getctag>"]);
        let report = |token: &str| {
            let body = format!(
                "<sync-collection {NAMESPACES}><sync-token>{token}</sync-token><sync-level>1</sync-level>\
                 <prop><getetag/></prop></sync-collection>"
            );
            client.raw("REPORT", &client.calendar, "0", &body).expect(207)
        };
        let first = report("").text();
        let token = between(&first, "<d:sync-token>", "<").to_owned();

        let path = format!("{}7c0ffee0-1234-4abc-9def-0123456789ab.ics", client.calendar);
        let text = event("7c0ffee0-1234-4abc-9def-0123456789ab", &format!("{HOUR}SUMMARY:定例会\n"));
        let put = |condition: (&str, &str), text: &str| {
            client
                .ask("PUT", &path)
                .header(condition.0, condition.1)
                .body("text/calendar; charset=utf-8", text)
                .send()
        };
        let etag = put(("if-none-match", "*"), &text).expect(201).etag();
        put(("if-none-match", "*"), &text).expect(412);
        let changed = text.replace("定例会", "定例会議");
        put(("if-match", "\"stale\""), &changed).expect(412);
        let newer = put(("if-match", &etag), &changed).expect(204).etag();

        let news = report(&token);
        assert_eq!(objects(&news), std::slice::from_ref(&path));
        holds(&news.text(), &[&newer]);
        let body = format!(
            "<CAL:calendar-multiget {NAMESPACES}><prop><getcontenttype/><getetag/><CAL:schedule-tag/><CAL:calendar-data/></prop>\
             <href>{path}</href><href>{}gone.ics</href></CAL:calendar-multiget>",
            client.calendar
        );
        let answer = client.raw("REPORT", &client.calendar, "0", &body).expect(207).text();
        holds(&answer, &["SUMMARY:定例会議", "HTTP/1.1 404", "text/calendar"]);

        client.ask("DELETE", &path).header("if-match", &etag).send().expect(412);
        client.ask("DELETE", &path).header("if-match", &newer).send().expect(204);
        // Whether gone or never there: the app takes both for done.
        client.ask("DELETE", &path).header("if-match", &newer).send().expect(404);
    });
}

/// With a limit on the past it asks by time instead of by token.
#[test]
fn asks_for_the_last_ninety_days() {
    on_each_backend(|server| {
        let client = Client::of(server, &server.staff("hanako"));
        client.put(&format!("{}now.ics", client.calendar), &event("now", HOUR)).expect(201);
        client
            .put(
                &format!("{}old.ics", client.calendar),
                &event("old", "DTSTART:20200101T000000Z\nDURATION:PT1H\n"),
            )
            .expect(201);
        let body = format!(
            "<CAL:calendar-query {NAMESPACES}><prop><getetag/></prop><CAL:filter><CAL:comp-filter name=\"VCALENDAR\">\
             <CAL:comp-filter name=\"VEVENT\"><CAL:time-range start=\"20260827T000000Z\"/></CAL:comp-filter></CAL:comp-filter>\
             </CAL:filter></CAL:calendar-query>"
        );
        let answer = client.raw("REPORT", &client.calendar, "1", &body).expect(207);
        assert_eq!(objects(&answer), [format!("{}now.ics", client.calendar)]);
    });
}
