use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use renraku_base::{DeviceId, Entropy};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::server_secret::{MacKey, ServerSecret};

const TAG: usize = 16;
const LENGTH: usize = 16 + 8 + 32 + TAG;

/// A refresh token: which session of which device, and a secret. Opaque to the device.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct RefreshToken {
    /// The device.
    pub device: DeviceId,
    /// The generation of its session.
    pub generation: i64,
    secret: [u8; 32],
}

impl RefreshToken {
    /// Begins a chain of tokens.
    pub fn first(device: DeviceId, generation: i64) -> Self {
        Self { device, generation, secret: Entropy.bytes() }
    }

    /// What is stored of it: SHA-256.
    pub fn hash(&self) -> [u8; 32] {
        Sha256::digest(self.secret).into()
    }
}

/// Makes, writes and reads refresh tokens.
///
/// A token ends in a MAC, so that one that we never made is told from one that was used before without asking the
/// database. Its successor follows from it under a key, so that a repeat gets the same one although nothing but hashes
/// is stored.
#[derive(Clone)]
pub(crate) struct RefreshTokens {
    tag: MacKey,
    successor: MacKey,
}

impl RefreshTokens {
    /// Takes its keys from the server's secret.
    pub fn new(secret: &ServerSecret) -> Self {
        Self { tag: secret.mac_key("refresh-token"), successor: secret.mac_key("refresh-successor") }
    }

    /// The token that takes the place of `token`.
    pub fn successor(&self, token: &RefreshToken) -> RefreshToken {
        let secret = self.successor.sign(&[
            token.device.as_str().as_bytes(),
            &token.generation.to_be_bytes(),
            &token.secret,
        ]);
        RefreshToken { device: token.device.clone(), generation: token.generation, secret }
    }

    /// The text that is sent.
    pub fn write(&self, token: &RefreshToken) -> String {
        let mut bytes = Vec::with_capacity(LENGTH);
        // A device's id was checked before it was stored; were it no UUID, the token would be refused when read.
        bytes.extend_from_slice(Uuid::try_parse(token.device.as_str()).unwrap_or_default().as_bytes());
        bytes.extend_from_slice(&token.generation.to_be_bytes());
        bytes.extend_from_slice(&token.secret);
        let tag = self.tag.sign(&[&bytes]);
        bytes.extend_from_slice(&tag[..TAG]);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Reads a token that we made; `None` for anything else.
    pub fn read(&self, text: &str) -> Option<RefreshToken> {
        let bytes: [u8; LENGTH] = URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()?;
        let (body, tag) = bytes.split_at(LENGTH - TAG);
        if !self.tag.verifies(&[body], tag) {
            return None;
        }
        let (device, rest) = body.split_first_chunk::<16>()?;
        let (generation, rest) = rest.split_first_chunk::<8>()?;
        Some(RefreshToken {
            device: Uuid::from_bytes(*device).into(),
            generation: i64::from_be_bytes(*generation),
            secret: rest.try_into().ok()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_we_made_is_read() {
        let tokens = RefreshTokens::new(&ServerSecret::from_bytes([1; 32]));
        let token = RefreshToken::first(Entropy.uuid_v4().into(), 3);
        let text = tokens.write(&token);
        assert!(tokens.read(&text).is_some_and(|read| read == token));
        assert!(RefreshTokens::new(&ServerSecret::from_bytes([2; 32])).read(&text).is_none());
        let bytes = URL_SAFE_NO_PAD.decode(&text).unwrap();
        for at in 0..bytes.len() {
            let mut bent = bytes.clone();
            bent[at] ^= 1;
            assert!(tokens.read(&URL_SAFE_NO_PAD.encode(bent)).is_none(), "byte {at}");
        }
        for bad in ["", "x", &text[1..], &format!("{text}A")] {
            assert!(tokens.read(bad).is_none());
        }
    }

    #[test]
    fn the_successor_is_the_same_each_time_and_needs_the_key() {
        let tokens = RefreshTokens::new(&ServerSecret::from_bytes([1; 32]));
        let token = RefreshToken::first(Entropy.uuid_v4().into(), 1);
        assert!(tokens.successor(&token) == tokens.successor(&token));
        assert!(tokens.successor(&token) != token);
        let others = RefreshTokens::new(&ServerSecret::from_bytes([2; 32]));
        assert!(others.successor(&token) != tokens.successor(&token));
    }
}
