//! WebDAV-Push: clients that are woken.

use std::time::Duration;

use renraku_test_db::Backend;
use serde_json::json;

use super::client::{Client, HOUR, between, event};
use crate::harness::{Answer, PushService, TestServer};

pub(super) fn on_each(test: impl Fn(&TestServer, &PushService)) {
    for backend in Backend::all() {
        let service = PushService::start();
        test(&TestServer::start_with(*backend, &[("RENRAKU_PUSH_ALLOW", &service.allowance())]), &service);
    }
}

pub(super) fn wish(endpoint: &str, (key, auth): &(String, String), trigger: &str, more: &str) -> String {
    format!(
        "<push-register xmlns=\"https://bitfire.at/webdav-push\" xmlns:D=\"DAV:\"><subscription><web-push-subscription>\
         <push-resource>{endpoint}</push-resource><content-encoding>aes128gcm</content-encoding>\
         <subscription-public-key type=\"p256dh\">{key}</subscription-public-key><auth-secret>{auth}</auth-secret>\
         </web-push-subscription></subscription><trigger>{trigger}</trigger>{more}</push-register>"
    )
}

pub(super) const BOTH: &str = "<content-update><D:depth>infinity</D:depth></content-update>\
                    <property-update><D:depth>0</D:depth><D:prop><D:displayname/></D:prop></property-update>";

fn register(client: &Client, body: &str) -> Answer {
    register_at(client, &client.calendar, body)
}

pub(super) fn register_at(client: &Client, path: &str, body: &str) -> Answer {
    client.ask("POST", path).body("application/xml; charset=\"utf-8\"", body).send()
}

/// Registers at the service under a name; gives back the path of the registration.
#[track_caller]
fn follow(client: &Client, service: &PushService, name: &str) -> String {
    follow_at(client, service, &client.calendar, name)
}

/// The same for any collection.
#[track_caller]
pub(super) fn follow_at(client: &Client, service: &PushService, path: &str, name: &str) -> String {
    let answer =
        register_at(client, path, &wish(&service.endpoint(name), &service.keys(), BOTH, "")).expect(204);
    assert!(answer.header("expires").unwrap().ends_with(" GMT"));
    let location = answer.header("location").unwrap();
    assert!(location.starts_with("http://127.0.0.1:"), "an absolute URL: {location}");
    location[location.find("/dav/").unwrap()..].to_owned()
}

pub(super) const PUSH_PROPS: &str = "<p:transports xmlns:p=\"https://bitfire.at/webdav-push\"/><p:topic xmlns:p=\"https://bitfire.at/webdav-push\"/>\
                          <p:supported-triggers xmlns:p=\"https://bitfire.at/webdav-push\"/><d:sync-token/>";

#[test]
fn a_change_wakes_whoever_follows() {
    on_each(|server, service| {
        let client = Client::of(server, &server.staff("hanako"));
        let options = client.ask("OPTIONS", &client.calendar).send().expect(200);
        assert!(options.header("dav").unwrap().contains("webdav-push"));
        let props = client.propfind(&client.calendar, "0", PUSH_PROPS).text();
        for part in
            ["<web-push xmlns", "type=\"p256ecdsa\">", "<content-update xmlns", "<property-update xmlns"]
        {
            assert!(props.contains(part), "no {part} in {props}");
        }
        follow(&client, service, "phone");
        server.run_due_jobs();
        assert!(service.take().is_empty(), "nothing changed since");

        client.put(&format!("{}a.ics", client.calendar), &event("a", HOUR)).expect(201);
        client.put(&format!("{}b.ics", client.calendar), &event("b", HOUR)).expect(201);
        server.run_due_jobs();
        let pushed = service.take();
        let [message] = pushed.as_slice() else { panic!("two changes are one message: {pushed:?}") };
        let now = client.propfind(&client.calendar, "0", PUSH_PROPS).text();
        let token = between(&now, "<d:sync-token>", "<");
        let topic = between(&now, "<topic xmlns=\"https://bitfire.at/webdav-push\">", "<");
        assert!(message.text.contains(&format!("<d:sync-token>{token}</d:sync-token>")), "{}", message.text);
        assert!(message.text.contains(&format!(">{topic}</topic>")), "{}", message.text);
        assert!(!message.text.contains("property-update"), "{}", message.text);
        assert_eq!(message.path, "/phone");
        assert_eq!(message.header("content-encoding"), Some("aes128gcm"));
        assert_eq!(message.header("ttl"), Some("86400"));
        assert_eq!(message.header("urgency"), Some("normal"));
        assert_eq!(message.header("topic"), Some(topic));
        assert_eq!(message.claims["aud"], format!("http://{}", service.allowance()));
        let key = between(&now, "type=\"p256ecdsa\">", "<");
        assert!(message.header("authorization").unwrap().ends_with(&format!(", k={key}")));
        server.run_due_jobs();
        assert!(service.take().is_empty(), "a change is told once");
    });
}

#[test]
fn what_changed_is_told_by_its_kind() {
    on_each(|server, service| {
        let hanako = server.staff("hanako");
        let client = Client::of(server, &hanako);
        let only = "<content-update><D:depth>1</D:depth></content-update>";
        register(&client, &wish(&service.endpoint("contents"), &service.keys(), only, "")).expect(204);
        follow(&client, service, "both");
        let body = "<d:propertyupdate NS><d:set><d:prop><d:displayname>会議</d:displayname></d:prop></d:set></d:propertyupdate>";
        client.xml("PROPPATCH", &client.calendar, "0", body).expect(207);
        server.run_due_jobs();
        let pushed = service.take();
        assert_eq!(pushed.iter().map(|it| it.path.as_str()).collect::<Vec<_>>(), ["/both"]);
        assert!(pushed[0].text.contains("<property-update") && !pushed[0].text.contains("<content-update"));
        // What the phone does arrives as well.
        let new = json!({"calendarId": hanako.calendar, "title": "打合せ", "start": "2026-11-26T10:00:00", "timeZone": "Asia/Tokyo",
                         "duration": "PT1H"});
        hanako.post("events", &new).expect(201);
        server.run_due_jobs();
        assert_eq!(service.take().len(), 2);
    });
}

#[test]
fn whoever_made_the_change_is_not_woken() {
    on_each(|server, service| {
        let client = Client::of(server, &server.staff("hanako"));
        let (own, _other) = (follow(&client, service, "own"), follow(&client, service, "other"));
        let put = |name: &str, hush: &str| {
            client
                .ask("PUT", &format!("{}{name}.ics", client.calendar))
                .header("push-dont-notify", hush)
                .body("text/calendar", event(name, HOUR))
                .send()
                .expect(201);
            server.run_due_jobs();
            let paths: Vec<String> = service.take().into_iter().map(|it| it.path).collect();
            server.clock().advance(Duration::from_secs(1));
            paths
        };
        assert_eq!(put("a", &format!("\"{}{own}\"", server.base())), ["/other"]);
        assert!(put("b", "*").is_empty());
        // What is none of the person's registrations is passed over.
        assert_eq!(put("c", "\"https://elsewhere.example/dav/push/x\", nonsense").len(), 2);
    });
}

#[test]
fn a_message_is_tried_again_and_an_end_is_an_end() {
    on_each(|server, service| {
        let client = Client::of(server, &server.staff("hanako"));
        follow(&client, service, "phone");
        let change = |name: &str| {
            client.put(&format!("{}{name}.ics", client.calendar), &event(name, HOUR)).expect(201);
            server.run_due_jobs();
            service.take().len()
        };
        service.answer_with(503);
        assert_eq!(change("a"), 1);
        assert_eq!(change("b"), 0, "one message waits, and it will tell of this too");
        service.answer_with(201);
        server.clock().advance(Duration::from_secs(10));
        server.run_due_jobs();
        assert_eq!(service.take().len(), 1);
        service.answer_with(410);
        assert_eq!(change("c"), 1);
        service.answer_with(201);
        server.clock().advance(Duration::from_secs(7_200));
        assert_eq!(change("d"), 0);
    });
}

#[test]
fn a_subscription_ends() {
    on_each(|server, service| {
        let (hanako, taro) = (server.staff("hanako"), server.staff("taro"));
        let (client, other) = (Client::of(server, &hanako), Client::of(server, &taro));
        let change = |name: &str| {
            client.put(&format!("{}{name}.ics", client.calendar), &event(name, HOUR)).expect(201);
            server.run_due_jobs();
            service.take().len()
        };
        // By the wish of whoever made it, and of nobody else.
        let registration = follow(&client, service, "phone");
        assert_eq!(
            follow(&client, service, "phone"),
            registration,
            "the same endpoint is the same registration"
        );
        other.ask("DELETE", &registration).send().expect(404);
        assert_eq!(change("a"), 1);
        client.ask("DELETE", &registration).send().expect(204);
        client.ask("DELETE", &registration).send().expect(404);
        assert_eq!(change("b"), 0);
        // With the right to see the calendar.
        let share = json!({"grantee": {"type": "person", "personId": taro.person}, "role": "read"});
        let shares = format!("calendars/{}/shares", hanako.calendar);
        hanako.post(&shares, &share).expect(200);
        follow(&other.in_calendar(&hanako.calendar), service, "taro");
        assert_eq!(change("d"), 1);
        let none = json!({"grantee": {"type": "person", "personId": taro.person}, "role": null});
        hanako.post(&shares, &none).expect(204);
        assert_eq!(change("e"), 0);
        // By itself.
        let soon = "<expires>Fri, 27 Nov 2026 00:00:00 GMT</expires>";
        let answer =
            register(&client, &wish(&service.endpoint("soon"), &service.keys(), BOTH, soon)).expect(204);
        assert_eq!(answer.header("expires"), Some("Fri, 27 Nov 2026 00:00:00 GMT"));
        server.clock().advance(Duration::from_secs(4 * 86_400));
        assert_eq!(change("c"), 0);
    });
}

#[test]
fn what_cannot_be_followed_is_refused() {
    on_each(|server, service| {
        let client = Client::of(server, &server.staff("hanako"));
        let keys = service.keys();
        let refused = |body: &str, condition: &str| {
            let answer = register(&client, body).expect(403).text();
            assert!(
                answer.contains(&format!("<{condition} xmlns=\"https://bitfire.at/webdav-push\"/>")),
                "{answer}"
            );
        };
        let good = service.endpoint("phone");
        refused(&wish(&good, &keys, "", ""), "no-supported-trigger");
        refused(&wish(&good, &("AAAA".to_owned(), keys.1.clone()), BOTH, ""), "invalid-subscription");
        refused(&wish(&good, &(keys.0.clone(), "AAAA".to_owned()), BOTH, ""), "invalid-subscription");
        let port = service.allowance();
        let port = port.rsplit_once(':').unwrap().1;
        for endpoint in [
            "",
            "x",
            "http://127.0.0.1:1/",
            "https://127.0.0.1/",
            "http://[::ffff:127.0.0.1]/",
            "http://0x7f.1/",
            "http://169.254.169.254/",
            "https://10.0.0.1/",
            "file:///etc/passwd",
            "gopher://127.0.0.1/",
            &format!("http://localhost:{port}/x"),
            &format!("http://user@127.0.0.1:{port}/x"),
        ] {
            refused(&wish(endpoint, &keys, BOTH, ""), "invalid-subscription");
        }
        register(&client, "<push-register xmlns=\"DAV:\"/>").expect(400);
        register(&client, "<!DOCTYPE a><a/>").expect(400);
        client
            .ask("POST", &client.home)
            .body("application/xml", wish(&good, &keys, BOTH, ""))
            .send()
            .expect(405);
        assert!(service.take().is_empty(), "registering speaks to nobody");
    });
}
