use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, Mac};
use renraku_base::PersonId;
use sha2::Sha256;

const MAC_BYTES: usize = 16;

/// The key under which tokens of one purpose are signed: what a phone hands back is what it was given.
#[derive(Clone)]
pub(crate) struct TokenKey([u8; 32]);

impl TokenKey {
    /// Takes the key, derived from the server's secret for this purpose alone.
    pub fn new(key: [u8; 32]) -> Self {
        Self(key)
    }

    /// A token is one person's: another's is refused like a forged one.
    fn mac(&self, person: &PersonId, body: &[u8]) -> Option<Hmac<Sha256>> {
        let mut mac = <Hmac<Sha256> as Mac>::new_from_slice(&self.0).ok()?;
        mac.update(person.as_str().as_bytes());
        mac.update(body);
        Some(mac)
    }

    /// The opaque text of a token that says `body`.
    pub fn seal(&self, person: &PersonId, mut body: Vec<u8>) -> Option<String> {
        let mac = self.mac(person, &body)?.finalize().into_bytes();
        body.extend_from_slice(mac.get(..MAC_BYTES)?);
        Some(URL_SAFE_NO_PAD.encode(body))
    }

    /// What a token says that was made for this person; `None` for anything else.
    pub fn open(&self, person: &PersonId, text: &str) -> Option<Vec<u8>> {
        let mut bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let tag = bytes.split_off(bytes.len().checked_sub(MAC_BYTES)?);
        self.mac(person, &bytes)?.verify_truncated_left(&tag).ok()?;
        Some(bytes)
    }
}
