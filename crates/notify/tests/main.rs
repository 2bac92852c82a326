//! Store and service suites, run on each database.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod feed;
mod outgoing;
mod pushing;
mod telling;

use renraku_base::{Entropy, Language, Limit, PersonId, Principal, Timestamp};
use renraku_db::{
    Db, Error,
    changes::{self, Change},
};
use renraku_notify::{
    Actor, Details, Notice, Notification, NotificationType, NotifyFault, Repeat, Subject, service,
};

fn person() -> PersonId {
    Entropy.new_id(Timestamp::from_seconds(1_795_000_000))
}

fn notice(kind: NotificationType, repeat: Repeat) -> Notice {
    Notice {
        kind,
        subject: Subject { event_id: Some(Entropy.new_id(Timestamp::from_seconds(1))), ..Subject::default() },
        actor: Some(Actor { person_id: Some(person()), name: "高橋 次郎".to_owned() }),
        details: Details { title: Some("予算会議".to_owned()), ..Details::default() },
        repeat,
    }
}

fn tell(db: &Db, recipient: &PersonId, notice: &Notice) {
    db.write(|tx| service::tell(tx, recipient, notice)).unwrap();
}

fn all(db: &Db, person: &PersonId) -> Vec<Notification> {
    let who = Principal::person(person.clone());
    db.read(|tx| {
        service::list_notifications(tx, &who, false, None, Limit::default(), Language::Ja)
            .map(|page| page.items)
    })
    .unwrap()
}

/// What the log of a person's feed tells: each object with whether it is gone.
fn log(db: &Db, person: &PersonId) -> Vec<(String, bool)> {
    let who = Principal::person(person.clone());
    let changes: Vec<Change> = db
        .read(|tx| {
            let feed = service::sync::feed(tx, &who)?.expect("there is a feed");
            changes::since(tx, feed, 0, 1_000)
        })
        .unwrap();
    changes.into_iter().map(|change| (change.object, change.gone)).collect()
}

fn refused<T>(result: Result<T, NotifyFault>) -> NotifyFault {
    match result {
        Ok(_) => panic!("it was not refused"),
        Err(fault) => fault,
    }
}

fn ok<T>(result: Result<T, Error>) -> T {
    result.unwrap()
}
