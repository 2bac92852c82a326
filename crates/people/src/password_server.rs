//! Passwords that a server of the office checks.

use std::{
    collections::HashMap,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use renraku_base::Timestamp;
use renraku_db::Db;
use tokio::{
    sync::{Mutex as AsyncMutex, Semaphore},
    time::timeout,
};

use crate::{
    account::{Password, Username, delay},
    fault::AccountFault,
    server_secret::{MacKey, ServerSecret},
};

/// Checks passwords by asking a server of the office.
pub trait PasswordServer: Send + Sync {
    /// Whether this is the password by which the user signs in there. It answers within a few seconds, whatever the server does.
    fn check<'a>(&'a self, username: &'a Username, password: &'a Password) -> PasswordAnswer<'a>;
}

/// The answer of a [`PasswordServer`] to come.
pub type PasswordAnswer<'a> =
    Pin<Box<dyn Future<Output = Result<PasswordVerdict, PasswordServerSilent>> + Send + 'a>>;

/// What a [`PasswordServer`] says of a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PasswordVerdict {
    /// It is the user's.
    Right,
    /// It is not, and the server counts that.
    Wrong,
    /// The server was not asked to check it, because nobody has the name there who may sign in.
    Unknown,
}

/// The server gave no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the server that checks passwords does not answer")]
pub struct PasswordServerSilent;

/// Servers lock accounts after some wrong passwords: so many of one user are forwarded in [`WINDOW`].
const FORWARDED: usize = 3;
const WINDOW: Duration = Duration::from_mins(15);
/// More logins than wait in a storm of them.
const PLACES: usize = 64;
const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// Asks the server, and spares the user's account there: a password that was wrong is not forwarded again, and after three wrong ones
/// none is for a while. Kept in this process's memory, for users who have an account.
pub(crate) struct CheckedPasswords {
    server: Arc<dyn PasswordServer>,
    key: MacKey,
    places: Semaphore,
    users: Mutex<HashMap<Username, Arc<AsyncMutex<Wrong>>>>,
}

/// The wrong passwords of a user that were forwarded, by their MAC, the oldest first.
#[derive(Default)]
struct Wrong(Vec<([u8; 32], Timestamp)>);

impl CheckedPasswords {
    pub fn new(server: Arc<dyn PasswordServer>, secret: &ServerSecret) -> Self {
        let key = secret.mac_key("wrong-passwords");
        Self { server, key, places: Semaphore::new(PLACES), users: Mutex::default() }
    }

    /// Whether this is the user's password. It is found out and counted also when nobody waits for it any more: who hangs up does not
    /// get around the count.
    pub async fn verify(
        self: &Arc<Self>,
        username: &Username,
        password: &Password,
        db: &Db,
    ) -> Result<bool, AccountFault> {
        let (checked, username, password, db) =
            (Arc::clone(self), username.clone(), password.clone(), db.clone());
        let verified = tokio::spawn(async move { checked.ask(&username, &password, &db).await });
        verified.await.map_err(|_ending| AccountFault::PasswordServerSilent)?
    }

    /// One attempt of a user is looked at after the other.
    async fn ask(&self, username: &Username, password: &Password, db: &Db) -> Result<bool, AccountFault> {
        // A bind with a name and no password is a success that proves nothing (RFC 4513 §5.1.2), and a control character is in no
        // password, but in many attacks.
        if password.reveal().is_empty() || password.reveal().chars().any(char::is_control) {
            return Ok(false);
        }
        let _place = self.places.try_acquire().map_err(|_full| AccountFault::Overloaded)?;
        let wrong = self.wrong(username);
        let locked = timeout(LONGEST_WAIT, wrong.lock()).await;
        let mut wrong = locked.map_err(|_elapsed| AccountFault::Overloaded)?;
        let mac = self.key.sign(&[username.as_str().as_bytes(), &[0], password.reveal().as_bytes()]);
        let now = db.now();
        if wrong.has(&mac, now) {
            return Ok(false);
        }
        if let Some(retry_after_s) = wrong.wait_s(now) {
            return Err(AccountFault::LoginDelayed { retry_after_s });
        }
        let verdict = self.server.check(username, password).await;
        let verdict = verdict.map_err(|PasswordServerSilent| AccountFault::PasswordServerSilent)?;
        if verdict == PasswordVerdict::Wrong {
            wrong.0.push((mac, now));
        }
        Ok(verdict == PasswordVerdict::Right)
    }

    fn wrong(&self, username: &Username) -> Arc<AsyncMutex<Wrong>> {
        let mut users = self.users.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(users.entry(username.clone()).or_default())
    }
}

impl Wrong {
    /// Whether the password was wrong a while ago.
    fn has(&mut self, mac: &[u8; 32], now: Timestamp) -> bool {
        self.0.retain(|(_, at)| now < *at + WINDOW);
        self.0.iter().any(|(known, _)| known == mac)
    }

    /// How many seconds no other password is forwarded; `None` when one may be.
    fn wait_s(&self, now: Timestamp) -> Option<u64> {
        let (_, oldest) = self.0.first().filter(|_| self.0.len() >= FORWARDED)?;
        Some(delay::seconds_until(*oldest + WINDOW, now))
    }
}
