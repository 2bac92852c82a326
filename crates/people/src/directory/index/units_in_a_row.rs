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
            let ends =
                |text: &str| whole(each(self.titles.titles()), |title| text.as_bytes().ends_with(title));
            in_a_row(word, Known { begins, ends })
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
            // One word alone is known to find nobody.
            let found = if ways.is_empty() || (query.words().len() > 1 && finds(whole)) {
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
        let text = text.as_bytes();
        let begins = |names| {
            whole(each(names).filter(|name| name.first() == text.first()), |name| text.starts_with(name))
        };
        let mut lengths = begins(&self.unit_names);
        if !lengths.is_empty() {
            // It begins with the name of a unit.
            lengths.extend(begins(self.titles.called()));
        }
        lengths.extend(begins(self.titles.titles()));
        lengths
    }
}

fn each(names: &Ragged<u8>) -> impl Iterator<Item = &[u8]> {
    (0..names.len()).map(|at| names.get(at))
}

/// How long those of the names are that fit.
fn whole<'n>(names: impl Iterator<Item = &'n [u8]>, fits: impl Fn(&[u8]) -> bool) -> Vec<usize> {
    // The first line is what a whole name is folded to.
    let names = names.filter_map(|name| name.split(|byte| *byte == b'\n').next());
    names.filter(|name| !name.is_empty() && fits(name)).map(<[u8]>::len).collect()
}
