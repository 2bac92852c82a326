//! `CALDAV:calendar-data` in a report (RFC 4791 §9.6): which part of the text of an object is wanted.

use std::{
    borrow::Cow,
    sync::atomic::{AtomicUsize, Ordering::Relaxed},
};

use renraku_base::Timestamp;
use renraku_schedule::{
    codec::ical::{self, Expanded, Most, Selection},
    model::Zone,
};

use super::filter::{TimeRange, read_time_range};
use crate::core::{
    ANSWER_BYTES, Condition, DavFault,
    xml::{Element, Name},
};

/// The most occurrences that one answer tells one by one.
const INSTANCES: usize = 10_000;

/// Which part of the text of an object is wanted.
#[derive(Debug)]
pub(super) struct DataRequest {
    recurrence: Option<Recurrence>,
    selection: Option<Selection>,
    zone: Zone,
    /// Without descriptions of the zones that are known by their names (RFC 7809).
    by_reference: bool,
    /// So many occurrences more are told in this answer.
    instances: AtomicUsize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Recurrence {
    /// Occurrence by occurrence (§9.6.5).
    Expand((Timestamp, Timestamp)),
    /// Without exceptions elsewhere (§9.6.6).
    Limit((Timestamp, Timestamp)),
}

static DATA: Name = Name::caldav("calendar-data");
static EXPAND: Name = Name::caldav("expand");
static LIMIT: Name = Name::caldav("limit-recurrence-set");
static COMP: Name = Name::caldav("comp");
static PROP: Name = Name::caldav("prop");

impl DataRequest {
    /// Everything.
    pub fn whole(zone: Zone) -> Self {
        let instances = AtomicUsize::new(INSTANCES);
        Self { recurrence: None, selection: None, zone, by_reference: false, instances }
    }

    /// The same, with zones by reference alone where `knows_zones`.
    pub fn by_reference(self, knows_zones: bool) -> Self {
        Self { by_reference: knows_zones, ..self }
    }

    /// Reads what a report wants of the texts.
    pub fn read(report: &Element, zone: Zone) -> Result<Self, DavFault> {
        let data = report.child(&Name::dav("prop")).and_then(|prop| prop.child(&DATA));
        let Some(data) = data else { return Ok(Self::whole(zone)) };
        let is = |name: &str, expected: &str| {
            data.attribute(name).is_none_or(|it| it.eq_ignore_ascii_case(expected))
        };
        if !is("content-type", "text/calendar") || !is("version", "2.0") {
            return Err(Condition::SupportedCalendarData.into());
        }
        let bounds = |element: &Element| match read_time_range(element)? {
            TimeRange { from: Some(from), to: Some(to) } => Ok((from, to)),
            TimeRange { .. } => Err(DavFault::from(Condition::ValidFilter)),
        };
        let recurrence = match (data.child(&EXPAND), data.child(&LIMIT)) {
            (Some(expand), None) => Some(Recurrence::Expand(bounds(expand)?)),
            (None, Some(limit)) => Some(Recurrence::Limit(bounds(limit)?)),
            (None, None) => None,
            (Some(_), Some(_)) => return Err(Condition::ValidFilter.into()),
        };
        let selection = data.child(&COMP).map(select).transpose()?;
        Ok(Self { recurrence, selection, ..Self::whole(zone) })
    }

    /// Whether occurrences are asked for one by one.
    pub fn expands(&self) -> bool {
        matches!(self.recurrence, Some(Recurrence::Expand(_)))
    }

    fn most(&self) -> Most {
        Most { instances: self.instances.load(Relaxed), bytes: ANSWER_BYTES }
    }

    /// The wanted part of a text.
    pub fn cut<'t>(&self, text: &'t str) -> Cut<'t> {
        let part = match self.recurrence {
            Some(Recurrence::Expand(bounds)) => match ical::expand(text, bounds, self.zone, self.most()) {
                Expanded::Text(expanded, count) => {
                    self.instances.fetch_sub(count, Relaxed);
                    Cow::Owned(expanded)
                }
                Expanded::Never => Cow::Borrowed(text),
                // A calendar without a component is none (RFC 5545 §3.6): there is no such part of it.
                Expanded::Nothing => return Cut::Nothing,
                Expanded::TooLong => return Cut::TooLong,
            },
            Some(Recurrence::Limit(bounds)) => {
                Cow::Owned(ical::limit_recurrence_set(text, bounds, self.zone))
            }
            None => Cow::Borrowed(text),
        };
        let part = match (self.by_reference, part) {
            (false, part) => part,
            (true, Cow::Borrowed(text)) => ical::without_zones(text),
            (true, Cow::Owned(text)) => Cow::Owned(ical::without_zones(&text).into_owned()),
        };
        Cut::Part(match &self.selection {
            Some(selection) => Cow::Owned(ical::select(&part, selection)),
            None => part,
        })
    }
}

/// What a report wants of a text.
pub(super) enum Cut<'t> {
    /// This part of it.
    Part(Cow<'t, str>),
    /// Occurrences in a part of time in which there are none.
    Nothing,
    /// More than the answer holds.
    TooLong,
}

/// Reads a `CALDAV:comp` (§9.6.1): where it says no more than a name, all of it (§7.8.1).
fn select(comp: &Element) -> Result<Selection, DavFault> {
    let name = |element: &Element| {
        let name = element.attribute("name").map(str::to_ascii_uppercase);
        name.ok_or(DavFault::from(Condition::ValidFilter))
    };
    let has = |local: &'static str| comp.child(&Name::caldav(local)).is_some();
    let lines = comp.children_of(&PROP).map(|prop| {
        let no_value = prop.attribute("novalue").is_some_and(|it| it.eq_ignore_ascii_case("yes"));
        Ok((name(prop)?, no_value))
    });
    let is_whole = comp.children.is_empty();
    Ok(Selection {
        name: name(comp)?,
        all_lines: is_whole || has("allprop"),
        lines: lines.collect::<Result<_, DavFault>>()?,
        all_parts: is_whole || has("allcomp"),
        parts: comp.children_of(&COMP).map(select).collect::<Result<_, _>>()?,
    })
}

/// The zone in which a report reads days and times on no clock: the one that it brings, or the calendar's (RFC 4791 §9.8).
pub(super) fn zone_of(report: &Element, calendar: Zone) -> Result<Zone, DavFault> {
    let brought = report.child(&Name::caldav("timezone"));
    let brought = brought.map(|it| ical::read_zone(&it.text).ok_or(Condition::ValidCalendarData));
    let named = report.child(&Name::caldav("timezone-id"));
    let named = named.map(|it| it.text.trim().parse().ok().ok_or(Condition::ValidTimezone));
    Ok(brought.or(named).transpose()?.unwrap_or(calendar))
}
