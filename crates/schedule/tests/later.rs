//! What happens after the request: who is told, and when.

use renraku_base::{Language, Limit, Principal};
use renraku_db::Db;
use renraku_notify::{NotificationType, service as notify};
use renraku_schedule::service::Scope;
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

fn kinds(db: &Db, who: &Principal) -> Vec<NotificationType> {
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
        at("2026-12-01T00:00:00+09:00");
        run_due_jobs(db);
        assert_eq!(told(db, &hanako).len(), 3);
        assert!(told(db, &hanako).iter().all(|(kind, _)| *kind == NotificationType::Reminder));
    });
}

#[test]
fn those_outside_get_one_mail_a_change() {
    on_each_database(|db, _| {
        let hanako = person(db, "佐藤");
        let event = create(
            db,
            &hanako,
            json!({"title": "会議", "start": "2026-11-26T10:00:00", "duration": "PT1H",
                "participants": {"1": {"calendarAddress": "mailto:guest@example.com"}}}),
        );
        let mails = || {
            let mut found = Vec::new();
            loop {
                let claimed = db
                    .write(|tx| {
                        renraku_db::jobs::claim(
                            tx,
                            renraku_db::jobs::Kinds::ALL,
                            10,
                            std::time::Duration::from_secs(60),
                        )
                    })
                    .unwrap();
                if claimed.is_empty() {
                    return found;
                }
                for job in claimed {
                    if job.kind == renraku_notify::jobs::SEND_MAIL {
                        found.push(
                            serde_json::from_str::<renraku_notify::OutgoingMail>(&job.payload).unwrap(),
                        );
                    }
                    db.write(|tx| {
                        // At least once: the body bears being run again.
                        for _ in 0..2 {
                            renraku_schedule::jobs::run(tx, &job.kind, &job.payload)?;
                        }
                        Ok::<_, renraku_schedule::ScheduleFault>(renraku_db::jobs::finish(tx, &job.id)?)
                    })
                    .unwrap();
                }
            }
        };
        let invitation = mails();
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
        let change = mails();
        assert_eq!(change.len(), 1);
        assert_eq!(change[0].subject, "【変更】会議");
        assert_ne!(change[0].message_id, invitation[0].message_id);
        try_delete(db, &hanako, &event.id, Scope::All, &moved.etag).unwrap();
        let end = mails();
        assert_eq!(end[0].subject, "【中止】会議");
        assert_eq!(end[0].calendar.as_ref().unwrap().method, "CANCEL");
    });
}
