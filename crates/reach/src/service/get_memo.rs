use renraku_base::{PhoneMemoId, Precondition, Principal};
use renraku_db::{ReadTx, Tx};

use super::view::view;
use crate::{
    ReachFault,
    model::PhoneMemo,
    store::memos::{self, Stored},
};

/// A memo that the caller got or wrote.
///
/// # Errors
/// [`ReachFault::NotFound`] when it is neither, or they took it out of their list.
pub fn get_memo(tx: &mut ReadTx<'_>, who: &Principal, id: &PhoneMemoId) -> Result<PhoneMemo, ReachFault> {
    let stored = memos::get(tx, &who.person, id)?.ok_or(ReachFault::NotFound)?;
    Ok(view(stored, &who.person)?)
}

/// The memo that is about to be changed, held until then, if it is what the caller expects.
pub(super) fn expect_memo(
    tx: &mut Tx<'_>,
    who: &Principal,
    id: &PhoneMemoId,
    precondition: &Precondition,
) -> Result<(Stored, PhoneMemo), ReachFault> {
    tx.hold(id.as_str())?;
    let stored = memos::get(tx, &who.person, id)?.ok_or(ReachFault::NotFound)?;
    let current = view(stored.clone(), &who.person)?;
    if precondition.holds(&current.etag) { Ok((stored, current)) } else { Err(ReachFault::stale(&current)) }
}
