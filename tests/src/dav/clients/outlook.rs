//! Outlook with CalDav Synchronizer 4.6.0 (https://github.com/aluxnimm/outlookcaldavsynchronizer, as of 2025-11-30).

use renraku_schedule::{model::FacilityDraft, service::create_facility};
use serde_json::json;

use super::{Client, holds, href, objects, of};
use crate::{
    dav::client::{HOUR, between, event},
    harness::{Answer, on_each_backend},
};

const XML: &str = "application/xml";
const NAMESPACES: &str =
    "xmlns:D=\"DAV:\" xmlns:C=\"urn:ietf:params:xml:ns:caldav\" xmlns:E=\"http://apple.com/ns/ical/\"";

#[track_caller]
fn propfind(client: &Client, path: &str, depth: &str, prop: &str) -> Answer {
    let body = format!(
        "<?xml version='1.0'?>\r\n<D:propfind {NAMESPACES}>\r\n<D:prop>\r\n{prop}\r\n</D:prop>\r\n</D:propfind>"
    );
    client.send("PROPFIND", path, &[("depth", depth)], XML, &body).expect(207)
}

/// From the address that was typed to the calendars, each with its rights and the mail address of its owner.
#[test]
fn finds_calendars_and_whose_they_are() {
    on_each_backend(|server| {
        let (hanako, taro) = (server.staff("hanako"), server.staff("taro"));
        let share = json!({"grantee": {"type": "person", "personId": taro.person}, "role": "read"});
        hanako.post(&format!("calendars/{}/shares", hanako.calendar), &share).expect(200);
        let (client, owner) = (Client::of(server, &taro), Client::of(server, &hanako));
        let principal = href(
            &propfind(&client, "/dav/", "0", "<D:current-user-principal/>").text(),
            "current-user-principal",
        );
        let home =
            href(&propfind(&client, &principal, "0", "<C:calendar-home-set/>").text(), "calendar-home-set");
        let listed = propfind(
            &client,
            &home,
            "1",
            "<D:resourcetype /><D:displayname /><E:calendar-color /><C:supported-calendar-component-set />",
        );
        let shared = client.in_calendar(&hanako.calendar).calendar;
        let named = ["<c:calendar/>", "<c:comp name=\"VEVENT\"/>", "<ic:calendar-color>#"];
        for calendar in [&client.calendar, &shared] {
            holds(of(&listed.text(), calendar), &named);
        }
        for (calendar, whose, mail, writes) in
            [(&client.calendar, &client, "taro", true), (&shared, &owner, "hanako", false)]
        {
            let rights = propfind(&client, calendar, "0", "<D:current-user-privilege-set/>").text();
            assert_eq!(rights.contains("<d:write/>"), writes, "{rights}");
            assert_eq!(
                href(&propfind(&client, calendar, "0", "<D:owner/>").text(), "<d:owner>"),
                whose.principal
            );
            let addresses = propfind(&client, &whose.principal, "0", "<C:calendar-user-address-set/>").text();
            assert_eq!(
                href(&addresses, "calendar-user-address-set"),
                format!("mailto:{mail}@pref.example.jp")
            );
        }
    });
}

/// What changed is told by tags, and fetched with a name that nothing has (`displayname` of an object).
#[test]
fn compares_tags_and_fetches_what_changed() {
    on_each_backend(|server| {
        let client = Client::of(server, &server.staff("hanako"));
        let path = format!("{}0f8fad5b-d9cb-469f-a165-70867728950e.ics", client.calendar);
        let sent = event("0f8fad5b", HOUR);
        client.send("PUT", &path, &[("if-none-match", "*")], "text/calendar", &sent).expect(201);
        let query = "<?xml version=\"1.0\"?>\r\n<C:calendar-query xmlns:C=\"urn:ietf:params:xml:ns:caldav\">\r\n\
                     <D:prop xmlns:D=\"DAV:\"><D:getetag/></D:prop>\r\n<C:filter><C:comp-filter name=\"VCALENDAR\">\
                     <C:comp-filter name=\"VEVENT\"><C:time-range start=\"20261101T000000Z\" end=\"20271127T000000Z\"/>\
                     </C:comp-filter></C:comp-filter></C:filter></C:calendar-query>";
        let listed = client.send("REPORT", &client.calendar, &[("depth", "1")], XML, query).expect(207);
        assert_eq!(objects(&listed), [path.as_str()]);
        let tag = between(&listed.text(), "<d:getetag>", "<").to_owned();
        let multiget = format!(
            "<?xml version=\"1.0\"?>\r\n<C:calendar-multiget {NAMESPACES}><D:prop><D:getetag/><D:displayname/><C:calendar-data/>\
             </D:prop><D:href>{path}</D:href></C:calendar-multiget>"
        );
        let fetched = client.send("REPORT", &client.calendar, &[("depth", "1")], XML, &multiget).expect(207);
        holds(of(&fetched.text(), &path), &["UID:0f8fad5b", "<c:calendar-data>"]);
        let changed = [("if-match", tag.as_str())];
        client
            .send("PUT", &path, &changed, "text/calendar", &sent.replace("DTEND", "X-A:1\r\nDTEND"))
            .expect(204);
        client.send("PUT", &path, &changed, "text/calendar", &sent).expect(412);
    });
}

/// A room is looked for by its name among the principals, and invited by its `DAV:resource-id`.
#[test]
fn invites_a_room_by_its_name() {
    on_each_backend(|server| {
        let client = Client::of(server, &server.staff("hanako"));
        for (name, kind) in [("第1会議室", "room"), ("公用車1号", "car")] {
            let draft = serde_json::from_value::<FacilityDraft>(json!({"name": name, "kind": kind})).unwrap();
            server.db().write(|tx| create_facility(tx, draft.clone())).unwrap();
        }
        let search = |name: &str| {
            let body = format!(
                "<?xml version='1.0'?>\r\n<D:principal-property-search {NAMESPACES}>\r\n<D:property-search>\r\n<D:prop>\r\n\
                 <D:displayname/>\r\n</D:prop>\r\n<D:match match-type=\"equals\">{name}</D:match>\r\n</D:property-search>\r\n\
                 <D:prop>\r\n<D:displayname/>\r\n<D:resource-id/>\r\n<C:calendar-user-type/>\r\n</D:prop>\r\n\
                 <D:apply-to-principal-collection-set/>\r\n</D:principal-property-search>"
            );
            client.send("REPORT", &client.principal, &[("depth", "0")], XML, &body).expect(207).text()
        };
        let room = search("第1会議室");
        holds(&room, &["<d:displayname>第1会議室<", "<c:calendar-user-type>ROOM<"]);
        holds(&search("公用車1号"), &["<c:calendar-user-type>RESOURCE<"]);
        holds(&search("hanako"), &["<c:calendar-user-type>INDIVIDUAL<"]);
        let address = href(&room, "<d:resource-id>");
        let text = event(
            "m",
            &format!(
                "{HOUR}SUMMARY:会議\nORGANIZER:mailto:hanako@pref.example.jp\n\
                 ATTENDEE;CUTYPE=RESOURCE;PARTSTAT=ACCEPTED;CN=第1会議室;ROLE=REQ-PARTICIPANT:{address}\n"
            ),
        );
        let path = format!("{}m.ics", client.calendar);
        client.send("PUT", &path, &[("if-none-match", "*")], "text/calendar", &text).expect(201);
        let told = client.get(&path).expect(200).text().replace("\r\n ", "");
        holds(&told, &["CUTYPE=ROOM", &address]);
        let id = address.trim_start_matches("urn:uuid:");
        let free = client.propfind(&format!("/dav/principals/{id}/"), "0", "<d:displayname/>").text();
        holds(&free, &["第1会議室"]);
    });
}
