//! Delegates: whoever was given a right in a person's calendars by name. There are no other rights than those: this is what
//! calendar clients know them as.

use renraku_base::{PersonId, Principal, Role};
use renraku_db::ReadTx;

use crate::{ScheduleFault, store};

/// A person on the other side of a delegation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delegation {
    /// The person.
    pub person: PersonId,
    /// Whether it is for writing, too.
    pub writes: bool,
}

impl Delegation {
    fn of((person, role): (PersonId, Role)) -> Self {
        Self { person, writes: role >= Role::Write }
    }
}

/// The people for whom somebody is a delegate.
///
/// # Errors
/// [`ScheduleFault::Internal`] when the database fails.
pub fn list_delegators(tx: &mut ReadTx<'_>, who: &Principal) -> Result<Vec<Delegation>, ScheduleFault> {
    let owners = store::delegates::list_owners(tx, &who.person)?;
    Ok(owners.into_iter().map(Delegation::of).collect())
}

/// The delegates of a person.
///
/// # Errors
/// [`ScheduleFault::Internal`] when the database fails.
pub fn list_delegates(tx: &mut ReadTx<'_>, owner: &PersonId) -> Result<Vec<Delegation>, ScheduleFault> {
    Ok(store::delegates::list_of_owner(tx, owner)?.into_iter().map(Delegation::of).collect())
}

/// Whether somebody is a delegate of the person with this id.
///
/// # Errors
/// [`ScheduleFault::Internal`] when the database fails.
pub fn is_delegate(tx: &mut ReadTx<'_>, who: &Principal, owner: &str) -> Result<bool, ScheduleFault> {
    Ok(store::delegates::is_one(tx, owner, &who.person)?)
}
