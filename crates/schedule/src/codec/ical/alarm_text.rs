//! The alarms in the text of an object: each person has their own, and what else the text says is everybody's.

use std::{borrow::Cow, collections::HashMap};

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
    use super::*;

    const ALARM: &str = "BEGIN:VALARM\r\nTRIGGER:-PT5M\r\nACTION:DISPLAY\r\nEND:VALARM\r\n";

    fn task(own: &str) -> String {
        format!(
            "BEGIN:VCALENDAR\r\nBEGIN:VTODO\r\nSUMMARY:BEGIN:VALARM\r\n{own}X-A:b\r\n c\r\nEND:VTODO\r\nEND:VCALENDAR\r\n"
        )
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
