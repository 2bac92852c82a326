//! What calendar clients say of messages, and what the server does and tells (RFC 6638).

use std::time::Duration;

use renraku_base::{Precondition, Principal};
use renraku_db::{CollectionId, Db};
use renraku_notify::jobs::SEND_MAIL;
use renraku_schedule::{
    ScheduleFault,
    codec::ical::without_zones,
    jobs,
    model::FacilityDraft,
    service::{
        self, ScheduleReply,
        objects::{self, Expectation, ObjectCalendar, ObjectText},
    },
};
use renraku_test_db::on_each_database;
use serde_json::json;

use crate::office::{
    appoint, create, days, default_calendar, get, local, occurrences, person, reply, room, run_due_jobs,
    titles,
};

pub fn mine(db: &Db, who: &Principal) -> ObjectCalendar {
    let id = default_calendar(db, who);
    db.read(|tx| objects::find_calendar(tx, who, who.person.as_str(), id.as_str())).unwrap()
}

pub fn put(db: &Db, who: &Principal, name: &str, text: &str) {
    let calendar = mine(db, who);
    db.write(|tx| objects::put(tx, who, &calendar, name, text, &Expectation::NONE)).unwrap();
}

pub fn read(db: &Db, who: &Principal, name: &str) -> ObjectText {
    let calendar = mine(db, who);
    let mut object =
        db.read(|tx| objects::get(tx, who, &calendar, &[name])).unwrap().pop().flatten().unwrap();
    object.text = object.text.replace("\r\n ", "");
    object
}

/// The line of the object that names someone.
fn line_of(object: &ObjectText, address: &str) -> String {
    let mut lines = object.text.lines().filter(|line| line.starts_with("ATTENDEE"));
    lines
        .find(|line| line.contains(address))
        .unwrap_or_else(|| panic!("{address}: {}", object.text))
        .to_owned()
}

pub fn mail(who: &Principal) -> String {
    format!("{}@office.example.jp", who.person)
}

/// A daily meeting of these attendees' lines.
pub fn meeting(organizer: &Principal, attendees: &[String]) -> String {
    let attendees: String = attendees.iter().map(|line| format!("ATTENDEE{line}\r\n")).collect();
    format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:m\r\nDTSTAMP:20260401T000000Z\r\n\
         DTSTART;TZID=Asia/Tokyo:20261126T100000\r\nDURATION:PT1H\r\nRRULE:FREQ=DAILY;COUNT=3\r\nSUMMARY:会議\r\n\
         ORGANIZER:mailto:{}\r\n{attendees}END:VEVENT\r\nEND:VCALENDAR\r\n",
        mail(organizer)
    )
}

/// The Message-IDs of the mails that are due, and how often each of these people was told something.
fn sent(db: &Db) -> Vec<String> {
    let mut ids = Vec::new();
    loop {
        let claimed = db
            .write(|tx| {
                renraku_db::jobs::claim(tx, renraku_db::jobs::Kinds::ALL, 10, Duration::from_secs(60))
            })
            .unwrap();
        if claimed.is_empty() {
            return ids;
        }
        for job in claimed {
            if job.kind == SEND_MAIL {
                let mail: serde_json::Value = serde_json::from_str(&job.payload).unwrap();
                let id = mail["messageId"].as_str().or(mail["message_id"].as_str()).unwrap();
                assert!(!id.contains("..") && !id.contains(".@"), "no dot-atom (RFC 5322 §3.2.3): {id}");
                ids.push(id.to_owned());
            }
            db.write(|tx| {
                jobs::run(tx, &job.kind, &job.payload)?;
                Ok::<_, ScheduleFault>(renraku_db::jobs::finish(tx, &job.id)?)
            })
            .unwrap();
        }
    }
}

#[test]
fn each_attendee_is_told_what_became_of_their_message() {
    on_each_database(|db, _| {
        let (hanako, taro) = (person(db, "佐藤"), person(db, "鈴木"));
        let attendees = [
            format!(":mailto:{}", mail(&taro)),
            ":mailto:guest@example.com".to_owned(),
            ":mailto:nobody@office.example.jp".to_owned(),
            ";SCHEDULE-AGENT=NONE:mailto:none@example.com".to_owned(),
        ];
        put(db, &hanako, "m.ics", &meeting(&hanako, &attendees));
        let hers = read(db, &hanako, "m.ics");
        for (address, status) in [(mail(&taro).as_str(), "1.2"), ("guest@", "1.1"), ("nobody@", "3.7")] {
            let line = line_of(&hers, address);
            assert!(line.contains(&format!("SCHEDULE-STATUS=\"{status}\"")), "{line}");
        }
        assert!(!line_of(&hers, "none@").contains("SCHEDULE-STATUS"), "{}", hers.text);
        assert!(line_of(&hers, "none@").contains("SCHEDULE-AGENT=NONE"), "{}", hers.text);
        // It is for the organizer alone, and what she stores of it is not taken for hers.
        let calendar = mine(db, &taro);
        let his = db.read(|tx| objects::list(tx, &taro, &calendar, "", 10)).unwrap();
        let name = his[0].1.as_ref().unwrap().name.clone();
        assert!(!read(db, &taro, &name).text.contains("SCHEDULE-STATUS"));
        put(db, &hanako, "m.ics", &hers.text.replace("\"1.2\"", "\"5.3\""));
        assert_eq!(line_of(&read(db, &hanako, "m.ics"), &mail(&taro)), line_of(&hers, &mail(&taro)));
    });
}

#[test]
fn what_is_not_the_servers_to_send_it_neither_sends_nor_brings() {
    on_each_database(|db, _| {
        let (hanako, taro) = (person(db, "佐藤"), person(db, "鈴木"));
        let window = days("2026-11-26", "2026-11-27");
        let by = |agent: &str| {
            [
                format!(";SCHEDULE-AGENT={agent}:mailto:{}", mail(&taro)),
                format!(";SCHEDULE-AGENT={agent}:mailto:guest@example.com"),
            ]
        };
        for agent in ["CLIENT", "NONE", "X-ODD"] {
            put(db, &hanako, "m.ics", &meeting(&hanako, &by(agent)));
            assert!(titles(db, &taro, window).is_empty(), "{agent}");
            assert_eq!(sent(db), [] as [String; 0], "{agent}");
            assert!(
                line_of(&read(db, &hanako, "m.ics"), "guest@").contains(&format!("SCHEDULE-AGENT={agent}"))
            );
            // What they answer reaches her client alone, which says it.
            for said in ["TENTATIVE", "ACCEPTED"] {
                let said = format!(";PARTSTAT={said}");
                let answered = by(agent).map(|line| format!("{said}{line}"));
                put(db, &hanako, "m.ics", &meeting(&hanako, &answered));
                let text = read(db, &hanako, "m.ics");
                for guest in ["guest@", &mail(&taro)] {
                    assert!(line_of(&text, guest).contains(&said), "{}", text.text);
                }
            }
        }
        // Then it is, and is not again.
        put(db, &hanako, "m.ics", &meeting(&hanako, &by("SERVER")));
        assert_eq!((titles(db, &taro, window).len(), sent(db).len()), (1, 1));
        put(db, &hanako, "m.ics", &meeting(&hanako, &by("CLIENT")));
        let ids = sent(db);
        assert_eq!((titles(db, &taro, window).len(), ids.len()), (0, 1));
        assert!(ids[0].contains(".cancel."), "{ids:?}");
    });
}

#[test]
fn a_message_is_sent_once_and_once_more_where_it_is_asked_for() {
    on_each_database(|db, clock| {
        let hanako = person(db, "佐藤");
        let plain = meeting(&hanako, &[":mailto:guest@example.com".to_owned()]);
        put(db, &hanako, "m.ics", &plain);
        let first = sent(db);
        assert_eq!(first.len(), 1);
        put(db, &hanako, "m.ics", &plain);
        assert_eq!(sent(db), [] as [String; 0], "the same again is no news");
        let forced = plain.replace("ATTENDEE:", "ATTENDEE;SCHEDULE-FORCE-SEND=REQUEST:");
        put(db, &hanako, "m.ics", &forced);
        let again = sent(db);
        assert_eq!(again.len(), 1);
        assert_ne!(again, first);
        let stored = read(db, &hanako, "m.ics");
        assert!(!stored.text.contains("SCHEDULE-FORCE-SEND"), "{}", stored.text);
        // Whoever hears of the change anyway hears of it once.
        put(db, &hanako, "m.ics", &forced.replace("T100000", "T110000"));
        assert_eq!(sent(db).len(), 0, "soon after another");
        clock.advance(Duration::from_secs(5 * 60));
        assert_eq!(sent(db).len(), 1);
        // Sent away and invited again they get an invitation again.
        put(
            db,
            &hanako,
            "m.ics",
            &meeting(&hanako, &[":mailto:other@example.com".to_owned()]).replace("T100000", "T110000"),
        );
        assert_eq!(sent(db).len(), 2, "one comes, one goes");
        clock.advance(Duration::from_secs(5 * 60));
        put(db, &hanako, "m.ics", &plain.replace("T100000", "T110000"));
        assert_eq!(sent(db).len(), 2);
    });
}

/// Also where a client says everything anew, whoever came to single occurrences alone hears of which they are taken out.
#[test]
fn a_guest_of_single_occurrences_is_told_which_of_them_are_theirs_no_more() {
    on_each_database(|db, clock| {
        let (hanako, taro) = (person(db, "佐藤"), person(db, "鈴木"));
        let attendees = [format!(":mailto:{}", mail(&taro))];
        let meeting = meeting(&hanako, &attendees).replace("COUNT=3", "COUNT=5");
        let put_guests = |days: &[(u32, &[&str])]| {
            let exceptions: String = days
                .iter()
                .map(|(day, guests)| {
                    let guests = guests.iter().map(|it| format!("ATTENDEE:mailto:{it}@example.com\r\n"));
                    format!(
                        "BEGIN:VEVENT\r\nUID:m\r\nDTSTAMP:20260401T000000Z\r\nRECURRENCE-ID;TZID=Asia/Tokyo:202611{day}T100000\r\n\
                         DTSTART;TZID=Asia/Tokyo:202611{day}T100000\r\nDURATION:PT1H\r\nSUMMARY:会議\r\n\
                         ORGANIZER:mailto:{}\r\nATTENDEE{}\r\n{}END:VEVENT\r\n",
                        mail(&hanako),
                        attendees[0],
                        guests.collect::<String>()
                    )
                })
                .collect();
            put(db, &hanako, "m.ics", &meeting.replace("END:VCALENDAR", &(exceptions + "END:VCALENDAR")));
            // Without the id of the event before, and the host after.
            let mut ids: Vec<String> = sent(db)
                .iter()
                .map(|id| id.split('.').skip(1).take(4).collect::<Vec<_>>().join("."))
                .collect();
            ids.sort();
            ids
        };
        let cancels = |ids: &[String], days: &[u32]| {
            let is = |(id, day): (&String, &u32)| {
                id.starts_with(&format!("202611{day}T100000.")) && id.contains(".cancel.guest-")
            };
            ids.len() == days.len() && ids.iter().zip(days).all(is)
        };
        put_guests(&[]);
        assert_eq!(put_guests(&[(27, &["guest"]), (29, &["guest"])]).len(), 1);
        // Also where the occurrence stays an exception, and where others come to it.
        let ids = put_guests(&[(27, &["guest"]), (29, &[])]);
        assert!(cancels(&ids, &[29]), "{ids:?}");
        let ids = put_guests(&[(27, &["other"])]);
        assert_eq!(ids.len(), 2, "{ids:?}");
        assert!(ids[0].contains(".cancel.guest-") && ids[1].contains(".request.other-"), "{ids:?}");
        clock.advance(Duration::from_secs(5 * 60));
        assert_eq!(put_guests(&[(27, &["guest"])]).len(), 2);
        assert_eq!(put_guests(&[(27, &["guest"]), (28, &["guest"]), (29, &["guest"])]), [] as [String; 0]);
        let ids = put_guests(&[]);
        assert!(ids.len() == 1 && ids[0].contains(".cancel.guest-"), "all of them by one mail: {ids:?}");
        let calendar = mine(db, &hanako);
        db.write(|tx| {
            objects::delete(tx, &hanako, (&calendar, "m.ics"), &Expectation::NONE, ScheduleReply::Send)
        })
        .unwrap();
        clock.advance(Duration::from_secs(5 * 60));
        assert_eq!(sent(db), [] as [String; 0], "what waited is not sent");
    });
}

#[test]
fn an_invitation_that_comes_answered_is_answered_to_its_organizer() {
    on_each_database(|db, _| {
        let hanako = person(db, "佐藤");
        let put_as = |uid: &str, status: &str, organizer: &str, start: &str| {
            let text = meeting(&hanako, &[format!(";PARTSTAT={status}:mailto:{}", mail(&hanako))])
                .replace(
                    &format!("ORGANIZER:mailto:{}", mail(&hanako)),
                    &format!("ORGANIZER{organizer}:mailto:boss@example.com"),
                )
                .replace("UID:m", &format!("UID:{uid}"))
                .replace("20261126T", start);
            put(db, &hanako, &format!("{uid}.ics"), &text);
            (sent(db), read(db, &hanako, &format!("{uid}.ics")).text)
        };
        let coming = "20991126T";
        let (ids, _) = put_as("a", "ACCEPTED", "", coming);
        assert_eq!(ids.len(), 1);
        assert!(ids[0].contains(".reply"), "{ids:?}");
        for (uid, status, organizer, start) in [
            ("b", "NEEDS-ACTION", "", coming),
            ("c", "DECLINED", ";SCHEDULE-AGENT=CLIENT", coming),
            ("d", "ACCEPTED", "", "20001126T"),
        ] {
            assert_eq!(put_as(uid, status, organizer, start).0, [] as [String; 0], "{uid}");
        }
        let (ids, text) = put_as("e", "TENTATIVE", ";SCHEDULE-FORCE-SEND=REPLY", coming);
        assert_eq!(ids.len(), 1);
        assert!(!text.contains("FORCE-SEND"), "{text}");
    });
}

#[test]
fn a_client_that_did_not_see_an_answer_does_not_take_it_back() {
    on_each_database(|db, _| {
        let (hanako, taro) = (person(db, "佐藤"), person(db, "鈴木"));
        let text = meeting(&hanako, &[format!(";PARTSTAT=NEEDS-ACTION:mailto:{}", mail(&taro))]);
        put(db, &hanako, "m.ics", &text);
        let id = occurrences(db, &taro, days("2026-11-26", "2026-11-27"))[0].event_id.clone();
        let second = "2026-11-27T10:00:00";
        reply(db, &taro, &id, json!({"participationStatus": "accepted"})).unwrap();
        reply(
            db,
            &taro,
            &id,
            json!({"participationStatus": "declined", "comment": "出張", "recurrenceId": second}),
        )
        .unwrap();
        let answers = || {
            let event = get(db, &taro, &id).unwrap().event;
            let occurrence = event.occurrence(local(second)).unwrap();
            (
                event.participation(&taro.person).unwrap().as_str(),
                occurrence.participation(&taro.person).unwrap().as_str(),
            )
        };
        assert_eq!(answers(), ("accepted", "declined"));
        // The series as she had it, with another title.
        put(db, &hanako, "m.ics", &text.replace("SUMMARY:会議", "SUMMARY:定例会議"));
        assert_eq!(answers(), ("accepted", "declined"));
        // An exception of her own, with what she knew of the answers.
        let exception = format!(
            "BEGIN:VEVENT\r\nUID:m\r\nDTSTAMP:20260401T000000Z\r\nRECURRENCE-ID;TZID=Asia/Tokyo:20261127T100000\r\n\
             DTSTART;TZID=Asia/Tokyo:20261127T100000\r\nDURATION:PT1H\r\nSUMMARY:臨時\r\nORGANIZER:mailto:{}\r\n\
             ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:{}\r\nEND:VEVENT\r\nEND:VCALENDAR",
            mail(&hanako),
            mail(&taro)
        );
        put(db, &hanako, "m.ics", &text.replace("END:VCALENDAR", &exception));
        assert_eq!(answers(), ("accepted", "declined"));
        let titles = titles(db, &taro, days("2026-11-27", "2026-11-28"));
        assert_eq!(titles, [Some("臨時".to_owned())]);
        // An answer does not bring back what is left out.
        put(
            db,
            &hanako,
            "m.ics",
            &text.replace("SUMMARY", "EXDATE;TZID=Asia/Tokyo:20261127T100000\r\nSUMMARY"),
        );
        assert!(get(db, &hanako, &id).unwrap().event.occurrence(local(second)).is_none());
    });
}

#[test]
fn a_room_that_is_called_otherwise_is_so_in_what_books_it() {
    on_each_database(|db, clock| {
        let (hanako, taro) = (person(db, "佐藤"), person(db, "鈴木"));
        let room = room(db, "第一会議室");
        appoint(db, &hanako, &room);
        let at =
            |start: &str| json!({"title": "会議", "start": start, "duration": "PT1H", "facilityIds": [room]});
        let past = create(db, &taro, at("2026-11-26T08:00:00"));
        let event = create(db, &taro, at("2026-12-26T10:00:00"));
        clock.set(crate::office::at("2026-12-01T00:00:00Z"));
        run_due_jobs(db);
        let draft: FacilityDraft =
            serde_json::from_value(json!({"name": "大会議室", "kind": "room", "capacity": 8})).unwrap();
        db.write(|tx| service::update_facility(tx, &hanako, &room, draft.clone(), &Precondition::Exists))
            .unwrap();
        run_due_jobs(db);
        let renewed = get(db, &taro, &event.id).unwrap();
        assert_ne!(renewed.etag, event.etag);
        assert_eq!(renewed.event, event.event);
        assert_eq!(get(db, &taro, &past.id).unwrap().etag, past.etag, "what is over is over");
        let text = read(db, &taro, &format!("{}.ics", event.id)).text;
        assert!(text.contains("大会議室"), "{text}");
    });
}

#[test]
fn texts_of_what_is_gone_are_forgotten_and_names_while_nobody_asks_for_them() {
    on_each_database(|db, _| {
        let hanako = person(db, "佐藤");
        let alone = meeting(&hanako, &[]).replace(&format!("ORGANIZER:mailto:{}\r\n", mail(&hanako)), "");
        put(db, &hanako, "m.ics", &alone);
        put(db, &hanako, "n.ics", &alone.replace("UID:m", "UID:n"));
        let calendar = mine(db, &hanako);
        db.write(|tx| {
            objects::delete(tx, &hanako, (&calendar, "m.ics"), &Expectation::NONE, ScheduleReply::Send)
        })
        .unwrap();
        let forget = || {
            let (mut after, mut all) = (Some((CollectionId(0), String::new())), 0);
            while let Some(from) = after {
                let (some, next) = db.write(|tx| jobs::forget_gone(tx, &from)).unwrap();
                (all, after) = (all + some, next);
            }
            all
        };
        assert_eq!(forget(), 1, "its text");
        assert_eq!(forget(), 0);
        let changes = db.read(|tx| objects::list_changes(tx, &hanako, &calendar, 0, 100)).unwrap().0;
        assert!(changes.iter().any(|it| it.name == "m.ics" && it.head.is_none()), "{changes:?}");
        let far = i64::MAX;
        db.write(|tx| renraku_db::changes::prune(tx, far, 0)).unwrap();
        assert_eq!(forget(), 1, "its name");
        assert_eq!(without_zones(&read(db, &hanako, "n.ics").text), alone.replace("UID:m", "UID:n"));
    });
}
