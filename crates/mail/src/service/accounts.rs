use renraku_base::{PersonId, kind};
use renraku_db::{CollectionKind, Error, ReadTx, Tx, changes};

use crate::{
    MailAccount,
    store::{accounts, mailboxes},
};

/// Gives a person a mail account, or theirs a new source, address and name. Its mails appear once it was indexed.
///
/// # Errors
/// [`Error`] when a statement fails.
pub fn put_account(
    tx: &mut Tx<'_>,
    person: &PersonId,
    source: &str,
    address: &str,
    name: &str,
) -> Result<MailAccount, Error> {
    let (id, collection) = match accounts::find_by_person(tx, person)? {
        Some(account) => (account.id, account.collection),
        None => {
            let id = tx.new_id::<kind::Mailbox>().into_string();
            // Everybody has the collection from their first day, so that their phone follows it; few have it without that.
            let known = changes::find_by_owner(tx, CollectionKind::Mail, Some(person.as_str()))?;
            let collection = match known.first() {
                Some(known) => *known,
                None => changes::create_collection(tx, CollectionKind::Mail, Some(person.as_str()))?,
            };
            (id, collection)
        }
    };
    let account = MailAccount {
        id,
        person: person.clone(),
        source: source.to_owned(),
        address: address.to_ascii_lowercase(),
        name: name.to_owned(),
        collection,
    };
    accounts::put(tx, &account)?;
    Ok(account)
}

/// All accounts, for whoever watches their sources.
///
/// # Errors
/// [`Error`] when the statement fails.
pub fn list_accounts(tx: &mut ReadTx<'_>) -> Result<Vec<MailAccount>, Error> {
    accounts::list(tx)
}

/// A person's account.
///
/// # Errors
/// [`Error`] when the statement fails.
pub fn account_of(tx: &mut ReadTx<'_>, person: &PersonId) -> Result<Option<MailAccount>, Error> {
    accounts::find_by_person(tx, person)
}

/// Whether an account's source was ever read.
///
/// # Errors
/// [`Error`] when the statement fails.
pub fn was_indexed(tx: &mut ReadTx<'_>, account: &str) -> Result<bool, Error> {
    Ok(!mailboxes::list(tx, account)?.is_empty())
}
