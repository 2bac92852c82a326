use std::{
    collections::HashMap,
    mem,
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, RwLock},
};

use chrono::NaiveDate;
use renraku_base::{PersonId, RosterId};
use renraku_db::{
    CollectionId, CollectionKind, Error, ObjectType, ReadTx, Tx,
    changes::{self, Head},
};

use super::{
    as_of::{Days, Key, Then},
    index::{Index, Record},
    roster::{RosterState, office_day},
    store,
};

/// More changes than this are not taken over one by one.
const MOST_CHANGES: usize = 100;

/// So many people are loaded by one statement: what is read is folded and dropped before the next are read.
const PEOPLE_A_PAGE: i64 = 2_000;

/// A person as they are listed now; `None` when they are not.
type Present = (PersonId, Option<Record>);

/// The directory in memory, kept true by its change log: each reader first looks where the log stands and catches up when
/// it moved, so that what any process committed is seen by every read that begins later.
///
/// One of them belongs to one database; loaded when it is first needed. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Directory(Arc<Live>);

#[derive(Debug, Default)]
struct Live {
    collection: OnceLock<CollectionId>,
    state: RwLock<State>,
    days: Days,
    /// What is about to be true.
    coming: Mutex<Option<Coming>>,
    /// Held by the one who catches up, so that others wait for the result instead of loading it too.
    catching_up: Mutex<()>,
    /// Held by the one who works out the numbers of caller id.
    telling: Mutex<()>,
}

#[derive(Debug)]
struct State {
    /// Where the log stood; before every change when nothing is loaded.
    modseq: i64,
    index: Index,
}

impl Default for State {
    fn default() -> Self {
        Self { modseq: -1, index: Index::default() }
    }
}

impl Directory {
    /// A directory that is loaded when it is first needed.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Loads the directory ahead of the first search.
    ///
    /// # Errors
    /// [`Error`] when a statement fails.
    pub fn warm_up(&self, tx: &mut ReadTx<'_>) -> Result<(), Error> {
        self.read(tx, |_| ())
    }

    /// Looks something up in a directory that is at least as new as the transaction. One statement when it did not change.
    pub(super) fn read<T>(&self, tx: &mut ReadTx<'_>, look: impl FnOnce(&Index) -> T) -> Result<T, Error> {
        self.read_at(tx, |_, index| look(index))
    }

    /// The same, with the change of the log up to which the directory is told.
    pub(super) fn read_at<T>(
        &self,
        tx: &mut ReadTx<'_>,
        look: impl FnOnce(i64, &Index) -> T,
    ) -> Result<T, Error> {
        let head = self.0.head(tx)?;
        if self.0.modseq() < head.modseq {
            self.0.catch_up(tx, head)?;
        }
        let state = self.0.state.read().unwrap_or_else(PoisonError::into_inner);
        Ok(look(state.modseq, &state.index))
    }

    /// Looks something up in the directory of a day; without one, and where nothing is another that day, in the present one.
    pub(super) fn read_on<T>(
        &self,
        tx: &mut ReadTx<'_>,
        day: Option<NaiveDate>,
        look: impl FnOnce(&Index) -> T,
    ) -> Result<T, Error> {
        match self.then(tx, day)? {
            Some(then) => Ok(look(&then.index)),
            None => self.read(tx, look),
        }
    }

    /// The directory of a day; `None` when it is the present one.
    pub(super) fn then(
        &self,
        tx: &mut ReadTx<'_>,
        day: Option<NaiveDate>,
    ) -> Result<Option<Arc<Then>>, Error> {
        let Some(day) = day else { return Ok(None) };
        let today = office_day(tx.now());
        let rosters = if day > today { store::rosters::list_announced(tx, day)? } else { Vec::new() };
        if day >= today && rosters.is_empty() {
            return Ok(None);
        }
        let head = self.head(tx)?;
        let key = if day < today { Key::Past { head, day } } else { Key::Coming { head, rosters } };
        self.0.days.get(tx, key, self).map(Some)
    }

    /// Where the change log stands in this transaction; one statement.
    pub(super) fn head(&self, tx: &mut ReadTx<'_>) -> Result<i64, Error> {
        Ok(self.0.head(tx)?.modseq)
    }

    /// Makes ready what is to be read once the transaction has committed that applies a roster, and of which this is the last step that
    /// records anything of the directory; `before` is where its log stands, held until then. `None` where readers take the few changes
    /// over themselves.
    pub(super) fn make_ready(
        &self,
        tx: &mut Tx<'_>,
        (roster, collection, before): (&RosterId, CollectionId, i64),
    ) -> Result<Option<Ready<'_>>, Error> {
        let count = changes::count_recorded(tx, collection);
        if usize::try_from(count).is_ok_and(|count| count <= MOST_CHANGES) {
            return Ok(None);
        }
        let state = State { modseq: before + count, index: load(tx)? };
        *self.0.coming() = Some(Coming { roster: roster.clone(), state });
        Ok(Some(Ready(&self.0)))
    }

    /// Lets one of this process at a time work out what is shown of numbers that call.
    pub(super) fn alone(&self) -> MutexGuard<'_, ()> {
        self.0.telling.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The directory as a transaction leaves it that is about to commit.
#[derive(Debug)]
struct Coming {
    /// What the transaction applies: where that is applied, it has committed.
    roster: RosterId,
    state: State,
}

/// That a [`Coming`] directory is ready: whoever is the first to see the commit takes it over, be it before the transaction is told of
/// that itself. Forgotten with this.
#[derive(Debug)]
pub(super) struct Ready<'d>(&'d Live);

impl Ready<'_> {
    /// Shows it, unless somebody took it over already: the transaction has committed.
    pub fn show(self) {
        let _alone = self.0.catching_up.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(coming) = self.0.coming().take() {
            self.0.replace(coming.state);
        }
    }
}

impl Drop for Ready<'_> {
    fn drop(&mut self) {
        *self.0.coming() = None;
    }
}

impl Live {
    fn modseq(&self) -> i64 {
        self.state.read().unwrap_or_else(PoisonError::into_inner).modseq
    }

    fn head(&self, tx: &mut ReadTx<'_>) -> Result<Head, Error> {
        let collection = match self.collection.get() {
            Some(known) => *known,
            None => {
                let found = collection(tx)?;
                *self.collection.get_or_init(|| found)
            }
        };
        let heads = changes::heads(tx, &[collection])?;
        heads.first().copied().ok_or_else(|| Error::damaged("the directory has no collection"))
    }

    fn coming(&self) -> MutexGuard<'_, Option<Coming>> {
        self.coming.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Shows what is newer, by whoever catches up. The former one is dropped when nobody waits for that any more.
    fn replace(&self, state: State) {
        let _former = mem::replace(&mut *self.state.write().unwrap_or_else(PoisonError::into_inner), state);
    }

    /// Takes over what was made ready, where this transaction sees what it was made of.
    fn take_coming(&self, tx: &mut ReadTx<'_>, head: Head) -> Result<(), Error> {
        let mut coming = self.coming();
        let Some(roster) = coming.as_ref().filter(|it| it.state.modseq <= head.modseq).map(|it| &it.roster)
        else {
            return Ok(());
        };
        if store::rosters::state(tx, roster)? == Some(RosterState::Applied)
            && let Some(coming) = coming.take()
        {
            self.replace(coming.state);
        }
        Ok(())
    }

    fn catch_up(&self, tx: &mut ReadTx<'_>, head: Head) -> Result<(), Error> {
        let _alone = self.catching_up.lock().unwrap_or_else(PoisonError::into_inner);
        self.take_coming(tx, head)?;
        let known = self.modseq();
        if known >= head.modseq {
            return Ok(());
        }
        let people = if known >= head.floor.max(0) { changed_people(tx, head, known)? } else { None };
        match people {
            Some(people) => {
                let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
                for (id, record) in people {
                    state.index.apply(&id, record);
                }
                state.modseq = head.modseq;
            }
            None => {
                self.replace(State { modseq: head.modseq, index: load(tx)? });
            }
        }
        Ok(())
    }
}

/// Everything, as the transaction sees it.
fn load(tx: &mut ReadTx<'_>) -> Result<Index, Error> {
    let mut index = Index::new(store::units::list(tx)?);
    let mut after = String::new();
    loop {
        let page = store::people::list_after(tx, &after, PEOPLE_A_PAGE)?;
        let Some(last) = page.last() else { break };
        after = last.person.id.to_string();
        for listed in page {
            index.push(Record::new(listed));
        }
    }
    index.sort();
    Ok(index)
}

/// The collection in which every change of the directory is recorded.
pub(super) fn collection(tx: &mut ReadTx<'_>) -> Result<CollectionId, Error> {
    let found = changes::find_by_owner(tx, CollectionKind::Directory, None)?;
    found.first().copied().ok_or_else(|| Error::damaged("the directory has no collection"))
}

/// The present state of those who changed after `known`; `None` when it is better to load everything: after many changes,
/// and after a change of a unit, which moves whole parts of the order.
fn changed_people(tx: &mut ReadTx<'_>, head: Head, known: i64) -> Result<Option<Vec<Present>>, Error> {
    let limit = i64::try_from(MOST_CHANGES).unwrap_or(i64::MAX);
    let changes = changes::since(tx, head.collection, known, limit + 1)?;
    if changes.len() > MOST_CHANGES || changes.iter().any(|change| change.object_type != ObjectType::Person) {
        return Ok(None);
    }
    let mut ids: Vec<&str> = changes.iter().map(|change| change.object.as_str()).collect();
    ids.sort_unstable();
    ids.dedup();
    let listed = store::people::get(tx, &ids)?;
    let mut listed: HashMap<PersonId, Record> =
        listed.into_iter().map(|listed| (listed.person.id.clone(), Record::new(listed))).collect();
    let people = ids.into_iter().map(|id| {
        let id = PersonId::stored(id.to_owned());
        let present = listed.remove(&id);
        (id, present)
    });
    Ok(Some(people.collect()))
}
