//! What happens after the request: who is told, and when.

use std::time::Duration;

use renraku_base::{Language, Limit, Principal};
use renraku_db::{Db, Tx, jobs};
use renraku_notify::{NotificationType, OutgoingMail, jobs::SEND_MAIL, service as notify};
use renraku_schedule::{ScheduleFault, service::Scope};
use renraku_test_db::on_each_database;
use serde_json::json;

use crate::office::{create, get, local, patch, person, reply, run_due_jobs, try_delete};

fn told(db: &Db, who: &Principal) -> Vec<(NotificationType, Option<String>)> {
    let page = db
        .read(|tx| notify::list_notifications(tx, who, false, None, Limit::default(), Language::Ja))
        .unwrap();
    let mut told: Vec<_> =
        page.items.into_iter().map(|it| (it.id.to_string(), (it.kind, it.details.title))).collect();
    told.sort_by(|a, b| a.0.cmp(&b.0));
    told.into_iter().map(|(_, it)| it).collect()
}

pub fn kinds(db: &Db, who: &Principal) -> Vec<NotificationType> {
    let mut kinds: Vec<_> = told(db, who).into_iter().map(|(kind, _)| kind).collect();
    kinds.sort_by_key(|kind| kind.as_str());
    kinds
}

#[test]
fn everyone_hears_what_concerns_them_and_nobody_of_what_they_did() {
    use NotificationType::{Answered, Cancelled, Invited, Moved};
    on_each_database(|db, _| {
        let (hanako, taro, jiro) = (person(db, "佐藤"), person(db, "鈴木"), person(db, "高橋"));
        let event = create(
            db,
            &hanako,
            json!({"title": "会議", "start": "2026-11-26T10:00:00", "duration": "PT1H",
                "participants": {"1": {"personId": taro.person}, "2": {"personId": jiro.person}}}),
        );
        run_due_jobs(db);
        assert_eq!(told(db, &taro), [(Invited, Some("会議".to_owned()))]);
        assert_eq!(told(db, &hanako), []);
        reply(db, &taro, &event.id, json!({"participationStatus": "accepted"})).unwrap();
        assert_eq!(kinds(db, &hanako), [Answered]);
        let now = get(db, &hanako, &event.id).unwrap();
        let moved = patch(
            db,
            &hanako,
            &now,
            Scope::All,
            json!({"start": "2026-11-26T11:00:00", "participants": {"2": null}}),
        );
        run_due_jobs(db);
        assert_eq!(kinds(db, &taro), [Invited, Moved]);
        assert_eq!(kinds(db, &jiro), [Cancelled, Invited]);
        let described = patch(db, &hanako, &moved, Scope::All, json!({"description": "資料"}));
        run_due_jobs(db);
        assert_eq!(kinds(db, &taro).len(), 2, "a description is no reason to disturb anyone");
        try_delete(db, &hanako, &event.id, Scope::All, &described.etag).unwrap();
        run_due_jobs(db);
        assert_eq!(kinds(db, &taro), [Cancelled, Invited, Moved]);
        assert_eq!(kinds(db, &jiro).len(), 2);
    });
}

#[test]
fn each_occurrence_is_reminded_of_once_and_at_its_time() {
    on_each_database(|db, clock| {
        let hanako = person(db, "佐藤");
        let event = create(
            db,
            &hanako,
            json!({"title": "朝礼", "start": "2026-11-26T09:00:00", "duration": "PT15M",
                "recurrenceRule": {"frequency": "daily", "count": 3},
                "alerts": {"1": {"trigger": {"@type": "OffsetTrigger", "offset": "-PT10M"}}}}),
        );
        let at = |text: &str| clock.set(crate::office::at(text));
        at("2026-11-26T08:49:59+09:00");
        run_due_jobs(db);
        assert_eq!(told(db, &hanako), []);
        at("2026-11-26T08:50:00+09:00");
        run_due_jobs(db);
        assert_eq!(told(db, &hanako).len(), 1);
        // The second is moved, the third left as it is.
        patch(
            db,
            &hanako,
            &event,
            Scope::This(local("2026-11-27T09:00:00")),
            json!({"start": "2026-11-27T15:00:00"}),
        );
        at("2026-11-27T09:00:00+09:00");
        run_due_jobs(db);
        assert_eq!(told(db, &hanako).len(), 1, "not at the old time");
        at("2026-11-27T14:50:00+09:00");
        run_due_jobs(db);
        assert_eq!(told(db, &hanako).len(), 2);
        at("2026-11-28T08:50:00+09:00");
        run_due_jobs(db);
        assert_eq!(told(db, &hanako).len(), 3);
        assert!(told(db, &hanako).iter().all(|(kind, _)| *kind == NotificationType::Reminder));
    });
}

/// The mails that are due.
pub fn mails(db: &Db) -> Vec<OutgoingMail> {
    let mut found = Vec::new();
    loop {
        let claim = |tx: &mut Tx<'_>| jobs::claim(tx, jobs::Kinds::ALL, 10, Duration::from_secs(60));
        let claimed = db.write(claim).unwrap();
        if claimed.is_empty() {
            return found;
        }
        for job in claimed {
            if job.kind == SEND_MAIL {
                found.push(serde_json::from_str(&job.payload).unwrap());
            }
            db.write(|tx| {
                // At least once: the body bears being run again.
                for _ in 0..2 {
                    renraku_schedule::jobs::run(tx, &job.kind, &job.payload)?;
                }
                Ok::<_, ScheduleFault>(jobs::finish(tx, &job.id)?)
            })
            .unwrap();
        }
    }
}

fn subjects(mails: &[OutgoingMail]) -> Vec<&str> {
    mails.iter().map(|mail| mail.subject.as_str()).collect()
}

pub const PAUSE: Duration = Duration::from_secs(5 * 60);

#[test]
fn those_outside_get_one_mail_a_change() {
    on_each_database(|db, clock| {
        let hanako = person(db, "佐藤");
        let event = create(
            db,
            &hanako,
            json!({"title": "会議", "start": "2026-11-26T10:00:00", "duration": "PT1H",
                "participants": {"1": {"calendarAddress": "mailto:guest@example.com"}}}),
        );
        let invitation = mails(db);
        assert_eq!(invitation.len(), 1);
        assert_eq!(invitation[0].to[0].email, "guest@example.com");
        assert_eq!(invitation[0].subject, "【招待】会議");
        let part = invitation[0].calendar.as_ref().unwrap();
        assert_eq!(part.method, "REQUEST");
        assert!(
            part.text.contains("METHOD:REQUEST") && part.text.contains(event.event.uid.as_str()),
            "{}",
            part.text
        );
        let now = get(db, &hanako, &event.id).unwrap();
        let moved = patch(db, &hanako, &now, Scope::All, json!({"start": "2026-11-26T11:00:00"}));
        clock.advance(PAUSE);
        let change = mails(db);
        assert_eq!(change.len(), 1);
        assert_eq!(change[0].subject, "【変更】会議");
        assert_ne!(change[0].message_id, invitation[0].message_id);
        try_delete(db, &hanako, &event.id, Scope::All, &moved.etag).unwrap();
        let end = mails(db);
        assert_eq!(end[0].subject, "【中止】会議");
        assert_eq!(end[0].calendar.as_ref().unwrap().method, "CANCEL");
    });
}

#[test]
fn many_changes_are_one_mail_with_the_last_of_them() {
    on_each_database(|db, clock| {
        let hanako = person(db, "佐藤");
        let event = create(
            db,
            &hanako,
            json!({"title": "会議", "start": "2026-11-26T10:00:00", "duration": "PT1H",
                "participants": {"1": {"calendarAddress": "mailto:guest@example.com"}}}),
        );
        assert_eq!(subjects(&mails(db)), ["【招待】会議"], "the first goes out at once");
        let change = |start: &str| {
            let now = get(db, &hanako, &event.id).unwrap();
            patch(db, &hanako, &now, Scope::All, json!({"start": format!("2026-11-26T{start}:00")}));
            mails(db)
        };
        for minute in 10..20 {
            assert!(change(&format!("11:{minute}")).is_empty());
            clock.advance(Duration::from_secs(20));
        }
        clock.advance(PAUSE - Duration::from_secs(201));
        assert!(mails(db).is_empty());
        clock.advance(Duration::from_secs(1));
        let sent = mails(db);
        assert_eq!(subjects(&sent), ["【変更】会議"]);
        let part = &sent[0].calendar.as_ref().unwrap().text;
        assert!(part.contains("T111900") && part.contains("SEQUENCE:10"), "the last of them: {part}");
        // After a while the next one goes out at once.
        clock.advance(PAUSE);
        assert_eq!(subjects(&change("12:00")), ["【変更】会議"]);
        // What was called off is told at once, and what it makes useless never.
        assert!(change("12:30").is_empty());
        let now = get(db, &hanako, &event.id).unwrap();
        try_delete(db, &hanako, &event.id, Scope::All, &now.etag).unwrap();
        assert_eq!(subjects(&mails(db)), ["【中止】会議"]);
        clock.advance(PAUSE * 2);
        assert!(mails(db).is_empty());
    });
}

#[test]
fn changes_of_many_occurrences_are_one_mail_about_the_series() {
    on_each_database(|db, clock| {
        let hanako = person(db, "佐藤");
        let series = create(
            db,
            &hanako,
            json!({"title": "朝礼", "start": "2026-11-26T09:00:00", "duration": "PT15M",
                "recurrenceRule": {"frequency": "daily", "count": 5},
                "participants": {"1": {"calendarAddress": "mailto:guest@example.com"}}}),
        );
        assert_eq!(mails(db).len(), 1);
        let change = |scope, body| {
            let now = get(db, &hanako, &series.id).unwrap();
            patch(db, &hanako, &now, scope, body);
            mails(db).len()
        };
        let text = |mail: &OutgoingMail| mail.calendar.as_ref().unwrap().text.clone();
        let move_day = |day: u32, hour: u32| {
            let one = Scope::This(local(&format!("2026-11-{day}T09:00:00")));
            change(one, json!({"start": format!("2026-11-{day}T{hour}:00:00")}))
        };
        assert_eq!(move_day(27, 15), 0);
        clock.advance(PAUSE);
        let sent = mails(db);
        assert_eq!(sent.len(), 1);
        assert!(text(&sent[0]).contains("RECURRENCE-ID") && !text(&sent[0]).contains("RRULE"), "it alone");
        for (day, hour) in [(27, 16), (28, 17), (29, 18), (28, 19)] {
            assert_eq!(move_day(day, hour), 0);
        }
        clock.advance(PAUSE);
        let sent = mails(db);
        assert_eq!(subjects(&sent), ["【変更】朝礼"]);
        for line in ["RRULE", "T160000", "T190000", "T180000"] {
            assert!(text(&sent[0]).contains(line), "{line} is not in {}", text(&sent[0]));
        }
        assert!(!text(&sent[0]).contains("T170000"));
        // Then nothing of it is left to be sent.
        clock.advance(PAUSE * 2);
        assert!(mails(db).is_empty());
        // One that is called off is told at once, and what waits about the series says so, too.
        assert_eq!(move_day(27, 10), 1);
        assert_eq!(change(Scope::All, json!({"locations": {"1": {"name": "第2会議室"}}})), 0);
        let one = Scope::This(local("2026-11-30T09:00:00"));
        let now = get(db, &hanako, &series.id).unwrap();
        try_delete(db, &hanako, &series.id, one, &now.etag).unwrap();
        assert_eq!(subjects(&mails(db)), ["【中止】朝礼"]);
        clock.advance(PAUSE);
        let sent = mails(db);
        assert_eq!(subjects(&sent), ["【変更】朝礼"]);
        assert!(
            text(&sent[0]).contains("EXDATE") && text(&sent[0]).contains("第2会議室"),
            "{}",
            text(&sent[0])
        );
    });
}

/// Somebody from outside who comes to single occurrences alone reads of all of theirs at once (RFC 5546 §3.2.2.5).
#[test]
fn a_guest_of_several_occurrences_gets_one_mail_about_them() {
    on_each_database(|db, clock| {
        let (hanako, taro) = (person(db, "佐藤"), person(db, "鈴木"));
        let guest =
            |name: &str| json!({"participants/g": {"calendarAddress": format!("mailto:{name}@example.com")}});
        let series = create(
            db,
            &hanako,
            json!({"title": "朝礼", "start": "2026-11-26T09:00:00", "duration": "PT15M",
                "recurrenceRule": {"frequency": "daily", "count": 5},
                "participants": {"1": {"personId": taro.person}},
                "recurrenceOverrides": {"2026-11-27T09:00:00": guest("guest"), "2026-11-28T09:00:00": guest("other"),
                    "2026-11-29T09:00:00": guest("guest")}}),
        );
        let text = |mail: &OutgoingMail| mail.calendar.as_ref().unwrap().text.clone();
        let to = |mails: &[OutgoingMail]| {
            let mut to: Vec<String> = mails.iter().map(|mail| mail.to[0].email.clone()).collect();
            to.sort();
            to
        };
        let sent = mails(db);
        assert_eq!(to(&sent), ["guest@example.com", "other@example.com"]);
        let theirs = sent.iter().find(|mail| mail.to[0].email == "guest@example.com").unwrap();
        assert_eq!(theirs.subject, "【招待】朝礼");
        assert!(
            theirs.text.contains("11月27日 9:00") && theirs.text.contains("11月29日 9:00"),
            "{}",
            theirs.text
        );
        let part = text(theirs);
        assert_eq!(
            (part.matches("BEGIN:VEVENT").count(), part.matches("RECURRENCE-ID").count()),
            (2, 2),
            "{part}"
        );
        assert!(!part.contains("RRULE") && !part.contains("20261128T090000"), "{part}");
        assert_eq!(part.matches("BEGIN:VTIMEZONE").count(), 1, "{part}");
        for (day, hour) in [(27, 15), (29, 16), (27, 17)] {
            let now = get(db, &hanako, &series.id).unwrap();
            let one = Scope::This(local(&format!("2026-11-{day}T09:00:00")));
            patch(db, &hanako, &now, one, json!({"start": format!("2026-11-{day}T{hour}:00:00")}));
            assert!(mails(db).is_empty());
        }
        clock.advance(PAUSE);
        let sent = mails(db);
        assert_eq!(to(&sent), ["guest@example.com"]);
        assert!(
            text(&sent[0]).contains("T160000") && text(&sent[0]).contains("T170000"),
            "{}",
            text(&sent[0])
        );
        assert!(!text(&sent[0]).contains("T150000"));
        let now = get(db, &hanako, &series.id).unwrap();
        try_delete(db, &hanako, &series.id, Scope::All, &now.etag).unwrap();
        let sent = mails(db);
        assert_eq!(
            (to(&sent), subjects(&sent)),
            (vec!["guest@example.com".into(), "other@example.com".into()], vec!["【中止】朝礼"; 2])
        );
        let components: Vec<usize> =
            sent.iter().map(|mail| text(mail).matches("BEGIN:VEVENT").count()).collect();
        assert_eq!(components.iter().sum::<usize>(), 3, "{components:?}");
        clock.advance(PAUSE * 2);
        assert!(mails(db).is_empty());
    });
}

/// The method of each mail, and the days that it names.
pub fn messages(mails: &[OutgoingMail]) -> Vec<(&str, Vec<&str>)> {
    let mut messages: Vec<_> = mails
        .iter()
        .map(|mail| {
            let part = mail.calendar.as_ref().unwrap();
            let ids = part.text.lines().filter(|line| line.starts_with("RECURRENCE-ID"));
            (part.method.as_str(), ids.map(|line| &line[line.len() - 9..line.len() - 7]).collect())
        })
        .collect();
    messages.sort();
    messages
}

fn sequence(mail: &OutgoingMail) -> u32 {
    let part = &mail.calendar.as_ref().unwrap().text;
    part.lines().find_map(|line| line.strip_prefix("SEQUENCE:")).unwrap().parse().unwrap()
}

/// Somebody from outside who does not come to a single occurrence any more hears so at once (RFC 5546 §3.2.5), and nothing of what
/// waited.
#[test]
fn a_guest_who_is_taken_out_of_occurrences_is_told_at_once() {
    on_each_database(|db, clock| {
        let hanako = person(db, "佐藤");
        let series = create(
            db,
            &hanako,
            json!({"title": "朝礼", "start": "2026-11-26T09:00:00", "duration": "PT15M",
                "recurrenceRule": {"frequency": "daily", "count": 5}}),
        );
        let change = |day: u32, guest: serde_json::Value| {
            let now = get(db, &hanako, &series.id).unwrap();
            let one = Scope::This(local(&format!("2026-11-{day}T09:00:00")));
            patch(db, &hanako, &now, one, json!({"participants": {"g": guest}}));
        };
        let add = |day| change(day, json!({"calendarAddress": "mailto:guest@example.com"}));
        let remove = |day| change(day, json!(null));
        add(27);
        add(29);
        let invitation = mails(db);
        assert_eq!(messages(&invitation), [("REQUEST", vec!["27", "29"])]);
        assert_eq!(subjects(&invitation), ["【招待】朝礼"], "there was no word of it before");
        remove(29);
        let end = mails(db);
        assert_eq!(messages(&end), [("CANCEL", vec!["29"])]);
        assert!(sequence(&end[0]) > sequence(&invitation[0]), "a client would take it for older");
        add(29);
        add(30);
        assert!(mails(db).is_empty());
        // What waits says what is so when it goes.
        remove(27);
        assert_eq!(messages(&mails(db)), [("CANCEL", vec!["27"])]);
        clock.advance(PAUSE);
        assert_eq!(messages(&mails(db)), [("REQUEST", vec!["29", "30"])]);
        add(27);
        assert!(mails(db).is_empty());
        // No end takes back another that was not sent yet.
        for day in [27, 29, 30] {
            remove(day);
        }
        let ends = ["27", "29", "30"].map(|day| ("CANCEL", vec![day]));
        assert_eq!(messages(&mails(db)), ends);
        let now = get(db, &hanako, &series.id).unwrap();
        try_delete(db, &hanako, &series.id, Scope::All, &now.etag).unwrap();
        clock.advance(PAUSE * 2);
        assert!(mails(db).is_empty());
    });
}

#[test]
fn nobody_is_invited_to_what_is_gone_by_the_time_they_are_told() {
    on_each_database(|db, clock| {
        let hanako = person(db, "佐藤");
        let series = create(
            db,
            &hanako,
            json!({"title": "朝礼", "start": "2026-11-26T09:00:00", "duration": "PT15M",
                "recurrenceRule": {"frequency": "daily", "count": 5}}),
        );
        let one = Scope::This(local("2026-11-27T09:00:00"));
        let guest = json!({"participants": {"g": {"calendarAddress": "mailto:guest@example.com"}}});
        let now = patch(db, &hanako, &series, one, guest);
        try_delete(db, &hanako, &series.id, Scope::All, &now.etag).unwrap();
        // Of several processes one is slow.
        let claim = |tx: &mut Tx<'_>| jobs::claim(tx, jobs::Kinds::ALL, 10, Duration::from_secs(60));
        for job in db.write(claim).unwrap().iter().rev() {
            db.write(|tx| {
                renraku_schedule::jobs::run(tx, &job.kind, &job.payload)?;
                Ok::<_, ScheduleFault>(jobs::finish(tx, &job.id)?)
            })
            .unwrap();
        }
        assert_eq!(messages(&mails(db)), [("CANCEL", vec!["27"])]);
        clock.advance(PAUSE);
        assert!(mails(db).is_empty());
    });
}
