//! Organizers and attendees (RFC 5545 §3.8.4.1, §3.8.4.3).

use std::{
    borrow::Cow,
    collections::{BTreeMap, HashMap},
};

use percent_encoding::percent_decode_str;
use renraku_base::Id;
use serde_json::Value;

use super::{KEPT_LINES, component::Component, line::Line, text};
use crate::model::{Event, Participant, ParticipationStatus, PatchObject, ScheduleAgent, is_address, limits};

/// The keys of participants: the same for an address in a series and in its exceptions.
#[derive(Debug, Default)]
pub(super) struct Keys(HashMap<String, String>);

impl Keys {
    fn of(&mut self, address: &str) -> String {
        let next = (self.0.len() + 1).to_string();
        self.0.entry(address.to_lowercase()).or_insert(next).clone()
    }
}

/// Whether a parameter, as it stands, has a name.
pub fn is_param(raw: &str, name: &str) -> bool {
    raw.split('=').next().is_some_and(|it| it.trim().eq_ignore_ascii_case(name))
}

/// The address of a line; `None` when it could not stand in a mail's header.
pub(super) fn address(line: &Line) -> Option<String> {
    let value = line.value.trim();
    // A client may take the path of a principal from among its addresses (RFC 6638 §2.4.1).
    if let Some(id) = principal(value).or_else(|| Id::from_urn(value)) {
        return Some(id.to_urn());
    }
    let address = match value.split_once(':') {
        // Evolution writes `MAILTO:` before whatever is typed or chosen.
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("mailto") => match Id::<()>::from_urn(rest) {
            Some(id) => id.to_urn(),
            None => format!("mailto:{}", mailbox(rest)?),
        },
        Some(_) => value.to_owned(),
        None => format!("mailto:{value}"),
    };
    is_address(&address).then_some(address)
}

/// The mail address of a `mailto` URI (RFC 6068 §2), without what a mail to it should say, and without the slashes that some write there as
/// of a web address.
fn mailbox(rest: &str) -> Option<Cow<'_, str>> {
    let address = rest.split('?').next().unwrap_or_default().trim();
    let address = address.strip_prefix("//").unwrap_or(address);
    percent_decode_str(address).decode_utf8().ok()
}

/// The id in the path of a principal.
fn principal(value: &str) -> Option<Id<()>> {
    value.trim_end_matches('/').rsplit_once("/principals/")?.1.parse().ok()
}

/// The participant of an `ATTENDEE` line with their key; `None` for a line that must be kept as it is.
pub(super) fn read_attendee(line: &Line, keys: &mut Keys) -> Option<(String, Participant)> {
    let mut participant = Participant { calendar_address: Some(address(line)?), ..Participant::default() };
    let mut roles = vec!["attendee"];
    let mut kept: Vec<Value> = Vec::new();
    for param in &line.params {
        let value = param.values.first().map(String::as_str).unwrap_or_default();
        let word = value.to_ascii_uppercase();
        match (param.name.as_str(), word.as_str()) {
            ("CN", _) => participant.name = Some(text::line(value, limits::SHORT_TEXT_CHARS)),
            ("RSVP", "TRUE") => participant.expect_reply = true,
            ("ROLE", "REQ-PARTICIPANT") => {}
            ("ROLE", "CHAIR") => roles = vec!["attendee", "chair"],
            ("ROLE", "OPT-PARTICIPANT") => roles = vec!["attendee", "optional"],
            ("ROLE", "NON-PARTICIPANT") => roles = vec!["informational"],
            ("CUTYPE", "INDIVIDUAL" | "GROUP" | "RESOURCE" | "ROOM") => {
                participant.kind =
                    Some(if word == "ROOM" { "location".to_owned() } else { word.to_ascii_lowercase() });
            }
            ("SCHEDULE-AGENT", "SERVER") => {}
            ("SCHEDULE-AGENT", "CLIENT") => participant.schedule_agent = ScheduleAgent::Client,
            ("SCHEDULE-AGENT", "NONE") => participant.schedule_agent = ScheduleAgent::None,
            // What is not known is meant as nobody (RFC 6638 §7.1), and kept as it is.
            ("SCHEDULE-AGENT", _) => {
                participant.schedule_agent = ScheduleAgent::None;
                kept.push(param.raw.clone().into());
            }
            ("PARTSTAT", _) => match ParticipationStatus::parse(&value.to_ascii_lowercase()) {
                Some(status) => participant.participation_status = status,
                None => kept.push(param.raw.clone().into()),
            },
            _ => kept.push(param.raw.clone().into()),
        }
    }
    participant.roles = roles.into_iter().map(|role| (role.to_owned(), true)).collect();
    if !kept.is_empty() {
        participant.more.insert(KEPT_LINES.to_owned(), kept.into());
    }
    let key = keys.of(participant.calendar_address.as_deref().unwrap_or_default());
    Some((key, participant))
}

/// Those of an event's kept lines that name somebody who takes part: their addresses cannot be read.
pub(crate) fn unread_attendees(event: &mut Event) -> impl Iterator<Item = &mut Value> {
    let kept = event.more.get_mut(KEPT_LINES).and_then(Value::as_array_mut);
    kept.into_iter().flatten().filter(|raw| is_attendee(raw))
}

/// Whether an event, as a whole, names somebody whose address cannot be read.
pub(crate) fn has_unread_attendees(event: &Event) -> bool {
    let kept = event.more.get(KEPT_LINES).and_then(Value::as_array);
    kept.is_some_and(|kept| kept.iter().any(is_attendee))
}

/// Whether an exception names somebody whose address cannot be read.
pub(crate) fn names_unread_attendees(patch: &PatchObject) -> bool {
    let mut kept = patch.of(&[KEPT_LINES]).filter_map(|(_, kept)| kept.as_array()).flatten();
    kept.any(is_attendee)
}

fn is_attendee(raw: &Value) -> bool {
    raw.as_str().is_some_and(|raw| {
        raw.split([':', ';']).next().is_some_and(|it| it.trim().eq_ignore_ascii_case("ATTENDEE"))
    })
}

/// Whether the organizer of an event waits for answers by the server: their line may say otherwise (RFC 6638 §7.1).
#[must_use]
pub fn server_replies(event: &Event) -> bool {
    let lines = event.more.get(KEPT_LINES).and_then(Value::as_array).into_iter().flatten();
    let mut lines = lines.filter_map(Value::as_str).filter_map(Line::parse);
    let line = lines.find(|line| line.name == "ORGANIZER");
    let agent = line.as_ref().and_then(|line| line.param("SCHEDULE-AGENT"));
    agent.is_none_or(|agent| agent.eq_ignore_ascii_case("SERVER"))
}

/// The organizer whom a component names, as far as their address can be read.
pub(super) fn organizer_of(component: &Component) -> Option<(usize, String)> {
    let line = component.line("ORGANIZER")?;
    Some((line.number, address(line)?))
}

/// Whether two addresses are those of two organizers. Of addresses of different kinds that cannot be said.
pub(super) fn are_two(one: &str, other: &str) -> bool {
    let kind = |address: &str| address.split(':').next().unwrap_or_default().to_ascii_lowercase();
    kind(one) == kind(other) && !one.eq_ignore_ascii_case(other)
}

/// Notes the organizer of an `ORGANIZER` line; whether it could be read.
pub(super) fn read_organizer(line: &Line, event: &mut Event, keys: &mut Keys) -> bool {
    let Some(address) = address(line) else { return false };
    let same = |it: &&mut Participant| {
        it.calendar_address.as_ref().is_some_and(|other| other.eq_ignore_ascii_case(&address))
    };
    match event.participants.values_mut().find(same) {
        Some(participant) => {
            participant.roles.insert("owner".to_owned(), true);
        }
        None => {
            let participant = Participant {
                name: line.param("CN").map(|name| text::line(name, limits::SHORT_TEXT_CHARS)),
                calendar_address: Some(address.clone()),
                roles: BTreeMap::from([("owner".to_owned(), true)]),
                ..Participant::default()
            };
            event.participants.insert(keys.of(&address), participant);
        }
    }
    event.organizer_calendar_address = Some(address);
    true
}

/// The `ORGANIZER` line of an event.
#[must_use]
pub fn organizer(event: &Event) -> Option<Line> {
    let address = event.organizer_calendar_address.as_ref()?;
    let line = Line::new("ORGANIZER", address.clone());
    let participant = event
        .participants
        .values()
        .find(|it| it.calendar_address.as_ref().is_some_and(|other| other.eq_ignore_ascii_case(address)));
    Some(match participant.and_then(|it| it.name.as_ref()) {
        Some(name) => line.with("CN", name),
        None => line,
    })
}

/// The `ATTENDEE` lines of an event, in the order of their keys.
pub(super) fn attendees(event: &Event) -> Vec<Line> {
    let mut participants: Vec<_> = event.participants.iter().collect();
    // Keys that are numbers come in the order of the numbers.
    participants.sort_by_key(|(key, _)| (key.len(), *key));
    participants.into_iter().filter_map(|(_, participant)| attendee(participant)).collect()
}

/// The `ATTENDEE` line of a participant with an address, unless they only organize.
pub(super) fn attendee(participant: &Participant) -> Option<Line> {
    if participant.only_organizes() {
        return None;
    }
    let mut line = Line::new("ATTENDEE", participant.calendar_address.clone()?);
    if let Some(name) = &participant.name {
        line = line.with("CN", name);
    }
    let kind = match participant.kind.as_deref() {
        Some("individual") => Some("INDIVIDUAL"),
        Some("group") => Some("GROUP"),
        Some("resource") => Some("RESOURCE"),
        Some("location") => Some("ROOM"),
        _ => None,
    };
    if let Some(kind) = kind {
        line = line.with("CUTYPE", kind);
    }
    let role = ["chair", "optional", "informational"].into_iter().find(|role| participant.has_role(role));
    if let Some(role) = role {
        let word = match role {
            "chair" => "CHAIR",
            "optional" => "OPT-PARTICIPANT",
            _ => "NON-PARTICIPANT",
        };
        line = line.with("ROLE", word);
    }
    if participant.participation_status != ParticipationStatus::NeedsAction {
        line = line.with("PARTSTAT", &participant.participation_status.as_str().to_ascii_uppercase());
    }
    if participant.expect_reply {
        line = line.with("RSVP", "TRUE");
    }
    let kept = participant.more.get(KEPT_LINES).and_then(Value::as_array);
    let kept: Vec<&str> = kept.into_iter().flatten().filter_map(Value::as_str).collect();
    let agent = match participant.schedule_agent {
        ScheduleAgent::Server => None,
        ScheduleAgent::Client => Some("CLIENT"),
        ScheduleAgent::None => Some("NONE"),
    };
    if let Some(agent) = agent
        && !kept.iter().any(|raw| is_param(raw, "SCHEDULE-AGENT"))
    {
        line = line.with("SCHEDULE-AGENT", agent);
    }
    Some(kept.into_iter().fold(line, Line::with_raw))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_as_uris() {
        for (said, address_said) in [
            ("mailto:a@example.jp", Some("mailto:a@example.jp")),
            ("MAILTO: a@example.jp ", Some("mailto:a@example.jp")),
            ("a@example.jp", Some("mailto:a@example.jp")),
            ("mailto:taro%2Eyamada@example.jp", Some("mailto:taro.yamada@example.jp")),
            ("mailto:a%2Bb@example.jp?subject=x&cc=c@example.jp", Some("mailto:a+b@example.jp")),
            ("mailto:%E8%8A%B1@example.jp", Some("mailto:花@example.jp")),
            ("mailto://a@example.jp", Some("mailto:a@example.jp")),
            (
                "MAILTO:URN:UUID:019d4468-9d80-77ca-9ce2-14e15d5ffae1",
                Some("urn:uuid:019d4468-9d80-77ca-9ce2-14e15d5ffae1"),
            ),
            ("mailto:urn:uuid:meeting-room", None),
            ("mailto:第1会議室", None),
            ("mailto:019d4468-9d80-77ca-9ce2-14e15d5ffae1", None),
            ("mailto:a%0D%0ABcc:b@example.jp", None),
            ("mailto:a%2Cb@example.jp", None),
            ("mailto:%FF@example.jp", None),
            ("mailto:?to=a@example.jp", None),
            ("urn:uuid:0198c0de%20", Some("urn:uuid:0198c0de%20")),
        ] {
            let line = Line::new("ATTENDEE", said.to_owned());
            assert_eq!(address(&line).as_deref(), address_said, "{said}");
        }
    }
}
