//! The job queue: what happens later is written down in the transaction of what caused it.
//!
//! Jobs are claimed by state, never by a cursor. A job runs at least once: its body must bear being run again.

use std::time::Duration;

use diesel::{dsl::min, prelude::*};
use renraku_base::{Timestamp, kind};

use crate::{AnyConn, Error, ReadTx, Tx, among, schema::jobs};

/// After this many failures a job is set aside, for `doctor` and the metrics to show.
pub const MAX_ATTEMPTS: i32 = 20;

/// A job as its runner gets it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// Identifies the job.
    pub id: String,
    /// Which body runs it, like `mail.send`.
    pub kind: String,
    /// What the body needs, as JSON.
    pub payload: String,
    /// How often it was claimed before.
    pub attempts: i32,
}

#[derive(Insertable)]
#[diesel(table_name = jobs)]
struct NewRow<'a> {
    id: &'a str,
    kind: &'a str,
    payload: &'a str,
    unique_key: Option<&'a str>,
    due_at: i64,
}

/// Puts a job into the queue, due at `due`. With a `unique` key, a job that is or was in the queue under the same
/// key stands for both: `false` says that nothing was added.
///
/// # Errors
/// [`Error`] when the statement fails or the payload cannot be written as JSON.
pub fn enqueue<P: serde::Serialize>(
    tx: &mut Tx<'_>,
    kind: &str,
    payload: &P,
    due: Timestamp,
    unique: Option<&str>,
) -> Result<bool, Error> {
    let payload = serde_json::to_string(payload).map_err(Error::damaged)?;
    let id = tx.new_id::<kind::Notification>();
    let row = NewRow { id: id.as_str(), kind, payload: &payload, unique_key: unique, due_at: due.micros() };
    let added = tx.run(diesel::insert_into(jobs::table).values(row).on_conflict_do_nothing())? == 1;
    tx.jobs_enqueued |= added;
    Ok(added)
}

/// Takes a waiting job out of the queue by its unique key, as when its cause went away.
///
/// # Errors
/// [`Error`] when the statement fails.
pub fn withdraw(tx: &mut Tx<'_>, unique: &str) -> Result<(), Error> {
    tx.run(diesel::delete(jobs::table.filter(jobs::unique_key.eq(unique).and(jobs::done_at.is_null()))))?;
    Ok(())
}

/// The payload of the job under a unique key, until it is done.
///
/// # Errors
/// [`Error`] when the statement fails.
pub fn find_payload(tx: &mut ReadTx<'_>, unique: &str) -> Result<Option<String>, Error> {
    tx.fetch_one(
        jobs::table.filter(jobs::unique_key.eq(unique).and(jobs::done_at.is_null())).select(jobs::payload),
    )
}

/// Which jobs: those of one kind, or all but those.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kinds {
    kind: &'static str,
    only: bool,
}

impl Kinds {
    /// Jobs of every kind.
    pub const ALL: Self = Self::all_but("");

    /// The jobs of one kind.
    #[must_use]
    pub const fn only(kind: &'static str) -> Self {
        Self { kind, only: true }
    }

    /// The jobs of all other kinds.
    #[must_use]
    pub const fn all_but(kind: &'static str) -> Self {
        Self { kind, only: false }
    }
}

/// Claims up to `count` due jobs of these kinds for `lease`; if their runner dies, they are due again when it ends.
///
/// # Errors
/// [`Error`] when a statement fails.
pub fn claim(tx: &mut Tx<'_>, kinds: Kinds, count: i64, lease: Duration) -> Result<Vec<Job>, Error> {
    let now = tx.now();
    let due = jobs::table
        .filter(jobs::done_at.is_null().and(jobs::failed_at.is_null()))
        .filter(jobs::due_at.le(now.micros()))
        .filter(jobs::kind.eq(kinds.kind).eq(kinds.only))
        .filter(jobs::claimed_until.is_null().or(jobs::claimed_until.le(now.micros())))
        .order(jobs::due_at)
        .limit(count)
        .select((jobs::id, jobs::kind, jobs::payload, jobs::attempts));
    let rows: Vec<(String, String, String, i32)> = match tx.conn() {
        AnyConn::Sqlite(c) => due.load(c)?,
        AnyConn::Postgres(c) => due.for_update().skip_locked().load(c)?,
    };
    let ids: Vec<&str> = rows.iter().map(|row| row.0.as_str()).collect();
    if !ids.is_empty() {
        diesel::update(jobs::table.filter(among(jobs::id, ids)))
            .set((jobs::claimed_until.eq((now + lease).micros()), jobs::attempts.eq(jobs::attempts + 1)))
            .execute(tx.conn())?;
    }
    Ok(rows.into_iter().map(|(id, kind, payload, attempts)| Job { id, kind, payload, attempts }).collect())
}

/// The job is done.
///
/// # Errors
/// [`Error`] when the statement fails.
pub fn finish(tx: &mut Tx<'_>, id: &str) -> Result<(), Error> {
    let now = tx.now().micros();
    tx.run_prepared(diesel::update(jobs::table.find(id)).set(jobs::done_at.eq(now)))
}

/// The job failed: it is due again after a wait that doubles each time up to an hour, and after
/// [`MAX_ATTEMPTS`] it is set aside.
///
/// # Errors
/// [`Error`] when a statement fails.
pub fn fail(tx: &mut Tx<'_>, job: &Job, fault: &str) -> Result<(), Error> {
    let attempts = job.attempts + 1;
    let now = tx.now();
    let wait =
        Duration::from_secs(1_u64.checked_shl(attempts.unsigned_abs().min(12)).unwrap_or(3_600).min(3_600));
    let failed_at = (attempts >= MAX_ATTEMPTS).then(|| now.micros());
    diesel::update(jobs::table.find(&job.id))
        .set((
            jobs::due_at.eq((now + wait).micros()),
            jobs::claimed_until.eq(None::<i64>),
            jobs::failed_at.eq(failed_at),
            jobs::last_fault.eq(fault),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// When the next job is due, `None` when none waits. A claimed job is due again when its lease ends.
///
/// # Errors
/// [`Error`] when a statement fails.
pub fn next_due(tx: &mut ReadTx<'_>, kinds: Kinds) -> Result<Option<Timestamp>, Error> {
    let waiting = jobs::table
        .filter(jobs::done_at.is_null().and(jobs::failed_at.is_null()))
        .filter(jobs::kind.eq(kinds.kind).eq(kinds.only));
    let free: Option<i64> =
        waiting.filter(jobs::claimed_until.is_null()).select(min(jobs::due_at)).first(tx.conn())?;
    let claimed: Option<i64> = waiting.select(min(jobs::claimed_until)).first(tx.conn())?;
    Ok(free.into_iter().chain(claimed).min().map(Timestamp::from_micros))
}

/// How many jobs wait, and how many were set aside.
///
/// # Errors
/// [`Error`] when a statement fails.
pub fn count(tx: &mut ReadTx<'_>) -> Result<(i64, i64), Error> {
    let waiting = jobs::table
        .filter(jobs::done_at.is_null().and(jobs::failed_at.is_null()))
        .count()
        .get_result(tx.conn())?;
    let failed = jobs::table.filter(jobs::failed_at.is_not_null()).count().get_result(tx.conn())?;
    Ok((waiting, failed))
}

/// Forgets jobs that were done before `before` (microseconds). Returns how many.
///
/// # Errors
/// [`Error`] when the statement fails.
pub fn prune(tx: &mut Tx<'_>, before: i64) -> Result<usize, Error> {
    Ok(diesel::delete(jobs::table.filter(jobs::done_at.lt(before))).execute(tx.conn())?)
}
