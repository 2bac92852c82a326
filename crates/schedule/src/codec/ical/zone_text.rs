//! Time zones by reference (RFC 7809): the text of an object with descriptions of the zones that it names, and without.

use std::{
    borrow::Cow,
    collections::{BTreeSet, HashSet},
};

use super::{
    alarm_text::{lines, says},
    component,
    line::Line,
    source::{collect_zones, first_uses},
    text, timezone, when,
};
use crate::model::Zone;

const BEGIN: &str = "BEGIN:VTIMEZONE";
const END: &str = "END:VTIMEZONE";

/// The text with a description of each zone of our table that it names and does not describe, as programs need it that know no zones by
/// name (RFC 5545 §3.6.5); the rest of it is as it was, to the byte.
#[must_use]
pub fn with_zones(text: &str) -> Cow<'_, str> {
    if !may_lack_zones(text) {
        return Cow::Borrowed(text);
    }
    let root = component::read(text.as_bytes());
    let (mut names, mut told) = (BTreeSet::new(), BTreeSet::new());
    for calendar in &root.children {
        collect_zones(calendar, &mut names);
        told.extend(calendar.children.iter().filter(|it| it.name == "VTIMEZONE").flat_map(when::names_of));
    }
    let mut described = String::new();
    for (name, year) in first_uses(names).into_iter().filter(|(name, _)| !told.contains(*name)) {
        if let Ok(zone) = name.parse() {
            timezone::write_as(name, zone, year, &mut described);
        }
    }
    let begins_part = |line: &str| {
        line.get(..6).is_some_and(|it| it.eq_ignore_ascii_case("BEGIN:")) && !says(line, "BEGIN:VCALENDAR")
    };
    let before: usize = lines(text).take_while(|line| !begins_part(line)).map(str::len).sum();
    match text.split_at_checked(before) {
        Some((head, parts)) if !described.is_empty() => Cow::Owned([head, &described, parts].concat()),
        _ => Cow::Borrowed(text),
    }
}

/// Whether a zone may be named in a text that is not described there, at a glance: most texts name none, or describe theirs.
fn may_lack_zones(text: &str) -> bool {
    let after = |words: [&'static str; 2], ends: &'static [char]| {
        let found = words.into_iter().flat_map(move |word| text.match_indices(word));
        found.filter_map(move |(at, word)| text.get(at + word.len()..)?.split(ends).next())
    };
    let told: HashSet<&str> = after(["TZID:", "tzid:"], &['\r', '\n']).collect();
    after(["TZID=", "tzid="], &[':', ';']).any(|name| !told.contains(name.trim_matches('"')))
}

/// The text without the descriptions of zones of our table: whoever asks so knows them by their names.
#[must_use]
pub fn without_zones(text: &str) -> Cow<'_, str> {
    if !lines(text).any(|line| says(line, BEGIN)) {
        return Cow::Borrowed(text);
    }
    let mut rest = String::with_capacity(text.len());
    let (mut zone, mut within, mut is_known) = (String::new(), false, false);
    for line in lines(text) {
        within |= says(line, BEGIN);
        if !within {
            rest.push_str(line);
            continue;
        }
        zone.push_str(line);
        is_known |= names_standard(line);
        if says(line, END) {
            let described = std::mem::take(&mut zone);
            if !is_known {
                rest.push_str(&described);
            }
            (within, is_known) = (false, false);
        }
    }
    rest.push_str(&zone);
    Cow::Owned(rest)
}

/// Whether a line of a description names a zone as IANA does.
fn names_standard(line: &str) -> bool {
    let line = line.replace("\r\n ", "").replace("\n ", "");
    let named = Line::parse(line.trim_end()).filter(|line| line.name == "TZID");
    named.is_some_and(|line| is_standard(text::unescape(&line.value).trim()))
}

fn is_standard(name: &str) -> bool {
    name.parse::<Zone>().is_ok_and(|zone| zone.name() == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(zones: &str) -> String {
        format!(
            "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n{zones}BEGIN:VEVENT\r\nUID:u\r\nDTSTART;TZID=\r\n Europe/Berlin:20260401T090000\r\n\
             DTEND;TZID=Asia/Tokyo:20260401T200000\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
        )
    }

    #[test]
    fn zones_are_described_and_known_ones_left_out_again() {
        let plain = event("");
        let described = with_zones(&plain);
        let root = component::read(described.as_bytes());
        let zones: Vec<String> = root.children[0]
            .children
            .iter()
            .filter(|it| it.name == "VTIMEZONE")
            .flat_map(when::names_of)
            .collect();
        assert_eq!(zones, ["Asia/Tokyo", "Europe/Berlin"]);
        assert_eq!(without_zones(&described), plain);
        assert!(matches!(with_zones(&described), Cow::Borrowed(_)));
        let half = described.replacen("TZID:Europe/Berlin", "TZID:Elsewhere", 1);
        assert_eq!(
            with_zones(&half).matches("\r\nTZID:Europe/Berlin\r\n").count(),
            1,
            "what is described beside it is not it"
        );
        let utc = plain.replace(";TZID=\r\n Europe/Berlin", "").replace(";TZID=Asia/Tokyo", "");
        assert!(matches!(with_zones(&utc), Cow::Borrowed(_)));
        assert!(matches!(without_zones(&utc), Cow::Borrowed(_)));
    }

    #[test]
    fn what_nobody_knows_by_its_name_stays_described() {
        for name in ["Tokyo Standard Time", "Custom", "(UTC+09:00) Osaka\\, Sapporo\\, Tokyo"] {
            let kept = event(&format!("BEGIN:VTIMEZONE\r\nTZID:{name}\r\nEND:VTIMEZONE\r\n"));
            assert_eq!(without_zones(&kept), kept, "{name}");
        }
        let folded = event("BEGIN:VTIMEZONE\r\nTZID:Europe/Ber\r\n lin\r\nEND:VTIMEZONE\r\n");
        assert_eq!(without_zones(&folded), event(""));
    }
}
