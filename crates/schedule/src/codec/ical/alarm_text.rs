//! The alarms in the text of an object: each person has their own, and what else the text says is everybody's.

use std::{borrow::Cow, collections::HashMap};

use serde_json::Value;

use super::KEPT_LINES;
use crate::model::{Event, KEPT_OWN};

/// Whether a property notes something of its person's alarms: each person has their own, as of the alarms themselves. Mozilla's
/// programs write when alarms were last acknowledged, and until when they are put off, each occurrence under a name of its own.
pub(super) fn is_note(name: &str) -> bool {
    const ACKNOWLEDGED: &str = "X-MOZ-LASTACK";
    const PUT_OFF: &str = "X-MOZ-SNOOZE-TIME";
    let begins = |with: &str| name.get(..with.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(with));
    name.eq_ignore_ascii_case(ACKNOWLEDGED) || begins(PUT_OFF)
}

/// Whether a content line, however it is folded, notes something of alarms.
fn notes(line: &str) -> bool {
    if !line.starts_with(['X', 'x']) {
        return false;
    }
    let line: String = line.chars().filter(|c| !c.is_whitespace()).collect();
    line.split([':', ';']).next().is_some_and(is_note)
}

/// Makes what is noted of alarms each person's own, in an event that keeps it among its other lines: those that were stored before the two
/// were told apart.
pub(crate) fn part_notes(event: &mut Event) {
    if let Some((rest, own)) = event.more.get(KEPT_LINES).and_then(parted) {
        event.more.insert(KEPT_LINES.to_owned(), rest);
        event.more.entry(KEPT_OWN.to_owned()).or_insert(own);
    }
    for patch in event.recurrence_overrides.values_mut() {
        let kept = patch.of(&[KEPT_LINES]).find_map(|(_, lines)| parted(lines));
        if let Some((rest, own)) = kept {
            *patch = patch.without(&[KEPT_LINES]);
            patch.add(KEPT_LINES, &rest);
            patch.add(KEPT_OWN, &own);
        }
    }
}

/// Lines that are kept, and those of them that note something of alarms; `None` where there are none of these.
fn parted(lines: &Value) -> Option<(Value, Value)> {
    let is_note = |line: &Value| line.as_str().is_some_and(notes);
    let lines = lines.as_array().filter(|lines| lines.iter().any(is_note))?;
    let (own, rest): (Vec<Value>, Vec<Value>) = lines.iter().cloned().partition(is_note);
    Some((rest.into(), own.into()))
}

/// The text without its alarms and what is noted of them; the rest of it is as it was, to the byte.
#[must_use]
pub fn without_alarms(text: &str) -> Cow<'_, str> {
    let mut rest = String::new();
    let (mut within, mut kept_until, mut at) = (false, 0, 0);
    for line in lines(text) {
        within |= says(line, "BEGIN:VALARM");
        let is_own = within || notes(line);
        if is_own {
            rest.push_str(text.get(kept_until..at).unwrap_or_default());
        }
        at += line.len();
        if is_own {
            kept_until = at;
        }
        within &= !says(line, "END:VALARM");
    }
    match kept_until {
        0 => Cow::Borrowed(text),
        end => {
            rest.push_str(text.get(end..).unwrap_or_default());
            Cow::Owned(rest)
        }
    }
}

/// The text without what clients write anew whenever they store it, and what they note in it for themselves, as when an alarm was
/// acknowledged.
#[must_use]
pub fn without_marks(text: &str) -> String {
    const STAMPS: [&str; 4] = ["CREATED", "DTSTAMP", "LAST-MODIFIED", "SEQUENCE"];
    const NOTES: [&str; 3] = ["X-MOZ-", "X-APPLE-", "X-EVOLUTION-"];
    let is_mark = |line: &&str| {
        let name = line.split([':', ';']).next().unwrap_or_default().trim_end().to_ascii_uppercase();
        STAMPS.contains(&name.as_str()) || NOTES.iter().any(|of| name.starts_with(of))
    };
    lines(text).filter(|line| !is_mark(line)).collect()
}

/// Whether there is an alarm in the text, or something noted of alarms.
#[must_use]
pub fn has_alarms(text: &str) -> bool {
    lines(text).any(|line| says(line, "BEGIN:VALARM") || notes(line))
}

/// Of the text of a task what [`with_alarms_of`] looks for: its alarms with what is noted of them, and whose they are; empty where there are none.
#[must_use]
pub fn alarms_of(text: &str) -> String {
    let (mut alarms, mut within) = (String::new(), false);
    for line in lines(text) {
        within |= says(line, "BEGIN:VALARM");
        if within || notes(line) || says(line, "END:VTODO") || recurrence_id(line).is_some() {
            alarms.push_str(line);
        }
        within &= !says(line, "END:VALARM");
    }
    if has_alarms(&alarms) { alarms } else { String::new() }
}

/// The text of a task, with the alarms of another text of it in place of its own: those of each exception in that exception.
#[must_use]
pub fn with_alarms_of(text: &str, other: &str) -> String {
    let mut alarms: HashMap<String, String> = HashMap::new();
    let (mut of_task, mut task, mut within) = (String::new(), String::new(), false);
    for line in lines(other) {
        within |= says(line, "BEGIN:VALARM");
        if within || notes(line) {
            of_task.push_str(line);
        } else if let Some(id) = recurrence_id(line) {
            task = id;
        } else if says(line, "END:VTODO") {
            alarms.insert(std::mem::take(&mut task), std::mem::take(&mut of_task));
        }
        within &= !says(line, "END:VALARM");
    }
    let mut with = String::new();
    for line in lines(&without_alarms(text)) {
        if let Some(id) = recurrence_id(line) {
            task = id;
        } else if says(line, "END:VTODO") {
            with.push_str(alarms.get(&std::mem::take(&mut task)).map_or("", String::as_str));
        }
        with.push_str(line);
    }
    with
}

/// Which occurrence a line says that an exception is of, however it is folded.
pub(super) fn recurrence_id(line: &str) -> Option<String> {
    const NAME: &str = "RECURRENCE-ID";
    let line: String = line.chars().filter(|c| !c.is_whitespace()).collect();
    let name = line.get(..NAME.len())?;
    let rest = line.get(NAME.len()..).filter(|rest| rest.starts_with([';', ':']))?;
    // The last colon: one in a parameter stands in quotes before it.
    name.eq_ignore_ascii_case(NAME).then(|| rest.rsplit(':').next().unwrap_or_default().to_owned())
}

/// The content lines of a text, each with its ends and folds.
pub(super) fn lines(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let bytes = rest.as_bytes();
        let is_end = |at: &usize| !matches!(bytes.get(at + 1), Some(b' ' | b'\t'));
        let mut ends = rest.match_indices('\n').map(|(at, _)| at);
        let end = ends.find(is_end).map_or(rest.len(), |at| at + 1);
        let (line, after) = rest.split_at_checked(end)?;
        rest = after;
        Some(line)
    })
}

/// Whether a line is this word, however it is folded.
pub(super) fn says(line: &str, word: &str) -> bool {
    let mut letters = line.bytes().filter(|byte| !byte.is_ascii_whitespace());
    word.bytes().all(|expected| letters.next().is_some_and(|byte| byte.eq_ignore_ascii_case(&expected)))
        && letters.next().is_none()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const ALARM: &str = "BEGIN:VALARM\r\nTRIGGER:-PT5M\r\nACTION:DISPLAY\r\nEND:VALARM\r\n";

    fn task(own: &str) -> String {
        format!(
            "BEGIN:VCALENDAR\r\nBEGIN:VTODO\r\nSUMMARY:BEGIN:VALARM\r\n{own}X-A:b\r\n c\r\nEND:VTODO\r\nEND:VCALENDAR\r\n"
        )
    }

    #[test]
    fn what_is_noted_of_alarms_is_parted_from_other_lines() {
        let kept = |lines: &[&str]| json!({KEPT_LINES: lines});
        let mut event = json!({"uid": "u", "title": "会議", "start": "2026-04-01T09:00:00", "recurrenceRule": {"frequency": "daily"},
            KEPT_LINES: ["X-A:b", "X-MOZ-LASTACK:20260401T000000Z"]});
        event["recurrenceOverrides"] =
            json!({"2026-04-02T09:00:00": kept(&["X-MOZ-SNOOZE-TIME:20260402T000000Z"])});
        let mut event: Event = serde_json::from_value(event).unwrap();
        for _ in 0..2 {
            part_notes(&mut event);
            assert_eq!(event.more[KEPT_LINES], json!(["X-A:b"]));
            assert_eq!(event.more[KEPT_OWN], json!(["X-MOZ-LASTACK:20260401T000000Z"]));
            let of_one: Vec<_> = event.recurrence_overrides.values().next().unwrap().iter().collect();
            assert_eq!(
                of_one,
                [(KEPT_LINES, &json!([])), (KEPT_OWN, &json!(["X-MOZ-SNOOZE-TIME:20260402T000000Z"]))]
            );
        }
    }

    #[test]
    fn alarms_are_taken_out_and_nothing_else() {
        let bare = task("");
        assert!(matches!(without_alarms(&bare), Cow::Borrowed(text) if text == bare));
        assert!(!has_alarms(&bare));
        let folded = ALARM.replace("VALARM\r\nT", "VAL\r\n ARM\r\nT").to_lowercase();
        for alarms in [ALARM.to_owned(), format!("{ALARM}{ALARM}"), folded, ALARM.replace("\r\n", "\n")] {
            assert!(has_alarms(&task(&alarms)), "{alarms}");
            assert_eq!(without_alarms(&task(&alarms)), bare, "{alarms}");
        }
    }

    #[test]
    fn marks_are_taken_out_with_their_folds() {
        let marks = "DTSTAMP:20260401T000000Z\r\nX-MOZ-LASTACK:2026\r\n 0401T000000Z\r\nx-apple-travel-advisory-behavior:AUTOMATIC\r\n";
        assert_eq!(without_marks(&task(marks)), task(""));
        assert_eq!(without_marks(&task(ALARM)), task(ALARM));
    }

    #[test]
    fn alarms_of_another_text_take_the_place_of_its_own() {
        let (other, own) = (ALARM.replace("-PT5M", "-PT1H"), task(ALARM));
        let both = with_alarms_of(&own, &task(&other));
        assert!(both.contains("-PT1H") && !both.contains("-PT5M"), "{both}");
        assert_eq!(without_alarms(&both), task(""));
        assert_eq!(with_alarms_of(&own, &task("")), task(""));
    }

    #[test]
    fn alarms_of_an_exception_stay_in_it_whatever_comes_first() {
        let exception = |alarm: &str| {
            format!("BEGIN:VTODO\r\nRECURRENCE-ID;TZID=\"A:B\":2026\r\n 1201T090000\r\n{alarm}END:VTODO\r\n")
        };
        let series = |alarm: &str| format!("BEGIN:VTODO\r\nRRULE:FREQ=DAILY\r\n{alarm}END:VTODO\r\n");
        let (short, long) = (ALARM, ALARM.replace("-PT5M", "-PT1H"));
        let stored = exception(&long) + &series(short);
        assert_eq!(
            with_alarms_of(&(series("") + &exception(short)), &stored),
            series(short) + &exception(&long)
        );
        assert_eq!(with_alarms_of(&(exception("") + &series(&long)), &stored), stored);
        assert_eq!(with_alarms_of(&exception(""), &series(short)), exception(""));
        let kept = alarms_of(&stored);
        assert!(!kept.contains("RRULE") && alarms_of(&series("")).is_empty(), "{kept}");
        assert_eq!(with_alarms_of(&(exception("") + &series("")), &kept), stored);
    }
}
