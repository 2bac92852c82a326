use std::{sync::Arc, thread, time::Duration};

use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use renraku_base::Entropy;
use renraku_db::Error;
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

use crate::{
    account::{Password, PasswordHash},
    fault::AccountFault,
    server_secret::ServerSecret,
};

const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;
const QUEUE: usize = 64;
const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// The hash of no password, with the same cost as any other: it is checked for who has none or is not there, so that
/// nobody learns from the time that it takes.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Hashes passwords by argon2id with a pepper of this server, as many at once as there are cores. Cheap to clone.
#[derive(Clone)]
pub struct Passwords(Arc<Inner>);

struct Inner {
    pepper: [u8; 32],
    turns: Arc<Semaphore>,
    places: Arc<Semaphore>,
    longest_wait: Duration,
}

/// A place among the logins that are looked at or wait; free again when it is dropped.
pub(crate) struct Place(#[expect(dead_code, reason = "held, not read")] OwnedSemaphorePermit);

/// The right to hash one password now; another's turn comes when it is dropped.
pub(crate) struct Turn(#[expect(dead_code, reason = "held, not read")] OwnedSemaphorePermit);

impl Passwords {
    /// Takes the pepper from the server's secret.
    #[must_use]
    pub fn new(secret: &ServerSecret) -> Self {
        Self::with_longest_wait(secret, LONGEST_WAIT)
    }

    fn with_longest_wait(secret: &ServerSecret, longest_wait: Duration) -> Self {
        let cores = thread::available_parallelism().map_or(1, usize::from);
        Self(Arc::new(Inner {
            pepper: secret.derive("password"),
            turns: Arc::new(Semaphore::new(cores)),
            places: Arc::new(Semaphore::new(cores + QUEUE)),
            longest_wait,
        }))
    }

    /// Hashes a password. Takes 15 ms or more of one core: never call it inside a transaction or on an event loop.
    ///
    /// # Errors
    /// [`Error`] when the algorithm refuses its parameters.
    pub fn hash(&self, password: &Password) -> Result<PasswordHash, Error> {
        let hash = self
            .argon2()?
            .hash_password_with_salt(password.as_bytes(), &Entropy.bytes::<16>())
            .map_err(Error::damaged)?;
        Ok(PasswordHash::new(hash.to_string()))
    }

    /// Whether this is the password; takes as long where there is none.
    pub(crate) fn verify(&self, password: &Password, hash: Option<&PasswordHash>) -> Result<bool, Error> {
        let right = self
            .argon2()?
            .verify_password(password.as_bytes(), hash.map_or(NOBODY, PasswordHash::as_str))
            .is_ok();
        Ok(right && hash.is_some())
    }

    /// Takes a place, unless 64 others wait already.
    pub(crate) fn enter(&self) -> Result<Place, AccountFault> {
        let places = Arc::clone(&self.0.places);
        Ok(Place(places.try_acquire_owned().map_err(|_full| AccountFault::Overloaded)?))
    }

    /// Waits for the turn of whoever has a place, 5 seconds at most.
    pub(crate) async fn turn(&self, _: &Place) -> Result<Turn, AccountFault> {
        match timeout(self.0.longest_wait, Arc::clone(&self.0.turns).acquire_owned()).await {
            Ok(Ok(turn)) => Ok(Turn(turn)),
            Ok(Err(_)) | Err(_) => Err(AccountFault::Overloaded),
        }
    }

    fn argon2(&self) -> Result<Argon2<'_>, Error> {
        let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(Error::damaged)?;
        Argon2::new_with_secret(&self.0.pepper, Algorithm::Argon2id, Version::V0x13, params)
            .map_err(Error::damaged)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_right_only_under_its_own_pepper() {
        let passwords = Passwords::new(&ServerSecret::from_bytes([1; 32]));
        let password = Password::new("correct horse");
        let hash = passwords.hash(&password).unwrap();
        assert!(hash.as_str().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert!(passwords.verify(&password, Some(&hash)).unwrap());
        assert!(!passwords.verify(&Password::new("correct horsf"), Some(&hash)).unwrap());
        assert!(!passwords.verify(&password, None).unwrap());
        let others = Passwords::new(&ServerSecret::from_bytes([2; 32]));
        assert!(!others.verify(&password, Some(&hash)).unwrap());
    }

    /// A wrong password for nobody must cost what a wrong password costs: the hash must be well formed.
    #[test]
    fn nobody_has_a_hash_that_is_computed() {
        let parsed = argon2::PasswordHash::new(NOBODY).unwrap();
        assert_eq!(parsed.params.to_string(), "m=19456,t=2,p=1");
        assert_eq!(parsed.hash.unwrap().len(), 32);
    }

    #[tokio::test]
    async fn the_queue_is_bounded_in_length_and_time() {
        let passwords =
            Passwords::with_longest_wait(&ServerSecret::from_bytes([1; 32]), Duration::from_millis(10));
        let cores = passwords.0.turns.available_permits();
        let mut places: Vec<_> = (0..cores + QUEUE).map(|_| passwords.enter().unwrap()).collect();
        assert!(matches!(passwords.enter(), Err(AccountFault::Overloaded)));
        let mut turns = Vec::new();
        for place in &places[..cores] {
            turns.push(passwords.turn(place).await.unwrap());
        }
        assert!(matches!(passwords.turn(&places[cores]).await, Err(AccountFault::Overloaded)));
        turns.pop();
        assert!(passwords.turn(&places[cores]).await.is_ok());
        places.pop();
        assert!(passwords.enter().is_ok());
    }
}
