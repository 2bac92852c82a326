//! Runs jobs when they are due.
//!
//! One thread looks for due jobs and gives each a thread of its own, a few at a time, so that a slow mail server holds up
//! nobody else. It sleeps until the next job is due, a job is put into the queue or one ends; and it looks up now and
//! then, for jobs that another process put there.

use std::{
    fmt,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use renraku_db::{
    Db, Error,
    jobs::{self, Job, Kinds},
};

/// Longer than any body takes: a job whose process died is run again after it.
const LEASE: Duration = Duration::from_secs(300);
/// How long a job of another process may go unseen.
const LOOK_UP: Duration = Duration::from_secs(5);

/// Why a job did not do its work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JobFault {
    /// Worth another attempt, later.
    Again(String),
    /// No attempt will do better: it is set aside for `doctor` to show.
    Never(String),
}

impl From<Error> for JobFault {
    fn from(error: Error) -> Self {
        Self::Again(error.to_string())
    }
}

/// How a job that did its work ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ran {
    /// Its end is still to be written down.
    ToFinish,
    /// Its end was written down in the transaction of its work.
    Finished,
}

/// What runs a job of any kind.
pub type Body = Arc<dyn Fn(&Job) -> Result<Ran, JobFault> + Send + Sync>;

/// What a runner is there for.
#[derive(Debug, Clone, Copy)]
pub struct Share {
    /// Which jobs it runs.
    pub kinds: Kinds,
    /// How many of them at once.
    pub at_once: usize,
}

/// The runner of jobs. Cheap to clone.
#[derive(Clone)]
pub struct Worker(Arc<Inner>);

struct Inner {
    db: Db,
    body: Body,
    share: Share,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    running: usize,
    /// The queue is being looked at: what is claimed does not run yet.
    claiming: bool,
    /// How often the queue was looked at.
    claims: u64,
    /// Something happened since the queue was looked at.
    woken: bool,
    stopping: bool,
}

impl Worker {
    /// A runner that does not run yet.
    pub fn new(db: &Db, body: Body, share: Share) -> Self {
        let inner = Inner { db: db.clone(), body, share, state: Mutex::default(), changed: Condvar::new() };
        Self(Arc::new(inner))
    }

    /// Begins to run jobs, on a thread that ends after [`Worker::stop`] when the last running job has ended.
    ///
    /// # Errors
    /// When the system has no thread to give.
    pub fn start(&self) -> std::io::Result<JoinHandle<()>> {
        // The database holds its subscribers for good: a weak reference lets both go.
        let inner = Arc::downgrade(&self.0);
        self.0.db.subscribe(move |committed| {
            if committed.jobs_enqueued
                && let Some(inner) = inner.upgrade()
            {
                inner.wake();
            }
        });
        let worker = self.clone();
        thread::Builder::new().name("jobs".to_owned()).spawn(move || worker.look_after_queue())
    }

    /// Starts no more jobs. Those that run go on to their end.
    pub fn stop(&self) {
        self.0.lock().stopping = true;
        self.0.changed.notify_all();
    }

    /// Runs every job that is due now, on this thread, and waits for those that already run: for tests, which hold the
    /// clock.
    ///
    /// # Errors
    /// When the database fails.
    pub fn run_due(&self) -> Result<(), Error> {
        loop {
            let claims = self.0.lock().claims;
            let claimed = self.0.claim(self.0.share.at_once)?;
            if claimed.is_empty() {
                let state = self.0.lock();
                if state.running > 0 || state.claiming {
                    drop(self.0.changed.wait(state).unwrap_or_else(PoisonError::into_inner));
                } else if state.claims == claims {
                    return Ok(());
                }
            }
            for job in &claimed {
                self.0.execute(job);
            }
        }
    }

    fn look_after_queue(&self) {
        loop {
            let free = {
                let mut state = self.0.lock();
                if state.stopping && state.running == 0 {
                    return;
                }
                state.woken = false;
                let free = if state.stopping { 0 } else { self.0.share.at_once - state.running };
                if free > 0 {
                    state.claiming = true;
                    state.claims += 1;
                }
                free
            };
            let wait = if free == 0 { LOOK_UP } else { self.give_out(free) };
            let mut state = self.0.lock();
            state.claiming = false;
            self.0.changed.notify_all();
            let idle = |state: &mut State| !(state.woken || state.stopping && state.running == 0);
            drop(
                self.0.changed.wait_timeout_while(state, wait, idle).unwrap_or_else(PoisonError::into_inner),
            );
        }
    }

    /// Gives out up to `free` due jobs and says how long nothing else will be due.
    fn give_out(&self, free: usize) -> Duration {
        let due = self.0.db.read(|tx| jobs::next_due(tx, self.0.share.kinds));
        let now = self.0.db.now();
        let claimed = match due {
            Ok(Some(due)) if due <= now => self.0.claim(free),
            Ok(Some(due)) => {
                return Duration::from_micros(due.micros().abs_diff(now.micros())).min(LOOK_UP);
            }
            Ok(None) => return LOOK_UP,
            Err(error) => Err(error),
        };
        match claimed {
            Ok(jobs) => {
                let full = jobs.len() == free;
                jobs.into_iter().for_each(|job| self.spawn(job));
                // When all threads are busy, the end of one wakes us.
                if full { LOOK_UP } else { Duration::ZERO }
            }
            Err(error) => {
                tracing::warn!(error = %error, "the job queue cannot be read for now");
                Duration::from_secs(1)
            }
        }
    }

    fn spawn(&self, job: Job) {
        self.0.lock().running += 1;
        let running = Running(Arc::clone(&self.0));
        let spawned = thread::Builder::new().name("job".to_owned()).spawn(move || {
            running.0.execute(&job);
            drop(running);
        });
        if let Err(error) = spawned {
            tracing::warn!(error = %error, "no thread for a job: it is due again when its lease ends");
        }
    }
}

/// Counts a running job until it ends, also when its body panics.
struct Running(Arc<Inner>);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.lock().running -= 1;
        self.0.wake();
    }
}

impl Inner {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wake(&self) {
        self.lock().woken = true;
        self.changed.notify_all();
    }

    fn claim(&self, count: usize) -> Result<Vec<Job>, Error> {
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        self.db.write(|tx| jobs::claim(tx, self.share.kinds, count, LEASE))
    }

    /// Runs a job and writes down how it ended. The job's payload stays out of the log: it may hold a mail.
    fn execute(&self, job: &Job) {
        let started = Instant::now();
        let result = (self.body)(job);
        let outcome = match &result {
            Ok(_) => "done",
            Err(JobFault::Again(_)) => "again",
            Err(JobFault::Never(_)) => "never",
        };
        let elapsed_ms = started.elapsed().as_millis();
        metrics::counter!("renraku_jobs_total", "kind" => job.kind.clone(), "outcome" => outcome)
            .increment(1);
        let written = match &result {
            Ok(ran) => {
                tracing::debug!(
                    job.id = job.id,
                    job.kind = job.kind,
                    job.elapsed_ms = elapsed_ms,
                    "job done"
                );
                match ran {
                    Ran::ToFinish => self.db.write(|tx| jobs::finish(tx, &job.id)),
                    Ran::Finished => Ok(()),
                }
            }
            Err(JobFault::Again(fault)) => {
                tracing::warn!(
                    job.id = job.id,
                    job.kind = job.kind,
                    job.attempts = job.attempts,
                    fault,
                    "job failed"
                );
                self.db.write(|tx| jobs::fail(tx, job, fault))
            }
            Err(JobFault::Never(fault)) => {
                tracing::error!(job.id = job.id, job.kind = job.kind, fault, "job set aside");
                let last = Job { attempts: jobs::MAX_ATTEMPTS, ..job.clone() };
                self.db.write(|tx| jobs::fail(tx, &last, fault))
            }
        };
        if let Err(error) = written {
            tracing::warn!(job.id = job.id, error = %error, "a job's end was not written: it will run again");
        }
    }
}

impl fmt::Debug for Worker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Worker").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
