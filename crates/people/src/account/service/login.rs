use std::{sync::Arc, time::Duration};

use renraku_base::{DeviceId, FieldFault, PersonId};
use renraku_db::{Db, Error, ObjectType, Tx, changes};

use crate::{
    account::{
        blocking,
        model::{Account, Device, DeviceOffer, Login, PasswordHash, SignedIn, Username},
        store::{
            accounts,
            devices::{self, Stored},
            revocations,
        },
    },
    fault::AccountFault,
    lockout::{self, Lockout, Subject},
    password_server::{self, Checked, CheckedPasswords, PasswordServer},
    passwords::{Passwords, Place as Seat, Turn},
    server_secret::ServerSecret,
    session::{Sessions, refresh_token::RefreshToken},
};

/// Signs people in by username and password. Cheap to clone.
#[derive(Clone)]
pub struct SignIn(Arc<Inner>);

struct Inner {
    db: Db,
    sessions: Sessions,
    passwords: Passwords,
    /// Checks the passwords of accounts that have none here.
    elsewhere: Option<Arc<CheckedPasswords>>,
    lockout: Lockout,
    /// How many devices a person may have signed in.
    devices_each: usize,
}

/// An account with its password, where it has one here.
type Known = (Account, Option<PasswordHash>);

/// Whose password is to be checked.
struct Candidate {
    account: Option<Known>,
    subject: Subject,
}

impl SignIn {
    /// Signs in to the sessions of this process, at most `devices_each` for one person. Whoever has an account without a password is
    /// asked about at `elsewhere`, where there is such a server.
    #[must_use]
    pub fn new(
        db: Db,
        sessions: Sessions,
        secret: &ServerSecret,
        devices_each: usize,
        elsewhere: Option<Arc<dyn PasswordServer>>,
    ) -> Self {
        let (passwords, lockout) = (Passwords::new(secret), Lockout::new(secret));
        let elsewhere = elsewhere.map(|server| Arc::new(CheckedPasswords::new(server, secret)));
        Self(Arc::new(Inner { db, sessions, passwords, elsewhere, lockout, devices_each }))
    }

    /// Begins a session of a device. The password is hashed outside any transaction, on a blocking thread, when its turn
    /// has come; a server that checks it is waited for on no thread.
    ///
    /// # Errors
    /// [`AccountFault::BadCredentials`], [`AccountFault::LoginDelayed`], [`AccountFault::Overloaded`],
    /// [`AccountFault::PasswordServerSilent`], [`AccountFault::Disabled`], [`AccountFault::TooManyDevices`] or [`AccountFault::Invalid`].
    pub async fn login(&self, login: Login) -> Result<SignedIn, AccountFault> {
        let faults = faults(&login);
        if !faults.is_empty() {
            return Err(AccountFault::Invalid(faults));
        }
        let place = self.0.passwords.enter()?;
        let inner = Arc::clone(&self.0);
        let (login, candidate) = blocking(move || {
            let candidate = inner.candidate(&login)?;
            inner.refuse_too_early(&candidate)?;
            Ok((login, candidate))
        })
        .await?;
        if let (Some(elsewhere), Some((account, None))) = (&self.0.elsewhere, &candidate.account) {
            // Those whose passwords are checked here do not wait behind a server that hangs.
            drop(place);
            let checked = elsewhere.verify(account, &login.password, &self.0.db).await?;
            return self.0.follow(login, candidate, checked, elsewhere.remembered_for()).await;
        }
        if let (Some(elsewhere), None) = (&self.0.elsewhere, &candidate.account) {
            // While nobody can be asked, who is not known hears the same as who is.
            drop(place);
            if !elsewhere.checks(&self.0.db).await {
                return self.0.follow(login, candidate, Checked::Unwilling, Duration::ZERO).await;
            }
            let place = self.0.passwords.enter()?;
            return self.0.sign_in_here(login, candidate, &place).await;
        }
        let signed_in = self.0.sign_in_here(login, candidate, &place).await;
        drop(place);
        match (&self.0.elsewhere, &signed_in) {
            // Nor is it told then who has a password here: whoever has it, gets in by it.
            (Some(elsewhere), Err(AccountFault::BadCredentials)) if !elsewhere.checks(&self.0.db).await => {
                Err(AccountFault::PasswordServerSilent)
            }
            _ => signed_in,
        }
    }
}

impl Inner {
    /// Signs in whoever has a password here, and nobody else, in the same time.
    async fn sign_in_here(
        self: &Arc<Self>,
        login: Login,
        candidate: Candidate,
        place: &Seat,
    ) -> Result<SignedIn, AccountFault> {
        let turn = self.passwords.turn(place).await?;
        let inner = Arc::clone(self);
        blocking(move || inner.sign_in(&login, &candidate, turn)).await
    }
}

fn faults(login: &Login) -> Vec<FieldFault> {
    let mut faults = login.device.faults();
    if login.username.trim().is_empty() {
        faults.push(FieldFault::new("/username", "required", "say who you are"));
    }
    if login.password.as_bytes().is_empty() {
        faults.push(FieldFault::new("/password", "required", "say your password"));
    }
    faults
}

impl Inner {
    fn candidate(&self, login: &Login) -> Result<Candidate, AccountFault> {
        let Ok(username) = login.username.parse::<Username>() else {
            return Ok(Candidate { account: None, subject: self.lockout.subject(&login.username, None) });
        };
        self.db.read(|tx| {
            let account = accounts::find_by_username(tx, &username)?;
            let known = match (&account, &login.device.id) {
                (Some((account, _)), Some(id)) => {
                    let now = tx.now();
                    devices::get(tx, id)?
                        .filter(|stored| stored.person == account.person_id && stored.session.is_alive(now))
                }
                _ => None,
            };
            let device = known.as_ref().map(|stored| &stored.device.id);
            let subject = self.lockout.subject(username.as_str(), device);
            Ok(Candidate { account, subject })
        })
    }

    /// Whoever has to wait is told for how long, also where the other server is spared for longer.
    fn refuse_too_early(&self, candidate: &Candidate) -> Result<(), AccountFault> {
        let wait = self.db.read(|tx| {
            let Some(wait) = lockout::wait_s(tx, &candidate.subject)? else { return Ok::<_, Error>(None) };
            let spared = match &candidate.account {
                Some((account, None)) if self.elsewhere.is_some() => {
                    password_server::held_back_s(tx, &account.person_id)?
                }
                _ => None,
            };
            Ok(Some(wait.max(spared.unwrap_or_default())))
        })?;
        match wait {
            Some(retry_after_s) => Err(AccountFault::LoginDelayed { retry_after_s }),
            None => Ok(()),
        }
    }

    fn sign_in(&self, login: &Login, candidate: &Candidate, turn: Turn) -> Result<SignedIn, AccountFault> {
        // Again, now that it is this login's turn: of many that came at once only as many guess as there are cores.
        self.refuse_too_early(candidate)?;
        let hash = candidate.account.as_ref().and_then(|(_, hash)| hash.as_ref());
        let right = self.passwords.verify(&login.password, hash)?;
        let judged = self.judge(candidate, right);
        drop(turn);
        self.begin(login, judged?)
    }

    /// Counts a password that was right or wrong, and says whose it is.
    fn judge<'c>(&self, candidate: &'c Candidate, right: bool) -> Result<&'c Known, AccountFault> {
        match &candidate.account {
            Some(known) if right => {
                lockout::succeeded(&self.db, &candidate.subject)?;
                Ok(known)
            }
            _ => {
                self.db.write(|tx| lockout::failed(tx, &candidate.subject))?;
                Err(AccountFault::BadCredentials)
            }
        }
    }

    /// Begins the session of whoever typed the right password.
    fn begin(&self, login: &Login, (account, hash): &Known) -> Result<SignedIn, AccountFault> {
        let (person, hash) = (&account.person_id, hash.as_ref());
        let token = self.db.write(|tx| begin_session(tx, person, hash, &login.device, self.devices_each))?;
        self.sessions.tokens(person.clone(), token)
    }
}

/// Begins a session of a device whose owner has just shown the password that was stored as `hash`, or, where none was stored, the one
/// that another server has.
fn begin_session(
    tx: &mut Tx<'_>,
    person: &PersonId,
    hash: Option<&PasswordHash>,
    offer: &DeviceOffer,
    devices_each: usize,
) -> Result<RefreshToken, AccountFault> {
    let account = accounts::sign_in(tx, person)?.ok_or(AccountFault::BadCredentials)?;
    if account.disabled {
        return Err(AccountFault::Disabled);
    }
    if account.hash.as_ref().map(PasswordHash::as_str) != hash.map(PasswordHash::as_str) {
        return Err(AccountFault::BadCredentials);
    }
    match place(tx, person, offer, devices_each)? {
        Place::New(id) => {
            // Grows with time: a device that was forgotten and comes back under its id repeats no generation.
            let token = RefreshToken::first(id, tx.next_version(None));
            devices::put(tx, person, offer, &token)?;
            Ok(token)
        }
        Place::Known(known) => {
            let generation = tx.next_version(Some(known.session.generation));
            let token = RefreshToken::first(known.device.id.clone(), generation);
            devices::renew(tx, &known, offer, &token)?;
            let revocations = revocations(tx)?;
            let _recorded = changes::record(tx, revocations, ObjectType::Device, &token.device);
            Ok(token)
        }
    }
}

/// Which row a device that signs in gets.
enum Place {
    New(DeviceId),
    Known(Box<Stored>),
}

/// A device that the person had before keeps its row. Another person's id says nothing: phones are handed on.
fn place(
    tx: &mut Tx<'_>,
    person: &PersonId,
    offer: &DeviceOffer,
    devices_each: usize,
) -> Result<Place, AccountFault> {
    let now = tx.now();
    let known = match &offer.id {
        Some(id) => devices::get(tx, id)?,
        None => None,
    };
    if let Some(known) = &known
        && known.person == *person
        && known.session.is_alive(now)
    {
        return Ok(Place::Known(Box::new(known.clone())));
    }
    let alive = devices::list(tx, person)?;
    if alive.len() >= devices_each {
        return set_up_anew(alive, offer).map(|known| Place::Known(Box::new(known)));
    }
    Ok(match (known, &offer.id) {
        (Some(known), _) if known.person == *person => Place::Known(Box::new(known)),
        (None, Some(id)) => Place::New(id.clone()),
        (Some(_) | None, _) => Place::New(tx.new_id()),
    })
}

/// With no place left, a phone that forgot its id, as when its app was installed anew, takes the place that it had under
/// its name; no other device is put out without its owner saying so.
fn set_up_anew(alive: Vec<Stored>, offer: &DeviceOffer) -> Result<Stored, AccountFault> {
    let same = |device: &Device| device.name == offer.name.trim() && device.platform == offer.platform.trim();
    let oldest = alive
        .iter()
        .filter(|stored| offer.id.is_none() && same(&stored.device))
        .min_by_key(|stored| stored.session.refreshed_at);
    match oldest {
        Some(known) => Ok(known.clone()),
        None => {
            let devices = alive.into_iter().map(|stored| stored.device).collect();
            Err(AccountFault::TooManyDevices { devices })
        }
    }
}

mod elsewhere;
#[cfg(test)]
mod tests;
