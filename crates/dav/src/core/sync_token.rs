//! How far a client is with a collection (RFC 6578 §4).

use hmac::{Hmac, Mac};
use renraku_base::PersonId;
use renraku_db::{CollectionId, Error};
use renraku_people::ServerSecret;
use sha2::Sha256;

use super::{Dav, DavFault};

const SCHEME: &str = "urn:renraku:sync:";
const MAC_BYTES: usize = 16;

/// The key under which tokens are signed.
#[derive(Clone)]
pub(crate) struct TokenKey([u8; 32]);

impl TokenKey {
    /// Derives the key from the server's secret for this purpose alone.
    pub fn of(secret: &ServerSecret) -> Self {
        Self(secret.derive("dav-sync-token"))
    }

    /// Signs a text for a purpose other than that of tokens.
    pub fn sign(&self, purpose: &str, text: &str) -> Vec<u8> {
        let Ok(mut mac) = <Hmac<Sha256> as Mac>::new_from_slice(&self.0) else { return Vec::new() };
        mac.update(purpose.as_bytes());
        mac.update(&[0xff]);
        mac.update(text.as_bytes());
        mac.finalize().into_bytes().to_vec()
    }

    fn mac(&self, person: &PersonId, body: &str) -> Option<Hmac<Sha256>> {
        let mut mac = <Hmac<Sha256> as Mac>::new_from_slice(&self.0).ok()?;
        mac.update(person.as_str().as_bytes());
        mac.update(&[0]);
        mac.update(body.as_bytes());
        Some(mac)
    }
}

/// What a token says. Nothing of it is stored on the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SyncToken {
    /// The database's epoch.
    pub epoch: u64,
    /// The collection.
    pub collection: CollectionId,
    /// The client holds the collection as of this change.
    pub modseq: i64,
    /// While the client is still receiving what was there at `modseq`: the id of the last object that it was sent.
    pub cursor: Option<String>,
}

impl SyncToken {
    /// The URI that the client keeps; it is this person's alone.
    pub fn seal(&self, key: &TokenKey, person: &PersonId) -> Option<String> {
        let Self { epoch, collection, modseq, cursor } = self;
        let cursor = cursor.as_deref().unwrap_or_default();
        let body = format!("{epoch:016x}.{}.{modseq}.{cursor}", collection.0);
        let mac = key.mac(person, &body)?.finalize().into_bytes();
        let digits = mac.iter().take(MAC_BYTES).flat_map(|byte| [byte >> 4, byte & 0xf]);
        let mac = digits.filter_map(|digit| char::from_digit(u32::from(digit), 16));
        let mut token = format!("{SCHEME}{body}.");
        token.extend(mac);
        Some(token)
    }

    /// The same, by the key of this server.
    pub fn sealed(&self, dav: &Dav, person: &PersonId) -> Result<String, DavFault> {
        let sealed = self.seal(dav.token_key(), person);
        sealed.ok_or_else(|| Error::damaged("a sync token cannot be signed").into())
    }

    /// Reads a token that we made for this person; `None` for anything else.
    pub fn open(text: &str, key: &TokenKey, person: &PersonId) -> Option<Self> {
        let (body, mac) = text.strip_prefix(SCHEME)?.rsplit_once('.')?;
        key.mac(person, body)?.verify_truncated_left(&bytes(mac)?).ok()?;
        let mut parts = body.split('.');
        let epoch = u64::from_str_radix(parts.next()?, 16).ok()?;
        let collection = CollectionId(parts.next()?.parse().ok()?);
        let modseq = parts.next()?.parse().ok()?;
        let cursor = parts.next().filter(|cursor| !cursor.is_empty()).map(str::to_owned);
        Some(Self { epoch, collection, modseq, cursor })
    }
}

/// The bytes of a MAC of the length that ours have.
fn bytes(hex: &str) -> Option<Vec<u8>> {
    let pairs = (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(hex.get(at..at + 2)?, 16).ok());
    let bytes: Vec<u8> = pairs.collect::<Option<_>>()?;
    (bytes.len() == MAC_BYTES).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use renraku_base::Id;

    use super::*;

    fn person(last: char) -> PersonId {
        Id::stored(format!("0198c0de-7f3a-7abc-8def-01234567890{last}"))
    }

    #[test]
    fn is_one_persons_and_unforgeable() {
        let key = TokenKey([7; 32]);
        for cursor in [None, Some("0198c0de-7f3a-7abc-8def-012345678901".to_owned())] {
            let token = SyncToken {
                epoch: 0x0123_4567_89ab_cdef,
                collection: CollectionId(70_000),
                modseq: 12,
                cursor,
            };
            let text = token.seal(&key, &person('a')).unwrap();
            assert_eq!(SyncToken::open(&text, &key, &person('a')), Some(token));
            assert_eq!(SyncToken::open(&text, &key, &person('b')), None);
            assert_eq!(SyncToken::open(&text, &TokenKey([8; 32]), &person('a')), None);
            for cut in 0..text.len() {
                assert_eq!(SyncToken::open(&text[..cut], &key, &person('a')), None, "cut at {cut}");
                let mut flipped = text.clone().into_bytes();
                flipped[cut] ^= 1;
                let flipped = String::from_utf8(flipped).unwrap();
                assert_eq!(SyncToken::open(&flipped, &key, &person('a')), None, "flip at {cut}");
            }
        }
    }
}
