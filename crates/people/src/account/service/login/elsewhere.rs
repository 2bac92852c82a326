//! What follows when another server was asked about a password.

use std::{sync::Arc, time::Duration};

use renraku_base::PersonId;

use super::{Candidate, Inner};
use crate::{
    account::{Login, PasswordHash, SignedIn, blocking, store::remembered},
    fault::AccountFault,
    password_server::Checked,
};

impl Inner {
    /// Signs in whoever has typed the right password. What the server accepted is remembered for a while, and taken where the server
    /// cannot be reached; what it refuses ends that.
    pub(super) async fn follow(
        self: &Arc<Self>,
        login: Login,
        candidate: Candidate,
        checked: Checked,
        remembered_for: Duration,
    ) -> Result<SignedIn, AccountFault> {
        match checked {
            Checked::Right => {
                let hash = if remembered_for.is_zero() { None } else { self.hash(&login).await? };
                let inner = Arc::clone(self);
                blocking(move || {
                    let known = inner.judge(&candidate, true)?;
                    let signed_in = inner.begin(&login, known)?;
                    inner.remember(&known.0.person_id, hash.as_ref())?;
                    Ok(signed_in)
                })
                .await
            }
            Checked::Refused | Checked::Wrong => {
                if checked == Checked::Refused {
                    self.forget_refused(&login, &candidate).await?;
                }
                let inner = Arc::clone(self);
                blocking(move || inner.begin(&login, inner.judge(&candidate, false)?)).await
            }
            Checked::MustChange | Checked::Closed => {
                self.forget_refused(&login, &candidate).await?;
                let inner = Arc::clone(self);
                blocking(move || {
                    inner.judge(&candidate, true)?;
                    Err(if checked == Checked::MustChange {
                        AccountFault::PasswordExpired
                    } else {
                        AccountFault::Disabled
                    })
                })
                .await
            }
            Checked::Unreachable => self.recall(login, candidate, remembered_for).await,
            Checked::Unwilling => self.recall(login, candidate, Duration::ZERO).await,
        }
    }

    /// The hash of a password that was accepted; `None` when so many sign in that there is no time for it.
    async fn hash(self: &Arc<Self>, login: &Login) -> Result<Option<PasswordHash>, AccountFault> {
        let Ok(place) = self.passwords.enter() else { return Ok(None) };
        let Ok(turn) = self.passwords.turn(&place).await else { return Ok(None) };
        let (passwords, password) = (self.passwords.clone(), login.password.clone());
        blocking(move || {
            let _turn = turn;
            Ok(Some(passwords.hash(&password)?))
        })
        .await
    }

    /// Forgets the password that was accepted last when it is the one that was refused now: a guess of somebody else says nothing of
    /// it.
    async fn forget_refused(
        self: &Arc<Self>,
        login: &Login,
        candidate: &Candidate,
    ) -> Result<(), AccountFault> {
        let Some((account, _)) = &candidate.account else { return Ok(()) };
        let (inner, person) = (Arc::clone(self), account.person_id.clone());
        let found = blocking(move || Ok(inner.db.read(|tx| remembered::find(tx, &person))?));
        let Some(hash) = found.await? else { return Ok(()) };
        let place = self.passwords.enter()?;
        let turn = self.passwords.turn(&place).await?;
        let (inner, person, password) = (Arc::clone(self), account.person_id.clone(), login.password.clone());
        blocking(move || {
            let same = inner.passwords.verify(&password, Some(&hash))?;
            drop(turn);
            if same {
                inner.remember(&person, None)?;
            }
            Ok(())
        })
        .await
    }

    /// Keeps the password that was accepted last, or forgets what is kept. Nothing is written where there is none to forget.
    fn remember(&self, person: &PersonId, hash: Option<&PasswordHash>) -> Result<(), AccountFault> {
        match hash {
            Some(hash) => self.db.write(|tx| remembered::put(tx, person, hash))?,
            None if self.db.read(|tx| remembered::find(tx, person))?.is_some() => {
                self.db.write(|tx| remembered::remove(tx, &[person.as_str()]))?;
            }
            None => {}
        }
        Ok(())
    }

    /// Signs in by the password that the server accepted last. Another one may be right since: it is counted, and nobody is told that
    /// it is wrong. For whom nothing is remembered, and who is not known at all, hears and counts the same after the same time.
    async fn recall(
        self: &Arc<Self>,
        login: Login,
        candidate: Candidate,
        remembered_for: Duration,
    ) -> Result<SignedIn, AccountFault> {
        let person = candidate.account.as_ref().map(|(account, _)| account.person_id.clone());
        let inner = Arc::clone(self);
        let hash = blocking(move || {
            let Some(person) = person else { return Ok(None) };
            let after = inner.db.now() - remembered_for;
            Ok(inner.db.read(|tx| remembered::get(tx, &person, after))?)
        })
        .await?;
        let place = self.passwords.enter()?;
        let turn = self.passwords.turn(&place).await?;
        let inner = Arc::clone(self);
        blocking(move || {
            inner.refuse_too_early(&candidate)?;
            let right = inner.passwords.verify(&login.password, hash.as_ref())?;
            let judged = inner.judge(&candidate, right);
            drop(turn);
            let known = judged.map_err(|fault| match fault {
                AccountFault::BadCredentials => AccountFault::PasswordServerSilent,
                other => other,
            })?;
            tracing::info!(
                person.id = %known.0.person_id,
                "signed in by the password that was accepted last: the server that checks passwords cannot be reached"
            );
            inner.begin(&login, known)
        })
        .await
    }
}
