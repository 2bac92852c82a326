use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

use super::LdapFault;

/// So many failures in a row, and the server is left alone.
const FAILURES: u32 = 5;
const REST: Duration = Duration::from_secs(10);

/// Spares a server that does not answer, and those who wait for it.
#[derive(Debug, Default)]
pub(super) struct Breaker(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    failures: u32,
    resting_until: Option<Instant>,
}

impl Breaker {
    /// Refuses while the server is left alone.
    pub fn pass(&self, now: Instant) -> Result<(), LdapFault> {
        let state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match state.resting_until {
            Some(until) if now < until => Err(LdapFault::Resting),
            _ => Ok(()),
        }
    }

    /// Learns how an attempt ended.
    pub fn learn<T>(&self, ended: &Result<T, LdapFault>, now: Instant) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if ended.as_ref().err().is_some_and(LdapFault::is_silence) {
            state.failures += 1;
            if state.failures >= FAILURES {
                state.resting_until = Some(now + REST);
            }
        } else {
            *state = State::default();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_five_failures_the_server_is_left_alone_for_ten_seconds() {
        let (breaker, now) = (Breaker::default(), Instant::now());
        let silent = || Err::<(), _>(LdapFault::Slow);
        for _ in 0..4 {
            breaker.learn(&silent(), now);
        }
        breaker.learn(&Ok(()), now);
        for _ in 0..4 {
            breaker.learn(&silent(), now);
            assert!(breaker.pass(now).is_ok());
        }
        breaker.learn(&silent(), now);
        assert!(breaker.pass(now + Duration::from_millis(9_999)).is_err());
        assert!(breaker.pass(now + REST).is_ok());
        // The next failure is enough, and one answer ends it.
        breaker.learn(&silent(), now + REST);
        assert!(breaker.pass(now + REST).is_err());
        breaker.learn(&Ok(()), now + REST);
        assert!(breaker.pass(now + REST).is_ok());
    }
}
