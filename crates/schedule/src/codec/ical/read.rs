//! A file of events, read as far as it can be: what is wrong is told with its place, and the rest goes on.

use std::{collections::BTreeMap, fmt};

use renraku_base::FieldFault;

use super::{
    component::{self, Component},
    event::{self, Context},
    people::Keys,
    when::{When, Zones},
};
use crate::model::{Event, Zone};

/// The file holds no calendar at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the file is no iCalendar: it has no BEGIN:VCALENDAR")]
pub struct NotACalendar;

/// What a file holds.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Parsed {
    /// The events, each with its exceptions, in the order of the file.
    pub events: Vec<ParsedEvent>,
    /// What cannot be taken.
    pub refused: Vec<Refusal>,
    /// What is kept and has no effect.
    pub kept: Vec<Refusal>,
}

/// An event and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct ParsedEvent {
    /// Where.
    pub place: Place,
    /// The event.
    pub event: Event,
}

/// Where something stands in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The component's name and its number among those of that name, such as `VEVENT 3`.
    pub component: String,
    /// The line on which it begins, or the line at fault.
    pub line: usize,
    /// Which event.
    pub uid: Option<String>,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, line {}", self.component, self.line)?;
        match &self.uid {
            Some(uid) => write!(f, ", UID {uid}"),
            None => Ok(()),
        }
    }
}

/// Something that cannot be taken, or not wholly, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Where it stands.
    pub place: Place,
    /// Why: each with the property's name, or a pointer into the event that it would have become.
    pub reasons: Vec<FieldFault>,
}

/// Reads a file.
///
/// # Errors
/// [`NotACalendar`] when there is no calendar in it, not even an empty one.
pub fn read(file: &[u8]) -> Result<Parsed, NotACalendar> {
    read_components(&component::read(file))
}

/// Reads the components of a file.
pub(super) fn read_components(root: &Component) -> Result<Parsed, NotACalendar> {
    let mut parsed = Parsed::default();
    let mut found = Found::default();
    for child in &root.children {
        match child.name.as_str() {
            "VCALENDAR" => child.children.iter().for_each(|it| found.add(it)),
            _ => found.add(child),
        }
    }
    if found.groups.is_empty() && !root.children.iter().any(|it| it.name == "VCALENDAR") {
        return Err(NotACalendar);
    }
    for calendar in &root.children {
        if calendar.name == "VCALENDAR" {
            parsed.refused.extend(calendar.bad.iter().map(|bad| stray("VCALENDAR", *bad)));
        }
    }
    parsed.refused.extend(root.bad.iter().map(|bad| stray("file", *bad)));
    parsed.refused.append(&mut found.refused);
    for group in std::mem::take(&mut found.groups) {
        group.read(&found.zones, &mut parsed);
    }
    parsed.refused.sort_by_key(|refusal| refusal.place.line);
    Ok(parsed)
}

fn stray(component: &str, (line, why): (usize, &'static str)) -> Refusal {
    let place = Place { component: component.to_owned(), line, uid: None };
    Refusal { place, reasons: vec![FieldFault::new("", component::code_of(why), why)] }
}

/// The components of a file by what becomes of them.
#[derive(Default)]
struct Found<'a> {
    /// The components of each UID, in the order of the file.
    groups: Vec<Group<'a>>,
    /// Where in `groups` a UID is.
    by_uid: BTreeMap<&'a str, usize>,
    zones: Zones,
    refused: Vec<Refusal>,
    events: usize,
    others: BTreeMap<&'a str, usize>,
}

impl<'a> Found<'a> {
    fn add(&mut self, component: &'a Component) {
        match component.name.as_str() {
            "VTIMEZONE" => self.zones.learn(component),
            "VEVENT" => self.add_event(component),
            name => {
                let number = self.others.entry(name).or_default();
                *number += 1;
                let place = Place {
                    component: format!("{name} {number}"),
                    line: component.number,
                    uid: component.line("UID").map(|line| line.value.clone()),
                };
                let detail = format!("a calendar holds events; {name} is not taken");
                self.refused
                    .push(Refusal { place, reasons: vec![FieldFault::new("", "ical-component", detail)] });
            }
        }
    }

    fn add_event(&mut self, component: &'a Component) {
        self.events += 1;
        let uid = component.line("UID").map(|line| line.value.trim()).filter(|uid| !uid.is_empty());
        let place = Place {
            component: format!("VEVENT {}", self.events),
            line: component.number,
            uid: uid.map(str::to_owned),
        };
        let mut refuse = |line: usize, code: &'static str, why: &str| {
            let place = Place { line, ..place.clone() };
            self.refused.push(Refusal { place, reasons: vec![FieldFault::new("", code, why)] });
        };
        if let Some((line, why)) = component.first_fault() {
            refuse(line, component::code_of(why), why);
            return;
        }
        let Some(uid) = uid else {
            refuse(component.number, "ical-uid", "the event has no UID");
            return;
        };
        let at = *self.by_uid.entry(uid).or_insert_with(|| {
            self.groups.push(Group::default());
            self.groups.len() - 1
        });
        let Some(group) = self.groups.get_mut(at) else { return };
        let is_exception = component.line("RECURRENCE-ID").is_some();
        if is_exception { &mut group.exceptions } else { &mut group.masters }.push((place, component));
    }
}

type Placed<'a> = (Place, &'a Component);

/// The components of one UID.
#[derive(Default)]
struct Group<'a> {
    masters: Vec<Placed<'a>>,
    exceptions: Vec<Placed<'a>>,
}

impl Group<'_> {
    /// Joins a series with its exceptions.
    fn read(mut self, zones: &Zones, parsed: &mut Parsed) {
        // Of several versions the latest counts.
        self.masters.sort_by_key(|(_, component)| event::sequence(component));
        let master = self.masters.pop();
        for (place, _) in self.masters {
            let fault =
                FieldFault::new("UID", "ical-uid-twice", "a later version of this event is in the file");
            parsed.refused.push(Refusal { place, reasons: vec![fault] });
        }
        let mut keys = Keys::default();
        let all = master.iter().chain(&self.exceptions).map(|(_, component)| *component);
        let mut context = Context { zones, keys: &mut keys, series: None, privacy: event::strictest(all) };
        let series = match master {
            None => None,
            Some((place, component)) => match event::read(component, &mut context) {
                Ok(read) => {
                    parsed.kept.extend(read.kept(&place));
                    Some((place, read.event))
                }
                Err(reasons) => {
                    parsed.refused.push(Refusal { place, reasons });
                    let detail = "the series to which this occurrence belongs is refused";
                    let orphans = self.exceptions.into_iter().map(|(place, _)| Refusal {
                        place,
                        reasons: vec![FieldFault::new("", "ical-series-refused", detail)],
                    });
                    parsed.refused.extend(orphans);
                    return;
                }
            },
        };
        if let Some((place, event)) = add_exceptions(series, self.exceptions, context, parsed) {
            match Event::read(event.to_value()) {
                Ok(event) => parsed.events.push(ParsedEvent { place, event }),
                Err(reasons) => parsed.refused.push(Refusal { place, reasons }),
            }
        }
    }
}

fn superseded(place: Place) -> Refusal {
    let fault = FieldFault::new("UID", "ical-uid-twice", "a later version of this event is in the file");
    Refusal { place, reasons: vec![fault] }
}

/// Puts exceptions into their series. Where there is no series the first of them stands in for it.
fn add_exceptions(
    mut series: Option<(Place, Event)>,
    exceptions: Vec<Placed<'_>>,
    mut context: Context<'_>,
    parsed: &mut Parsed,
) -> Option<(Place, Event)> {
    let mut ordered: Vec<_> = exceptions
        .into_iter()
        .map(|(place, component)| (event::read_recurrence_id(component, context.zones), place, component))
        .collect();
    let instant = |id: &Result<When, _>| id.as_ref().ok().map(|id| id.instant(Zone::TOKYO));
    ordered.sort_by_key(|(id, place, component)| (instant(id), event::sequence(component), place.line));
    let own = series.as_mut().map(|(_, event)| std::mem::take(&mut event.recurrence_overrides));
    let mut overrides = own.unwrap_or_default();
    let mut ordered = ordered.into_iter().peekable();
    while let Some((id, place, component)) = ordered.next() {
        if ordered.peek().is_some_and(|(next, _, _)| id.is_ok() && instant(next) == instant(&id)) {
            parsed.refused.push(superseded(place));
            continue;
        }
        context.series = series.as_ref().map(|(_, event)| event.clone());
        match id.and_then(|id| Ok((id, event::read(component, &mut context)?))) {
            Err(reasons) => parsed.refused.push(Refusal { place, reasons }),
            Ok((id, read)) => {
                parsed.kept.extend(read.kept(&place));
                let Some((_, series)) = &mut series else {
                    series = Some((place, read.event));
                    continue;
                };
                if let Ok(id) = event::recurrence_id(id, series) {
                    overrides.insert(id, series.difference(id, &read.event));
                }
            }
        }
    }
    if let Some((_, series)) = &mut series {
        series.recurrence_overrides = overrides;
    }
    series
}
