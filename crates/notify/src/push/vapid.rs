//! Who sends, proven to the push service (RFC 8292).

use std::{fmt, time::Duration};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use p256::{
    ecdsa::{Signature, SigningKey, signature::Signer},
    elliptic_curve::sec1::ToEncodedPoint,
};
use renraku_base::Timestamp;
use sha2::{Digest, Sha256};

/// How long one proof is good; push services take at most 24 hours (RFC 8292 §2).
const LIFE: Duration = Duration::from_hours(12);

/// Whom a push service may turn to (RFC 8292 §2.1): a `mailto:` or `https:` URI, or nobody.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Contact(pub Option<String>);

/// The key of the server, to which subscriptions are bound. It has no `Debug` that shows it.
#[derive(Clone)]
pub struct VapidKey {
    key: SigningKey,
    public: Vec<u8>,
}

impl VapidKey {
    /// The key that belongs to 32 secret bytes, which are used for nothing else.
    #[must_use]
    pub fn of(secret: [u8; 32]) -> Self {
        let mut bytes = secret;
        loop {
            // Of 2³² secrets one is no number below the order of the curve.
            if let Ok(key) = SigningKey::from_slice(&bytes) {
                let public = key.verifying_key().as_affine().to_encoded_point(false).as_bytes().to_vec();
                return Self { key, public };
            }
            bytes = Sha256::digest(bytes).into();
        }
    }

    /// The public key, an uncompressed point in base64url, as clients want it.
    #[must_use]
    pub fn public(&self) -> String {
        URL_SAFE_NO_PAD.encode(&self.public)
    }

    /// The value of `Authorization` for a push service of this origin.
    pub(super) fn authorization(&self, origin: &str, contact: &Contact, now: Timestamp) -> String {
        let mut claims = serde_json::json!({ "aud": origin, "exp": (now + LIFE).seconds() });
        if let (Some(contact), Some(claims)) = (&contact.0, claims.as_object_mut()) {
            claims.insert("sub".to_owned(), contact.as_str().into());
        }
        let head = URL_SAFE_NO_PAD.encode(r#"{"typ":"JWT","alg":"ES256"}"#);
        let body = URL_SAFE_NO_PAD.encode(claims.to_string());
        let signature: Signature = self.key.sign(format!("{head}.{body}").as_bytes());
        let signature = URL_SAFE_NO_PAD.encode(signature.to_bytes());
        format!("vapid t={head}.{body}.{signature}, k={}", self.public())
    }
}

impl fmt::Debug for VapidKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("VapidKey").field(&self.public()).finish()
    }
}

#[cfg(test)]
mod tests {
    use p256::ecdsa::{VerifyingKey, signature::Verifier};

    use super::*;

    #[test]
    fn is_signed_by_the_key_that_is_told() {
        let key = VapidKey::of([7; 32]);
        let contact = Contact(Some("mailto:post@example.jp".to_owned()));
        let text = key.authorization("https://push.example.jp", &contact, Timestamp::from_seconds(1_000));
        let (token, public) = text.strip_prefix("vapid t=").unwrap().split_once(", k=").unwrap();
        let (signed, signature) = token.rsplit_once('.').unwrap();
        let decode = |text: &str| URL_SAFE_NO_PAD.decode(text).unwrap();
        let verifier = VerifyingKey::from_sec1_bytes(&decode(public)).unwrap();
        let signature = Signature::from_slice(&decode(signature)).unwrap();
        verifier.verify(signed.as_bytes(), &signature).unwrap();
        let claims: serde_json::Value =
            serde_json::from_slice(&decode(signed.split_once('.').unwrap().1)).unwrap();
        assert_eq!(
            claims,
            serde_json::json!({"aud": "https://push.example.jp", "exp": 44_200, "sub": "mailto:post@example.jp"})
        );
    }

    #[test]
    fn a_secret_that_is_no_number_of_the_curve_still_gives_a_key() {
        assert_eq!(VapidKey::of([255; 32]).public().len(), 87);
        assert_eq!(VapidKey::of([0; 32]).public(), VapidKey::of([0; 32]).public());
    }
}
