use diesel::prelude::*;
use renraku_base::Timestamp;
use renraku_db::{Error, ReadTx, schema::message_texts};

/// What one mail is found by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// Its place in the order in which the account's texts were stored.
    pub seq: i64,
    /// The mail.
    pub message: String,
    /// When it arrived.
    pub received_at: Timestamp,
    /// The folded text.
    pub folded: String,
}

/// The texts of an account that were stored after number `after`, oldest first.
pub fn list(tx: &mut ReadTx<'_>, account: &str, after: i64) -> Result<Vec<Text>, Error> {
    let rows: Vec<(i64, String, i64, String)> = tx.fetch(
        message_texts::table
            .filter(message_texts::account_id.eq(account).and(message_texts::seq.gt(after)))
            .order(message_texts::seq)
            .select((
                message_texts::seq,
                message_texts::message_id,
                message_texts::received_at,
                message_texts::folded,
            )),
    )?;
    Ok(rows
        .into_iter()
        .map(|(seq, message, received_at, folded)| Text {
            seq,
            message,
            received_at: Timestamp::from_micros(received_at),
            folded,
        })
        .collect())
}
