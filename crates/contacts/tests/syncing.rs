use renraku_base::Role;
use renraku_people::{ShareChange, ShareTarget};
use renraku_test_db::on_each_database;

use super::*;

#[test]
fn pages_of_an_address_book_hold_every_contact_once() {
    on_each_database(|db, _| {
        let hanako = person(db);
        let mine = book(db, &hanako, "業者");
        for n in 0..7 {
            contact_in(db, &hanako, &mine.id, named(&format!("第{n}号")));
        }
        let other = book(db, &hanako, "議会");
        contact_in(db, &hanako, &other.id, named("議長"));
        let collection = collections(db, &hanako)[0];
        let mut joined: Vec<Contact> = Vec::new();
        loop {
            let after = joined.last().map(|last| last.id.to_string());
            let page =
                ok(db.read(|tx| service::sync::list_contacts(tx, &hanako, collection, after.as_deref(), 3)));
            if page.is_empty() {
                break;
            }
            joined.extend(page);
        }
        let mut names = names(&joined);
        names.sort();
        assert_eq!(names.len(), 7);
        names.dedup();
        assert_eq!(names.len(), 7);
    });
}

#[test]
fn only_what_may_be_read_is_given() {
    on_each_database(|db, _| {
        let (hanako, taro) = (person(db), person(db));
        let mine = book(db, &hanako, "業者");
        let contact = contact_in(db, &hanako, &mine.id, named("山田"));
        let collection = collections(db, &hanako)[0];
        let (books, contacts) = ([mine.id.to_string()], [contact.id.to_string(), "unknown".to_owned()]);
        let given = |who: &Principal| {
            ok(db.read(|tx| {
                Ok::<_, Error>((
                    service::sync::address_book_of(tx, who, collection)?.map(|book| book.role),
                    service::sync::get_address_books(tx, who, &books)?.len(),
                    service::sync::list_contacts(tx, who, collection, None, 10)?.len(),
                    service::sync::get_contacts(tx, who, &contacts)?.len(),
                ))
            }))
        };
        assert_eq!(given(&hanako), (Some(Role::Manage), 1, 1, 1));
        assert_eq!(given(&taro), (None, 0, 0, 0));
        let target = ShareTarget::Person { person_id: taro.person.clone() };
        let share = ShareChange { grantee: target, role: Some(Role::Read) };
        made(db, |tx| service::change_share(tx, &hanako, &mine.id, share.clone()));
        assert_eq!(given(&taro), (Some(Role::Read), 1, 1, 1));
    });
}

#[test]
fn what_a_book_holds_is_told_for_those_who_lost_it() {
    on_each_database(|db, _| {
        let hanako = person(db);
        let mine = book(db, &hanako, "業者");
        let contact = contact_in(db, &hanako, &mine.id, named("山田"));
        let collection = collections(db, &hanako)[0];
        let held = || ok(db.read(|tx| service::sync::ids_in(tx, collection)));
        assert_eq!(held(), Some((mine.id.clone(), vec![contact.id.clone()])));
        made(db, |tx| service::delete_address_book(tx, &hanako, &mine.id, &ANY));
        assert_eq!(held(), None);
        let log = ok(db.read(|tx| changes::since(tx, collection, 0, 100)));
        let objects: Vec<&str> =
            log.iter().filter(|change| change.gone).map(|change| change.object.as_str()).collect();
        assert!(objects.contains(&mine.id.as_str()) && objects.contains(&contact.id.as_str()));
    });
}
