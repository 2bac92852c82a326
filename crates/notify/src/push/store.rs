use diesel::prelude::*;
use renraku_base::{Id, PersonId, Timestamp};
use renraku_db::{
    CollectionId, Error, ReadTx, Tx, columns,
    schema::{collections, push_subscriptions as table},
};

use super::{Follows, NewSubscription, Receiver, Subscription};

#[derive(Queryable, Selectable)]
#[diesel(table_name = table)]
struct Row {
    id: String,
    person_id: String,
    collection_id: i64,
    resource: String,
    endpoint: String,
    public_key: Vec<u8>,
    auth: Vec<u8>,
    contents: bool,
    properties: bool,
    told: i64,
    expires_at: i64,
}

impl Row {
    fn into_subscription(self) -> Result<Subscription, Error> {
        Ok(Subscription {
            id: self.id,
            person: Id::stored(self.person_id),
            collection: CollectionId(self.collection_id),
            resource: self.resource,
            endpoint: self.endpoint,
            receiver: Receiver::new(&self.public_key, &self.auth).map_err(Error::damaged)?,
            follows: Follows { contents: self.contents, properties: self.properties },
            told: self.told,
            expires_at: Timestamp::from_micros(self.expires_at),
        })
    }
}

/// Stores a subscription, or brings the one of the same person, collection and endpoint up to date; tells its id.
pub(super) fn put(
    tx: &mut Tx<'_>,
    person: &PersonId,
    new: &NewSubscription,
    told: i64,
    expires_at: Timestamp,
) -> Result<String, Error> {
    let id = tx.new_id::<renraku_base::kind::Notification>();
    let (public_key, auth) = (new.receiver.public_key(), new.receiver.auth().to_vec());
    let details = (
        table::resource.eq(&new.resource),
        table::public_key.eq(&public_key),
        table::auth.eq(&auth),
        table::contents.eq(new.follows.contents),
        table::properties.eq(new.follows.properties),
        table::expires_at.eq(expires_at.micros()),
    );
    let row = (
        table::id.eq(id.as_str()),
        table::person_id.eq(person.as_str()),
        table::collection_id.eq(new.collection.0),
        table::endpoint.eq(&new.endpoint),
        table::told.eq(told),
        table::queued.eq(false),
        table::created_at.eq(tx.now().micros()),
        details,
    );
    let insert = diesel::insert_into(table::table)
        .values(row)
        .on_conflict((table::person_id, table::collection_id, table::endpoint))
        .do_update()
        .set(details);
    tx.run(insert)?;
    Ok(of_endpoint(person, new.collection, &new.endpoint).select(table::id).first(tx.conn())?)
}

#[diesel::dsl::auto_type]
fn of_endpoint<'a>(person: &'a PersonId, collection: CollectionId, endpoint: &'a str) -> _ {
    let (person, collection): (&'a str, i64) = (person.as_str(), collection.0);
    table::table.filter(
        table::person_id
            .eq(person)
            .and(table::collection_id.eq(collection))
            .and(table::endpoint.eq(endpoint)),
    )
}

/// How many subscriptions a person has besides the one of this collection and endpoint, those that are over included.
pub(super) fn count_others(
    tx: &mut ReadTx<'_>,
    person: &PersonId,
    collection: CollectionId,
    endpoint: &str,
) -> Result<i64, Error> {
    let other = table::collection_id.ne(collection.0).or(table::endpoint.ne(endpoint));
    let others = table::table.filter(table::person_id.eq(person.as_str()).and(other));
    Ok(others.count().get_result(tx.conn())?)
}

/// The subscription of an id.
pub(super) fn find(tx: &mut ReadTx<'_>, id: &str) -> Result<Option<Subscription>, Error> {
    let row: Option<Row> = tx.fetch_one(table::table.find(id).select(columns::<Row>()))?;
    row.map(Row::into_subscription).transpose()
}

/// Ends a subscription of this person, or of anybody; `false` when there was none.
pub(super) fn remove(tx: &mut Tx<'_>, id: &str, person: Option<&PersonId>) -> Result<bool, Error> {
    let target = table::table.find(id);
    let removed = match person {
        Some(person) => {
            diesel::delete(target.filter(table::person_id.eq(person.as_str()))).execute(tx.conn())?
        }
        None => diesel::delete(target).execute(tx.conn())?,
    };
    Ok(removed > 0)
}

/// Those that are behind their collection and for which no message waits: at most `limit` of them.
pub(super) fn behind(tx: &mut ReadTx<'_>, now: Timestamp, limit: i64) -> Result<Vec<String>, Error> {
    tx.fetch(
        table::table
            .inner_join(collections::table.on(collections::id.eq(table::collection_id)))
            .filter(collections::modseq.gt(table::told))
            .filter(table::queued.eq(false).and(table::expires_at.gt(now.micros())))
            .order(table::id)
            .limit(limit)
            .select(table::id),
    )
}

/// Says whether a message waits for these.
pub(super) fn set_queued(tx: &mut Tx<'_>, ids: &[String]) -> Result<(), Error> {
    diesel::update(table::table.filter(table::id.eq_any(ids)))
        .set(table::queued.eq(true))
        .execute(tx.conn())?;
    Ok(())
}

/// A subscription was told up to this change, and no message waits for it.
pub(super) fn settle(tx: &mut Tx<'_>, id: &str, told: i64) -> Result<(), Error> {
    diesel::update(table::table.find(id))
        .set((table::told.eq(told), table::queued.eq(false)))
        .execute(tx.conn())?;
    Ok(())
}

/// Each subscription of a person, or those of them that are named, with how far it was told.
pub(super) fn of_person(
    tx: &mut ReadTx<'_>,
    person: &PersonId,
    ids: Option<&[String]>,
) -> Result<Vec<(String, CollectionId, i64)>, Error> {
    let query = table::table.filter(table::person_id.eq(person.as_str())).select((
        table::id,
        table::collection_id,
        table::told,
    ));
    let rows: Vec<(String, i64, i64)> = match ids {
        Some(ids) => query.filter(table::id.eq_any(ids)).load(tx.conn())?,
        None => query.load(tx.conn())?,
    };
    Ok(rows.into_iter().map(|(id, collection, told)| (id, CollectionId(collection), told)).collect())
}

/// Sets how far a subscription was told, whether or not a message waits.
pub(super) fn set_told(tx: &mut Tx<'_>, id: &str, told: i64) -> Result<(), Error> {
    diesel::update(table::table.find(id)).set(table::told.eq(told)).execute(tx.conn())?;
    Ok(())
}

/// Forgets those that were over before now; tells how many.
pub(super) fn remove_expired(tx: &mut Tx<'_>, now: Timestamp) -> Result<usize, Error> {
    Ok(diesel::delete(table::table.filter(table::expires_at.le(now.micros()))).execute(tx.conn())?)
}
