//! The parameters by which a client and the server speak of messages (RFC 6638 §7.1 to §7.3): a client asks for one, the server tells
//! what became of it.

use renraku_base::PersonId;
use serde_json::Value;

use crate::{
    codec::ical::{
        KEPT_LINES, Line, is_param, names_unread_attendees, organizer_line, server_replies, unread_attendees,
    },
    model::{Event, Participant, ParticipationStatus, PatchObject, ScheduleAgent},
    service::staff::mail_address,
};

const STATUS: &str = "SCHEDULE-STATUS";
const AGENT: &str = "SCHEDULE-AGENT";
const FORCE_SEND: &str = "SCHEDULE-FORCE-SEND";

/// What became of a message (RFC 6638 §3.2.9).
const DELIVERED: &str = "1.2";
const SENT: &str = "1.1";
const UNKNOWN_USER: &str = "3.7";

/// Takes what the server alone says out of what a client sent, and gives back the addresses to which the client wants a message by all
/// means.
pub(super) fn take(event: &mut Event) -> Vec<String> {
    let mut forced = Vec::new();
    event.change_everywhere(names_people, |_, event| {
        for participant in event.participants.values_mut() {
            let asked = take_params(participant);
            forced.extend(participant.calendar_address.clone().filter(|_| asked));
        }
        for kept in unread_attendees(event) {
            let line = kept.as_str().and_then(Line::parse);
            if let Some(line) =
                line.filter(|line| [STATUS, FORCE_SEND].iter().any(|it| line.param(it).is_some()))
            {
                *kept = line.without_params(&[STATUS, FORCE_SEND]).into();
            }
        }
    });
    forced
}

/// Whether an exception says anything of who takes part, if only that their address cannot be read.
fn names_people(patch: &PatchObject) -> bool {
    patch.touches_people() || names_unread_attendees(patch)
}

fn take_params(participant: &mut Participant) -> bool {
    let refused_room = participant.is_refused_room();
    let Some(Value::Array(kept)) = participant.more.get_mut(KEPT_LINES) else { return false };
    let is = |raw: &Value, name| raw.as_str().is_some_and(|raw| is_param(raw, name));
    let asked = kept.iter().any(|raw| is(raw, FORCE_SEND));
    kept.retain(|raw| !is(raw, FORCE_SEND) && (refused_room || !is(raw, STATUS)));
    if kept.is_empty() {
        participant.more.remove(KEPT_LINES);
    }
    asked
}

/// Takes the wish for a reply by all means out of the organizer's line; whether it was there.
pub(super) fn take_from_organizer(event: &mut Event) -> bool {
    let Some(Value::Array(lines)) = event.more.get_mut(KEPT_LINES) else { return false };
    let mut asked = false;
    for kept in lines.iter_mut() {
        let Some(line) = kept.as_str().and_then(Line::parse).filter(|line| line.name == "ORGANIZER") else {
            continue;
        };
        asked |= line.param(FORCE_SEND).is_some();
        *kept = line.without_params(&[FORCE_SEND, STATUS]).into();
    }
    asked
}

/// Takes the line of an organizer away who is it no more.
pub(super) fn forget_organizer(event: &mut Event) {
    if let Some(Value::Array(lines)) = event.more.get_mut(KEPT_LINES) {
        lines.retain(|kept| kept.as_str().and_then(Line::parse).is_none_or(|line| line.name != "ORGANIZER"));
        if lines.is_empty() {
            event.more.remove(KEPT_LINES);
        }
    }
}

/// Tells somebody who takes part that the organizer has their answer, and not how the organizer reaches the others (RFC 6638 §7.1, §7.3).
pub(super) fn tell_guest(event: &mut Event, guest: &PersonId) {
    event.change_everywhere(
        |_| true,
        |_, event| {
            for participant in event.participants.values_mut() {
                participant.schedule_agent = ScheduleAgent::Server;
                if let Some(Value::Array(kept)) = participant.more.get_mut(KEPT_LINES) {
                    kept.retain(|raw| !raw.as_str().is_some_and(|raw| is_param(raw, AGENT)));
                }
            }
            let said = event.participation(guest);
            if said.is_some_and(|it| it != ParticipationStatus::NeedsAction) && server_replies(event) {
                tell_delivered(event);
            }
        },
    );
}

/// Adds to the organizer's line that a message reached them.
fn tell_delivered(event: &mut Event) {
    let Some(made) = organizer_line(event) else { return };
    let kept = event.more.entry(KEPT_LINES.to_owned()).or_insert_with(|| Value::Array(Vec::new()));
    let Value::Array(kept) = kept else { return };
    let is_organizer = |raw: &Value| {
        let line = raw.as_str().and_then(Line::parse).filter(|line| line.name == made.name);
        line.map(|line| line.value.trim().eq_ignore_ascii_case(&made.value))
    };
    let at = kept.iter().position(|raw| is_organizer(raw) == Some(true));
    let line = at.and_then(|at| kept.get(at)?.as_str().and_then(Line::parse));
    let line = line.map_or_else(|| made.text(), |line| line.without_params(&[STATUS]));
    let told = line.replacen(&made.name, &format!("{};{STATUS}=\"{DELIVERED}\"", made.name), 1);
    kept.retain(|raw| is_organizer(raw).is_none());
    kept.push(told.into());
}

/// Tells the organizer what became of the message to each who takes part.
pub(super) fn tell_status(event: &mut Event) {
    let organizer = event.organizer_calendar_address.as_deref().and_then(mail_address);
    event.change_everywhere(names_people, |_, event| {
        for kept in unread_attendees(event) {
            if let Some(line) = kept.as_str().and_then(Line::parse).filter(is_servers_to_reach) {
                *kept = line.with_raw(&format!("{STATUS}=\"{UNKNOWN_USER}\"")).text().into();
            }
        }
        for participant in event.participants.values_mut() {
            let status = status(participant, organizer.as_deref());
            let status = status.map(|status| format!("{STATUS}=\"{status}\""));
            if let (Some(status), Value::Array(kept)) = (
                status,
                participant.more.entry(KEPT_LINES.to_owned()).or_insert_with(|| Value::Array(Vec::new())),
            ) && !kept.iter().filter_map(Value::as_str).any(|raw| is_param(raw, STATUS))
            {
                kept.push(status.into());
            }
        }
    });
}

/// Whether the server is to reach somebody whose line it is, and has not told yet what came of it.
fn is_servers_to_reach(line: &Line) -> bool {
    line.param(AGENT).is_none_or(|agent| agent.eq_ignore_ascii_case("SERVER")) && line.param(STATUS).is_none()
}

fn status<'p>(participant: &'p Participant, organizer: Option<&str>) -> Option<&'p str> {
    let address = participant.calendar_address.as_deref()?;
    let mail = mail_address(address);
    let failed = participant.schedule_status.first().map(String::as_str);
    // Without an address of the organizer nothing is sent at all.
    let Some(organizer) = organizer else { return failed };
    if !participant.schedule_agent.is_server() || mail.as_deref() == Some(organizer) {
        return None;
    }
    let domain = |mail: &str| mail.rsplit_once('@').map(|(_, domain)| domain.to_owned());
    match (&participant.person_id, mail) {
        (Some(_), _) => Some(DELIVERED),
        // A room is told by what became of its booking.
        (None, None) if participant.kind.as_deref() == Some("location") => None,
        (None, None) => Some(UNKNOWN_USER),
        (None, Some(mail)) if domain(&mail) == domain(organizer) => Some(UNKNOWN_USER),
        (None, Some(_)) => failed.or(Some(SENT)),
    }
}
