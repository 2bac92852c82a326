use renraku_base::{PersonId, Timestamp};
use renraku_db::CollectionId;

use super::window::Window;
use crate::core::TokenKey;

const FORMAT: u8 = 1;
/// What a token says besides the collections.
const HAS_PRIOR: u8 = 1;
const HAS_FIRST: u8 = 2;

/// As many are listed before other people.
const MOST_FIRST: usize = 250;
/// What of a token's kilobyte is left for them beside all that it may say, and what a collection takes of it, in bytes.
const ROOM_FOR_FIRST: usize = 600;
const BYTES_A_COLLECTION: usize = 9;

/// How many people may be listed first in a token of so many collections.
pub(super) fn room_for_first(collections: usize) -> usize {
    let room = ROOM_FOR_FIRST.saturating_sub(BYTES_A_COLLECTION * collections);
    MOST_FIRST.min(room / size_of::<u16>())
}

/// How far a phone has come with one collection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Progress {
    /// It holds the collection as of this change.
    Upto(i64),
    /// It is receiving what the collection holds, from `cursor` on; changes after `since` follow.
    Listing {
        /// The head of the collection when the listing began.
        since: i64,
        /// The sort key of the last item that was sent; empty at the beginning.
        cursor: String,
        /// Only what the window gained over the token's prior window is listed.
        gained_only: bool,
    },
}

impl Progress {
    /// The change of the collection after which everything is still to be told.
    pub fn since(&self) -> i64 {
        match self {
            Self::Upto(since) | Self::Listing { since, .. } => *since,
        }
    }
}

/// What a sync token says. Nothing of it is stored on the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    /// The database's epoch.
    pub epoch: u64,
    /// The window in which the phone holds the schedule.
    pub window: Window,
    /// The window before it was moved, while what it gained is being listed.
    pub prior: Option<Window>,
    /// While people are listed: who comes first, as the directory names them. So each comes once, whoever is preferred meanwhile.
    pub first: Vec<u16>,
    /// Each followed collection, in ascending order.
    pub collections: Vec<(CollectionId, Progress)>,
}

impl Token {
    /// The opaque text that the phone keeps.
    pub fn seal(&self, key: &TokenKey, person: &PersonId) -> Option<String> {
        let mut out = vec![FORMAT];
        out.extend_from_slice(&self.epoch.to_le_bytes());
        put_window(&mut out, self.window);
        let has_first = if self.first.is_empty() { 0 } else { HAS_FIRST };
        out.push(self.prior.map_or(0, |_| HAS_PRIOR) | has_first);
        if let Some(prior) = self.prior {
            put_window(&mut out, prior);
        }
        if has_first != 0 {
            put_number(&mut out, i64::try_from(self.first.len()).ok()?);
            self.first.iter().for_each(|group| out.extend_from_slice(&group.to_le_bytes()));
        }
        let mut before = 0;
        for (collection, progress) in &self.collections {
            // Ids are ascending: their differences are small.
            put_number(&mut out, collection.0 - before);
            before = collection.0;
            match progress {
                Progress::Upto(modseq) => {
                    out.push(0);
                    put_number(&mut out, *modseq);
                }
                Progress::Listing { since, cursor, gained_only } => {
                    out.push(if *gained_only { 2 } else { 1 });
                    put_number(&mut out, *since);
                    put_number(&mut out, i64::try_from(cursor.len()).ok()?);
                    out.extend_from_slice(cursor.as_bytes());
                }
            }
        }
        key.seal(person, out)
    }

    /// Reads a token that we made for this person; `None` for anything else.
    pub fn open(text: &str, key: &TokenKey, person: &PersonId) -> Option<Self> {
        let body = key.open(person, text)?;
        let mut rest = Reader(&body);
        if rest.byte()? != FORMAT {
            return None;
        }
        let epoch = u64::from_le_bytes(rest.take(8)?.try_into().ok()?);
        let window = rest.window()?;
        let has = rest.byte()?;
        let prior = if has & HAS_PRIOR == 0 { None } else { Some(rest.window()?) };
        let first = if has & HAS_FIRST == 0 { Vec::new() } else { rest.groups()? };
        let mut collections = Vec::new();
        let mut before = 0_i64;
        while !rest.0.is_empty() {
            before = before.checked_add(rest.number()?)?;
            let progress = match rest.byte()? {
                0 => Progress::Upto(rest.number()?),
                kind => {
                    let since = rest.number()?;
                    let length = usize::try_from(rest.number()?).ok()?;
                    let cursor = String::from_utf8(rest.take(length)?.to_vec()).ok()?;
                    Progress::Listing { since, cursor, gained_only: kind == 2 }
                }
            };
            collections.push((CollectionId(before), progress));
        }
        Some(Self { epoch, window, prior, first, collections })
    }
}

fn put_window(out: &mut Vec<u8>, window: Window) {
    put_number(out, window.from.seconds());
    put_number(out, window.to.seconds() - window.from.seconds());
}

/// Zigzag and seven bits a byte, as in Protocol Buffers: small numbers are short.
fn put_number(out: &mut Vec<u8>, number: i64) {
    let mut rest = (number.cast_unsigned() << 1) ^ (number >> 63).cast_unsigned();
    loop {
        let low = u8::try_from(rest & 0x7f).unwrap_or_default();
        rest >>= 7;
        if rest == 0 {
            out.push(low);
            return;
        }
        out.push(low | 0x80);
    }
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    fn byte(&mut self) -> Option<u8> {
        self.take(1)?.first().copied()
    }

    fn number(&mut self) -> Option<i64> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f).checked_shl(shift)?;
            if byte & 0x80 == 0 {
                return Some((value >> 1).cast_signed() ^ -(value & 1).cast_signed());
            }
        }
        None
    }

    fn groups(&mut self) -> Option<Vec<u16>> {
        let count = usize::try_from(self.number()?).ok()?;
        let (groups, _) = self.take(count.checked_mul(size_of::<u16>())?)?.as_chunks::<2>();
        Some(groups.iter().map(|group| u16::from_le_bytes(*group)).collect())
    }

    fn window(&mut self) -> Option<Window> {
        let from = self.number()?;
        let to = from.checked_add(self.number()?)?;
        Window::new(Timestamp::from_seconds(from), Timestamp::from_seconds(to))
    }
}

#[cfg(test)]
mod tests {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    use renraku_base::Id;

    use super::*;

    fn person(last: char) -> PersonId {
        Id::stored(format!("0198c0de-7f3a-7abc-8def-01234567890{last}"))
    }

    fn token() -> Token {
        let window =
            |from, to| Window::new(Timestamp::from_seconds(from), Timestamp::from_seconds(to)).unwrap();
        Token {
            epoch: 0x0123_4567_89ab_cdef,
            window: window(1_774_000_000, 1_777_000_000),
            prior: Some(window(-86_400, 0)),
            first: vec![0, 0x1234, u16::MAX],
            collections: vec![
                (CollectionId(3), Progress::Upto(0)),
                (CollectionId(4), Progress::Upto(i64::MAX)),
                (
                    CollectionId(70_000),
                    Progress::Listing { since: 12, cursor: "佐藤".to_owned(), gained_only: true },
                ),
            ],
        }
    }

    #[test]
    fn comes_back_as_it_was() {
        let key = TokenKey::new([7; 32]);
        let text = token().seal(&key, &person('a')).unwrap();
        assert_eq!(Token::open(&text, &key, &person('a')), Some(token()));
    }

    #[test]
    fn is_one_persons_and_unforgeable() {
        let key = TokenKey::new([7; 32]);
        let text = token().seal(&key, &person('a')).unwrap();
        assert_eq!(Token::open(&text, &key, &person('b')), None);
        assert_eq!(Token::open(&text, &TokenKey::new([8; 32]), &person('a')), None);
        for cut in 0..text.len() {
            assert_eq!(Token::open(&text[..cut], &key, &person('a')), None, "cut at {cut}");
        }
        let bytes = URL_SAFE_NO_PAD.decode(&text).unwrap();
        for at in 0..bytes.len() {
            let mut flipped = bytes.clone();
            flipped[at] ^= 1;
            assert_eq!(
                Token::open(&URL_SAFE_NO_PAD.encode(flipped), &key, &person('a')),
                None,
                "flip at {at}"
            );
        }
    }

    #[test]
    fn a_hundred_collections_fit_into_a_kilobyte_and_beside_fewer_those_who_come_first() {
        assert_eq!([0, 10, 30, 60, 100].map(room_for_first), [250, 250, 165, 30, 0]);
        for count in 0..=100 {
            let mut token = token();
            token.first = vec![u16::MAX; room_for_first(count)];
            token.collections = (0..100)
                .take(count)
                .map(|n| (CollectionId(60_000 + n * 97), Progress::Upto(1_000_000 + n)))
                .collect();
            if let Some((_, progress)) = token.collections.last_mut() {
                let cursor = format!("f249:{}", person('a'));
                *progress = Progress::Listing { since: 1_000_000, cursor, gained_only: false };
            }
            let text = token.seal(&TokenKey::new([7; 32]), &person('a')).unwrap();
            assert!(text.len() <= 1_024, "{count} collections: {} bytes", text.len());
        }
    }
}
