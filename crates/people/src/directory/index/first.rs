//! Who is listed before others, named so that a token can hold it.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use renraku_base::PersonId;

use super::{Index, PersonJson, search::FAR};
use crate::directory::recency::Preferred;

/// The group of a person: the last digits of their id, which are random.
fn group(id: &PersonId) -> u16 {
    let id = id.as_str();
    id.get(id.len().saturating_sub(4)..).and_then(|last| u16::from_str_radix(last, 16).ok()).unwrap_or(0)
}

impl Index {
    /// The groups of those whom `who` is shown first, at most `most`: favourites in あいうえお order, those with whom they were in touch
    /// last, the nearest of the others.
    pub fn first_groups(&self, who: &PersonId, preferred: &Preferred, most: usize) -> Vec<u16> {
        let favourites = self.people_in_order(&preferred.favourites);
        let recent = preferred.recent.iter().filter_map(|(id, _)| self.person(id)).cloned();
        let mut seen = HashSet::new();
        let mut groups: Vec<u16> = favourites.into_iter().chain(recent).map(|it| group(&it.id)).collect();
        groups.retain(|group| seen.insert(*group));
        if groups.len() < most {
            let near = self.nearest(who).into_iter().map(|row| self.slot_at(row).map(|it| &it.person.id));
            groups.extend(near.flatten().map(group).filter(|group| seen.insert(*group)));
        }
        groups.truncate(most);
        groups
    }

    /// The rows of those who share a unit with somebody, themselves included, the nearest first.
    fn nearest(&self, who: &PersonId) -> Vec<usize> {
        let distances = self.distances(who);
        let mut near: Vec<(u8, usize)> =
            (0..self.order.len()).map(|row| (self.distance(row, &distances), row)).collect();
        near.retain(|(distance, _)| *distance < FAR);
        near.sort_unstable();
        near.into_iter().map(|(_, row)| row).collect()
    }

    /// The people of these groups, group by group and by their ids, each with the place of theirs.
    pub fn people_of_groups(
        &self,
        groups: &[u16],
        after: Option<(usize, &str)>,
        limit: usize,
    ) -> Vec<(usize, Arc<PersonJson>)> {
        let places: HashMap<u16, usize> = groups.iter().copied().zip(0..).collect();
        let mut people: Vec<(usize, &Arc<PersonJson>)> = self
            .people_after(None)
            .filter_map(|person| Some((*places.get(&group(&person.id))?, person)))
            .filter(|(place, person)| after.is_none_or(|after| (*place, person.id.as_str()) > after))
            .collect();
        // They come in the order of their ids, and stay in it.
        people.sort_by_key(|(place, _)| *place);
        people.into_iter().take(limit).map(|(place, person)| (place, Arc::clone(person))).collect()
    }

    /// The people of no such group whose ids come after `after`, in the order of their ids.
    pub fn people_in_no_group(
        &self,
        groups: &[u16],
        after: Option<&PersonId>,
        limit: usize,
    ) -> Vec<Arc<PersonJson>> {
        let groups: HashSet<u16> = groups.iter().copied().collect();
        let others = self.people_after(after).filter(|person| !groups.contains(&group(&person.id)));
        others.take(limit).cloned().collect()
    }
}
