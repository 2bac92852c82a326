use std::time::Duration;

use renraku_base::{Entropy, Id, Limit};
use renraku_db::Db;
use renraku_people::directory::service as directory;
use renraku_reach::{jobs, model::MemoBox, service};
use renraku_test_db::on_each_database;
use serde_json::json;

use crate::office::{ANY, get, made, memo, notifications, patch, person, refusal, told, write};

fn list(
    db: &Db,
    who: &renraku_base::Principal,
    of: Option<MemoBox>,
    done: Option<bool>,
) -> Vec<renraku_reach::model::PhoneMemo> {
    db.read(|tx| service::list_memos(tx, who, of, done, None, Limit::default())).unwrap().items
}

#[test]
fn those_for_whom_it_is_and_its_author_see_a_memo_and_nobody_else() {
    on_each_database(|db, _| {
        let (hanako, taro, jiro) = (person(db, "佐藤"), person(db, "高橋"), person(db, "森"));
        let made = write(
            db,
            &hanako,
            json!({"to": [taro.person], "caller": {"name": "鈴木", "number": "0155-98-1234"}, "kind": "callBack", "matter": "見積り"}),
        );
        let for_taro = get(db, &taro, &made).unwrap();
        assert_eq!(
            serde_json::to_value(&for_taro).unwrap(),
            json!({
                "id": made.id, "from": {"personId": hanako.person, "name": "佐藤 花子"},
                "to": [{"personId": taro.person, "name": "高橋 花子"}],
                "caller": {"name": "鈴木", "number": "0155-98-1234"}, "kind": "callBack", "matter": "見積り",
                "calledAt": db.now(), "createdAt": db.now(), "seenAt": null, "doneAt": null, "etag": for_taro.etag,
            })
        );
        assert_eq!(refusal(get(db, &jiro, &made)).0, "not-found");
        assert_eq!(refusal(patch(db, &jiro, &made, json!({"seenAt": db.now()}))).0, "not-found");
        let gone = db.write(|tx| service::delete_memo(tx, &jiro, &made.id, &ANY));
        assert_eq!(refusal(gone).0, "not-found");
        for who in [&hanako, &taro] {
            assert_eq!(told(db, who), [(made.id.to_string(), false)]);
        }
        let told = notifications(db, &taro);
        assert_eq!((told.len(), told[0].subject.phone_memo_id.as_ref()), (1, Some(&made.id)));
        assert!(notifications(db, &hanako).is_empty() && notifications(db, &jiro).is_empty());
    });
}

#[test]
fn the_author_sees_what_each_did_and_the_others_do_not() {
    on_each_database(|db, clock| {
        let (hanako, taro, jiro) = (person(db, "佐藤"), person(db, "高橋"), person(db, "森"));
        let made = write(db, &hanako, json!({"to": [taro.person, jiro.person], "caller": {"name": "鈴木"}}));
        let before = get(db, &jiro, &made).unwrap();
        clock.advance(Duration::from_secs(60));
        let seen = patch(db, &taro, &get(db, &taro, &made).unwrap(), json!({"seenAt": db.now()})).unwrap();
        assert_eq!((seen.seen_at, seen.done_at), (Some(db.now()), None));
        assert_eq!(get(db, &jiro, &made).unwrap(), before, "what taro did is not jiro's to know");
        let half = get(db, &hanako, &made).unwrap();
        assert_eq!((half.to[0].seen_at, half.to[1].seen_at, half.seen_at), (Some(db.now()), None, None));
        assert_ne!(half.etag, made.etag);
        clock.advance(Duration::from_secs(60));
        let done = patch(db, &jiro, &before, json!({"doneAt": db.now()})).unwrap();
        assert_eq!((done.seen_at, done.done_at), (Some(db.now()), Some(db.now())));
        let all = get(db, &hanako, &made).unwrap();
        assert_eq!((all.seen_at, all.done_at), (Some(db.now()), None));
        assert_eq!(told(db, &jiro).len(), 2, "once of the memo, once of what jiro did");
        assert_eq!(told(db, &hanako).len(), 3, "and the author of all");

        assert_eq!(refusal(patch(db, &hanako, &all, json!({"seenAt": null}))).0, "forbidden");
        assert_eq!(refusal(patch(db, &jiro, &before, json!({"doneAt": null}))).0, "stale");
        let same = patch(db, &jiro, &done, json!({"doneAt": db.now()})).unwrap();
        assert_eq!(same.etag, done.etag);
    });
}

#[test]
fn a_memo_is_for_people_who_are_there() {
    on_each_database(|db, _| {
        let (hanako, taro, jiro) = (person(db, "佐藤"), person(db, "高橋"), person(db, "森"));
        db.write(|tx| directory::suppress_person(tx, &taro.person, true)).unwrap();
        db.write(|tx| directory::end_person(tx, &jiro.person)).unwrap();
        let nobody: renraku_base::PersonId = Entropy.new_id(db.now());
        let create = |body| {
            let new = memo(body);
            db.write(|tx| service::create_memo(tx, &hanako, new.clone()))
        };
        let refused = create(json!({
            "to": [taro.person, jiro.person, nobody], "caller": {"personId": taro.person}
        }));
        let expected =
            ["/to/0", "/to/1", "/to/2", "/caller/personId"].map(|at| format!("{at} unknown-person"));
        assert_eq!(refusal(refused), ("invalid", expected.to_vec()));
        assert!(list(db, &hanako, None, None).is_empty());
        // Whoever must not be found can take a call all the same.
        let saburo = person(db, "太田");
        let made = write(db, &taro, json!({"to": [saburo.person], "caller": {"personId": hanako.person}}));
        assert_eq!((made.from.name.as_str(), made.caller.name.as_str()), ("高橋 花子", "佐藤 花子"));
        let again = create(json!({"id": made.id, "to": [saburo.person], "caller": {"name": "鈴木"}}));
        assert_eq!(refusal(again).0, "id-taken");
    });
}

#[test]
fn a_memo_that_is_taken_back_is_gone_with_its_notification() {
    on_each_database(|db, _| {
        let (hanako, taro, jiro) = (person(db, "佐藤"), person(db, "高橋"), person(db, "森"));
        let body = json!({"to": [taro.person, jiro.person], "caller": {"name": "鈴木"}});
        let (first, second) = (write(db, &hanako, body.clone()), write(db, &hanako, body));
        made(db, |tx| service::delete_memo(tx, &taro, &first.id, &ANY));
        assert_eq!(refusal(get(db, &taro, &first)).0, "not-found");
        assert_eq!(notifications(db, &taro).len(), 1);
        assert_eq!(notifications(db, &jiro).len(), 2);
        assert_eq!(get(db, &hanako, &first).unwrap().to.len(), 2, "the author still sees for whom it was");
        assert!(told(db, &taro).contains(&(first.id.to_string(), true)));
        let seen = get(db, &hanako, &first).unwrap();
        assert_eq!([seen.to[0].removed_undone, seen.to[1].removed_undone], [true, false]);
        assert_ne!(seen.etag, first.etag, "and hears of it");
        assert!(!get(db, &jiro, &first).unwrap().to[0].removed_undone, "the others do not");
        made(db, |tx| service::delete_memo(tx, &hanako, &second.id, &ANY));
        for who in [&hanako, &taro, &jiro] {
            assert_eq!(refusal(get(db, who, &second)).0, "not-found");
            assert!(told(db, who).contains(&(second.id.to_string(), true)));
        }
        assert_eq!((notifications(db, &taro).len(), notifications(db, &jiro).len()), (0, 1));
    });
}

#[test]
fn lists_are_of_one_box_or_both_and_go_on_where_they_ended() {
    on_each_database(|db, clock| {
        let (hanako, taro) = (person(db, "佐藤"), person(db, "高橋"));
        let mut made = Vec::new();
        for n in 0..4 {
            let (author, to) = if n % 2 == 0 { (&hanako, &taro) } else { (&taro, &hanako) };
            made.push(write(db, author, json!({"to": [to.person], "caller": {"name": format!("{n}")}})));
            clock.advance(Duration::from_secs(1));
        }
        patch(db, &taro, &get(db, &taro, &made[0]).unwrap(), json!({"doneAt": db.now()})).unwrap();
        let names = |of, done| -> Vec<String> {
            list(db, &hanako, of, done).into_iter().map(|it| it.caller.name).collect()
        };
        assert_eq!(names(None, None), ["3", "2", "1", "0"]);
        assert_eq!(names(Some(MemoBox::Received), None), ["3", "1"]);
        assert_eq!(names(Some(MemoBox::Written), Some(false)), ["2"]);
        assert_eq!(names(Some(MemoBox::Written), Some(true)), ["0"]);
        let limit = Limit::new(3).unwrap();
        let page = db.read(|tx| service::list_memos(tx, &hanako, None, None, None, limit)).unwrap();
        let next = page.next_cursor.unwrap();
        let rest = db.read(|tx| service::list_memos(tx, &hanako, None, None, Some(&next), limit)).unwrap();
        assert_eq!((page.items.len(), rest.items.len(), rest.items[0].caller.name.as_str()), (3, 1, "0"));
        let ids: Vec<String> = made.iter().map(|memo| memo.id.to_string()).collect();
        let synced = db.read(|tx| service::sync::list_for_sync(tx, &taro, None, 10)).unwrap();
        assert_eq!(synced.len(), 4);
        let before = db.statements();
        db.read(|tx| service::sync::get_for_sync(tx, &taro, &ids)).unwrap();
        let many = db.statements() - before;
        db.read(|tx| service::sync::get_for_sync(tx, &taro, &ids[..1])).unwrap();
        assert_eq!(db.statements() - before, 2 * many);
    });
}

#[test]
fn a_memo_is_forgotten_after_ninety_days() {
    on_each_database(|db, clock| {
        let (hanako, taro) = (person(db, "佐藤"), person(db, "高橋"));
        let old = write(db, &hanako, json!({"to": [taro.person], "caller": {"name": "鈴木"}}));
        made(db, |tx| service::delete_memo(tx, &taro, &old.id, &ANY));
        clock.advance(Duration::from_hours(24 * 90));
        let new = write(db, &hanako, json!({"to": [taro.person], "caller": {"name": "鈴木"}}));
        assert_eq!(db.write(jobs::forget_old).unwrap(), 0);
        clock.advance(Duration::from_secs(1));
        assert_eq!(db.write(jobs::forget_old).unwrap(), 1);
        assert_eq!(list(db, &hanako, None, None).len(), 1);
        assert!(told(db, &hanako).contains(&(old.id.to_string(), true)));
        assert!(get(db, &taro, &new).is_ok());
        let id = Id::stored(old.id.into_string());
        assert_eq!(refusal(db.read(|tx| service::get_memo(tx, &hanako, &id))).0, "not-found");
    });
}

#[test]
fn what_is_done_is_told_no_more_and_no_clock_is_believed_that_is_centuries_off() {
    on_each_database(|db, _| {
        let (hanako, taro) = (person(db, "佐藤"), person(db, "高橋"));
        let memo = write(db, &hanako, json!({"to": [taro.person], "caller": {"name": "鈴木"}}));
        let own = get(db, &taro, &memo).unwrap();
        for member in ["seenAt", "doneAt"] {
            for at in ["1899-12-31T00:00:00Z", "2101-01-01T00:00:00Z"] {
                let refused = patch(db, &taro, &own, json!({(member): at}));
                assert_eq!(refusal(refused), ("invalid", vec![format!("/{member} year")]));
            }
        }
        assert!(notifications(db, &taro)[0].read_at.is_none());
        patch(db, &taro, &own, json!({"doneAt": db.now()})).unwrap();
        assert_eq!(notifications(db, &taro)[0].read_at, Some(db.now()));
        // Who has done it and takes it out of their list has left nothing behind.
        let done = get(db, &hanako, &memo).unwrap().etag;
        made(db, |tx| service::delete_memo(tx, &taro, &memo.id, &ANY));
        assert!(!get(db, &hanako, &memo).unwrap().to[0].removed_undone);
        assert_eq!(get(db, &hanako, &memo).unwrap().etag, done);
    });
}
