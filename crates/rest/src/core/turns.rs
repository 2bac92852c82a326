use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError, Weak},
};

use renraku_base::PersonId;
use tokio::sync::{Mutex as Turn, OwnedMutexGuard};

type Key = (PersonId, String);

/// Has requests with the same key wait for each other where their work is more than one transaction. They wait within this
/// process; a repeat that comes by another one does the work again, which does no harm.
#[derive(Debug, Default)]
pub(crate) struct Turns(Mutex<HashMap<Key, Weak<Turn<()>>>>);

impl Turns {
    /// Returns when nobody else has the key, which is the caller's until the guard is dropped.
    pub async fn take(&self, person: &PersonId, key: &str) -> OwnedMutexGuard<()> {
        let turn = {
            let mut turns = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            turns.retain(|_, turn| turn.strong_count() > 0);
            let key = (person.clone(), key.to_owned());
            let turn = turns.get(&key).and_then(Weak::upgrade).unwrap_or_default();
            turns.insert(key, Arc::downgrade(&turn));
            turn
        };
        turn.lock_owned().await
    }
}
