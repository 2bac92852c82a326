use std::{collections::BTreeMap, time::Duration};

use chrono::NaiveDate;
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
fn said(number: u32, name: &str, unit: &str, title: &str) -> RosterPerson {
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

fn roster(people: Vec<RosterPerson>) -> Roster {
    Roster { people, says_titles: true, whole: false, by_address: true, source: None, effective_on: None }
}

/// 髙橋 goes to 財政課, where 太田 gives up the post of 主事; somebody new comes into a new unit.
fn transfer() -> Roster {
    roster(vec![
        said(1, "高橋 花子", "総務部/財政課", "主事"),
        said(6, "太田 誠", "農政部", "主任"),
        said(50, "新田 新", "農政部/森林課/緑化係", "主事"),
        said(3, "森 太", "農政部/森林課", "主査"),
    ])
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
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

fn paths(db: &Db, directory: &Directory) -> Vec<String> {
    let page = db.read(|tx| service::list_units(tx, directory, Limit::default(), None)).unwrap();
    page.items.into_iter().map(|unit| unit.path).collect()
}

/// Everyone as a client sees them, but for the tags.
fn shown(db: &Db, directory: &Directory) -> Vec<String> {
    let people = db.read(|tx| service::list_people_for_sync(tx, directory, None, 10_000)).unwrap();
    let without_tag = |person: &str| person.split("\"etag\"").next().unwrap().to_owned();
    people.iter().map(|person| without_tag(person.as_str())).collect()
}

fn due_jobs(db: &Db) -> Vec<jobs::Job> {
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
fn what_was_imported_is_taken_back_within_a_day() {
    on_each_database(|db, clock| {
        let directory = open(db);
        let (before, units) = (shown(db, &directory), paths(db, &directory));
        let undo = || db.write(service::undo_roster).unwrap();
        assert!(undo().is_none(), "nothing was imported yet");
        clock.advance(Duration::from_secs(1));
        service::import_roster(db, None, &Roster { whole: true, ..transfer() }).unwrap();
        assert_ne!(shown(db, &directory), before);
        clock.advance(Duration::from_hours(23));
        let (_, plan) = undo().unwrap();
        assert_eq!((plan.changed.len(), plan.returned.len(), plan.ended.len()), (2, 8, 1));
        assert_eq!(shown(db, &directory), before);
        assert_eq!(paths(db, &directory), units);
        assert_eq!(members(db, SOMU), [1, 4, 5, 6, 7, 9, 10]);
        assert_eq!(db.read(renraku_db::examine).unwrap().iter().map(|one| one.faults).sum::<i64>(), 0);
        assert!(undo().is_none(), "once is enough");
        service::import_roster(db, None, &transfer()).unwrap();
        clock.advance(Duration::from_hours(25));
        assert!(undo().is_none(), "after a day it stands");
    });
}

#[test]
fn who_comes_back_is_the_same_person_and_leaves_again_when_it_is_taken_back() {
    on_each_database(|db, clock| {
        let directory = open(db);
        let before = shown(db, &directory);
        let everyone = |without: u32, title: &str| {
            let said = people().into_iter().enumerate().filter_map(|(at, person)| {
                let number = u32::try_from(at).unwrap() + 1;
                (number != without).then(|| said(number, &person.name.full, "農政部", title))
            });
            Roster { whole: true, ..roster(said.collect()) }
        };
        service::import_roster(db, None, &everyone(4, "主事")).unwrap();
        assert_eq!(shown(db, &directory).len(), before.len() - 1);
        let gone = shown(db, &directory);
        clock.advance(Duration::from_secs(60));
        let mut renamed = everyone(0, "主事");
        renamed.people[3].name = "森田 實".to_owned();
        renamed.people[3].phonetic = Some("もりた みのる".to_owned());
        let back = service::import_roster(db, None, &renamed).unwrap();
        assert_eq!((back.added.len(), back.returned.len(), back.unchanged), (0, 1, 10));
        assert_eq!(back.returned[0].id, id(4));
        assert_eq!(members(db, NOSEI).len(), 11, "with the rights of the unit");
        assert_eq!(found(db, &directory, "森田"), [4]);
        db.write(service::undo_roster).unwrap().unwrap();
        assert_eq!(shown(db, &directory), gone);
        let names = db.read(|tx| service::names(tx, &[id(4)])).unwrap();
        assert_eq!(names[&id(4)].name.full, "森田 実", "as they had left");
        let counts = db.read(service::list_rosters).unwrap()[0].counts.unwrap();
        assert_eq!((counts.people, counts.returned), (11, 1));
        // Who had left before is known again, however it was that they left.
        let again = service::import_roster(db, None, &everyone(0, "主事")).unwrap();
        assert_eq!(again.returned[0].id, id(4));
        assert_eq!(db.read(renraku_db::examine).unwrap().iter().map(|one| one.faults).sum::<i64>(), 0);
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
fn a_prepared_roster_takes_effect_at_midnight_of_the_office() {
    on_each_database(|db, clock| {
        let directory = open(db);
        let first_of_april = day("2027-04-01");
        let before = shown(db, &directory);
        let wrong = roster(vec![said(4, "森田 実", "農政部", "部長")]);
        db.write(|tx| service::prepare_roster(tx, first_of_april, &wrong)).unwrap();
        db.write(|tx| service::prepare_roster(tx, first_of_april, &transfer())).unwrap();
        assert_eq!(db.read(service::list_rosters).unwrap().len(), 1, "the later one of a day counts");
        let midnight: renraku_base::Timestamp = "2027-04-01T00:00:00+09:00".parse().unwrap();
        clock.advance(Duration::from_micros((midnight.micros() - db.now().micros() - 1).unsigned_abs()));
        assert!(due_jobs(db).is_empty());
        assert!(service::apply_due_rosters(db, &Directory::new()).unwrap().is_empty());
        assert_eq!(shown(db, &directory), before);
        clock.advance(Duration::from_micros(1));
        assert_eq!(due_jobs(db).len(), 1);
        let applied = service::apply_due_rosters(db, &Directory::new()).unwrap();
        assert_eq!(applied[0].changed.len(), 2);
        assert_eq!(members(db, ZAISEI), [1, 4]);
        assert!(shown(db, &directory)[0].contains("\"startsOn\":\"2027-04-01\""));
        assert!(service::apply_due_rosters(db, &Directory::new()).unwrap().is_empty(), "once");
        // The holders are to be told, each with whom they follow.
        let told = due_jobs(db);
        let told: Appointments = serde_json::from_str(&told[0].payload).unwrap();
        let posts: Vec<(u32, &str, Option<u32>)> = told
            .people
            .iter()
            .map(|one| (number(&one.person), one.unit.as_str(), one.predecessor.as_ref().map(number)))
            .collect();
        assert_eq!(posts, [(1, "総務部/財政課", Some(6)), (6, "農政部", None)]);
        db.write(service::undo_roster).unwrap().unwrap();
        assert_eq!(shown(db, &directory), before);
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
fn each_import_of_a_day_is_taken_back_once_the_last_one_first() {
    on_each_database(|db, clock| {
        let directory = open(db);
        let mut states = vec![shown(db, &directory)];
        for title in ["主任", "参事"] {
            clock.advance(Duration::from_secs(1));
            let sheet =
                roster(vec![said(3, "森 太", "農政部/緑化課", title), said(60, "新田 新", title, title)]);
            service::import_roster(db, None, &sheet).unwrap();
            states.push(shown(db, &directory));
        }
        states.pop();
        while let Some(before) = states.pop() {
            clock.advance(Duration::from_secs(1));
            assert!(db.write(service::undo_roster).unwrap().is_some());
            assert_eq!(shown(db, &directory), before);
        }
        assert!(db.write(service::undo_roster).unwrap().is_none(), "nothing is done again");
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

#[test]
fn what_waits_can_be_dropped_and_what_is_old_is_forgotten() {
    on_each_database(|db, clock| {
        open(db);
        let day = day("2027-04-01");
        db.write(|tx| service::prepare_roster(tx, day, &transfer())).unwrap();
        let waiting = db.read(service::list_rosters).unwrap();
        let kept = db.read(|tx| service::get_prepared_roster(tx, &waiting[0].id)).unwrap();
        assert_eq!(kept, Some(Roster { effective_on: Some(day), ..transfer() }));
        assert!(db.write(|tx| service::cancel_roster(tx, day)).unwrap());
        assert!(!db.write(|tx| service::cancel_roster(tx, day)).unwrap());
        assert!(db.read(service::list_rosters).unwrap().is_empty());
        service::import_roster(db, None, &transfer()).unwrap();
        clock.advance(Duration::from_hours(24 * 6));
        assert_eq!(db.write(service::forget_old_rosters).unwrap(), 0);
        clock.advance(Duration::from_hours(25));
        assert_eq!(db.write(service::forget_old_rosters).unwrap(), 1);
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

#[test]
fn a_search_does_not_wait_for_a_great_transfer() {
    on_each_database(|db, clock| {
        let directory = open(db);
        let many: Vec<PersonEntry> =
            (100..300).map(|number| person(number, "応援 職員", "おうえん しょくいん", ZAISEI, "")).collect();
        db.write(|tx| service::bulk_insert(tx, &[], &many)).unwrap();
        let moved = (100..300).map(|number| said(number, "応援 職員", "農政部/応援課", "")).collect();
        let moved = roster(moved);
        let tomorrow = service::office_day(db.now()).succ_opt().unwrap();
        db.write(|tx| service::prepare_roster(tx, tomorrow, &moved)).unwrap();
        clock.advance(Duration::from_hours(24));
        let search = |directory: &Directory, q: &str| {
            let before = db.statements();
            let found = found(db, directory, q);
            (found.len(), db.statements() - before)
        };
        search(&directory, "応援課");
        let (none, as_ever) = search(&directory, "応援課");
        assert_eq!(none, 0);
        let applied = service::apply_due_rosters(db, &directory).unwrap();
        assert_eq!(applied[0].changed.len(), 200);
        assert_eq!(search(&directory, "応援課"), (50, as_ever), "nothing is loaded by the search");
        assert!(search(&Directory::new(), "応援課").1 > as_ever);
        assert_eq!(shown(db, &directory), shown(db, &Directory::new()));

        // What comes after it is taken over as ever.
        db.write(|tx| service::end_person(tx, &id(100))).unwrap();
        assert!(!shown(db, &directory).iter().any(|person| person.contains(id::<()>(100).as_str())));
    });
}
