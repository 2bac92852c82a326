use diesel::prelude::*;
use renraku_base::{ETag, Id, MailboxId};
use renraku_db::{Error, ReadTx, Tx, schema::mailboxes};

use crate::{Mailbox, MailboxRole};

/// A mailbox with its folder in the source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// As the person sees it.
    pub mailbox: Mailbox,
    /// The source's name of its folder.
    pub folder: String,
    /// Its version.
    pub version: i64,
}

type Row = (String, String, String, Option<String>, i32, i64, i64, i64);

const COLUMNS: (
    mailboxes::id,
    mailboxes::folder,
    mailboxes::name,
    mailboxes::role,
    mailboxes::sort_order,
    mailboxes::total,
    mailboxes::unread,
    mailboxes::version,
) = (
    mailboxes::id,
    mailboxes::folder,
    mailboxes::name,
    mailboxes::role,
    mailboxes::sort_order,
    mailboxes::total,
    mailboxes::unread,
    mailboxes::version,
);

fn stored((id, folder, name, role, sort_order, total, unread, version): Row) -> Stored {
    let mailbox = Mailbox {
        id: Id::stored(id),
        name,
        role: role.as_deref().and_then(MailboxRole::parse),
        sort_order,
        total_emails: total,
        unread_emails: unread,
        etag: ETag::of(version),
    };
    Stored { mailbox, folder, version }
}

/// The mailboxes of an account, in the order in which they are shown.
pub fn list(tx: &mut ReadTx<'_>, account: &str) -> Result<Vec<Stored>, Error> {
    let rows: Vec<Row> = tx.fetch(
        mailboxes::table
            .filter(mailboxes::account_id.eq(account))
            .order((mailboxes::sort_order, mailboxes::name, mailboxes::id))
            .select(COLUMNS),
    )?;
    Ok(rows.into_iter().map(stored).collect())
}

#[derive(Insertable)]
#[diesel(table_name = mailboxes)]
struct NewRow<'a> {
    id: &'a str,
    account_id: &'a str,
    folder: &'a str,
    name: &'a str,
    role: Option<&'a str>,
    sort_order: i32,
    total: i64,
    unread: i64,
    version: i64,
}

/// Stores a new mailbox, or the new name of one.
pub fn put(tx: &mut Tx<'_>, account: &str, stored: &Stored) -> Result<(), Error> {
    let row = NewRow {
        id: stored.mailbox.id.as_str(),
        account_id: account,
        folder: &stored.folder,
        name: &stored.mailbox.name,
        role: stored.mailbox.role.map(MailboxRole::as_str),
        sort_order: stored.mailbox.sort_order,
        total: 0,
        unread: 0,
        version: stored.version,
    };
    let statement = diesel::insert_into(mailboxes::table)
        .values(row)
        .on_conflict((mailboxes::account_id, mailboxes::folder))
        .do_nothing();
    tx.run(statement)?;
    Ok(())
}

/// Adds to the counts of a mailbox and gives it a new version.
pub fn put_counts(tx: &mut Tx<'_>, id: &MailboxId, total: i64, unread: i64) -> Result<(), Error> {
    let now = tx.next_version(None);
    // The version grows even when the clock stands still.
    let later: Vec<i64> = tx.fetch_prepared(
        diesel::update(mailboxes::table.find(id.as_str()).filter(mailboxes::version.lt(now)))
            .set((
                mailboxes::total.eq(mailboxes::total + total),
                mailboxes::unread.eq(mailboxes::unread + unread),
                mailboxes::version.eq(now),
            ))
            .returning(mailboxes::version),
    )?;
    if later.is_empty() {
        tx.run_prepared(diesel::update(mailboxes::table.find(id.as_str())).set((
            mailboxes::total.eq(mailboxes::total + total),
            mailboxes::unread.eq(mailboxes::unread + unread),
            mailboxes::version.eq(mailboxes::version + 1),
        )))?;
    }
    Ok(())
}

/// Removes a mailbox in which no mail is left.
pub fn remove(tx: &mut Tx<'_>, id: &MailboxId) -> Result<(), Error> {
    tx.run(diesel::delete(mailboxes::table.find(id.as_str())))?;
    Ok(())
}
