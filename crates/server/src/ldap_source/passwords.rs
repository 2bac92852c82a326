use std::{pin::Pin, sync::Arc, time::Duration};

use ldap3_proto::proto::{LdapFilter, LdapResultCode};
use renraku_people::{
    PasswordAnswer, PasswordServer, PasswordServerSilent, PasswordVerdict,
    account::{Password, Username},
};
use tokio::{
    runtime::Handle,
    sync::Semaphore,
    time::{Instant, timeout},
};

use super::{
    LdapFault,
    breaker::Breaker,
    connection::Connection,
    reading::{self, NO_ATTRIBUTE},
    reason::Reason,
    server::Server,
};

/// How many connections there are at once.
const CONNECTIONS: usize = 8;
const LONGEST_WAIT: Duration = Duration::from_secs(2);
const SEARCH: Duration = Duration::from_secs(3);
/// How long all of it may take.
const ALL: Duration = Duration::from_secs(5);

/// Checks passwords by a bind: each on a connection of its own, so that nobody's bind is left behind for the next.
pub(super) struct Passwords {
    asker: Arc<Asker>,
    handle: Handle,
    remembered_for: Duration,
}

struct Asker {
    server: Arc<Server>,
    breaker: Breaker,
    turns: Semaphore,
}

impl Passwords {
    pub fn new(server: Arc<Server>, handle: Handle, remembered_for: Duration) -> Self {
        let asker = Asker { server, breaker: Breaker::default(), turns: Semaphore::new(CONNECTIONS) };
        Self { asker: Arc::new(asker), handle, remembered_for }
    }
}

impl PasswordServer for Passwords {
    fn check<'a>(&'a self, username: &'a Username, password: &'a Password) -> PasswordAnswer<'a> {
        let (asker, username, password) = (Arc::clone(&self.asker), username.clone(), password.clone());
        // On the source's own thread: who asks waits on none.
        let asked = self.handle.spawn(async move { asker.check(&username, &password).await });
        Box::pin(async move {
            match asked.await {
                Ok(Ok(verdict)) => Ok(verdict),
                Ok(Err(LdapFault::Resting)) | Err(_) => Err(PasswordServerSilent::Unreachable),
                Ok(Err(fault)) => {
                    tracing::warn!(fault = %fault, "a password cannot be checked at ldap_source.url");
                    Err(if fault.is_out_of_reach() {
                        PasswordServerSilent::Unreachable
                    } else {
                        PasswordServerSilent::Unwilling
                    })
                }
            }
        })
    }

    fn is_within_reach(&self) -> Pin<Box<dyn Future<Output = bool> + Send + '_>> {
        let asker = Arc::clone(&self.asker);
        let asked = self.handle.spawn(async move { asker.reach().await });
        Box::pin(async move { matches!(asked.await, Ok(Ok(()))) })
    }

    fn remembered_for(&self) -> Duration {
        self.remembered_for
    }
}

/// What a refusal says. Most servers do not tell whether a password is wrong, locked, expired or closed; Active Directory tells who
/// knows it, and so do we. A locked account is told to nobody, for it would tell strangers who is there; nor does it say that the
/// password is wrong.
fn refused(message: &str) -> PasswordVerdict {
    match Reason::of(message) {
        Some(Reason::MustChange) => PasswordVerdict::MustChange,
        Some(Reason::Closed) => PasswordVerdict::Closed,
        Some(Reason::Locked) => PasswordVerdict::Unchecked,
        Some(Reason::Wrong) | None => PasswordVerdict::Wrong,
    }
}

impl Asker {
    async fn check(&self, username: &Username, password: &Password) -> Result<PasswordVerdict, LdapFault> {
        self.in_turn(self.ask(username, password)).await
    }

    /// Asks for nothing more than to be let in.
    async fn reach(&self) -> Result<(), LdapFault> {
        let knock = async {
            let mut connection = Connection::open(&self.server).await?;
            self.server.introduce(&mut connection).await
        };
        self.in_turn(knock).await
    }

    async fn in_turn<T>(&self, ask: impl Future<Output = Result<T, LdapFault>>) -> Result<T, LdapFault> {
        let turn = timeout(LONGEST_WAIT, self.turns.acquire()).await;
        let _turn = turn.map_err(|_elapsed| LdapFault::Slow)?.map_err(|_closed| LdapFault::Slow)?;
        self.breaker.pass(Instant::now())?;
        let ended = timeout(ALL, ask).await.unwrap_or(Err(LdapFault::Slow));
        self.breaker.learn(&ended, Instant::now());
        ended
    }

    async fn ask(&self, username: &Username, password: &Password) -> Result<PasswordVerdict, LdapFault> {
        let mut connection = Connection::open(&self.server).await?;
        self.server.introduce(&mut connection).await?;
        let Some(dn) = self.find(&mut connection, username).await? else {
            return Ok(PasswordVerdict::Unchecked);
        };
        let result = connection.bind(&dn, password.reveal()).await?;
        match result.code {
            LdapResultCode::Success => Ok(PasswordVerdict::Right),
            LdapResultCode::InvalidCredentials => Ok(refused(&result.message)),
            LdapResultCode::UnwillingToPerform
            | LdapResultCode::ConstraintViolation
            | LdapResultCode::InappropriateAuthentication => Ok(PasswordVerdict::Wrong),
            _ => Err(LdapFault::refused("check a password", result)),
        }
    }

    /// The one entry of a user; `None` when there is none, or more than one.
    async fn find(
        &self,
        connection: &mut Connection,
        username: &Username,
    ) -> Result<Option<String>, LdapFault> {
        let mut request =
            reading::search(&self.server.base, self.filter(username), vec![NO_ATTRIBUTE.to_owned()]);
        request.sizelimit = 2;
        let found = connection.search(request, Vec::new(), SEARCH).await?;
        let ended = matches!(found.result.code, LdapResultCode::Success | LdapResultCode::SizeLimitExceeded);
        if !ended {
            return Err(LdapFault::refused("look for a user", found.result));
        }
        let mut entries = found.entries.into_iter();
        match (entries.next(), entries.next()) {
            (Some(one), None) if !one.dn.is_empty() => Ok(Some(one.dn)),
            (Some(_), Some(_)) => {
                tracing::warn!("several entries at ldap_source.url have one name: nobody signs in by it");
                Ok(None)
            }
            _ => Ok(None),
        }
    }

    /// Who has the name. It is a value of its own in the request, which no character of it can leave; nothing of it is read as a filter.
    fn filter(&self, username: &Username) -> LdapFilter {
        let is = |name: &str| LdapFilter::Equality(name.to_owned(), username.as_str().to_owned());
        let named = LdapFilter::Or(self.server.wanted.username.single().map(is).collect());
        let open = self.server.disabled.clone().map(|closed| LdapFilter::Not(Box::new(closed)));
        LdapFilter::And([self.server.people.clone(), named].into_iter().chain(open).collect())
    }
}
