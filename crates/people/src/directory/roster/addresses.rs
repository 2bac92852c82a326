//! Whose each mail address is once a roster is in effect. Invitations and mail find a person by it, so that it belongs to one.

use std::collections::HashMap;

use super::{Change, RosterPlan, TakenAddress};
use crate::directory::PersonEntry;

/// The addresses that people had before and keep, each with whose it is.
#[derive(Debug, Default)]
pub(super) struct Kept(HashMap<String, (Option<String>, String)>);

impl Kept {
    /// What somebody keeps of what they had; `None` where they had nothing.
    pub fn note(&mut self, before: Option<&PersonEntry>, after: &PersonEntry) {
        for email in before.iter().flat_map(|before| &before.emails) {
            if after.emails.contains(email) {
                self.put(email, after);
            }
        }
    }

    /// Somebody stays as they are.
    pub fn stays(&mut self, person: &PersonEntry) {
        for email in &person.emails {
            self.put(email, person);
        }
    }

    fn put(&mut self, email: &str, person: &PersonEntry) {
        let whose = (person.staff_number.clone(), person.name.full.clone());
        self.0.entry(email.to_lowercase()).or_insert(whose);
    }

    /// Leaves out of a plan what would give an address that somebody keeps to another.
    pub fn protect(&self, plan: &mut RosterPlan) {
        let mut taken = Vec::new();
        for person in plan.added.iter_mut().chain(&mut plan.returned) {
            taken.extend(self.taken(person, &[]));
            person.emails.retain(|email| !self.0.contains_key(&email.to_lowercase()));
        }
        for Change { before, after } in &mut plan.changed {
            let lost = taken.len();
            taken.extend(self.taken(after, &before.emails));
            if taken.len() > lost {
                after.emails.clone_from(&before.emails);
            }
        }
        let (changed, unchanged) =
            std::mem::take(&mut plan.changed).into_iter().partition(|it| it.before != it.after);
        let unchanged: Vec<Change> = unchanged;
        (plan.changed, plan.taken) = (changed, taken);
        plan.unchanged += unchanged.len();
    }

    /// What somebody would get of others.
    fn taken(&self, person: &PersonEntry, had: &[String]) -> Vec<TakenAddress> {
        let others = person.emails.iter().filter(|email| !had.contains(email));
        let taken = |email: &String| {
            let (number, name) = self.0.get(&email.to_lowercase())?;
            Some(TakenAddress {
                staff_number: person.staff_number.clone().unwrap_or_default(),
                email: email.clone(),
                holder: name.clone(),
                holder_number: number.clone(),
            })
        };
        others.filter_map(taken).collect()
    }
}
