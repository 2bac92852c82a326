use std::ops::ControlFlow;

use renraku_base::PersonId;
use renraku_db::{Error, ReadTx};

use crate::directory::{Directory, Narrow, Selected};

/// Where somebody stands in the あいうえお order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The key of the order.
    pub order: String,
    /// Decides between equals.
    pub id: PersonId,
}

impl Place {
    /// The place of somebody who was picked out.
    #[must_use]
    pub fn of(selected: &Selected<'_>) -> Self {
        Self { order: selected.order.to_owned(), id: selected.person.id.clone() }
    }
}

/// Shows those whom `narrow` lets through to `look`, in あいうえお order from the first after `after` on, until it has seen
/// enough. The directory stands still meanwhile: `look` is brief.
///
/// # Errors
/// [`Error`] when a statement fails.
pub fn select_people(
    tx: &mut ReadTx<'_>,
    directory: &Directory,
    narrow: &Narrow,
    after: Option<&Place>,
    mut look: impl FnMut(Selected<'_>) -> ControlFlow<()>,
) -> Result<(), Error> {
    directory.read(tx, |index| {
        // The first that can stand after them.
        let from = after.map(|place| (place.order.as_str(), format!("{}\0", place.id.as_str())));
        let from = from.as_ref().map(|(order, id)| (*order, id.as_str()));
        let _enough = index.select(narrow, from).try_for_each(&mut look);
    })
}

/// The name by which a person who is listed signs in; `None` for one without an account.
///
/// # Errors
/// [`Error`] when a statement fails.
pub fn username(
    tx: &mut ReadTx<'_>,
    directory: &Directory,
    person: &PersonId,
) -> Result<Option<String>, Error> {
    directory.read(tx, |index| index.username_of(person).map(str::to_owned))
}
