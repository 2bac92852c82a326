use std::collections::BTreeMap;

use serde::Deserialize;

use super::Index;
use crate::{
    directory::{PersonJson, Phone, PhoneKind},
    search::fold_public_number,
};

/// What of a person a telephone shows.
#[derive(Deserialize)]
struct Shown {
    name: Name,
    unit: Option<Name>,
    post: Option<String>,
    phones: Vec<Phone>,
}

/// The name of a person is `full`, that of a unit `name`.
#[derive(Deserialize)]
struct Name {
    #[serde(alias = "name")]
    full: String,
}

/// A number in the hands of somebody: whose own it is comes first, then the あいうえお order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Held {
    number: i64,
    /// Its place among the numbers of the same kind that they have.
    place: usize,
    /// Who holds it.
    person: usize,
}

impl Index {
    /// Each number that calls from outside, country code first, with what it is shown as. Extensions are no such numbers.
    ///
    /// # Errors
    /// When a person that was written cannot be read.
    pub fn callers(&self) -> Result<BTreeMap<i64, String>, serde_json::Error> {
        let people = (0..self.order.len()).filter_map(|row| Some(&self.slot_at(row)?.person));
        let people: Vec<Shown> = people.map(|person| read(person)).collect::<Result<_, _>>()?;
        let mut held: Vec<Held> =
            people.iter().enumerate().flat_map(|(at, person)| numbers(at, person)).collect();
        held.sort_unstable();
        let of_one = held.chunk_by(|a, b| a.number == b.number);
        Ok(of_one.filter_map(|holders| Some((holders.first()?.number, label(holders, &people)?))).collect())
    }
}

fn read(person: &PersonJson) -> Result<Shown, serde_json::Error> {
    serde_json::from_str(person.as_str())
}

fn numbers(at: usize, person: &Shown) -> Vec<Held> {
    let mut numbers = Vec::with_capacity(person.phones.len());
    for kind in [PhoneKind::Outside, PhoneKind::Mobile] {
        let of_kind = person.phones.iter().filter(|phone| phone.kind == kind).enumerate();
        numbers.extend(of_kind.filter_map(|(place, phone)| {
            Some(Held { number: fold_public_number(&phone.number)?, place, person: at })
        }));
    }
    numbers
}

/// `氏名 / 係・職`; of several the best with how many others there are, and the unit if all are of the same.
fn label(holders: &[Held], people: &[Shown]) -> Option<String> {
    let mut those: Vec<usize> = Vec::with_capacity(holders.len());
    for holder in holders {
        // Whoever has a number twice is one.
        if !those.contains(&holder.person) {
            those.push(holder.person);
        }
    }
    let (best, others) = those.split_first()?;
    let best = people.get(*best)?;
    let unit = |person: &Shown| person.unit.as_ref().map(|unit| unit.full.clone());
    let (name, place) = if others.is_empty() {
        let place: Vec<String> = unit(best).into_iter().chain(best.post.clone()).collect();
        (best.name.full.clone(), Some(place.join("・")))
    } else {
        let same = others.iter().all(|other| people.get(*other).map(unit) == Some(unit(best)));
        (format!("{} ほか{}名", best.name.full, others.len()), if same { unit(best) } else { None })
    };
    Some(match place {
        Some(place) if !place.is_empty() => format!("{name} / {place}"),
        _ => name,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(full: &str, unit: Option<&str>, post: Option<&str>) -> Shown {
        let unit = unit.map(|full| Name { full: full.to_owned() });
        Shown {
            name: Name { full: full.to_owned() },
            unit,
            post: post.map(str::to_owned),
            phones: Vec::new(),
        }
    }

    #[test]
    fn a_label_says_who_and_where() {
        let people = [
            person("山田 太郎", Some("給与係"), Some("主事")),
            person("佐藤 花子", Some("給与係"), None),
            person("鈴木 一", None, None),
            person("田中 実", None, Some("参与")),
        ];
        let of = |those: &[usize]| {
            let held = |person: &usize| Held { number: 81_155_261_111, place: 0, person: *person };
            label(&those.iter().map(held).collect::<Vec<_>>(), &people).unwrap()
        };
        assert_eq!(of(&[0]), "山田 太郎 / 給与係・主事");
        assert_eq!(of(&[1]), "佐藤 花子 / 給与係");
        assert_eq!(of(&[2]), "鈴木 一");
        assert_eq!(of(&[3]), "田中 実 / 参与");
        assert_eq!(of(&[0, 1]), "山田 太郎 ほか1名 / 給与係");
        assert_eq!(of(&[1, 0, 1, 2]), "佐藤 花子 ほか2名");
        assert_eq!(of(&[2, 3]), "鈴木 一 ほか1名");
    }
}
