use diesel::prelude::*;
use renraku_base::{AppPasswordId, DeviceId, ETag, Id, PersonId, Principal, Timestamp};
use renraku_db::{
    Error, ReadTx, Tx, among, columns,
    schema::{accounts, app_passwords},
};

use crate::{account::model::AppPassword, session::KnownPassword};

#[derive(Queryable, Selectable)]
#[diesel(table_name = app_passwords)]
struct Row {
    id: String,
    name: String,
    device_id: Option<String>,
    created_at: i64,
    version: i64,
}

impl From<Row> for AppPassword {
    fn from(row: Row) -> Self {
        Self {
            id: Id::stored(row.id),
            name: row.name,
            device_id: row.device_id.map(Id::stored),
            created_at: Timestamp::from_micros(row.created_at),
            etag: ETag::of(row.version),
        }
    }
}

/// The app passwords of a person, oldest first.
pub(crate) fn list(tx: &mut ReadTx<'_>, person: &PersonId) -> Result<Vec<AppPassword>, Error> {
    let rows: Vec<Row> = tx.fetch(
        app_passwords::table
            .filter(app_passwords::person_id.eq(person.as_str()))
            .order((app_passwords::created_at, app_passwords::id))
            .select(columns::<Row>()),
    )?;
    Ok(rows.into_iter().map(AppPassword::from).collect())
}

/// Whether an app password with this id is there, whoever's it is.
pub(crate) fn is_there(tx: &mut ReadTx<'_>, id: &AppPasswordId) -> Result<bool, Error> {
    let found: Option<String> =
        tx.fetch_one(app_passwords::table.find(id.as_str()).select(app_passwords::id))?;
    Ok(found.is_some())
}

/// Stores a new app password.
pub(crate) fn put(
    tx: &mut Tx<'_>,
    person: &PersonId,
    password: &AppPassword,
    version: i64,
    mac: &[u8; 32],
) -> Result<(), Error> {
    let row = (
        app_passwords::id.eq(password.id.as_str()),
        app_passwords::person_id.eq(person.as_str()),
        app_passwords::device_id.eq(password.device_id.as_ref().map(Id::as_str)),
        app_passwords::name.eq(&password.name),
        app_passwords::mac.eq(mac.as_slice()),
        app_passwords::version.eq(version),
        app_passwords::created_at.eq(password.created_at.micros()),
    );
    tx.run(diesel::insert_into(app_passwords::table).values(row))?;
    Ok(())
}

/// Removes an app password.
pub(crate) fn remove(tx: &mut Tx<'_>, id: &AppPasswordId) -> Result<(), Error> {
    tx.run(diesel::delete(app_passwords::table.find(id.as_str())))?;
    Ok(())
}

/// Removes the app passwords of devices.
pub(crate) fn remove_of_devices(tx: &mut Tx<'_>, devices: &[DeviceId]) -> Result<(), Error> {
    for some in devices.chunks(1_000) {
        let ids = some.iter().map(Id::as_str);
        tx.run(diesel::delete(app_passwords::table.filter(among(app_passwords::device_id, ids))))?;
    }
    Ok(())
}

/// The app password of this digest and the username of whose it is, unless they are shut out.
pub(crate) fn find(tx: &mut ReadTx<'_>, mac: &[u8; 32]) -> Result<Option<(String, KnownPassword)>, Error> {
    let row: Option<(String, String, String, Option<String>)> = tx.fetch_one(
        app_passwords::table
            .inner_join(accounts::table.on(accounts::person_id.eq(app_passwords::person_id)))
            .filter(app_passwords::mac.eq(mac.as_slice()))
            .filter(accounts::disabled_at.is_null())
            .select((
                accounts::username,
                app_passwords::id,
                app_passwords::person_id,
                app_passwords::device_id,
            )),
    )?;
    Ok(row.map(|(username, id, person, device)| {
        let principal = Principal { person: Id::stored(person), device: device.map(Id::stored) };
        (username, KnownPassword { id: Id::stored(id), principal })
    }))
}

/// Forgets all of everybody.
pub(crate) fn remove_all(tx: &mut Tx<'_>) -> Result<(), Error> {
    tx.run(diesel::delete(app_passwords::table))?;
    Ok(())
}
