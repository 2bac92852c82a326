//! The whole directory in memory: every person and unit, and what of them is searched.

mod callers;
mod column;
mod day;
mod facets;
mod first;
mod numbers;
mod ragged;
mod rank;
mod record;
mod search;
mod select;
mod titles;
mod units_in_a_row;

use std::{collections::HashMap, sync::Arc};

use renraku_base::{ETag, Limit, PersonId, UnitId};
use sha2::{Digest, Sha256};

use super::{
    PersonJson, PersonName, Phone, Unit, UnitDetail, UnitRef,
    tree::{StoredUnit, Tree},
};
use crate::search::fold_lines;
use column::Column;
use numbers::Numbers;
use ragged::Ragged;
pub(super) use record::Record;
pub(super) use search::{After, Ask, Hit};
pub use select::{Narrow, Selected};
use titles::TitleNames;

/// The most members that a unit shows, as many as a page of a list.
const MEMBERS: usize = Limit::MAX as usize;

/// A person with what the directory finds them by.
#[derive(Debug)]
pub(super) struct Listed {
    pub person: PersonJson,
    pub name: PersonName,
    pub phones: Vec<Phone>,
    pub emails: Vec<String>,
    /// The unit and title of each post, the main one first.
    pub posts: Vec<(UnitId, Option<String>)>,
    pub username: Option<String>,
    pub staff_number: Option<String>,
}

/// A post, by the places of its unit, its title and what its holder is called.
#[derive(Debug, Clone, Copy)]
struct PostRef {
    unit: u32,
    title: u32,
    called: u32,
}

#[derive(Debug, Clone)]
struct Slot {
    person: Arc<PersonJson>,
    order: Arc<str>,
    username: Option<Arc<str>>,
}

impl Slot {
    /// Where the person stands in the あいうえお order.
    fn key(&self) -> (&str, &str) {
        (&self.order, self.person.id.as_str())
    }
}

/// The directory as of one change. What is said of a row is said of the person at that place of the あいうえお order; what
/// is said of a slot stays where it is while others come and go.
#[derive(Debug, Default, Clone)]
pub(super) struct Index {
    tree: Tree,
    unit_names: Ragged<u8>,
    /// The name of each unit behind those of the units above it, without anything between them, and alone.
    unit_paths: Ragged<u8>,
    titles: TitleNames,
    slots: Vec<Option<Slot>>,
    free: Vec<u32>,
    /// The slots in the order of their people's ids.
    by_id: Vec<u32>,
    /// The slots of those with an account, in the order of their usernames.
    by_username: Vec<u32>,
    numbers: Numbers,
    // Row by row:
    order: Vec<u32>,
    names: Column,
    readings: Column,
    sounds: Column,
    others: Column,
    posts: Ragged<PostRef>,
}

impl Index {
    /// A directory of these units, without people.
    pub fn new(units: Vec<StoredUnit>) -> Self {
        let tree = Tree::new(units);
        let mut index = Self::default();
        for (at, node) in (0..).zip(tree.nodes()) {
            let name = fold_lines(&node.unit.name);
            let path = fold_lines(&tree.names_down_to(at).concat());
            index.unit_paths.push([&path, "\n", &name].concat().as_bytes());
            index.unit_names.push(name.as_bytes());
        }
        index.tree = tree;
        index
    }

    /// Adds a person in no order: nothing may be looked for before [`Index::sort`].
    pub fn push(&mut self, record: Record) {
        let slot = self.next_slot();
        self.numbers.push(&record.numbers, slot);
        self.by_id.push(slot);
        if record.username.is_some() {
            self.by_username.push(slot);
        }
        self.insert_row(self.order.len(), slot, record);
    }

    /// Puts everyone who was added in order.
    pub fn sort(&mut self) {
        let mut rows: Vec<usize> = (0..self.order.len()).collect();
        rows.sort_unstable_by(|a, b| self.slot_at(*a).map(Slot::key).cmp(&self.slot_at(*b).map(Slot::key)));
        self.order = rows.iter().filter_map(|row| self.order.get(*row).copied()).collect();
        for column in [&mut self.names, &mut self.readings, &mut self.sounds, &mut self.others] {
            column.reorder(&rows);
        }
        self.posts.reorder(&rows);
        self.numbers.sort();
        let mut by_id = std::mem::take(&mut self.by_id);
        by_id.sort_unstable_by_key(|slot| self.id(*slot));
        self.by_id = by_id;
        let mut by_username = std::mem::take(&mut self.by_username);
        by_username.sort_unstable_by_key(|slot| self.username(*slot));
        self.by_username = by_username;
    }

    /// Takes over the present state of one person; `None` when they are no longer listed.
    pub fn apply(&mut self, id: &PersonId, record: Option<Record>) {
        self.remove(id);
        let Some(record) = record else { return };
        let row = self.first_row_from(&record.order, id.as_str());
        let slot = self.next_slot();
        self.numbers.insert(&record.numbers, slot);
        self.by_id.insert(self.by_id.partition_point(|other| self.id(*other) < Some(id)), slot);
        if let Some(username) = &record.username {
            let at =
                self.by_username.partition_point(|other| self.username(*other) < Some(username.as_ref()));
            self.by_username.insert(at, slot);
        }
        self.insert_row(row, slot, record);
    }

    fn remove(&mut self, id: &PersonId) {
        let Some(row) = self.row_of(id) else { return };
        let slot = self.order.remove(row);
        self.by_id.retain(|other| *other != slot);
        self.by_username.retain(|other| *other != slot);
        self.names.remove(row);
        self.readings.remove(row);
        self.sounds.remove(row);
        self.others.remove(row);
        self.posts.remove(row);
        self.numbers.remove(slot);
        if let Some(place) = self.slots.get_mut(slot as usize) {
            *place = None;
            self.free.push(slot);
        }
    }

    fn next_slot(&mut self) -> u32 {
        self.free.pop().unwrap_or_else(|| {
            self.slots.push(None);
            u32::try_from(self.slots.len() - 1).unwrap_or(u32::MAX)
        })
    }

    fn insert_row(&mut self, row: usize, slot: u32, record: Record) {
        let posts: Vec<PostRef> = record
            .posts
            .iter()
            .filter_map(|(unit, title)| {
                let unit = self.tree.find(unit)?;
                let name = &self.tree.get(unit)?.unit.name;
                let (title, called) = self.titles.places(name, title.as_deref());
                Some(PostRef { unit, title, called })
            })
            .collect();
        self.order.insert(row, slot);
        self.names.insert(row, &record.name);
        self.readings.insert(row, &record.reading);
        self.sounds.insert(row, &record.sound);
        self.others.insert(row, &record.others);
        self.posts.insert(row, &posts);
        if let Some(place) = self.slots.get_mut(slot as usize) {
            *place =
                Some(Slot { person: record.person, order: record.order.into(), username: record.username });
        }
    }

    fn slot_at(&self, row: usize) -> Option<&Slot> {
        self.order.get(row).and_then(|slot| self.slot(*slot))
    }

    /// The first row whose person does not stand before this order and id.
    fn first_row_from(&self, order: &str, id: &str) -> usize {
        self.order.partition_point(|slot| self.slot(*slot).is_some_and(|slot| slot.key() < (order, id)))
    }

    fn slot(&self, slot: u32) -> Option<&Slot> {
        self.slots.get(slot as usize).and_then(Option::as_ref)
    }

    fn id(&self, slot: u32) -> Option<&PersonId> {
        self.slot(slot).map(|slot| &slot.person.id)
    }

    fn username(&self, slot: u32) -> Option<&str> {
        self.slot(slot).and_then(|slot| slot.username.as_deref())
    }

    fn slot_of(&self, id: &PersonId) -> Option<u32> {
        let at = self.by_id.partition_point(|slot| self.id(*slot) < Some(id));
        self.by_id.get(at).copied().filter(|slot| self.id(*slot) == Some(id))
    }

    fn find(&self, id: &PersonId) -> Option<&Slot> {
        self.slot_of(id).and_then(|slot| self.slot(slot))
    }

    fn row_of(&self, id: &PersonId) -> Option<usize> {
        self.find(id).map(|slot| self.row_of_slot(slot))
    }

    fn row_of_slot(&self, slot: &Slot) -> usize {
        self.first_row_from(&slot.order, slot.person.id.as_str())
    }

    /// The units, in order.
    pub fn tree(&self) -> &Tree {
        &self.tree
    }

    /// A person.
    pub fn person(&self, id: &PersonId) -> Option<&Arc<PersonJson>> {
        self.find(id).map(|slot| &slot.person)
    }

    /// Those of these people who are listed, in あいうえお order.
    pub fn people_in_order(&self, ids: &[PersonId]) -> Vec<Arc<PersonJson>> {
        let mut rows: Vec<usize> = ids.iter().filter_map(|id| self.row_of(id)).collect();
        rows.sort_unstable();
        rows.into_iter().filter_map(|row| Some(Arc::clone(&self.slot_at(row)?.person))).collect()
    }

    /// The people whose ids come after `after`, in the order of their ids.
    pub fn people_after(&self, after: Option<&PersonId>) -> impl Iterator<Item = &Arc<PersonJson>> {
        let from = self.by_id.partition_point(|slot| after.is_some() && self.id(*slot) <= after);
        self.by_id.iter().skip(from).filter_map(|slot| self.slot(*slot)).map(|slot| &slot.person)
    }

    /// A unit with the units directly below and its own members, as many as are shown.
    pub fn unit_detail(&self, id: &UnitId) -> Option<UnitDetail> {
        let at = self.tree.find(id)?;
        let node = self.tree.get(at)?;
        let members: Vec<Arc<PersonJson>> = (0..self.order.len())
            .filter(|row| self.posts.get(*row).iter().any(|post| post.unit == at))
            .filter_map(|row| Some(Arc::clone(&self.slot_at(row)?.person)))
            .take(MEMBERS)
            .collect();
        let units = self.tree.children(at);
        let etag = etag_of_detail(&node.unit, &units, &members);
        Some(UnitDetail { unit: Unit { etag, ..node.unit.clone() }, units, members })
    }

    /// These units, each with the tag that its own resource has: one look at everybody finds what is in any of them.
    pub fn tagged(&self, places: impl IntoIterator<Item = u32>) -> Vec<Unit> {
        let places: Vec<u32> = places.into_iter().collect();
        let mut members: HashMap<u32, Vec<Arc<PersonJson>>> =
            places.iter().map(|at| (*at, Vec::new())).collect();
        for row in 0..self.order.len() {
            for post in self.posts.get(row) {
                let (Some(of), Some(slot)) = (members.get_mut(&post.unit), self.slot_at(row)) else {
                    continue;
                };
                // Whoever has two posts in a unit is one member.
                if of.len() < MEMBERS && of.last().is_none_or(|last| last.id != slot.person.id) {
                    of.push(Arc::clone(&slot.person));
                }
            }
        }
        let tagged = places.into_iter().filter_map(|at| {
            let unit = &self.tree.get(at)?.unit;
            let etag = etag_of_detail(unit, &self.tree.children(at), members.get(&at)?);
            Some(Unit { etag, ..unit.clone() })
        });
        tagged.collect()
    }

    /// Those who have a number (in domestic form), best first: whose own it is, then those nearest to `who`.
    pub fn find_by_number(&self, number: &str, who: &PersonId) -> Vec<Holder> {
        let distances = self.distances(who);
        let mut found: Vec<_> = self
            .numbers
            .find(number)
            .iter()
            .filter_map(|entry| {
                let slot = self.slot(entry.slot)?;
                let row = self.row_of_slot(slot);
                let (place, distance) = (entry.place(), self.distance(row, &distances));
                Some((Holder { place, distance, person: Arc::clone(&slot.person) }, row))
            })
            .collect();
        found.sort_unstable_by_key(|(holder, row)| (holder.place, holder.distance, *row));
        found.dedup_by_key(|(_, row)| *row);
        found.into_iter().map(|(holder, _)| holder).collect()
    }
}

/// Somebody who has a number.
#[derive(Debug)]
pub(super) struct Holder {
    /// The place of the number among theirs of the same kind: 0 for their own.
    pub place: u8,
    /// How far they are from the one who asks.
    pub distance: u8,
    pub person: Arc<PersonJson>,
}

/// The tag of a unit with what is in it: another one when anything that is shown is another.
fn etag_of_detail(unit: &Unit, units: &[UnitRef], members: &[Arc<PersonJson>]) -> ETag {
    let mut shown = Sha256::new();
    for below in units {
        shown.update(below.id.as_str());
        shown.update(&below.name);
    }
    for member in members {
        shown.update(member.id.as_str());
        shown.update(member.etag.as_str());
    }
    let shown: String = shown.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    ETag::from(format!("\"{}-{shown}\"", unit.etag.as_str().trim_matches('"')))
}
