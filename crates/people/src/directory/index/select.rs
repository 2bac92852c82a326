use std::sync::Arc;

use renraku_base::PersonId;

use super::{
    Index, PersonJson,
    search::{Needles, Titles},
};
use crate::search::Word;

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
    /// The word is in the title or the unit of a post, or in a unit above it.
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
}

/// Rows in ascending order.
enum Rows {
    Everyone,
    These(Vec<usize>),
}

impl Index {
    /// Those whom `narrow` lets through, in あいうえお order, from the first that does not stand before `from` (an order and
    /// an id) on.
    pub fn select(&self, narrow: &Narrow, from: Option<(&str, &str)>) -> impl Iterator<Item = Selected<'_>> {
        let first = from.map_or(0, |(order, id)| self.first_row_from(order, id));
        let (these, everyone) = match self.rows(narrow) {
            Rows::Everyone => (Vec::new(), first..self.order.len()),
            Rows::These(rows) => (rows, 0..0),
        };
        these.into_iter().skip_while(move |row| *row < first).chain(everyone).filter_map(|row| {
            let slot = self.slot_at(row)?;
            Some(Selected { person: &slot.person, username: slot.username.as_deref(), order: &slot.order })
        })
    }

    fn rows(&self, narrow: &Narrow) -> Rows {
        let mut rows = Vec::new();
        match narrow {
            Narrow::All(all) => return self.rows_of_all(all),
            Narrow::Any(any) => return self.rows_of_any(any),
            Narrow::Uid(uid) => rows.extend(self.row_of_uid(uid)),
            Narrow::Name(word) => {
                let needles = Needles::new(word);
                self.names.find_rows(&needles.text, |row, _| rows.push(row));
                self.readings.find_rows(&needles.text, |row, _| rows.push(row));
                if let Some(key) = &needles.sound {
                    self.sounds.find_rows(key, |row, _| rows.push(row));
                }
            }
            Narrow::Address(word) => {
                for needle in Needles::new(word).of_others() {
                    self.others.find_rows(needle, |row, _| rows.push(row));
                }
            }
            Narrow::Number(number) => {
                let holders = self.numbers.find(number).iter().filter_map(|entry| self.slot(entry.slot));
                rows.extend(holders.map(|slot| self.row_of_slot(slot)));
            }
            Narrow::Post(word) => {
                let titles = Titles::new(self, &Needles::new(word).text);
                if titles.any {
                    rows.extend((0..self.order.len()).filter(|row| titles.fits(self.posts.get(*row))));
                }
            }
        }
        rows.sort_unstable();
        rows.dedup();
        Rows::These(rows)
    }

    fn rows_of_all(&self, all: &[Narrow]) -> Rows {
        let mut found = Rows::Everyone;
        for narrow in all {
            found = match (found, self.rows(narrow)) {
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

    fn rows_of_any(&self, any: &[Narrow]) -> Rows {
        let mut found = Vec::new();
        for narrow in any {
            match self.rows(narrow) {
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
