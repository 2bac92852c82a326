//! What others take part in, or what books a room, is once in the calendars of a person: programs that know no `MOVE` store it in another
//! calendar, and delete it in the first.

use serde_json::{Value, json};

use super::client::{Client, HOUR, between, event};
use crate::harness::{Answer, Staff, on_each_backend};

const ORGANIZER: &str = "ORGANIZER:mailto:hanako@pref.example.jp\n";
const TARO: &str = "ATTENDEE;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:taro@pref.example.jp\n";

fn occurrences(who: &Staff) -> Vec<Value> {
    let path = "occurrences?from=2026-11-25T15:00:00Z&to=2026-11-26T15:00:00Z";
    who.get(path).expect(200).json()["items"].as_array().unwrap().clone()
}

fn told(who: &Staff) -> Vec<Value> {
    let told = who.get("notifications").expect(200).json();
    told["items"].as_array().unwrap().iter().map(|it| it["type"].clone()).collect()
}

/// The client looking at a second calendar of its own.
fn side(staff: &Staff, client: &Client) -> Client {
    let made = staff.post("calendars", &json!({"name": "第2"})).expect(201).json();
    client.in_calendar(made["id"].as_str().unwrap())
}

fn put_new(client: &Client, path: &str, text: &str, language: &str) -> Answer {
    let put = client.ask("PUT", path).header("if-none-match", "*").header("accept-language", language);
    put.body("text/calendar; charset=utf-8", text).send()
}

#[test]
fn an_organizer_moves_a_meeting_by_storing_it_elsewhere() {
    on_each_backend(|server| {
        let (hanako, taro) = (server.staff("hanako"), server.staff("taro"));
        let (client, guest) = (Client::of(server, &hanako), Client::of(server, &taro));
        let side = side(&hanako, &client);
        let draft = json!({"name": "第1会議室", "kind": "room"});
        let draft: renraku_schedule::model::FacilityDraft = serde_json::from_value(draft).unwrap();
        let room = server.db().write(|tx| renraku_schedule::service::create_facility(tx, draft.clone()));
        let room = room.unwrap().into_inner().id.into_string();
        let line = format!("ATTENDEE;CUTYPE=ROOM;PARTSTAT=NEEDS-ACTION:urn:uuid:{room}\n");
        for (uid, people) in [("a", format!("{TARO}{line}")), ("b", line.replace("NEEDS-ACTION", "ACCEPTED"))]
        {
            let [from, to] = [&client, &side].map(|client| format!("{}{uid}.ics", client.calendar));
            let alarm = "BEGIN:VALARM\nACTION:DISPLAY\nDESCRIPTION:x\nTRIGGER:-PT5M\nEND:VALARM\n";
            client
                .put(&from, &event(uid, &format!("{HOUR}SUMMARY:会議\n{ORGANIZER}{people}{alarm}")))
                .expect(201);
            let id = occurrences(&hanako)[0]["eventId"].as_str().unwrap().to_owned();
            if uid == "a" {
                let yes = json!({"participationStatus": "accepted"});
                taro.post(&format!("events/{id}/reply"), &yes).expect(200);
            }
            server.run_due_jobs();
            let before = (told(&hanako), told(&taro));
            let (_, token) = guest.sync(&guest.calendar, "", 10);
            let text = client.get(&from).expect(200).text();
            put_new(&side, &to, &text, "ja").expect(201);
            client.ask("DELETE", &from).send().expect(404);
            server.run_due_jobs();
            assert_eq!((told(&hanako), told(&taro)), before);
            let seen = side.get(&to).expect(200).text().replace("\r\n ", "");
            let of_room = seen.lines().find(|line| line.contains(&room)).unwrap();
            assert!(of_room.contains("PARTSTAT=ACCEPTED"), "{seen}");
            assert!(seen.contains("TRIGGER:-PT5M"), "{seen}");
            let mine = occurrences(&hanako);
            assert_eq!((mine.len(), mine[0]["eventId"].as_str()), (1, Some(id.as_str())));
            assert_eq!(mine[0]["facilities"][0]["id"], room.as_str());
            if uid == "a" {
                let his = occurrences(&taro);
                assert_eq!((his.len(), his[0]["participationStatus"].as_str()), (1, Some("accepted")));
                assert!(guest.sync(&guest.calendar, &token, 10).0.iter().all(|(_, status)| *status == 200));
            }
            // What is said with it is a change like any other, and whoever knows an older version alone is refused.
            put_new(&client, &from, &seen.replace("SUMMARY:会議", "SUMMARY:朝会"), "en").expect(201);
            assert_eq!(occurrences(&hanako)[0]["title"], "朝会");
            let refused = put_new(&side, &to, &seen, "en").expect(403).text();
            let element = "<c:unique-scheduling-object-resource><d:href>";
            assert_eq!(between(&refused, element, "</d:href>"), from);
            client.ask("DELETE", &from).send().expect(204);
        }
    });
}

#[test]
fn an_invitation_stays_in_the_calendar_into_which_it_came() {
    on_each_backend(|server| {
        let (hanako, taro) = (server.staff("hanako"), server.staff("taro"));
        let (client, guest) = (Client::of(server, &hanako), Client::of(server, &taro));
        let side = side(&taro, &guest);
        client
            .put(&format!("{}m.ics", client.calendar), &event("m", &format!("{HOUR}{ORGANIZER}{TARO}")))
            .expect(201);
        let at = guest.sync(&guest.calendar, "", 10).0[0].0.clone();
        let text = guest.get(&at).expect(200).text();
        let to = format!("{}m.ics", side.calendar);
        for (language, said) in [
            ("en", "keep it where it is; it goes neither into the calendar of another"),
            ("ja", "今の予定表のままにしてください（ほかの人の予定表との間では移せません）。"),
        ] {
            let refused = put_new(&side, &to, &text, language).expect(403).text();
            let element = "<c:unique-scheduling-object-resource><d:href>";
            assert_eq!(between(&refused, element, "</d:href>"), at);
            assert!(refused.contains(said), "{refused}");
        }
        side.get(&to).expect(404);
        assert_eq!(occurrences(&taro).len(), 1);
        // What nobody else takes part in is there as often as somebody stores it.
        let alone = event("alone", &format!("{HOUR}SUMMARY:一人\n"));
        for client in [&guest, &side] {
            put_new(client, &format!("{}alone.ics", client.calendar), &alone, "en").expect(201);
        }
        assert_eq!(occurrences(&taro).len(), 3);
    });
}
