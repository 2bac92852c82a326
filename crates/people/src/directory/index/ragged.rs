use std::ops::Range;

use memchr::memmem::Finder;

/// Many short slices in one, so that one pass goes over all of them.
#[derive(Debug, Clone)]
pub(super) struct Ragged<T> {
    items: Vec<T>,
    ends: Vec<u32>,
}

impl<T> Default for Ragged<T> {
    fn default() -> Self {
        Self { items: Vec::new(), ends: Vec::new() }
    }
}

impl<T: Copy> Ragged<T> {
    /// How many slices there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    fn start(&self, row: usize) -> usize {
        row.checked_sub(1).and_then(|before| self.ends.get(before)).map_or(0, |end| *end as usize)
    }

    /// The slice of a row; empty when there is no such row.
    pub fn get(&self, row: usize) -> &[T] {
        self.ends.get(row).and_then(|end| self.items.get(self.start(row)..*end as usize)).unwrap_or_default()
    }

    /// Adds a row at the end.
    pub fn push(&mut self, slice: &[T]) {
        self.items.extend_from_slice(slice);
        self.ends.push(index(self.items.len()));
    }

    /// Adds a row before `row`.
    pub fn insert(&mut self, row: usize, slice: &[T]) {
        let start = self.start(row);
        self.items.splice(start..start, slice.iter().copied());
        self.ends.insert(row, index(start));
        for end in self.ends.iter_mut().skip(row) {
            *end += index(slice.len());
        }
    }

    /// Puts the rows in this order, in no more room than they need.
    pub fn reorder(&mut self, rows: &[usize]) {
        let mut ordered =
            Self { items: Vec::with_capacity(self.items.len()), ends: Vec::with_capacity(self.ends.len()) };
        for row in rows {
            ordered.push(self.get(*row));
        }
        *self = ordered;
    }

    /// Takes a row away.
    pub fn remove(&mut self, row: usize) {
        let start = self.start(row);
        let end = self.ends.remove(row) as usize;
        self.items.drain(start..end);
        for later in self.ends.iter_mut().skip(row) {
            *later -= index(end - start);
        }
    }
}

impl Ragged<u8> {
    /// Calls `found` with each of these rows that holds the needle, in order, with the place of the first hit in it.
    pub fn find_rows(&self, rows: Range<usize>, needle: &Finder<'_>, mut found: impl FnMut(usize, usize)) {
        let (mut row, mut start, mut from) = (rows.start, self.start(rows.start), self.start(rows.start));
        let items = self.items.get(..self.start(rows.end.min(self.len()))).unwrap_or_default();
        while let Some(hit) = items.get(from..).and_then(|rest| needle.find(rest)) {
            let hit = from + hit;
            let Some(end) = self.skip_to(&mut row, &mut start, hit) else { return };
            if hit + needle.needle().len() <= end {
                found(row, hit - start);
                from = end;
            } else {
                from = hit + 1;
            }
        }
    }

    /// Moves `row` and `start` on to the row that holds place `hit`; returns that row's end.
    fn skip_to(&self, row: &mut usize, start: &mut usize, hit: usize) -> Option<usize> {
        let ends = self.ends.get(*row..)?;
        // Hits are mostly near one another or far apart: a few steps, then halving.
        let near = ends.iter().take(8).position(|end| *end as usize > hit);
        let skipped = near.unwrap_or_else(|| ends.partition_point(|end| *end as usize <= hit));
        *row += skipped;
        *start = self.start(*row);
        self.ends.get(*row).map(|end| *end as usize)
    }
}

fn index(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(of: &Ragged<u8>, needle: &str) -> Vec<(usize, usize)> {
        let mut found = Vec::new();
        of.find_rows(0..of.len(), &Finder::new(needle), |row, at| found.push((row, at)));
        for (first, last) in (0..=of.len()).flat_map(|last| (0..=last).map(move |first| (first, last))) {
            let mut some = Vec::new();
            of.find_rows(first..last, &Finder::new(needle), |row, at| some.push((row, at)));
            let expected: Vec<_> =
                found.iter().copied().filter(|(row, _)| (first..last).contains(row)).collect();
            assert_eq!(some, expected, "{needle} in {first}..{last}");
        }
        found
    }

    #[test]
    fn finds_each_row_once_and_never_across_two() {
        let mut texts = Ragged::default();
        for text in ["aab", "", "baa", "x", "caab"] {
            texts.push(text.as_bytes());
        }
        assert_eq!(rows(&texts, "a"), [(0, 0), (2, 1), (4, 1)]);
        assert_eq!(rows(&texts, "bb"), []);
        assert_eq!(rows(&texts, "aab"), [(0, 0), (4, 1)]);
        texts.remove(0);
        texts.insert(1, b"aa");
        texts.insert(0, b"ba");
        let all: Vec<&[u8]> = (0..texts.len()).map(|row| texts.get(row)).collect();
        assert_eq!(all, [&b"ba"[..], b"", b"aa", b"baa", b"x", b"caab"]);
        assert_eq!(rows(&texts, "aa"), [(2, 0), (3, 1), (5, 1)]);
        texts.reorder(&[5, 4, 2]);
        assert_eq!((texts.len(), texts.get(0), texts.get(2)), (3, &b"caab"[..], &b"aa"[..]));
    }
}
