use super::{Client, NAMESPACES, accepted, changes, holds, objects, of, propfind, token, xml};
use crate::{
    dav::client::{HOUR, event},
    harness::on_each_backend,
};

/// The names that complete what is typed, from the principals that the account tells of; and when each of them is free.
#[test]
fn looks_for_people_and_asks_when_they_are_free() {
    on_each_backend(|server| {
        let client = Client::of(server, &server.staff("hanako"));
        let other = Client::of(server, &server.staff("taro"));
        other.put(&format!("{}a.ics", other.calendar), &event("a", HOUR)).expect(201);
        let props = "<B:calendar-user-type/><C:email-address-set/><A:displayname/><C:first-name/><C:last-name/><A:principal-URL/>\
                     <C:record-type/><B:calendar-user-address-set/>";
        let body = format!(
            "<C:calendarserver-principal-search {NAMESPACES} context=\"attendee\"><C:search-token>taro</C:search-token>\
             <A:prop>{props}</A:prop></C:calendarserver-principal-search>"
        );
        let found = xml(&client, "REPORT", "/dav/principals/", None, &body).expect(207).text();
        holds(of(&found, &other.principal), &["INDIVIDUAL", "試験 taro", "mailto:taro@pref.example.jp"]);
        // Before, it asked for each field by itself.
        let field = |prop: &str| {
            format!(
                "<A:property-search><A:prop>{prop}</A:prop><A:match match-type=\"starts-with\">taro</A:match></A:property-search>"
            )
        };
        let fields: String =
            ["<A:displayname/>", "<C:email-address-set/>", "<C:first-name/>", "<C:last-name/>"]
                .map(field)
                .concat();
        let body = format!(
            "<A:principal-property-search {NAMESPACES} test=\"anyof\">{fields}<A:prop>{props}</A:prop></A:principal-property-search>"
        );
        let found = xml(&client, "REPORT", "/dav/principals/", None, &body).expect(207).text();
        holds(of(&found, &other.principal), &["試験 taro"]);

        let ask = "BEGIN:VCALENDAR\r\nCALSCALE:GREGORIAN\r\nVERSION:2.0\r\nMETHOD:REQUEST\r\nPRODID:-//Apple Inc.//iCal 4.0.3//EN\r\n\
                   BEGIN:VFREEBUSY\r\nUID:4288F0F3-5C5B-4DF4-9AD8-B1E5FE3F5B97\r\nDTEND:20261127T000000Z\r\n\
                   ATTENDEE:mailto:hanako@pref.example.jp\r\nATTENDEE:mailto:taro@pref.example.jp\r\nDTSTART:20261126T000000Z\r\n\
                   X-CALENDARSERVER-MASK-UID:M\r\nDTSTAMP:20261125T000000Z\r\nORGANIZER:mailto:hanako@pref.example.jp\r\n\
                   SUMMARY:Availability for taro\r\nEND:VFREEBUSY\r\nEND:VCALENDAR\r\n";
        let whom = [
            ("originator", "mailto:hanako@pref.example.jp"),
            ("recipient", "mailto:hanako@pref.example.jp, mailto:taro@pref.example.jp"),
        ];
        let outbox = format!("{}outbox/", client.home);
        let busy = client.send("POST", &outbox, &whom, "text/calendar", ask).expect(200).text();
        assert_eq!(busy.matches("<c:request-status>2.0;Success").count(), 2, "{busy}");
        holds(&busy, &["20261126T010000Z/20261126T020000Z"]);
    });
}

/// What arrives is looked for in the inbox by its tag, read, and taken away when it was seen.
#[test]
fn empties_its_inbox() {
    on_each_backend(|server| {
        let client = Client::of(server, &server.staff("hanako"));
        let host = Client::of(server, &server.staff("taro"));
        let inbox = format!("{}inbox/", client.home);
        let state = || propfind(&client, &inbox, "0", "<C:getctag/><A:sync-token/>");
        let before = state();
        let first = token(&changes(&client, &inbox, "").expect(207));
        let people = "ORGANIZER:mailto:taro@pref.example.jp\nATTENDEE;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:hanako@pref.example.jp\n";
        host.put(&format!("{}a.ics", host.calendar), &event("a", &format!("{HOUR}{people}"))).expect(201);
        server.run_due_jobs();
        assert_ne!(state(), before);
        let news = changes(&client, &inbox, &first).expect(207);
        let [message] = objects(&news).try_into().unwrap();
        let body = format!(
            "<B:calendar-multiget {NAMESPACES}><A:prop><A:getetag/><B:calendar-data/><B:schedule-tag/></A:prop>\
             <A:href>{message}</A:href></B:calendar-multiget>"
        );
        let read = xml(&client, "REPORT", &inbox, None, &body).expect(207).text();
        holds(of(&read, &message), &["METHOD:REQUEST", "UID:a"]);
        let listed = propfind(&client, &inbox, "1", "<A:getcontenttype/><A:getetag/>");
        holds(of(&listed, &message), &["text/calendar"]);
        client.bare("DELETE", &message, &[]).expect(204);
        client.bare("DELETE", &message, &[]).expect(404);
    });
}

/// Whoever answers does so under the schedule tag alone, and reads again where the answer to that has no tag.
#[test]
fn answers_under_the_schedule_tag() {
    on_each_backend(|server| {
        let client = Client::of(server, &server.staff("hanako"));
        let host = Client::of(server, &server.staff("taro"));
        let people = "ORGANIZER:mailto:taro@pref.example.jp\nATTENDEE;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:hanako@pref.example.jp\n";
        let path = format!("{}a.ics", host.calendar);
        host.put(&path, &event("a", &format!("{HOUR}{people}"))).expect(201);
        let (mine, _) = client.sync(&client.calendar, "", 10);
        let at = &mine[0].0;
        let mine = client.get(at).expect(200);
        let tag = mine.header("schedule-tag").unwrap().to_owned();
        let yes = accepted(&mine.text(), "hanako@pref.example.jp");
        let put =
            |tag: &str| client.send("PUT", at, &[("if-schedule-tag-match", tag)], "text/calendar", &yes);
        put("\"old\"").expect(412);
        put(&tag).expect(204);
        let now = client.get(at).expect(200);
        assert!(now.header("etag").is_some() && now.header("schedule-tag").is_some());
        holds(&host.get(&path).expect(200).text().replace("\r\n ", ""), &["PARTSTAT=ACCEPTED"]);
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
    });
}
