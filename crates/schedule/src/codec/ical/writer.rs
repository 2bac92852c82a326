use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
};

use serde_json::Value;

use super::{
    PRODUCT, component,
    line::Line,
    timezone, when,
    write::{NO_STAMP, end_zone, is_utc, write_component},
};
use crate::model::{Event, KEPT_CALENDAR, Zone};

/// A file to which events are added one by one.
#[derive(Debug, Default)]
pub struct Writer {
    /// What the file says of the calendar as a whole.
    lines: String,
    /// Zones as the texts that were added describe them, by the name that these have for them.
    told_zones: BTreeMap<String, String>,
    /// Zones that are written from our own table, each with the years from which on.
    zones: BTreeSet<(&'static str, i32)>,
    components: String,
}

impl Writer {
    /// A file that says of the calendar as a whole what that said with which an event was sent.
    #[must_use]
    pub fn around(event: &Event) -> Self {
        let kept = event.more.get(KEPT_CALENDAR).and_then(Value::as_array).into_iter().flatten();
        Self::with_lines(kept.filter_map(Value::as_str))
    }

    /// A file that says this of the calendar as a whole, line by line.
    #[must_use]
    pub fn with_lines<'l>(lines: impl IntoIterator<Item = &'l str>) -> Self {
        let mut writer = Self::default();
        for line in lines.into_iter().filter_map(Line::parse) {
            line.write(&mut writer.lines);
        }
        writer
    }

    /// Adds an event with its exceptions.
    pub fn add(&mut self, event: &Event) {
        let alone = event.single();
        write_component(event, event.tells_days(), &mut self.components);
        self.note_zones(event);
        for (id, patch) in event.exceptions() {
            if let Some(occurrence) = alone.happening(id, Some(patch)) {
                write_component(&occurrence, event.tells_days(), &mut self.components);
                self.note_zones(&occurrence);
            }
        }
    }

    /// About how many bytes were added.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.components.len()
    }

    /// Adds the components of a text as they stand, with the zones that it describes. `false`, and nothing is added, when the text
    /// calls a zone by a name by which another one is described already.
    #[must_use]
    pub fn add_text(&mut self, text: &str) -> bool {
        let Some((named, others)) = parts(text).map(split) else { return false };
        // What a zone of our table is does not hang on what a text says of it.
        let is_ours = |name: &str| name.parse::<Zone>().is_ok();
        let other = |(name, text): &(String, String)| {
            !is_ours(name) && self.told_zones.get(name).is_some_and(|told| told != text)
        };
        if named.iter().any(other) {
            return false;
        }
        self.push(named, &others);
        true
    }

    /// Adds a task as it stands. Of two that call different zones by one name the first says which that is.
    pub fn add_task(&mut self, text: &str) {
        if let Some((named, others)) = parts(text).map(split) {
            self.push(named, &others);
        }
    }

    fn push(&mut self, zones: Vec<(String, String)>, others: &[Part]) {
        for (name, text) in zones {
            self.told_zones.entry(name).or_insert(text);
        }
        others.iter().for_each(|part| self.components.push_str(&part.stamped()));
    }

    fn note_zones(&mut self, event: &Event) {
        let year = chrono::Datelike::year(&event.start.date());
        let zones = event.time_zone.into_iter().chain(event.recurrence_id_time_zone).chain(end_zone(event));
        self.zones.extend(zones.filter(|zone| !is_utc(*zone)).map(|zone| (zone.name(), year)));
    }

    /// The whole file.
    #[must_use]
    pub fn finish(self) -> String {
        let mut out = String::with_capacity(self.components.len() + 1_024);
        out.push_str("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n");
        Line::new("PRODID", PRODUCT).write(&mut out);
        out.push_str("CALSCALE:GREGORIAN\r\n");
        out.push_str(&self.lines);
        self.told_zones.values().for_each(|zone| out.push_str(zone));
        let mut written = BTreeSet::new();
        // In ascending order the first year of a zone is its earliest.
        for (name, first_year) in &self.zones {
            if written.insert(name)
                && !self.told_zones.contains_key(*name)
                && let Ok(zone) = name.parse()
            {
                timezone::write(zone, *first_year, &mut out);
            }
        }
        out.push_str(&self.components);
        out.push_str("END:VCALENDAR\r\n");
        out
    }
}

/// A component of a text, as it stands.
struct Part {
    name: String,
    text: String,
}

impl Part {
    /// What a `VTIMEZONE` is called.
    fn zone_name(&self) -> Option<String> {
        let root = component::read(self.text.as_bytes());
        when::names_of(root.children.first()?).into_iter().next()
    }
}

impl Part {
    /// With the stamp that RFC 5545 §3.6 asks for, where the file that it came in left it out: when it was changed last, or else the
    /// beginning of time, which is read as no stamp.
    fn stamped(&self) -> Cow<'_, str> {
        let says = |name: &'static str| self.text.lines().find(move |line| has_name(line, name));
        let has_stamps = ["VEVENT", "VTODO", "VJOURNAL", "VFREEBUSY"].contains(&self.name.as_str());
        let Some((begin, rest)) = self.text.split_once("\r\n").filter(|_| has_stamps) else {
            return Cow::Borrowed(&self.text);
        };
        if says("DTSTAMP").is_some() {
            return Cow::Borrowed(&self.text);
        }
        // What an exception counts is its own, and no stamp of the series.
        let changed = says("LAST-MODIFIED").filter(|_| says("RECURRENCE-ID").is_none());
        let changed = changed.and_then(|line| line.split_once(':')).map(|(_, at)| at.trim());
        let is_instant = |at: &&str| at.len() == NO_STAMP.len() && at.ends_with('Z');
        let stamp = changed.filter(is_instant).unwrap_or(NO_STAMP);
        Cow::Owned(format!("{begin}\r\nDTSTAMP:{stamp}\r\n{rest}"))
    }
}

/// The zones by their names, and the other components.
fn split(parts: Vec<Part>) -> (Vec<(String, String)>, Vec<Part>) {
    let (zones, others): (Vec<_>, Vec<_>) = parts.into_iter().partition(|part| part.name == "VTIMEZONE");
    let named = zones.into_iter().filter_map(|zone| Some((zone.zone_name()?, zone.text)));
    (named.collect(), others)
}

fn has_name(line: &str, name: &str) -> bool {
    line.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name))
        && line.get(name.len()..).is_some_and(|rest| rest.starts_with([':', ';']))
}

/// The components of the one calendar of a text, folds and all; `None` for a text that is built otherwise.
fn parts(text: &str) -> Option<Vec<Part>> {
    let mut parts: Vec<Part> = Vec::new();
    let mut depth: usize = 0;
    for line in text.lines().filter(|line| !line.is_empty()) {
        let (begins, ends) = (has_name(line, "BEGIN"), has_name(line, "END"));
        if begins {
            depth += 1;
        }
        if begins && depth == 2 {
            let (_, name) = line.split_once(':')?;
            parts.push(Part { name: name.trim().to_ascii_uppercase(), text: String::new() });
        }
        if depth >= 2 {
            let part = parts.last_mut()?;
            part.text.push_str(line);
            part.text.push_str("\r\n");
        }
        if ends {
            depth = depth.checked_sub(1)?;
        }
    }
    (depth == 0).then_some(parts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{codec::ical, model::PatchObject};

    #[test]
    fn exceptions_without_their_series_are_told_though_they_do_not_differ() {
        let days = ["03", "10", "17"];
        let one = |day: &str| {
            let at = format!("202604{day}T000000Z");
            format!("BEGIN:VEVENT\nUID:s\nRECURRENCE-ID:{at}\nDTSTART:{at}\nSUMMARY:会\nEND:VEVENT\n")
        };
        let file = format!("BEGIN:VCALENDAR\n{}END:VCALENDAR\n", days.map(one).concat());
        let read = |text: &str| ical::read(text.as_bytes()).unwrap().events.remove(0).event;
        let event = read(&file);
        let is_alike = event.recurrence_overrides.values().all(PatchObject::is_empty);
        assert!(event.recurrence_overrides.len() == 2 && is_alike);
        let written = ical::write([&event]);
        assert_eq!(read(&written), event);
        for text in [written, ical::request(&event, renraku_base::Timestamp::default()).text] {
            for line in days.iter().flat_map(|day| {
                ["DTSTART", "RECURRENCE-ID"].map(|name| format!("{name}:202604{day}T000000Z"))
            }) {
                assert_eq!(text.matches(&line).count(), 1, "{line}: {text}");
            }
            assert!(!text.contains("RDATE"), "{text}");
        }
    }

    #[test]
    fn what_came_without_a_stamp_is_written_with_one() {
        let written = |lines: &str| {
            let mut writer = Writer::default();
            let text = format!("BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:u\n{lines}END:VEVENT\nEND:VCALENDAR\n");
            assert!(writer.add_text(&text));
            writer.finish()
        };
        for (lines, stamp) in [
            ("", "DTSTAMP:19700101T000000Z\r\n"),
            ("LAST-MODIFIED:20260401T000000Z\n", "DTSTAMP:20260401T000000Z\r\n"),
            ("LAST-MODIFIED:20260401\n", "DTSTAMP:19700101T000000Z\r\n"),
            ("dtstamp:20260301T000000Z\n", "dtstamp:20260301T000000Z\r\n"),
            (
                "DTSTAMP;X-A=b:20260301T000000Z\nLAST-MODIFIED:20260401T000000Z\n",
                "DTSTAMP;X-A=b:20260301T000000Z\r\n",
            ),
        ] {
            let text = written(lines);
            assert!(text.contains(stamp), "{text}");
            assert_eq!(text.to_uppercase().matches("DTSTAMP").count(), 1, "{text}");
        }
    }
}
