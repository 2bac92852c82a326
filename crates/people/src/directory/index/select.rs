use std::{ops::Range, sync::Arc};

use renraku_base::PersonId;

use super::{
    Index, PersonJson, PostRef,
    search::{Needles, Titles},
};
use crate::{directory::tree::Tree, search::Word};

/// By what people are picked out of the directory before somebody looks at each of them: it may let through too many, and
/// never too few.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Narrow {
    /// The word is in the name, as written or as read.
    Name(Word),
    /// The word is in a phone number, a mail address or the username.
    Address(Word),
    /// This is one of the phone numbers, as [`fold_number`](crate::search::fold_number) gives it.
    Number(String),
    /// The word is in the title of a post, or in the names of its unit and those above it, one after the other without anything between.
    Post(Word),
    /// This is the username, or the id of somebody without one.
    Uid(String),
    /// All of these hold; everyone when there are none.
    All(Vec<Narrow>),
    /// One of these holds; nobody when there are none.
    Any(Vec<Narrow>),
}

/// Someone who was picked out.
#[derive(Debug, Clone, Copy)]
pub struct Selected<'i> {
    /// The person.
    pub person: &'i Arc<PersonJson>,
    /// The name by which they sign in.
    pub username: Option<&'i str>,
    /// The key of the あいうえお order; the person's id decides between equals.
    pub order: &'i str,
    posts: &'i [PostRef],
    tree: &'i Tree,
}

impl<'i> Selected<'i> {
    /// The units of the person's posts, each by its name behind those of the units above it.
    pub fn unit_paths(&self) -> impl Iterator<Item = Vec<&'i str>> {
        let tree = self.tree;
        self.posts.iter().map(move |post| tree.names_down_to(post.unit))
    }
}

impl Narrow {
    /// Whether all rows are gone through for it.
    fn goes_through(&self) -> bool {
        match self {
            Self::Name(_) | Self::Address(_) | Self::Post(_) => true,
            Self::Number(_) | Self::Uid(_) => false,
            Self::All(all) => all.iter().any(Self::goes_through),
            Self::Any(any) => any.iter().any(Self::goes_through),
        }
    }
}

/// So many rows are gone through at first.
const FIRST: usize = 1_024;
/// Where these were not enough, so many times more.
const MORE: usize = 4;

/// Rows in ascending order.
enum Rows {
    Everyone,
    These(Vec<usize>),
}

impl Index {
    /// Those whom `narrow` lets through, in あいうえお order, from the first that does not stand before `from` (an order and
    /// an id) on.
    pub fn select<'i>(
        &'i self,
        narrow: &'i Narrow,
        from: Option<(&str, &str)>,
    ) -> impl Iterator<Item = Selected<'i>> {
        let first = from.map_or(0, |(order, id)| self.first_row_from(order, id));
        let rows = stretches(first..self.order.len(), narrow.goes_through()).flat_map(move |stretch| {
            let (these, everyone) = match self.rows(narrow, &stretch) {
                Rows::Everyone => (Vec::new(), stretch),
                Rows::These(rows) => (rows, 0..0),
            };
            these.into_iter().chain(everyone)
        });
        rows.filter_map(|row| {
            let slot = self.slot_at(row)?;
            Some(Selected {
                person: &slot.person,
                username: slot.username.as_deref(),
                order: &slot.order,
                posts: self.posts.get(row),
                tree: &self.tree,
            })
        })
    }

    /// Those of a stretch.
    fn rows(&self, narrow: &Narrow, stretch: &Range<usize>) -> Rows {
        let mut rows = Vec::new();
        match narrow {
            Narrow::All(all) => return self.rows_of_all(all, stretch),
            Narrow::Any(any) => return self.rows_of_any(any, stretch),
            Narrow::Uid(uid) => rows.extend(self.row_of_uid(uid).filter(|row| stretch.contains(row))),
            Narrow::Name(word) => {
                let needles = Needles::new(word);
                self.names.holders(stretch.clone(), &needles.text, |row| rows.push(row));
                self.readings.holders(stretch.clone(), &needles.text, |row| rows.push(row));
                if let Some(key) = &needles.sound {
                    self.sounds.holders(stretch.clone(), key, |row| rows.push(row));
                }
            }
            Narrow::Address(word) => {
                for needle in Needles::new(word).of_others() {
                    self.others.holders(stretch.clone(), needle, |row| rows.push(row));
                }
            }
            Narrow::Number(number) => {
                let holders = self.numbers.find(number).iter().filter_map(|entry| self.slot(entry.slot));
                rows.extend(holders.map(|slot| self.row_of_slot(slot)).filter(|row| stretch.contains(row)));
            }
            Narrow::Post(word) => {
                let titles = Titles::joined(self, &Needles::new(word).text);
                if titles.any {
                    rows.extend(stretch.clone().filter(|row| titles.fits(self.posts.get(*row))));
                }
            }
        }
        rows.sort_unstable();
        rows.dedup();
        Rows::These(rows)
    }

    fn rows_of_all(&self, all: &[Narrow], stretch: &Range<usize>) -> Rows {
        let mut found = Rows::Everyone;
        for narrow in all {
            found = match (found, self.rows(narrow, stretch)) {
                (Rows::Everyone, other) | (other, Rows::Everyone) => other,
                (Rows::These(mut rows), Rows::These(others)) => {
                    rows.retain(|row| others.binary_search(row).is_ok());
                    Rows::These(rows)
                }
            };
            if matches!(&found, Rows::These(rows) if rows.is_empty()) {
                break;
            }
        }
        found
    }

    fn rows_of_any(&self, any: &[Narrow], stretch: &Range<usize>) -> Rows {
        let mut found = Vec::new();
        for narrow in any {
            match self.rows(narrow, stretch) {
                Rows::Everyone => return Rows::Everyone,
                Rows::These(rows) => found.extend(rows),
            }
        }
        found.sort_unstable();
        found.dedup();
        Rows::These(found)
    }

    fn row_of_uid(&self, uid: &str) -> Option<usize> {
        let at = self.by_username.partition_point(|slot| self.username(*slot) < Some(uid));
        let named = self.by_username.get(at).and_then(|slot| self.slot(*slot));
        let slot = named.filter(|slot| slot.username.as_deref() == Some(uid)).or_else(|| {
            let id = uid.parse().ok()?;
            self.find(&id).filter(|slot| slot.username.is_none())
        })?;
        Some(self.row_of_slot(slot))
    }

    /// The name by which a person signs in.
    pub fn username_of(&self, id: &PersonId) -> Option<&str> {
        self.find(id).and_then(|slot| slot.username.as_deref())
    }
}

/// These rows in one, or a few and then more and more: whoever looks has often seen enough after a few.
fn stretches(rows: Range<usize>, bit_by_bit: bool) -> impl Iterator<Item = Range<usize>> {
    let (mut begin, mut count) = (rows.start, if bit_by_bit { FIRST } else { rows.len() });
    std::iter::from_fn(move || {
        let stretch = begin..rows.end.min(begin.saturating_add(count));
        (begin, count) = (stretch.end, count.saturating_mul(MORE));
        (!stretch.is_empty()).then_some(stretch)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_lies_in_one_stretch() {
        for rows in [0..0, 0..1, 5..5, 0..FIRST, 3..FIRST + 4, 0..20_000, 19_999..20_000] {
            for bit_by_bit in [false, true] {
                let seen: Vec<usize> = stretches(rows.clone(), bit_by_bit).flatten().collect();
                assert!(seen.iter().copied().eq(rows.clone()), "{rows:?}");
            }
        }
        assert_eq!(stretches(0..20_000, true).count(), 3);
        assert_eq!(stretches(0..20_000, false).count(), 1);
    }
}
