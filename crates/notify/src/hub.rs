//! Wake-ups for open streams: which types of objects have news, nothing else.
//!
//! A stream follows collections. A commit sets bits in the streams that follow what it changed; the stream takes all
//! bits at once when it gets to it, so that a burst is one wake-up and a slow stream costs nothing. The bits are set
//! before the wake-up and looked at before each wait, so that none is lost.

use std::{
    collections::HashMap,
    sync::{
        Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard,
        atomic::{AtomicU32, AtomicUsize, Ordering},
    },
};

use renraku_base::DeviceId;
use renraku_db::{CollectionId, CollectionKind, Db, ObjectType, changes::Committed};
use tokio::sync::Notify;

/// A device's further stream closes its oldest: a phone that changed networks leaves dead ones behind.
pub const STREAMS_PER_DEVICE: usize = 3;

/// The stream was closed because its session ended, or gave way to a newer one of its device.
const REVOKED: u32 = 1 << 31;
/// The stream was closed because the process ends.
const STOPPING: u32 = 1 << 30;
/// A home that the stream follows changed: other collections may be there to follow.
const REFOLLOW: u32 = 1 << 29;
const TYPES: u32 = REFOLLOW - 1;

/// Fans commits out to open streams. Cheap to clone, and to have when nobody listens.
#[derive(Clone, Default)]
pub struct Hub(Arc<Inner>);

#[derive(Default)]
struct Inner {
    /// How many streams are open, so that a commit that nobody hears takes no lock.
    open: AtomicUsize,
    state: RwLock<State>,
}

#[derive(Default)]
struct State {
    next: u64,
    stopping: bool,
    followers: HashMap<CollectionId, Followers>,
    devices: HashMap<DeviceId, Vec<(u64, Arc<Slot>)>>,
}

struct Followers {
    home: bool,
    streams: HashMap<u64, Arc<Slot>>,
}

#[derive(Default)]
struct Slot {
    bits: AtomicU32,
    wake: Notify,
}

impl Slot {
    fn set(&self, bits: u32) {
        // A bit that is already set was announced when it was set and not yet taken.
        if self.bits.fetch_or(bits, Ordering::AcqRel) & bits != bits {
            self.wake.notify_one();
        }
    }
}

impl Hub {
    /// A hub that nobody listens to yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Hears of every commit of this process, and of those of others that [`Db::tell`] passes on.
    pub fn attach(&self, db: &Db) {
        let hub = self.clone();
        db.subscribe(move |committed| hub.publish(committed));
    }

    /// Wakes the streams that follow what was committed.
    pub fn publish(&self, committed: &Committed) {
        if committed.collections.is_empty() || self.0.open.load(Ordering::Acquire) == 0 {
            return;
        }
        let state = self.read();
        for (collection, types) in &committed.collections {
            let Some(followers) = state.followers.get(collection) else { continue };
            let bits = types.iter().fold(0, |bits, object_type| bits | bit(*object_type));
            let bits = if followers.home { bits | REFOLLOW } else { bits };
            for slot in followers.streams.values() {
                slot.set(bits);
            }
        }
    }

    /// Opens a stream for a device's session. It follows nothing yet. Look once more whether the session stands after
    /// opening it: one that ended just before is not told to it.
    #[must_use]
    pub fn open(&self, device: DeviceId) -> Stream {
        let slot = Arc::new(Slot::default());
        let mut state = self.write();
        if state.stopping {
            slot.set(STOPPING);
        }
        let id = state.next;
        state.next += 1;
        let streams = state.devices.entry(device.clone()).or_default();
        streams.push((id, Arc::clone(&slot)));
        let surplus = streams.len().saturating_sub(STREAMS_PER_DEVICE);
        for (_, oldest) in streams.iter().take(surplus) {
            oldest.set(REVOKED);
        }
        drop(state);
        self.0.open.fetch_add(1, Ordering::AcqRel);
        Stream { hub: self.clone(), id, device, slot, following: Vec::new(), seq: 0 }
    }

    /// Closes every stream of a device whose session ended.
    pub fn close_device(&self, device: &DeviceId) {
        for (_, slot) in self.read().devices.get(device).into_iter().flatten() {
            slot.set(REVOKED);
        }
    }

    /// Closes every stream, and those that are opened from now on, because the process ends.
    pub fn close_all(&self) {
        let mut state = self.write();
        state.stopping = true;
        for (_, slot) in state.devices.values().flatten() {
            slot.set(STOPPING);
        }
    }

    /// How many streams are open.
    #[must_use]
    pub fn streams(&self) -> usize {
        self.0.open.load(Ordering::Acquire)
    }

    fn read(&self) -> RwLockReadGuard<'_, State> {
        self.0.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, State> {
        self.0.state.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a stream hears.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wake {
    /// There is news.
    News {
        /// The types of objects that changed.
        types: Vec<ObjectType>,
        /// The collections to follow may be others now: look them up, then [`Stream::follow`] them.
        refollow: bool,
        /// The number of this wake-up in its stream, from 1.
        seq: u64,
    },
    /// The session ended, or the device opened a newer stream: end without inviting it back.
    Revoked,
    /// The process ends: invite it back later.
    Stopping,
}

/// One open stream. Dropping it closes it.
pub struct Stream {
    hub: Hub,
    id: u64,
    device: DeviceId,
    slot: Arc<Slot>,
    following: Vec<CollectionId>,
    seq: u64,
}

impl Stream {
    /// Follows these collections and no others.
    ///
    /// Whatever is newly followed counts as changed: what was committed between looking the collections up and
    /// following them would be missed otherwise.
    pub fn follow(&mut self, collections: &[(CollectionId, CollectionKind)]) {
        let mut news = 0;
        let mut following: Vec<CollectionId> = Vec::with_capacity(collections.len());
        let mut state = self.hub.write();
        for (collection, kind) in collections {
            let followers = state.followers.entry(*collection).or_insert_with(|| Followers {
                home: matches!(kind, CollectionKind::Home | CollectionKind::SharedHome),
                streams: HashMap::new(),
            });
            if followers.streams.insert(self.id, Arc::clone(&self.slot)).is_none() {
                news |= types_of(*kind);
            }
            following.push(*collection);
        }
        following.sort_unstable();
        following.dedup();
        for left in self.following.iter().filter(|id| following.binary_search(id).is_err()) {
            unfollow(&mut state, *left, self.id);
        }
        drop(state);
        self.following = following;
        if news != 0 {
            self.slot.set(news);
        }
    }

    /// Waits until there is news or the stream is closed. May be dropped while it waits: nothing is lost.
    pub async fn next(&mut self) -> Wake {
        loop {
            let bits = self.slot.bits.load(Ordering::Acquire);
            if bits & REVOKED != 0 {
                return Wake::Revoked;
            }
            if bits & STOPPING != 0 {
                return Wake::Stopping;
            }
            if bits != 0 {
                // Only what was seen is taken: a closing that comes in between stays for the next call.
                self.slot.bits.fetch_and(!bits, Ordering::AcqRel);
                self.seq += 1;
                let types = (1..29)
                    .filter(|number| bits & TYPES & (1 << number) != 0)
                    .filter_map(ObjectType::from_number)
                    .collect();
                return Wake::News { types, refollow: bits & REFOLLOW != 0, seq: self.seq };
            }
            self.slot.wake.notified().await;
        }
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        let mut state = self.hub.write();
        for collection in &self.following {
            unfollow(&mut state, *collection, self.id);
        }
        if let Some(streams) = state.devices.get_mut(&self.device) {
            streams.retain(|(id, _)| *id != self.id);
            if streams.is_empty() {
                state.devices.remove(&self.device);
            }
        }
        drop(state);
        self.hub.0.open.fetch_sub(1, Ordering::AcqRel);
    }
}

fn unfollow(state: &mut State, collection: CollectionId, stream: u64) {
    if let Some(followers) = state.followers.get_mut(&collection) {
        followers.streams.remove(&stream);
        if followers.streams.is_empty() {
            state.followers.remove(&collection);
        }
    }
}

const fn bit(object_type: ObjectType) -> u32 {
    match object_type {
        // No phone holds them, so that none is woken by them.
        ObjectType::InboxMessage => 0,
        other => 1 << other.number(),
    }
}

/// What a collection of a kind may hold.
const fn types_of(kind: CollectionKind) -> u32 {
    match kind {
        CollectionKind::Home | CollectionKind::SharedHome => {
            bit(ObjectType::Calendar) | bit(ObjectType::AddressBook)
        }
        CollectionKind::Calendar => bit(ObjectType::Calendar) | bit(ObjectType::Event),
        CollectionKind::AddressBook => bit(ObjectType::AddressBook) | bit(ObjectType::Contact),
        CollectionKind::Mail => bit(ObjectType::Mailbox) | bit(ObjectType::Message),
        CollectionKind::Notifications => bit(ObjectType::Notification) | bit(ObjectType::PhoneMemo),
        CollectionKind::Favourites => bit(ObjectType::Favourite),
        CollectionKind::Directory => bit(ObjectType::Unit) | bit(ObjectType::Person),
        CollectionKind::Facilities => bit(ObjectType::Facility),
        CollectionKind::CallerId | CollectionKind::Revocations => 0,
    }
}

#[cfg(test)]
mod tests;
