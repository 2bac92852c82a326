use std::{
    fmt,
    net::IpAddr,
    time::{Duration, Instant},
};

use renraku_base::Principal;
use renraku_web::RateKind;

use crate::{fault::LdapFault, listener::Shared, search::Pages};

/// So long an app password is believed before it is looked up again.
const BELIEVED: Duration = Duration::from_secs(1);

/// What is known of the client of one connection.
#[derive(Debug)]
pub(crate) struct Session {
    pub from: IpAddr,
    /// Whether the connection is protected.
    pub tls: bool,
    pub who: Who,
    pub pages: Pages,
}

/// As whom the client is bound.
#[derive(Debug)]
pub(crate) enum Who {
    Nobody,
    Person(Bound),
}

/// A person who bound.
pub(crate) struct Bound {
    pub principal: Principal,
    pub username: String,
    password: String,
    seen: Instant,
}

impl Bound {
    /// A person whose app password was good just now.
    pub fn new(principal: Principal, username: String, password: String) -> Self {
        Self { principal, username, password, seen: Instant::now() }
    }
}

impl fmt::Debug for Bound {
    /// Without the password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bound").field("username", &self.username).finish_non_exhaustive()
    }
}

impl Session {
    /// A client of whom nothing is known.
    pub fn new(from: IpAddr, tls: bool) -> Self {
        Self { from, tls, who: Who::Nobody, pages: Pages::default() }
    }

    /// Who the client is; `None` for one that did not bind.
    pub fn principal(&self) -> Option<&Principal> {
        match &self.who {
            Who::Person(bound) => Some(&bound.principal),
            Who::Nobody => None,
        }
    }

    /// Whether the app password that was bound with is still good; looked up once a second at most.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn is_good(&mut self, shared: &Shared) -> Result<bool, LdapFault> {
        let Who::Person(bound) = &mut self.who else { return Ok(true) };
        if bound.seen.elapsed() < BELIEVED {
            return Ok(true);
        }
        let asked = shared.gate.app_password::<LdapFault>(bound.username.clone(), bound.password.clone());
        let good = asked.await?.is_some_and(|principal| principal == bound.principal);
        bound.seen = Instant::now();
        if !good {
            self.who = Who::Nobody;
        }
        Ok(good)
    }

    /// Counts an operation.
    ///
    /// # Errors
    /// When there were too many.
    pub fn count(&self, shared: &Shared, kind: RateKind) -> Result<(), LdapFault> {
        let rates = shared.gate.rates();
        let counted = match &self.who {
            Who::Person(bound) => rates.take(&bound.principal, kind),
            Who::Nobody => rates.take_as(&self.from.to_string(), kind),
        };
        Ok(counted?)
    }
}
