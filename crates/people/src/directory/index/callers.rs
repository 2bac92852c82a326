use std::collections::BTreeMap;

use serde::Deserialize;

use super::Index;
use crate::{
    directory::{Caller, PersonJson, Phone, PhoneKind, caller_label},
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

/// What they are shown as, the best first.
fn label(holders: &[Held], people: &[Shown]) -> Option<String> {
    let mut those: Vec<usize> = Vec::with_capacity(holders.len());
    for holder in holders {
        // Whoever has a number twice is one.
        if !those.contains(&holder.person) {
            those.push(holder.person);
        }
    }
    let callers: Vec<Caller> = those.into_iter().filter_map(|at| people.get(at)).map(caller).collect();
    caller_label(&callers)
}

fn caller(person: &Shown) -> Caller {
    let unit = person.unit.as_ref().map(|unit| unit.full.clone());
    let place: Vec<String> = unit.iter().chain(&person.post).cloned().collect();
    Caller { name: person.name.full.clone(), place: Some(place.join("・")), group: unit }
}
