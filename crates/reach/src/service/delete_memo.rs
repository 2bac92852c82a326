use renraku_base::{PersonId, PhoneMemoId, Precondition, Principal};
use renraku_db::{Changed, ObjectType, Tx};
use renraku_notify::service as notify;

use super::get_memo::expect_memo;
use crate::{
    ReachFault,
    store::memos::{self, Part},
};

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
        vec![&who.person]
    };
    notify::untell(tx, &people, id)?;
    Ok(notify::record_gone_for(tx, &people, ObjectType::PhoneMemo, id)?)
}
