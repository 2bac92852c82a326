use diesel::prelude::*;
use renraku_base::Timestamp;
use renraku_db::{Error, ReadTx, Tx, schema::login_failures};

/// Wrong passwords in a row.
pub(crate) struct Failures {
    /// How many.
    pub count: u32,
    /// When the next try is looked at.
    pub next_try: Timestamp,
    /// When they are forgotten.
    pub forgotten_at: Timestamp,
}

type Row = (Vec<u8>, i32, i64, i64);

fn read((subject, count, next_try, forgotten_at): Row) -> (Vec<u8>, Failures) {
    let failures = Failures {
        count: u32::try_from(count).unwrap_or_default(),
        next_try: Timestamp::from_micros(next_try),
        forgotten_at: Timestamp::from_micros(forgotten_at),
    };
    (subject, failures)
}

/// What stands in a place, and of whom; one statement.
pub(crate) fn get(tx: &mut ReadTx<'_>, slot: i32) -> Result<Option<(Vec<u8>, Failures)>, Error> {
    let row: Option<Row> = tx.fetch_one(login_failures::table.find(slot).select((
        login_failures::subject,
        login_failures::failures,
        login_failures::next_try,
        login_failures::forgotten_at,
    )))?;
    Ok(row.map(read))
}

/// Locks a place until the transaction ends, so that none of two that count at once is lost.
pub(crate) fn lock(tx: &mut Tx<'_>, slot: i32, subject: &[u8]) -> Result<(), Error> {
    let empty = (
        login_failures::slot.eq(slot),
        login_failures::subject.eq(subject),
        login_failures::failures.eq(0),
        login_failures::next_try.eq(0),
        login_failures::forgotten_at.eq(0),
    );
    tx.run(diesel::insert_into(login_failures::table).values(empty).on_conflict_do_nothing())?;
    let same = login_failures::failures.eq(login_failures::failures);
    diesel::update(login_failures::table.find(slot)).set(same).execute(tx.conn())?;
    Ok(())
}

/// Writes what stands in a place that is locked.
pub(crate) fn put(tx: &mut Tx<'_>, slot: i32, subject: &[u8], failures: &Failures) -> Result<(), Error> {
    diesel::update(login_failures::table.find(slot))
        .set((
            login_failures::subject.eq(subject),
            login_failures::failures.eq(i32::try_from(failures.count).unwrap_or(i32::MAX)),
            login_failures::next_try.eq(failures.next_try.micros()),
            login_failures::forgotten_at.eq(failures.forgotten_at.micros()),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// Forgets those of one subject.
pub(crate) fn remove(tx: &mut Tx<'_>, slot: i32, subject: &[u8]) -> Result<(), Error> {
    let own = login_failures::table.find(slot).filter(login_failures::subject.eq(subject));
    diesel::delete(own).execute(tx.conn())?;
    Ok(())
}

/// Forgets those whose time is over; returns how many.
pub(crate) fn prune(tx: &mut Tx<'_>) -> Result<usize, Error> {
    let over = login_failures::table.filter(login_failures::forgotten_at.le(tx.now().micros()));
    Ok(diesel::delete(over).execute(tx.conn())?)
}
