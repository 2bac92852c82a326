use renraku_base::PersonId;
use renraku_contacts::service::{CallersHeld, CallersProgress};
use renraku_db::CollectionId;

use crate::core::TokenKey;

/// The staff's numbers alone.
const FORMAT: u8 = 1;
/// With those of address books.
const WITH_BOOKS: u8 = 2;
/// What stands for a phone that holds nothing: no change has such a number.
const NOTHING: i64 = -1;

/// What a token of caller id says. Nothing of it is stored on the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    /// The database's epoch.
    pub epoch: u64,
    /// How far the phone is.
    pub progress: CallersProgress,
}

impl Token {
    /// The opaque text that the phone keeps.
    pub fn seal(&self, key: &TokenKey, person: &PersonId) -> Option<String> {
        let mut numbers = Vec::new();
        let all: Vec<&CallersHeld> = match &self.progress {
            CallersProgress::Upto(upto) => {
                numbers.push(upto.staff);
                vec![upto]
            }
            CallersProgress::Within { since, upto, after } => {
                numbers.extend([since.as_ref().map_or(NOTHING, |since| since.staff), upto.staff, *after]);
                since.iter().chain([upto]).collect()
            }
        };
        let of_staff = all.iter().all(|held| held.books.is_empty() && held.in_part.is_empty());
        let format = if of_staff { FORMAT } else { WITH_BOOKS };
        if format == WITH_BOOKS {
            numbers.insert(0, i64::try_from(numbers.len()).ok()?);
            for held in all {
                numbers.push(i64::try_from(held.books.len() + held.in_part.len()).ok()?);
                numbers.extend(held.books.iter().flat_map(|(book, upto)| [book.0, *upto]));
                // Below zero stands what was told in part.
                numbers.extend(held.in_part.iter().flat_map(|(book, since)| [book.0, !*since]));
            }
        }
        let mut body = vec![format];
        body.extend_from_slice(&self.epoch.to_le_bytes());
        numbers.iter().for_each(|number| body.extend_from_slice(&number.to_le_bytes()));
        key.seal(person, body)
    }

    /// Reads a token that we made for this person; `None` for anything else.
    pub fn open(text: &str, key: &TokenKey, person: &PersonId) -> Option<Self> {
        let body = key.open(person, text)?;
        let (&format, rest) = body.split_first()?;
        let (words, []) = rest.as_chunks::<8>() else { return None };
        let (epoch, numbers) = words.split_first()?;
        let numbers: Vec<i64> = numbers.iter().map(|word| i64::from_le_bytes(*word)).collect();
        let (staff, mut books) = match format {
            FORMAT => (numbers.as_slice(), Books(&[])),
            WITH_BOOKS => {
                let (count, rest) = numbers.split_first()?;
                let (staff, books) = rest.split_at_checked(usize::try_from(*count).ok()?)?;
                (staff, Books(books))
            }
            _ => return None,
        };
        let progress = match *staff {
            [upto] => CallersProgress::Upto(books.next(upto)?),
            [since, upto, after] => {
                let since = match since {
                    NOTHING => None,
                    since => Some(books.next(since)?),
                };
                CallersProgress::Within { since, upto: books.next(upto)?, after }
            }
            _ => return None,
        };
        books.0.is_empty().then(|| Self { epoch: u64::from_le_bytes(*epoch), progress })
    }
}

/// What is left of the address books of a token.
struct Books<'n>(&'n [i64]);

impl Books<'_> {
    /// What is held beside the staff's numbers up to `staff`; no books are named where there is nothing left.
    fn next(&mut self, staff: i64) -> Option<CallersHeld> {
        let mut held = CallersHeld { staff, ..CallersHeld::default() };
        let Some((count, rest)) = self.0.split_first() else { return Some(held) };
        let (pairs, rest) = rest.split_at_checked(usize::try_from(*count).ok()?.checked_mul(2)?)?;
        self.0 = rest;
        let (pairs, _) = pairs.as_chunks::<2>();
        for [book, at] in pairs {
            let (books, at) = if *at < 0 { (&mut held.in_part, !*at) } else { (&mut held.books, *at) };
            books.insert(CollectionId(*book), at);
        }
        Some(held)
    }
}

#[cfg(test)]
mod tests {
    use renraku_base::Id;

    use super::*;

    fn held(staff: i64, books: &[(i64, i64)]) -> CallersHeld {
        in_part(staff, books, &[])
    }

    fn in_part(staff: i64, books: &[(i64, i64)], in_part: &[(i64, i64)]) -> CallersHeld {
        let named = |of: &[(i64, i64)]| of.iter().map(|(book, at)| (CollectionId(*book), *at)).collect();
        CallersHeld { staff, books: named(books), in_part: named(in_part) }
    }

    #[test]
    fn comes_back_as_it_was_to_the_same_person_and_purpose() {
        let person = |last: char| Id::stored(format!("0198c0de-7f3a-7abc-8def-01234567890{last}"));
        let key = TokenKey::new([7; 32]);
        for progress in [
            CallersProgress::Upto(held(0, &[])),
            CallersProgress::Upto(held(i64::MAX, &[(3, 0), (4, i64::MAX)])),
            CallersProgress::Within { since: None, upto: held(12, &[]), after: 81_155_261_111 },
            CallersProgress::Within { since: None, upto: held(12, &[(7, 1)]), after: 81_155_261_111 },
            CallersProgress::Within { since: Some(held(0, &[])), upto: held(12, &[]), after: 0 },
            CallersProgress::Within { since: Some(held(0, &[(5, 6)])), upto: held(12, &[]), after: 0 },
            CallersProgress::Within {
                since: Some(held(0, &[])),
                upto: held(12, &[(5, 6), (7, 8)]),
                after: 0,
            },
            CallersProgress::Upto(in_part(1, &[], &[(4, 0)])),
            CallersProgress::Within {
                since: Some(in_part(0, &[(5, 6)], &[(3, 0), (9, i64::MAX)])),
                upto: in_part(12, &[(7, 8)], &[(5, 2)]),
                after: 0,
            },
        ] {
            let token = Token { epoch: 0x0123_4567_89ab_cdef, progress };
            let text = token.seal(&key, &person('a')).unwrap();
            assert_eq!(Token::open(&text, &key, &person('b')), None);
            assert_eq!(Token::open(&text, &TokenKey::new([8; 32]), &person('a')), None);
            for cut in 0..text.len() {
                assert_eq!(Token::open(&text[..cut], &key, &person('a')), None, "cut at {cut}");
            }
            assert_eq!(Token::open(&text, &key, &person('a')), Some(token));
        }
    }
}
