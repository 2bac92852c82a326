use std::collections::BTreeSet;

use renraku_base::{Timestamp, UnitId};

use super::{seeded::Seeded, table};

const BUREAUS: &str = include_str!("data/bureaus.tsv");
const BUREAU: &str = include_str!("data/bureau.tsv");
const HEADQUARTERS: &str = include_str!("data/headquarters.tsv");
const PEOPLE_PER_TEAM: usize = 6;

/// A unit of the organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unit {
    pub id: UnitId,
    pub name: &'static str,
    pub kana: &'static str,
    /// The place of the unit above in the list of all units.
    pub parent: Option<usize>,
    pub level: Level,
}

/// How high a unit stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// The headquarters or a bureau (振興局).
    Office,
    /// 部.
    Department,
    /// 課.
    Section,
    /// 係.
    Team,
}

/// Units as they are read from the tables, before it is known which of them have people.
struct Plan {
    name: &'static str,
    kana: &'static str,
    parent: Option<usize>,
    level: Level,
}

fn plan_office(plans: &mut Vec<Plan>, name: &'static str, kana: &'static str, below: &'static str) {
    let office = plans.len();
    plans.push(Plan { name, kana, parent: None, level: Level::Office });
    let (mut department, mut section) = (office, office);
    for [depth, name, kana] in table::rows(below) {
        let at = plans.len();
        let (parent, level) = match depth {
            "1" => (office, Level::Department),
            "2" => (department, Level::Section),
            _ => (section, Level::Team),
        };
        match level {
            Level::Department => department = at,
            Level::Section => section = at,
            Level::Office | Level::Team => {}
        }
        plans.push(Plan { name, kana, parent: Some(parent), level });
    }
}

/// The first bureau, where the people with passwords work, then the headquarters, then the other bureaus.
fn plan_prefecture() -> Vec<Plan> {
    let mut plans = Vec::new();
    for (at, [name, kana]) in table::rows(BUREAUS).enumerate() {
        plan_office(&mut plans, name, kana, BUREAU);
        if at == 0 {
            plan_office(&mut plans, "本庁", "ほんちょう", HEADQUARTERS);
        }
    }
    plans
}

/// The units of an office of `staff` people, each after the one above it. Those teams whose names are in `needed`
/// (with the name of their section) are there in any case.
pub fn draw(rng: &mut Seeded, at: Timestamp, staff: usize, needed: &[(&str, &str)]) -> Vec<Unit> {
    let plans = plan_prefecture();
    let is_needed = |plan: &Plan| {
        let section = plan.parent.and_then(|parent| plans.get(parent)).map_or("", |section| section.name);
        needed.contains(&(section, plan.name))
    };
    let first_office_end =
        plans.iter().skip(1).position(|plan| plan.parent.is_none()).map_or(plans.len(), |at| at + 1);
    let teams = plans.iter().enumerate().filter(|(_, plan)| plan.level == Level::Team);
    let (mut chosen, others): (Vec<usize>, Vec<usize>) = teams
        .map(|(at, _)| at)
        .partition(|at| *at < first_office_end && plans.get(*at).is_some_and(is_needed));
    let more = (staff / PEOPLE_PER_TEAM).saturating_sub(chosen.len());
    chosen.extend(others.into_iter().take(more));
    let mut used = BTreeSet::new();
    for team in chosen {
        let mut next = Some(team);
        while let Some(at) = next {
            used.insert(at);
            next = plans.get(at).and_then(|plan| plan.parent);
        }
    }
    let place: Vec<usize> = used.iter().copied().collect();
    place
        .iter()
        .filter_map(|at| plans.get(*at))
        .map(|plan| Unit {
            id: rng.new_id(at),
            name: plan.name,
            kana: plan.kana,
            parent: plan.parent.and_then(|parent| place.binary_search(&parent).ok()),
            level: plan.level,
        })
        .collect()
}

/// The units from the top down to `unit`, as places in `units`.
pub fn path(units: &[Unit], unit: usize) -> Vec<usize> {
    let mut path = vec![unit];
    while let Some(parent) = path.last().and_then(|at| units.get(*at)).and_then(|unit| unit.parent) {
        path.push(parent);
    }
    path.reverse();
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_are_whole() {
        assert!(
            table::complete::<2>(BUREAUS)
                && table::complete::<3>(BUREAU)
                && table::complete::<3>(HEADQUARTERS)
        );
    }

    #[test]
    fn a_small_office_is_one_bureau_and_a_large_one_the_prefecture() {
        let needed = [("総務課", "人事係"), ("道路課", "道路計画係")];
        let draw = |staff| draw(&mut Seeded::new(1), Timestamp::from_seconds(0), staff, &needed);
        for staff in [10, 300, 20_000] {
            let units = draw(staff);
            assert!(units.iter().enumerate().all(|(at, unit)| unit.parent.is_none_or(|parent| parent < at)));
            assert!(needed.iter().all(|(_, team)| units.iter().any(|unit| unit.name == *team)));
            assert_eq!(path(&units, units.len() - 1).len(), 4);
        }
        let offices = |staff| draw(staff).iter().filter(|unit| unit.level == Level::Office).count();
        assert_eq!((offices(300), offices(20_000)), (1, 15));
        assert_eq!(draw(300).iter().filter(|unit| unit.level == Level::Team).count(), 50);
    }
}
