use renraku_base::{AppPasswordId, ETag, Entropy, Precondition, Principal};
use renraku_db::{Changed, ObjectType, ReadTx, Tx, changes};
use serde_json::json;

use super::devices::read_device;
use crate::{
    account::{
        model::{AppPassword, CreatedAppPassword, NewAppPassword, Username},
        store::{accounts, app_passwords, revocations},
    },
    directory::service::list_by_email,
    fault::AccountFault,
    server_secret::ServerSecret,
    session::KnownPassword,
};

const AT_MOST: usize = 5;
const LETTERS: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
/// 26 letters of 5 bits each: 130 bits.
const LENGTH: usize = 26;

/// The caller's app passwords, oldest first.
///
/// # Errors
/// [`AccountFault::Internal`] when the statement fails.
pub fn list_app_passwords(tx: &mut ReadTx<'_>, who: &Principal) -> Result<Vec<AppPassword>, AccountFault> {
    Ok(app_passwords::list(tx, &who.person)?)
}

/// One of the caller's app passwords.
///
/// # Errors
/// [`AccountFault::NotFound`].
pub fn read_app_password(
    tx: &mut ReadTx<'_>,
    who: &Principal,
    id: &AppPasswordId,
) -> Result<AppPassword, AccountFault> {
    list_app_passwords(tx, who)?.into_iter().find(|password| password.id == *id).ok_or(AccountFault::NotFound)
}

/// Makes an app password for the caller. Its text is in the answer and nowhere else.
///
/// # Errors
/// [`AccountFault::Invalid`], [`AccountFault::IdTaken`], [`AccountFault::TooManyAppPasswords`] or, for a device that is
/// not the caller's, [`AccountFault::NotFound`].
pub fn create_app_password(
    tx: &mut Tx<'_>,
    secret: &ServerSecret,
    who: &Principal,
    wish: &NewAppPassword,
) -> Result<Changed<CreatedAppPassword>, AccountFault> {
    let faults = wish.faults();
    if !faults.is_empty() {
        return Err(AccountFault::Invalid(faults));
    }
    if !accounts::lock(tx, &who.person)? {
        return Err(AccountFault::NotFound);
    }
    if let Some(device) = &wish.device_id {
        read_device(tx, who, device)?;
    }
    if app_passwords::list(tx, &who.person)?.len() >= AT_MOST {
        return Err(AccountFault::TooManyAppPasswords);
    }
    let id = wish.id.clone().unwrap_or_else(|| tx.new_id());
    if app_passwords::is_there(tx, &id)? {
        return Err(AccountFault::IdTaken);
    }
    let version = tx.next_version(None);
    let app_password = AppPassword {
        id,
        name: wish.name.trim().to_owned(),
        device_id: wish.device_id.clone(),
        created_at: tx.now(),
        etag: ETag::of(version),
    };
    let text: String =
        Entropy.bytes::<LENGTH>().iter().map(|byte| char::from(LETTERS[usize::from(byte % 32)])).collect();
    app_passwords::put(tx, &who.person, &app_password, version, &mac(secret, &text))?;
    let revocations = revocations(tx)?;
    let recorded = changes::record(tx, revocations, ObjectType::AppPassword, &app_password.id);
    Ok(recorded.with(CreatedAppPassword { app_password, password: text }))
}

/// Takes one of the caller's app passwords away.
///
/// # Errors
/// [`AccountFault::NotFound`] or [`AccountFault::Stale`].
pub fn revoke_app_password(
    tx: &mut Tx<'_>,
    who: &Principal,
    id: &AppPasswordId,
    precondition: &Precondition,
) -> Result<Changed<()>, AccountFault> {
    let password = read_app_password(tx, who, id)?;
    if !precondition.holds(&password.etag) {
        return Err(AccountFault::Stale { current: json!(password) });
    }
    app_passwords::remove(tx, id)?;
    let revocations = revocations(tx)?;
    Ok(changes::record_gone(tx, revocations, ObjectType::AppPassword, id).with(()))
}

/// The person whose username, or mail address that nobody else has, and app password these are. No slow hash is needed: nobody guesses
/// 130 random bits. The name is looked at last, so that a wrong password takes as long with every name.
///
/// # Errors
/// [`AccountFault::Internal`] when the statement fails.
pub(crate) fn find_app_password(
    tx: &mut ReadTx<'_>,
    secret: &ServerSecret,
    username: &str,
    password: &str,
) -> Result<Option<KnownPassword>, AccountFault> {
    let letters: String = password
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '-')
        .map(|c| c.to_ascii_lowercase())
        .collect();
    if letters.len() != LENGTH {
        return Ok(None);
    }
    let Some((known_as, known)) = app_passwords::find(tx, &mac(secret, &letters))? else { return Ok(None) };
    let is_theirs = match username.parse::<Username>() {
        Ok(username) => username.as_str() == known_as,
        Err(_) => list_by_email(tx, username.trim())? == [known.principal.person.clone()],
    };
    Ok(is_theirs.then_some(known))
}

fn mac(secret: &ServerSecret, text: &str) -> [u8; 32] {
    secret.mac_key("app-password").sign(&[text.as_bytes()])
}
