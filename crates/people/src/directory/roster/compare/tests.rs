use renraku_base::{Id, Timestamp};

use super::*;
use crate::directory::{Lookalike, Remark, TakenAddress, UnitEntry};

fn unit(id: &str, name: &str, above: Option<&str>, position: i32) -> StoredUnit {
    let entry = UnitEntry {
        id: Id::stored(id.to_owned()),
        name: name.to_owned(),
        parent_id: above.map(|above| Id::stored(above.to_owned())),
        position,
    };
    StoredUnit { entry, version: 1 }
}

fn ids() -> NewIds {
    NewIds::new(Id::stored("roster".into()), Timestamp::from_micros(1_000_000))
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
    let former = PersonEntry {
        id: Id::stored("ichiro".into()),
        name: PersonName { full: "鈴木 一郎".into(), phonetic: "スズキ イチロウ".into() },
        posts: Vec::new(),
        phones: Vec::new(),
        emails: vec!["Ichiro@pref.example.jp".into()],
        staff_number: Some("000125".into()),
    };
    let former = Former { person: former, left_on: "2026-03-31".into() };
    Stored { units, people: vec![(hanako, 7), (device, 9)], formers: vec![(former, 11)], head: 3 }
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
    let mut roster = Roster {
        people,
        says_titles: true,
        whole: false,
        by_address: true,
        source: None,
        effective_on: None,
    };
    change(&mut roster);
    compare(&roster, stored(), &ids())
}

#[test]
fn what_is_so_already_is_no_change() {
    let plan = plan(vec![hanako()], |_| ());
    assert!(plan.is_empty(), "{plan:?}");
    assert_eq!((plan.unchanged, plan.unlisted, plan.latest, plan.head), (1, 1, 11, 3));
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

fn named(number: &str, name: &str) -> RosterPerson {
    RosterPerson { staff_number: number.into(), name: name.into(), ..hanako() }
}

fn mailed(number: &str, name: &str, email: &str) -> RosterPerson {
    RosterPerson { emails: Some(vec![email.into()]), ..named(number, name) }
}

#[test]
fn who_has_no_number_is_found_by_the_address_and_gets_the_number() {
    let plan = plan(vec![hanako(), mailed("000777", "佐藤 花子", "hanako@pref.example.jp")], |_| ());
    let [Change { before, after }] = plan.changed.as_slice() else { panic!("{plan:?}") };
    assert_eq!((before.id.as_str(), after.id.as_str()), ("device", "device"));
    assert_eq!(after.staff_number.as_deref(), Some("000777"));
    assert_eq!((plan.unlisted, plan.staff, plan.added.len()), (0, 1, 0));
}

#[test]
fn an_address_on_a_server_says_nothing_of_who_somebody_is() {
    let said = vec![hanako(), mailed("000777", "佐藤 花子", "hanako@pref.example.jp")];
    let plan = plan(said, |roster| roster.by_address = false);
    assert_eq!((plan.added.len(), plan.changed.len(), plan.remarks.len()), (1, 0, 1));
}

#[test]
fn nobody_is_guessed() {
    // Without an address the name alone says nothing; nor does an address that two have.
    let namesake = plan(vec![hanako(), named("000777", "佐藤花子")], |_| ());
    assert_eq!(namesake.added.len(), 1);
    let [Remark { staff_number, who: Lookalike::WithoutNumber { person, .. }, .. }] =
        namesake.remarks.as_slice()
    else {
        panic!("{:?}", namesake.remarks)
    };
    assert_eq!((staff_number.as_str(), person.as_str()), ("000777", "device"));
    let mut two = stored();
    let (device, _) = two.people[1].clone();
    two.people.push((PersonEntry { id: Id::stored("twin".into()), ..device }, 10));
    let said = vec![mailed("000777", "佐藤 花子", "hanako@pref.example.jp")];
    let roster = Roster {
        people: said,
        says_titles: true,
        whole: false,
        by_address: true,
        source: None,
        effective_on: None,
    };
    let plan = compare(&roster, two, &ids());
    assert_eq!((plan.added.len(), plan.changed.len(), plan.remarks.len()), (1, 0, 1));
}

#[test]
fn who_left_and_comes_back_under_the_number_is_the_same_person() {
    for said in [
        named("000125", "鈴木　一郎"),
        mailed("000125", "田中 一郎", "ichiro@pref.example.jp"),
        RosterPerson {
            phonetic: Some("ｽｽﾞｷ ｲﾁﾛｳ".into()), ..named("000125", "鈴木 壱郎")
        },
    ] {
        let plan = plan(vec![said], |_| ());
        assert_eq!((plan.added.len(), plan.returned.len()), (0, 1));
        assert_eq!(plan.returned[0].id.as_str(), "ichiro");
        assert_eq!(plan.returned[0].staff_number.as_deref(), Some("000125"));
        assert!(plan.remarks.is_empty());
    }
    let other = plan(vec![named("000125", "別人 太郎")], |_| ());
    assert_eq!((other.added.len(), other.returned.len()), (1, 0));
    assert!(matches!(other.remarks[0].who, Lookalike::FormerHolder { .. }), "{:?}", other.remarks);
}

/// Two people with an address each, and what a sheet would change of them.
fn of_two(people: Vec<RosterPerson>, whole: bool) -> RosterPlan {
    let mut two = stored();
    let (taro, _) = two.people[0].clone();
    let emails = vec!["Taro@pref.example.jp".to_owned()];
    let number = Some("000124".to_owned());
    let name = PersonName { full: "田中 太郎".into(), phonetic: "タナカ タロウ".into() };
    two.people[1] =
        (PersonEntry { id: Id::stored("taro".into()), name, emails, staff_number: number, ..taro }, 9);
    let (says_titles, by_address, source, effective_on) = (true, true, None, None);
    compare(&Roster { people, says_titles, whole, by_address, source, effective_on }, two, &ids())
}

#[test]
fn an_address_that_somebody_keeps_stays_theirs() {
    let taros = "taro@pref.example.jp";
    let taken = |number: &str| TakenAddress {
        staff_number: number.into(),
        email: taros.into(),
        holder: "田中 太郎".into(),
        holder_number: Some("000124".into()),
    };
    // Whether who has it is not in the sheet, or is in it without a word of addresses.
    for others in [Vec::new(), vec![named("000124", "田中 太郎")]] {
        let mut said = vec![mailed("000123", "佐藤 花子", taros)];
        said.extend(others.clone());
        let plan = of_two(said, false);
        assert_eq!((plan.taken, plan.changed.len()), (vec![taken("000123")], 0));
        let mut said = vec![mailed("000777", "新 人", taros)];
        said.extend(others);
        let plan = of_two(said, false);
        assert_eq!((&plan.taken, plan.added[0].emails.len()), (&vec![taken("000777")], 0));
    }
}

#[test]
fn an_address_that_nobody_keeps_is_given() {
    let (hanakos, taros) = ("hanako@pref.example.jp", "taro@pref.example.jp");
    let swapped = vec![mailed("000123", "佐藤 花子", taros), mailed("000124", "田中 太郎", hanakos)];
    let plan = of_two(swapped, false);
    assert_eq!((plan.taken.len(), plan.changed.len()), (0, 2));
    assert_eq!(plan.changed[0].after.emails, [taros]);
    let left = of_two(vec![mailed("000123", "佐藤 花子", taros)], true);
    assert_eq!((left.taken.len(), left.ended.len()), (0, 1));
    assert_eq!(left.changed[0].after.emails, [taros]);
}

#[test]
fn a_number_that_lost_its_zeros_is_remarked() {
    let mut alone = stored();
    alone.people.truncate(1);
    for said in [named("123", "佐藤 花子"), mailed("999", "佐藤 花", "hanako@pref.example.jp")] {
        let roster = Roster {
            people: vec![said],
            says_titles: true,
            whole: true,
            by_address: true,
            source: None,
            effective_on: None,
        };
        let stored =
            Stored { people: alone.people.clone(), formers: Vec::new(), units: alone.units.clone(), ..alone };
        let plan = compare(&roster, stored, &ids());
        let [Remark { who: Lookalike::OtherNumber { staff_number, .. }, .. }] = plan.remarks.as_slice()
        else {
            panic!("{plan:?}")
        };
        assert_eq!(staff_number, "000123");
        assert_eq!((plan.added.len(), plan.ended.len()), (1, 1));
    }
}

#[test]
fn a_number_under_another_name_altogether_is_remarked() {
    let remarks = |name: &str, phonetic: &str| {
        let said = RosterPerson { phonetic: Some(phonetic.into()), ..named("000123", name) };
        plan(vec![said], |_| ()).remarks
    };
    for (name, phonetic) in [
        ("山田 花子", "やまだ はなこ"),
        ("佐藤　華子", "さとう はなこ"),
        ("山田花子", "ヤマダハナコ"),
        ("佐藤 一", "さとう はじめ"),
    ] {
        assert!(remarks(name, phonetic).is_empty(), "{name}");
    }
    let other = remarks("鈴木 一郎", "すずき いちろう");
    assert!(matches!(&other[0].who, Lookalike::OtherName { name } if name == "佐藤 花子"), "{other:?}");
}
