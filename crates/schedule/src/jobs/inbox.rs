//! What lies in the inboxes of calendar clients (RFC 6638 §4.1): short messages, for the event itself is in the calendar.

use renraku_base::{PersonId, Timestamp};
use renraku_notify::inbox::Letter;
use renraku_people::directory::NamedPerson;
use serde::{Deserialize, Serialize};

use super::invitation::Method;
use crate::{
    codec::ical,
    model::{Event, KEPT_RULES, Participant},
};

/// The key of whoever is written to among the participants of a message.
const RECIPIENT: &str = "recipient";
/// What is kept with an event and says when it takes place.
const KEPT: [&str; 2] = [KEPT_RULES, "endTimeZone"];

/// What members of staff are sent about an event or an occurrence.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Message {
    method: Method,
    event: Event,
}

impl Message {
    /// Of the event stays when and where it takes place, what it is called and who calls: each of many who are invited is sent
    /// that, and not who else is.
    pub fn of(method: Method, shown: &Event, organizer: Option<&PersonId>) -> Self {
        let mut event = shown.clone();
        event.participants.retain(|_, it| it.person_id.is_some() && it.person_id.as_ref() == organizer);
        if event.organizer_calendar_address.is_none() {
            event.organizer_calendar_address = organizer.map(address);
        }
        for patch in event.recurrence_overrides.values_mut() {
            *patch = patch.time_only();
        }
        event.description.clear();
        event.virtual_locations.clear();
        event.alerts.clear();
        event.more.retain(|name, _| KEPT.contains(&name.as_str()));
        Self { method, event }
    }

    /// The message to one of them.
    pub fn letter(&self, to: &PersonId, named: Option<&NamedPerson>, now: Timestamp) -> Letter {
        let mut event = self.event.clone();
        let email = named.and_then(|person| person.email.as_ref());
        let recipient = Participant {
            name: named.map(|person| person.name.full.clone()),
            calendar_address: Some(email.map_or_else(|| address(to), |email| format!("mailto:{email}"))),
            expect_reply: self.method == Method::Request,
            ..Participant::default()
        };
        event.participants.insert(RECIPIENT.to_owned(), recipient);
        let message = match self.method {
            Method::Request => ical::request(&event, now),
            Method::Cancel | Method::Remove => ical::cancel(&event, now),
        };
        Letter { to: to.clone(), text: message.text }
    }
}

/// The answer of somebody to an event, or to one or more of its occurrences, to its organizer; `None` of someone who does not take part.
pub(crate) fn answer(
    organizer: &PersonId,
    who: &PersonId,
    shown: &[Event],
    now: Timestamp,
) -> Option<Letter> {
    let key = shown.first()?.participant(who)?.0.to_owned();
    let mut shown = shown.to_vec();
    for event in &mut shown {
        event.organizer_calendar_address.get_or_insert_with(|| address(organizer));
        if let Some(participant) = event.participants.get_mut(&key) {
            participant.calendar_address.get_or_insert_with(|| address(who));
        }
    }
    ical::reply(&shown, &key, now).map(|message| Letter { to: organizer.clone(), text: message.text })
}

/// The address of somebody who has no mail.
fn address(person: &PersonId) -> String {
    format!("urn:uuid:{person}")
}
