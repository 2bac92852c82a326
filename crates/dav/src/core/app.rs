use std::{fmt, sync::Arc};

use renraku_people::directory::Directory;
use renraku_web::Gate;

use crate::caldav::TokenKey;

/// The face's state; cheap to clone.
#[derive(Clone)]
pub struct Dav(Arc<State>);

struct State {
    gate: Gate,
    directory: Directory,
    token_key: TokenKey,
}

impl Dav {
    /// Takes what all faces share.
    #[must_use]
    pub fn new(gate: Gate, directory: Directory) -> Self {
        let token_key = TokenKey::new(gate.secret().derive("dav-sync-token"));
        Self(Arc::new(State { gate, directory, token_key }))
    }

    pub(crate) fn gate(&self) -> &Gate {
        &self.0.gate
    }

    pub(crate) fn directory(&self) -> &Directory {
        &self.0.directory
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
