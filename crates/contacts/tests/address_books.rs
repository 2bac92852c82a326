use renraku_base::{ETag, Kind, Role};
use renraku_contacts::model::{AddressBookKind, AddressBookPatch};
use renraku_db::ObjectType;
use renraku_people::{ShareChange, ShareTarget};
use renraku_test_db::on_each_database;

use super::*;

fn list(db: &Db, who: &Principal) -> Vec<AddressBook> {
    db.read(|tx| service::list_address_books(tx, who)).unwrap()
}

fn share(db: &Db, owner: &Principal, book: &AddressBookId, grantee: ShareTarget, role: Role) {
    let share = ShareChange { grantee, role: Some(role) };
    made(db, |tx| service::change_share(tx, owner, book, share.clone()));
}

fn rename(name: &str) -> AddressBookPatch {
    AddressBookPatch { name: Some(name.to_owned()) }
}

#[test]
fn the_default_one_is_made_once_when_it_is_first_needed() {
    on_each_database(|db, _| {
        let hanako = person(db);
        assert!(list(db, &hanako).is_empty());
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| db.write(|tx| service::default_address_book(tx, &hanako.person)).unwrap());
            }
        });
        let books = list(db, &hanako);
        assert_eq!(books.len(), 1);
        assert!(
            books[0].is_default && books[0].kind == AddressBookKind::Own && books[0].role == Role::Manage
        );
        let fixed = db.write(|tx| service::delete_address_book(tx, &hanako, &books[0].id, &ANY));
        assert_eq!(refusal(fixed).0, "address-book-fixed");
    });
}

#[test]
fn a_rename_takes_the_version_that_was_seen() {
    on_each_database(|db, _| {
        let hanako = person(db);
        let first = book(db, &hanako, "業者");
        let change = |name: &str, pre: &Precondition| {
            db.write(|tx| service::update_address_book(tx, &hanako, &first.id, rename(name), pre))
        };
        let seen = Precondition::Match(vec![first.etag.clone()]);
        let second = change(" 取引業者 ", &seen).unwrap().into_inner();
        assert_eq!(second.name, "取引業者");
        assert_ne!(second.etag, first.etag);
        let change_in_log = latest(db, collections(db, &hanako)[0]);
        assert_eq!((change_in_log.object_type, change_in_log.gone), (ObjectType::AddressBook, false));
        let stale = change("x", &seen).unwrap_err();
        assert_eq!(stale.kind(), Kind::Stale);
        assert_eq!(stale.members().unwrap()["current"]["name"], "取引業者");
        assert_eq!(refusal(change(" ", &ANY)), ("invalid", vec!["/name required".to_owned()]));
        assert_eq!(refusal(change(&"あ".repeat(256), &ANY)).1, ["/name too-long"]);
        assert_eq!(refusal(change("a\nb", &ANY)).1, ["/name control-character"]);
    });
}

#[test]
fn an_id_stands_for_one_address_book() {
    on_each_database(|db, _| {
        let (hanako, taro) = (person(db), person(db));
        let hers = book(db, &hanako, "業者");
        let new = NewAddressBook { id: Some(hers.id), name: "x".to_owned() };
        let taken = db.write(|tx| service::create_address_book(tx, &taro, new.clone()));
        assert_eq!(refusal(taken).0, "id-taken");
        assert!(collections(db, &taro).is_empty(), "nothing is left of the refused one");
    });
}

#[test]
fn what_is_not_shared_is_not_there() {
    on_each_database(|db, _| {
        let (hanako, taro) = (person(db), person(db));
        let hers = book(db, &hanako, "業者");
        assert!(list(db, &taro).is_empty());
        let reads = db.read(|tx| service::get_address_book(tx, &taro, &hers.id));
        let renames = db.write(|tx| service::update_address_book(tx, &taro, &hers.id, rename("x"), &ANY));
        let shares = db.read(|tx| service::list_shares(tx, &taro, &hers.id));
        let deletes = db.write(|tx| service::delete_address_book(tx, &taro, &hers.id, &ANY));
        let nobodys = db.read(|tx| service::get_address_book(tx, &hanako, &fresh(db)));
        for code in
            [refusal(reads).0, refusal(renames).0, refusal(shares).0, refusal(deletes).0, refusal(nobodys).0]
        {
            assert_eq!(code, "not-found");
        }
    });
}

#[test]
fn each_role_may_do_what_it_includes() {
    on_each_database(|db, _| {
        let (hanako, taro) = (person(db), person(db));
        let hers = book(db, &hanako, "業者");
        let contact = contact_in(db, &hanako, &hers.id, named("山田 太郎"));
        let to_taro = || ShareTarget::Person { person_id: taro.person.clone() };
        let may = |role: Role| {
            share(db, &hanako, &hers.id, to_taro(), role);
            let seen = db.read(|tx| service::get_address_book(tx, &taro, &hers.id)).unwrap();
            assert_eq!((seen.role, seen.kind, seen.is_default), (role, AddressBookKind::Shared, false));
            let read = db.read(|tx| service::get_contact(tx, &taro, &contact.id)).is_ok();
            let change = patch(named("山田 太郎"));
            let write = db.write(|tx| service::update_contact(tx, &taro, &contact.id, &change, &ANY));
            let manage =
                db.write(|tx| service::update_address_book(tx, &taro, &hers.id, rename("業者"), &ANY));
            (read, write.map_err(|fault| fault.code()).err(), manage.map_err(|fault| fault.code()).err())
        };
        assert_eq!(may(Role::Read), (true, Some("forbidden"), Some("forbidden")));
        assert_eq!(may(Role::Write), (true, None, Some("forbidden")));
        assert_eq!(may(Role::Manage), (true, None, None));
        let unshare = ShareChange { grantee: to_taro(), role: None };
        made(db, |tx| service::change_share(tx, &hanako, &hers.id, unshare.clone()));
        assert!(list(db, &taro).is_empty());
        assert_eq!(refusal(db.read(|tx| service::get_contact(tx, &taro, &contact.id))).0, "not-found");
    });
}

#[test]
fn a_change_of_role_changes_the_tag() {
    on_each_database(|db, _| {
        let (hanako, taro) = (person(db), person(db));
        let hers = book(db, &hanako, "業者");
        let mut tags: Vec<ETag> = vec![hers.etag.clone()];
        for role in [Role::Read, Role::Write] {
            share(db, &hanako, &hers.id, ShareTarget::Person { person_id: taro.person.clone() }, role);
            tags.push(list(db, &taro).remove(0).etag);
        }
        tags.sort_by(|a, b| a.as_str().cmp(b.as_str()));
        tags.dedup();
        assert_eq!(tags.len(), 3);
    });
}

#[test]
fn a_share_reaches_units_and_everyone_and_their_phones() {
    on_each_database(|db, _| {
        let unit: UnitId = fresh(db);
        let (hanako, taro, jiro) = (person(db), person_in(db, std::slice::from_ref(&unit)), person(db));
        let hers = book(db, &hanako, "業者");
        let homes = |who: &Principal| {
            let followed = ok(db.read(|tx| access::followed(tx, who)));
            let homes = followed
                .iter()
                .filter(|one| matches!(one.kind, CollectionKind::Home | CollectionKind::SharedHome));
            homes.map(|one| one.head.modseq).sum::<i64>()
        };
        let before = homes(&taro);
        share(db, &hanako, &hers.id, ShareTarget::Unit { unit_id: unit }, Role::Read);
        assert_eq!((list(db, &taro).len(), list(db, &jiro).len()), (1, 0));
        assert!(homes(&taro) > before);
        share(db, &hanako, &hers.id, ShareTarget::Everyone {}, Role::Read);
        assert_eq!(list(db, &jiro).len(), 1);
        let shares = db.read(|tx| service::list_shares(tx, &hanako, &hers.id)).unwrap();
        assert_eq!(shares.len(), 3, "the owner's own is told, too");
    });
}

#[test]
fn the_owner_keeps_the_address_book_and_busy_time_is_no_role_in_it() {
    on_each_database(|db, _| {
        let hanako = person(db);
        let hers = book(db, &hanako, "業者");
        let owner = ShareTarget::Person { person_id: hanako.person.clone() };
        let lessen = ShareChange { grantee: owner.clone(), role: Some(Role::Read) };
        let lessened = db.write(|tx| service::change_share(tx, &hanako, &hers.id, lessen.clone()));
        assert_eq!(refusal(lessened).0, "address-book-fixed");
        let remove = ShareChange { grantee: owner, role: None };
        let removed = db.write(|tx| service::change_share(tx, &hanako, &hers.id, remove.clone()));
        assert_eq!(refusal(removed).0, "address-book-fixed");
        let busy = ShareChange { grantee: ShareTarget::Everyone {}, role: Some(Role::FreeBusy) };
        let busy = db.write(|tx| service::change_share(tx, &hanako, &hers.id, busy.clone()));
        assert_eq!(refusal(busy), ("invalid", vec!["/role one-of".to_owned()]));
        let nobody = ShareTarget::Person { person_id: fresh(db) };
        let nobody = ShareChange { grantee: nobody, role: Some(Role::Read) };
        let nobody = db.write(|tx| service::change_share(tx, &hanako, &hers.id, nobody.clone()));
        assert_eq!(refusal(nobody).1, ["/grantee not-found"]);
    });
}

#[test]
fn deleting_takes_the_contacts_and_the_rights_along() {
    on_each_database(|db, _| {
        let (hanako, taro) = (person(db), person(db));
        let hers = book(db, &hanako, "業者");
        let contact = contact_in(
            db,
            &hanako,
            &hers.id,
            json!({"name": {"full": "山田 太郎"}, "phones": {"p": {"number": "0157-23-0101"}}}),
        );
        share(db, &hanako, &hers.id, ShareTarget::Everyone {}, Role::Read);
        made(db, |tx| service::delete_address_book(tx, &hanako, &hers.id, &ANY));
        for who in [&hanako, &taro] {
            assert!(list(db, who).is_empty());
            assert_eq!(refusal(db.read(|tx| service::get_contact(tx, who, &contact.id))).0, "not-found");
            assert!(db.read(|tx| service::lookup_number(tx, who, "0157-23-0101")).unwrap().is_empty());
        }
        let log = ok(db.read(|tx| changes::since(tx, collections(db, &hanako)[0], 0, 100)));
        let gone: Vec<&str> =
            log.iter().filter(|change| change.gone).map(|change| change.object.as_str()).collect();
        assert!(gone.contains(&contact.id.as_str()) && gone.contains(&hers.id.as_str()));
        contact_in(db, &hanako, &book(db, &hanako, "業者").id, json!({"id": contact.id}));
    });
}
