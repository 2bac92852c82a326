use std::time::Duration;

use renraku_base::{AddressBookId, ContactId, ContactMergeId, Role};
use renraku_contacts::model::{ContactMerge, Duplicates, ExpectedContact, LikenessReason, NewContactMerge};
use renraku_people::{ShareChange, ShareTarget};
use renraku_test_db::on_each_database;

use super::*;

fn expected(contact: &Contact) -> ExpectedContact {
    ExpectedContact { id: contact.id.clone(), etag: contact.etag.to_string() }
}

fn merging(keep: &Contact, others: &[&Contact]) -> NewContactMerge {
    NewContactMerge { keep: expected(keep), merge: others.iter().map(|it| expected(it)).collect() }
}

fn merge(
    db: &Db,
    who: &Principal,
    keep: &Contact,
    others: &[&Contact],
) -> Result<ContactMerge, ContactsFault> {
    let new = merging(keep, others);
    db.write(|tx| service::merge_contacts(tx, who, &new)).map(Changed::into_inner)
}

fn undo(db: &Db, who: &Principal, id: &ContactMergeId) -> Result<Contact, ContactsFault> {
    db.write(|tx| service::undo_merge(tx, who, id)).map(Changed::into_inner)
}

fn get(db: &Db, who: &Principal, id: &ContactId) -> Contact {
    db.read(|tx| service::get_contact(tx, who, id)).unwrap()
}

fn duplicates(db: &Db, who: &Principal) -> Vec<Duplicates> {
    db.read(|tx| service::find_duplicates(tx, who, None, None, Limit::default())).unwrap().items
}

fn ids(group: &Duplicates) -> Vec<ContactId> {
    group.contacts.iter().map(|contact| contact.id.clone()).collect()
}

fn mail(address: &str) -> Value {
    json!({"name": {"full": address}, "emails": {"e": {"address": address}}})
}

#[test]
fn contacts_that_look_the_same_are_told_once_with_every_reason() {
    on_each_database(|db, clock| {
        let (hanako, taro) = (person(db), person(db));
        let (mine, other) = (book(db, &hanako, "業者"), book(db, &hanako, "個人"));
        let yamada = |more: Value| {
            let mut card =
                json!({"name": {"full": "山田 太郎"}, "emails": {"e": {"address": "taro@example.jp"}}});
            card.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            card
        };
        let phone = json!({"phones": {"p": {"number": "0155-26-1111"}}});
        let one = contact_in(db, &hanako, &mine.id, yamada(phone.clone()));
        clock.advance(Duration::from_secs(1));
        let two = contact_in(db, &hanako, &mine.id, yamada(json!({"name": {"full": "山田　太郎"}})));
        clock.advance(Duration::from_secs(1));
        let mut three = phone;
        three["name"] = json!({"full": "代表"});
        let three = contact_in(db, &hanako, &mine.id, three);
        // In another address book, and of another person.
        contact_in(db, &hanako, &other.id, yamada(json!({})));
        let theirs = book(db, &taro, "業者");
        contact_in(db, &taro, &theirs.id, yamada(json!({})));

        let found = duplicates(db, &hanako);
        let told: Vec<_> = found.iter().map(|group| (ids(group), group.reasons.clone())).collect();
        assert_eq!(
            told,
            [
                (vec![one.id.clone(), two.id], vec![LikenessReason::Email, LikenessReason::Name]),
                (vec![one.id.clone(), three.id], vec![LikenessReason::Phone]),
            ]
        );
        assert_eq!((&found[0].address_book_id, &found[0].contacts[0].etag), (&mine.id, &one.etag));
        assert_eq!(duplicates(db, &taro), []);
        made(db, |tx| service::delete_contact(tx, &hanako, &one.id, &ANY));
        assert_eq!(duplicates(db, &hanako), []);
    });
}

#[test]
fn the_list_of_duplicates_goes_on_where_it_ended_and_leaves_out_a_switchboard() {
    on_each_database(|db, _| {
        let hanako = person(db);
        let mine = book(db, &hanako, "業者");
        for n in 0..21 {
            let address = format!("m{}@example.jp", n % 7);
            let mut card = mail(&address);
            card["name"]["full"] = format!("{n}").into();
            card["phones"] = json!({"p": {"number": "0155-26-1111"}});
            contact_in(db, &hanako, &mine.id, card);
        }
        let (mut seen, mut cursor) = (Vec::new(), None);
        loop {
            let page = db.read(|tx| {
                let books = [mine.id.clone()];
                service::find_duplicates(tx, &hanako, Some(&books), cursor.as_ref(), Limit::new(2).unwrap())
            });
            let page = page.unwrap();
            assert!(page.items.len() <= 2);
            seen.extend(page.items);
            cursor = page.next_cursor;
            if cursor.is_none() {
                break;
            }
        }
        assert_eq!(seen.len(), 7, "{seen:?}");
        assert!(
            seen.iter().all(|group| group.contacts.len() == 3 && group.reasons == [LikenessReason::Email])
        );
        let stranger = person(db);
        let foreign = db.read(|tx| {
            service::find_duplicates(
                tx,
                &stranger,
                Some(std::slice::from_ref(&mine.id)),
                None,
                Limit::default(),
            )
        });
        assert_eq!(refusal(foreign).0, "not-found");
        let bad = Cursor::of(&["x"]);
        let bad = db.read(|tx| service::find_duplicates(tx, &hanako, None, Some(&bad), Limit::default()));
        assert_eq!(refusal(bad), ("bad-query", vec!["cursor bad-cursor".to_owned()]));
    });
}

#[test]
fn merged_contacts_are_one_and_apart_again_when_it_is_undone() {
    on_each_database(|db, clock| {
        let hanako = person(db);
        let mine = book(db, &hanako, "業者");
        let keep = contact_in(db, &hanako, &mine.id, mail("a@example.jp"));
        let goes = contact_in(db, &hanako, &mine.id, mail("b@example.jp"));
        let stays = contact_in(db, &hanako, &mine.id, named("鈴木"));
        let members = json!({goes.card.uid(): true, stays.card.uid(): true});
        let group = json!({"kind": "group", "name": {"full": "防災"}, "members": members});
        let group = contact_in(db, &hanako, &mine.id, group);
        clock.advance(Duration::from_secs(1));

        let merged = merge(db, &hanako, &keep, &[&goes]).unwrap();
        assert_eq!((&merged.contact_id, &merged.merged), (&keep.id, &vec![goes.id.clone()]));
        let now = get(db, &hanako, &keep.id);
        assert_eq!((&now.etag, now.card.known().emails.len()), (&merged.etag, 2));
        assert_eq!(now.card.members()["nicknames"]["k1"]["name"], "b@example.jp");
        assert_eq!(search(db, &hanako, "b@example.jp"), ["a@example.jp"]);
        let gone = db.read(|tx| service::get_contact(tx, &hanako, &goes.id));
        assert_eq!(refusal(gone).0, "not-found");
        let told = |id: &ContactId| {
            let collection = collections(db, &hanako)[0];
            let changes = ok(db.read(|tx| changes::since(tx, collection, 0, 1_000)));
            changes.into_iter().rev().find(|it| it.object == id.as_str()).map(|it| it.gone)
        };
        assert_eq!((told(&keep.id), told(&goes.id)), (Some(false), Some(true)));
        let in_group = get(db, &hanako, &group.id);
        assert_eq!(
            in_group.card.members()["members"],
            json!({keep.card.uid(): true, stays.card.uid(): true})
        );
        assert_ne!(in_group.etag, group.etag);
        assert_eq!(db.read(|tx| service::list_merges(tx, &hanako)).unwrap(), std::slice::from_ref(&merged));

        clock.advance(Duration::from_secs(1));
        let back = undo(db, &hanako, &merged.id).unwrap();
        assert_eq!(back.card, keep.card);
        assert!(back.etag != keep.etag && back.etag != merged.etag);
        let again = get(db, &hanako, &goes.id);
        assert_eq!(again.card, goes.card);
        assert_ne!(again.etag, goes.etag);
        assert_eq!(told(&goes.id), Some(false));
        assert_eq!(get(db, &hanako, &group.id).card.members()["members"], group.card.members()["members"]);
        assert_eq!(refusal(undo(db, &hanako, &merged.id)).0, "not-found");
        assert_eq!(db.read(|tx| service::list_merges(tx, &hanako)).unwrap(), []);
    });
}

#[test]
fn what_changed_since_is_not_undone() {
    on_each_database(|db, clock| {
        let (hanako, taro) = (person(db), person(db));
        let mine = book(db, &hanako, "業者");
        let pair = || {
            let keep = contact_in(db, &hanako, &mine.id, named("山田"));
            let goes = contact_in(db, &hanako, &mine.id, named("山田"));
            let merged = merge(db, &hanako, &keep, &[&goes]).unwrap();
            (keep, goes, merged.id)
        };
        let (keep, goes, merged) = pair();
        assert_eq!(refusal(undo(db, &taro, &merged)).0, "not-found");
        made(db, |tx| service::update_contact(tx, &hanako, &keep.id, &patch(named("山本")), &ANY));
        let refused = undo(db, &hanako, &merged).unwrap_err();
        assert_eq!(
            (refused.code(), refused.members().unwrap()["contactId"].as_str()),
            ("contact-changed", Some(keep.id.as_str()))
        );
        assert_eq!(names(&[get(db, &hanako, &keep.id)]), ["山本"]);
        let gone = db.read(|tx| service::get_contact(tx, &hanako, &goes.id));
        assert_eq!(refusal(gone).0, "not-found");

        let (_, goes, merged) = pair();
        let other = contact_in(db, &hanako, &mine.id, json!({"uid": goes.card.uid()}));
        assert_eq!(refusal(undo(db, &hanako, &merged)).0, "contact-changed");
        made(db, |tx| service::delete_contact(tx, &hanako, &other.id, &ANY));
        undo(db, &hanako, &merged).unwrap();

        let (_, _, late) = pair();
        clock.advance(Duration::from_hours(24));
        assert_eq!(refusal(undo(db, &hanako, &late)).0, "not-found");
        assert_eq!(ok(db.write(service::forget_old_merges)), 2);
        assert_eq!(ok(db.write(service::forget_old_merges)), 0);
    });
}

#[test]
fn only_contacts_of_one_address_book_in_the_versions_at_hand_are_merged() {
    on_each_database(|db, _| {
        let (hanako, taro) = (person(db), person(db));
        let (mine, other) = (book(db, &hanako, "業者"), book(db, &hanako, "個人"));
        let one = contact_in(db, &hanako, &mine.id, named("山田"));
        let two = contact_in(db, &hanako, &mine.id, named("山田"));
        let group = contact_in(db, &hanako, &mine.id, json!({"kind": "group"}));
        let apart = contact_in(db, &hanako, &other.id, named("山田"));
        assert_eq!(refusal(merge(db, &taro, &one, &[&two])).0, "not-found");
        let theirs = book(db, &taro, "業者");
        let foreign = contact_in(db, &taro, &theirs.id, named("山田"));
        assert_eq!(refusal(merge(db, &taro, &foreign, &[&two])).0, "not-found");
        for (others, faults) in [
            (vec![], vec!["/merge out-of-range"]),
            (vec![&two, &one, &two], vec!["/merge/1/id contact-twice", "/merge/2/id contact-twice"]),
            (vec![&group, &apart], vec!["/merge/0/id group-with-contact", "/merge/1/id other-address-book"]),
        ] {
            let refused = refusal(merge(db, &hanako, &one, &others));
            assert_eq!(refused, ("invalid", faults.into_iter().map(str::to_owned).collect()));
        }
        made(db, |tx| service::update_contact(tx, &hanako, &two.id, &patch(named("山本")), &ANY));
        let stale = merge(db, &hanako, &one, &[&two]).unwrap_err();
        assert_eq!(stale.members().unwrap()["contactId"], two.id.as_str());
        assert_eq!(get(db, &hanako, &one.id).card, one.card);

        let share = ShareChange {
            grantee: ShareTarget::Person { person_id: taro.person.clone() },
            role: Some(Role::Read),
        };
        made(db, |tx| service::change_share(tx, &hanako, &mine.id, share.clone()));
        assert_eq!(refusal(merge(db, &taro, &one, &[&two])).0, "forbidden");
    });
}

#[test]
fn an_index_of_older_rules_is_made_anew_without_another_version() {
    on_each_database(|db, _| {
        let hanako = person(db);
        let mine = book(db, &hanako, "業者");
        let one = contact_in(db, &hanako, &mine.id, mail("a@example.jp"));
        contact_in(db, &hanako, &mine.id, mail("a@example.jp"));
        assert_eq!(ok(service::index_anew(db)), 2);
        assert_eq!(ok(service::index_anew(db)), 0);
        assert_eq!(get(db, &hanako, &one.id).etag, one.etag);
        assert_eq!(duplicates(db, &hanako).len(), 1);
    });
}

#[test]
fn merges_into_one_contact_are_undone_one_after_the_other() {
    on_each_database(|db, _| {
        let hanako = person(db);
        let mine = book(db, &hanako, "業者");
        let cards = ["a@example.jp", "b@example.jp", "c@example.jp", "d@example.jp"];
        let [one, two, three, four] = cards.map(|address| contact_in(db, &hanako, &mine.id, mail(address)));
        let first = merge(db, &hanako, &one, &[&two]).unwrap();
        let second = merge(db, &hanako, &get(db, &hanako, &one.id), &[&three]).unwrap();
        // What was merged goes into another.
        let third = merge(db, &hanako, &four, &[&get(db, &hanako, &one.id)]).unwrap();
        for merge in [third, second, first] {
            undo(db, &hanako, &merge.id).unwrap();
        }
        for contact in [&one, &two, &three, &four] {
            assert_eq!(get(db, &hanako, &contact.id).card, contact.card);
        }
    });
}

#[test]
fn a_member_is_known_however_a_client_writes_the_uid() {
    on_each_database(|db, _| {
        let hanako = person(db);
        let mine = book(db, &hanako, "業者");
        let mut card = mail("b@example.jp");
        card["uid"] = "F73C192C-0000-4000-8000-000000000001".into();
        let (one, two) = (
            contact_in(db, &hanako, &mine.id, mail("a@example.jp")),
            contact_in(db, &hanako, &mine.id, card),
        );
        let member = "urn:uuid:f73c192c-0000-4000-8000-000000000001";
        let group = json!({"kind": "group", "name": {"full": "親睦会"}, "members": {member: true}});
        let group = contact_in(db, &hanako, &mine.id, group);
        let members = || {
            let filter = ContactFilter { member_of: Some(group.id.clone()), ..Default::default() };
            let page = db.read(|tx| service::list_contacts(tx, &hanako, &filter, None, Limit::default()));
            page.unwrap().items.into_iter().map(|it| it.id).collect::<Vec<_>>()
        };
        assert_eq!(members(), std::slice::from_ref(&two.id));
        let merged = merge(db, &hanako, &one, &[&two]).unwrap();
        assert_eq!(members(), std::slice::from_ref(&one.id));
        undo(db, &hanako, &merged.id).unwrap();
        assert_eq!(members(), std::slice::from_ref(&two.id));
    });
}

fn share(db: &Db, owner: &Principal, book: &AddressBookId, with: &Principal, role: Role) {
    let grantee = ShareTarget::Person { person_id: with.person.clone() };
    made(db, |tx| {
        service::change_share(tx, owner, book, ShareChange { grantee: grantee.clone(), role: Some(role) })
    });
}

fn group(db: &Db, who: &Principal, book: &AddressBookId, uids: &[&str]) -> Contact {
    let members: serde_json::Map<String, Value> =
        uids.iter().map(|uid| ((*uid).to_owned(), true.into())).collect();
    contact_in(db, who, book, json!({"kind": "group", "name": {"full": "防災"}, "members": members}))
}

#[test]
fn groups_of_other_address_books_follow_where_the_person_may_write() {
    on_each_database(|db, clock| {
        let (hanako, taro) = (person(db), person(db));
        let (mine, other, third) =
            (book(db, &hanako, "業者"), book(db, &hanako, "個人"), book(db, &hanako, "写し"));
        let theirs = book(db, &taro, "課");
        share(db, &taro, &theirs.id, &hanako, Role::Read);
        let keep = contact_in(db, &hanako, &mine.id, mail("a@example.jp"));
        let goes = contact_in(db, &hanako, &mine.id, mail("b@example.jp"));
        // One with the same uid there is meant by the groups beside it.
        contact_in(db, &hanako, &third.id, json!({"uid": goes.card.uid(), "name": {"full": "写し"}}));
        let followed = group(db, &hanako, &other.id, &[goes.card.uid()]);
        let copied = group(db, &hanako, &third.id, &[goes.card.uid()]);
        let foreign = group(db, &taro, &theirs.id, &[goes.card.uid()]);
        clock.advance(Duration::from_secs(1));
        let merged = merge(db, &hanako, &keep, &[&goes]).unwrap();
        let members = |group: &Contact| get(db, &hanako, &group.id).card.members()["members"].clone();
        assert_eq!(members(&followed), json!({keep.card.uid(): true}));
        for group in [&copied, &foreign] {
            assert_eq!(members(group), json!({goes.card.uid(): true}));
            assert_eq!(get(db, &hanako, &group.id).etag, group.etag);
        }
        undo(db, &hanako, &merged.id).unwrap();
        for group in [&followed, &copied, &foreign] {
            assert_eq!(members(group), json!({goes.card.uid(): true}));
        }
    });
}

#[test]
fn whoever_was_taken_out_of_a_group_since_does_not_come_back_into_it() {
    on_each_database(|db, clock| {
        let hanako = person(db);
        let mine = book(db, &hanako, "業者");
        let keep = contact_in(db, &hanako, &mine.id, mail("a@example.jp"));
        let goes = contact_in(db, &hanako, &mine.id, mail("b@example.jp"));
        let [left, renamed] = [(); 2].map(|()| group(db, &hanako, &mine.id, &[goes.card.uid()]));
        clock.advance(Duration::from_secs(1));
        let merged = merge(db, &hanako, &keep, &[&goes]).unwrap();
        let change = |id: &ContactId, change: Value| {
            made(db, |tx| service::update_contact(tx, &hanako, id, &patch(change.clone()), &ANY))
        };
        change(&left.id, json!({"members": {keep.card.uid(): null}}));
        change(&renamed.id, json!({"name": {"full": "水防"}}));
        undo(db, &hanako, &merged.id).unwrap();
        let members = |group: &Contact| get(db, &hanako, &group.id).card.members()["members"].clone();
        assert_eq!(members(&left), json!({}));
        assert_eq!(members(&renamed), json!({goes.card.uid(): true}));
        assert_eq!(names(&[get(db, &hanako, &renamed.id)]), ["水防"]);
    });
}

#[test]
fn who_manages_an_address_book_sees_and_undoes_what_others_merged_there() {
    on_each_database(|db, _| {
        let (owner, writer, other) = (person(db), person(db), person(db));
        let shared = book(db, &owner, "課");
        share(db, &owner, &shared.id, &writer, Role::Write);
        share(db, &owner, &shared.id, &other, Role::Write);
        let keep = contact_in(db, &owner, &shared.id, mail("a@example.jp"));
        let goes = contact_in(db, &owner, &shared.id, mail("b@example.jp"));
        let merged = merge(db, &writer, &keep, &[&goes]).unwrap();
        assert_eq!(merged.merged_by, writer.person);
        let list = |who: &Principal| db.read(|tx| service::list_merges(tx, who)).unwrap();
        assert_eq!((list(&owner), list(&writer)), (vec![merged.clone()], vec![merged.clone()]));
        assert_eq!(list(&other), []);
        assert_eq!(refusal(undo(db, &other, &merged.id)).0, "not-found");
        // Whoever may only read what they merged is not shown what they cannot undo.
        share(db, &owner, &shared.id, &writer, Role::Read);
        assert_eq!((list(&owner).len(), list(&writer)), (1, vec![]));
        assert_eq!(refusal(undo(db, &writer, &merged.id)).0, "forbidden");
        share(db, &owner, &shared.id, &writer, Role::Write);
        undo(db, &owner, &merged.id).unwrap();
        assert_eq!(get(db, &writer, &goes.id).card, goes.card);
        assert_eq!((list(&owner), list(&writer)), (vec![], vec![]));
    });
}

#[test]
fn a_version_without_its_quotes_is_no_version() {
    on_each_database(|db, _| {
        let hanako = person(db);
        let mine = book(db, &hanako, "業者");
        let one = contact_in(db, &hanako, &mine.id, named("山田"));
        let two = contact_in(db, &hanako, &mine.id, named("山田"));
        let mut wrong = merging(&one, &[&two]);
        for version in [&mut wrong.keep.etag, &mut wrong.merge[0].etag] {
            *version = version.trim_matches('"').to_owned();
        }
        let refused = db.write(|tx| service::merge_contacts(tx, &hanako, &wrong)).map(Changed::into_inner);
        let faults = ["/keep/etag not-an-etag", "/merge/0/etag not-an-etag"].map(str::to_owned).to_vec();
        assert_eq!(refusal(refused), ("invalid", faults));
    });
}

#[test]
fn spellings_of_one_number_are_one_after_a_merge() {
    on_each_database(|db, _| {
        let hanako = person(db);
        let mine = book(db, &hanako, "業者");
        let numbers = json!({"a": {"number": "0155-22-1111"}, "b": {"number": "+81155221111"}});
        let one = contact_in(db, &hanako, &mine.id, json!({"name": {"full": "山田"}, "phones": numbers}));
        let two = contact_in(db, &hanako, &mine.id, named("山田"));
        let merged = merge(db, &hanako, &one, &[&two]).unwrap();
        assert_eq!(
            get(db, &hanako, &one.id).card.members()["phones"],
            json!({"a": {"number": "0155-22-1111"}})
        );
        assert_eq!(undo(db, &hanako, &merged.id).unwrap().card, one.card);
    });
}
