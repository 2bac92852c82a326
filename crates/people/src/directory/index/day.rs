//! The directory of another day, made of the present one: what is the same stands there once.

use std::{collections::HashSet, mem};

use renraku_base::PersonId;

use super::{Index, PostRef, Ragged, Record};
use crate::directory::tree::StoredUnit;

impl Index {
    /// The directory in which of `others` those alone are whom the records tell, as they tell it.
    pub fn but(mut self, others: &HashSet<PersonId>, records: impl IntoIterator<Item = Record>) -> Self {
        self.forget(others);
        records.into_iter().for_each(|record| self.push(record));
        self.sort();
        self
    }

    /// Takes people away, many at once.
    fn forget(&mut self, others: &HashSet<PersonId>) {
        let is_kept = |row: &usize| self.slot_at(*row).is_some_and(|slot| !others.contains(&slot.person.id));
        let rows: Vec<usize> = (0..self.order.len()).filter(is_kept).collect();
        let kept: Vec<u32> = rows.iter().filter_map(|row| self.order.get(*row).copied()).collect();
        let stay: HashSet<u32> = kept.iter().copied().collect();
        for column in [&mut self.names, &mut self.readings, &mut self.sounds, &mut self.others] {
            column.reorder(&rows);
        }
        self.posts.reorder(&rows);
        self.numbers.retain(|slot| stay.contains(&slot));
        self.by_id.retain(|slot| stay.contains(slot));
        self.by_username.retain(|slot| stay.contains(slot));
        for slot in mem::replace(&mut self.order, kept) {
            if let Some(place) = self.slots.get_mut(slot as usize).filter(|_| !stay.contains(&slot)) {
                *place = None;
                self.free.push(slot);
            }
        }
    }

    /// Puts other units in the place of those that there are; all of these are among them.
    pub fn replant(&mut self, units: Vec<StoredUnit>) {
        let Self { tree, unit_names, unit_paths, .. } = Self::new(units);
        let before = mem::replace(&mut self.tree, tree);
        self.unit_names = unit_names;
        self.unit_paths = unit_paths;
        let now: Vec<Option<u32>> = before.nodes().iter().map(|node| self.tree.find(&node.unit.id)).collect();
        let moved = |post: &PostRef| {
            let unit = now.get(post.unit as usize).copied().flatten()?;
            Some(PostRef { unit, ..*post })
        };
        let mut posts = Ragged::default();
        for row in 0..self.posts.len() {
            posts.push(&self.posts.get(row).iter().filter_map(moved).collect::<Vec<PostRef>>());
        }
        self.posts = posts;
    }
}
