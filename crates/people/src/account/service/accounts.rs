use renraku_base::{Cursor, Limit, Page, PersonId};
use renraku_db::{ObjectType, ReadTx, Tx, changes};

use super::{devices::end_sessions, forget::forget_remembered};
use crate::{
    account::{
        model::{Account, PasswordHash, Username},
        store::{accounts, app_passwords, devices::Which, revocations},
    },
    directory,
    fault::AccountFault,
};

/// Makes an account for a person; without a password nobody can sign in with it.
///
/// # Errors
/// [`AccountFault::AccountExists`] or [`AccountFault::UsernameTaken`].
pub fn create_account(
    tx: &mut Tx<'_>,
    person: &PersonId,
    username: &Username,
    password: Option<&PasswordHash>,
) -> Result<Account, AccountFault> {
    if !accounts::put(tx, person, username, password)? {
        return Err(match accounts::get(tx, person)? {
            Some(_) => AccountFault::AccountExists,
            None => AccountFault::UsernameTaken,
        });
    }
    directory::service::touch_person(tx, person)?;
    accounts::get(tx, person)?.ok_or(AccountFault::NotFound)
}

/// The account of a username.
///
/// # Errors
/// [`AccountFault::NotFound`].
pub fn find_account(tx: &mut ReadTx<'_>, username: &Username) -> Result<Account, AccountFault> {
    let (account, _) = accounts::find_by_username(tx, username)?.ok_or(AccountFault::NotFound)?;
    Ok(account)
}

/// The account of a person.
///
/// # Errors
/// [`AccountFault::NotFound`].
pub fn read_account(tx: &mut ReadTx<'_>, person: &PersonId) -> Result<Account, AccountFault> {
    accounts::get(tx, person)?.ok_or(AccountFault::NotFound)
}

/// Accounts in the order of their usernames.
///
/// # Errors
/// [`AccountFault::Internal`] when the statement fails.
pub fn list_accounts(
    tx: &mut ReadTx<'_>,
    after: Option<&Username>,
    limit: Limit,
) -> Result<Page<Account>, AccountFault> {
    let rows = accounts::list(tx, after.map(Username::as_str), limit.and_one())?;
    Ok(Page::cut(rows, limit, |last| Cursor::of(&[last.username.as_str()])))
}

/// Gives a person another password. Whoever signed in with the former one is signed out.
///
/// # Errors
/// [`AccountFault::NotFound`].
pub fn set_password(
    tx: &mut Tx<'_>,
    username: &Username,
    password: &PasswordHash,
) -> Result<Account, AccountFault> {
    let account = find_account(tx, username)?;
    accounts::put_password(tx, &account.person_id, Some(password))?;
    forget_remembered(tx, &[account.person_id.as_str()])?;
    end_sessions(tx, &Which::Of(&account.person_id))?;
    read_account(tx, &account.person_id)
}

/// Takes a person's password away, so that the office's LDAP server checks what they type, where there is one. Whoever signed in
/// with it is signed out.
///
/// # Errors
/// [`AccountFault::NotFound`].
pub fn remove_password(tx: &mut Tx<'_>, username: &Username) -> Result<Account, AccountFault> {
    let account = find_account(tx, username)?;
    accounts::put_password(tx, &account.person_id, None)?;
    forget_remembered(tx, &[account.person_id.as_str()])?;
    end_sessions(tx, &Which::Of(&account.person_id))?;
    read_account(tx, &account.person_id)
}

/// Closes an account: its devices are signed out at once and its app passwords open nothing.
///
/// # Errors
/// [`AccountFault::NotFound`].
pub fn disable_account(tx: &mut Tx<'_>, username: &Username) -> Result<Account, AccountFault> {
    let account = find_account(tx, username)?;
    forget_remembered(tx, &[account.person_id.as_str()])?;
    if account.disabled_at.is_none() {
        let now = tx.now();
        accounts::put_disabled(tx, &account.person_id, Some(now))?;
        end_sessions(tx, &Which::Of(&account.person_id))?;
        // They stay, for the account may be opened again, and open nothing until then.
        let revocations = revocations(tx)?;
        for password in app_passwords::list(tx, &account.person_id)? {
            let _recorded = changes::record(tx, revocations, ObjectType::AppPassword, &password.id);
        }
    }
    read_account(tx, &account.person_id)
}

/// Opens a closed account again; its devices have to sign in anew.
///
/// # Errors
/// [`AccountFault::NotFound`].
pub fn enable_account(tx: &mut Tx<'_>, username: &Username) -> Result<Account, AccountFault> {
    let account = find_account(tx, username)?;
    accounts::put_disabled(tx, &account.person_id, None)?;
    read_account(tx, &account.person_id)
}
