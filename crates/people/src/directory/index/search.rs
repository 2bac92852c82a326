use std::{cmp::Reverse, sync::Arc};

use renraku_base::PersonId;

use super::{
    Index, PersonJson, PostRef,
    column::Needle,
    ragged::Ragged,
    rank::{NONE, Rank, inherited, of_name, of_other, of_title},
};
use crate::{
    directory::recency::OTHERS,
    search::{Query, Word},
};

/// Shares no unit with the one who asks.
pub(super) const FAR: u8 = u8::MAX;

/// What is asked of the index.
pub(in crate::directory) struct Ask<'q> {
    /// What was typed; everyone when nothing was.
    pub query: Option<&'q Query>,
    /// The unit, with those below it, that is searched.
    pub unit: Option<u32>,
    /// Who asks: those near to them come first.
    pub who: &'q PersonId,
    /// Whom they find before all who are near, each with how far they are: less than [`OTHERS`].
    pub preferred: &'q [(PersonId, u8)],
    /// After whom the page begins.
    pub after: Option<After>,
    /// How many at most.
    pub limit: usize,
}

/// The last of a page, as a cursor keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::directory) struct After {
    /// How well the query fitted.
    pub tier: u8,
    /// How far from the one who asks; a favourite is nearest, then who was in touch lately.
    pub distance: u8,
    /// The key of the あいうえお order.
    pub order: String,
    /// The person.
    pub id: String,
}

/// Someone who was found.
pub(in crate::directory) struct Hit<'i> {
    /// The person.
    pub person: &'i Arc<PersonJson>,
    /// Where the next page begins when they are the last of this one.
    pub after: After,
}

/// How the index sorts: tier, distance and row in one number.
fn sort_key(tier: u8, distance: u8, row: usize) -> u64 {
    u64::from(tier) << 40 | u64::from(distance) << 32 | u64::try_from(row).unwrap_or(0) & u64::from(u32::MAX)
}

impl Index {
    /// Those whom the query fits, best first: how well, favourites, who was in touch lately, how near, あいうえお.
    pub fn search(&self, ask: &Ask<'_>) -> Vec<Hit<'_>> {
        let distances = if ask.query.is_some() { self.distances(ask.who) } else { Vec::new() };
        let preferred = self.preferred(ask.preferred);
        let distance = |row: usize| {
            let slot = self.order.get(row).copied().unwrap_or(u32::MAX);
            match preferred.binary_search_by_key(&slot, |(slot, _)| *slot) {
                Ok(at) => preferred.get(at).map_or(OTHERS, |(_, distance)| *distance),
                Err(_) => self.distance(row, &distances).saturating_add(OTHERS),
            }
        };
        let from = ask.after.as_ref().map_or(0, |after| {
            let id_after = format!("{}\0", after.id);
            sort_key(after.tier, after.distance, self.first_row_from(&after.order, &id_after))
        });
        let within = ask.unit.and_then(|at| Some(at..self.tree.get(at)?.end));
        let mut keys: Vec<u64> = self
            .matches(ask.query)
            .into_iter()
            .filter(|(row, _)| {
                within
                    .as_ref()
                    .is_none_or(|units| self.posts.get(*row).iter().any(|post| units.contains(&post.unit)))
            })
            .map(|(row, tier)| sort_key(tier, distance(row), row))
            .filter(|key| *key >= from)
            .collect();
        if keys.len() > ask.limit {
            keys.select_nth_unstable(ask.limit);
            keys.truncate(ask.limit);
        }
        keys.sort_unstable();
        keys.into_iter().filter_map(|key| self.hit(key)).collect()
    }

    /// The slots of those who are preferred, in order, each with how far they are at the least.
    fn preferred(&self, people: &[(PersonId, u8)]) -> Vec<(u32, u8)> {
        let mut slots: Vec<(u32, u8)> =
            people.iter().filter_map(|(id, distance)| Some((self.slot_of(id)?, *distance))).collect();
        slots.sort_unstable();
        slots.dedup_by_key(|(slot, _)| *slot);
        slots
    }

    fn hit(&self, key: u64) -> Option<Hit<'_>> {
        let slot = self.slot_at(usize::try_from(key & u64::from(u32::MAX)).ok()?)?;
        let after = After {
            tier: u8::try_from(key >> 40).ok()?,
            distance: u8::try_from(key >> 32 & 0xff).ok()?,
            order: slot.order.to_string(),
            id: slot.person.id.as_str().to_owned(),
        };
        Some(Hit { person: &slot.person, after })
    }

    /// The rows that the query fits, with the sum of the words' ranks. Where it finds nobody as it stands, names of units that
    /// were typed without spaces are told apart.
    pub(super) fn matches(&self, query: Option<&Query>) -> Vec<(usize, u8)> {
        let Some(query) = query else { return (0..self.order.len()).map(|row| (row, 0)).collect() };
        let found = self.matches_of(query);
        if found.is_empty() { self.matches_in_a_row(query) } else { found }
    }

    /// The rows in which every word is found, with the sum of the words' ranks.
    pub(super) fn matches_of(&self, query: &Query) -> Vec<(usize, u8)> {
        // The longest word is the rarest: only where it is found the others are looked for.
        let mut words: Vec<Needles<'_>> = query.words().iter().map(Needles::new).collect();
        words.sort_by_key(|needles| Reverse(needles.text.bytes().len()));
        let Some((first, others)) = words.split_first() else { return Vec::new() };
        let ranks = self.scan(first);
        let mut found: Vec<(usize, u8)> =
            ranks.into_iter().enumerate().filter(|(_, rank)| *rank != NONE).collect();
        for needles in others {
            let titles = Titles::new(self, &needles.text);
            found.retain_mut(|(row, sum)| {
                let rank = self.rank(needles, *row).min(titles.rank(self.posts.get(*row)));
                *sum = sum.saturating_add(rank);
                rank != NONE
            });
        }
        found
    }

    /// How well one word fits each row.
    fn scan(&self, needles: &Needles<'_>) -> Vec<Rank> {
        let mut ranks = vec![NONE; self.order.len()];
        let mut note = |row: usize, rank: Rank| {
            if let Some(best) = ranks.get_mut(row) {
                *best = rank.min(*best);
            }
        };
        self.names.find_rows(&needles.text, |row, place| note(row, of_name(place)));
        self.readings.find_rows(&needles.text, |row, place| note(row, of_name(place)));
        if let Some(key) = &needles.sound {
            self.sounds.find_rows(key, |row, place| note(row, of_name(place)));
        }
        for needle in needles.of_others() {
            self.others.find_rows(needle, |row, place| note(row, of_other(place)));
        }
        let titles = Titles::new(self, &needles.text);
        if titles.any {
            for row in 0..self.order.len() {
                note(row, titles.rank(self.posts.get(row)));
            }
        }
        ranks
    }

    /// How well one word fits the names, numbers and addresses of one row.
    fn rank(&self, needles: &Needles<'_>, row: usize) -> Rank {
        let name = self.names.find(row, &needles.text);
        let reading = self.readings.find(row, &needles.text);
        let sound = needles.sound.as_ref().and_then(|key| self.sounds.find(row, key));
        let names = [name, reading, sound].into_iter().flatten().map(of_name);
        let others = needles.of_others().filter_map(|needle| self.others.find(row, needle)).map(of_other);
        names.chain(others).min().unwrap_or(NONE)
    }

    /// How far each unit is from `who`: how many steps up from a unit of theirs the first lies that it shares with it.
    pub(super) fn distances(&self, who: &PersonId) -> Vec<u8> {
        let nodes = self.tree.nodes();
        let mut distances = vec![FAR; nodes.len()];
        let own = self.row_of(who).map(|row| self.posts.get(row)).unwrap_or_default();
        for post in own {
            for (steps, unit) in (0..FAR).zip(self.tree.upwards(post.unit)) {
                if let Some(known) = distances.get_mut(unit as usize) {
                    *known = steps.min(*known);
                }
            }
        }
        // A unit that is not above one of theirs is as far as the one it lies below.
        for (at, node) in nodes.iter().enumerate() {
            let above = node.parent.and_then(|above| distances.get(above as usize).copied());
            if let (Some(distance @ &mut FAR), Some(above)) = (distances.get_mut(at), above) {
                *distance = above;
            }
        }
        distances
    }

    /// How far the nearest unit of a row is.
    pub(super) fn distance(&self, row: usize, distances: &[u8]) -> u8 {
        let units = self.posts.get(row).iter().map(|post| distances.get(post.unit as usize));
        units.flatten().copied().min().unwrap_or(FAR)
    }
}

/// A word in every form in which it may be found.
pub(super) struct Needles<'q> {
    pub text: Needle<'q>,
    digits: Option<Needle<'q>>,
    pub sound: Option<Needle<'q>>,
}

impl<'q> Needles<'q> {
    pub fn new(word: &'q Word) -> Self {
        Self {
            text: Needle::new(word.text()),
            digits: word.digits().map(Needle::new),
            sound: word.romaji().map(Needle::new),
        }
    }

    /// The forms in which a number or an address may hold the word.
    pub fn of_others(&self) -> impl Iterator<Item = &Needle<'q>> {
        std::iter::once(&self.text).chain(&self.digits)
    }
}

/// How well a word fits each unit (with those above it), each title and what the holder of each post is called.
pub(super) struct Titles {
    units: Vec<Rank>,
    titles: Vec<Rank>,
    called: Vec<Rank>,
    /// Whether it fits any at all.
    pub any: bool,
}

impl Titles {
    pub fn new(index: &Index, needle: &Needle<'_>) -> Self {
        let mut units = ranks(&index.unit_names, needle);
        for at in 0..units.len() {
            let above = index.tree.nodes().get(at).and_then(|node| node.parent);
            let above =
                above.and_then(|above| units.get(above as usize)).map_or(NONE, |rank| inherited(*rank));
            if let Some(rank) = units.get_mut(at) {
                *rank = above.min(*rank);
            }
        }
        Self::by(index, units, needle)
    }

    /// The same for a word that may go from the name of a unit into that of one below it.
    pub fn joined(index: &Index, needle: &Needle<'_>) -> Self {
        Self::by(index, ranks(&index.unit_paths, needle), needle)
    }

    fn by(index: &Index, units: Vec<Rank>, needle: &Needle<'_>) -> Self {
        let titles = ranks(index.titles.titles(), needle);
        let called = ranks(index.titles.called(), needle);
        let any = units.iter().chain(&titles).chain(&called).any(|rank| *rank != NONE);
        Self { units, titles, called, any }
    }

    /// Whether it fits one of these posts.
    pub fn fits(&self, posts: &[PostRef]) -> bool {
        self.rank(posts) != NONE
    }

    fn rank(&self, posts: &[PostRef]) -> Rank {
        let of = |ranks: &[Rank], at: u32| ranks.get(at as usize).copied().unwrap_or(NONE);
        posts
            .iter()
            .map(|post| {
                let title = of(&self.titles, post.title).min(of(&self.called, post.called));
                title.min(of(&self.units, post.unit))
            })
            .min()
            .unwrap_or(NONE)
    }
}

fn ranks(names: &Ragged<u8>, needle: &Needle<'_>) -> Vec<Rank> {
    let mut ranks = vec![NONE; names.len()];
    needle.find_rows(names, |row, at| {
        if let Some(rank) = ranks.get_mut(row) {
            *rank = of_title(names.get(row), at, needle.bytes().len());
        }
    });
    ranks
}
