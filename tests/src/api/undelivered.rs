//! Invitations that do not get out of the office: the event is there, and whoever organizes it knows whom they reach in another way.

use renraku_test_db::Backend;
use serde_json::{Value, json};

use crate::{
    dav::client::{Client, HOUR, event},
    harness::{Manner, Security, SmtpSink, Staff, TestServer, on_each_backend, run_beside},
};

const ATTENDEES: &str = "ORGANIZER:mailto:hanako@pref.example.jp\nATTENDEE:mailto:hanako@pref.example.jp\n\
                         ATTENDEE:mailto:guest@example.com\nATTENDEE:mailto:taro@pref.example.jp\n";

/// The lines of the attendees of an object, as a client reads them.
fn attendees(client: &Client, path: &str) -> Vec<String> {
    let text = client.get(path).expect(200).text().replace("\r\n ", "");
    text.lines().filter(|line| line.starts_with("ATTENDEE")).map(str::to_owned).collect()
}

fn status_of(lines: &[String], address: &str) -> String {
    let line = lines.iter().find(|line| line.contains(address)).unwrap();
    let status = line.split("SCHEDULE-STATUS=").nth(1).unwrap_or_default();
    status.trim_start_matches('"').chars().take(3).collect()
}

fn notifications(who: &Staff) -> Vec<Value> {
    who.get("notifications").expect(200).json()["items"].as_array().unwrap().clone()
}

/// What the phone shows of the guest's status.
fn on_the_phone(who: &Staff) -> Value {
    let list = who.get("occurrences?from=2026-11-25T15:00:00Z&to=2026-11-26T15:00:00Z").expect(200).json();
    let id = list["items"][0]["eventId"].as_str().unwrap().to_owned();
    let event = who.get(&format!("events/{id}")).expect(200).json();
    let participants = event["participants"].as_object().unwrap().values();
    let guest = participants.into_iter().find(|it| it["calendarAddress"] == "mailto:guest@example.com");
    guest.unwrap()["scheduleStatus"].clone()
}

#[test]
fn an_office_without_a_mail_server_says_that_nothing_reaches_those_outside() {
    on_each_backend(|server| {
        let (hanako, taro) = (server.staff("hanako"), server.staff("taro"));
        let client = Client::of(server, &hanako);
        let path = format!("{}m.ics", client.calendar);
        let made = client.put(&path, &event("m", &format!("{HOUR}SUMMARY:会議\n{ATTENDEES}"))).expect(201);
        server.run_due_jobs();
        let after = attendees(&client, &path);
        assert_eq!((status_of(&after, "guest@"), status_of(&after, "taro@")), ("5.2".into(), "1.2".into()));
        let again = client.get(&path).expect(200);
        assert_eq!(
            again.header("schedule-tag"),
            made.header("schedule-tag"),
            "nobody said anything else of it"
        );
        assert_eq!(on_the_phone(&hanako), json!(["5.2"]));
        assert_eq!(on_the_phone(&taro), Value::Null);
        let told = notifications(&hanako);
        assert_eq!((told.len(), &told[0]["type"]), (1, &json!("undelivered")), "{told:?}");
        assert_eq!(told[0]["details"]["recipient"], "guest@example.com");
        assert_eq!(
            told[0]["text"],
            "「会議」（11月26日(木) 10:00）の連絡をguest@example.comに届けられませんでした。別の方法でお知らせください"
        );
        let (well, said) = run_beside(server, &["doctor"]);
        assert!(well && said.contains("0  jobs that were set aside"), "{said}");
        // Deleted, it is one address still that nothing reached.
        client.ask("DELETE", &path).send().expect(204);
        server.run_due_jobs();
        let told = notifications(&hanako);
        assert_eq!((told.len(), &told[0]["count"]), (1, &json!(1)), "{told:?}");
    });
}

#[test]
fn what_a_mail_server_refuses_for_good_is_told_to_the_organizer() {
    for backend in Backend::all() {
        let sink = SmtpSink::start(Security::None);
        let settings = sink.settings();
        let settings: Vec<(&str, &str)> =
            settings.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let server = TestServer::start_with(*backend, &settings);
        let (hanako, _taro) = (server.staff("hanako"), server.staff("taro"));
        let client = Client::of(&server, &hanako);
        let path = format!("{}m.ics", client.calendar);
        sink.behave(Manner::Refuse);
        let text = event("m", &format!("{HOUR}SUMMARY:会議\n{ATTENDEES}"));
        client.put(&path, &text).expect(201);
        server.run_due_jobs();
        assert_eq!(status_of(&attendees(&client, &path), "guest@"), "5.1");
        assert_eq!(on_the_phone(&hanako), json!(["5.1"]));
        assert_eq!(notifications(&hanako)[0]["type"], "undelivered");
        let (_, said) = run_beside(&server, &["doctor"]);
        assert!(said.contains("0  jobs that were set aside"), "{said}");
        sink.behave(Manner::Take);
        server.clock().advance(std::time::Duration::from_secs(300));
        client.put(&path, &text.replace("T110000", "T120000")).expect(204);
        server.run_due_jobs();
        assert_eq!(status_of(&attendees(&client, &path), "guest@"), "1.1");
        assert_eq!(on_the_phone(&hanako), Value::Null);
    }
}
