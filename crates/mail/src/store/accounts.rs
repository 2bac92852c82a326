use diesel::prelude::*;
use renraku_base::{Id, MailboxId, PersonId};
use renraku_db::{
    CollectionId, Error, ReadTx, Tx, among,
    schema::{mail_accounts, mailboxes},
};

use crate::MailAccount;

type Row = (String, String, String, String, String, i64);

const COLUMNS: (
    mail_accounts::id,
    mail_accounts::person_id,
    mail_accounts::source,
    mail_accounts::address,
    mail_accounts::name,
    mail_accounts::collection_id,
) = (
    mail_accounts::id,
    mail_accounts::person_id,
    mail_accounts::source,
    mail_accounts::address,
    mail_accounts::name,
    mail_accounts::collection_id,
);

fn account((id, person, source, address, name, collection): Row) -> MailAccount {
    MailAccount {
        id,
        person: Id::stored(person),
        source,
        address,
        name,
        collection: CollectionId(collection),
    }
}

/// A person's account.
pub fn find_by_person(tx: &mut ReadTx<'_>, person: &PersonId) -> Result<Option<MailAccount>, Error> {
    let row: Option<Row> = tx.fetch_one(
        mail_accounts::table.filter(mail_accounts::person_id.eq(person.as_str())).select(COLUMNS),
    )?;
    Ok(row.map(account))
}

/// A person's account, if the mailbox is one of its.
pub fn find_by_mailbox(
    tx: &mut ReadTx<'_>,
    person: &PersonId,
    mailbox: &MailboxId,
) -> Result<Option<MailAccount>, Error> {
    let row: Option<Row> = tx.fetch_one(
        mail_accounts::table
            .inner_join(mailboxes::table.on(mailboxes::account_id.eq(mail_accounts::id)))
            .filter(mail_accounts::person_id.eq(person.as_str()).and(mailboxes::id.eq(mailbox.as_str())))
            .select(COLUMNS),
    )?;
    Ok(row.map(account))
}

/// An account by its id.
pub fn get(tx: &mut ReadTx<'_>, id: &str) -> Result<Option<MailAccount>, Error> {
    let row: Option<Row> = tx.fetch_one(mail_accounts::table.find(id).select(COLUMNS))?;
    Ok(row.map(account))
}

/// All accounts.
pub fn list(tx: &mut ReadTx<'_>) -> Result<Vec<MailAccount>, Error> {
    let rows: Vec<Row> = tx.fetch(mail_accounts::table.order(mail_accounts::id).select(COLUMNS))?;
    Ok(rows.into_iter().map(account).collect())
}

/// The accounts at these addresses (in lower case).
pub fn find_by_addresses(tx: &mut ReadTx<'_>, addresses: &[String]) -> Result<Vec<MailAccount>, Error> {
    let rows: Vec<Row> =
        tx.fetch(mail_accounts::table.filter(among(mail_accounts::address, addresses)).select(COLUMNS))?;
    Ok(rows.into_iter().map(account).collect())
}

/// Stores an account, or the new source, address and name of one.
pub fn put(tx: &mut Tx<'_>, account: &MailAccount) -> Result<(), Error> {
    let statement = diesel::insert_into(mail_accounts::table)
        .values((
            mail_accounts::id.eq(&account.id),
            mail_accounts::person_id.eq(account.person.as_str()),
            mail_accounts::source.eq(&account.source),
            mail_accounts::address.eq(&account.address),
            mail_accounts::name.eq(&account.name),
            mail_accounts::collection_id.eq(account.collection.0),
            mail_accounts::last_seq.eq(0_i64),
        ))
        .on_conflict(mail_accounts::person_id)
        .do_update()
        .set((
            mail_accounts::source.eq(&account.source),
            mail_accounts::address.eq(&account.address),
            mail_accounts::name.eq(&account.name),
        ));
    tx.run(statement)?;
    Ok(())
}

/// Takes the next `count` numbers of an account's search texts; gives the last. Until the commit nobody else takes any,
/// so that texts become visible in the order of their numbers.
pub fn take_seqs(tx: &mut Tx<'_>, account: &str, count: i64) -> Result<i64, Error> {
    Ok(diesel::update(mail_accounts::table.find(account))
        .set(mail_accounts::last_seq.eq(mail_accounts::last_seq + count))
        .returning(mail_accounts::last_seq)
        .get_result(tx.conn())?)
}
