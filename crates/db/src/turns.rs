//! Who may write on a server: not so many that nobody can read. Those who write wait for each other in the database, each with a
//! connection in its hands.

use std::{
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use crate::Error;

/// So many write at once.
#[derive(Debug)]
pub(crate) struct Turns {
    free: Mutex<u32>,
    given_back: Condvar,
    wait: Duration,
}

/// The turn of one who writes, until it is dropped.
#[derive(Debug)]
pub(crate) struct Turn<'t>(&'t Turns);

impl Turns {
    /// For a pool of so many connections, of which one is left to those who read.
    pub fn of_pool(connections: u32, wait: Duration) -> Self {
        let writers = connections.saturating_sub(1).max(1);
        Self { free: Mutex::new(writers), given_back: Condvar::new(), wait }
    }

    /// Takes a turn, when it has come.
    ///
    /// # Errors
    /// [`Error::Busy`] when it does not come in time.
    pub fn take(&self) -> Result<Turn<'_>, Error> {
        let waited = self.given_back.wait_timeout_while(self.lock(), self.wait, |free| *free == 0);
        let (mut free, _) = waited.unwrap_or_else(PoisonError::into_inner);
        *free = free.checked_sub(1).ok_or(Error::Busy)?;
        Ok(Turn(self))
    }

    fn lock(&self) -> MutexGuard<'_, u32> {
        self.free.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        *self.0.lock() += 1;
        self.0.given_back.notify_one();
    }
}
