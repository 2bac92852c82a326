use diesel::prelude::*;
use renraku_base::Timestamp;
use renraku_db::{
    Error, ReadTx, Tx,
    schema::{message_texts, messages},
};

use super::{accounts, messages::people};
use crate::codec::head::Head;

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

/// A text beside what it was made of.
#[derive(Debug)]
pub struct TextOfHead {
    /// Its place.
    pub seq: i64,
    /// The folded text.
    pub folded: String,
    /// As much of the head as is searched.
    pub head: Head,
}

#[derive(Queryable)]
struct HeadRow {
    seq: i64,
    folded: String,
    subject: String,
    sender: String,
    recipients: String,
    copies: String,
    preview: String,
}

/// The first `limit` of the texts of an account that were stored after number `after`.
pub fn list_with_heads(
    tx: &mut ReadTx<'_>,
    account: &str,
    after: i64,
    limit: i64,
) -> Result<Vec<TextOfHead>, Error> {
    let rows: Vec<HeadRow> = tx.fetch(
        message_texts::table
            .inner_join(messages::table.on(messages::id.eq(message_texts::message_id)))
            .filter(message_texts::account_id.eq(account).and(message_texts::seq.gt(after)))
            .order(message_texts::seq)
            .limit(limit)
            .select((
                message_texts::seq,
                message_texts::folded,
                messages::subject,
                messages::sender,
                messages::recipients,
                messages::copies,
                messages::preview,
            )),
    )?;
    rows.into_iter()
        .map(|row| {
            let head = Head {
                subject: row.subject,
                from: people(&row.sender)?,
                to: people(&row.recipients)?,
                cc: people(&row.copies)?,
                preview: row.preview,
                ..Head::default()
            };
            Ok(TextOfHead { seq: row.seq, folded: row.folded, head })
        })
        .collect()
}

/// Puts new texts in the place of those with these numbers. They get new numbers, so that whoever holds texts in memory hears of them.
/// Answers with how many are still there.
pub fn put_anew(tx: &mut Tx<'_>, account: &str, texts: &[(i64, String)]) -> Result<usize, Error> {
    let count = i64::try_from(texts.len()).unwrap_or(i64::MAX);
    let last = accounts::take_seqs(tx, account, count)?;
    let mut changed = 0;
    for (new, (seq, folded)) in (last - count + 1..).zip(texts) {
        let text = message_texts::table.find((account, *seq));
        changed += tx.run(
            diesel::update(text).set((message_texts::seq.eq(new), message_texts::folded.eq(folded.as_str()))),
        )?;
    }
    Ok(changed)
}
