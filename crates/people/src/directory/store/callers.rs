use std::collections::BTreeMap;

use diesel::prelude::*;
use renraku_db::{Error, ReadTx, Tx, among, schema::caller_numbers};

use super::people::ROWS_A_STATEMENT;

/// All numbers with what they are shown as; one statement.
pub fn list(tx: &mut ReadTx<'_>) -> Result<BTreeMap<i64, String>, Error> {
    let rows: Vec<(i64, String)> =
        tx.fetch(caller_numbers::table.select((caller_numbers::number, caller_numbers::label)))?;
    Ok(rows.into_iter().collect())
}

/// The next `limit` numbers above `after`, ascending; one statement.
pub fn list_after(tx: &mut ReadTx<'_>, after: i64, limit: i64) -> Result<Vec<(i64, String)>, Error> {
    tx.fetch(
        caller_numbers::table
            .filter(caller_numbers::number.gt(after))
            .order(caller_numbers::number)
            .limit(limit)
            .select((caller_numbers::number, caller_numbers::label)),
    )
}

/// What those of `numbers` that are there are shown as.
pub fn get(tx: &mut ReadTx<'_>, numbers: &[i64]) -> Result<BTreeMap<i64, String>, Error> {
    let mut found = BTreeMap::new();
    for some in numbers.chunks(ROWS_A_STATEMENT) {
        let rows: Vec<(i64, String)> = tx.fetch(
            caller_numbers::table
                .filter(among(caller_numbers::number, some.iter().copied()))
                .select((caller_numbers::number, caller_numbers::label)),
        )?;
        found.extend(rows);
    }
    Ok(found)
}

/// Takes these numbers away, whether they are there or not.
pub fn remove<'n>(tx: &mut Tx<'_>, numbers: impl IntoIterator<Item = &'n i64>) -> Result<(), Error> {
    let numbers: Vec<i64> = numbers.into_iter().copied().collect();
    for some in numbers.chunks(ROWS_A_STATEMENT) {
        let those = among(caller_numbers::number, some.iter().copied());
        tx.run(diesel::delete(caller_numbers::table.filter(those)))?;
    }
    Ok(())
}

/// Writes numbers that are not there.
pub fn insert(tx: &mut Tx<'_>, labels: &BTreeMap<i64, String>) -> Result<(), Error> {
    let rows: Vec<_> = labels
        .iter()
        .map(|(number, label)| (caller_numbers::number.eq(*number), caller_numbers::label.eq(label.as_str())))
        .collect();
    for some in rows.chunks(ROWS_A_STATEMENT) {
        tx.run(diesel::insert_into(caller_numbers::table).values(some.to_vec()))?;
    }
    Ok(())
}
