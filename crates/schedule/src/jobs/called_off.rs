//! Somebody outside hears by one mail of all occurrences of a series to which they come no more.

use std::collections::{BTreeMap, BTreeSet};

use renraku_base::Principal;
use renraku_db::Tx;
use renraku_notify::NotificationType;

use super::notices::{News, order};
use crate::{
    ScheduleFault,
    model::{Event, LocalDateTime},
    store::events::StoredEvent,
};

/// The occurrences of which addresses outside hear that they do not come to them.
#[derive(Default)]
pub(crate) struct CalledOff {
    /// How each was, apart from whether it takes place all the same, without those who are told.
    occurrences: BTreeMap<(bool, LocalDateTime), Event>,
    theirs: BTreeMap<(bool, String), BTreeSet<LocalDateTime>>,
}

impl CalledOff {
    /// Adds an occurrence for those who are told of it.
    pub fn add(&mut self, removed: bool, id: LocalDateTime, was: &Event, outside: Vec<String>) {
        if !outside.is_empty() {
            self.occurrences.insert((removed, id), was.clone());
        }
        for address in outside {
            self.theirs.entry((removed, address)).or_default().insert(id);
        }
    }

    /// Writes down that they are to be told.
    pub fn tell(self, tx: &mut Tx<'_>, who: &Principal, stored: &StoredEvent) -> Result<(), ScheduleFault> {
        let mut orders: BTreeMap<(bool, BTreeSet<LocalDateTime>), Vec<String>> = BTreeMap::new();
        for ((removed, address), ids) in self.theirs {
            orders.entry((removed, ids)).or_default().push(address);
        }
        for ((removed, ids), outside) in orders {
            let mut events = ids.iter().filter_map(|id| Some((*id, self.occurrences.get(&(removed, *id))?)));
            let occurrence = events.next();
            let more: Vec<Event> = events.map(|(_, event)| event.clone()).collect();
            let news = News { kind: NotificationType::Cancelled, stored, occurrence, removed };
            order(tx, who, news, (Vec::new(), outside), false, (!more.is_empty()).then_some(more))?;
        }
        Ok(())
    }
}
