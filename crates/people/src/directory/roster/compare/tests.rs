use renraku_base::Id;

use super::*;
use crate::directory::UnitEntry;

fn unit(id: &str, name: &str, above: Option<&str>, position: i32) -> StoredUnit {
    let entry = UnitEntry {
        id: Id::stored(id.to_owned()),
        name: name.to_owned(),
        parent_id: above.map(|above| Id::stored(above.to_owned())),
        position,
    };
    StoredUnit { entry, version: 1 }
}

fn stored() -> Stored {
    let post = PostEntry {
        unit: Id::stored("jinji".into()),
        title: Some("主事".into()),
        starts_on: Some("2025-04-01".into()),
        ends_on: None,
    };
    let hanako = PersonEntry {
        id: Id::stored("hanako".into()),
        name: PersonName { full: "佐藤 花子".into(), phonetic: "サトウ ハナコ".into() },
        posts: vec![post],
        phones: vec![
            Phone { number: "0155-99-7901".into(), kind: PhoneKind::Outside },
            Phone { number: "7901".into(), kind: PhoneKind::Extension },
        ],
        emails: vec!["hanako@pref.example.jp".into()],
        staff_number: Some("000123".into()),
    };
    let device = PersonEntry { id: Id::stored("device".into()), staff_number: None, ..hanako.clone() };
    let units = vec![unit("somu", "総務部", None, 0), unit("jinji", "ＩＴ課", Some("somu"), 4)];
    Stored { units, people: vec![(hanako, 7), (device, 9)], head: 3 }
}

fn hanako() -> RosterPerson {
    RosterPerson {
        staff_number: "000123".into(),
        name: "佐藤 花子".into(),
        phonetic: None,
        posts: Some(vec![RosterPost {
            unit: vec!["総務部".into(), "IT課".into()],
            title: Some("主事".into()),
        }]),
        phones: [(PhoneKind::Extension, vec!["7901".into()])].into(),
        emails: None,
    }
}

fn plan(people: Vec<RosterPerson>, change: impl FnOnce(&mut Roster)) -> RosterPlan {
    let mut roster = Roster { people, says_titles: true, whole: false, effective_on: None };
    change(&mut roster);
    compare(&roster, stored(), Timestamp::from_micros(1_000_000))
}

#[test]
fn what_is_so_already_is_no_change() {
    let plan = plan(vec![hanako()], |_| ());
    assert!(plan.is_empty(), "{plan:?}");
    assert_eq!((plan.unchanged, plan.unlisted, plan.latest, plan.head), (1, 1, 9, 3));
}

#[test]
fn a_post_keeps_its_dates_and_a_new_one_begins_on_the_day() {
    let mut said = hanako();
    let day = "2027-04-01".parse().unwrap();
    let new = RosterPost { unit: vec!["農政部".into(), "森林課".into()], title: Some("主任".into()) };
    said.posts.as_mut().unwrap().insert(0, new);
    let plan = plan(vec![said], |roster| roster.effective_on = Some(day));
    let [Change { before, after }] = plan.changed.as_slice() else { panic!("{plan:?}") };
    assert_eq!(after.posts[1], before.posts[0]);
    assert_eq!(after.posts[0].starts_on.as_deref(), Some("2027-04-01"));
    assert_eq!(plan.path(&after.posts[0].unit), "農政部/森林課");
    let made: Vec<(&str, i32)> =
        plan.new_units.iter().map(|unit| (unit.name.as_str(), unit.position)).collect();
    assert_eq!(made, [("農政部", 1), ("森林課", 0)]);
    assert_eq!(after.phones, before.phones);
}

#[test]
fn what_is_not_said_stays_and_what_is_empty_goes() {
    let mut said = hanako();
    said.phones = [(PhoneKind::Extension, vec!["7902".into(), "7903".into()])].into();
    said.emails = Some(Vec::new());
    said.phonetic = Some("サトウ ハナ".into());
    let plan = plan(vec![said], |_| ());
    let after = &plan.changed[0].after;
    let numbers: Vec<&str> = after.phones.iter().map(|phone| phone.number.as_str()).collect();
    assert_eq!(numbers, ["7902", "7903", "0155-99-7901"]);
    assert_eq!((after.emails.len(), after.name.phonetic.as_str()), (0, "サトウ ハナ"));
    let mut said = hanako();
    said.posts = None;
    said.name = "鈴木 花子".into();
    let plan = self::plan(vec![said], |_| ());
    assert_eq!(plan.changed[0].after.posts, plan.changed[0].before.posts);
}

#[test]
fn a_sheet_without_titles_leaves_them() {
    let mut said = hanako();
    said.posts.as_mut().unwrap()[0].title = None;
    assert_eq!(plan(vec![said.clone()], |roster| roster.says_titles = false).unchanged, 1);
    assert_eq!(plan(vec![said], |_| ()).changed[0].after.posts[0].title, None);
}

#[test]
fn nobody_leaves_unless_the_sheet_is_the_whole_staff_and_never_without_a_number() {
    let other = RosterPerson { staff_number: "000124".into(), ..hanako() };
    let part = plan(vec![other.clone()], |_| ());
    assert_eq!((part.added.len(), part.ended.len(), part.unlisted), (1, 0, 2));
    let whole = plan(vec![other], |roster| roster.whole = true);
    let ended: Vec<&str> = whole.ended.iter().map(|person| person.id.as_str()).collect();
    assert_eq!((ended.as_slice(), whole.unlisted), (&["hanako"][..], 1));
}
