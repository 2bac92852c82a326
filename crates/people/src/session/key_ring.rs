use std::time::Duration;

use aes_gcm::{
    Aes256Gcm, KeyInit,
    aead::{Aead, Payload},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ed25519_dalek::{
    SigningKey,
    pkcs8::{EncodePrivateKey, KeypairBytes},
};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use renraku_base::{DeviceId, Entropy, Id, PersonId, Principal, SigningKeyId, Timestamp};
use renraku_db::Error;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::cache::Verified;
use crate::{account::signing_keys::StoredKey, fault::AccountFault, server_secret::ServerSecret};

const ISSUER: &str = "renraku";
const NONCE: usize = 12;

/// How long the signatures of a key count after another has taken its place.
pub(crate) const KEPT: Duration = Duration::from_secs(3_600);
/// How long a new key waits before it signs: until then every server process has heard of it.
pub(crate) const ANNOUNCED: Duration = Duration::from_secs(5);

/// The public halves of the keys that sign access tokens (RFC 7517).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Jwks {
    /// The keys.
    pub keys: Vec<Jwk>,
}

/// The public half of one key (RFC 8037).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Jwk {
    /// The family of the key: `OKP`.
    pub kty: &'static str,
    /// The curve: `Ed25519`.
    pub crv: &'static str,
    /// The public key, base64url.
    pub x: String,
    /// Names the key in the header of a token.
    pub kid: SigningKeyId,
    /// What it is for: `sig`.
    #[serde(rename = "use")]
    pub purpose: &'static str,
    /// The algorithm: `EdDSA`.
    pub alg: &'static str,
}

#[derive(Serialize, Deserialize)]
struct Claims {
    iss: String,
    sub: PersonId,
    sid: DeviceId,
    #[serde(rename = "gen")]
    generation: i64,
    iat: i64,
    exp: i64,
}

struct Key {
    id: SigningKeyId,
    signing: EncodingKey,
    verifying: DecodingKey,
    public: String,
    signs_from: Timestamp,
    verifies_until: Option<Timestamp>,
}

impl Key {
    fn verifies_at(&self, now: Timestamp) -> bool {
        self.verifies_until.is_none_or(|until| now < until)
    }
}

/// The keys that sign and verify access tokens.
pub(super) struct KeyRing {
    keys: Vec<Key>,
    validation: Validation,
}

impl KeyRing {
    /// Opens the stored keys.
    ///
    /// # Errors
    /// When the server's secret is not the one under which they were sealed.
    pub fn open(stored: &[StoredKey], secret: &ServerSecret) -> Result<Self, Error> {
        let keys = stored.iter().map(|key| open(key, secret)).collect::<Result<_, _>>()?;
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.set_issuer(&[ISSUER]);
        validation.set_required_spec_claims(&["exp", "iss", "sub"]);
        // The library reads the system's clock; ours is an argument.
        validation.validate_exp = false;
        Ok(Self { keys, validation })
    }

    /// Signs an access token.
    pub fn sign(
        &self,
        person: &PersonId,
        device: &DeviceId,
        generation: i64,
        span: (Timestamp, Timestamp),
    ) -> Result<String, Error> {
        let key = self
            .keys
            .iter()
            .rev()
            .find(|key| key.signs_from <= span.0)
            // The clock was set back to before the first was made: that nobody could sign in would help nobody.
            .or_else(|| self.keys.first())
            .ok_or_else(|| Error::damaged("no key signs access tokens"))?;
        let header = Header { kid: Some(key.id.as_str().to_owned()), ..Header::new(Algorithm::EdDSA) };
        let claims = Claims {
            iss: ISSUER.to_owned(),
            sub: person.clone(),
            sid: device.clone(),
            generation,
            iat: span.0.seconds(),
            exp: span.1.seconds(),
        };
        jsonwebtoken::encode(&header, &claims, &key.signing).map_err(Error::damaged)
    }

    /// Checks the signature of an access token: one algorithm, one issuer, a key of ours that still counts. Whether its
    /// time is over is for the caller to see.
    pub fn verify(&self, token: &str, now: Timestamp) -> Result<Verified, AccountFault> {
        let invalid = |_cause| AccountFault::TokenInvalid;
        let kid = jsonwebtoken::decode_header(token).map_err(invalid)?.kid;
        let key = kid
            .and_then(|kid| self.keys.iter().find(|key| key.id.as_str() == kid))
            .filter(|key| key.verifies_at(now))
            .ok_or(AccountFault::TokenInvalid)?;
        let claims: Claims =
            jsonwebtoken::decode(token, &key.verifying, &self.validation).map_err(invalid)?.claims;
        Ok(Verified {
            principal: Principal { person: claims.sub, device: Some(claims.sid) },
            generation: claims.generation,
            expires: Timestamp::from_seconds(claims.exp),
        })
    }

    /// The public halves of the keys that count, or soon will.
    pub fn jwks(&self, now: Timestamp) -> Jwks {
        let keys = self
            .keys
            .iter()
            .filter(|key| key.verifies_at(now))
            .map(|key| Jwk {
                kty: "OKP",
                crv: "Ed25519",
                x: key.public.clone(),
                kid: key.id.clone(),
                purpose: "sig",
                alg: "EdDSA",
            })
            .collect();
        Jwks { keys }
    }
}

/// Makes a key and seals its private half.
pub(crate) fn make(
    id: SigningKeyId,
    signs_from: Timestamp,
    secret: &ServerSecret,
) -> Result<StoredKey, Error> {
    let key = SigningKey::from_bytes(&Entropy.bytes());
    let nonce = Entropy.bytes::<NONCE>();
    let mut sealed = nonce.to_vec();
    let ciphertext = cipher(secret)
        .encrypt((&nonce).into(), Payload { msg: key.as_bytes(), aad: id.as_str().as_bytes() })
        .map_err(|_opaque| Error::damaged("a signing key cannot be sealed"))?;
    sealed.extend_from_slice(&ciphertext);
    let public = key.verifying_key().as_bytes().to_vec();
    Ok(StoredKey { id, sealed, public, signs_from, verifies_until: None })
}

/// Refuses a secret that is not the one under which these keys were sealed.
///
/// # Errors
/// [`Error::Open`] for another secret, [`Error::Damaged`] for what is no key.
pub(crate) fn check(stored: &[StoredKey], secret: &ServerSecret) -> Result<(), Error> {
    stored.iter().try_for_each(|key| open(key, secret).map(drop))
}

fn cipher(secret: &ServerSecret) -> Aes256Gcm {
    Aes256Gcm::new(&secret.derive("signing-key").into())
}

fn open(stored: &StoredKey, secret: &ServerSecret) -> Result<Key, Error> {
    let damaged = || Error::damaged(format!("signing key {}", stored.id));
    let (nonce, ciphertext) = stored.sealed.split_first_chunk::<NONCE>().ok_or_else(damaged)?;
    let private: [u8; 32] = cipher(secret)
        .decrypt(nonce.into(), Payload { msg: ciphertext, aad: stored.id.as_str().as_bytes() })
        .map_err(|_opaque| {
            Error::Open(
                "the server's secret is not the one with which this database was used before: put the former secret \
                 file back"
                    .into(),
            )
        })?
        .try_into()
        .map_err(|_length| damaged())?;
    // With the public key inside, the PKCS#8 document would be of version 2, which the signer does not read.
    let document =
        KeypairBytes { secret_key: private, public_key: None }.to_pkcs8_der().map_err(Error::damaged)?;
    let public = URL_SAFE_NO_PAD.encode(&stored.public);
    Ok(Key {
        id: Id::stored(stored.id.as_str().to_owned()),
        signing: EncodingKey::from_ed_der(document.as_bytes()),
        verifying: DecodingKey::from_ed_components(&public).map_err(Error::damaged)?,
        public,
        signs_from: stored.signs_from,
        verifies_until: stored.verifies_until,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn new_ring(secret: &ServerSecret) -> KeyRing {
        let key = make(Entropy.new_id(Timestamp::default()), Timestamp::default(), secret).unwrap();
        KeyRing::open(&[key], secret).unwrap()
    }

    fn new_token(ring: &KeyRing) -> String {
        let (person, device) = (Entropy.uuid_v4().into(), Entropy.uuid_v4().into());
        ring.sign(&person, &device, 1, (Timestamp::from_seconds(10), Timestamp::from_seconds(20))).unwrap()
    }

    fn refused(ring: &KeyRing, token: &str) -> bool {
        matches!(ring.verify(token, Timestamp::from_seconds(10)), Err(AccountFault::TokenInvalid))
    }

    #[test]
    fn a_signature_is_ours_or_refused() {
        let secret = ServerSecret::from_bytes([5; 32]);
        let ring = new_ring(&secret);
        let token = new_token(&ring);
        let verified = ring.verify(&token, Timestamp::from_seconds(10)).unwrap();
        assert_eq!(verified.expires, Timestamp::from_seconds(20));
        assert_eq!(verified.generation, 1);
        let parts: Vec<&str> = token.split('.').collect();
        let [header, claims, signature] = parts[..] else { panic!("a JWT has three parts") };
        let kid = ring.keys[0].id.as_str();
        let head = |json: String| URL_SAFE_NO_PAD.encode(json);
        let other = new_ring(&ServerSecret::from_bytes([6; 32]));
        for bad in [
            String::new(),
            "a.b.c".to_owned(),
            format!("{header}.{claims}."),
            format!("{header}.{claims}.{}", &signature[4..]),
            format!("{}.{claims}.", head(format!(r#"{{"alg":"none","kid":"{kid}"}}"#))),
            format!("{}.{claims}.{signature}", head(format!(r#"{{"alg":"HS256","kid":"{kid}"}}"#))),
            format!("{}.{claims}.{signature}", head(r#"{"alg":"EdDSA"}"#.to_owned())),
            new_token(&other),
        ] {
            assert!(refused(&ring, &bad), "{bad}");
        }
    }

    /// HMAC with the public key as its secret: the oldest trick (RFC 8725 §2.1).
    #[test]
    fn the_public_key_is_no_secret() {
        let ring = new_ring(&ServerSecret::from_bytes([5; 32]));
        let key = &ring.keys[0];
        let header = Header { kid: Some(key.id.as_str().to_owned()), ..Header::new(Algorithm::HS256) };
        let claims = Claims {
            iss: ISSUER.to_owned(),
            sub: Entropy.uuid_v4().into(),
            sid: Entropy.uuid_v4().into(),
            generation: 1,
            iat: 10,
            exp: 20,
        };
        for secret in [key.public.as_bytes(), &URL_SAFE_NO_PAD.decode(&key.public).unwrap()] {
            let forged = jsonwebtoken::encode(&header, &claims, &EncodingKey::from_secret(secret)).unwrap();
            assert!(refused(&ring, &forged));
        }
    }

    #[test]
    fn another_secret_opens_nothing() {
        let stored = make(
            Entropy.new_id(Timestamp::default()),
            Timestamp::default(),
            &ServerSecret::from_bytes([5; 32]),
        )
        .unwrap();
        assert!(matches!(KeyRing::open(&[stored], &ServerSecret::from_bytes([6; 32])), Err(Error::Open(_))));
    }
}
