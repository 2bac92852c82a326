use renraku_base::PersonId;

use super::{
    Index, Person, PostRef,
    ragged::Ragged,
    rank::{NONE, Needle, Rank, inherited, rank_sound, rank_text, rank_title},
};
use crate::search::Query;

/// Not below any unit of the one who asks.
const FAR: u8 = u8::MAX;

/// What is asked of the index.
pub(in crate::directory) struct Ask<'q> {
    /// What was typed; everyone when nothing was.
    pub query: Option<&'q Query>,
    /// The unit, with those below it, that is searched.
    pub unit: Option<u32>,
    /// Who asks: those near to them come first.
    pub who: &'q PersonId,
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
    /// How far from the one who asks.
    pub distance: u8,
    /// The key of the あいうえお order.
    pub order: String,
    /// The person.
    pub id: String,
}

/// Someone who was found.
pub(in crate::directory) struct Hit<'i> {
    /// The person.
    pub person: &'i Person,
    /// Where the next page begins when they are the last of this one.
    pub after: After,
}

/// How the index sorts: tier, distance and row in one number.
fn sort_key(tier: u8, distance: u8, row: usize) -> u64 {
    u64::from(tier) << 40 | u64::from(distance) << 32 | u64::try_from(row).unwrap_or(0) & u64::from(u32::MAX)
}

impl Index {
    /// Those whom the query fits, best first: how well, how near, あいうえお.
    pub fn search(&self, ask: &Ask<'_>) -> Vec<Hit<'_>> {
        let near = if ask.query.is_some() { self.near(ask.who) } else { Vec::new() };
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
            .map(|(row, tier)| sort_key(tier, self.distance(row, &near), row))
            .filter(|key| *key >= from)
            .collect();
        if keys.len() > ask.limit {
            keys.select_nth_unstable(ask.limit);
            keys.truncate(ask.limit);
        }
        keys.sort_unstable();
        keys.into_iter().filter_map(|key| self.hit(key)).collect()
    }

    fn hit(&self, key: u64) -> Option<Hit<'_>> {
        let slot = self.slot_at(usize::try_from(key & u64::from(u32::MAX)).ok()?)?;
        let after = After {
            tier: u8::try_from(key >> 40).ok()?,
            distance: u8::try_from(key >> 32 & 0xff).ok()?,
            order: slot.order.clone(),
            id: slot.person.id.as_str().to_owned(),
        };
        Some(Hit { person: &slot.person, after })
    }

    /// The rows in which every word is found, with the sum of the words' ranks.
    fn matches(&self, query: Option<&Query>) -> Vec<(usize, u8)> {
        let Some(query) = query else { return (0..self.order.len()).map(|row| (row, 0)).collect() };
        // The longest word is the rarest: only where it is found the others are looked for.
        let mut needles: Vec<Needle<'_>> = query.words().iter().map(Needle::new).collect();
        needles.sort_by_key(|needle| std::cmp::Reverse(needle.text.needle().len()));
        let Some((first, others)) = needles.split_first() else { return Vec::new() };
        let ranks = self.scan(first);
        let mut found: Vec<(usize, u8)> =
            ranks.into_iter().enumerate().filter(|(_, rank)| *rank != NONE).collect();
        for needle in others {
            let titles = Titles::new(self, needle);
            found.retain_mut(|(row, sum)| {
                let rank = self.rank(needle, *row).min(titles.rank(self.posts.get(*row)));
                *sum = sum.saturating_add(rank);
                rank != NONE
            });
        }
        found
    }

    fn rank(&self, needle: &Needle<'_>, row: usize) -> Rank {
        let marks = self.marks.get(row).copied().unwrap_or_default();
        needle.rank(self.texts.get(row), self.sounds.get(row), marks)
    }

    /// How well one word fits each row.
    fn scan(&self, needle: &Needle<'_>) -> Vec<Rank> {
        let mut ranks = vec![NONE; self.order.len()];
        let mut note = |row: usize, rank: Rank| {
            if let Some(best) = ranks.get_mut(row) {
                *best = rank.min(*best);
            }
        };
        let marks = |row: usize| self.marks.get(row).copied().unwrap_or_default();
        for text in [Some(&needle.text), needle.digits.as_ref()].into_iter().flatten() {
            self.texts
                .find_rows(text, |row, at| note(row, rank_text(text, self.texts.get(row), at, marks(row))));
        }
        if let Some(key) = &needle.sound {
            self.sounds
                .find_rows(key, |row, at| note(row, rank_sound(key, self.sounds.get(row), at, marks(row))));
        }
        let titles = Titles::new(self, needle);
        if titles.any {
            for row in 0..self.order.len() {
                note(row, titles.rank(self.posts.get(row)));
            }
        }
        ranks
    }

    /// For each unit how many steps up from a unit of `who` it lies; [`FAR`] for those that are not above them.
    pub(super) fn near(&self, who: &PersonId) -> Vec<u8> {
        let mut near = vec![FAR; self.tree.nodes().len()];
        let own = self.row_of(who).map(|row| self.posts.get(row)).unwrap_or_default();
        for post in own {
            for (steps, unit) in (0..).zip(self.tree.upwards(post.unit)) {
                if let Some(known) = near.get_mut(unit as usize) {
                    *known = steps.min(*known);
                }
            }
        }
        near
    }

    /// How far up from the units of the one who asks the first unit lies that they share with this person.
    pub(super) fn distance(&self, row: usize, near: &[u8]) -> u8 {
        if near.is_empty() {
            return 0;
        }
        let shared = |post: &PostRef| {
            self.tree
                .upwards(post.unit)
                .find_map(|unit| near.get(unit as usize).copied().filter(|steps| *steps != FAR))
        };
        self.posts.get(row).iter().filter_map(shared).min().unwrap_or(FAR)
    }
}

/// How well a word fits each unit (with those above it) and each title.
struct Titles {
    units: Vec<Rank>,
    titles: Vec<Rank>,
    any: bool,
}

impl Titles {
    fn new(index: &Index, needle: &Needle<'_>) -> Self {
        let mut units = ranks(&index.unit_names, needle);
        for at in 0..units.len() {
            let above = index.tree.nodes().get(at).and_then(|node| node.parent);
            let above =
                above.and_then(|above| units.get(above as usize)).map_or(NONE, |rank| inherited(*rank));
            if let Some(rank) = units.get_mut(at) {
                *rank = above.min(*rank);
            }
        }
        let titles = ranks(&index.title_names, needle);
        let any = units.iter().chain(&titles).any(|rank| *rank != NONE);
        Self { units, titles, any }
    }

    fn rank(&self, posts: &[PostRef]) -> Rank {
        let of = |ranks: &[Rank], at: u32| ranks.get(at as usize).copied().unwrap_or(NONE);
        posts
            .iter()
            .map(|post| of(&self.units, post.unit).min(of(&self.titles, post.title)))
            .min()
            .unwrap_or(NONE)
    }
}

fn ranks(names: &Ragged<u8>, needle: &Needle<'_>) -> Vec<Rank> {
    let mut ranks = vec![NONE; names.len()];
    names.find_rows(&needle.text, |row, at| {
        if let Some(rank) = ranks.get_mut(row) {
            *rank = rank_title(&needle.text, names.get(row), at);
        }
    });
    ranks
}
