//! What an import of staff changes and tells.

use std::{collections::BTreeMap, time::Duration};

use renraku_base::Limit;
use renraku_db::{CollectionKind, Db, changes, jobs};
use renraku_people::directory::{
    Appointments, Directory, DirectoryFault, PersonEntry, PhoneKind, Roster, RosterPerson, RosterPost,
    Withdrawal,
    service::{self, PeopleSearch},
};
use renraku_test_db::on_each_database;

use super::office::*;

/// A person of the sheet who is there already: with the staff number of person `number`.
pub(super) fn said(number: u32, name: &str, unit: &str, title: &str) -> RosterPerson {
    let post = RosterPost {
        unit: unit.split('/').map(str::to_owned).collect(),
        title: (!title.is_empty()).then(|| title.to_owned()),
    };
    RosterPerson {
        staff_number: format!("{:06}", 100_000 + number),
        name: name.to_owned(),
        phonetic: None,
        posts: Some(vec![post]),
        phones: BTreeMap::new(),
        emails: None,
    }
}

pub(super) fn roster(people: Vec<RosterPerson>) -> Roster {
    Roster { people, says_titles: true, whole: false, by_address: true, source: None, effective_on: None }
}

/// 髙橋 goes to 財政課, where 太田 gives up the post of 主事; somebody new comes into a new unit.
pub(super) fn transfer() -> Roster {
    roster(vec![
        said(1, "高橋 花子", "総務部/財政課", "主事"),
        said(6, "太田 誠", "農政部", "主任"),
        said(50, "新田 新", "農政部/森林課/緑化係", "主事"),
        said(3, "森 太", "農政部/森林課", "主査"),
    ])
}

/// The numbers of the directory's changes.
fn log(db: &Db) -> Vec<(i64, String)> {
    db.read(|tx| -> Result<_, renraku_db::Error> {
        let directory = changes::find_by_owner(tx, CollectionKind::Directory, None)?[0];
        changes::since(tx, directory, 0, 1_000)
    })
    .unwrap()
    .into_iter()
    .map(|change| (change.modseq, change.object))
    .collect()
}

/// Everyone as a client sees them, but for the tags.
pub(super) fn shown(db: &Db, directory: &Directory) -> Vec<String> {
    let people = db.read(|tx| service::list_people_for_sync(tx, directory, None, 10_000)).unwrap();
    let without_tag = |person: &str| person.split("\"etag\"").next().unwrap().to_owned();
    people.iter().map(|person| without_tag(person.as_str())).collect()
}

pub(super) fn due_jobs(db: &Db) -> Vec<jobs::Job> {
    db.write(|tx| jobs::claim(tx, jobs::Kinds::ALL, 10, Duration::from_secs(60))).unwrap()
}

#[test]
fn only_what_differs_is_written_and_told() {
    on_each_database(|db, clock| {
        let directory = open(db);
        let before = log(db);
        clock.advance(Duration::from_secs(1));
        let plan = db.read(|tx| service::plan_roster(tx, &transfer())).unwrap();
        assert_eq!(log(db), before, "to look changes nothing");
        let done = service::import_roster(db, None, &transfer()).unwrap();
        for plan in [&plan, &done] {
            let counts =
                (plan.added.len(), plan.changed.len(), plan.unchanged, plan.ended.len(), plan.unlisted);
            assert_eq!(counts, (1, 2, 1, 0, 8));
        }
        let told: Vec<String> = log(db)[before.len()..].iter().map(|(_, object)| object.clone()).collect();
        let new = &done.added[0];
        assert_eq!(told.len(), 4, "{told:?}");
        for one in [id::<()>(1).to_string(), id::<()>(6).to_string(), new.id.to_string()] {
            assert!(told.contains(&one), "{told:?}");
        }
        let search = PeopleSearch { q: Some("緑化係".to_owned()), ..PeopleSearch::default() };
        let found = find(db, &directory, 1, &search).unwrap();
        assert!(found.items.iter().map(|person| &person.id).eq([&new.id]), "a search sees it");
        assert_eq!(members(db, ZAISEI), [1, 4]);
        assert_eq!(members(db, KYUYO), [5]);
        let homes = |person: &PersonEntry| {
            db.read(|tx| changes::find_by_owner(tx, CollectionKind::Home, Some(person.id.as_str()))).unwrap()
        };
        assert_eq!(homes(new).len(), 1, "a phone follows it from the first day");
        let after = log(db);
        assert!(service::import_roster(db, None, &transfer()).unwrap().is_empty());
        assert_eq!(log(db), after, "the same sheet again is no news");
        // The holders are told as they are of a transfer that was prepared, by one of the imports.
        let [told] = due_jobs(db).try_into().expect("one job");
        let told: Appointments = serde_json::from_str(&told.payload).unwrap();
        let today = service::office_day(db.now()).to_string();
        let people: Vec<_> = told.people.iter().map(|one| (number(&one.person), one.from.as_str())).collect();
        assert_eq!(people, [(1, today.as_str()), (6, &today)]);
        // Whoever has yet to tell them learns that it was taken back.
        let undone = || db.write(|tx| service::is_roster_undone(tx, &told.roster)).unwrap();
        assert!(!undone());
        db.write(service::undo_roster).unwrap().unwrap();
        assert!(undone());
        let jobs = due_jobs(db);
        let withdrawn: Withdrawal = serde_json::from_str(&jobs[0].payload).unwrap();
        assert_eq!((&withdrawn.roster, jobs[0].kind.as_str()), (&told.roster, service::TELL_WITHDRAWN));
        assert_eq!(withdrawn.people.iter().map(number).collect::<Vec<_>>(), [1, 6]);
    });
}

#[test]
fn what_is_wrong_is_named_with_the_number_and_nothing_is_stored() {
    on_each_database(|db, _| {
        open(db);
        let before = log(db);
        let mut wrong = transfer();
        wrong.people[0].name = " ".to_owned();
        wrong.people[2].phones.insert(PhoneKind::Mobile, vec!["1\u{7}".to_owned()]);
        let fault = service::import_roster(db, None, &wrong).unwrap_err();
        let DirectoryFault::Invalid(fields) = fault else { panic!("{fault:?}") };
        let pointers: Vec<&str> = fields.iter().map(|field| field.pointer.as_str()).collect();
        assert_eq!(pointers, ["/people/100050/phones/0/number", "/people/100001/name/full"]);
        assert_eq!(log(db), before);
    });
}

#[test]
fn who_is_missing_of_the_whole_staff_leaves() {
    on_each_database(|db, _| {
        let directory = open(db);
        let whole = Roster { whole: true, ..transfer() };
        let done = service::import_roster(db, None, &whole).unwrap();
        assert_eq!(done.ended.len(), 8);
        assert_eq!(shown(db, &directory).len(), 4);
        assert_eq!(members(db, SOMU), [1]);
        let names = db.read(|tx| service::names(tx, &[id(8)])).unwrap();
        assert_eq!(names[&id(8)].name.full, "河野 結衣", "what they wrote keeps their name");
    });
}

#[test]
fn a_staff_number_is_given_once() {
    on_each_database(|db, _| {
        open(db);
        put(
            db,
            &PersonEntry {
                staff_number: None, ..person(12, "新田 新", "にった しん", NOSEI, "主事")
            },
        );
        let give = |who: u32, number: &str| db.write(|tx| service::put_staff_number(tx, &id(who), number));
        assert!(matches!(give(12, "100001"), Err(DirectoryFault::Invalid(_))));
        assert!(matches!(give(13, "000777"), Err(DirectoryFault::NotFound)));
        let before = log(db).len();
        give(12, "000777").unwrap();
        give(12, "000777").unwrap();
        assert_eq!(log(db).len(), before + 1, "the same again is no change");
        let mut said = said(1, "新田 新", "農政部", "主事");
        said.staff_number = "000777".to_owned();
        assert_eq!(service::import_roster(db, None, &roster(vec![said])).unwrap().unchanged, 1);
    });
}

#[test]
fn a_post_beside_the_main_one_is_told_as_such() {
    on_each_database(|db, _| {
        open(db);
        let mut sheet =
            roster(vec![said(3, "森 太", "農政部/森林課", "主査"), said(6, "太田 誠", "農政部", "主任")]);
        let further =
            |unit: &str| RosterPost { unit: vec![unit.to_owned()], title: Some("参事".to_owned()) };
        for (person, unit) in sheet.people.iter_mut().zip(["農政部", "総務部"]) {
            person.posts.iter_mut().for_each(|posts| posts.push(further(unit)));
        }
        service::import_roster(db, None, &sheet).unwrap();
        let [told] = due_jobs(db).try_into().expect("one job");
        let told: Appointments = serde_json::from_str(&told.payload).unwrap();
        let posts: Vec<_> =
            told.people.iter().map(|one| (number(&one.person), one.unit.as_str(), one.concurrent)).collect();
        assert_eq!(posts, [(3, "農政部", true), (6, "農政部", false), (6, "総務部", true)]);
    });
}

#[test]
fn who_changes_and_keeps_the_post_is_told_of_none() {
    on_each_database(|db, _| {
        open(db);
        let mut same = roster(vec![said(3, "森 太郎", "農政部/森林課", "主査")]);
        same.people[0].phones.insert(PhoneKind::Mobile, vec!["090-1111-2222".to_owned()]);
        let done = service::import_roster(db, None, &same).unwrap();
        assert_eq!((done.changed.len(), due_jobs(db).len()), (1, 0));
    });
}

#[test]
fn the_first_import_of_an_office_is_no_transfer() {
    on_each_database(|db, _| {
        let clerk = PersonEntry {
            id: id(1),
            name: renraku_people::directory::PersonName {
                full: "高橋 花子".into(), phonetic: String::new()
            },
            posts: Vec::new(),
            phones: Vec::new(),
            emails: Vec::new(),
            staff_number: Some("100001".to_owned()),
        };
        db.write(|tx| service::put_person(tx, &clerk)).unwrap();
        let done = service::import_roster(db, None, &transfer()).unwrap();
        assert_eq!((done.changed.len(), done.added.len(), due_jobs(db).len()), (1, 3, 0));
        let moved = roster(vec![said(1, "高橋 花子", "農政部", "係長")]);
        service::import_roster(db, None, &moved).unwrap();
        assert_eq!(due_jobs(db).len(), 1, "the next is");
    });
}

/// So many that they are written ahead.
fn many() -> Roster {
    roster((1_000..2_100).map(|number| said(number, "新田 新", "農政部/緑化課", "主事")).collect())
}

#[test]
fn many_who_come_are_seen_all_at_once() {
    on_each_database(|db, _| {
        let directory = open(db);
        let count = || shown(db, &directory).len();
        assert_eq!(count(), 11);
        assert_eq!(service::import_roster(db, Some(&directory), &many()).unwrap().added.len(), 1_100);
        let imported = db.statements();
        assert_eq!(count(), 1_111);
        let first = db.statements() - imported;
        count();
        assert_eq!(first * 2, db.statements() - imported, "the first who looks loads nothing");
        let unit = db.read(|tx| service::list_units(tx, &directory, Limit::default(), None)).unwrap();
        let unit = unit.items.iter().find(|unit| unit.path == "農政部/緑化課").unwrap().id.clone();
        assert_eq!(db.read(|tx| service::members(tx, &unit)).unwrap().len(), 1_100);
        assert!(service::import_roster(db, None, &many()).unwrap().is_empty());
        assert_eq!(db.read(renraku_db::examine).unwrap().iter().map(|one| one.faults).sum::<i64>(), 0);
        db.write(service::undo_roster).unwrap().unwrap();
        assert_eq!(count(), 11);
    });
}

#[test]
fn what_an_import_left_behind_is_seen_by_nobody_and_goes_with_the_next() {
    use diesel::{ExpressionMethods, QueryDsl, RunQueryDsl};
    use renraku_db::schema::{people, person_groups};

    on_each_database(|db, _| {
        let directory = open(db);
        let shown_before = shown(db, &directory);
        let left = id::<()>(77).to_string();
        db.write(|tx| {
            let row = (
                people::id.eq(&left),
                people::full_name.eq("新田 新"),
                people::phonetic.eq(""),
                people::phones.eq("[]"),
                people::emails.eq("[]"),
                people::left_on.eq("staged"),
                people::version.eq(1_i64),
            );
            diesel::insert_into(people::table).values(row).execute(tx.conn())?;
            let unit = id::<()>(KYUYO).to_string();
            let group = (person_groups::person_id.eq(&left), person_groups::group_id.eq(unit));
            diesel::insert_into(person_groups::table).values(group).execute(tx.conn())?;
            Ok::<_, renraku_db::Error>(())
        })
        .unwrap();
        assert_eq!(shown(db, &directory), shown_before);
        assert_eq!(members(db, KYUYO), [1, 5]);
        service::import_roster(db, None, &transfer()).unwrap();
        let rows = |tx: &mut renraku_db::ReadTx<'_>| {
            let people: i64 = people::table.find(&left).count().get_result(tx.conn())?;
            let of = person_groups::table.filter(person_groups::person_id.eq(&left));
            Ok::<_, renraku_db::Error>((people, of.count().get_result::<i64>(tx.conn())?))
        };
        assert_eq!(db.read(rows).unwrap(), (0, 0));
    });
}
