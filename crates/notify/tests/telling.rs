use std::time::Duration;

use renraku_db::{Tx, changes::CollectionId};
use renraku_notify::inbox::{self, Letter};
use renraku_test_db::on_each_database;

use super::*;

#[test]
fn a_notice_becomes_a_notification_and_a_change_of_the_feed() {
    on_each_database(|db, _| {
        let hanako = person();
        let told = notice(NotificationType::Invited, Repeat::Add);
        tell(db, &hanako, &told);
        let found = all(db, &hanako);
        assert_eq!(found.len(), 1);
        let first = &found[0];
        assert_eq!((first.kind, first.read_at, first.count), (NotificationType::Invited, None, 1));
        assert_eq!(first.created_at, db.now());
        assert_eq!(first.subject, told.subject);
        assert_eq!(first.actor, told.actor);
        assert_eq!(first.text, "高橋 次郎さんから「予算会議」への招待が届きました");
        assert_eq!(log(db, &hanako), [(first.id.to_string(), false)]);
        assert!(all(db, &person()).is_empty());
    });
}

#[test]
fn nothing_is_told_when_the_cause_does_not_commit() {
    on_each_database(|db, _| {
        let hanako = person();
        let told = notice(NotificationType::Invited, Repeat::Add);
        let result: Result<(), Error> = db.write(|tx| {
            service::tell(tx, &hanako, &told)?;
            Err(Error::damaged("the cause"))
        });
        assert!(result.is_err());
        assert!(all(db, &hanako).is_empty());
    });
}

#[test]
fn a_job_that_runs_twice_tells_once() {
    on_each_database(|db, clock| {
        let hanako = person();
        let reminder = notice(NotificationType::Reminder, Repeat::Once("event-1@10:00".to_owned()));
        tell(db, &hanako, &reminder);
        clock.advance(Duration::from_secs(60));
        tell(db, &hanako, &reminder);
        assert_eq!(all(db, &hanako).len(), 1);
        assert_eq!(log(db, &hanako).len(), 1);
        let other = notice(NotificationType::Reminder, Repeat::Once("event-1@11:00".to_owned()));
        tell(db, &hanako, &other);
        assert_eq!(all(db, &hanako).len(), 2);
    });
}

#[test]
fn a_burst_is_one_unread_notification_until_it_is_read() {
    on_each_database(|db, clock| {
        let hanako = person();
        let who = Principal::person(hanako.clone());
        let mail = notice(NotificationType::NewMail, Repeat::Merge("inbox".to_owned(), 1));
        tell(db, &hanako, &mail);
        let first = all(db, &hanako).remove(0);
        for _ in 0..4 {
            clock.advance(Duration::from_secs(1));
            tell(db, &hanako, &mail);
        }
        let merged = all(db, &hanako);
        assert_eq!(merged.len(), 1);
        assert_eq!((merged[0].count, merged[0].created_at), (5, db.now()));
        assert_eq!(merged[0].text, "新着メールが5件あります");
        assert_ne!(merged[0].etag, first.etag);
        assert_eq!(log(db, &hanako).len(), 5);
        db.write(|tx| service::mark_all_read(tx, &who, renraku_notify::ReadAll::default())).unwrap();
        tell(db, &hanako, &mail);
        assert_eq!(all(db, &hanako).iter().map(|one| one.count).collect::<Vec<_>>(), [1, 5]);
    });
}

#[test]
fn many_are_told_by_as_many_statements_as_one() {
    on_each_database(|db, _| {
        let statements_for = |count: usize| {
            let people: Vec<PersonId> = (0..count).map(|_| person()).collect();
            let told = notice(NotificationType::Cancelled, Repeat::Add);
            // The first makes the feeds; the second is what happens every day.
            ok(db.write(|tx| service::tell_all(tx, &people, &told)));
            let mut statements = 0;
            ok(db.write(|tx| {
                let before = db.statements();
                service::tell_all(tx, &people, &told)?;
                statements = db.statements() - before;
                Ok::<_, Error>(())
            }));
            assert!(people.iter().all(|one| all(db, one).len() == 2));
            statements
        };
        assert_eq!(statements_for(1), statements_for(16));
    });
}

#[test]
fn a_person_told_twice_in_one_notice_hears_it_once() {
    on_each_database(|db, _| {
        let hanako = person();
        let twice = [hanako.clone(), hanako.clone()];
        ok(db.write(|tx| service::tell_all(tx, &twice, &notice(NotificationType::Moved, Repeat::Add))));
        assert_eq!(all(db, &hanako).len(), 1);
    });
}

#[test]
fn two_that_tell_a_person_for_the_first_time_at_once_make_one_feed() {
    on_each_database(|db, _| {
        for _ in 0..10 {
            let hanako = person();
            std::thread::scope(|scope| {
                for _ in 0..4 {
                    scope.spawn(|| tell(db, &hanako, &notice(NotificationType::Invited, Repeat::Add)));
                }
            });
            let feeds: Vec<CollectionId> = ok(db.read(|tx| {
                changes::find_by_owner(tx, renraku_db::CollectionKind::Notifications, Some(hanako.as_str()))
            }));
            assert_eq!(feeds.len(), 1);
            assert_eq!(log(db, &hanako).len(), 4);
        }
    });
}

#[test]
fn what_could_deceive_is_taken_out_before_it_is_stored() {
    on_each_database(|db, _| {
        let hanako = person();
        let mut told = notice(NotificationType::Invited, Repeat::Add);
        told.details.title = Some("給与\u{202e}gpj.明細\n".to_owned());
        told.actor = Some(Actor { person_id: None, name: "外部\u{7}太郎".to_owned() });
        tell(db, &hanako, &told);
        let found = all(db, &hanako).remove(0);
        assert_eq!(found.details.title.as_deref(), Some("給与gpj.明細"));
        assert_eq!(found.actor.unwrap().name, "外部太郎");
    });
}

#[test]
fn who_switched_a_kind_off_is_not_told_of_it() {
    use NotificationType::{Answered, Appointed, Cancelled, Invited, Moved, NewMail, Reminder, RoomLost};
    on_each_database(|db, _| {
        for (choice, kinds) in [
            ("invitations", vec![Invited]),
            ("changes", vec![Moved, Cancelled, RoomLost]),
            ("replies", vec![Answered]),
            ("reminders", vec![Reminder]),
            ("newMail", vec![NewMail]),
        ] {
            let (deaf, hanako) = (person(), person());
            let value = format!(r#"{{"language":"ja","notifications":{{"{choice}":false}}}}"#);
            ok(db.write(|tx| choose(tx, &deaf, &value)));
            for kind in [Invited, Moved, Cancelled, Answered, Reminder, RoomLost, NewMail, Appointed] {
                let told = notice(kind, Repeat::Add);
                ok(db.write(|tx| service::tell_all(tx, &[deaf.clone(), hanako.clone()], &told)));
                let heard = all(db, &deaf).iter().any(|notification| notification.kind == kind);
                assert_eq!(heard, !kinds.contains(&kind), "{choice} off, {kind:?}");
            }
            assert_eq!(all(db, &hanako).len(), 8);
            assert_eq!(log(db, &deaf).len(), 8 - kinds.len(), "nor are they woken");
        }
    });
}

/// Puts preferences there, as they are stored.
fn choose(tx: &mut Tx<'_>, person: &PersonId, value: &str) -> Result<(), Error> {
    use diesel::ExpressionMethods;
    use renraku_db::schema::preferences as table;
    let row = (table::person_id.eq(person.as_str()), table::value.eq(value), table::version.eq(1));
    tx.run(diesel::insert_into(table::table).values(row)).map(|_| ())
}

/// How many statements it takes to tell so many people something, with or without a letter to each.
fn statements(db: &Db, people: usize, with_letters: bool) -> u64 {
    let people: Vec<PersonId> = (0..people).map(|_| person()).collect();
    people.iter().for_each(|person| tell(db, person, &notice(NotificationType::Reminder, Repeat::Add)));
    let told = notice(NotificationType::Invited, Repeat::Once("event:1".to_owned()));
    let letters: Vec<Letter> =
        people.iter().map(|to| Letter { to: to.clone(), text: "BEGIN:VCALENDAR".to_owned() }).collect();
    let before = db.statements();
    db.write(|tx| match with_letters {
        true => service::deliver(tx, &letters, &told),
        false => service::tell_all(tx, &people, &told),
    })
    .unwrap();
    db.statements() - before
}

#[test]
fn letters_to_many_cost_one_statement_more() {
    on_each_database(|db, _| {
        for people in [1, 16] {
            let told = statements(db, people, false);
            assert_eq!(statements(db, people, true), told + 1, "{people}");
        }
    });
}

#[test]
fn a_letter_that_is_delivered_twice_lies_there_once() {
    on_each_database(|db, _| {
        let hanako = person();
        let who = Principal::person(hanako.clone());
        let told = notice(NotificationType::Invited, Repeat::Once("event:1".to_owned()));
        let letters = [Letter { to: hanako.clone(), text: "BEGIN:VCALENDAR".to_owned() }];
        for _ in 0..2 {
            db.write(|tx| service::deliver(tx, &letters, &told)).unwrap();
        }
        let there = db.read(|tx| inbox::list(tx, &who, "", 10)).unwrap();
        assert_eq!(there.iter().map(|one| one.text.as_str()).collect::<Vec<_>>(), ["BEGIN:VCALENDAR"]);
        assert_eq!(log(db, &hanako).len(), 2, "the notification and the message");
        let other = Principal::person(person());
        assert!(!db.write(|tx| inbox::delete(tx, &other, &there[0].id)).unwrap().into_inner());
        assert!(db.write(|tx| inbox::delete(tx, &who, &there[0].id)).unwrap().into_inner());
        assert_eq!(all(db, &hanako).len(), 1, "the notification stays");
    });
}
