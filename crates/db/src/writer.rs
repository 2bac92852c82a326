//! The one writer of an embedded database.
//!
//! SQLite lets one transaction write at a time, and its flush to the disk costs more than the rest of a small write. So
//! writers that wait for each other share one transaction: each works in a savepoint of its own, the last one commits for
//! all, and nobody is answered before that. A writer that meets nobody commits alone.

use std::{
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use diesel::{Connection, connection::TransactionManager, r2d2::ManageConnection};

use crate::{AnyConn, Error, connection::Connector, control};

type Manager = <AnyConn as Connection>::TransactionManager;

/// So many writers are committed together at most.
const MOST: usize = 64;
/// A transaction that is older than this takes nobody in, so that its first writer does not wait long.
const OLDEST: Duration = Duration::from_millis(5);

/// Whether a write may share its transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Company {
    /// It is short: others are committed with it.
    Shared,
    /// It takes long: nobody should wait for its end.
    Alone,
}

/// The writer and those who wait for it.
pub(crate) struct Writer {
    connector: Connector,
    wait: Duration,
    desk: Mutex<Desk>,
    changed: Condvar,
}

struct Desk {
    seat: Seat,
    open: Option<Open>,
    waiting: Waiting,
}

enum Seat {
    Free(Box<AnyConn>),
    Taken,
    /// The connection was lost in the middle of a transaction: the next writer makes a new one.
    Lost,
}

#[derive(Default)]
struct Waiting {
    shared: usize,
    alone: usize,
}

impl Waiting {
    fn of(&mut self, company: Company) -> &mut usize {
        match company {
            Company::Shared => &mut self.shared,
            Company::Alone => &mut self.alone,
        }
    }

    fn anybody(&self) -> bool {
        self.shared > 0 || self.alone > 0
    }
}

/// A transaction that was begun and takes further writers in.
struct Open {
    group: Arc<Group>,
    members: usize,
    since: Instant,
}

/// Those who are committed together.
#[derive(Default)]
struct Group {
    end: Mutex<Option<End>>,
    ended: Condvar,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Committed,
    Full,
    Failed,
}

impl Open {
    fn begun() -> Self {
        Self { group: Arc::default(), members: 1, since: Instant::now() }
    }

    fn takes_in(&self) -> bool {
        self.members < MOST && self.since.elapsed() < OLDEST
    }
}

impl Group {
    /// Tells the end; the first that is told stands.
    fn settle(&self, end: End) {
        self.end.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(end);
        self.ended.notify_all();
    }

    fn wait(&self) -> Result<(), Error> {
        let end = self.end.lock().unwrap_or_else(PoisonError::into_inner);
        let end = self.ended.wait_while(end, |end| end.is_none()).unwrap_or_else(PoisonError::into_inner);
        match *end {
            Some(End::Committed) => Ok(()),
            Some(End::Full) => Err(Error::Full),
            Some(End::Failed) | None => Err(Error::Busy),
        }
    }
}

impl Writer {
    /// Opens the connection.
    pub fn open(connector: Connector, wait: Duration) -> Result<Self, Error> {
        let seat = Seat::Free(Box::new(connector.connect()?));
        let desk = Mutex::new(Desk { seat, open: None, waiting: Waiting::default() });
        Ok(Self { connector, wait, desk, changed: Condvar::new() })
    }

    /// Runs `work` when it is its turn and returns when what it wrote is on the disk. Its failure undoes what it wrote.
    pub fn run<T, E: From<Error>>(
        &self,
        company: Company,
        work: impl FnOnce(&mut AnyConn) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut turn = self.take(company)?;
        let joined = turn.group.is_some();
        let conn = turn.conn()?;
        let ran = if joined { in_savepoint(conn, work) } else { in_transaction(conn, work) };
        match ran {
            Ran::Done(value) => turn.end().map(|()| value).map_err(E::from),
            Ran::Undone(error) => {
                if joined {
                    // How it ends for the others is told to them; for this one nothing is left to be stored.
                    drop(turn.end());
                } else {
                    turn.leave();
                }
                Err(error)
            }
            Ran::Lost(error) => Err(error),
        }
    }

    /// Lends the connection, outside of any transaction.
    pub fn lend<T>(&self, work: impl FnOnce(&mut AnyConn) -> T) -> Result<T, Error> {
        let mut turn = self.take(Company::Alone)?;
        let value = work(turn.conn()?);
        turn.leave();
        Ok(value)
    }

    fn lock(&self) -> MutexGuard<'_, Desk> {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self, company: Company) -> Result<Turn<'_>, Error> {
        let mut desk = self.lock();
        if !desk.may_be_taken(company) {
            *desk.waiting.of(company) += 1;
            desk = self
                .changed
                .wait_timeout_while(desk, self.wait, |desk| !desk.may_be_taken(company))
                .map_or_else(|poisoned| poisoned.into_inner().0, |(desk, _)| desk);
            *desk.waiting.of(company) -= 1;
            // An open transaction is left only to one who waits, and who waits takes it even when the time is up: so none is
            // left to nobody.
            if !desk.may_be_taken(company) {
                return Err(Error::Busy);
            }
        }
        let seat = std::mem::replace(&mut desk.seat, Seat::Taken);
        let group = desk.open.as_mut().map(|open| {
            open.members += 1;
            Arc::clone(&open.group)
        });
        drop(desk);
        let mut turn = Turn { writer: self, conn: None, group, over: false };
        turn.conn = Some(match seat {
            Seat::Free(conn) => conn,
            Seat::Taken | Seat::Lost => Box::new(self.connector.connect()?),
        });
        Ok(turn)
    }
}

impl Desk {
    fn may_be_taken(&self, company: Company) -> bool {
        !matches!(self.seat, Seat::Taken) && (company == Company::Shared || self.open.is_none())
    }
}

/// How a writer's work ended.
enum Ran<T, E> {
    Done(T),
    /// It failed, and what it wrote is undone.
    Undone(E),
    /// It failed, and in what state it left the connection is not known.
    Lost(E),
}

fn in_transaction<T, E: From<Error>>(
    conn: &mut AnyConn,
    work: impl FnOnce(&mut AnyConn) -> Result<T, E>,
) -> Ran<T, E> {
    if let Err(error) = control::begin(conn) {
        return Ran::Lost(error.into());
    }
    match work(conn) {
        Ok(value) => Ran::Done(value),
        Err(error) if control::roll_back(conn).is_ok() => Ran::Undone(error),
        Err(error) => Ran::Lost(error),
    }
}

fn in_savepoint<T, E: From<Error>>(
    conn: &mut AnyConn,
    work: impl FnOnce(&mut AnyConn) -> Result<T, E>,
) -> Ran<T, E> {
    if let Err(error) = Manager::begin_transaction(conn) {
        return Ran::Lost(Error::from(error).into());
    }
    match work(conn) {
        Ok(value) => match Manager::commit_transaction(conn) {
            Ok(()) => Ran::Done(value),
            Err(error) => Ran::Lost(Error::from(error).into()),
        },
        // Where the savepoint is gone, SQLite has undone the whole transaction, as when the disk is full.
        Err(error) if Manager::rollback_transaction(conn).is_ok() => Ran::Undone(error),
        Err(error) => Ran::Lost(error),
    }
}

/// One writer's turn. Dropped before it is over, it takes the connection along: what the transaction wrote is undone.
struct Turn<'w> {
    writer: &'w Writer,
    conn: Option<Box<AnyConn>>,
    /// Those with whom it is committed, as far as there are others.
    group: Option<Arc<Group>>,
    over: bool,
}

impl Turn<'_> {
    fn conn(&mut self) -> Result<&mut AnyConn, Error> {
        self.conn.as_deref_mut().ok_or(Error::Busy)
    }

    /// Leaves the transaction to the next who waits, or commits it for all; returns when it is on the disk.
    fn end(mut self) -> Result<(), Error> {
        if let Some(group) = self.hand_over() {
            return group.wait();
        }
        let committed = control::commit(self.conn()?);
        if let Some(group) = &self.group {
            match &committed {
                Ok(()) => group.settle(End::Committed),
                Err(Error::Full) => group.settle(End::Full),
                Err(_) => group.settle(End::Failed),
            }
        }
        if committed.is_ok() {
            self.leave();
        }
        committed
    }

    /// Leaves the transaction open to another, if one waits for it.
    fn hand_over(&mut self) -> Option<Arc<Group>> {
        let mut desk = self.writer.lock();
        if desk.waiting.shared == 0 {
            return None;
        }
        let open = desk.open.get_or_insert_with(Open::begun);
        let group = Arc::clone(&open.group);
        if !open.takes_in() {
            return None;
        }
        desk.seat = Seat::Free(self.conn.take()?);
        self.over = true;
        drop(desk);
        self.writer.changed.notify_all();
        Some(group)
    }

    /// Gives the connection back; no transaction is open on it.
    fn leave(mut self) {
        if let Some(conn) = self.conn.take() {
            self.put(Seat::Free(conn));
        }
    }

    fn put(&mut self, seat: Seat) {
        let mut desk = self.writer.lock();
        desk.seat = seat;
        desk.open = None;
        let waits = desk.waiting.anybody();
        drop(desk);
        self.over = true;
        // To wake nobody is a call of the kernel, too.
        if waits {
            self.writer.changed.notify_all();
        }
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        if self.over {
            return;
        }
        // Closed first: a new connection could not write beside its transaction.
        drop(self.conn.take());
        self.put(Seat::Lost);
        if let Some(group) = &self.group {
            group.settle(End::Failed);
        }
    }
}

#[cfg(test)]
mod tests;
