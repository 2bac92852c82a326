//! What deleting an invitation tells its organizer.

use renraku_base::{Precondition, Principal};
use renraku_db::Db;
use renraku_schedule::{
    model::NewCalendar,
    service::{
        self, ScheduleReply, Scope,
        objects::{self, Carry, Expectation},
    },
};
use renraku_test_db::on_each_database;
use serde_json::json;

use crate::{
    later::mails,
    office::{days, get, local, occurrences, patch, person, reply},
    scheduling::{mail, meeting, mine, put},
};

/// A copy of what boss@example.com organizes, in which somebody else outside takes part, too.
fn copy(who: &Principal) -> String {
    let attendees =
        [format!(";PARTSTAT=NEEDS-ACTION:mailto:{}", mail(who)), ":mailto:someone@example.com".to_owned()];
    let own = format!("ORGANIZER:mailto:{}", mail(who));
    meeting(who, &attendees)
        .replace(&own, "ORGANIZER:mailto:boss@example.com")
        .replace("20261126T", "20991126T")
}

/// To whom which methods went.
fn sent(db: &Db) -> Vec<(String, String)> {
    let told = |mail: renraku_notify::OutgoingMail| {
        (mail.to[0].email.clone(), mail.calendar.map(|part| part.method).unwrap_or_default())
    };
    mails(db).into_iter().map(told).collect()
}

/// Deletes what is stored under a name.
fn delete(db: &Db, who: &Principal, name: &str, reply: ScheduleReply) {
    let calendar = mine(db, who);
    db.write(|tx| objects::delete(tx, who, (&calendar, name), &Expectation::NONE, reply)).unwrap();
}

fn reply_to_boss() -> [(String, String); 1] {
    [("boss@example.com".to_owned(), "REPLY".to_owned())]
}

#[test]
fn what_an_organizer_outside_sent_is_declined_to_them_alone() {
    on_each_database(|db, _| {
        let hanako = person(db, "佐藤");
        for (status, said) in [
            ("NEEDS-ACTION", vec![]),
            ("ACCEPTED", reply_to_boss().to_vec()),
            ("DECLINED", reply_to_boss().to_vec()),
        ] {
            let text = copy(&hanako).replace("NEEDS-ACTION", status);
            put(db, &hanako, "m.ics", &text);
            assert_eq!(sent(db), said, "{status}");
            delete(db, &hanako, "m.ics", ScheduleReply::Send);
            let declined = if status == "DECLINED" { vec![] } else { reply_to_boss().to_vec() };
            assert_eq!(sent(db), declined, "{status}");
            put(db, &hanako, "m.ics", &text);
            assert_eq!(sent(db), said, "{status}");
            delete(db, &hanako, "m.ics", ScheduleReply::Withhold);
            assert_eq!(sent(db), [], "{status}");
        }
        // What is over is no news.
        put(db, &hanako, "m.ics", &copy(&hanako).replace("20991126T", "20001126T"));
        delete(db, &hanako, "m.ics", ScheduleReply::Send);
        assert_eq!(sent(db), []);
    });
}

#[test]
fn what_an_organizer_outside_sent_changes_its_place_silently() {
    on_each_database(|db, _| {
        let hanako = person(db, "佐藤");
        put(db, &hanako, "m.ics", &copy(&hanako).replace("NEEDS-ACTION", "ACCEPTED"));
        assert_eq!(sent(db), reply_to_boss());
        let calendar = mine(db, &hanako);
        let carry = Carry {
            from: (&calendar, "m.ics"),
            to: (&calendar, "n.ics"),
            overwrite: true,
            expected: &Expectation::NONE,
            reply: ScheduleReply::Send,
        };
        db.write(|tx| carry.move_(tx, &hanako)).unwrap();
        assert_eq!(sent(db), []);
        let new: NewCalendar = serde_json::from_value(json!({"name": "移行"})).unwrap();
        let other = db.write(|tx| service::create_calendar(tx, &hanako, new.clone())).unwrap().into_inner();
        let side =
            db.read(|tx| objects::find_calendar(tx, &hanako, hanako.person.as_str(), other.id.as_str()));
        let copied = Carry { from: (&calendar, "n.ics"), to: (&side.unwrap(), "n.ics"), ..carry };
        db.write(|tx| copied.copy(tx, &hanako)).unwrap();
        assert_eq!(sent(db), []);
        // Nor does a change of it on the phone go out in the name of its organizer.
        let id = occurrences(db, &hanako, days("2099-11-26", "2099-11-27"))[0].event_id.clone();
        let event = get(db, &hanako, &id).unwrap();
        patch(db, &hanako, &event, Scope::All, json!({"start": "2099-11-26T15:00:00"}));
        assert_eq!(sent(db), []);
        // Whoever deletes the calendar of another server declines nothing.
        let left = || occurrences(db, &hanako, days("2099-11-26", "2099-11-27")).len();
        assert_eq!(left(), 2);
        db.write(|tx| service::delete_calendar(tx, &hanako, &other.id, &Precondition::None)).unwrap();
        assert_eq!((sent(db), left()), (vec![], 1));
    });
}

/// The occurrences of which mails tell that they are declined.
fn declined(db: &Db) -> Vec<String> {
    let told = mails(db).into_iter().map(|mail| {
        let text = mail.calendar.unwrap().text.replace("\r\n ", "");
        assert!(text.contains("METHOD:REPLY") && text.contains("PARTSTAT=DECLINED"), "{text}");
        let id = text.lines().find(|line| line.starts_with("RECURRENCE-ID")).unwrap_or_default();
        id.rsplit(':').next().unwrap().trim().to_owned()
    });
    told.collect()
}

#[test]
fn an_occurrence_that_is_left_out_of_a_copy_is_declined_to_its_organizer() {
    on_each_database(|db, _| {
        let hanako = person(db, "佐藤");
        put(db, &hanako, "m.ics", &copy(&hanako));
        assert_eq!(sent(db), []);
        let id = occurrences(db, &hanako, days("2099-11-26", "2099-11-27"))[0].event_id.clone();
        let left = || occurrences(db, &hanako, days("2099-11-26", "2099-11-29")).len();
        // On the phone.
        let leave_out = |day: &str| {
            let scope = Scope::This(local(&format!("{day}T10:00:00")));
            db.write(|tx| service::delete_event(tx, &hanako, &id, scope, &Precondition::None)).unwrap();
        };
        leave_out("2099-11-27");
        assert_eq!((declined(db), left()), (vec!["20991127T100000".to_owned()], 2));
        let event = get(db, &hanako, &id).unwrap();
        let scope = Scope::This(local("2099-11-26T10:00:00"));
        patch(db, &hanako, &event, scope, json!({"excluded": true}));
        assert_eq!((declined(db), left()), (vec!["20991126T100000".to_owned()], 1));
        // By a program, several at once.
        put(db, &hanako, "m.ics", &copy(&hanako));
        assert_eq!((declined(db), left()), (vec![], 3));
        let left_out = copy(&hanako)
            .replace("SUMMARY", "EXDATE;TZID=Asia/Tokyo:20991126T100000,20991128T100000\r\nSUMMARY");
        put(db, &hanako, "m.ics", &left_out);
        assert_eq!(
            (declined(db), left()),
            (vec!["20991126T100000".to_owned(), "20991128T100000".to_owned()], 1)
        );
        put(db, &hanako, "m.ics", &left_out.replace("SUMMARY:会議", "SUMMARY:別"));
        assert_eq!((declined(db), left()), (vec![], 1));
        // Nobody hears again of what they said before.
        let answered = json!({"participationStatus": "declined", "recurrenceId": "2099-11-27T10:00:00"});
        reply(db, &hanako, &id, answered).unwrap();
        assert_eq!(declined(db), ["20991127T100000"]);
        leave_out("2099-11-27");
        assert_eq!((declined(db), left()), (vec![], 0));
    });
}

/// The occurrences that mails tell of, each with the answer to it; empty for the whole series.
fn answers(db: &Db) -> Vec<(String, String)> {
    let one = |text: &str| {
        let id = text.lines().find(|line| line.starts_with("RECURRENCE-ID")).unwrap_or_default();
        let said = text.split("PARTSTAT=").nth(1).unwrap_or_default();
        let said = said.split([':', ';']).next().unwrap_or_default().to_owned();
        (id.rsplit(':').next().unwrap().trim().to_owned(), said)
    };
    let texts = mails(db).into_iter().map(|mail| mail.calendar.unwrap().text.replace("\r\n ", ""));
    let mut told: Vec<_> =
        texts.flat_map(|text| text.split("BEGIN:VEVENT").skip(1).map(one).collect::<Vec<_>>()).collect();
    told.sort();
    told
}

#[test]
fn answers_to_single_occurrences_of_a_copy_reach_its_organizer() {
    on_each_database(|db, _| {
        let hanako = person(db, "佐藤");
        let series = copy(&hanako);
        // The series, and one occurrence of it with an answer of its own.
        let with = |whole: &str, day: &str, answer: &str| {
            let begin = series.find("BEGIN:VEVENT").unwrap();
            let end = series.find("END:VCALENDAR").unwrap();
            let one = series[begin..end]
                .lines()
                .filter(|line| !line.starts_with("RRULE"))
                .map(|line| match line.starts_with("UID") {
                    true => format!("{line}\r\nRECURRENCE-ID;TZID=Asia/Tokyo:{day}T100000\r\n"),
                    false => format!("{}\r\n", line.replace("20991126T", &format!("{day}T"))),
                })
                .collect::<String>()
                .replace("NEEDS-ACTION", answer);
            format!("{}{one}{}", series[..end].replace("NEEDS-ACTION", whole), &series[end..])
        };
        let told = |of: &[(&str, &str)]| {
            let of = of.iter().map(|(id, said)| ((*id).to_owned(), (*said).to_owned()));
            assert_eq!(answers(db), of.collect::<Vec<_>>());
        };
        put(db, &hanako, "m.ics", &series);
        told(&[]);
        put(db, &hanako, "m.ics", &with("NEEDS-ACTION", "20991127", "DECLINED"));
        told(&[("20991127T100000", "DECLINED")]);
        // The whole, and the same again for the occurrence.
        put(db, &hanako, "m.ics", &with("ACCEPTED", "20991127", "DECLINED"));
        told(&[("", "ACCEPTED")]);
        put(db, &hanako, "m.ics", &with("ACCEPTED", "20991128", "TENTATIVE"));
        told(&[("20991127T100000", "ACCEPTED"), ("20991128T100000", "TENTATIVE")]);
        put(db, &hanako, "m.ics", &with("ACCEPTED", "20991128", "ACCEPTED"));
        told(&[("20991128T100000", "ACCEPTED")]);
        put(db, &hanako, "m.ics", &with("TENTATIVE", "20991128", "TENTATIVE"));
        told(&[("", "TENTATIVE")]);
        put(db, &hanako, "m.ics", &with("TENTATIVE", "20991128", "NEEDS-ACTION"));
        told(&[]);
        // A copy that comes with answers.
        put(db, &hanako, "n.ics", &with("ACCEPTED", "20991127", "DECLINED").replace("UID:", "UID:n-"));
        told(&[("", "ACCEPTED"), ("20991127T100000", "DECLINED")]);
        put(db, &hanako, "o.ics", &with("ACCEPTED", "20991127", "ACCEPTED").replace("UID:", "UID:o-"));
        told(&[("", "ACCEPTED")]);
        // Single occurrences, of which the series is not known: to each its answer.
        let alone = |answer: &str| {
            let both = with("NEEDS-ACTION", "20991128", answer);
            let first = with("NEEDS-ACTION", "20991127", answer);
            let one = &first[first.rfind("BEGIN:VEVENT").unwrap()..first.find("END:VCALENDAR").unwrap()];
            let head = &both[..both.find("BEGIN:VEVENT").unwrap()];
            format!("{head}{one}{}", &both[both.rfind("BEGIN:VEVENT").unwrap()..]).replace("UID:", "UID:p-")
        };
        put(db, &hanako, "p.ics", &alone("NEEDS-ACTION"));
        told(&[]);
        put(db, &hanako, "p.ics", &alone("ACCEPTED"));
        told(&[("20991127T100000", "ACCEPTED"), ("20991128T100000", "ACCEPTED")]);
        put(db, &hanako, "p.ics", &alone("ACCEPTED").replace("SUMMARY:会議", "SUMMARY:別"));
        told(&[]);
        // The same from the phone, and when all of it is deleted.
        let id = occurrences(db, &hanako, days("2099-11-27", "2099-11-28"))
            .into_iter()
            .map(|it| it.event_id)
            .find(|id| get(db, &hanako, id).unwrap().event.uid.starts_with("p-"))
            .unwrap();
        reply(db, &hanako, &id, json!({"participationStatus": "tentative"})).unwrap();
        told(&[("20991127T100000", "TENTATIVE"), ("20991128T100000", "TENTATIVE")]);
        delete(db, &hanako, "p.ics", ScheduleReply::Send);
        told(&[("20991127T100000", "DECLINED"), ("20991128T100000", "DECLINED")]);
    });
}
