use renraku_base::PersonId;
use renraku_people::directory::CallerProgress;

use crate::core::TokenKey;

const FORMAT: u8 = 1;
/// What stands for a phone that holds nothing: no change has such a number.
const NOTHING: i64 = -1;

/// What a token of caller id says. Nothing of it is stored on the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Token {
    /// The database's epoch.
    pub epoch: u64,
    /// How far the phone is.
    pub progress: CallerProgress,
}

impl Token {
    /// The opaque text that the phone keeps.
    pub fn seal(self, key: &TokenKey, person: &PersonId) -> Option<String> {
        let mut body = vec![FORMAT];
        body.extend_from_slice(&self.epoch.to_le_bytes());
        let numbers = match self.progress {
            CallerProgress::Upto(upto) => vec![upto],
            CallerProgress::Within { since, upto, after } => vec![since.unwrap_or(NOTHING), upto, after],
        };
        for number in numbers {
            body.extend_from_slice(&number.to_le_bytes());
        }
        key.seal(person, body)
    }

    /// Reads a token that we made for this person; `None` for anything else.
    pub fn open(text: &str, key: &TokenKey, person: &PersonId) -> Option<Self> {
        let body = key.open(person, text)?;
        let (&FORMAT, rest) = body.split_first()? else { return None };
        let (words, []) = rest.as_chunks::<8>() else { return None };
        let (epoch, numbers) = words.split_first()?;
        let numbers: Vec<i64> = numbers.iter().map(|word| i64::from_le_bytes(*word)).collect();
        let progress = match *numbers {
            [upto] => CallerProgress::Upto(upto),
            [since, upto, after] => {
                CallerProgress::Within { since: Some(since).filter(|since| *since != NOTHING), upto, after }
            }
            _ => return None,
        };
        Some(Self { epoch: u64::from_le_bytes(*epoch), progress })
    }
}

#[cfg(test)]
mod tests {
    use renraku_base::Id;

    use super::*;

    #[test]
    fn comes_back_as_it_was_to_the_same_person_and_purpose() {
        let person = |last: char| Id::stored(format!("0198c0de-7f3a-7abc-8def-01234567890{last}"));
        let key = TokenKey::new([7; 32]);
        for progress in [
            CallerProgress::Upto(0),
            CallerProgress::Upto(i64::MAX),
            CallerProgress::Within { since: None, upto: 12, after: 81_155_261_111 },
            CallerProgress::Within { since: Some(0), upto: 12, after: 0 },
        ] {
            let token = Token { epoch: 0x0123_4567_89ab_cdef, progress };
            let text = token.seal(&key, &person('a')).unwrap();
            assert_eq!(Token::open(&text, &key, &person('a')), Some(token));
            assert_eq!(Token::open(&text, &key, &person('b')), None);
            assert_eq!(Token::open(&text, &TokenKey::new([8; 32]), &person('a')), None);
            for cut in 0..text.len() {
                assert_eq!(Token::open(&text[..cut], &key, &person('a')), None, "cut at {cut}");
            }
        }
    }
}
