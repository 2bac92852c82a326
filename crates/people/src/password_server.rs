//! Passwords that a server of the office checks.

use std::{
    collections::HashMap,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use renraku_base::{PersonId, Timestamp};
use renraku_db::{Db, Error, ReadTx, Tx};
use tokio::{
    sync::{Mutex as AsyncMutex, Semaphore},
    time::timeout,
};

use crate::{
    account::{
        Account, Password, Username, blocking, delay,
        store::{
            accounts,
            forwarded::{self, Forwarded},
        },
    },
    fault::AccountFault,
    server_secret::{MacKey, ServerSecret},
};

/// Checks passwords by asking a server of the office.
pub trait PasswordServer: Send + Sync {
    /// Whether this is the password by which the user signs in there. It answers within a few seconds, whatever the server does.
    fn check<'a>(&'a self, username: &'a Username, password: &'a Password) -> PasswordAnswer<'a>;

    /// Whether it can be asked now. It answers within a few seconds, and nothing is asked about anybody.
    fn is_within_reach(&self) -> Pin<Box<dyn Future<Output = bool> + Send + '_>>;

    /// For how long a password that it accepted counts while it cannot be reached; zero for not at all.
    fn remembered_for(&self) -> Duration;
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
    /// The server did not check it: nobody has the name there who may sign in, or no password of the account counts for a while.
    Unchecked,
    /// It is the user's, and must be changed before it lets anybody in.
    MustChange,
    /// It is the user's, and the account is closed.
    Closed,
}

/// The server did not say whether a password is right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordServerSilent {
    /// It, or the way to it, is out of order.
    #[error("the server that checks passwords cannot be reached")]
    Unreachable,
    /// It answers, and does not do what is asked.
    #[error("the server that checks passwords does not check them")]
    Unwilling,
}

/// Servers lock accounts after some wrong passwords: so many of one user are forwarded in [`WINDOW`].
const FORWARDED: usize = 3;
const WINDOW: Duration = Duration::from_mins(15);
/// More logins than wait in a storm of them.
const PLACES: usize = 64;
const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// For so long is believed what was heard of the server last.
const HEARD_WITHIN: Duration = Duration::from_secs(1);

/// An answer takes a few seconds; whoever asks about the same password on another process meanwhile comes again.
const ANSWERED_WITHIN: Duration = Duration::from_secs(10);

/// Asks the server, and spares the user's account there: a password that was wrong is not forwarded again, and after three wrong ones
/// none is for a while. All server processes count together, by a row that stands before the server is asked.
pub(crate) struct CheckedPasswords {
    server: Arc<dyn PasswordServer>,
    key: MacKey,
    places: Semaphore,
    /// Those who are looked at by this process.
    users: Mutex<HashMap<PersonId, Arc<AsyncMutex<()>>>>,
    /// When the server was asked last, and whether it did what it was asked.
    heard: AsyncMutex<Option<(Timestamp, bool)>>,
}

/// What is known of a password that somebody typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Checked {
    /// The server accepted it.
    Right,
    /// The server refused it, or did not look at it.
    Refused,
    /// It is the user's, and must be changed first.
    MustChange,
    /// It is the user's, and the account is closed.
    Closed,
    /// It is none, or was refused a while ago: the server was not asked.
    Wrong,
    /// The server cannot be reached.
    Unreachable,
    /// The server answers, and does not check it.
    Unwilling,
}

impl CheckedPasswords {
    pub fn new(server: Arc<dyn PasswordServer>, secret: &ServerSecret) -> Self {
        let key = secret.mac_key("wrong-passwords");
        Self {
            server,
            key,
            places: Semaphore::new(PLACES),
            users: Mutex::default(),
            heard: AsyncMutex::default(),
        }
    }

    /// For how long a password that was accepted counts while the server cannot be reached.
    pub fn remembered_for(&self) -> Duration {
        self.server.remembered_for()
    }

    /// Whether this is the user's password. It is found out and counted also when nobody waits for it any more: who hangs up does not
    /// get around the count.
    pub async fn verify(
        self: &Arc<Self>,
        account: &Account,
        password: &Password,
        db: &Db,
    ) -> Result<Checked, AccountFault> {
        let (checked, account, password, db) =
            (Arc::clone(self), account.clone(), password.clone(), db.clone());
        let verified = tokio::spawn(async move { checked.ask(&account, &password, &db).await });
        verified.await.map_err(|_ending| AccountFault::PasswordServerSilent)?
    }

    /// One attempt of a user is looked at after the other.
    async fn ask(&self, account: &Account, password: &Password, db: &Db) -> Result<Checked, AccountFault> {
        // A bind with a name and no password is a success that proves nothing (RFC 4513 §5.1.2), and a control character is in no
        // password, but in many attacks.
        if password.reveal().is_empty() || password.reveal().chars().any(char::is_control) {
            return Ok(Checked::Wrong);
        }
        let _place = self.places.try_acquire().map_err(|_full| AccountFault::Overloaded)?;
        let person = &account.person_id;
        let user = self.user(person);
        let locked = timeout(LONGEST_WAIT, user.lock()).await;
        let _alone = locked.map_err(|_elapsed| AccountFault::Overloaded)?;
        let typed = [account.username.as_str().as_bytes(), &[0], password.reveal().as_bytes()];
        let mac = self.key.sign(&typed);
        let (of, at) = (person.clone(), db.clone());
        if !blocking(move || at.write(|tx| begin(tx, &of, &mac))).await? {
            return Ok(Checked::Wrong);
        }
        let answer = self.server.check(&account.username, password).await;
        *self.heard.lock().await = Some((db.now(), answer.is_ok()));
        let (of, at) = (person.clone(), db.clone());
        let refused = answer == Ok(PasswordVerdict::Wrong);
        blocking(move || Ok(at.write(|tx| end(tx, &of, &mac, refused))?)).await?;
        match answer {
            Ok(PasswordVerdict::Right) => Ok(Checked::Right),
            Ok(PasswordVerdict::Wrong | PasswordVerdict::Unchecked) => Ok(Checked::Refused),
            Ok(PasswordVerdict::MustChange) => Ok(Checked::MustChange),
            Ok(PasswordVerdict::Closed) => Ok(Checked::Closed),
            Err(PasswordServerSilent::Unreachable) => Ok(Checked::Unreachable),
            Err(PasswordServerSilent::Unwilling) => Ok(Checked::Unwilling),
        }
    }

    /// Whether passwords are checked now. The server is asked when it was not a moment ago, by one at a time: invented names cost it
    /// nothing more.
    pub async fn checks(&self, db: &Db) -> bool {
        let mut heard = self.heard.lock().await;
        match *heard {
            Some((at, answered)) if db.now() < at + HEARD_WITHIN => answered,
            _ => {
                let answers = self.server.is_within_reach().await;
                *heard = Some((db.now(), answers));
                answers
            }
        }
    }

    fn user(&self, person: &PersonId) -> Arc<AsyncMutex<()>> {
        let mut users = self.users.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(users.entry(person.clone()).or_default())
    }
}

/// Notes that a password is sent to the server; `false` when it was refused a while ago.
fn begin(tx: &mut Tx<'_>, person: &PersonId, mac: &[u8]) -> Result<bool, AccountFault> {
    // Of two processes that look at one user one looks after the other.
    accounts::lock(tx, person)?;
    let now = tx.now();
    let sent = forwarded::list(tx, person, now - WINDOW)?;
    let asked = |one: &Forwarded| one.pending && now < one.at + ANSWERED_WITHIN;
    if let Some(same) = sent.iter().find(|one| one.mac == mac) {
        return if asked(same) { Err(AccountFault::Overloaded) } else { Ok(false) };
    }
    if sent.len() >= FORWARDED && sent.iter().any(asked) {
        return Err(AccountFault::Overloaded);
    }
    if let Some(retry_after_s) = until_next(&sent, now) {
        return Err(AccountFault::LoginDelayed { retry_after_s });
    }
    forwarded::begin(tx, person, mac, now - WINDOW)?;
    Ok(true)
}

fn end(tx: &mut Tx<'_>, person: &PersonId, mac: &[u8], refused: bool) -> Result<(), Error> {
    if refused { forwarded::refuse(tx, person, mac) } else { forwarded::remove(tx, person, mac) }
}

/// How many seconds no other password of a user is sent to the server; `None` when one may be. One statement.
pub(crate) fn held_back_s(tx: &mut ReadTx<'_>, person: &PersonId) -> Result<Option<u64>, Error> {
    let now = tx.now();
    Ok(until_next(&forwarded::list(tx, person, now - WINDOW)?, now))
}

fn until_next(sent: &[Forwarded], now: Timestamp) -> Option<u64> {
    // One more may be sent when the oldest of the last so many has been forgotten.
    let oldest = sent.len().checked_sub(FORWARDED).and_then(|at| sent.get(at))?;
    Some(delay::seconds_until(oldest.at + WINDOW, now))
}

/// Forgets what was sent so long ago that it counts no more; returns how many.
pub(crate) fn forget_forwarded(tx: &mut Tx<'_>) -> Result<usize, Error> {
    let until = tx.now() - WINDOW;
    forwarded::prune(tx, until)
}
