use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    path::Path,
};

use hmac::{Hmac, Mac, digest::KeyInit};
use renraku_base::Entropy;
use sha2::Sha256;

/// The secret of one installation: 32 bytes that are kept outside the database, so that a copy of the database alone
/// opens nothing. It has neither `Debug` nor `Display`.
#[derive(Clone)]
pub struct ServerSecret([u8; 32]);

impl ServerSecret {
    /// Takes the bytes as they are.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Reads the secret from a file of 64 hexadecimal digits; `None` when it is not there.
    ///
    /// # Errors
    /// When the file cannot be read, is readable by others, or holds something else.
    pub fn read(path: &Path) -> io::Result<Option<Self>> {
        match fs::read_to_string(path) {
            Ok(text) => {
                refuse_readable_by_others(path)?;
                let bytes = from_hex(text.trim()).ok_or_else(|| {
                    io::Error::new(
                        io::ErrorKind::InvalidData,
                        format!("{} must hold 64 hexadecimal digits", path.display()),
                    )
                })?;
                Ok(Some(Self(bytes)))
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Reads the secret, and makes the file (readable by its owner alone) when it is not there.
    ///
    /// # Errors
    /// As [`read`](Self::read), and when the file cannot be made.
    pub fn open(path: &Path) -> io::Result<Self> {
        match Self::read(path)? {
            Some(secret) => Ok(secret),
            None => Self::create(path),
        }
    }

    /// Writes the file beside its place and links it there: whoever opens it finds all of it, and of two processes that
    /// start at once one makes it.
    fn create(path: &Path) -> io::Result<Self> {
        let secret = Self(Entropy.bytes());
        let draft = path.with_extension(Entropy.uuid_v4().to_string());
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&draft)?;
        let text: String = secret.0.iter().map(|byte| format!("{byte:02x}")).collect();
        file.write_all(format!("{text}\n").as_bytes())?;
        file.sync_all()?;
        let linked = fs::hard_link(&draft, path);
        fs::remove_file(&draft)?;
        match linked {
            Ok(()) => {
                if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
                    File::open(folder)?.sync_all()?;
                }
                Ok(secret)
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Self::open(path),
            Err(error) => Err(error),
        }
    }

    /// A key of its own for each purpose, so that what is made for one is worth nothing for another.
    #[must_use]
    pub fn derive(&self, purpose: &str) -> [u8; 32] {
        MacKey(self.0).sign(&[b"renraku/1/", purpose.as_bytes()])
    }

    pub(crate) fn mac_key(&self, purpose: &str) -> MacKey {
        MacKey(self.derive(purpose))
    }
}

#[cfg(unix)]
fn refuse_readable_by_others(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    if fs::metadata(path)?.permissions().mode() & 0o077 == 0 {
        return Ok(());
    }
    Err(io::Error::new(
        io::ErrorKind::PermissionDenied,
        format!("{0} may be read by others: run `chmod 600 {0}`", path.display()),
    ))
}

#[cfg(not(unix))]
fn refuse_readable_by_others(_: &Path) -> io::Result<()> {
    Ok(())
}

fn from_hex(text: &str) -> Option<[u8; 32]> {
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    let mut bytes = [0; 32];
    for (at, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * at..2 * at + 2)?, 16).ok()?;
    }
    Some(bytes)
}

/// A key for HMAC-SHA-256 (RFC 2104).
#[derive(Clone)]
pub(crate) struct MacKey([u8; 32]);

impl MacKey {
    fn mac(&self, parts: &[&[u8]]) -> Hmac<Sha256> {
        // HMAC pads a short key with zeros to the block of its hash; done here, the key cannot be refused.
        let mut block = [0; 64];
        block[..32].copy_from_slice(&self.0);
        let mut mac = <Hmac<Sha256> as KeyInit>::new(&block.into());
        for part in parts {
            mac.update(part);
        }
        mac
    }

    /// The MAC of the parts one after the other.
    pub fn sign(&self, parts: &[&[u8]]) -> [u8; 32] {
        self.mac(parts).finalize().into_bytes().into()
    }

    /// Whether `tag` is the beginning of the MAC of the parts; takes the same time wherever they differ.
    pub fn verifies(&self, parts: &[&[u8]], tag: &[u8]) -> bool {
        self.mac(parts).verify_truncated_left(tag).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_purpose_has_its_own_key_and_it_stays() {
        let secret = ServerSecret::from_bytes([7; 32]);
        assert_eq!(secret.derive("a"), ServerSecret::from_bytes([7; 32]).derive("a"));
        assert_ne!(secret.derive("a"), secret.derive("b"));
        assert_ne!(secret.derive("a"), ServerSecret::from_bytes([8; 32]).derive("a"));
    }

    #[test]
    fn the_mac_is_that_of_rfc_4231() {
        // Test case 2 of RFC 4231 has a key shorter than ours; zeros behind it do not change an HMAC.
        let mut key = [0; 32];
        key[..4].copy_from_slice(b"Jefe");
        let mac = MacKey(key).sign(&[b"what do ya want ", b"for nothing?"]);
        assert_eq!(mac[..4], [0x5b, 0xdc, 0xc1, 0x46]);
        assert!(MacKey(key).verifies(&[b"what do ya want for nothing?"], &mac[..16]));
        assert!(!MacKey(key).verifies(&[b"what do ya want for nothing!"], &mac[..16]));
    }

    #[test]
    fn the_file_is_made_once_and_for_its_owner_alone() {
        let folder = std::env::temp_dir().join(Entropy.uuid_v4().to_string());
        fs::create_dir(&folder).unwrap();
        let path = folder.join("secret");
        let made = ServerSecret::open(&path).unwrap();
        assert_eq!(made.0, ServerSecret::open(&path).unwrap().0);
        assert_eq!(ServerSecret::create(&path).unwrap().0, made.0, "who comes second takes what is there");
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
            fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
            assert!(ServerSecret::open(&path).is_err());
            fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        }
        fs::write(&path, "short").unwrap();
        assert!(ServerSecret::open(&path).is_err());
        fs::remove_dir_all(&folder).unwrap();
    }
}
