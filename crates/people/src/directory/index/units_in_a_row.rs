use super::{Index, ragged::Ragged};
use crate::search::{Known, Query, Word, in_a_row};

/// How many searches one that found nobody may cost beside itself.
const MOST_SEARCHES: usize = 16;

impl Index {
    /// The rows in which every word is found once those words that find nobody are taken apart into the names of units and the titles with
    /// which they begin, what follows and a title behind it; with the sum of the ranks.
    pub(super) fn matches_in_a_row(&self, query: &Query) -> Vec<(usize, u8)> {
        let of = |word| {
            let begins = |text: &str| self.begins(text);
            in_a_row(
                word,
                Known { begins, ends: |text: &str| whole(self.titles.titles(), text, <[u8]>::ends_with) },
            )
        };
        let ways: Vec<_> = query.words().iter().map(of).collect();
        if ways.iter().all(Vec::is_empty) {
            return Vec::new();
        }
        let mut searches = 0..MOST_SEARCHES;
        let mut finds = |words: &[Word]| {
            searches.next().is_some() && !self.matches_of(&Query::of(words.to_vec())).is_empty()
        };
        let mut words = Vec::new();
        for (word, ways) in query.words().iter().zip(ways) {
            let whole = std::slice::from_ref(word);
            let found = if ways.is_empty() || finds(whole) {
                Some(whole.to_vec())
            } else {
                ways.into_iter().find(|way| finds(way))
            };
            let Some(found) = found else { return Vec::new() };
            words.extend(found);
        }
        self.matches_of(&Query::of(words))
    }

    /// How long the names of units, the titles, and what holders of posts are called are with which a folded text begins.
    fn begins(&self, text: &str) -> Vec<usize> {
        let mut lengths = whole(&self.unit_names, text, <[u8]>::starts_with);
        if !lengths.is_empty() {
            // It begins with the name of a unit.
            lengths.extend(whole(self.titles.called(), text, <[u8]>::starts_with));
        }
        lengths.extend(whole(self.titles.titles(), text, <[u8]>::starts_with));
        lengths
    }
}

/// How long those of the names are that a folded text begins or ends with.
fn whole(names: &Ragged<u8>, text: &str, fits: fn(&[u8], &[u8]) -> bool) -> Vec<usize> {
    let names = (0..names.len()).map(|at| names.get(at));
    // The first line is what a whole name is folded to.
    let names = names.filter_map(|name| name.split(|byte| *byte == b'\n').next());
    names.filter(|name| !name.is_empty() && fits(text.as_bytes(), name)).map(<[u8]>::len).collect()
}
