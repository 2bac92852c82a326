use renraku_base::{EventId, Principal};
use renraku_db::ReadTx;

use super::view::Sight;
use crate::{ScheduleFault, model::EventView, store};

/// One event as the person sees it.
///
/// # Errors
/// [`ScheduleFault::NotFound`] when they do not see it, or put it away.
pub fn get_event(tx: &mut ReadTx<'_>, who: &Principal, id: &EventId) -> Result<EventView, ScheduleFault> {
    // Where it is seen first: what is not there must not be told apart by time from what is not to be seen.
    let sight = Sight::of(tx, who, &[id.as_str()])?.without_hidden();
    if sight.places(id).next().is_none() {
        return Err(ScheduleFault::NotFound);
    }
    let stored = store::events::get(tx, id)?.ok_or(ScheduleFault::NotFound)?;
    sight.view(&who.person, &stored).ok_or(ScheduleFault::NotFound)
}
