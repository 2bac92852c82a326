use super::Index;
use crate::search::{Query, Word, in_a_row};

/// How many searches one that found nobody may cost beside itself.
const MOST_SEARCHES: usize = 16;

impl Index {
    /// The rows in which every word is found once those words that find nobody are taken apart into the names of units with which they
    /// begin, and what follows; with the sum of the ranks.
    pub(super) fn matches_in_a_row(&self, query: &Query) -> Vec<(usize, u8)> {
        let ways: Vec<_> =
            query.words().iter().map(|word| in_a_row(word, |text| self.unit_names_before(text))).collect();
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

    /// How long the names of units are with which a folded text begins.
    fn unit_names_before(&self, text: &str) -> Vec<usize> {
        let names = (0..self.unit_names.len()).map(|at| self.unit_names.get(at));
        // The first line is what a whole name is folded to.
        let names = names.filter_map(|name| name.split(|byte| *byte == b'\n').next());
        names.filter(|name| !name.is_empty() && text.as_bytes().starts_with(name)).map(<[u8]>::len).collect()
    }
}
