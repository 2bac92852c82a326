use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use tokio::sync::{Semaphore, SemaphorePermit};

use crate::WebFault;

/// Requests that may wait for their turn; one more is told to come back later.
const QUEUE: usize = 256;
/// How long one may wait.
const PATIENCE: Duration = Duration::from_secs(2);

/// Lets a few requests work at once and a bounded number wait, so that overload is answered instead of piling up.
pub(crate) struct Admission {
    working: Semaphore,
    waiting: AtomicUsize,
}

impl Admission {
    /// Lets `at_once` requests work at the same time.
    pub fn new(at_once: usize) -> Self {
        Self { working: Semaphore::new(at_once), waiting: AtomicUsize::new(0) }
    }

    /// Waits for a turn; refused when too many wait already or it takes too long.
    pub async fn enter(&self) -> Result<SemaphorePermit<'_>, WebFault> {
        if let Ok(permit) = self.working.try_acquire() {
            return Ok(permit);
        }
        if self.waiting.fetch_add(1, Ordering::Relaxed) >= QUEUE {
            self.waiting.fetch_sub(1, Ordering::Relaxed);
            return Err(WebFault::Overloaded);
        }
        let turn = tokio::time::timeout(PATIENCE, self.working.acquire()).await;
        self.waiting.fetch_sub(1, Ordering::Relaxed);
        match turn {
            Ok(Ok(permit)) => Ok(permit),
            Ok(Err(_)) | Err(_) => Err(WebFault::Overloaded),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[actix_web::test]
    async fn one_too_many_is_told_at_once() {
        let admission = Arc::new(Admission::new(1));
        let working = admission.enter().await.unwrap();
        let waiting: Vec<_> = (0..QUEUE)
            .map(|_| {
                let admission = Arc::clone(&admission);
                actix_web::rt::spawn(async move { admission.enter().await.map(drop) })
            })
            .collect();
        while admission.waiting.load(Ordering::Relaxed) < QUEUE {
            tokio::task::yield_now().await;
        }
        assert!(matches!(admission.enter().await, Err(WebFault::Overloaded)));
        drop(working);
        for turn in waiting {
            turn.await.unwrap().unwrap();
        }
    }
}
