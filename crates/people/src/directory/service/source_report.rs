use renraku_base::Timestamp;
use renraku_db::{Error, ReadTx, Tx};

use crate::directory::{SourceReport, store};

/// Keeps what the last reading of another directory came to, instead of what the one before did.
///
/// # Errors
/// [`Error`] when the statement fails.
pub fn put_source_report(tx: &mut Tx<'_>, source: &str, report: &SourceReport) -> Result<(), Error> {
    store::source_reports::put(tx, source, report)
}

/// What the last reading of another directory came to, and when that was.
///
/// # Errors
/// [`Error`] when the statement fails.
pub fn get_source_report(
    tx: &mut ReadTx<'_>,
    source: &str,
) -> Result<Option<(Timestamp, SourceReport)>, Error> {
    store::source_reports::get(tx, source)
}
