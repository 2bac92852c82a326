//! The text of one object of a file, as a calendar client would store it (RFC 4791 §4.1): its components as they stand in the
//! file, with the zones that they name.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    PRODUCT,
    component::Component,
    line::Line,
    timezone,
    when::{self, Zones},
};

/// What the texts of a file's objects have in common.
#[derive(Debug, Default)]
pub(super) struct Sources<'a> {
    product: Option<&'a Line>,
    zones: BTreeMap<String, &'a Component>,
}

impl<'a> Sources<'a> {
    /// Learns what wrote the file.
    pub fn made_by(&mut self, product: Option<&'a Line>) {
        self.product = self.product.or(product);
    }

    /// Learns a zone; of several of one name the first counts.
    pub fn add_zone(&mut self, timezone: &'a Component) {
        for name in when::names_of(timezone) {
            self.zones.entry(name).or_insert(timezone);
        }
    }

    /// The text of an object; `None` when it names a zone that nobody knows.
    pub fn text(&self, known: &Zones, parts: &[&Component]) -> Option<String> {
        let mut names = BTreeSet::new();
        parts.iter().for_each(|part| collect_zones(part, &mut names));
        let mut out = String::from("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n");
        self.product.unwrap_or(&Line::new("PRODID", PRODUCT)).write(&mut out);
        for (name, year) in first_uses(names) {
            match self.zones.get(name) {
                Some(timezone) => timezone.write(&mut out),
                None => timezone::write_as(name, known.find(name)?, year, &mut out),
            }
        }
        parts.iter().for_each(|part| part.write(&mut out));
        out.push_str("END:VCALENDAR\r\n");
        Some(out)
    }
}

/// The zones that a component names, each with the years for which it does.
pub(super) fn collect_zones<'c>(component: &'c Component, names: &mut BTreeSet<(&'c str, i32)>) {
    for line in &component.lines {
        if let Some(name) = line.param("TZID") {
            let year = line.value.get(..4).and_then(|year| year.parse().ok()).unwrap_or_default();
            names.insert((name.trim(), year));
        }
    }
    component.children.iter().for_each(|child| collect_zones(child, names));
}

/// Each zone once, with the first year for which it is named.
pub(super) fn first_uses(names: BTreeSet<(&str, i32)>) -> BTreeMap<&str, i32> {
    // Of several pairs with one name the last stays in the map: the set goes through them backwards.
    names.into_iter().rev().collect()
}
