//! Mails to guests outside that do not arrive: their organizer sees it, and nobody else.

use std::time::Duration;

use renraku_base::{Language, Limit, Principal};
use renraku_db::{Db, Tx, jobs as queue};
use renraku_notify::{
    Delivery, NotificationType, OutgoingMail, Undelivered, jobs::SEND_MAIL, service as notify,
};
use renraku_schedule::{
    ScheduleFault, jobs,
    model::EventView,
    service::{Scope, objects},
};
use renraku_test_db::on_each_database;
use serde_json::json;

use crate::{
    later::PAUSE,
    office::{create, get, local, patch, person, try_delete},
    scheduling::mine,
};

/// Runs what is due; of the mails becomes what is said of their address.
fn deliver(db: &Db, what: impl Fn(&str) -> Delivery) -> Vec<OutgoingMail> {
    let mut mails = Vec::new();
    loop {
        let claim = |tx: &mut Tx<'_>| queue::claim(tx, queue::Kinds::ALL, 10, Duration::from_secs(60));
        let claimed = db.write(claim).unwrap();
        if claimed.is_empty() {
            return mails;
        }
        for job in claimed {
            db.write(|tx| {
                if job.kind == SEND_MAIL {
                    let mail: OutgoingMail = serde_json::from_str(&job.payload).unwrap();
                    jobs::note_delivery(tx, &mail, &what(&mail.to[0].email))?;
                    mails.push(mail);
                } else {
                    jobs::run(tx, &job.kind, &job.payload)?;
                }
                Ok::<_, ScheduleFault>(queue::finish(tx, &job.id)?)
            })
            .unwrap();
        }
    }
}

fn nothing(no_way: bool, author_knows: bool) -> impl Fn(&str) -> Delivery {
    move |address: &str| {
        let addresses = vec![address.to_owned()];
        Delivery::Undelivered(Undelivered { addresses, no_way, author_knows, reason: "550".to_owned() })
    }
}

fn statuses(event: &EventView) -> Vec<(String, Vec<String>)> {
    let all = event.event.participants.values().filter(|it| it.person_id.is_none());
    all.map(|it| (it.calendar_address.clone().unwrap_or_default(), it.schedule_status.clone())).collect()
}

fn told(db: &Db, who: &Principal, language: Language) -> Vec<(NotificationType, u32, String)> {
    let page =
        db.read(|tx| notify::list_notifications(tx, who, false, None, Limit::default(), language)).unwrap();
    page.items.into_iter().map(|it| (it.kind, it.count, it.text)).collect()
}

/// The object's text as a calendar client of `who` reads it.
fn text(db: &Db, who: &Principal) -> String {
    let calendar = mine(db, who);
    let heads = db.read(|tx| objects::list(tx, who, &calendar, "", 10)).unwrap();
    let name = heads[0].1.as_ref().unwrap().name.clone();
    let object = db.read(|tx| objects::get(tx, who, &calendar, &[&name])).unwrap().pop().flatten().unwrap();
    object.text.replace("\r\n ", "")
}

#[test]
fn an_organizer_without_a_way_out_sees_whom_nothing_reached() {
    on_each_database(|db, clock| {
        let (hanako, taro) = (person(db, "佐藤"), person(db, "鈴木"));
        let event = create(
            db,
            &hanako,
            json!({"title": "会議", "start": "2026-11-26T10:00:00", "duration": "PT1H",
                "participants": {"t": {"personId": taro.person}, "a": {"calendarAddress": "mailto:Guest@example.com"},
                    "b": {"calendarAddress": "mailto:other@example.com", "scheduleStatus": ["1.2"]}}}),
        );
        assert_eq!(statuses(&event)[1].1, [""; 0], "what became of a message is the server's to say");
        assert_eq!(deliver(db, nothing(true, false)).len(), 2);
        let seen = get(db, &hanako, &event.id).unwrap();
        let failed = |code: &str| {
            let status = vec![code.to_owned()];
            vec![
                ("mailto:Guest@example.com".to_owned(), status.clone()),
                ("mailto:other@example.com".to_owned(), status),
            ]
        };
        assert_eq!(statuses(&seen), failed("5.2"));
        assert_ne!(seen.etag, event.etag, "a phone hears of it");
        assert_eq!(text(db, &hanako).matches("SCHEDULE-STATUS=\"5.2\"").count(), 2, "{}", text(db, &hanako));
        // Who is invited need not know.
        let his = get(db, &taro, &event.id).unwrap();
        assert!(statuses(&his).iter().all(|(_, status)| status.is_empty()));
        assert!(!text(db, &taro).contains("SCHEDULE-STATUS"));
        let [(kind, count, sentence)] = <[_; 1]>::try_from(told(db, &hanako, Language::Ja)).unwrap();
        assert_eq!((kind, count), (NotificationType::Undelivered, 2));
        assert!(sentence.contains("example.comほか1件の宛先に届けられませんでした"), "{sentence}");
        let english = &told(db, &hanako, Language::En)[0].2;
        assert!(english.contains("and 1 more") && english.contains("“会議”"), "{english}");
        // A further change of which nothing arrives is no news, and what is put back stays.
        let people = json!({"participants": {"a": {"calendarAddress": "mailto:Guest@example.com", "name": "客"}},
            "start": "2026-11-26T11:00:00"});
        let now = patch(db, &hanako, &seen, Scope::All, people);
        assert_eq!(statuses(&now), failed("5.2"));
        clock.advance(PAUSE);
        assert_eq!(deliver(db, nothing(true, false)).len(), 2);
        assert_eq!(told(db, &hanako, Language::Ja)[0].1, 2);
        assert_eq!(get(db, &hanako, &event.id).unwrap().etag, now.etag);
        // Then there is a way to one of them.
        let now = patch(db, &hanako, &now, Scope::All, json!({"start": "2026-11-26T12:00:00"}));
        clock.advance(PAUSE);
        deliver(db, |address| match address {
            "guest@example.com" => Delivery::Sent,
            other => nothing(false, true)(other),
        });
        let seen = get(db, &hanako, &event.id).unwrap();
        let codes: Vec<_> = statuses(&seen).into_iter().map(|(_, status)| status).collect();
        assert_eq!(codes, [vec![], vec!["5.1".to_owned()]]);
        assert_ne!(seen.etag, now.etag);
        assert!(text(db, &hanako).contains("SCHEDULE-STATUS=\"1.1\""));
        // What is called off is told of each time, of the same addresses.
        try_delete(db, &hanako, &event.id, Scope::All, &seen.etag).unwrap();
        deliver(db, nothing(false, false));
        assert_eq!(told(db, &hanako, Language::Ja)[0].1, 2);
    });
}

#[test]
fn an_address_counts_once_however_many_mails_did_not_arrive() {
    on_each_database(|db, clock| {
        let hanako = person(db, "佐藤");
        let event = create(
            db,
            &hanako,
            json!({"title": "会議", "start": "2026-11-26T10:00:00", "duration": "PT1H",
                "participants": {"a": {"calendarAddress": "mailto:guest@example.com"}}}),
        );
        deliver(db, nothing(true, false));
        let seen = get(db, &hanako, &event.id).unwrap();
        let two = json!({"start": "2026-11-26T11:00:00",
            "participants": {"a": {"calendarAddress": "mailto:guest@example.com"}, "b": {"calendarAddress": "mailto:b@example.com"}}});
        let now = patch(db, &hanako, &seen, Scope::All, json!({"start": "2026-11-26T11:00:00"}));
        clock.advance(PAUSE);
        deliver(db, nothing(true, false));
        let counts = || {
            let told = told(db, &hanako, Language::Ja);
            (told.len(), told[0].1, told[0].2.contains("ほか"))
        };
        assert_eq!(counts(), (1, 1, false));
        let now = get(db, &hanako, &now.id).unwrap();
        let now = patch(db, &hanako, &now, Scope::All, two);
        clock.advance(PAUSE);
        deliver(db, nothing(true, false));
        assert_eq!(counts(), (1, 2, true));
        let now = get(db, &hanako, &now.id).unwrap();
        try_delete(db, &hanako, &now.id, Scope::All, &now.etag).unwrap();
        deliver(db, nothing(true, false));
        assert_eq!(counts(), (1, 2, true));
    });
}

#[test]
fn a_guest_of_single_occurrences_whom_nothing_reached_is_marked_in_these() {
    on_each_database(|db, _| {
        let (hanako, taro) = (person(db, "佐藤"), person(db, "鈴木"));
        let series = create(
            db,
            &hanako,
            json!({"title": "朝礼", "start": "2026-11-26T09:00:00", "duration": "PT15M",
                "recurrenceRule": {"frequency": "daily", "count": 3}, "participants": {"t": {"personId": taro.person}},
                "recurrenceOverrides": {"2026-11-27T09:00:00": {"participants/g": {"calendarAddress": "mailto:g@example.com"}}}}),
        );
        deliver(db, nothing(false, true));
        assert!(told(db, &hanako, Language::Ja).is_empty(), "they have it in their mailbox");
        let guest = |who: &Principal| {
            let event = get(db, who, &series.id).unwrap().event;
            event.occurrence(local("2026-11-27T09:00:00")).unwrap().participants["g"].schedule_status.clone()
        };
        assert_eq!(guest(&hanako), ["5.1"]);
        assert_eq!(guest(&taro), [""; 0]);
    });
}

#[test]
fn an_answer_that_did_not_arrive_is_told_to_whoever_gave_it() {
    on_each_database(|db, _| {
        let hanako = person(db, "佐藤");
        let text = crate::scheduling::meeting(
            &hanako,
            &[format!(";PARTSTAT=ACCEPTED:mailto:{}", crate::scheduling::mail(&hanako))],
        );
        let own = format!("ORGANIZER:mailto:{}", crate::scheduling::mail(&hanako));
        let text = text.replace(&own, "ORGANIZER:mailto:boss@example.com").replace("20261126T", "20991126T");
        crate::scheduling::put(db, &hanako, "m.ics", &text);
        assert_eq!(deliver(db, nothing(false, false)).len(), 1);
        let told = told(db, &hanako, Language::Ja);
        assert_eq!(told.len(), 1);
        assert!(told[0].2.contains("への回答をboss@example.comに届けられませんでした"), "{}", told[0].2);
    });
}

#[test]
fn who_has_no_mail_address_sees_that_nothing_is_sent() {
    on_each_database(|db, _| {
        let hanako = person(db, "佐藤");
        let event = create(
            db,
            &hanako,
            json!({"title": "会議", "start": "2026-11-26T10:00:00", "duration": "PT1H",
                "participants": {"a": {"calendarAddress": "mailto:guest@example.com"}}}),
        );
        let entry = renraku_people::directory::PersonEntry {
            id: hanako.person.clone(),
            name: renraku_people::directory::PersonName {
                full: "佐藤 花子".into(), phonetic: String::new()
            },
            posts: Vec::new(),
            phones: Vec::new(),
            emails: Vec::new(),
            staff_number: None,
        };
        db.write(|tx| renraku_people::directory::service::put_person(tx, &entry)).unwrap();
        assert!(deliver(db, |_| Delivery::Sent).is_empty());
        assert_eq!(statuses(&get(db, &hanako, &event.id).unwrap())[0].1, ["5.2"]);
        assert_eq!(told(db, &hanako, Language::Ja)[0].0, NotificationType::Undelivered);
    });
}
