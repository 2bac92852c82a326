use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError, RwLock},
};

use renraku_base::{DeviceId, PersonId, Principal, Timestamp};
use renraku_db::{CollectionId, Db, Error, ObjectType, changes};
use sha2::{Digest, Sha256};

use super::{
    ACCESS_LIFE, Jwks,
    app_passwords::{AppPasswordLookup, AppPasswords},
    cache::{Cache, Verified},
    generations::Generations,
    key_ring::KeyRing,
    refresh_token::{RefreshToken, RefreshTokens},
};
use crate::{
    account::{self, Refreshed, SignedIn, devices, revocations, signing_keys},
    fault::AccountFault,
    server_secret::ServerSecret,
};

/// More tokens than phones that a server serves; about 250 bytes each.
const REMEMBERED_TOKENS: usize = 65_536;
const CHANGES_AT_ONCE: i64 = 1_000;

type Listener = Box<dyn Fn(&DeviceId) + Send + Sync>;

/// Who is signed in, as this process knows it. Cheap to clone.
///
/// A token is verified once and remembered until it ends. Sessions that end through this process are out when the
/// transaction that ends them has committed; those that end through another are out after
/// [`refresh_revocations`](Self::refresh_revocations), which the server calls once a second.
#[derive(Clone)]
pub struct Sessions(Arc<Inner>);

struct Inner {
    db: Db,
    secret: ServerSecret,
    refresh_tokens: RefreshTokens,
    keys: RwLock<KeyRing>,
    cache: Cache<Verified>,
    app_passwords: Arc<AppPasswords>,
    generations: Generations,
    revocations: CollectionId,
    /// The number of the last change that was read; held while reading, so that changes are learned in their order.
    position: Mutex<i64>,
    listeners: RwLock<Vec<Listener>>,
}

impl Sessions {
    /// Loads the keys and the sessions that ended within the life of an access token. A database that has no signing
    /// key yet gets its first.
    ///
    /// # Errors
    /// When the database fails, or was used with another secret before.
    pub fn load(db: &Db, secret: &ServerSecret) -> Result<Self, AccountFault> {
        let has_key = db.read(|tx| Ok::<_, Error>(!signing_keys::list(tx)?.is_empty()))?;
        if !has_key {
            db.write(|tx| account::seal(tx, secret))?;
        }
        let (revocations, modseq, keys, generations) = db.read(|tx| {
            let revocations = revocations(tx)?;
            let modseq = changes::heads(tx, &[revocations])?.first().map_or(0, |head| head.modseq);
            let after = Generations::horizon(tx.now());
            Ok::<_, Error>((
                revocations,
                modseq,
                signing_keys::list(tx)?,
                devices::list_generations(tx, after)?,
            ))
        })?;
        let sessions = Self(Arc::new(Inner {
            db: db.clone(),
            secret: secret.clone(),
            refresh_tokens: RefreshTokens::new(secret),
            keys: RwLock::new(KeyRing::open(&keys, secret)?),
            cache: Cache::new(REMEMBERED_TOKENS),
            app_passwords: Arc::new(AppPasswords::new()),
            generations: Generations::default(),
            revocations,
            position: Mutex::new(modseq),
            listeners: RwLock::default(),
        }));
        sessions.0.generations.learn(&generations, db.now());
        sessions.follow_own_commits();
        Ok(sessions)
    }

    /// What this process ends is ended when it answers.
    fn follow_own_commits(&self) {
        // The database holds its subscribers for good: a weak reference lets both go.
        let inner = Arc::downgrade(&self.0);
        let revocations = self.0.revocations;
        self.0.db.subscribe(move |committed| {
            if committed.collections.iter().any(|(collection, _)| *collection == revocations)
                && let Some(inner) = inner.upgrade()
                && let Err(error) = Self(inner).refresh_revocations()
            {
                tracing::error!(error = %error, "revocations are read again within a second");
            }
        });
    }

    /// Who bears this access token, if it is good at `now`.
    ///
    /// # Errors
    /// [`AccountFault::TokenInvalid`], [`AccountFault::TokenExpired`] or [`AccountFault::SessionEnded`].
    pub fn verify(&self, bearer: &str, now: Timestamp) -> Result<Principal, AccountFault> {
        let hash: [u8; 32] = Sha256::digest(bearer).into();
        let verified = match self.0.cache.get(&hash) {
            Some(verified) => verified,
            None => self.verify_signature(bearer, hash, now)?,
        };
        if verified.expires <= now {
            self.0.cache.remove(&hash);
            return Err(AccountFault::TokenExpired);
        }
        let Verified { principal, generation, .. } = verified;
        match &principal.device {
            Some(device) if self.0.generations.is_over(device, generation) => Err(AccountFault::SessionEnded),
            _ => Ok(principal),
        }
    }

    fn verify_signature(
        &self,
        bearer: &str,
        hash: [u8; 32],
        now: Timestamp,
    ) -> Result<Verified, AccountFault> {
        let verified = self.0.keys.read().unwrap_or_else(PoisonError::into_inner).verify(bearer, now)?;
        self.0.cache.put(hash, verified.clone());
        Ok(verified)
    }

    /// Begins to find out whose username and app password these are.
    #[must_use]
    pub fn look_up(&self, username: String, password: String) -> AppPasswordLookup {
        AppPasswordLookup::new(&self.0.app_passwords, &self.0.secret, username, password)
    }

    /// Calls `listener` for each device whose session ended or began anew, so that its streams can be closed. It must be
    /// quick.
    pub fn on_revoked(&self, listener: impl Fn(&DeviceId) + Send + Sync + 'static) {
        self.0.listeners.write().unwrap_or_else(PoisonError::into_inner).push(Box::new(listener));
    }

    /// Learns which sessions ended and which keys changed, here and in other processes; one statement when there is
    /// nothing new.
    ///
    /// # Errors
    /// When the database fails; what was not learned is learned the next time.
    pub fn refresh_revocations(&self) -> Result<(), AccountFault> {
        let inner = &*self.0;
        let mut ended = Vec::new();
        {
            let mut position = inner.position.lock().unwrap_or_else(PoisonError::into_inner);
            while let Some(news) = inner.read_news(*position)? {
                let devices = inner.generations.learn(&news.generations, inner.db.now());
                match &news.app_passwords {
                    Some(ids) => inner.app_passwords.forget(ids, &devices),
                    None => inner.app_passwords.forget_all(),
                }
                ended.extend(devices);
                if let Some(keys) = &news.keys {
                    let keys = KeyRing::open(keys, &inner.secret)?;
                    *inner.keys.write().unwrap_or_else(PoisonError::into_inner) = keys;
                }
                *position = news.position;
            }
        }
        for listener in inner.listeners.read().unwrap_or_else(PoisonError::into_inner).iter() {
            ended.iter().for_each(listener);
        }
        Ok(())
    }

    /// The public keys that verify access tokens.
    #[must_use]
    pub fn jwks(&self) -> Jwks {
        self.0.keys.read().unwrap_or_else(PoisonError::into_inner).jwks(self.0.db.now())
    }

    /// Exchanges a refresh token for the next pair of tokens, in a transaction of its own. Blocks.
    ///
    /// # Errors
    /// [`AccountFault::RefreshTokenInvalid`], [`AccountFault::RefreshTokenReused`] (the device is signed out) or
    /// [`AccountFault::SessionEnded`].
    pub fn refresh(&self, refresh_token: &str) -> Result<SignedIn, AccountFault> {
        let tokens = &self.0.refresh_tokens;
        let token = tokens.read(refresh_token).ok_or(AccountFault::RefreshTokenInvalid)?;
        let next = tokens.successor(&token);
        match self.0.db.write(|tx| account::refresh(tx, &token, &next))? {
            Refreshed::Good(person) => self.tokens(person, next),
            Refreshed::Reused => {
                tracing::warn!(device.id = %token.device, "a refresh token was used twice: the device is signed out");
                Err(AccountFault::RefreshTokenReused)
            }
        }
    }

    /// The pair of tokens of a session whose refresh token is `refresh`.
    pub(crate) fn tokens(&self, person: PersonId, refresh: RefreshToken) -> Result<SignedIn, AccountFault> {
        let now = self.0.db.now();
        let keys = self.0.keys.read().unwrap_or_else(PoisonError::into_inner);
        let access_token =
            keys.sign(&person, &refresh.device, refresh.generation, (now, now + ACCESS_LIFE))?;
        Ok(SignedIn {
            access_token,
            refresh_token: self.0.refresh_tokens.write(&refresh),
            expires_in: ACCESS_LIFE.as_secs(),
            device_id: refresh.device,
            person_id: person,
        })
    }
}

struct News {
    /// The app passwords that were made or taken away; `None` where that is not known.
    app_passwords: Option<Vec<String>>,
    generations: Vec<devices::Generation>,
    keys: Option<Vec<signing_keys::StoredKey>>,
    position: i64,
}

impl Inner {
    /// What changed after `position`; `None` when nothing did.
    fn read_news(&self, position: i64) -> Result<Option<News>, Error> {
        self.db.read(|tx| {
            let Some(head) = changes::heads(tx, &[self.revocations])?.first().copied() else {
                return Ok(None);
            };
            if head.modseq <= position {
                return Ok(None);
            }
            if head.floor > position {
                // Nobody asked for so long that the log was cut: begin as at the start.
                let generations = devices::list_generations(tx, Generations::horizon(tx.now()))?;
                return Ok(Some(News {
                    app_passwords: None,
                    generations,
                    keys: Some(signing_keys::list(tx)?),
                    position: head.modseq,
                }));
            }
            let changes = changes::since(tx, self.revocations, position, CHANGES_AT_ONCE)?;
            let position = changes.last().map_or(head.modseq, |change| change.modseq);
            let keys = changes.iter().any(|change| change.object_type == ObjectType::SigningKey);
            let (mut ids, mut app_passwords) = (Vec::new(), Vec::new());
            for change in changes {
                match change.object_type {
                    ObjectType::Device => ids.push(change.object),
                    ObjectType::AppPassword => app_passwords.push(change.object),
                    _ => {}
                }
            }
            Ok(Some(News {
                app_passwords: Some(app_passwords),
                generations: if ids.is_empty() { Vec::new() } else { devices::get_generations(tx, &ids)? },
                keys: if keys { Some(signing_keys::list(tx)?) } else { None },
                position,
            }))
        })
    }
}

impl fmt::Debug for Sessions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sessions").finish_non_exhaustive()
    }
}
