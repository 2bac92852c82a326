//! Alarms (RFC 5545 §3.6.6, RFC 9074).

use std::collections::BTreeMap;

use serde_json::Value;

use super::{
    KEPT_COMPONENTS, KEPT_LINES,
    component::Component,
    line::Line,
    when::{self, Zones},
};
use crate::model::{Alert, AlertAction, Duration, RelativeTo, Trigger, limits};

/// The alarms of an event by their number. One that cannot be read is kept as it is among `more`.
pub(super) fn read_all(
    event: &Component,
    zones: &Zones,
    more: &mut BTreeMap<String, Value>,
) -> BTreeMap<String, Alert> {
    let mut alerts = BTreeMap::new();
    let mut unread: Vec<Value> = Vec::new();
    for component in event.children.iter().filter(|it| it.name == "VALARM") {
        match read(component, zones) {
            Some(alert) if alerts.len() < limits::SMALL_MEMBERS => {
                alerts.insert((alerts.len() + 1).to_string(), alert);
            }
            _ => unread.push(component.raw().into()),
        }
    }
    if !unread.is_empty() {
        more.insert(KEPT_COMPONENTS.to_owned(), unread.into());
    }
    alerts
}

fn read(component: &Component, zones: &Zones) -> Option<Alert> {
    if !component.children.is_empty() {
        return None;
    }
    let trigger = read_trigger(component.line("TRIGGER")?, zones)?;
    let action = component.line("ACTION").map(|line| line.value.trim());
    let mut alert = Alert::before_start(Duration::ZERO);
    alert.trigger = trigger;
    alert.acknowledged = component.line("ACKNOWLEDGED").and_then(|line| when::instant(line, zones));
    if action.is_some_and(|action| action.eq_ignore_ascii_case("EMAIL")) {
        alert.action = AlertAction::Email;
    }
    let own: Vec<String> = own_lines(&alert).iter().map(Line::text).collect();
    let kept = component.lines.iter().filter(|line| !own.contains(&line.raw));
    let kept: Vec<Value> = kept.map(|line| line.raw.clone().into()).collect();
    // Also when nothing is kept: it tells that the alarm came from elsewhere, and gets no line that it did not have.
    alert.more.insert(KEPT_LINES.to_owned(), kept.into());
    Some(alert)
}

fn read_trigger(line: &Line, zones: &Zones) -> Option<Trigger> {
    match line.value.trim().parse::<Duration>() {
        Ok(offset) => {
            let at_end = line.param("RELATED").is_some_and(|end| end.eq_ignore_ascii_case("END"));
            let relative_to = if at_end { RelativeTo::End } else { RelativeTo::Start };
            Some(Trigger::OffsetTrigger { offset, relative_to })
        }
        Err(_) => Some(Trigger::AbsoluteTrigger { when: when::instant(line, zones)? }),
    }
}

fn own_lines(alert: &Alert) -> Vec<Line> {
    let action = match alert.action {
        AlertAction::Display => "DISPLAY",
        AlertAction::Email => "EMAIL",
    };
    let mut lines = vec![Line::new("ACTION", action)];
    match &alert.trigger {
        Trigger::OffsetTrigger { offset, relative_to } => {
            let line = Line::new("TRIGGER", offset.to_string());
            lines.push(if *relative_to == RelativeTo::End { line.with("RELATED", "END") } else { line });
        }
        Trigger::AbsoluteTrigger { when } => {
            lines.push(Line::new("TRIGGER", when::write_instant(*when)).with("VALUE", "DATE-TIME"));
        }
        Trigger::Unknown(_) => {}
    }
    if let Some(at) = alert.acknowledged {
        lines.push(Line::new("ACKNOWLEDGED", when::write_instant(at)));
    }
    lines
}

/// The kept lines that still hold: a trigger only while it says what the alert says.
fn kept_lines(alert: &Alert, lines: &[Value]) -> Vec<Line> {
    let read = lines.iter().filter_map(Value::as_str).filter_map(|raw| Line::read(0, raw).ok());
    read.filter(|line| {
        line.name != "TRIGGER" || read_trigger(line, &Zones::default()).as_ref() == Some(&alert.trigger)
    })
    .collect()
}

/// Writes an alarm; one whose trigger has no word in iCalendar is left out.
pub(super) fn write(alert: &Alert, title: &str, out: &mut String) {
    if matches!(alert.trigger, Trigger::Unknown(_)) {
        return;
    }
    let kept = alert.more.get(KEPT_LINES).and_then(Value::as_array).map(|lines| kept_lines(alert, lines));
    out.push_str("BEGIN:VALARM\r\n");
    for line in own_lines(alert) {
        let replaced = kept.iter().flatten().any(|kept| kept.name == line.name);
        if !replaced {
            line.write(out);
        }
    }
    match kept {
        Some(kept) => kept.iter().for_each(|line| line.write(out)),
        // RFC 5545 wants a text for each alarm that is shown.
        None => Line::new("DESCRIPTION", super::text::escape(title)).write(out),
    }
    out.push_str("END:VALARM\r\n");
}
