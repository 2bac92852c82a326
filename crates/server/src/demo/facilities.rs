use renraku_base::{FacilityId, Timestamp};

use super::{
    seeded::Seeded,
    table,
    units::{Level, Unit},
};

const FACILITIES: &str = include_str!("data/facilities.tsv");

/// What kind of thing is booked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Room,
    Car,
    Equipment,
}

/// A room, an official car or a piece of equipment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facility {
    pub id: FacilityId,
    pub kind: Kind,
    pub name: String,
    /// How many people it takes; 0 where that means nothing.
    pub capacity: u32,
    pub place: String,
    /// The times of day from and until which it is open, where it is not always.
    pub hours: Option<(&'static str, &'static str)>,
    /// The longest booking, where there is one.
    pub longest: Option<&'static str>,
    pub rules: &'static str,
    /// The place of its office in the list of all units.
    pub office: usize,
}

/// The same set for each office; the first of all is a plain room of the first office.
pub fn draw(rng: &mut Seeded, at: Timestamp, units: &[Unit]) -> Vec<Facility> {
    let offices = units.iter().enumerate().filter(|(_, unit)| unit.level == Level::Office);
    offices
        .enumerate()
        .flat_map(|(nth, (office, unit))| table::rows(FACILITIES).map(move |row| (nth, office, unit, row)))
        .map(|(nth, office, unit, [kind, name, capacity, place, hours, longest, rules])| {
            let short = unit.name.trim_end_matches("総合振興局");
            Facility {
                id: rng.new_id(at),
                kind: match kind {
                    "car" => Kind::Car,
                    "equipment" => Kind::Equipment,
                    _ => Kind::Room,
                },
                name: if nth == 0 { name.to_owned() } else { format!("{short} {name}") },
                capacity: capacity.parse().unwrap_or(0),
                place: format!("{short}庁舎 {place}"),
                hours: hours.split_once('-').filter(|_| hours != "-"),
                longest: Some(longest).filter(|longest| *longest != "-"),
                rules,
                office,
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::{people::needed_teams, units};

    #[test]
    fn the_first_is_a_plain_room_and_each_office_has_its_set() {
        assert!(table::complete::<7>(FACILITIES));
        let at = Timestamp::from_seconds(0);
        let draw = |staff| {
            draw(&mut Seeded::new(3), at, &units::draw(&mut Seeded::new(1), at, staff, &needed_teams()))
        };
        let small = draw(300);
        assert_eq!((small[0].kind, small[0].name.as_str()), (Kind::Room, "第1会議室"));
        assert_eq!((small[0].hours, small[0].longest), (None, None));
        let has = |it: &Facility, hours, longest| (it.hours, it.longest) == (hours, longest);
        assert!(small.iter().any(|it| has(it, Some(("08:30", "21:00")), None)));
        assert!(small.iter().any(|it| has(it, None, Some("PT2H"))));
        assert_eq!(draw(20_000).len(), 15 * small.len());
    }
}
