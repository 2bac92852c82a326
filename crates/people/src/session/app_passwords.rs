use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use renraku_base::{AppPasswordId, DeviceId, Principal, Timestamp};
use renraku_db::ReadTx;
use sha2::{Digest, Sha256};

use super::cache::Cache;
use crate::{account::find_app_password, fault::AccountFault, server_secret::ServerSecret};

/// More clients than ask at the same time; about 200 bytes each.
const REMEMBERED: usize = 16_384;
/// How long an app password is not looked up again. One that is taken away is forgotten at once; this is for what nobody tells.
const LIFE: Duration = Duration::from_secs(60);

/// An app password that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KnownPassword {
    /// Which it is.
    pub id: AppPasswordId,
    /// Whose.
    pub principal: Principal,
}

/// App passwords that were looked up a moment ago, by the SHA-256 of what was sent.
pub(super) struct AppPasswords {
    known: Cache<(KnownPassword, Timestamp)>,
    /// How often something was forgotten; held while forgetting and while remembering, so that what was read before a password was
    /// taken away is not remembered after it.
    turn: Mutex<u64>,
}

impl AppPasswords {
    /// Nothing is known yet.
    pub fn new() -> Self {
        Self { known: Cache::new(REMEMBERED), turn: Mutex::default() }
    }

    /// By which a pair is known.
    fn hash(username: &str, password: &str) -> [u8; 32] {
        let mut hash = Sha256::new();
        hash.update(username.as_bytes());
        hash.update([0]);
        hash.update(password.as_bytes());
        hash.finalize().into()
    }

    /// Who is known by this.
    fn get(&self, hash: &[u8; 32], now: Timestamp) -> Option<Principal> {
        let (known, until) = self.known.get(hash)?;
        (now < until).then_some(known.principal)
    }

    fn turn(&self) -> u64 {
        *self.turn.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Remembers what the database told, unless something was forgotten since `turn`.
    fn put(&self, hash: [u8; 32], known: KnownPassword, turn: u64, now: Timestamp) {
        let present = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        if *present == turn {
            self.known.put(hash, (known, now + LIFE));
        }
    }

    /// Forgets all.
    pub fn forget_all(&self) {
        let mut turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        *turn += 1;
        self.known.retain(|_| false);
    }

    /// Forgets these app passwords, and those of devices whose sessions ended or began anew.
    pub fn forget(&self, ids: &[String], devices: &[DeviceId]) {
        if ids.is_empty() && devices.is_empty() {
            return;
        }
        let mut turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        *turn += 1;
        self.known.retain(|(known, _)| {
            let of_device = known.principal.device.as_ref().is_some_and(|device| devices.contains(device));
            !of_device && !ids.iter().any(|id| id == known.id.as_str())
        });
    }
}

/// A username with an app password of which is to be found out whose they are.
pub struct AppPasswordLookup {
    passwords: Arc<AppPasswords>,
    secret: ServerSecret,
    username: String,
    password: String,
    hash: [u8; 32],
    /// How often something had been forgotten before the database was asked.
    turn: u64,
}

impl AppPasswordLookup {
    pub(super) fn new(
        passwords: &Arc<AppPasswords>,
        secret: &ServerSecret,
        username: String,
        password: String,
    ) -> Self {
        let (hash, turn) = (AppPasswords::hash(&username, &password), passwords.turn());
        Self { passwords: Arc::clone(passwords), secret: secret.clone(), username, password, hash, turn }
    }

    /// Whose they are, if the database was asked a moment ago and nothing was taken away since.
    #[must_use]
    pub fn recall(&self, now: Timestamp) -> Option<Principal> {
        self.passwords.get(&self.hash, now)
    }

    /// Whose they are; `None` when they are nobody's. Whoever is found is known for a while without the database, and forgotten as
    /// soon as a session would be.
    ///
    /// # Errors
    /// [`AccountFault::Internal`] when the statement fails.
    pub fn read(&self, tx: &mut ReadTx<'_>) -> Result<Option<Principal>, AccountFault> {
        let found = find_app_password(tx, &self.secret, &self.username, &self.password)?;
        Ok(found.map(|known| {
            let principal = known.principal.clone();
            self.passwords.put(self.hash, known, self.turn, tx.now());
            principal
        }))
    }
}

impl fmt::Debug for AppPasswordLookup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AppPasswordLookup").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use renraku_base::Id;

    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_000);

    fn known(id: &str, device: Option<&str>) -> KnownPassword {
        let mut principal = Principal::person(Id::stored("p".to_owned()));
        principal.device = device.map(|device| Id::stored(device.to_owned()));
        KnownPassword { id: Id::stored(id.to_owned()), principal }
    }

    #[test]
    fn is_forgotten_by_id_by_device_and_by_time() {
        let passwords = AppPasswords::new();
        let put = |n: u8, one: KnownPassword| passwords.put([n; 32], one, passwords.turn(), NOW);
        put(1, known("a", None));
        put(2, known("b", Some("d")));
        put(3, known("c", None));
        assert!((1..=3).all(|n| passwords.get(&[n; 32], NOW).is_some()));
        passwords.forget(&["a".to_owned()], &[Id::stored("d".to_owned())]);
        assert_eq!(passwords.get(&[1; 32], NOW), None);
        assert_eq!(passwords.get(&[2; 32], NOW), None);
        assert!(passwords.get(&[3; 32], NOW).is_some());
        assert_eq!(passwords.get(&[3; 32], NOW + LIFE), None);
    }

    #[test]
    fn what_was_read_before_something_was_forgotten_is_not_remembered() {
        let passwords = AppPasswords::new();
        let turn = passwords.turn();
        passwords.forget(&["a".to_owned()], &[]);
        passwords.put([1; 32], known("a", None), turn, NOW);
        assert_eq!(passwords.get(&[1; 32], NOW), None);
    }

    #[test]
    fn the_name_is_part_of_it() {
        assert_ne!(AppPasswords::hash("ab", "c"), AppPasswords::hash("a", "bc"));
    }
}
