//! The life of a subscription.

use std::time::Duration;

use renraku_base::{PersonId, Principal, Timestamp};
use renraku_db::{CollectionId, Error, ObjectType, ReadTx, Tx, changes, jobs};
use serde::{Deserialize, Serialize};

use super::{Receiver, deliver::SEND_PUSH, store};

/// The most subscriptions that a person may have: some devices, each following some collections.
pub const MOST_EACH: i64 = 200;
/// How long a subscription lasts that does not say.
const LIFE: Duration = Duration::from_hours(24 * 7);
/// How long it lasts at most; what is not renewed for so long belongs to nobody any more.
const LONGEST: Duration = Duration::from_hours(24 * 30);
/// How many messages are put into the queue at a time.
const AT_ONCE: i64 = 500;
/// So many changes are looked at to tell what kind of news there is; of more there is every kind.
const LOOKED_AT: i64 = 1_000;

/// What a subscription wants to hear of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Follows {
    /// Changes of what is in the collection.
    pub contents: bool,
    /// Changes of the collection's own properties.
    pub properties: bool,
}

/// A subscription that is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewSubscription {
    /// The collection that is followed.
    pub collection: CollectionId,
    /// What the face that made it calls the collection; the face alone reads it.
    pub resource: String,
    /// The address at the push service.
    pub endpoint: String,
    /// For whom messages are sealed.
    pub receiver: Receiver,
    /// What it wants to hear of.
    pub follows: Follows,
    /// Until when, if the subscriber says.
    pub expires_at: Option<Timestamp>,
}

/// A subscription as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscription {
    /// Identifies it.
    pub id: String,
    /// Whose it is.
    pub person: PersonId,
    /// The collection that is followed.
    pub collection: CollectionId,
    /// What the face that made it calls the collection.
    pub resource: String,
    /// The address at the push service.
    pub endpoint: String,
    /// For whom messages are sealed.
    pub receiver: Receiver,
    /// What it wants to hear of.
    pub follows: Follows,
    /// Up to which change it was told.
    pub told: i64,
    /// When it ends by itself.
    pub expires_at: Timestamp,
}

/// What happened in a collection since a subscription was told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct News {
    /// Something in it changed.
    pub contents: bool,
    /// Its own properties changed.
    pub properties: bool,
    /// The number of the latest change.
    pub modseq: i64,
}

/// Why a subscription is refused.
#[derive(Debug, thiserror::Error)]
pub enum PushFault {
    /// The person has too many.
    #[error("a person has at most {MOST_EACH} push subscriptions")]
    TooMany,
    /// The database did not do what was asked.
    #[error("the database failed")]
    Internal(#[from] Error),
}

/// Subscribes, or renews the subscription of the same endpoint to the same collection; tells its id and when it ends.
///
/// # Errors
/// [`PushFault::TooMany`], or when the database fails.
pub fn subscribe(
    tx: &mut Tx<'_>,
    who: &Principal,
    new: &NewSubscription,
) -> Result<(String, Timestamp), PushFault> {
    tx.hold(who.person.as_str())?;
    if store::count_others(tx, &who.person, new.collection, &new.endpoint)? >= MOST_EACH {
        return Err(PushFault::TooMany);
    }
    let now = tx.now();
    let expires_at = new.expires_at.map_or(now + LIFE, |wish| wish.clamp(now, now + LONGEST));
    let head = changes::heads(tx, &[new.collection])?.first().map_or(0, |head| head.modseq);
    Ok((store::put(tx, &who.person, new, head, expires_at)?, expires_at))
}

/// Ends a person's subscription; `false` when there is none of this id.
///
/// # Errors
/// [`Error`] when the statement fails.
pub fn unsubscribe(tx: &mut Tx<'_>, who: &Principal, id: &str) -> Result<bool, Error> {
    store::remove(tx, id, Some(&who.person))
}

#[derive(Serialize, Deserialize)]
pub(super) struct Waiting {
    pub subscription: String,
}

/// Whether any subscription is behind its collection while no message waits for it.
///
/// # Errors
/// [`Error`] when the statement fails.
pub fn is_any_behind(tx: &mut ReadTx<'_>) -> Result<bool, Error> {
    let now = tx.now();
    Ok(!store::behind(tx, now, 1)?.is_empty())
}

/// Puts a message into the queue for each subscription that is behind; tells how many. Of servers that look at once one does it.
///
/// # Errors
/// [`Error`] when a statement fails.
pub fn queue(tx: &mut Tx<'_>) -> Result<usize, Error> {
    tx.hold(SEND_PUSH)?;
    let now = tx.now();
    let behind = store::behind(tx, now, AT_ONCE)?;
    for subscription in &behind {
        let payload = Waiting { subscription: subscription.clone() };
        jobs::enqueue(tx, SEND_PUSH, &payload, now, None)?;
    }
    if !behind.is_empty() {
        store::set_queued(tx, &behind)?;
    }
    Ok(behind.len())
}

/// What a subscription has not been told yet.
pub(super) fn news(tx: &mut ReadTx<'_>, subscription: &Subscription) -> Result<News, Error> {
    let head = changes::heads(tx, &[subscription.collection])?.first().map_or(0, |head| head.modseq);
    let changes = changes::since(tx, subscription.collection, subscription.told, LOOKED_AT)?;
    let own = |object_type| matches!(object_type, ObjectType::Calendar | ObjectType::AddressBook);
    // Changes that are no longer told one by one, or too many, are of every kind.
    let all = i64::try_from(changes.len()).unwrap_or(i64::MAX) < head - subscription.told;
    let modseq = head.max(subscription.told);
    let of = |is_own: bool| all || changes.iter().any(|change| own(change.object_type) == is_own);
    Ok(News { contents: of(false), properties: of(true), modseq })
}

/// Passes over what a person's own request changed since `begun`, for these of their subscriptions or for all of them: the device that
/// made the change knows of it. Where something older waits to be told, it is told.
///
/// # Errors
/// [`Error`] when a statement fails.
pub fn pass_over(
    tx: &mut Tx<'_>,
    who: &Principal,
    ids: Option<&[String]>,
    begun: Timestamp,
) -> Result<(), Error> {
    for (id, collection, told) in store::of_person(tx, &who.person, ids)? {
        let Some(head) = changes::heads(tx, &[collection])?.first().copied() else { continue };
        if head.modseq > told && changes::is_all_since(tx, collection, told, begun)? {
            store::set_told(tx, &id, head.modseq)?;
        }
    }
    Ok(())
}

/// Forgets subscriptions that are over; tells how many.
///
/// # Errors
/// [`Error`] when the statement fails.
pub fn forget_expired(tx: &mut Tx<'_>) -> Result<usize, Error> {
    let now = tx.now();
    store::remove_expired(tx, now)
}
