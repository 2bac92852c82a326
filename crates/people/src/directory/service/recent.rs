//! With whom somebody was in touch last: written down by what they do, read by nobody but themselves.

use renraku_base::{PersonId, Principal, Timestamp};
use renraku_db::{Changed, Error, ReadTx, Tx};

use super::names::find_by_email;
use crate::directory::{
    Directory, DirectoryFault, RecentPerson,
    recency::{CROWD, KEPT, MOST, ROWS, SAME_CONTACT},
    store,
};

/// Writes down that `who` turned to these people, in the transaction in which they did. For nobody but themselves, and for a crowd,
/// there is no statement; otherwise one that reads, and one that writes where the last contact is some minutes ago.
///
/// # Errors
/// [`Error`] when a statement fails.
pub fn note_contact<'p>(
    tx: &mut Tx<'_>,
    who: &PersonId,
    others: impl IntoIterator<Item = &'p PersonId>,
) -> Result<(), Error> {
    let now = tx.now();
    note(tx, who, others.into_iter().collect(), now)
}

/// Writes down that `who` wrote to these addresses, as far as they are the staff's. Two or three statements; none for a crowd.
///
/// # Errors
/// [`Error`] when a statement fails.
pub fn note_mail<'a>(
    tx: &mut Tx<'_>,
    who: &PersonId,
    addresses: impl IntoIterator<Item = &'a str>,
) -> Result<(), Error> {
    let addresses: Vec<&str> = addresses.into_iter().take(CROWD + 1).collect();
    if addresses.is_empty() || addresses.len() > CROWD {
        return Ok(());
    }
    let staff = find_by_email(tx, &addresses)?;
    note_contact(tx, who, staff.values())
}

fn note(tx: &mut Tx<'_>, who: &PersonId, mut others: Vec<&PersonId>, at: Timestamp) -> Result<(), Error> {
    // In one order always, so that two transactions of one person wait for each other and never both.
    others.sort_unstable();
    others.dedup();
    others.retain(|other| *other != who);
    if others.is_empty() || others.len() > CROWD {
        return Ok(());
    }
    let mut known = store::recent::list_stored(tx, who)?;
    others.retain(|other| known.get(other).is_none_or(|last| *last + SAME_CONTACT <= at));
    if others.is_empty() {
        return Ok(());
    }
    store::recent::put(tx, who, &others, at)?;
    known.extend(others.into_iter().map(|other| (other.clone(), at)));
    if known.len() > ROWS {
        let mut oldest: Vec<(Timestamp, &PersonId)> = known.iter().map(|(other, at)| (*at, other)).collect();
        oldest.sort_unstable();
        oldest.truncate(known.len() - MOST);
        let oldest: Vec<&PersonId> = oldest.into_iter().map(|(_, other)| other).collect();
        store::recent::remove(tx, who, &oldest)?;
    }
    Ok(())
}

/// Writes down that the caller was in touch with a person, as by a call; when, if that is some time ago.
///
/// # Errors
/// [`DirectoryFault`] when there is no such person in the directory and when a statement fails.
pub fn put_recent(
    tx: &mut Tx<'_>,
    who: &Principal,
    person: &PersonId,
    at: Option<Timestamp>,
) -> Result<Changed<()>, DirectoryFault> {
    if store::people::get(tx, &[person.as_str()])?.is_empty() {
        return Err(DirectoryFault::NotFound);
    }
    let now = tx.now();
    // A phone's clock may be ahead.
    let at = at.map_or(now, |at| at.min(now));
    if at > now - KEPT {
        note(tx, &who.person, vec![person], at)?;
    }
    Ok(Changed::untold(()))
}

/// With whom the caller was in touch last, the last first; those who left or must not be found are not shown.
///
/// # Errors
/// [`DirectoryFault`] when a statement fails.
pub fn list_recent(
    tx: &mut ReadTx<'_>,
    directory: &Directory,
    who: &Principal,
) -> Result<Vec<RecentPerson>, DirectoryFault> {
    let recent = store::recent::list(tx, &who.person)?;
    Ok(directory.read(tx, |index| {
        let shown = recent.into_iter().filter_map(|(person, at)| {
            let person = index.person(&person)?;
            Some(RecentPerson { at, person: person.clone() })
        });
        shown.collect()
    })?)
}

/// Forgets that the caller was in touch with a person, or with anybody; nothing happens when they were not.
///
/// # Errors
/// [`DirectoryFault`] when a statement fails.
pub fn remove_recent(
    tx: &mut Tx<'_>,
    who: &Principal,
    person: Option<&PersonId>,
) -> Result<Changed<()>, DirectoryFault> {
    match person {
        Some(person) => store::recent::remove(tx, &who.person, &[person])?,
        None => store::recent::remove_all(tx, &[who.person.as_str()])?,
    }
    Ok(Changed::untold(()))
}

/// Forgets who was in touch more than 90 days ago. Returns how many.
///
/// # Errors
/// [`Error`] when the statement fails.
pub fn forget_old_recent(tx: &mut Tx<'_>) -> Result<usize, Error> {
    let until = tx.now() - KEPT;
    store::recent::prune(tx, until)
}
