//! Who organizes an event, whatever way it came into a calendar.

use renraku_base::{Principal, Role};
use renraku_db::Db;
use renraku_people::{Share, ShareTarget};
use renraku_schedule::{
    codec::ical::without_zones,
    model::EventView,
    service::{
        self, ImportReport, ScheduleReply, Scope,
        objects::{self, Expectation, ObjectCalendar, ObjectFault},
    },
};
use renraku_test_db::on_each_database;
use serde_json::json;

use crate::{
    later::{PAUSE, kinds, mails},
    office::{create, days, default_calendar, get, local, occurrences, patch, person, titles, try_delete},
    scheduling::{mail, meeting, mine, put},
};

const BOSS: &str = "mailto:boss@example.com";

/// To whom which methods went.
fn sent(db: &Db) -> Vec<(String, String)> {
    let told = |mail: renraku_notify::OutgoingMail| {
        (mail.to[0].email.clone(), mail.calendar.map(|part| part.method).unwrap_or_default())
    };
    let mut sent: Vec<_> = mails(db).into_iter().map(told).collect();
    sent.sort();
    sent
}

fn to_guest(method: &str) -> Vec<(String, String)> {
    vec![("guest@example.com".to_owned(), method.to_owned())]
}

fn told(db: &Db, who: &Principal) -> Vec<&'static str> {
    kinds(db, who).iter().map(|kind| kind.as_str()).collect()
}

fn import(db: &Db, who: &Principal, file: &str) -> ImportReport {
    service::import_calendar(db, who, None, file.as_bytes()).unwrap()
}

/// Stores a text in the default calendar of its owner.
fn try_put(db: &Db, who: &Principal, owner: &Principal, text: &str) -> Result<(), ObjectFault> {
    let id = default_calendar(db, owner);
    db.write(|tx| {
        let calendar = objects::find_calendar(tx, who, owner.person.as_str(), id.as_str())?;
        objects::put(tx, who, &calendar, "m.ics", text, &Expectation::NONE)
    })
    .map(drop)
}

fn text_of(db: &Db, who: &Principal, calendar: &ObjectCalendar) -> String {
    let object = db.read(|tx| objects::get(tx, who, calendar, &["m.ics"])).unwrap().pop().flatten();
    object.unwrap().text.replace("\r\n ", "")
}

/// The event that somebody sees on the day.
fn seen(db: &Db, who: &Principal) -> EventView {
    let id = occurrences(db, who, days("2026-11-26", "2026-11-27"))[0].event_id.clone();
    get(db, who, &id).unwrap()
}

fn guests(staff: &Principal) -> [String; 2] {
    [format!(";PARTSTAT=ACCEPTED:mailto:{}", mail(staff)), ":mailto:guest@example.com".to_owned()]
}

/// An import invites nobody; the first change that concerns those who take part invites the colleagues among them.
#[test]
fn colleagues_in_a_file_are_invited_by_the_first_change() {
    let window = days("2026-11-26", "2026-11-29");
    let title = json!({"title": "変更"});
    on_each_database(|db, clock| {
        for (scope, change) in [
            (Scope::All, title.clone()),
            (Scope::All, json!({"start": "2026-11-26T11:00:00"})),
            (Scope::This(local("2026-11-27T10:00:00")), title.clone()),
        ] {
            let (hanako, taro) = (person(db, "佐藤"), person(db, "鈴木"));
            clock.advance(PAUSE);
            import(db, &hanako, &meeting(&hanako, &guests(&taro)));
            assert_eq!((sent(db), titles(db, &taro, window)), (vec![], vec![]));
            // What is hers alone concerns nobody.
            let alert = json!({"alerts": {"1": {"trigger": {"offset": "-PT5M"}}}});
            patch(db, &hanako, &seen(db, &hanako), Scope::All, alert);
            assert_eq!((sent(db), titles(db, &taro, window)), (vec![], vec![]));
            patch(db, &hanako, &seen(db, &hanako), scope, change.clone());
            assert_eq!(sent(db), to_guest("REQUEST"), "{change}");
            assert_eq!(told(db, &taro), ["invited"], "{change}");
            let his = occurrences(db, &taro, window);
            assert_eq!(his.len(), 3, "{change}");
            assert!(his.iter().all(|it| it.participation_status.unwrap().as_str() == "needs-action"));
            // From then on he is a guest like any other.
            try_delete(db, &hanako, &his[0].event_id, Scope::All, &seen(db, &hanako).etag).unwrap();
            assert_eq!(sent(db), to_guest("CANCEL"));
            assert_eq!(told(db, &taro), ["cancelled", "invited"]);
        }
    });
}

#[test]
fn colleagues_in_a_file_are_invited_by_a_calendar_program_too() {
    let window = days("2026-11-26", "2026-11-29");
    on_each_database(|db, _| {
        let (hanako, taro) = (person(db, "佐藤"), person(db, "鈴木"));
        let file = meeting(&hanako, &guests(&taro));
        import(db, &hanako, &file);
        let calendar = mine(db, &hanako);
        let listed = db.read(|tx| objects::list(tx, &hanako, &calendar, "", 10)).unwrap();
        let name = listed[0].1.as_ref().unwrap().name.clone();
        put(db, &hanako, &name, &file.replace("SUMMARY:会議", "SUMMARY:変更"));
        assert_eq!((sent(db), told(db, &taro)), (to_guest("REQUEST"), vec!["invited"]));
        assert_eq!(titles(db, &taro, window), vec![Some("変更".to_owned()); 3]);
        // Whom she takes out before anybody was invited never hears of it, nor of the end of what they do not know.
        for uid in ["n", "o"] {
            import(db, &hanako, &file.replace("UID:m", &format!("UID:{uid}")).replace("会議", uid));
        }
        let window = days("2026-11-26", "2026-11-27");
        let ids = |title: &str| {
            let all = occurrences(db, &hanako, window);
            all.into_iter().find(|it| it.title.as_deref() == Some(title)).unwrap().event_id
        };
        let event = get(db, &hanako, &ids("n")).unwrap();
        let key = event
            .event
            .participants
            .iter()
            .find(|(_, it)| it.calendar_address == Some(format!("mailto:{}", mail(&taro))));
        let gone = json!({"participants": {key.unwrap().0.clone(): null}});
        patch(db, &hanako, &event, Scope::All, gone);
        let event = get(db, &hanako, &ids("o")).unwrap();
        try_delete(db, &hanako, &event.id, Scope::All, &event.etag).unwrap();
        assert!(sent(db).iter().all(|(to, _)| to == "guest@example.com"));
        assert_eq!(told(db, &taro), ["invited"]);
    });
}

/// Whoever writes into the calendar of another does so for them, and comes themselves as they say.
#[test]
fn a_delegate_takes_part_with_the_answer_that_they_send() {
    on_each_database(|db, _| {
        for organizer_is_delegate in [false, true] {
            let (hanako, taro) = (person(db, "佐藤"), person(db, "鈴木"));
            let id = default_calendar(db, &hanako);
            let share =
                Share { grantee: ShareTarget::Person { person_id: taro.person.clone() }, role: Role::Write };
            db.write(|tx| service::put_share(tx, &hanako, &id, share.clone())).unwrap();
            let attendees = [format!(";PARTSTAT=TENTATIVE:mailto:{}", mail(&taro))];
            let organizer = if organizer_is_delegate { &taro } else { &hanako };
            try_put(db, &taro, &hanako, &meeting(organizer, &attendees)).unwrap();
            let text = text_of(db, &hanako, &mine(db, &hanako));
            assert!(text.contains(&format!("ORGANIZER;CN=佐藤 花子:mailto:{}", mail(&hanako))), "{text}");
            let event = seen(db, &taro).event;
            assert_eq!(event.participation(&taro.person).unwrap().as_str(), "tentative", "{text}");
            assert_eq!(event.participation(&hanako.person).unwrap().as_str(), "accepted");
            // So on the phone.
            let participants = json!({"t": {"personId": taro.person, "participationStatus": "tentative"}});
            let event = create(
                db,
                &taro,
                json!({"title": "電話", "start": "2026-11-28T15:00:00", "calendarId": id, "participants": participants}),
            );
            assert_eq!(event.event.participation(&taro.person).unwrap().as_str(), "tentative");
            assert!(event.event.organizer_calendar_address.unwrap().contains(hanako.person.as_str()));
            // Of others nobody answers, nor does the delegate take back what was answered.
            try_put(db, &taro, &hanako, &meeting(&hanako, &[format!(":mailto:{}", mail(&taro))])).unwrap();
            assert_eq!(seen(db, &taro).event.participation(&taro.person).unwrap().as_str(), "tentative");
        }
    });
}

#[test]
fn an_invitation_from_outside_does_not_turn_into_an_event_of_ones_own() {
    on_each_database(|db, _| {
        let (hanako, taro) = (person(db, "佐藤"), person(db, "鈴木"));
        let calendar = mine(db, &hanako);
        let attendees = [format!(":mailto:{}", mail(&hanako)), format!(":mailto:{}", mail(&taro))];
        let own = format!("ORGANIZER:mailto:{}", mail(&hanako));
        let by_her = meeting(&hanako, &attendees);
        let copy = by_her.replace(&own, &format!("ORGANIZER:{BOSS}"));
        let alone = meeting(&hanako, &[]).replace(&format!("{own}\r\n"), "");
        put(db, &hanako, "m.ics", &copy);
        for other in [&by_her, &alone, &by_her.replace(&own, "ORGANIZER:mailto:other@example.com")] {
            let refused = try_put(db, &hanako, &hanako, other).unwrap_err();
            assert!(matches!(refused, ObjectFault::AnotherEvent), "{refused:?}");
            assert_eq!(without_zones(&text_of(db, &hanako, &calendar)), copy);
            let report = import(db, &hanako, other);
            assert_eq!(
                (report.updated, report.refused[0].reasons[0].code.as_ref()),
                (0, "another-organizer")
            );
            assert_eq!(without_zones(&text_of(db, &hanako, &calendar)), copy);
        }
        // What keeps the organizer, however it is written, is the invitation.
        let answered =
            copy.replace(&format!("ORGANIZER:{BOSS}"), "ORGANIZER;CN=局長:MAILTO:B%6Fss@Example.com");
        put(
            db,
            &hanako,
            "m.ics",
            &answered.replace("ATTENDEE", "TRANSP:TRANSPARENT\r\nATTENDEE;PARTSTAT=ACCEPTED"),
        );
        assert_eq!(seen(db, &hanako).event.participation(&hanako.person).unwrap().as_str(), "accepted");
        assert_eq!(titles(db, &taro, days("2026-11-26", "2026-11-27")), []);
    });
}

#[test]
fn what_somebody_outside_organizes_without_the_owner_is_theirs_to_make_their_own() {
    on_each_database(|db, _| {
        let (hanako, taro) = (person(db, "佐藤"), person(db, "鈴木"));
        let calendar = mine(db, &hanako);
        let attendees = [format!(":mailto:{}", mail(&taro))];
        let own = format!("ORGANIZER:mailto:{}", mail(&hanako));
        let by_her = meeting(&hanako, &attendees);
        let kept =
            by_her.replace(&own, &format!("ORGANIZER;CN=局長;SENT-BY=\"mailto:s@example.com\":{BOSS}"));
        put(db, &hanako, "m.ics", &kept);
        put(db, &hanako, "m.ics", &kept.replace("会議", "写し"));
        let window = days("2026-11-26", "2026-11-27");
        assert_eq!((told(db, &taro), titles(db, &taro, window)), (vec![], vec![]));
        put(db, &hanako, "m.ics", &by_her);
        assert_eq!((sent(db), told(db, &taro)), (vec![], vec!["invited"]));
        assert_eq!(titles(db, &taro, window).len(), 1);
        let text = text_of(db, &hanako, &calendar);
        assert!(text.contains(&mail(&hanako)) && !text.contains("example.com"), "{text}");
        // Or an event of nobody else's, to which others are invited on the phone.
        let (hanako, taro) = (person(db, "佐藤"), person(db, "鈴木"));
        put(db, &hanako, "m.ics", &kept);
        put(
            db,
            &hanako,
            "m.ics",
            &meeting(&hanako, &[])
                .replace(&format!("{own}\r\n"), "")
                .lines()
                .filter(|it| !it.starts_with("ORGANIZER"))
                .map(|it| format!("{it}\r\n"))
                .collect::<String>(),
        );
        let event = seen(db, &hanako);
        assert_eq!(
            (event.event.organizer_calendar_address.clone(), event.event.participants.len()),
            (None, 0)
        );
        patch(db, &hanako, &event, Scope::All, json!({"participants": {"t": {"personId": taro.person}}}));
        mails(db);
        assert_eq!((told(db, &taro), titles(db, &taro, window).len()), (vec!["invited"], 1));
    });
}

/// Who organizes an event that others take part in never changes (RFC 6638 §3.2.4.3).
#[test]
fn an_event_of_ones_own_is_not_given_to_another_organizer() {
    on_each_database(|db, _| {
        let (hanako, taro) = (person(db, "佐藤"), person(db, "鈴木"));
        let calendar = mine(db, &hanako);
        let attendees = [format!(":mailto:{}", mail(&taro))];
        let own = format!("ORGANIZER:mailto:{}", mail(&hanako));
        let by_her = meeting(&hanako, &attendees);
        put(db, &hanako, "m.ics", &by_her);
        mails(db);
        let text = text_of(db, &hanako, &calendar);
        for other in [BOSS.to_owned(), format!("mailto:{}", mail(&taro))] {
            let other = by_her.replace(&own, &format!("ORGANIZER:{other}"));
            let refused = try_put(db, &hanako, &hanako, &other).unwrap_err();
            assert!(matches!(refused, ObjectFault::OtherOrganizer), "{refused:?}");
            assert_eq!(import(db, &hanako, &other).refused[0].reasons[0].code, "another-organizer");
            assert_eq!((text_of(db, &hanako, &calendar), sent(db)), (text.clone(), vec![]));
        }
        // What is nobody's but the owner's may turn out to be an invitation.
        let alone = meeting(&hanako, &[]).replace(&format!("{own}\r\n"), "").replace("UID:m", "UID:n");
        put(db, &hanako, "n.ics", &alone);
        let invitation = by_her.replace(&own, &format!("ORGANIZER:{BOSS}")).replace("UID:m", "UID:n");
        put(
            db,
            &hanako,
            "n.ics",
            &invitation
                .replace(
                    "ATTENDEE",
                    &format!("ATTENDEE;PARTSTAT=ACCEPTED:mailto:{}\r\nATTENDEE", mail(&hanako)),
                )
                .replace("20261126T", "20991126T"),
        );
        assert_eq!(sent(db), [("boss@example.com".to_owned(), "REPLY".to_owned())]);
    });
}

#[test]
fn who_is_named_twice_takes_part_once() {
    on_each_database(|db, _| {
        let (hanako, taro) = (person(db, "佐藤"), person(db, "鈴木"));
        let by_mail = format!(":MAILTO:{}", mail(&taro));
        let by_id = format!(";ROLE=CHAIR:urn:uuid:{}", taro.person);
        let calendar = mine(db, &hanako);
        for attendees in
            [[by_mail.clone(), by_mail.to_lowercase()], [by_mail.clone(), by_id.clone()], [by_id, by_mail]]
        {
            for _ in 0..2 {
                try_put(db, &hanako, &hanako, &meeting(&hanako, &attendees)).unwrap();
                let text = text_of(db, &hanako, &calendar);
                let lines = text
                    .lines()
                    .filter(|it| it.starts_with("ATTENDEE") && !it.contains("ROLE=CHAIR;PARTSTAT=ACCEPTED"));
                assert_eq!(lines.filter(|it| it.contains(&mail(&taro))).count(), 1, "{text}");
            }
        }
        assert_eq!(occurrences(db, &taro, days("2026-11-26", "2026-11-27")).len(), 1);
        // In a copy of what is organized outside an answer is not taken back by the second line.
        let twice = [
            format!(";PARTSTAT=ACCEPTED:mailto:{}", mail(&hanako)),
            format!(";PARTSTAT=NEEDS-ACTION:urn:uuid:{}", hanako.person),
        ];
        let own = format!("ORGANIZER:mailto:{}", mail(&hanako));
        for attendees in [twice.clone(), [twice[1].clone(), twice[0].clone()]] {
            let (jiro, text) = (person(db, "高橋"), meeting(&hanako, &attendees));
            let text = text
                .replace(&own, &format!("ORGANIZER:{BOSS}"))
                .replace(hanako.person.as_str(), jiro.person.as_str());
            put(db, &jiro, "m.ics", &text);
            assert_eq!(seen(db, &jiro).event.participation(&jiro.person).unwrap().as_str(), "accepted");
        }
    });
}

#[test]
fn an_occurrence_of_another_organizer_is_left_out_of_a_file_and_told() {
    on_each_database(|db, _| {
        let (hanako, taro) = (person(db, "佐藤"), person(db, "鈴木"));
        let file = meeting(&hanako, &[format!(":mailto:{}", mail(&taro))]);
        let exception = |day: u8, organizer: &str| {
            format!(
                "BEGIN:VEVENT\r\nUID:m\r\nRECURRENCE-ID;TZID=Asia/Tokyo:202611{day}T100000\r\n\
                 DTSTART;TZID=Asia/Tokyo:202611{day}T100000\r\nDURATION:PT1H\r\nSUMMARY:{day}日\r\n\
                 ORGANIZER:{organizer}\r\nEND:VEVENT\r\n"
            )
        };
        let both = exception(27, BOSS) + &exception(28, &format!("MAILTO:{}", mail(&hanako)));
        let file = file.replace("END:VCALENDAR", &format!("{both}END:VCALENDAR"));
        let report = import(db, &hanako, &file);
        assert_eq!((report.created, report.refused.len()), (1, 1));
        let line = file.lines().position(|line| line == format!("ORGANIZER:{BOSS}")).unwrap() + 1;
        let told = (report.refused[0].place.line, report.refused[0].reasons[0].code.as_ref());
        assert_eq!(told, (line, "ical-organizer"));
        let titles = titles(db, &hanako, days("2026-11-26", "2026-11-29"));
        assert_eq!(titles, ["会議", "会議", "28日"].map(|it| Some(it.to_owned())));
    });
}

/// Nobody is invited to what is called off, nor told of it twice.
#[test]
fn nobody_is_invited_to_what_is_called_off() {
    let window = days("2026-11-26", "2026-11-29");
    on_each_database(|db, clock| {
        let (hanako, taro) = (person(db, "佐藤"), person(db, "鈴木"));
        let text = meeting(&hanako, &guests(&taro));
        let cancelled = text.replace("SUMMARY", "STATUS:CANCELLED\r\nSUMMARY");
        put(db, &hanako, "m.ics", &cancelled);
        put(db, &hanako, "m.ics", &cancelled.replace("会議", "中止"));
        assert_eq!((sent(db), told(db, &taro), titles(db, &taro, window)), (vec![], vec![], vec![]));
        put(db, &hanako, "m.ics", &text);
        assert_eq!((sent(db), told(db, &taro)), (to_guest("REQUEST"), vec!["invited"]));
        assert_eq!(titles(db, &taro, window).len(), 3);
        // An occurrence that is called off and then left out.
        clock.advance(PAUSE);
        let second = Scope::This(local("2026-11-27T10:00:00"));
        patch(db, &hanako, &seen(db, &hanako), second, json!({"status": "cancelled"}));
        assert_eq!((sent(db), told(db, &taro)), (to_guest("CANCEL"), vec!["cancelled", "invited"]));
        let out = text.replace("SUMMARY", "EXDATE;TZID=Asia/Tokyo:20261127T100000\r\nSUMMARY");
        put(db, &hanako, "m.ics", &out);
        assert_eq!((sent(db), told(db, &taro).len()), (vec![], 2));
        // So with all of it.
        put(db, &hanako, "m.ics", &out.replace("SUMMARY", "STATUS:CANCELLED\r\nSUMMARY"));
        assert_eq!((sent(db), told(db, &taro).len()), (to_guest("CANCEL"), 3));
        let event = seen(db, &hanako);
        let his = get(db, &taro, &event.id).unwrap();
        try_delete(db, &taro, &event.id, Scope::All, &his.etag).unwrap();
        assert_eq!(
            (told(db, &hanako), get(db, &hanako, &event.id).unwrap().etag),
            (vec![], event.etag.clone())
        );
        try_delete(db, &hanako, &event.id, Scope::All, &event.etag).unwrap();
        assert_eq!((sent(db), told(db, &taro).len()), (vec![], 3));
        // On the phone, too.
        let body = json!({"title": "中止", "start": "2026-11-26T10:00:00", "duration": "PT1H", "status": "cancelled",
            "participants": {"1": {"personId": taro.person}, "2": {"calendarAddress": "mailto:guest@example.com"}}});
        create(db, &hanako, body);
        assert_eq!((sent(db), told(db, &taro).len(), titles(db, &taro, window)), (vec![], 3, vec![]));
    });
}

#[test]
fn what_its_organizer_called_off_is_not_declined() {
    on_each_database(|db, _| {
        let hanako = person(db, "佐藤");
        let own = format!("ORGANIZER:mailto:{}", mail(&hanako));
        let copy = meeting(&hanako, &[format!(":mailto:{}", mail(&hanako))])
            .replace(&own, &format!("ORGANIZER:{BOSS}"))
            .replace("20261126T", "20991126T");
        let calendar = mine(db, &hanako);
        for (status, expected) in [("CANCELLED", 0), ("CONFIRMED", 1)] {
            put(db, &hanako, "m.ics", &copy.replace("SUMMARY", &format!("STATUS:{status}\r\nSUMMARY")));
            let out = "EXDATE;TZID=Asia/Tokyo:20991127T100000\r\nSUMMARY";
            put(db, &hanako, "m.ics", &copy.replace("SUMMARY", &format!("STATUS:{status}\r\n{out}")));
            assert_eq!(sent(db).len(), expected, "{status}");
            db.write(|tx| {
                objects::delete(tx, &hanako, (&calendar, "m.ics"), &Expectation::NONE, ScheduleReply::Send)
            })
            .unwrap();
            assert_eq!(sent(db).len(), expected, "{status}");
        }
    });
}
