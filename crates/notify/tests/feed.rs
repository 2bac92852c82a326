use std::time::Duration;

use renraku_base::{Cursor, ETag, Fault, Kind, Precondition};
use renraku_notify::{NotificationPatch, ReadAll, jobs};
use renraku_test_db::on_each_database;

use super::*;

/// Tells `count` things, a minute apart.
fn told(db: &Db, clock: &renraku_base::FixedClock, person: &PersonId, count: usize) {
    for _ in 0..count {
        clock.advance(Duration::from_secs(60));
        tell(db, person, &notice(NotificationType::Invited, Repeat::Add));
    }
}

const READ: NotificationPatch =
    NotificationPatch { read_at: Some(Some(Timestamp::from_seconds(4_000_000_000))) };
const UNREAD: NotificationPatch = NotificationPatch { read_at: Some(None) };

#[test]
fn pages_joined_are_the_whole_list_newest_first() {
    on_each_database(|db, clock| {
        let hanako = person();
        let who = Principal::person(hanako.clone());
        told(db, clock, &hanako, 4);
        // Two of the same instant must not be torn apart or skipped by a page's end.
        tell(db, &hanako, &notice(NotificationType::Invited, Repeat::Add));
        let (mut cursor, mut joined) = (None, Vec::new());
        loop {
            let limit = Limit::new(2).unwrap();
            let page = db
                .read(|tx| service::list_notifications(tx, &who, false, cursor.as_ref(), limit, Language::Ja))
                .unwrap();
            joined.extend(page.items);
            cursor = page.next_cursor;
            if cursor.is_none() {
                break;
            }
        }
        assert_eq!(joined, all(db, &hanako));
        assert_eq!(joined.len(), 5);
        assert!(joined.is_sorted_by(|one, next| one.created_at >= next.created_at));
    });
}

#[test]
fn a_cursor_of_something_else_is_refused() {
    on_each_database(|db, _| {
        let who = Principal::person(person());
        for cursor in [Cursor::of(&["x", "y"]), Cursor::of(&["1"]), Cursor::received("zz")] {
            let fault = refused(db.read(|tx| {
                service::list_notifications(tx, &who, false, Some(&cursor), Limit::default(), Language::Ja)
            }));
            assert_eq!((fault.kind(), fault.code()), (Kind::Malformed, "bad-query"));
        }
    });
}

#[test]
fn reading_is_recorded_and_can_be_taken_back() {
    on_each_database(|db, clock| {
        let hanako = person();
        let who = Principal::person(hanako.clone());
        told(db, clock, &hanako, 2);
        let newest = all(db, &hanako).remove(0);
        let mut pre = Precondition::Match(vec![newest.etag.clone()]);
        let patch = |patch, pre: &Precondition| {
            db.write(|tx| service::patch_notification(tx, &who, &newest.id, patch, pre, Language::Ja))
        };
        let read = patch(READ, &pre).unwrap().into_inner();
        assert_eq!(read.read_at, Some(db.now()), "an instant ahead of the clock counts as now");
        assert_ne!(read.etag, newest.etag);
        let unread = |db: &Db| {
            db.read(|tx| service::list_notifications(tx, &who, true, None, Limit::default(), Language::Ja))
                .unwrap()
                .items
        };
        assert_eq!(unread(db).len(), 1);
        assert_eq!(log(db, &hanako).last(), Some(&(newest.id.to_string(), false)));

        let fault = refused(patch(UNREAD, &pre));
        assert_eq!((fault.kind(), fault.code()), (Kind::Stale, "stale"));
        let current = fault.members().unwrap().remove("current").unwrap();
        assert_eq!(current["etag"], read.etag.as_str());

        pre = Precondition::Exists;
        assert_eq!(patch(UNREAD, &pre).unwrap().into_inner().read_at, None);
        assert_eq!(unread(db).len(), 2);
    });
}

#[test]
fn each_language_has_its_own_tag_and_either_may_be_expected() {
    on_each_database(|db, clock| {
        let hanako = person();
        let who = Principal::person(hanako.clone());
        told(db, clock, &hanako, 1);
        let ja = all(db, &hanako).remove(0);
        let en = db.read(|tx| service::get_notification(tx, &who, &ja.id, Language::En)).unwrap();
        assert_ne!(ja.etag, en.etag);
        assert_eq!(en.text, "高橋 次郎 invited you to “予算会議”");
        let pre = Precondition::Match(vec![en.etag]);
        db.write(|tx| service::patch_notification(tx, &who, &ja.id, READ, &pre, Language::Ja)).unwrap();
    });
}

#[test]
fn all_until_an_instant_are_read_at_once() {
    on_each_database(|db, clock| {
        let hanako = person();
        let who = Principal::person(hanako.clone());
        told(db, clock, &hanako, 3);
        let until = all(db, &hanako)[1].created_at;
        let read = db
            .write(|tx| service::mark_all_read(tx, &who, ReadAll { until: Some(until) }))
            .unwrap()
            .into_inner()
            .count;
        assert_eq!(read, 2);
        let reads: Vec<bool> = all(db, &hanako).iter().map(|one| one.read_at.is_some()).collect();
        assert_eq!(reads, [false, true, true]);
        assert_eq!(log(db, &hanako).len(), 5);
        assert_eq!(
            db.write(|tx| service::mark_all_read(tx, &who, ReadAll { until: Some(until) }))
                .unwrap()
                .into_inner()
                .count,
            0
        );
    });
}

#[test]
fn what_is_deleted_is_told_as_gone() {
    on_each_database(|db, clock| {
        let hanako = person();
        let who = Principal::person(hanako.clone());
        told(db, clock, &hanako, 1);
        let only = all(db, &hanako).remove(0);
        let delete = |pre: &Precondition| {
            db.write(|tx| service::delete_notification(tx, &who, &only.id, pre, Language::Ja))
        };
        let stale = Precondition::Match(vec![ETag::of(1)]);
        assert_eq!(refused(delete(&stale)).kind(), Kind::Stale);
        delete(&Precondition::Match(vec![only.etag.clone()])).unwrap();
        assert!(all(db, &hanako).is_empty());
        assert_eq!(log(db, &hanako).last(), Some(&(only.id.to_string(), true)));
        assert_eq!(refused(delete(&Precondition::Exists)).kind(), Kind::NotFound);
    });
}

#[test]
fn another_persons_notification_is_not_there() {
    on_each_database(|db, clock| {
        let (hanako, taro) = (person(), person());
        told(db, clock, &hanako, 1);
        let hers = all(db, &hanako).remove(0);
        let who = Principal::person(taro);
        let fault = refused(db.read(|tx| service::get_notification(tx, &who, &hers.id, Language::Ja)));
        assert_eq!(fault.kind(), Kind::NotFound);
        let pre = Precondition::Exists;
        let fault =
            refused(db.write(|tx| service::patch_notification(tx, &who, &hers.id, READ, &pre, Language::Ja)));
        assert_eq!(fault.kind(), Kind::NotFound);
        let ids = [hers.id.to_string()];
        assert!(ok(db.read(|tx| service::sync::get_for_sync(tx, &who, &ids, Language::Ja))).is_empty());
        assert_eq!(
            db.write(|tx| service::mark_all_read(tx, &who, ReadAll::default())).unwrap().into_inner().count,
            0
        );
        assert_eq!(all(db, &hanako)[0].read_at, None);
    });
}

#[test]
fn sync_pages_hold_everything_once_and_objects_are_found_by_id() {
    on_each_database(|db, clock| {
        let hanako = person();
        let who = Principal::person(hanako.clone());
        told(db, clock, &hanako, 5);
        let mut joined: Vec<Notification> = Vec::new();
        loop {
            let after = joined.last().map(|last| last.id.to_string());
            let page =
                ok(db.read(|tx| service::sync::list_for_sync(tx, &who, after.as_deref(), 2, Language::Ja)));
            if page.is_empty() {
                break;
            }
            joined.extend(page);
        }
        assert_eq!(joined, all(db, &hanako));
        let ids: Vec<String> = joined.iter().take(3).map(|one| one.id.to_string()).collect();
        assert_eq!(ok(db.read(|tx| service::sync::get_for_sync(tx, &who, &ids, Language::Ja))).len(), 3);
    });
}

#[test]
fn what_is_older_than_90_days_goes_and_is_told_as_gone() {
    on_each_database(|db, clock| {
        let hanako = person();
        told(db, clock, &hanako, 2);
        let old: Vec<String> = all(db, &hanako).iter().map(|one| one.id.to_string()).collect();
        clock.advance(Duration::from_hours(24 * 90));
        told(db, clock, &hanako, 1);
        assert_eq!(ok(db.write(jobs::forget_old)), 2);
        assert_eq!(ok(db.write(jobs::forget_old)), 0);
        assert_eq!(all(db, &hanako).len(), 1);
        let log = log(db, &hanako);
        assert!(old.iter().all(|id| log.contains(&(id.clone(), true))));
    });
}
