use std::{fmt, sync::Arc, time::Duration};

use renraku_people::directory::Directory;
use renraku_web::{Gate, Patience};

use crate::caldav::TokenKey;

/// The face's state; cheap to clone.
#[derive(Clone)]
pub struct Dav(Arc<State>);

struct State {
    gate: Gate,
    directory: Directory,
    token_key: TokenKey,
    body_time: Duration,
}

impl Dav {
    /// Takes what all faces share, and how long a body may take to arrive.
    #[must_use]
    pub fn new(gate: Gate, directory: Directory, body_time: Duration) -> Self {
        let token_key = TokenKey::new(gate.secret().derive("dav-sync-token"));
        Self(Arc::new(State { gate, directory, token_key, body_time }))
    }

    pub(crate) fn gate(&self) -> &Gate {
        &self.0.gate
    }

    pub(crate) fn directory(&self) -> &Directory {
        &self.0.directory
    }

    pub(crate) fn patience(&self) -> Patience {
        Patience { time: self.0.body_time, longer: false }
    }

    pub(crate) fn token_key(&self) -> &TokenKey {
        &self.0.token_key
    }
}

impl fmt::Debug for Dav {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Dav").finish_non_exhaustive()
    }
}
