use renraku_base::{PersonId, PhoneMemoId, Precondition, Principal};
use renraku_db::{Changed, ObjectType, Tx};
use renraku_notify::service as notify;

use super::get_memo::expect_memo;
use crate::{
    ReachFault,
    store::memos::{self, Part, Stored},
};

/// Its author sees that somebody took a memo out of their list without having done it.
fn tell_author(
    tx: &mut Tx<'_>,
    who: &Principal,
    id: &PhoneMemoId,
    stored: &Stored,
) -> Result<(), ReachFault> {
    let undone = |part: &&Part| part.person == who.person && part.progress.done_at.is_none();
    let author = stored.parts.first().filter(|author| !author.removed && author.person != who.person);
    if let (Some(author), Some(_)) = (author, stored.parts.iter().find(undone)) {
        let version = tx.next_version(Some(author.version));
        memos::put_part(tx, id, &Part { version, ..author.clone() })?;
        let _changed = notify::record_for(tx, &[&author.person], ObjectType::PhoneMemo, id)?;
    }
    Ok(())
}

/// Takes a memo back from everyone for whom it is, when the caller wrote it; otherwise takes it out of the caller's list alone. The
/// notifications that told of it go along.
///
/// # Errors
/// [`ReachFault::Stale`], [`ReachFault::NotFound`].
pub fn delete_memo(
    tx: &mut Tx<'_>,
    who: &Principal,
    id: &PhoneMemoId,
    precondition: &Precondition,
) -> Result<Changed<()>, ReachFault> {
    let (stored, _) = expect_memo(tx, who, id, precondition)?;
    let is_author = stored.parts.first().is_some_and(|author| author.person == who.person);
    let people: Vec<&PersonId> = if is_author {
        memos::remove(tx, id)?;
        stored.parts.iter().filter(|part| !part.removed).map(|part| &part.person).collect()
    } else {
        for part in stored.parts.iter().filter(|part| part.person == who.person) {
            let version = tx.next_version(Some(part.version));
            memos::put_part(tx, id, &Part { removed: true, version, ..part.clone() })?;
        }
        tell_author(tx, who, id, &stored)?;
        vec![&who.person]
    };
    notify::untell(tx, &people, id)?;
    Ok(notify::record_gone_for(tx, &people, ObjectType::PhoneMemo, id)?)
}
