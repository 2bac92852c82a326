use serde_json::json;

use super::{Client, NAMESPACES, classes, holds, href, of, propfind, xml};
use crate::{dav::client::responses, harness::on_each_backend};

const PRINCIPAL: &str = "<C:allowed-calendar-component-set/><B:calendar-home-set/><B:calendar-user-address-set/>\
                         <A:current-user-principal/><A:displayname/><C:dropbox-home-URL/><C:email-address-set/><C:notification-URL/>\
                         <A:principal-collection-set/><A:principal-URL/><A:resource-id/><B:schedule-inbox-URL/><B:schedule-outbox-URL/>\
                         <A:supported-report-set/>";
pub(super) const HOME: &str = "<A:add-member/><C:allowed-sharing-modes/><D:autoprovisioned/><E:bulk-requests/><B:calendar-alarm/>\
                               <D:calendar-color/><B:calendar-description/><B:calendar-free-busy-set/><D:calendar-order/>\
                               <B:calendar-timezone/><A:current-user-privilege-set/><B:default-alarm-vevent-date/>\
                               <B:default-alarm-vevent-datetime/><A:displayname/><C:getctag/><C:invite/><D:language-code/>\
                               <D:location-code/><A:owner/><C:pre-publish-url/><C:publish-url/><C:push-transports/><C:pushkey/>\
                               <A:quota-available-bytes/><A:quota-used-bytes/><D:refreshrate/><A:resource-id/><A:resourcetype/>\
                               <B:schedule-calendar-transp/><B:schedule-default-calendar-URL/><C:source/><C:subscribed-strip-alarms/>\
                               <C:subscribed-strip-attachments/><C:subscribed-strip-todos/><B:supported-calendar-component-set/>\
                               <B:supported-calendar-component-sets/><A:supported-report-set/><A:sync-token/>\
                               <B:managed-attachments-server-URL/>";

/// By the name of the server alone: the well-known address, whose redirection is followed with method, body and credentials.
#[test]
fn finds_its_account() {
    on_each_backend(|server| {
        let client = Client::of(server, &server.staff("hanako"));
        let first = "<A:current-user-principal/><A:principal-URL/><A:resourcetype/>";
        let found = propfind(&client, "/.well-known/caldav", "0", first);
        assert_eq!(href(&found, "current-user-principal"), client.principal);
        assert_eq!(
            href(&propfind(&client, &client.principal, "0", first), "principal-URL"),
            client.principal
        );
        let me = propfind(&client, &client.principal, "0", PRINCIPAL);
        assert_eq!(href(&me, "calendar-home-set"), client.home);
        assert_eq!(href(&me, "schedule-inbox-URL"), format!("{}inbox/", client.home));
        assert_eq!(href(&me, "schedule-outbox-URL"), format!("{}outbox/", client.home));
        // What is not there is said by name, beside what is.
        holds(
            &me,
            &[
                "mailto:hanako@",
                "HTTP/1.1 404",
                "<d:expand-property/>",
                "<cs:calendarserver-principal-search/>",
            ],
        );
        let can = classes(&client.bare("OPTIONS", &client.principal, &[]).expect(200));
        for word in ["calendar-access", "calendar-auto-schedule", "calendar-proxy", "access-control"] {
            assert!(can.iter().any(|it| it == word), "{word} in {can:?}");
        }
        // What can be searched is told with 200, of the collection that the principal names.
        let all = href(&me, "principal-collection-set");
        let sets =
            xml(&client, "REPORT", &all, Some("0"), "<A:principal-search-property-set xmlns:A=\"DAV:\"/>");
        holds(&sets.expect(200).text(), &["<d:displayname/>", "email-address-set"]);
    });
}

/// Everything below the home in one request. Each collection is what it is by its type, and moved when its token did.
#[test]
fn lists_its_home() {
    on_each_backend(|server| {
        let client = Client::of(server, &server.staff("hanako"));
        let home = propfind(&client, &client.home, "1", HOME);
        assert_eq!(responses(&home)[0].0, client.home, "the home itself comes first");
        let calendar = of(&home, &client.calendar);
        holds(
            calendar,
            &[
                "<c:calendar/>",
                "<d:sync-token>",
                "<cs:getctag>",
                "予定表",
                "name=\"VEVENT\"",
                "<d:sync-collection/>",
            ],
        );
        assert_eq!(href(calendar, "owner"), client.principal);
        holds(
            of(&home, &format!("{}inbox/", client.home)),
            &["<c:schedule-inbox/>", "schedule-default-calendar-URL><d:href>"],
        );
        holds(of(&home, &format!("{}outbox/", client.home)), &["<c:schedule-outbox/>"]);
        // The home has no token, so that it is listed each time; asked all the same, the report is refused by name.
        assert!(!of(&home, &client.home).contains("<d:sync-token>"));
        let body = format!(
            "<A:sync-collection {NAMESPACES}><A:sync-token></A:sync-token><A:sync-level>1</A:sync-level><A:prop>{HOME}</A:prop>\
             </A:sync-collection>"
        );
        let refused = xml(&client, "REPORT", &client.home, Some("1"), &body).expect(403);
        holds(&refused.text(), &["<d:supported-report/>"]);
    });
}

/// For whom one is a delegate, with what is shown of them; and from there their home.
#[test]
fn finds_whose_delegate_it_is() {
    on_each_backend(|server| {
        let (hanako, taro) = (server.staff("hanako"), server.staff("taro"));
        let (client, owner) = (Client::of(server, &hanako), Client::of(server, &taro));
        let share = json!({"grantee": {"type": "person", "personId": hanako.person}, "role": "write"});
        taro.post(&format!("calendars/{}/shares", taro.calendar), &share).expect(200);
        let shown = "<A:property name=\"calendar-user-address-set\" namespace=\"urn:ietf:params:xml:ns:caldav\"/>\
                     <A:property name=\"email-address-set\" namespace=\"http://calendarserver.org/ns/\"/>\
                     <A:property name=\"displayname\" namespace=\"DAV:\"/></A:property>";
        let of_server = "namespace=\"http://calendarserver.org/ns/\"";
        let body = format!(
            "<A:expand-property {NAMESPACES}><A:property name=\"calendar-proxy-read-for\" {of_server}>{shown}\
             <A:property name=\"calendar-proxy-write-for\" {of_server}>{shown}</A:expand-property>"
        );
        let told = xml(&client, "REPORT", &client.principal, Some("0"), &body).expect(207).text();
        let (_, writes) = told.split_once("<cs:calendar-proxy-write-for>").unwrap();
        holds(writes, &[&format!("<d:href>{}</d:href>", owner.principal), "mailto:taro@", "試験 taro"]);
        let theirs = propfind(&client, &owner.principal, "0", PRINCIPAL);
        let home = href(&theirs, "calendar-home-set");
        holds(
            of(&propfind(&client, &home, "1", HOME), &owner.calendar),
            &["<c:calendar/>", "<d:write-content/>"],
        );
    });
}
