use diesel::prelude::*;
use renraku_base::Timestamp;
use renraku_db::{Error, ReadTx, Tx, schema::source_reports};

use crate::directory::SourceReport;

/// What the last reading of a source came to.
pub fn get(tx: &mut ReadTx<'_>, source: &str) -> Result<Option<(Timestamp, SourceReport)>, Error> {
    let row: Option<(i64, bool, String, String)> =
        tx.fetch_one(source_reports::table.find(source).select((
            source_reports::read_at,
            source_reports::failed,
            source_reports::lines,
            source_reports::faults,
        )))?;
    let lines_of = |text: String| text.lines().map(str::to_owned).collect();
    Ok(row.map(|(read_at, failed, lines, faults)| {
        let report = SourceReport { failed, faults: lines_of(faults), lines: lines_of(lines) };
        (Timestamp::from_micros(read_at), report)
    }))
}

/// Keeps what the last reading came to.
pub fn put(tx: &mut Tx<'_>, source: &str, report: &SourceReport) -> Result<(), Error> {
    let row = (
        source_reports::read_at.eq(tx.now().micros()),
        source_reports::failed.eq(report.failed),
        source_reports::lines.eq(report.lines.join("\n")),
        source_reports::faults.eq(report.faults.join("\n")),
    );
    let statement = diesel::insert_into(source_reports::table)
        .values((source_reports::source.eq(source), row.clone()))
        .on_conflict(source_reports::source)
        .do_update()
        .set(row);
    tx.run_prepared(statement)?;
    Ok(())
}
