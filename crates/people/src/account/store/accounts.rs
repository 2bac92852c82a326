use diesel::prelude::*;
use renraku_base::{Id, PersonId, Timestamp};
use renraku_db::{Error, ReadTx, Tx, schema::accounts};

use crate::account::model::{Account, LdapState, PasswordHash, Username};

#[derive(Queryable, Selectable)]
#[diesel(table_name = accounts)]
struct Row {
    person_id: String,
    username: String,
    password_hash: Option<String>,
    created_at: i64,
    signed_in_at: Option<i64>,
    disabled_at: Option<i64>,
    ldap_state: Option<String>,
}

impl From<Row> for Account {
    fn from(row: Row) -> Self {
        Self {
            person_id: Id::stored(row.person_id),
            username: Username::stored(row.username),
            has_password: row.password_hash.is_some(),
            created_at: Timestamp::from_micros(row.created_at),
            signed_in_at: row.signed_in_at.map(Timestamp::from_micros),
            disabled_at: row.disabled_at.map(Timestamp::from_micros),
        }
    }
}

/// The account of a person.
pub(crate) fn get(tx: &mut ReadTx<'_>, person: &PersonId) -> Result<Option<Account>, Error> {
    let row: Option<Row> =
        accounts::table.find(person.as_str()).select(Row::as_select()).first(tx.conn()).optional()?;
    Ok(row.map(Account::from))
}

/// The account of a username, with its password.
pub(crate) fn find_by_username(
    tx: &mut ReadTx<'_>,
    username: &Username,
) -> Result<Option<(Account, Option<PasswordHash>)>, Error> {
    let row: Option<Row> = accounts::table
        .filter(accounts::username.eq(username.as_str()))
        .select(Row::as_select())
        .first(tx.conn())
        .optional()?;
    Ok(row.map(|row| {
        let hash = row.password_hash.clone().map(PasswordHash::new);
        (Account::from(row), hash)
    }))
}

/// Accounts in the order of their usernames, after `after`.
pub(crate) fn list(tx: &mut ReadTx<'_>, after: Option<&str>, limit: i64) -> Result<Vec<Account>, Error> {
    let rows: Vec<Row> = accounts::table
        .filter(accounts::username.gt(after.unwrap_or_default()))
        .order(accounts::username)
        .limit(limit)
        .select(Row::as_select())
        .load(tx.conn())?;
    Ok(rows.into_iter().map(Account::from).collect())
}

/// Makes an account; `false` when the person has one or the username is taken.
pub(crate) fn put(
    tx: &mut Tx<'_>,
    person: &PersonId,
    username: &Username,
    hash: Option<&PasswordHash>,
) -> Result<bool, Error> {
    let statement = diesel::insert_into(accounts::table)
        .values((
            accounts::person_id.eq(person.as_str()),
            accounts::username.eq(username.as_str()),
            accounts::password_hash.eq(hash.map(PasswordHash::as_str)),
            accounts::created_at.eq(tx.now().micros()),
        ))
        .on_conflict_do_nothing();
    Ok(tx.run(statement)? == 1)
}

/// All accounts, each with what the office's LDAP server said of it last.
pub(crate) fn list_with_ldap(tx: &mut ReadTx<'_>) -> Result<Vec<(Account, Option<LdapState>)>, Error> {
    let rows: Vec<Row> = accounts::table.select(Row::as_select()).load(tx.conn())?;
    rows.into_iter()
        .map(|row| {
            let damaged = || Error::damaged(format!("ldap_state of {}", row.username));
            let state = row.ldap_state.as_deref();
            let state = state.map(|text| LdapState::parse(text).ok_or_else(damaged)).transpose()?;
            Ok((row.into(), state))
        })
        .collect()
}

/// Writes down what the office's LDAP server says of an account.
pub(crate) fn put_ldap_state(tx: &mut Tx<'_>, person: &PersonId, state: LdapState) -> Result<(), Error> {
    let account = diesel::update(accounts::table.find(person.as_str()));
    tx.run_prepared(account.set(accounts::ldap_state.eq(state.as_str())))?;
    Ok(())
}

/// Gives the account another password, or none.
pub(crate) fn put_password(
    tx: &mut Tx<'_>,
    person: &PersonId,
    hash: Option<&PasswordHash>,
) -> Result<(), Error> {
    diesel::update(accounts::table.find(person.as_str()))
        .set(accounts::password_hash.eq(hash.map(PasswordHash::as_str)))
        .execute(tx.conn())?;
    Ok(())
}

/// Whether any account has a password.
pub(crate) fn has_password(tx: &mut ReadTx<'_>) -> Result<bool, Error> {
    let with = accounts::table.filter(accounts::password_hash.is_not_null()).select(accounts::person_id);
    Ok(with.first::<String>(tx.conn()).optional()?.is_some())
}

/// Takes the passwords of all accounts away; returns how many had one.
pub(crate) fn remove_passwords(tx: &mut Tx<'_>) -> Result<usize, Error> {
    let with = diesel::update(accounts::table.filter(accounts::password_hash.is_not_null()));
    Ok(with.set(accounts::password_hash.eq(None::<&str>)).execute(tx.conn())?)
}

/// Closes the account, or opens it again.
pub(crate) fn put_disabled(
    tx: &mut Tx<'_>,
    person: &PersonId,
    disabled_at: Option<Timestamp>,
) -> Result<(), Error> {
    diesel::update(accounts::table.find(person.as_str()))
        .set(accounts::disabled_at.eq(disabled_at.map(Timestamp::micros)))
        .execute(tx.conn())?;
    Ok(())
}

/// Locks an account until the transaction ends, so that what a person may have only so many of is counted by one
/// transaction at a time; `false` when there is none.
pub(crate) fn lock(tx: &mut Tx<'_>, person: &PersonId) -> Result<bool, Error> {
    let count = diesel::update(accounts::table.find(person.as_str()))
        .set(accounts::created_at.eq(accounts::created_at))
        .execute(tx.conn())?;
    Ok(count == 1)
}

/// What an account says at the moment at which its person signs in.
pub(crate) struct AtSignIn {
    /// Whether it is closed.
    pub disabled: bool,
    /// Its password.
    pub hash: Option<PasswordHash>,
}

/// Marks that a device signs in. The row stays locked until the transaction ends, so that two devices of one person
/// are counted one after the other.
pub(crate) fn sign_in(tx: &mut Tx<'_>, person: &PersonId) -> Result<Option<AtSignIn>, Error> {
    let now = tx.now().micros();
    let row: Option<(Option<i64>, Option<String>)> = diesel::update(accounts::table.find(person.as_str()))
        .set(accounts::signed_in_at.eq(now))
        .returning((accounts::disabled_at, accounts::password_hash))
        .get_result(tx.conn())
        .optional()?;
    Ok(row.map(|(disabled_at, hash)| AtSignIn {
        disabled: disabled_at.is_some(),
        hash: hash.map(PasswordHash::new),
    }))
}
