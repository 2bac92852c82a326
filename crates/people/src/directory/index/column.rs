use std::ops::Range;

use memchr::{memchr, memmem::Finder, memrchr};

use super::ragged::Ragged;
use crate::search::{Classes, ONLY_FROM_START};

/// One folded field of everyone, row by row. A field may have several lines, each a text of its own.
#[derive(Debug, Default, Clone)]
pub(super) struct Column {
    texts: Ragged<u8>,
    /// Where in the first line the given name begins; 0 when there is none.
    given: Vec<u16>,
    /// What is written in the column at all.
    classes: Classes,
}

/// One folded field of a person.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Field {
    pub text: String,
    pub given: u16,
}

/// Where in a field a needle was found; the first is the best.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place {
    /// It is a whole line, a whole family name or a whole given name.
    Whole,
    /// One of them begins with it.
    Start,
    /// Elsewhere.
    Inside,
}

/// What is looked for in a column.
#[derive(Debug)]
pub(super) struct Needle<'q> {
    finder: Finder<'q>,
    classes: Classes,
}

impl<'q> Needle<'q> {
    pub fn new(text: &'q str) -> Self {
        Self { finder: Finder::new(text), classes: Classes::of(text) }
    }

    pub fn bytes(&self) -> &[u8] {
        self.finder.needle()
    }

    /// Calls `found` with each row of `names` that holds the needle, in order, with the place of the first hit in it.
    pub fn find_rows(&self, names: &Ragged<u8>, found: impl FnMut(usize, usize)) {
        names.find_rows(0..names.len(), &self.finder, found);
    }
}

impl Column {
    /// Adds a row before `row`.
    pub fn insert(&mut self, row: usize, field: &Field) {
        self.texts.insert(row, field.text.as_bytes());
        self.given.insert(row, field.given);
        self.classes |= Classes::of(&field.text);
    }

    /// Puts the rows in this order.
    pub fn reorder(&mut self, rows: &[usize]) {
        self.texts.reorder(rows);
        self.given = rows.iter().map(|row| self.given.get(*row).copied().unwrap_or(0)).collect();
    }

    /// Takes a row away.
    pub fn remove(&mut self, row: usize) {
        self.texts.remove(row);
        self.given.remove(row);
    }

    /// Calls `found` with each of these rows that holds the needle, in order, wherever it stands.
    pub fn holders(&self, rows: Range<usize>, needle: &Needle<'_>, mut found: impl FnMut(usize)) {
        if self.classes.contains(needle.classes) {
            self.texts.find_rows(rows, &needle.finder, |row, _| found(row));
        }
    }

    /// Calls `found` with each row in which the needle counts, in order, and where it stands.
    pub fn find_rows(&self, needle: &Needle<'_>, mut found: impl FnMut(usize, Place)) {
        if self.classes.contains(needle.classes) {
            self.texts.find_rows(0..self.texts.len(), &needle.finder, |row, hit| {
                if let Some(place) = self.best(row, needle, hit) {
                    found(row, place);
                }
            });
        }
    }

    /// Where in a row the needle is found.
    pub fn find(&self, row: usize, needle: &Needle<'_>) -> Option<Place> {
        if !self.classes.contains(needle.classes) {
            return None;
        }
        needle.finder.find(self.texts.get(row)).and_then(|hit| self.best(row, needle, hit))
    }

    /// The best place of a needle that stands in the row, first at `hit`; `None` when it only stands where two words meet by chance.
    fn best(&self, row: usize, needle: &Needle<'_>, hit: usize) -> Option<Place> {
        let given = self.given.get(row).map_or(0, |given| usize::from(*given));
        let (mut best, mut next) = (None, Some(hit));
        // From line to line in which it stands.
        while let Some(hit) = next {
            let (before, after) = self.texts.get(row).split_at_checked(hit)?;
            let start = memrchr(b'\n', before).map_or(0, |end| end + 1);
            let end = memchr(b'\n', after).map_or(after.len(), |end| end) + hit;
            let line = self.texts.get(row).get(start..end)?;
            let place = match line.strip_prefix(&[ONLY_FROM_START as u8]) {
                Some(text) => at_start(text, needle),
                None => needle.place(line, if start == 0 { given } else { 0 }, hit - start),
            };
            if place == Some(Place::Whole) {
                return place;
            }
            best = best.into_iter().chain(place).min();
            let rest = self.texts.get(row).get(end..).unwrap_or_default();
            next = needle.finder.find(rest).map(|hit| end + hit);
        }
        best
    }
}

/// Whether a text is the needle or begins with it.
fn at_start(text: &[u8], needle: &Needle<'_>) -> Option<Place> {
    // Most texts differ in their first byte already; comparing that is cheaper than comparing all.
    let text = Some(text).filter(|text| text.first() == needle.bytes().first())?;
    text.strip_prefix(needle.bytes()).map(|rest| if rest.is_empty() { Place::Whole } else { Place::Start })
}

impl Needle<'_> {
    /// Where it stands in a line of two words, the second of which begins at `given`: in either, or from the first on into the
    /// second. The first that is seen of it is at `hit`.
    fn place(&self, text: &[u8], given: usize, hit: usize) -> Option<Place> {
        let (family, name) = text.split_at_checked(given)?;
        let starts = [at_start(text, self), at_start(family, self), at_start(name, self)];
        let best = starts.into_iter().flatten().min();
        best.or_else(|| {
            // What is seen where the words meet may stand in the second, too.
            let in_first = hit + self.bytes().len() <= given;
            (in_first || hit >= given || self.finder.find(name).is_some()).then_some(Place::Inside)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_place_in_a_row_counts() {
        let mut column = Column::default();
        for (row, (text, given)) in
            [("森太", 3), ("大森森", 6), ("森田", 0), ("a1\nb1", 1)].into_iter().enumerate()
        {
            column.insert(row, &Field { text: text.to_owned(), given });
        }
        let places = |needle: &str| {
            let mut places = Vec::new();
            column.find_rows(&Needle::new(needle), |row, place| places.push((row, place)));
            for (row, place) in &places {
                assert_eq!(column.find(*row, &Needle::new(needle)), Some(*place));
            }
            places
        };
        assert_eq!(places("森"), [(0, Place::Whole), (1, Place::Whole), (2, Place::Start)]);
        assert_eq!(places("太"), [(0, Place::Whole)]);
        assert_eq!(places("森太"), [(0, Place::Whole)]);
        assert_eq!(places("大"), [(1, Place::Start)]);
        assert_eq!(places("b1"), [(3, Place::Whole)]);
        assert_eq!(places("1"), [(3, Place::Whole)]);
        assert_eq!(places("あ"), []);
    }

    #[test]
    fn what_meets_by_chance_where_two_words_join_is_not_found() {
        let mut column = Column::default();
        for (row, (text, given)) in
            [("saitonoriko", 5), ("onokazuko", 3), ("satome\n\u{1}satoume", 4)].into_iter().enumerate()
        {
            column.insert(row, &Field { text: text.to_owned(), given });
        }
        let rows = |needle: &str| {
            let mut rows = Vec::new();
            column.find_rows(&Needle::new(needle), |row, place| rows.push((row, place)));
            for row in 0..3 {
                let place = rows.iter().find(|(found, _)| *found == row).map(|(_, place)| *place);
                assert_eq!(column.find(row, &Needle::new(needle)), place, "{needle}");
            }
            rows
        };
        assert_eq!(rows("ono"), [(1, Place::Whole)]);
        assert_eq!(rows("saitono"), [(0, Place::Start)]);
        assert_eq!(rows("saitonoriko"), [(0, Place::Whole)]);
        assert_eq!(rows("ito"), [(0, Place::Inside)]);
        assert_eq!(rows("iko"), [(0, Place::Inside)]);
        assert_eq!(rows("itonori"), []);
        assert_eq!(rows("satoume"), [(2, Place::Whole)]);
        assert_eq!(rows("atoume"), []);
    }
}
