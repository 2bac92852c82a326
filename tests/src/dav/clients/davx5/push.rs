use super::{ACCEPT, Client, ICALENDAR, OF_COLLECTIONS, XML, classes, holds, propfind};
use crate::dav::{
    client::{HOUR, event},
    push::on_each,
};

/// It registers with the address and the keys of its UnifiedPush distributor, says neither what it follows nor how messages are to be
/// encoded, and is woken.
#[test]
fn is_woken() {
    on_each(|server, service| {
        let client = Client::of(server, &server.staff("hanako"));
        assert!(classes(&client.bare("OPTIONS", &client.calendar, &[])).iter().any(|it| it == "webdav-push"));
        holds(
            &propfind(&client, &client.calendar, "0", OF_COLLECTIONS),
            &["vapid-public-key", "topic", "web-push"],
        );
        let (key, auth) = service.keys();
        let body = format!(
            "<?xml version='1.0' encoding='UTF-8' standalone='yes' ?><push-register xmlns=\"https://bitfire.at/webdav-push\">\
             <subscription><web-push-subscription><push-resource>{}</push-resource>\
             <subscription-public-key type=\"p256dh\">{key}</subscription-public-key><auth-secret>{auth}</auth-secret>\
             </web-push-subscription></subscription><expires>Sat, 28 Nov 2026 00:00:00 GMT</expires></push-register>",
            service.endpoint("phone")
        );
        let made = client.send("POST", &client.calendar, &[ACCEPT], XML, &body).expect(204);
        assert_eq!(made.header("expires"), Some("Sat, 28 Nov 2026 00:00:00 GMT"));
        let registration = made.header("location").unwrap().to_owned();

        let other = Client::of(server, &server.staff("taro"));
        let put = |client: &Client, path: &str, headers: &[(&str, &str)], uid: &str| {
            client.send("PUT", path, headers, ICALENDAR, &event(uid, HOUR))
        };
        put(&other, &format!("{}x.ics", other.calendar), &[], "x").expect(201);
        // What it uploads itself need not wake it.
        let quoted = format!("\"{registration}\"");
        let path = format!("{}a.ics", client.calendar);
        put(&client, &path, &[("if-none-match", "*"), ("push-dont-notify", &quoted)], "a").expect(201);
        server.run_due_jobs();
        assert!(service.take().is_empty(), "it knows already");
        put(&client, &format!("{}b.ics", client.calendar), &[], "b").expect(201);
        server.run_due_jobs();
        assert_eq!(service.take().len(), 1);

        // Another endpoint: the old registration is ended first.
        let at = &registration[registration.find("/dav/").unwrap()..];
        client.bare("DELETE", at, &[]).expect(204);
        put(&client, &format!("{}c.ics", client.calendar), &[], "c").expect(201);
        server.run_due_jobs();
        assert!(service.take().is_empty());
    });
}
