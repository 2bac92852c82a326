use memchr::memmem::Finder;

use super::record::Marks;
use crate::search::Word;

/// How well a word fits; less is better.
pub(super) type Rank = u8;

/// Not at all.
pub(super) const NONE: Rank = Rank::MAX;
/// A whole name, number or address.
const EXACT: Rank = 1;
/// The beginning of a family or given name.
const NAME_PREFIX: Rank = 2;
/// Inside a name.
const NAME_INSIDE: Rank = 3;
/// The whole name of a unit or post.
const OTHER_EXACT: Rank = 4;
/// The beginning of something else.
const OTHER_PREFIX: Rank = 5;
/// Inside something else.
const OTHER_INSIDE: Rank = 6;

/// A word made ready to be looked for in many texts.
pub(super) struct Needle<'q> {
    pub text: Finder<'q>,
    pub digits: Option<Finder<'q>>,
    pub sound: Option<Finder<'q>>,
}

impl<'q> Needle<'q> {
    pub fn new(word: &'q Word) -> Self {
        Self {
            text: Finder::new(word.text()),
            digits: word.digits().map(Finder::new),
            sound: word.romaji().map(Finder::new),
        }
    }

    /// How well the word fits a person's text and sound.
    pub fn rank(&self, text: &[u8], sound: &[u8], marks: Marks) -> Rank {
        let mut rank = rank_text(&self.text, text, 0, marks);
        if let Some(digits) = &self.digits {
            rank = rank.min(rank_text(digits, text, 0, marks));
        }
        if let Some(key) = &self.sound {
            rank = rank.min(rank_sound(key, sound, 0, marks));
        }
        rank
    }
}

/// The best fit of a needle in a person's text, from place `from` on.
pub(super) fn rank_text(needle: &Finder<'_>, text: &[u8], from: usize, marks: Marks) -> Rank {
    let starts = [marks.given, marks.given_reading];
    best(
        needle,
        text,
        from,
        |at, starts_here, ends_here| match (at < usize::from(marks.others), starts_here, ends_here) {
            (_, true, true) => EXACT,
            (true, true, false) => NAME_PREFIX,
            (true, false, _) => NAME_INSIDE,
            (false, true, false) => OTHER_PREFIX,
            (false, false, _) => OTHER_INSIDE,
        },
        starts,
    )
}

/// The best fit of a romaji key in a person's sound, from place `from` on.
pub(super) fn rank_sound(needle: &Finder<'_>, sound: &[u8], from: usize, marks: Marks) -> Rank {
    let starts = [marks.given_sound, 0];
    best(
        needle,
        sound,
        from,
        |_, starts_here, ends_here| match (starts_here, ends_here) {
            (true, true) => EXACT,
            (true, false) => NAME_PREFIX,
            (false, _) => NAME_INSIDE,
        },
        starts,
    )
}

/// How well a word fits the name of a unit or post.
pub(super) fn rank_title(needle: &Finder<'_>, title: &[u8], at: usize) -> Rank {
    match (at, title.len() == needle.needle().len()) {
        (0, true) => OTHER_EXACT,
        (0, false) => OTHER_PREFIX,
        _ => OTHER_INSIDE,
    }
}

/// How well a word fits a person who is below a unit whose name it fits.
pub(super) fn inherited(rank: Rank) -> Rank {
    if rank == NONE { NONE } else { OTHER_INSIDE }
}

fn best(
    needle: &Finder<'_>,
    text: &[u8],
    from: usize,
    rank: impl Fn(usize, bool, bool) -> Rank,
    starts: [u16; 2],
) -> Rank {
    let begins = |at: usize| {
        at.checked_sub(1).is_none_or(|before| text.get(before) == Some(&b'\n'))
            || starts.iter().any(|start| usize::from(*start) == at)
    };
    let length = needle.needle().len();
    let (mut best, mut from) = (NONE, from);
    while let Some(hit) = text.get(from..).and_then(|rest| needle.find(rest)) {
        let at = from + hit;
        let end = at + length;
        let ends = text.get(end).is_none_or(|next| *next == b'\n')
            || starts.iter().any(|start| usize::from(*start) == end);
        best = best.min(rank(at, begins(at), ends));
        if best == EXACT {
            break;
        }
        from = at + 1;
    }
    best
}
