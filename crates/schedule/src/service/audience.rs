//! Who can notice that an event changed.

use std::collections::BTreeSet;

use renraku_base::PersonId;
use renraku_db::{CollectionId, Tx, changes::Audience};

use crate::{
    model::{Event, LocalDateTime, ParticipationStatus, PatchObject, Privacy},
    rules::access,
    store::{events::StoredEvent, placements::Placement},
};

/// Who can notice a change of an event in the calendars that it is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Audiences {
    /// Where it was seen and still is.
    pub stays: Audience,
    /// Where it was not seen before.
    comes: Audience,
    /// Where it is not seen any more.
    pub goes: Audience,
}

impl Audiences {
    /// Of an event that is new or goes away.
    pub fn of(event: &Event) -> Self {
        let presence = presence(event);
        Self { stays: presence, comes: presence, goes: presence }
    }

    /// Of an event that changes.
    pub fn of_change(before: &Event, after: &Event) -> Self {
        let stays = match (before.privacy, after.privacy) {
            (Privacy::Secret, Privacy::Secret) => Audience::Involved,
            (Privacy::Private, Privacy::Private) if is_same_busy(before, after) => Audience::Details,
            _ => Audience::Everybody,
        };
        Self { stays, comes: presence(after), goes: presence(before) }
    }

    /// In a calendar that shows the event now; `before` is where it was.
    pub fn at(self, before: &[Placement], collection: CollectionId) -> Audience {
        let seen = before.iter().any(|place| place.collection == collection && !place.hidden);
        if seen { self.stays } else { self.comes }
    }
}

/// Who can know of an event at all.
fn presence(event: &Event) -> Audience {
    match event.privacy {
        Privacy::Secret => Audience::Involved,
        Privacy::Private | Privacy::Public => Audience::Everybody,
    }
}

/// Whether those who see only when an event takes time see the same before and after.
fn is_same_busy(before: &Event, after: &Event) -> bool {
    let busy = |event: &Event| access::busy_only(event, String::new());
    let same_answers = || {
        before.participants == after.participants && before.recurrence_overrides == after.recurrence_overrides
            || declined(before) == declined(after)
    };
    busy(before) == busy(after) && (after.privacy == Privacy::Public || same_answers())
}

/// Who declined it, or an occurrence of it: in their calendars it takes no time then, which their readers see.
fn declined(event: &Event) -> BTreeSet<(Option<LocalDateTime>, PersonId)> {
    let no = |at: Option<LocalDateTime>, event: &Event| -> Vec<_> {
        let people = event.participants.values();
        let people = people.filter(|it| it.participation_status == ParticipationStatus::Declined);
        people.filter_map(|it| Some((at, it.person_id.clone()?))).collect()
    };
    let single = event.occurrences_of(PatchObject::touches_people).into_iter();
    let single = single.flat_map(|(at, occurrence)| no(Some(at), &occurrence));
    no(None, event).into_iter().chain(single).collect()
}

/// Gives a changed event its new versions: that of what is seen as busy time stays when that does.
pub(crate) fn renew(tx: &Tx<'_>, before: &StoredEvent, after: &mut StoredEvent) {
    after.version = tx.next_version(Some(before.version));
    after.busy_version = if before.calendar == after.calendar && is_same_busy(&before.event, &after.event) {
        before.busy_version
    } else {
        after.version
    };
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn event(privacy: &str, more: &Value) -> Event {
        let mut event = json!({"uid": "u", "title": "面談", "start": "2026-04-01T09:00:00", "duration": "PT1H", "privacy": privacy});
        event.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap());
        Event::read(event).unwrap()
    }

    #[test]
    fn a_change_is_for_those_who_see_a_difference() {
        let renamed = json!({"title": "健康相談"});
        let moved = json!({"start": "2026-04-01T10:00:00"});
        for (before, after, change, expected) in [
            ("public", "public", &renamed, Audience::Everybody),
            ("private", "private", &renamed, Audience::Details),
            ("private", "private", &moved, Audience::Everybody),
            ("private", "public", &renamed, Audience::Everybody),
            ("public", "secret", &renamed, Audience::Everybody),
            ("secret", "private", &renamed, Audience::Everybody),
            ("secret", "secret", &renamed, Audience::Involved),
            ("secret", "secret", &moved, Audience::Involved),
        ] {
            let told = Audiences::of_change(&event(before, &json!({})), &event(after, change));
            assert_eq!(told.stays, expected, "{before} {after} {change}");
        }
        let told = Audiences::of_change(&event("public", &json!({})), &event("secret", &json!({})));
        assert_eq!((told.goes, told.comes), (Audience::Everybody, Audience::Involved));
    }
}
