use std::collections::HashMap;

use renraku_base::{PersonId, Timestamp};

use super::{
    names::{Name, Names},
    seeded::Seeded,
    units::{Level, Unit},
};

/// A member of staff.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    pub id: PersonId,
    pub staff_number: String,
    pub name: Name,
    /// The first is the main post; the others are held besides (兼務).
    pub posts: Vec<Post>,
    pub extension: String,
    pub outside: String,
    pub mobile: Option<String>,
    /// The number of their team, which rings at several of them.
    pub shared: Option<&'static str>,
    pub mail: String,
}

/// A post in a unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Post {
    /// The place of the unit in the list of all units.
    pub unit: usize,
    pub title: &'static str,
}

/// Someone who can log in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct User {
    pub username: &'static str,
    pub password: &'static str,
    name: Fixed,
    section: &'static str,
    team: &'static str,
    title: &'static str,
}

type Fixed = (&'static str, &'static str, &'static str, &'static str);

/// The users, in the order of their places in the list of people.
pub const USERS: [User; 6] = [
    User {
        username: "hanako",
        password: "hanako-renraku",
        name: ("佐藤", "花子", "さとう", "はなこ"),
        section: "総務課",
        team: "人事係",
        title: "主任",
    },
    User {
        username: "taro",
        password: "taro-renraku",
        name: ("高橋", "太郎", "たかはし", "たろう"),
        section: "総務課",
        team: "人事係",
        title: "係長",
    },
    User {
        username: "misaki",
        password: "misaki-renraku",
        name: ("齋藤", "美咲", "さいとう", "みさき"),
        section: "地域政策課",
        team: "企画係",
        title: "主査",
    },
    User {
        username: "kenji",
        password: "kenji-renraku",
        name: ("渡邊", "健二", "わたなべ", "けんじ"),
        section: "農務課",
        team: "農政係",
        title: "係長",
    },
    User {
        username: "yui",
        password: "yui-renraku",
        name: ("森", "結衣", "もり", "ゆい"),
        section: "道路課",
        team: "道路計画係",
        title: "技師",
    },
    User {
        username: "futoshi",
        password: "futoshi-renraku",
        name: ("渡辺", "太", "わたなべ", "ふとし"),
        section: "社会福祉課",
        team: "福祉総務係",
        title: "主事",
    },
];

/// Names that are there in every office, because they show what the search has to join.
const ALWAYS: [Fixed; 4] = [
    ("髙橋", "次郎", "たかはし", "じろう"),
    ("斉藤", "由紀", "さいとう", "ゆき"),
    ("太田", "健一", "おおた", "けんいち"),
    ("佐藤", "一", "さとう", "はじめ"),
];

fn name((family, given, family_kana, given_kana): Fixed) -> Name {
    Name { family, given, family_kana, given_kana }
}

/// The section and team of each user, which must be there in any office.
pub fn needed_teams() -> Vec<(&'static str, &'static str)> {
    USERS.iter().map(|user| (user.section, user.team)).collect()
}

/// Draws `staff` people: the users, then the head of each unit, then the members of the teams.
pub fn draw(rng: &mut Seeded, at: Timestamp, staff: usize, units: &[Unit]) -> Vec<Person> {
    let names = Names::read();
    let posts = seat(rng, staff, units);
    let counter = counter(&posts);
    let mut taken: HashMap<String, u32> = HashMap::new();
    posts
        .into_iter()
        .enumerate()
        .map(|(at_place, posts)| {
            let fixed = USERS.iter().map(|user| user.name).chain(ALWAYS).nth(at_place);
            let name = fixed.map_or_else(|| names.draw(rng), name);
            let at_counter = posts.first().is_some_and(|post| Some(post.unit) == counter);
            let shared = at_counter.then_some(COUNTER);
            let local = name.mail_local_part();
            let namesakes = taken.entry(local.clone()).and_modify(|count| *count += 1).or_insert(1);
            let mail = if *namesakes == 1 {
                format!("{local}@pref.example.jp")
            } else {
                format!("{local}{namesakes}@pref.example.jp")
            };
            Person {
                id: rng.new_id(at),
                staff_number: format!("{:06}", 100_001 + at_place),
                name,
                posts,
                extension: extension(at_place).to_string(),
                outside: format!("0155-{:02}-{:04}", 80 + (at_place + 1) / 10_000, (at_place + 1) % 10_000),
                mobile: rng
                    .chance(30)
                    .then(|| format!("070-0155-{:04}", at_place % 10_000))
                    .filter(|_| at_place < 10_000),
                shared,
                mail,
            }
        })
        .collect()
}

/// The number of a team that answers the public.
const COUNTER: &str = "0155-70-0001";

/// The team that answers the public: the first in which several sit and none of the users does.
fn counter(posts: &[Vec<Post>]) -> Option<usize> {
    let units: Vec<usize> = posts.iter().filter_map(|posts| Some(posts.first()?.unit)).collect();
    let (of_users, others) = units.split_at_checked(USERS.len())?;
    let of = |unit: usize| others.iter().filter(|other| **other == unit).count();
    others.iter().copied().filter(|unit| !of_users.contains(unit) && of(*unit) > 1).min()
}

/// Extensions of four digits until they run out, then of five; 7900 to 7999 stay free.
fn extension(place: usize) -> usize {
    const FIRST: usize = 1_001;
    match FIRST + place {
        short @ ..7_900 => short,
        short if short + 100 < 10_000 => short + 100,
        long => 20_001 + long + 100 - 10_000,
    }
}

/// Who sits where: the posts of each person, by their place in the list of people.
fn seat(rng: &mut Seeded, staff: usize, units: &[Unit]) -> Vec<Vec<Post>> {
    let teams: Vec<usize> = (0..units.len()).filter(|at| level(units, *at) == Some(Level::Team)).collect();
    let mut seats: Vec<Vec<Post>> = Vec::with_capacity(staff);
    let mut headed = Vec::new();
    for user in &USERS {
        let unit = teams.iter().copied().find(|team| is_team(units, *team, user)).unwrap_or(0);
        if user.title == "係長" {
            headed.push(unit);
        }
        seats.push(vec![Post { unit, title: user.title }]);
    }
    for unit in (0..units.len()).filter(|unit| !headed.contains(unit)) {
        if let Some(title) = head_title(units, unit) {
            seats.push(vec![Post { unit, title }]);
        }
    }
    while seats.len() < staff {
        // Teams are filled evenly, in an order that differs from round to round.
        let mut round = teams.clone();
        while let Some(unit) = take_any(rng, &mut round) {
            seats.push(vec![Post { unit, title: member_title(rng, units, unit) }]);
        }
    }
    seats.truncate(staff);
    for posts in seats.iter_mut().skip(USERS.len()) {
        if rng.chance(3)
            && let Some(second) = rng.pick(&teams).copied()
            && posts.iter().all(|post| post.unit != second)
        {
            posts.push(Post { unit: second, title: "主査（兼務）" });
        }
    }
    seats
}

fn take_any(rng: &mut Seeded, from: &mut Vec<usize>) -> Option<usize> {
    if from.is_empty() { None } else { Some(from.swap_remove(rng.below(from.len()))) }
}

fn level(units: &[Unit], at: usize) -> Option<Level> {
    units.get(at).map(|unit| unit.level)
}

fn is_team(units: &[Unit], team: usize, user: &User) -> bool {
    let above = |unit: &Unit| unit.parent.and_then(|parent| units.get(parent)).map(|section| section.name);
    units.get(team).is_some_and(|unit| unit.name == user.team && above(unit) == Some(user.section))
}

fn head_title(units: &[Unit], at: usize) -> Option<&'static str> {
    let unit = units.get(at)?;
    match unit.level {
        Level::Office if unit.name == "本庁" => None,
        Level::Office => Some("局長"),
        Level::Department if unit.name.ends_with('部') => Some("部長"),
        Level::Department if unit.name.ends_with('室') => Some("室長"),
        Level::Department if unit.name.ends_with('局') => Some("局長"),
        Level::Department => Some("所長"),
        Level::Section => Some("課長"),
        Level::Team => Some("係長"),
    }
}

fn member_title(rng: &mut Seeded, units: &[Unit], team: usize) -> &'static str {
    const CLERKS: [&str; 7] = ["主査", "主任", "主任", "主事", "主事", "主事", "専門主任"];
    const ENGINEERS: [&str; 6] = ["主査", "主任", "技師", "技師", "技師", "専門主任"];
    const NURSES: [&str; 4] = ["主査", "主任保健師", "保健師", "保健師"];
    let section = units.get(team).and_then(|unit| unit.parent).and_then(|parent| units.get(parent));
    let section = section.map_or("", |section| section.name);
    let has = |words: &[&str]| words.iter().any(|word| section.contains(word));
    let titles: &[&'static str] = if has(&["健康", "医療"]) {
        &NURSES
    } else if has(&[
        "整備", "道路", "治水", "砂防", "建築", "林", "水産", "工事", "技術", "防疫", "農村", "鑑定",
    ]) {
        &ENGINEERS
    } else {
        &CLERKS
    };
    rng.pick(titles).copied().unwrap_or("主事")
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::demo::units;

    fn office(staff: usize) -> (Vec<Unit>, Vec<Person>) {
        let at = Timestamp::from_seconds(0);
        let units = units::draw(&mut Seeded::new(1), at, staff, &needed_teams());
        let people = draw(&mut Seeded::new(2), at, staff, &units);
        (units, people)
    }

    #[test]
    fn everybody_has_numbers_of_their_own_outside_the_free_ranges() {
        let (_, people) = office(20_000);
        assert_eq!(people.len(), 20_000);
        let distinct = |of: fn(&Person) -> &String| people.iter().map(of).collect::<HashSet<_>>().len();
        assert_eq!(distinct(|person| &person.extension), 20_000);
        assert_eq!(distinct(|person| &person.outside), 20_000);
        assert_eq!(distinct(|person| &person.staff_number), 20_000);
        assert_eq!(distinct(|person| &person.mail), 20_000);
        let sharing: Vec<&Person> = people.iter().filter(|person| person.shared.is_some()).collect();
        assert!(sharing.len() > 1 && sharing.iter().all(|person| person.outside != COUNTER));
        let mobiles: Vec<&String> = people.iter().filter_map(|person| person.mobile.as_ref()).collect();
        assert_eq!(mobiles.iter().collect::<HashSet<_>>().len(), mobiles.len());
        for person in &people {
            let extension: u32 = person.extension.parse().unwrap();
            assert!(!(7_900..=7_999).contains(&extension));
            assert!(
                !person.outside.starts_with("0155-99-79") && person.outside.len() == 12,
                "{}",
                person.outside
            );
            assert!(!person.staff_number.starts_with("99"));
        }
    }

    #[test]
    fn the_users_sit_in_their_teams_and_the_promised_names_are_there() {
        for staff in [20, 300] {
            let (units, people) = office(staff);
            assert_eq!(people.len(), staff);
            for (user, person) in USERS.iter().zip(&people) {
                assert!(is_team(&units, person.posts[0].unit, user), "{}", user.username);
            }
            for family in ["佐藤", "高橋", "髙橋", "齋藤", "斉藤", "渡邊", "渡辺", "森"] {
                assert!(people.iter().any(|person| person.name.family == family), "{family}");
            }
            assert!(people.iter().any(|person| person.name.given == "太"));
        }
        let (_, people) = office(300);
        assert!(people.iter().any(|person| person.posts.len() == 2));
        assert_eq!(office(300), office(300));
    }
}
