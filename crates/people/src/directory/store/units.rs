use std::collections::BTreeSet;

use diesel::prelude::*;
use renraku_base::Id;
use renraku_db::{Error, ReadTx, Tx, among, schema::units};

use super::people::ROWS_A_STATEMENT;
use crate::directory::{UnitEntry, tree::StoredUnit};

#[derive(Queryable)]
struct Row {
    id: String,
    parent_id: Option<String>,
    name: String,
    position: i32,
    version: i64,
}

impl From<Row> for StoredUnit {
    fn from(row: Row) -> Self {
        Self {
            entry: UnitEntry {
                id: Id::stored(row.id),
                name: row.name,
                parent_id: row.parent_id.map(Id::stored),
                position: row.position,
            },
            version: row.version,
        }
    }
}

#[derive(Insertable, AsChangeset)]
#[diesel(table_name = units, treat_none_as_null = true)]
struct NewRow<'a> {
    id: &'a str,
    parent_id: Option<&'a str>,
    name: &'a str,
    position: i32,
    version: i64,
}

impl<'a> NewRow<'a> {
    fn new(unit: &'a UnitEntry, version: i64) -> Self {
        Self {
            id: unit.id.as_str(),
            parent_id: unit.parent_id.as_ref().map(Id::as_str),
            name: &unit.name,
            position: unit.position,
            version,
        }
    }
}

/// All units, in no order.
pub fn list(tx: &mut ReadTx<'_>) -> Result<Vec<StoredUnit>, Error> {
    let rows: Vec<Row> = tx.fetch(units::table.select((
        units::id,
        units::parent_id,
        units::name,
        units::position,
        units::version,
    )))?;
    Ok(rows.into_iter().map(StoredUnit::from).collect())
}

/// These units and all above them; a statement for each level.
pub fn list_with_ancestors(tx: &mut ReadTx<'_>, ids: &[&str]) -> Result<Vec<StoredUnit>, Error> {
    let mut found: Vec<StoredUnit> = Vec::new();
    let mut wanted: BTreeSet<String> = ids.iter().map(|id| (*id).to_owned()).collect();
    while !wanted.is_empty() {
        let rows: Vec<Row> = tx.fetch(units::table.filter(among(units::id, &wanted)).select((
            units::id,
            units::parent_id,
            units::name,
            units::position,
            units::version,
        )))?;
        found.extend(rows.into_iter().map(StoredUnit::from));
        let known: BTreeSet<&str> = found.iter().map(|unit| unit.entry.id.as_str()).collect();
        let above = found.iter().filter_map(|unit| unit.entry.parent_id.as_ref());
        wanted = above.filter(|id| !known.contains(id.as_str())).map(|id| id.as_str().to_owned()).collect();
    }
    Ok(found)
}

/// Writes a unit, new or changed.
pub fn put(tx: &mut Tx<'_>, unit: &UnitEntry, version: i64) -> Result<(), Error> {
    let row = || NewRow::new(unit, version);
    tx.run(diesel::insert_into(units::table).values(row()).on_conflict(units::id).do_update().set(row()))?;
    Ok(())
}

/// Writes new units; one that lies below another comes after it.
pub fn insert(tx: &mut Tx<'_>, units: &[UnitEntry], version: i64) -> Result<(), Error> {
    for some in units.chunks(ROWS_A_STATEMENT) {
        let rows: Vec<NewRow<'_>> = some.iter().map(|unit| NewRow::new(unit, version)).collect();
        tx.run(diesel::insert_into(units::table).values(&rows))?;
    }
    Ok(())
}

/// Gives these units a new version.
pub fn touch(tx: &mut Tx<'_>, ids: &[&str], version: i64) -> Result<(), Error> {
    diesel::update(units::table.filter(among(units::id, ids)))
        .set(units::version.eq(version))
        .execute(tx.conn())?;
    Ok(())
}

/// Takes away units in which nobody is and below which nothing lies.
pub fn remove(tx: &mut Tx<'_>, ids: &[&str]) -> Result<(), Error> {
    tx.run(diesel::delete(units::table.filter(among(units::id, ids.iter().copied()))))?;
    Ok(())
}
