//! Message encryption for Web Push (RFC 8291): only the subscriber can read what passes the push service.

use aes_gcm::{Aes128Gcm, KeyInit, aead::Aead};
use hkdf::Hkdf;
use p256::{PublicKey, SecretKey, ecdh::diffie_hellman, elliptic_curve::sec1::ToEncodedPoint};
use sha2::Sha256;

/// The size of the one record (RFC 8188 §2.1); every push service takes as much.
const RECORD: u32 = 4_096;
/// What may be sent at most: the record without its tag and delimiter (RFC 8291 §4).
pub(super) const PLAINTEXT: usize = 3_993;
const AUTH: usize = 16;
const DELIMITER: u8 = 2;

/// The keys of a subscription are no keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the keys of the subscription are not an uncompressed P-256 point and 16 bytes")]
pub struct BadKeys;

/// A message cannot be sealed: it is too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a message has at most {PLAINTEXT} bytes")]
pub(super) struct TooLong;

/// For whom a message is sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receiver {
    key: PublicKey,
    auth: [u8; AUTH],
}

impl Receiver {
    /// Takes the subscriber's public key (`p256dh`, an uncompressed point) and authentication secret.
    ///
    /// # Errors
    /// [`BadKeys`] when they are something else.
    pub fn new(public_key: &[u8], auth: &[u8]) -> Result<Self, BadKeys> {
        let uncompressed = public_key.first() == Some(&4);
        let key = PublicKey::from_sec1_bytes(public_key).ok().filter(|_| uncompressed).ok_or(BadKeys)?;
        Ok(Self { key, auth: auth.try_into().map_err(|_wrong_length| BadKeys)? })
    }

    /// The public key as an uncompressed point.
    #[must_use]
    pub fn public_key(&self) -> Vec<u8> {
        self.key.to_encoded_point(false).as_bytes().to_vec()
    }

    /// The authentication secret.
    #[must_use]
    pub fn auth(&self) -> &[u8] {
        &self.auth
    }

    /// The body for the push service, `aes128gcm` (RFC 8188), with a key and salt that are used this once.
    pub(super) fn seal(
        &self,
        plaintext: &[u8],
        once: &SecretKey,
        salt: &[u8; 16],
    ) -> Result<Vec<u8>, TooLong> {
        if plaintext.len() > PLAINTEXT {
            return Err(TooLong);
        }
        let ours = once.public_key().to_encoded_point(false);
        let shared = diffie_hellman(once.to_nonzero_scalar(), self.key.as_affine());
        let info = [b"WebPush: info\0".as_slice(), &self.public_key(), ours.as_bytes()].concat();
        let material: [u8; 32] = derive(&self.auth, shared.raw_secret_bytes(), &info).ok_or(TooLong)?;
        let key: [u8; 16] = derive(salt, &material, b"Content-Encoding: aes128gcm\0").ok_or(TooLong)?;
        let nonce: [u8; 12] = derive(salt, &material, b"Content-Encoding: nonce\0").ok_or(TooLong)?;
        let mut record = plaintext.to_vec();
        record.push(DELIMITER);
        let sealed = Aes128Gcm::new(&key.into()).encrypt(&nonce.into(), record.as_slice());
        let sealed = sealed.map_err(|_aead| TooLong)?;
        let length = u8::try_from(ours.as_bytes().len()).unwrap_or(u8::MAX);
        Ok([salt.as_slice(), &RECORD.to_be_bytes(), &[length], ours.as_bytes(), &sealed].concat())
    }
}

/// HKDF with SHA-256 (RFC 5869).
fn derive<const N: usize>(salt: &[u8], material: &[u8], info: &[u8]) -> Option<[u8; N]> {
    let mut out = [0; N];
    Hkdf::<Sha256>::new(Some(salt), material).expand(info, &mut out).ok()?;
    Some(out)
}

#[cfg(test)]
mod tests {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

    use super::*;

    fn bytes(text: &str) -> Vec<u8> {
        URL_SAFE_NO_PAD.decode(text).unwrap()
    }

    /// RFC 8291 §5.
    #[test]
    fn gives_the_example_of_the_standard() {
        let receiver = Receiver::new(
            &bytes("BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"),
            &bytes("BTBZMqHH6r4Tts7J_aSIgg"),
        )
        .unwrap();
        let once = SecretKey::from_slice(&bytes("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw")).unwrap();
        let salt: [u8; 16] = bytes("DGv6ra1nlYgDCS1FRnbzlw").try_into().unwrap();
        let sealed = receiver.seal(b"When I grow up, I want to be a watermelon", &once, &salt).unwrap();
        assert_eq!(
            URL_SAFE_NO_PAD.encode(sealed),
            "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru\
             3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
        );
        assert_eq!(receiver.seal(&[0; PLAINTEXT + 1], &once, &salt), Err(TooLong));
        assert!(receiver.seal(&[0; PLAINTEXT], &once, &salt).unwrap().len() <= 4_096);
    }

    #[test]
    fn refuses_what_is_no_key() {
        let good =
            bytes("BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4");
        let mut off_the_curve = good.clone();
        off_the_curve[64] ^= 1;
        for (key, auth) in [
            (&good[..64], 16),
            (&off_the_curve, 16),
            (&good[..], 15),
            (&good[..], 17),
            (&[4; 65][..], 16),
            (&[][..], 16),
        ] {
            assert_eq!(Receiver::new(key, &vec![0; auth]), Err(BadKeys));
        }
    }
}
