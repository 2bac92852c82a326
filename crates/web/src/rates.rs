use std::{num::NonZeroU32, time::Instant};

use governor::{
    DefaultKeyedRateLimiter, Quota, RateLimiter,
    clock::{Clock, DefaultClock},
};
use renraku_base::Principal;

use crate::{
    WebFault,
    volume::{UNUSUAL, Volume},
};

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Any request.
    Request,
    /// A request that writes.
    Write,
    /// A search.
    Search,
    /// A look at the directory of another day, which may have to be made.
    Day,
}

/// How often one device (or one person without a device) may ask; see `docs/OPERATIONS.md`.
pub struct Rates(Option<Limiters>);

struct Limiters {
    requests: DefaultKeyedRateLimiter<String>,
    writes: DefaultKeyedRateLimiter<String>,
    searches: DefaultKeyedRateLimiter<String>,
    days: DefaultKeyedRateLimiter<String>,
    volume: Volume,
    clock: DefaultClock,
}

const fn quota(quota: Quota, burst: u32) -> Quota {
    match NonZeroU32::new(burst) {
        Some(burst) => quota.allow_burst(burst),
        None => quota,
    }
}

const fn count(count: u32) -> NonZeroU32 {
    match NonZeroU32::new(count) {
        Some(count) => count,
        None => NonZeroU32::MIN,
    }
}

impl Rates {
    /// The limits of an office.
    #[must_use]
    pub fn office() -> Self {
        Self(Some(Limiters {
            requests: RateLimiter::keyed(quota(Quota::per_minute(count(1_200)), 600)),
            writes: RateLimiter::keyed(quota(Quota::per_minute(count(600)), 300)),
            searches: RateLimiter::keyed(quota(Quota::per_second(count(20)), 60)),
            days: RateLimiter::keyed(Quota::per_minute(count(30))),
            volume: Volume::default(),
            clock: DefaultClock::default(),
        }))
    }

    /// No limits, for measuring.
    #[must_use]
    pub fn unlimited() -> Self {
        Self(None)
    }

    /// Takes one of a kind. An unusual number of searches of one person is told in the log, once a day: somebody may be
    /// gathering the directory.
    ///
    /// # Errors
    /// [`WebFault::TooManyRequests`].
    pub fn take(&self, who: &Principal, kind: Kind) -> Result<(), WebFault> {
        let person = who.person.as_str();
        self.take_as(who.device.as_ref().map_or(person, |device| device.as_str()), kind)?;
        if let (Kind::Search, Some(limiters)) = (kind, &self.0)
            && limiters.volume.count(person, Instant::now())
        {
            tracing::warn!(person.id = person, "{UNUSUAL} searches of one person within a day");
        }
        Ok(())
    }

    /// Takes one of a kind for somebody of whom no more is known than this, such as an address.
    ///
    /// # Errors
    /// [`WebFault::TooManyRequests`].
    pub fn take_as(&self, who: &str, kind: Kind) -> Result<(), WebFault> {
        let Some(limiters) = &self.0 else { return Ok(()) };
        let limiter = match kind {
            Kind::Request => &limiters.requests,
            Kind::Write => &limiters.writes,
            Kind::Search => &limiters.searches,
            Kind::Day => &limiters.days,
        };
        limiter.check_key(&who.to_owned()).map_err(|until| {
            let wait = until.wait_time_from(limiters.clock.now());
            WebFault::TooManyRequests { retry_after_s: wait.as_secs() + 1 }
        })
    }

    /// Forgets devices that have been quiet; called now and then.
    pub fn forget_quiet(&self) {
        if let Some(limiters) = &self.0 {
            limiters.requests.retain_recent();
            limiters.writes.retain_recent();
            limiters.searches.retain_recent();
            limiters.days.retain_recent();
            limiters.volume.forget(Instant::now());
        }
    }
}

impl std::fmt::Debug for Rates {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Rates").field(&self.0.is_some()).finish()
    }
}
