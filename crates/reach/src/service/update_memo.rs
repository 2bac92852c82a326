use renraku_base::{FieldFault, PhoneMemoId, Precondition, Principal};
use renraku_db::{Changed, Error, ObjectType, Tx};
use renraku_notify::service as notify;

use super::{get_memo::expect_memo, view::view};
use crate::{
    ReachFault,
    model::{PhoneMemo, PhoneMemoPatch},
    rules::{instant, part::Progress},
    store::memos::{self, Part},
};

/// Says what the caller did about a memo for them; its author sees it. What changes nothing makes no new version.
///
/// # Errors
/// [`ReachFault::Invalid`], [`ReachFault::Forbidden`] for its author, [`ReachFault::Stale`], [`ReachFault::NotFound`].
pub fn update_memo(
    tx: &mut Tx<'_>,
    who: &Principal,
    id: &PhoneMemoId,
    patch: PhoneMemoPatch,
    precondition: &Precondition,
) -> Result<Changed<PhoneMemo>, ReachFault> {
    let sent = [("/seenAt", patch.seen_at), ("/doneAt", patch.done_at)];
    let faults: Vec<FieldFault> =
        sent.into_iter().filter_map(|(pointer, at)| instant::fault(pointer, at.flatten())).collect();
    if !faults.is_empty() {
        return Err(ReachFault::Invalid(faults));
    }
    let (mut stored, current) = expect_memo(tx, who, id, precondition)?;
    let now = tx.now();
    let (author, addressees) =
        stored.parts.split_first_mut().ok_or_else(|| Error::damaged("a phone memo of nobody"))?;
    let Some(own) = addressees.iter_mut().find(|part| part.person == who.person) else {
        return Err(ReachFault::Forbidden);
    };
    let progress = own.progress.patched(patch, now);
    if progress == own.progress {
        return Ok(Changed::nothing(current));
    }
    let step = |tx: &mut Tx<'_>, part: &mut Part, progress: Progress| {
        part.progress = progress;
        part.version = tx.next_version(Some(part.version));
        memos::put_part(tx, id, part)
    };
    if progress.done_at.is_some() {
        // What is done need not be told any more.
        notify::mark_read_about(tx, who, id)?;
    }
    step(tx, own, progress)?;
    let of_all = Progress::of_all(addressees.iter().map(|part| part.progress));
    step(tx, author, of_all)?;
    let changed = notify::record_for(tx, &[&who.person, &author.person], ObjectType::PhoneMemo, id)?;
    let memo = view(stored, &who.person)?;
    Ok(changed.map(|()| memo))
}
