//! Whom a line of a roster means.

use std::collections::HashMap;

use unicode_normalization::UnicodeNormalization;

use super::{Former, Lookalike, Remark, RosterPerson};
use crate::directory::PersonEntry;

/// Whom a line was found to mean.
pub(super) enum Match {
    /// Somebody in office.
    InOffice(PersonEntry),
    /// Somebody who had left.
    Left(Former),
    /// Somebody new.
    Nobody,
}

impl Match {
    /// The person as they are.
    pub fn person(&self) -> Option<&PersonEntry> {
        match self {
            Self::InOffice(person) => Some(person),
            Self::Left(former) => Some(&former.person),
            Self::Nobody => None,
        }
    }

    /// The same, if they are in office.
    pub fn in_office(&self) -> Option<&PersonEntry> {
        match self {
            Self::InOffice(person) => Some(person),
            Self::Left(_) | Self::Nobody => None,
        }
    }
}

/// Those whom no line has meant yet.
pub(super) struct Known {
    /// In office, by staff number.
    numbered: HashMap<String, PersonEntry>,
    /// In office, without a staff number.
    unnumbered: Vec<PersonEntry>,
    /// The places in `unnumbered` by address.
    by_email: HashMap<String, Vec<usize>>,
    /// Those who have left, by the staff number that they had; who left last is at the end.
    formers: HashMap<String, Vec<Former>>,
    /// Which of `unnumbered` a line has meant.
    taken: Vec<bool>,
}

impl Known {
    /// Everyone in office, and those who have left, who left last at the end; and whether an address says who somebody is.
    pub fn new(people: Vec<(PersonEntry, i64)>, left: Vec<(Former, i64)>, by_address: bool) -> Self {
        let mut numbered = HashMap::with_capacity(people.len());
        let mut unnumbered = Vec::new();
        let mut by_email: HashMap<String, Vec<usize>> = HashMap::new();
        for (person, _) in people {
            if let Some(number) = person.staff_number.clone() {
                numbered.insert(number, person);
                continue;
            }
            for email in person.emails.iter().filter(|_| by_address) {
                by_email.entry(email.to_lowercase()).or_default().push(unnumbered.len());
            }
            unnumbered.push(person);
        }
        let mut formers: HashMap<String, Vec<Former>> = HashMap::with_capacity(left.len());
        for (former, _) in left {
            if let Some(number) = former.person.staff_number.clone() {
                formers.entry(number).or_default().push(former);
            }
        }
        let taken = vec![false; unnumbered.len()];
        Self { numbered, unnumbered, by_email, formers, taken }
    }

    /// How many in office have a staff number.
    pub fn numbered(&self) -> usize {
        self.numbered.len()
    }

    /// Whom a line means: who has its staff number, else who has left with it, else who has no number and its address. Nobody is
    /// guessed: where two have the address, neither is meant, and a number under another name is another's.
    pub fn take(&mut self, said: &RosterPerson) -> Match {
        if let Some(person) = self.numbered.remove(&said.staff_number) {
            return Match::InOffice(person);
        }
        if let Some(former) = self.take_former(said) {
            return Match::Left(former);
        }
        match self.place_by_email(said) {
            Some(place) => match (self.unnumbered.get(place), self.taken.get_mut(place)) {
                (Some(person), Some(taken)) => {
                    *taken = true;
                    Match::InOffice(person.clone())
                }
                _ => Match::Nobody,
            },
            None => Match::Nobody,
        }
    }

    fn take_former(&mut self, said: &RosterPerson) -> Option<Former> {
        let formers = self.formers.get_mut(&said.staff_number)?;
        let place = formers.iter().rposition(|former| is_same(&former.person, said))?;
        Some(formers.remove(place))
    }

    /// The one without a number who has an address of the line.
    fn place_by_email(&self, said: &RosterPerson) -> Option<usize> {
        let emails = said.emails.iter().flatten();
        let mut places = emails.filter_map(|email| self.by_email.get(email)).flatten().copied();
        let first = places.next()?;
        let free = self.taken.get(first) == Some(&false);
        (free && places.all(|place| place == first)).then_some(first)
    }

    /// What to look at of those who come.
    pub fn remarks(&self, added: &[PersonEntry]) -> Vec<Remark> {
        let others = Others::of(self);
        let remark = |person: &PersonEntry| {
            let staff_number = person.staff_number.clone()?;
            let who = others.like(person, &staff_number)?;
            Some(Remark { staff_number, name: person.name.full.clone(), who })
        };
        added.iter().filter_map(remark).collect()
    }

    /// Those who stay as they are without being in the roster.
    pub fn staying(&self, whole: bool) -> impl Iterator<Item = &PersonEntry> {
        let free = self.unnumbered.iter().zip(&self.taken).filter(|(_, taken)| !**taken);
        let numbered = self.numbered.values().filter(move |_| !whole);
        free.map(|(person, _)| person).chain(numbered)
    }

    /// Those who leave, where the roster is the whole staff, and how many stay as they are without being in it.
    pub fn rest(self, whole: bool) -> (Vec<PersonEntry>, usize) {
        let without = self.taken.iter().filter(|taken| !**taken).count();
        if !whole {
            return (Vec::new(), without + self.numbered.len());
        }
        let mut ended: Vec<PersonEntry> = self.numbered.into_values().collect();
        ended.sort_unstable_by(|a, b| a.staff_number.cmp(&b.staff_number));
        (ended, without)
    }
}

impl Remark {
    /// That a line names somebody altogether different from who has the number. Whoever marries keeps the given name.
    pub(super) fn of_change(before: &PersonEntry, after: &PersonEntry) -> Option<Self> {
        let (known, said) = (&before.name, &after.name);
        let is_another = !have_a_part_in_common(&known.full, &said.full)
            && !have_a_part_in_common(&known.phonetic, &said.phonetic);
        is_another.then(|| Self {
            staff_number: after.staff_number.clone().unwrap_or_default(),
            name: said.full.clone(),
            who: Lookalike::OtherName { name: known.full.clone() },
        })
    }
}

/// Whether two names have a word in common, or begin or end with the same two letters.
fn have_a_part_in_common(one: &str, other: &str) -> bool {
    const LETTERS: usize = 2;
    let words = |name: &str| -> Vec<String> { name.split_whitespace().map(folded).collect() };
    let of_other = words(other);
    let (one_whole, other_whole) = (folded(one), folded(other));
    let begin = one_whole.chars().zip(other_whole.chars()).take_while(|(a, b)| a == b).count();
    let end = one_whole.chars().rev().zip(other_whole.chars().rev()).take_while(|(a, b)| a == b).count();
    words(one).iter().any(|word| of_other.contains(word)) || begin >= LETTERS || end >= LETTERS
}

/// Whether somebody who left under a number is meant by a line that has it: they have the name, the reading or an address in
/// common.
fn is_same(former: &PersonEntry, said: &RosterPerson) -> bool {
    let reading = folded(said.phonetic.as_deref().unwrap_or_default());
    let known = |email: &String| former.emails.iter().any(|other| other.to_lowercase() == *email);
    folded(&former.name.full) == folded(&said.name)
        || !reading.is_empty() && folded(&former.name.phonetic) == reading
        || said.emails.iter().flatten().any(known)
}

/// Those whom no line has meant, by what tells people apart.
struct Others<'k> {
    known: &'k Known,
    by_email: HashMap<String, &'k PersonEntry>,
    by_name_and_number: HashMap<(String, &'k str), &'k PersonEntry>,
    unnumbered: HashMap<String, &'k PersonEntry>,
}

impl<'k> Others<'k> {
    fn of(known: &'k Known) -> Self {
        let numbered = || known.numbered.values();
        let emails =
            numbered().flat_map(|one| one.emails.iter().map(move |email| (email.to_lowercase(), one)));
        let numbers = numbered().map(|one| {
            let number = one.staff_number.as_deref().unwrap_or_default();
            ((folded(&one.name.full), number.trim_start_matches('0')), one)
        });
        let free = known.unnumbered.iter().zip(&known.taken).filter(|(_, taken)| !**taken);
        let unnumbered = free.flat_map(|(one, _)| {
            let emails = one.emails.iter().map(|email| email.to_lowercase());
            emails.chain([folded(&one.name.full)]).map(move |key| (key, one))
        });
        Self {
            known,
            by_email: emails.collect(),
            by_name_and_number: numbers.collect(),
            unnumbered: unnumbered.collect(),
        }
    }

    /// Whom the directory knows and somebody who comes may be.
    fn like(&self, person: &PersonEntry, staff_number: &str) -> Option<Lookalike> {
        let name = folded(&person.name.full);
        let emails = || person.emails.iter().map(|email| email.to_lowercase());
        let other = emails().find_map(|email| self.by_email.get(&email));
        let bare = (name.clone(), staff_number.trim_start_matches('0'));
        if let Some(other) = other.or_else(|| self.by_name_and_number.get(&bare)) {
            let staff_number = other.staff_number.clone().unwrap_or_default();
            return Some(Lookalike::OtherNumber { staff_number, name: other.name.full.clone() });
        }
        let without = emails().find_map(|email| self.unnumbered.get(&email));
        if let Some(without) = without.or_else(|| self.unnumbered.get(&name)) {
            let (person, name) = (without.id.clone(), without.name.full.clone());
            return Some(Lookalike::WithoutNumber { person, name });
        }
        let former = self.known.formers.get(staff_number)?.last()?;
        let (name, left_on) = (former.person.name.full.clone(), former.left_on.clone());
        Some(Lookalike::FormerHolder { name, left_on })
    }
}

/// A name however it is spaced and whatever the width of its letters.
fn folded(name: &str) -> String {
    name.nfkc().filter(|c| !c.is_whitespace()).collect()
}
