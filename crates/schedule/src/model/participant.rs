use std::collections::BTreeMap;

use renraku_base::{PersonId, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::{
    event::{is_false, is_zero},
    members::Members,
};

/// The longest calendar address (RFC 5321 §4.5.3.1: 64 + 1 + 255, and the scheme).
const ADDRESS_BYTES: usize = 327;

/// Someone or something that takes part in an event.
///
/// `personId` names a member of staff; anybody else is known by `calendarAddress` alone.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Participant {
    /// Always `Participant`.
    #[serde(rename = "@type", default)]
    pub object_type: ParticipantType,
    /// The name to show.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The URI for invitations and replies, like `mailto:hanako@example.jp`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub calendar_address: Option<String>,
    /// The member of staff.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub person_id: Option<PersonId>,
    /// `individual`, `group`, `location`, `resource` or a word of the sender's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Why they take part: `owner`, `attendee`, `optional`, `informational`, `chair` …
    #[serde(default)]
    pub roles: BTreeMap<String, bool>,
    /// What they answered.
    #[serde(default)]
    pub participation_status: ParticipationStatus,
    /// What they wrote with their answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub participation_comment: Option<String>,
    /// Whether the organizer waits for an answer.
    #[serde(default, skip_serializing_if = "is_false")]
    pub expect_reply: bool,
    /// Who sends them invitations and brings their answers.
    #[serde(default, skip_serializing_if = "ScheduleAgent::is_server")]
    pub schedule_agent: ScheduleAgent,
    /// The event's `sequence` that the last answer was for.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub schedule_sequence: u32,
    /// When the last answer was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schedule_updated: Option<Timestamp>,
    /// Why the last message did not reach them (RFC 6638 §3.2.9): `5.1` it was refused, `5.2` the office has no way to send it. Told by the
    /// server, to whoever reads the organizer's calendar.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub schedule_status: Vec<String>,
    /// Properties that are kept and have no effect.
    #[serde(flatten)]
    pub more: BTreeMap<String, Value>,
}

/// Who sends a participant messages about an event (RFC 6638 §7.1).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ScheduleAgent {
    /// This server, which also puts the event into the calendars of staff.
    #[default]
    Server,
    /// The organizer's client.
    Client,
    /// Nobody.
    None,
}

impl ScheduleAgent {
    /// Whether it is this server.
    #[must_use]
    pub const fn is_server(&self) -> bool {
        matches!(self, Self::Server)
    }
}

/// The `@type` of a participant.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub enum ParticipantType {
    /// The only one.
    #[default]
    Participant,
}

/// A participant's answer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ParticipationStatus {
    /// No answer yet.
    #[default]
    NeedsAction,
    /// Will come.
    Accepted,
    /// Will not come.
    Declined,
    /// May come.
    Tentative,
    /// Sends someone else.
    Delegated,
}

impl ParticipationStatus {
    /// The word on the wire and in rows.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NeedsAction => "needs-action",
            Self::Accepted => "accepted",
            Self::Declined => "declined",
            Self::Tentative => "tentative",
            Self::Delegated => "delegated",
        }
    }

    /// The answer of a word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::NeedsAction, Self::Accepted, Self::Declined, Self::Tentative, Self::Delegated]
            .into_iter()
            .find(|status| status.as_str() == word)
    }
}

impl Participant {
    /// A member of staff who is invited.
    #[must_use]
    pub fn staff(person: PersonId) -> Self {
        Self {
            person_id: Some(person),
            roles: BTreeMap::from([("attendee".to_owned(), true)]),
            ..Self::default()
        }
    }

    /// Whether this is a facility that could not be booked.
    #[must_use]
    pub(crate) fn is_refused_room(&self) -> bool {
        let by_id = self.calendar_address.as_deref().is_some_and(|address| address.starts_with("urn:uuid:"));
        by_id && self.person_id.is_none() && self.participation_status == ParticipationStatus::Declined
    }

    /// Whether they organize, and nothing else is said of their part.
    pub(crate) fn only_organizes(&self) -> bool {
        !self.roles.is_empty() && self.roles.keys().all(|role| role == "owner")
    }

    /// Whether they have a role, such as `attendee`.
    #[must_use]
    pub fn has_role(&self, role: &str) -> bool {
        self.roles.get(role).copied().unwrap_or(false)
    }

    /// Takes over what another record of the same person says of their answer.
    pub(crate) fn take_answer(&mut self, from: &Self) {
        self.participation_status = from.participation_status;
        self.participation_comment.clone_from(&from.participation_comment);
        self.schedule_sequence = from.schedule_sequence;
        self.schedule_updated = from.schedule_updated;
    }

    /// Takes in what another record of the same person says, too. Of two answers the other counts, unless it is none.
    pub(crate) fn join(&mut self, other: Self) {
        if other.participation_status != ParticipationStatus::NeedsAction {
            self.take_answer(&other);
        }
        self.name = self.name.take().or(other.name);
        self.kind = self.kind.take().or(other.kind);
        self.roles.extend(other.roles);
        self.expect_reply |= other.expect_reply;
        for (name, value) in other.more {
            match (self.more.get_mut(&name), value) {
                // What is kept of lines says each thing once.
                (Some(Value::Array(mine)), Value::Array(others)) => {
                    let says = |it: &Value| {
                        it.as_str().map(|it| it.split('=').next().unwrap_or_default().to_owned())
                    };
                    let known: Vec<_> = mine.iter().map(says).collect();
                    mine.extend(others.into_iter().filter(|it| !known.contains(&says(it))));
                }
                (Some(_), _) => {}
                (None, value) => drop(self.more.insert(name, value)),
            }
        }
    }

    pub(super) fn read(mut members: Members<'_>) -> Option<Self> {
        if members.has("sendTo") {
            members.fault("sendTo", "older-name", "use calendarAddress");
        }
        members.object_type("Participant");
        let mut participant = Self {
            object_type: ParticipantType::Participant,
            name: members.line("name"),
            calendar_address: address(&mut members, "calendarAddress"),
            person_id: members.take("personId", "id"),
            kind: members.line("kind"),
            roles: members.set("roles"),
            participation_status: members.take("participationStatus", "one-of").unwrap_or_default(),
            participation_comment: members.lines("participationComment"),
            expect_reply: members.take("expectReply", "type").unwrap_or_default(),
            schedule_agent: members.take("scheduleAgent", "one-of").unwrap_or_default(),
            schedule_sequence: members.take("scheduleSequence", "type").unwrap_or_default(),
            schedule_updated: members.take("scheduleUpdated", "instant"),
            schedule_status: members.take("scheduleStatus", "type").unwrap_or_default(),
            more: BTreeMap::new(),
        };
        if participant.calendar_address.is_none() && participant.person_id.is_none() {
            members.fault("calendarAddress", "required", "a participant has a personId or a calendarAddress");
        }
        if participant.roles.is_empty() {
            participant.roles.insert("attendee".to_owned(), true);
        }
        participant.more = members.rest();
        Some(participant)
    }
}

/// A calendar address: a URI without spaces; a bare mail address gets its scheme.
pub(super) fn address(members: &mut Members<'_>, name: &str) -> Option<String> {
    let text: String = members.take(name, "type")?;
    let text = match text.split_once(':') {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("mailto") => format!("mailto:{rest}"),
        None if text.contains('@') => format!("mailto:{text}"),
        _ => text,
    };
    if is_address(&text) {
        return Some(text);
    }
    members.fault(name, "calendar-address", "a calendar address is written like mailto:hanako@example.jp");
    None
}

/// Whether a text is a URI that can stand in a mail's header: `mailto:` with one mail address, or another scheme.
pub(crate) fn is_address(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else { return false };
    let plain = |c: char| c.is_control() || c.is_whitespace() || matches!(c, '<' | '>' | '"' | ',' | '\\');
    if rest.is_empty() || text.len() > ADDRESS_BYTES || text.contains(plain) {
        return false;
    }
    if scheme == "mailto" {
        return rest.split_once('@').is_some_and(|(local, domain)| {
            !local.is_empty()
                && !domain.is_empty()
                && !domain.contains('@')
                && !domain.contains(['?', '&', '/'])
        });
    }
    scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'))
}

#[cfg(test)]
mod tests {
    use super::is_address;

    #[test]
    fn an_address_can_stand_in_a_header() {
        for good in
            ["mailto:a@example.jp", "mailto:花子@例え.jp", "urn:uuid:0198c0de", "https://example.jp/~a/"]
        {
            assert!(is_address(good), "{good}");
        }
        for bad in [
            "",
            "mailto:",
            "mailto:a",
            "mailto:@b",
            "mailto:a@",
            "mailto:a@b@c",
            "a@b",
            "mailto:a@b\r\nBcc: c@d",
            "mailto:a@b?bcc=c@d",
            "mailto:a@b,c@d",
            "mailto:<a@b>",
            "mailto:a b@c",
            "1x:y",
            ":x",
        ] {
            assert!(!is_address(bad), "{bad}");
        }
    }
}
