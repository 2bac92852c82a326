use diesel::prelude::*;
use renraku_base::{DeviceId, ETag, Id, PersonId, Timestamp};
use renraku_db::{Error, ReadTx, Tx, among, columns, schema::devices};

use crate::{
    account::{
        model::{Device, DeviceOffer},
        rules::rotation::{IDLE, LIFE, Session},
    },
    session::refresh_token::RefreshToken,
};

#[derive(Queryable, Selectable)]
#[diesel(table_name = devices)]
struct Row {
    id: String,
    person_id: String,
    name: String,
    platform: String,
    version: i64,
    created_at: i64,
    seen_at: i64,
    generation: i64,
    generation_at: i64,
    refresh_hash: Option<Vec<u8>>,
    predecessor_hash: Option<Vec<u8>>,
    refreshed_at: i64,
    revoked_at: Option<i64>,
}

/// A device with all that its session needs.
#[derive(Debug, Clone)]
pub(crate) struct Stored {
    /// Whose it is.
    pub person: PersonId,
    /// Its version.
    pub version: i64,
    /// Its session.
    pub session: Session,
    /// As its owner sees it.
    pub device: Device,
}

impl From<Row> for Stored {
    fn from(row: Row) -> Self {
        Self {
            person: Id::stored(row.person_id),
            version: row.version,
            session: Session {
                generation: row.generation,
                began_at: Timestamp::from_micros(row.generation_at),
                refreshed_at: Timestamp::from_micros(row.refreshed_at),
                revoked_at: row.revoked_at.map(Timestamp::from_micros),
                current: row.refresh_hash,
                predecessor: row.predecessor_hash,
            },
            device: Device {
                id: Id::stored(row.id),
                name: row.name,
                platform: row.platform,
                created_at: Timestamp::from_micros(row.created_at),
                signed_in_at: Timestamp::from_micros(row.generation_at),
                seen_at: Timestamp::from_micros(row.seen_at),
                current: false,
                etag: ETag::of(row.version),
            },
        }
    }
}

/// A device, signed in or not.
pub(crate) fn get(tx: &mut ReadTx<'_>, id: &DeviceId) -> Result<Option<Stored>, Error> {
    let row: Option<Row> = tx.fetch_one(devices::table.find(id.as_str()).select(columns::<Row>()))?;
    Ok(row.map(Stored::from))
}

/// A device, signed in or not; its row stays locked until the transaction ends.
pub(crate) fn get_locked(tx: &mut Tx<'_>, id: &DeviceId) -> Result<Option<Stored>, Error> {
    // Both databases lock what they update; only one of them has another way.
    let row: Option<Row> = diesel::update(devices::table.find(id.as_str()))
        .set(devices::version.eq(devices::version))
        .returning(devices::all_columns)
        .get_result(tx.conn())
        .optional()?;
    Ok(row.map(Stored::from))
}

/// The devices of a person that are signed in, the one that signed in last first.
pub(crate) fn list(tx: &mut ReadTx<'_>, person: &PersonId) -> Result<Vec<Stored>, Error> {
    let now = tx.now();
    let rows: Vec<Row> = tx.fetch(
        devices::table
            .filter(devices::person_id.eq(person.as_str()))
            .filter(devices::revoked_at.is_null())
            .filter(devices::refreshed_at.gt((now - IDLE).micros()))
            .filter(devices::generation_at.gt((now - LIFE).micros()))
            .order((devices::generation_at.desc(), devices::id))
            .select(columns::<Row>()),
    )?;
    Ok(rows.into_iter().map(Stored::from).collect())
}

/// How many devices were not signed out.
pub(crate) fn count(tx: &mut ReadTx<'_>) -> Result<u64, Error> {
    let count: i64 = devices::table.filter(devices::revoked_at.is_null()).count().get_result(tx.conn())?;
    u64::try_from(count).map_err(Error::damaged)
}

/// Begins the first session of a new device.
pub(crate) fn put(
    tx: &mut Tx<'_>,
    person: &PersonId,
    offer: &DeviceOffer,
    token: &RefreshToken,
) -> Result<(), Error> {
    let now = tx.now().micros();
    let row = (
        devices::id.eq(token.device.as_str()),
        devices::person_id.eq(person.as_str()),
        devices::name.eq(offer.name.trim()),
        devices::platform.eq(offer.platform.trim()),
        devices::version.eq(tx.next_version(None)),
        devices::created_at.eq(now),
        devices::seen_at.eq(now),
        devices::generation.eq(token.generation),
        devices::generation_at.eq(now),
        devices::refresh_hash.eq(token.hash().to_vec()),
        devices::refreshed_at.eq(now),
    );
    tx.run(diesel::insert_into(devices::table).values(row))?;
    Ok(())
}

/// Begins another session of a known device.
pub(crate) fn renew(
    tx: &mut Tx<'_>,
    known: &Stored,
    offer: &DeviceOffer,
    token: &RefreshToken,
) -> Result<(), Error> {
    let now = tx.now().micros();
    let row = (
        devices::name.eq(offer.name.trim()),
        devices::platform.eq(offer.platform.trim()),
        devices::version.eq(tx.next_version(Some(known.version))),
        devices::seen_at.eq(now),
        devices::generation.eq(token.generation),
        devices::generation_at.eq(now),
        devices::refresh_hash.eq(token.hash().to_vec()),
        devices::predecessor_hash.eq(None::<Vec<u8>>),
        devices::refreshed_at.eq(now),
        devices::revoked_at.eq(None::<i64>),
    );
    diesel::update(devices::table.find(known.device.id.as_str())).set(row).execute(tx.conn())?;
    Ok(())
}

/// Puts the successor of its refresh token in the token's place.
pub(crate) fn rotate(
    tx: &mut Tx<'_>,
    id: &DeviceId,
    used: &[u8; 32],
    successor: &[u8; 32],
) -> Result<(), Error> {
    diesel::update(devices::table.find(id.as_str()))
        .set((
            devices::refresh_hash.eq(successor.as_slice()),
            devices::predecessor_hash.eq(used.as_slice()),
            devices::refreshed_at.eq(tx.now().micros()),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// Writes down that the device was heard of.
pub(crate) fn put_seen(tx: &mut Tx<'_>, known: &Stored) -> Result<(), Error> {
    diesel::update(devices::table.find(known.device.id.as_str()))
        .set((
            devices::seen_at.eq(tx.now().micros()),
            devices::version.eq(tx.next_version(Some(known.version))),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// Which devices are to be signed out.
pub(crate) enum Which<'a> {
    /// This one.
    One(&'a DeviceId),
    /// All of a person.
    Of(&'a PersonId),
    /// All whose session ran out by itself.
    Expired,
    /// All of everybody.
    All,
}

/// Signs devices out; returns those that were signed in.
pub(crate) fn revoke(tx: &mut Tx<'_>, which: &Which<'_>) -> Result<Vec<DeviceId>, Error> {
    let now = tx.now();
    let mut query = devices::table.filter(devices::revoked_at.is_null()).select(devices::id).into_boxed();
    query = match which {
        Which::One(id) => query.filter(devices::id.eq(id.as_str())),
        Which::Of(person) => query.filter(devices::person_id.eq(person.as_str())),
        Which::Expired => query.filter(
            devices::refreshed_at
                .le((now - IDLE).micros())
                .or(devices::generation_at.le((now - LIFE).micros())),
        ),
        Which::All => query,
    };
    let ids: Vec<String> = query.load(tx.conn())?;
    for some in ids.chunks(1_000) {
        diesel::update(devices::table.filter(among(devices::id, some)))
            .set((
                devices::generation.eq(devices::generation + 1),
                devices::generation_at.eq(now.micros()),
                devices::refresh_hash.eq(None::<Vec<u8>>),
                devices::predecessor_hash.eq(None::<Vec<u8>>),
                devices::revoked_at.eq(now.micros()),
            ))
            .execute(tx.conn())?;
    }
    Ok(ids.into_iter().map(Id::stored).collect())
}

/// Forgets devices that were signed out before `before`. Returns how many.
pub(crate) fn remove_revoked(tx: &mut Tx<'_>, before: Timestamp) -> Result<usize, Error> {
    Ok(diesel::delete(devices::table.filter(devices::revoked_at.lt(before.micros()))).execute(tx.conn())?)
}

/// The generation that a device's tokens must have, and since when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Generation {
    /// The device.
    pub device: DeviceId,
    /// Its present generation.
    pub generation: i64,
    /// When it began.
    pub at: Timestamp,
}

type GenerationRow = (String, i64, i64);

fn generations(rows: Vec<GenerationRow>) -> Vec<Generation> {
    rows.into_iter()
        .map(|(id, generation, at)| Generation {
            device: Id::stored(id),
            generation,
            at: Timestamp::from_micros(at),
        })
        .collect()
}

/// The generations of devices whose generation changed after `after`.
pub(crate) fn list_generations(tx: &mut ReadTx<'_>, after: Timestamp) -> Result<Vec<Generation>, Error> {
    let rows: Vec<GenerationRow> =
        tx.fetch(devices::table.filter(devices::generation_at.gt(after.micros())).select((
            devices::id,
            devices::generation,
            devices::generation_at,
        )))?;
    Ok(generations(rows))
}

/// The generations of these devices.
pub(crate) fn get_generations(tx: &mut ReadTx<'_>, ids: &[String]) -> Result<Vec<Generation>, Error> {
    let rows: Vec<GenerationRow> = tx.fetch(devices::table.filter(among(devices::id, ids)).select((
        devices::id,
        devices::generation,
        devices::generation_at,
    )))?;
    Ok(generations(rows))
}
