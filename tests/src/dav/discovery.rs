//! How a client finds its way: from the name of the server to the calendars, and who it is.

use serde_json::json;

use super::client::{Client, between};
use crate::harness::on_each_backend;

#[test]
fn a_client_finds_its_calendars_from_the_root() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        let client = Client::of(server, &hanako);
        let led = server.anonymous().ask("OPTIONS", "/dav/").send().expect(200);
        assert!(led.header("dav").unwrap().contains("calendar-access"));

        let who = client.propfind("/dav/", "0", "<d:current-user-principal/>").text();
        assert_eq!(between(&who, "<d:current-user-principal><d:href>", "</d:href>"), client.principal);
        let props = "<c:calendar-home-set/><c:calendar-user-address-set/><d:displayname/>";
        let me = client.propfind(&client.principal, "0", props).text();
        assert_eq!(between(&me, "<c:calendar-home-set><d:href>", "</d:href>"), client.home);
        assert!(me.contains("<d:href>mailto:hanako@pref.example.jp</d:href>"), "{me}");

        let home = client.propfind(&client.home, "1", "<d:resourcetype/><d:displayname/><d:owner/>").text();
        assert!(
            home.contains(&client.calendar) && home.contains("<c:calendar/>") && home.contains("予定表"),
            "{home}"
        );
        client.propfind(&client.home, "0", "<d:resourcetype/>");
        let deep = "<d:propfind NS><d:allprop/></d:propfind>";
        let refused = client.xml("PROPFIND", &client.home, "infinity", deep).expect(403);
        assert!(refused.text().contains("<d:propfind-finite-depth/>"), "{}", refused.text());
    });
}

#[test]
fn the_password_of_sign_in_opens_nothing() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        let refused = server.anonymous().ask("PROPFIND", "/dav/").send().expect(401);
        assert!(refused.header("www-authenticate").is_some_and(|it| it.starts_with("Basic")));
        // hanako:wasureru-na-2026
        let wrong = server
            .anonymous()
            .ask("PROPFIND", "/dav/")
            .header("authorization", "Basic aGFuYWtvOndhc3VyZXJ1LW5hLTIwMjY=")
            .send()
            .expect(401);
        assert!(wrong.text().contains("app password"), "{}", wrong.text());
        hanako.ask("PROPFIND", "/dav/").header("depth", "0").send().expect(207);
    });
}

#[test]
fn a_password_that_is_taken_away_opens_nothing_any_more() {
    on_each_backend(|server| {
        let hanako = server.staff("hanako");
        let client = Client::of(server, &hanako);
        client.propfind("/dav/", "0", "<d:resourcetype/>");
        let own = hanako.get("me/app-passwords").expect(200).json();
        let password = &own["items"][0];
        let path = format!("me/app-passwords/{}", password["id"].as_str().unwrap());
        hanako.delete(&path, password["etag"].as_str().unwrap()).expect(204);
        client.ask("PROPFIND", "/dav/").send().expect(401);
    });
}

#[test]
fn homes_and_calendars_of_others_are_not_there() {
    on_each_backend(|server| {
        let (hanako, taro) = (server.staff("hanako"), server.staff("taro"));
        let (client, other) = (Client::of(server, &hanako), Client::of(server, &taro));
        for path in [&other.home, &other.calendar, &format!("{}x.ics", other.calendar)] {
            for method in ["PROPFIND", "GET", "DELETE", "PROPPATCH", "REPORT"] {
                client.ask(method, path).send().expect(404);
            }
            client.put(path, "x").expect(404);
        }
        // Busy time alone does not bring a calendar into a home; reading it does.
        let mine = format!("{}{}/", client.home, taro.calendar);
        client.ask("PROPFIND", &mine).header("depth", "0").send().expect(404);
        let share = json!({"grantee": {"type": "person", "personId": hanako.person}, "role": "read"});
        let path = format!("calendars/{}/shares", taro.calendar);
        taro.post(&path, &share).expect(200);
        let seen = client.propfind(&mine, "0", "<d:resourcetype/><d:current-user-privilege-set/>").text();
        assert!(seen.contains("<cs:shared/>") && !seen.contains("<d:write-content/>"), "{seen}");
        let put =
            client.put(&format!("{mine}x.ics"), &super::client::event("u", super::client::HOUR)).expect(403);
        assert!(put.text().contains("<d:need-privileges/>"), "{}", put.text());
    });
}
