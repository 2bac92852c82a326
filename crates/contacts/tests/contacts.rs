use std::time::Duration;

use renraku_base::Kind;
use renraku_db::ObjectType;
use renraku_test_db::on_each_database;

use super::*;

fn get(db: &Db, who: &Principal, contact: &Contact) -> Result<Contact, ContactsFault> {
    db.read(|tx| service::get_contact(tx, who, &contact.id))
}

#[test]
fn a_short_draft_is_filled_in_and_kept_with_what_nobody_knows() {
    on_each_database(|db, _| {
        let hanako = person(db);
        let sent = draft(
            db,
            json!({"name": {"full": "山田 太郎"}, "example.com:rank": {"deep": [1, 2.5, null]}, "kind": null}),
        );
        let made = made(db, |tx| service::create_contact(tx, &hanako, sent.clone()));
        let sent_back = serde_json::to_value(get(db, &hanako, &made).unwrap()).unwrap();
        assert_eq!(
            sent_back,
            json!({
                "id": made.id, "addressBookId": made.address_book_id, "etag": made.etag,
                "@type": "Card", "version": "1.0", "uid": format!("urn:uuid:{}", made.id),
                "created": db.now(), "updated": db.now(),
                "name": {"full": "山田 太郎"}, "example.com:rank": {"deep": [1, 2.5, null]},
            })
        );
        let books = db.read(|tx| service::list_address_books(tx, &hanako)).unwrap();
        assert!(books[0].is_default && books[0].id == made.address_book_id);
        let change = latest(db, collections(db, &hanako)[0]);
        assert_eq!((change.object_type, change.object), (ObjectType::Contact, made.id.to_string()));
    });
}

#[test]
fn everything_wrong_with_a_draft_is_told_at_once() {
    on_each_database(|db, _| {
        let faults = ContactDraft::read(
            json!({"id": "7", "addressBookId": 7, "name": "山田", "emails": {"e": {}}}),
            fresh(db),
            db.now(),
        )
        .unwrap_err();
        let mut told: Vec<String> =
            faults.into_iter().map(|fault| format!("{} {}", fault.pointer, fault.code)).collect();
        told.sort();
        assert_eq!(
            told,
            ["/addressBookId not-a-uuid", "/emails/e/address required", "/id not-a-uuid", "/name type"]
        );
        assert!(ContactDraft::read(json!([]), fresh(db), db.now()).is_err());
    });
}

#[test]
fn an_id_and_a_uid_stand_for_one_contact() {
    on_each_database(|db, _| {
        let (hanako, taro) = (person(db), person(db));
        let mine = book(db, &hanako, "業者");
        let first = contact_in(db, &hanako, &mine.id, json!({"uid": "urn:x:1"}));
        let create = |who: &Principal, body: Value| {
            let draft = draft(db, body);
            db.write(|tx| service::create_contact(tx, who, draft.clone()))
        };
        assert_eq!(refusal(create(&taro, json!({"id": first.id}))).0, "id-taken");
        assert_eq!(refusal(create(&hanako, json!({"id": first.id, "uid": "urn:x:2"}))).0, "id-taken");
        let same = create(&hanako, json!({"uid": "urn:x:1", "addressBookId": mine.id})).unwrap_err();
        assert_eq!((same.kind(), same.code()), (Kind::Conflict, "uid-taken"));
        assert_eq!(same.members().unwrap()["contactId"], first.id.as_str());
        create(&taro, json!({"uid": "urn:x:1"})).unwrap();
    });
}

#[test]
fn a_patch_merges_and_takes_the_version_that_was_seen() {
    on_each_database(|db, clock| {
        let hanako = person(db);
        let mine = book(db, &hanako, "業者");
        let first = contact_in(
            db,
            &hanako,
            &mine.id,
            json!({"name": {"full": "山田 太郎"}, "phones": {"a": {"number": "1"}, "b": {"number": "2"}}}),
        );
        clock.advance(Duration::from_secs(5));
        let change = |body: Value, pre: &Precondition| {
            let patch = patch(body);
            db.write(|tx| service::update_contact(tx, &hanako, &first.id, &patch, pre))
        };
        let seen = Precondition::Match(vec![first.etag.clone()]);
        let second = change(json!({"phones": {"a": null, "b": {"label": "受付"}}, "etag": "x"}), &seen)
            .unwrap()
            .into_inner();
        assert_eq!(second.card.members()["phones"], json!({"b": {"number": "2", "label": "受付"}}));
        assert_eq!(second.card.members()["updated"], json!(db.now()));
        assert_eq!(second.card.members()["created"], first.card.members()["created"]);
        assert_eq!(get(db, &hanako, &first).unwrap(), second);
        let stale = change(json!({"kind": "org"}), &seen).unwrap_err();
        assert_eq!(stale.kind(), Kind::Stale);
        assert_eq!(stale.members().unwrap()["current"]["etag"], second.etag.as_str());
        let wrong = change(json!({"uid": "other", "created": null, "phones": {"b": {"number": null}}}), &ANY);
        assert_eq!(refusal(wrong).1, ["/uid read-only", "/created read-only", "/phones/b/number required"]);
        assert_eq!(get(db, &hanako, &first).unwrap(), second, "what is refused changes nothing");
    });
}

#[test]
fn a_patched_contact_is_found_by_what_it_says_now() {
    on_each_database(|db, _| {
        let hanako = person(db);
        let mine = book(db, &hanako, "業者");
        let body = json!({"name": {"full": "山田 太郎"}, "phones": {"p": {"number": "0157-23-0101"}}});
        let contact = contact_in(db, &hanako, &mine.id, body);
        let change =
            patch(json!({"name": {"full": "川上 太郎"}, "phones": {"p": {"number": "0157-23-0202"}}}));
        made(db, |tx| service::update_contact(tx, &hanako, &contact.id, &change, &ANY));
        assert_eq!((search(db, &hanako, "山田").len(), search(db, &hanako, "川上").len()), (0, 1));
        let caller = |number| db.read(|tx| service::lookup_number(tx, &hanako, number)).unwrap().len();
        assert_eq!((caller("0157230101"), caller("0157230202")), (0, 1));
    });
}

#[test]
fn a_move_is_gone_here_and_new_there_in_one_step() {
    on_each_database(|db, _| {
        let (hanako, taro) = (person(db), person(db));
        let (from, to) = (book(db, &hanako, "業者"), book(db, &hanako, "議会"));
        let contact = contact_in(db, &hanako, &from.id, json!({"uid": "urn:x:1"}));
        let into = |book: &AddressBookId, who: &Principal| {
            let patch = patch(json!({"addressBookId": book}));
            db.write(|tx| service::update_contact(tx, who, &contact.id, &patch, &ANY))
        };
        let moved = into(&to.id, &hanako).unwrap().into_inner();
        assert_eq!(moved.address_book_id, to.id);
        let [left, entered] = collections(db, &hanako)[..] else { panic!("two address books") };
        assert!(latest(db, left).gone && !latest(db, entered).gone);
        assert_eq!(latest(db, left).object, latest(db, entered).object);

        let same = contact_in(db, &hanako, &from.id, json!({"uid": "urn:x:1"}));
        let back = into(&from.id, &hanako).unwrap_err();
        assert_eq!(back.members().unwrap()["contactId"], same.id.as_str());
        let foreign = book(db, &taro, "私用");
        assert_eq!(refusal(into(&foreign.id, &hanako)).0, "not-found");
    });
}

#[test]
fn a_deleted_contact_is_told_as_gone() {
    on_each_database(|db, _| {
        let hanako = person(db);
        let mine = book(db, &hanako, "業者");
        let contact = contact_in(db, &hanako, &mine.id, named("山田 太郎"));
        let delete =
            |pre: &Precondition| db.write(|tx| service::delete_contact(tx, &hanako, &contact.id, pre));
        let stale = Precondition::Match(vec![mine.etag]);
        assert_eq!(refusal(delete(&stale)).0, "stale");
        delete(&Precondition::Match(vec![contact.etag.clone()])).unwrap();
        let change = latest(db, collections(db, &hanako)[0]);
        assert_eq!((change.object, change.gone), (contact.id.to_string(), true));
        assert_eq!(refusal(get(db, &hanako, &contact)).0, "not-found");
        assert_eq!(refusal(delete(&ANY)).0, "not-found");
    });
}

#[test]
fn many_cards_are_added_by_as_many_statements_as_one_or_not_at_all() {
    on_each_database(|db, _| {
        let hanako = person(db);
        let mine = book(db, &hanako, "業者");
        let cards = |count: usize| -> Vec<_> {
            (0..count)
                .map(|n| {
                    let number = format!("0157-23-{n:04}");
                    let draft =
                        draft(db, json!({"name": {"full": "山田"}, "phones": {"p": {"number": number}}}));
                    (draft.id, draft.card)
                })
                .collect()
        };
        let statements_for = |count: usize| {
            let before = db.statements();
            let new = cards(count);
            let added = db.write(|tx| service::add_cards(tx, &hanako, &mine.id, new.clone())).unwrap();
            assert_eq!(added.len(), count);
            db.statements() - before
        };
        assert_eq!(statements_for(1), statements_for(300));
        let mut twice = cards(2);
        twice[1].0 = twice[0].0.clone();
        let refused = db.write(|tx| service::add_cards(tx, &hanako, &mine.id, twice.clone()));
        assert_eq!(refusal(refused).0, "id-taken");
        let filter = ContactFilter::default();
        assert_eq!(page(db, &hanako, &filter, None, Limit::new(500).unwrap()).items.len(), 301);
    });
}
