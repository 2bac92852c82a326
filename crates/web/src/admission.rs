use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use tokio::{
    sync::{AcquireError, Semaphore, SemaphorePermit},
    time::timeout,
};

use crate::WebFault;

/// Requests that may wait for their turn; one more is told to come back later.
const QUEUE: usize = 256;
/// How many of them may wait for long work: the other places are kept for short work.
const LONG_QUEUE: usize = QUEUE / 2;
/// How long one may wait.
const PATIENCE: Duration = Duration::from_secs(2);

/// What kind of work a request waits for. Under load, long work waits and is refused before short work does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Work {
    /// What takes a millisecond or two: a sync, a look-up, a write.
    Short,
    /// A search.
    Search,
    /// A report of a calendar client.
    Report,
    /// Reading a mail from its source.
    Mail,
    /// Writing a calendar or an address book out.
    Export,
    /// Reading a calendar or an address book in.
    Import,
}

impl Work {
    const LONG: [Self; 5] = [Self::Search, Self::Report, Self::Mail, Self::Export, Self::Import];

    /// How many of a kind work at once; `None` for as many as there are turns.
    const fn at_once(self) -> Option<usize> {
        match self {
            Self::Short => None,
            Self::Search | Self::Report | Self::Mail => Some(4),
            Self::Export | Self::Import => Some(1),
        }
    }
}

/// Lets a few requests work at once and a bounded number wait, so that overload is answered instead of piling up.
pub(crate) struct Admission {
    working: Semaphore,
    /// Long work of every kind together: half of the turns, so that short work always finds one soon.
    long: Semaphore,
    /// One for each of [`Work::LONG`].
    kinds: [Semaphore; Work::LONG.len()],
    waiting: AtomicUsize,
}

/// A turn; dropped when the work is done.
pub(crate) struct Turn<'a> {
    _working: SemaphorePermit<'a>,
    _long: Option<[SemaphorePermit<'a>; 2]>,
}

impl Admission {
    /// Lets `at_once` requests work at the same time.
    pub fn new(at_once: usize) -> Self {
        let all = at_once.max(1);
        Self {
            working: Semaphore::new(all),
            long: Semaphore::new((all / 2).max(1)),
            kinds: Work::LONG.map(|work| Semaphore::new(work.at_once().unwrap_or(all))),
            waiting: AtomicUsize::new(0),
        }
    }

    /// Waits for a turn; refused when too many wait already or it takes too long.
    pub async fn enter(&self, work: Work) -> Result<Turn<'_>, WebFault> {
        if let Some(turn) = self.try_enter(work) {
            return Ok(turn);
        }
        let places = if work == Work::Short { QUEUE } else { LONG_QUEUE };
        let _place = Place::take(&self.waiting, places)?;
        match timeout(PATIENCE, self.wait(work)).await {
            Ok(Ok(turn)) => Ok(turn),
            Ok(Err(_)) | Err(_) => Err(WebFault::Overloaded),
        }
    }

    fn kind(&self, work: Work) -> Option<&Semaphore> {
        let at = Work::LONG.iter().position(|long| *long == work)?;
        self.kinds.get(at)
    }

    fn try_enter(&self, work: Work) -> Option<Turn<'_>> {
        let long = match self.kind(work) {
            Some(kind) => Some([kind.try_acquire().ok()?, self.long.try_acquire().ok()?]),
            None => None,
        };
        Some(Turn { _working: self.working.try_acquire().ok()?, _long: long })
    }

    /// Waits with the scarcest turn last, so that who waits for it keeps nobody from it.
    async fn wait(&self, work: Work) -> Result<Turn<'_>, AcquireError> {
        let long = match self.kind(work) {
            Some(kind) => Some([kind.acquire().await?, self.long.acquire().await?]),
            None => None,
        };
        Ok(Turn { _working: self.working.acquire().await?, _long: long })
    }
}

/// A place in the queue; free again when it is dropped, also by a client that went away.
struct Place<'a>(&'a AtomicUsize);

impl<'a> Place<'a> {
    fn take(waiting: &'a AtomicUsize, places: usize) -> Result<Self, WebFault> {
        let place = Self(waiting);
        if waiting.fetch_add(1, Ordering::Relaxed) < places { Ok(place) } else { Err(WebFault::Overloaded) }
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use actix_web::rt::task::JoinHandle;

    use super::*;

    /// How long a test may take; one that hangs has failed.
    const LONGEST: Duration = Duration::from_secs(20);

    async fn in_time(test: impl Future<Output = ()>) {
        timeout(LONGEST, test).await.unwrap();
    }

    /// So many requests that wait for their turns.
    async fn wait(
        admission: &Arc<Admission>,
        work: Work,
        count: usize,
    ) -> Vec<JoinHandle<Result<(), WebFault>>> {
        let before = admission.waiting.load(Ordering::Relaxed);
        let waiting = (0..count)
            .map(|_| {
                let admission = Arc::clone(admission);
                actix_web::rt::spawn(async move { admission.enter(work).await.map(drop) })
            })
            .collect();
        while admission.waiting.load(Ordering::Relaxed) < before + count {
            tokio::task::yield_now().await;
        }
        waiting
    }

    #[actix_web::test]
    async fn one_too_many_is_told_at_once() {
        in_time(async {
            let admission = Arc::new(Admission::new(1));
            let working = admission.enter(Work::Short).await.unwrap();
            let waiting = wait(&admission, Work::Short, QUEUE).await;
            assert!(matches!(admission.enter(Work::Short).await, Err(WebFault::Overloaded)));
            drop(working);
            for turn in waiting {
                turn.await.unwrap().unwrap();
            }
            assert_eq!(admission.waiting.load(Ordering::Relaxed), 0);
        })
        .await;
    }

    #[actix_web::test]
    async fn long_work_leaves_turns_and_places_to_short_work() {
        in_time(async {
            let admission = Arc::new(Admission::new(6));
            let mut working = Vec::new();
            for work in [Work::Search, Work::Report, Work::Mail] {
                working.push(admission.enter(work).await.unwrap());
            }
            // Half of the turns are taken by long work; what there is more of it waits.
            let waiting = wait(&admission, Work::Search, LONG_QUEUE).await;
            assert!(matches!(admission.enter(Work::Export).await, Err(WebFault::Overloaded)));
            for _ in 0..3 {
                working.push(admission.enter(Work::Short).await.unwrap());
            }
            // Every turn is taken; short work still has a place to wait in.
            let short = wait(&admission, Work::Short, 1).await;
            drop(working);
            for turn in short.into_iter().chain(waiting) {
                turn.await.unwrap().unwrap();
            }
        })
        .await;
    }

    #[actix_web::test]
    async fn one_export_at_a_time() {
        in_time(async {
            let admission = Arc::new(Admission::new(6));
            let working = admission.enter(Work::Export).await.unwrap();
            let waiting = wait(&admission, Work::Export, 1).await;
            let _search = admission.enter(Work::Search).await.unwrap();
            drop(working);
            for turn in waiting {
                turn.await.unwrap().unwrap();
            }
        })
        .await;
    }
}
