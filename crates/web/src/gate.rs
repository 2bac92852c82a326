use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use crate::{
    Rates, WebFault,
    admission::{Admission, Work},
};
use actix_web::{HttpRequest, http::header};
use base64::{Engine, engine::general_purpose::STANDARD};
use renraku_base::{Entropy, Principal};
use renraku_db::{Db, Error, ReadTx};
use renraku_people::{AccountFault, ServerSecret, Sessions, account};

/// Where requests come in, whatever they speak; cheap to clone.
#[derive(Clone)]
pub struct Gate {
    state: Arc<State>,
    work: Work,
}

struct State {
    db: Db,
    sessions: Sessions,
    secret: ServerSecret,
    rates: Rates,
    admission: Admission,
    /// How many devices are signed in, as last counted.
    devices: AtomicU64,
}

/// The least that a client which is refused for now should wait.
const COME_BACK_S: u64 = 5;
/// So many may come back in a second.
const BACK_A_SECOND: u64 = 300;

impl Gate {
    /// A gate that lets `at_once` requests work at the same time.
    #[must_use]
    pub fn new(db: Db, sessions: Sessions, secret: ServerSecret, rates: Rates, at_once: usize) -> Self {
        let (admission, devices) = (Admission::new(at_once), AtomicU64::new(0));
        Self { state: Arc::new(State { db, sessions, secret, rates, admission, devices }), work: Work::Short }
    }

    /// The same gate for work of another kind; without it, work is short.
    #[must_use]
    pub fn of(&self, work: Work) -> Self {
        Self { state: Arc::clone(&self.state), work }
    }

    /// The database.
    #[must_use]
    pub fn db(&self) -> &Db {
        &self.state.db
    }

    /// Who is signed in.
    #[must_use]
    pub fn sessions(&self) -> &Sessions {
        &self.state.sessions
    }

    /// The secret of the installation, from which keys are derived.
    #[must_use]
    pub fn secret(&self) -> &ServerSecret {
        &self.state.secret
    }

    /// How often one device may ask.
    #[must_use]
    pub fn rates(&self) -> &Rates {
        &self.state.rates
    }

    /// Counts how many devices are signed in; called now and then.
    ///
    /// # Errors
    /// When the database fails.
    pub fn count_devices(&self) -> Result<(), AccountFault> {
        let count = self.db().read(account::count_devices)?;
        self.state.devices.store(count, Ordering::Relaxed);
        Ok(())
    }

    /// How many seconds a client that is refused for now should wait: each another time, the longer the more phones there are,
    /// so that they do not all come back at once.
    #[must_use]
    pub fn come_back_s(&self) -> u64 {
        let devices = self.state.devices.load(Ordering::Relaxed);
        COME_BACK_S + u64::from(u32::from_le_bytes(Entropy.bytes())) % (spread_s(devices) + 1)
    }

    /// Who bears the access token of this request.
    ///
    /// # Errors
    /// [`WebFault::Unauthenticated`] without a token, [`AccountFault`] for one that is not good.
    pub fn bearer<E: From<WebFault> + From<AccountFault>>(
        &self,
        request: &HttpRequest,
    ) -> Result<Principal, E> {
        let token = credentials(request, "bearer").ok_or(WebFault::Unauthenticated)?;
        Ok(self.state.sessions.verify(token, self.state.db.now())?)
    }

    /// Whose username and app password this request sends as Basic (RFC 7617); `None` when it sends none.
    ///
    /// # Errors
    /// [`WebFault::Unauthenticated`] for what is no app password of that user, and when the database fails.
    pub async fn basic<E>(&self, request: &HttpRequest) -> Result<Option<Principal>, E>
    where
        E: From<WebFault> + From<AccountFault> + Send + 'static,
    {
        let Some(encoded) = credentials(request, "basic") else { return Ok(None) };
        let text = STANDARD.decode(encoded).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        let (username, password) = text
            .as_deref()
            .and_then(|text| text.split_once(':'))
            .map(|(username, password)| (username.to_owned(), password.to_owned()))
            .ok_or(WebFault::Unauthenticated)?;
        let known: Result<Option<Principal>, E> = self.app_password(username, password).await;
        known?.map(Some).ok_or_else(|| WebFault::Unauthenticated.into())
    }

    /// Whose username and app password these are; `None` when they are nobody's.
    ///
    /// # Errors
    /// When the database fails, and [`WebFault::Overloaded`].
    pub async fn app_password<E>(&self, username: String, password: String) -> Result<Option<Principal>, E>
    where
        E: From<WebFault> + From<AccountFault> + Send + 'static,
    {
        let lookup = self.state.sessions.look_up(username, password);
        match lookup.recall(self.state.db.now()) {
            Some(who) => Ok(Some(who)),
            None => self.read(move |tx| lookup.read(tx)).await,
        }
    }

    /// Runs work that blocks: one hop to the blocking pool.
    ///
    /// # Errors
    /// The failure of `work`, or [`WebFault::Overloaded`].
    pub async fn blocking<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: FnOnce() -> Result<T, E> + Send + 'static,
        E: From<WebFault> + Send + 'static,
        T: Send + 'static,
    {
        let _turn = self.state.admission.enter(self.work).await?;
        match actix_web::web::block(work).await {
            Ok(result) => result,
            // The pool gave the work up: it panicked (logged by the panic hook) or the server is stopping.
            Err(_gone) => Err(WebFault::Overloaded.into()),
        }
    }

    /// Reads on one snapshot: right here where the database is embedded and free, since the two hops to another thread and back
    /// would cost more than the read; for reads of a bounded size.
    ///
    /// # Errors
    /// The failure of `work`, or [`WebFault::Overloaded`].
    pub async fn read<T, E, O, F>(&self, work: F) -> Result<T, O>
    where
        F: FnOnce(&mut ReadTx<'_>) -> Result<T, E> + Send + 'static,
        E: Into<O> + From<Error>,
        O: From<WebFault> + Send + 'static,
        T: Send + 'static,
    {
        match self.db().read_now(work) {
            Ok(result) => result.map_err(Into::into),
            Err(work) => {
                let db = self.db().clone();
                self.blocking(move || db.read(work).map_err(Into::into)).await
            }
        }
    }
}

/// Over how many seconds so many devices come back.
fn spread_s(devices: u64) -> u64 {
    (devices / BACK_A_SECOND).max(30)
}

/// What follows the name of a scheme in `Authorization`.
fn credentials<'r>(request: &'r HttpRequest, scheme: &str) -> Option<&'r str> {
    let header = request.headers().get(header::AUTHORIZATION)?.to_str().ok()?;
    let (name, rest) = header.split_once(' ')?;
    name.eq_ignore_ascii_case(scheme).then(|| rest.trim())
}

impl fmt::Debug for Gate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gate").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_phones_come_back_over_a_longer_time() {
        assert_eq!([0, 300, 20_000].map(spread_s), [30, 30, 66]);
    }
}
