//! A file of events, read as far as it can be: what is wrong is told with its place, and the rest goes on.

use std::{collections::BTreeMap, fmt};

use renraku_base::FieldFault;

use super::{
    component::{self, Component},
    event::{self, Context},
    line::Line,
    object::{self, Contents},
    people::{self, Keys},
    source::Sources,
    unnamed,
    when::{When, Zones},
};
use crate::model::{Event, Zone};

/// The file holds no calendar at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the file is no iCalendar: it has no BEGIN:VCALENDAR")]
pub struct NotACalendar;

/// The most lines that are kept of what a file says of the calendar as a whole, and their length in bytes.
const CALENDAR_LINES: (usize, usize) = (100, 32 * 1024);
/// What every file says of itself, and what says only how it was sent.
const OF_THE_FILE: [&str; 4] = ["VERSION", "PRODID", "CALSCALE", "METHOD"];

/// What Mozilla's programs say of a series that they make up beside single occurrences, because they know no occurrence without one.
const MADE_UP_SERIES: &str = "X-MOZ-FAKED-MASTER";

/// What a file holds.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Parsed {
    /// What it says of the calendar as a whole, line by line.
    pub lines: Vec<Line>,
    /// The events, each with its exceptions, in the order of the file.
    pub events: Vec<ParsedEvent>,
    /// The tasks, in the order of the file.
    pub tasks: Vec<ParsedTask>,
    /// What cannot be taken.
    pub refused: Vec<Refusal>,
    /// What is taken and has no effect, or is not taken as it stands.
    pub kept: Vec<Refusal>,
}

/// An event and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct ParsedEvent {
    /// Where.
    pub place: Place,
    /// The event.
    pub event: Event,
    /// Its text as an object of its own, where all of it was taken.
    pub source: Option<String>,
}

/// A task, which is kept as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParsedTask {
    /// Where it stands.
    pub place: Place,
    /// Its UID.
    pub uid: String,
    /// Its text as an object of its own.
    pub source: String,
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
    let mut root = component::read(file);
    unnamed::name(&mut root.children);
    read_all(&root, Some(Sources::default()))
}

/// Reads the components of a file, without their texts.
pub(super) fn read_components(root: &Component) -> Result<Parsed, NotACalendar> {
    read_all(root, None)
}

fn read_all<'c>(root: &'c Component, sources: Option<Sources<'c>>) -> Result<Parsed, NotACalendar> {
    let mut parsed = Parsed::default();
    let mut found = Found { sources, ..Found::default() };
    for child in &root.children {
        match child.name.as_str() {
            "VCALENDAR" => {
                if let Some(sources) = &mut found.sources {
                    sources.made_by(child.line("PRODID"));
                }
                child.children.iter().for_each(|it| found.add(it));
            }
            _ => found.add(child),
        }
    }
    if found.groups.is_empty() && !root.children.iter().any(|it| it.name == "VCALENDAR") {
        return Err(NotACalendar);
    }
    for calendar in &root.children {
        if calendar.name == "VCALENDAR" {
            parsed.refused.extend(calendar.bad.iter().map(|bad| stray("VCALENDAR", *bad)));
            take_lines(calendar, &mut parsed);
        }
    }
    parsed.refused.extend(root.bad.iter().map(|bad| stray("file", *bad)));
    parsed.refused.append(&mut found.refused);
    for group in std::mem::take(&mut found.groups) {
        group.read(&found, &mut parsed);
    }
    parsed.kept.sort_by_key(|kept| kept.place.line);
    parsed.refused.sort_by_key(|refusal| refusal.place.line);
    Ok(parsed)
}

/// Takes what a calendar says of itself.
fn take_lines(calendar: &Component, parsed: &mut Parsed) {
    let lines = calendar.lines.iter().filter(|line| !OF_THE_FILE.contains(&line.name.as_str()));
    let mut bytes: usize = parsed.lines.iter().map(|line| line.raw.len()).sum();
    for line in lines {
        bytes += line.raw.len();
        if parsed.lines.len() >= CALENDAR_LINES.0 || bytes > CALENDAR_LINES.1 {
            let place = Place { component: "VCALENDAR".to_owned(), line: line.number, uid: None };
            let detail = "this line of the calendar, and those after it, are beyond what is kept";
            let reasons = vec![FieldFault::new(line.name.as_str(), "too-many", detail)];
            parsed.refused.push(Refusal { place, reasons });
            return;
        }
        parsed.lines.push(line.clone());
    }
}

fn stray(component: &str, (line, why): (usize, &'static str)) -> Refusal {
    let place = Place { component: component.to_owned(), line, uid: None };
    Refusal { place, reasons: vec![FieldFault::new("", component::code_of(why), component::detail_of(why))] }
}

/// The components of a file by what becomes of them.
#[derive(Default)]
struct Found<'a> {
    /// The components of each UID, in the order of the file.
    groups: Vec<Group<'a>>,
    /// Where in `groups` the events or tasks of a UID are.
    by_uid: BTreeMap<(&'a str, &'a str), usize>,
    zones: Zones,
    /// What the texts of single objects are made of, where these are wanted.
    sources: Option<Sources<'a>>,
    refused: Vec<Refusal>,
    /// How many components there are of each name.
    counts: BTreeMap<&'a str, usize>,
}

impl<'a> Found<'a> {
    fn add(&mut self, component: &'a Component) {
        match component.name.as_str() {
            "VTIMEZONE" => {
                self.zones.learn(component);
                if let Some(sources) = &mut self.sources {
                    sources.add_zone(component);
                }
            }
            "VEVENT" | "VTODO" => self.add_object(component),
            name => {
                let place = self.place(component);
                let detail = format!("a calendar holds events and tasks; {name} is not taken");
                self.refused
                    .push(Refusal { place, reasons: vec![FieldFault::new("", "ical-component", detail)] });
            }
        }
    }

    fn place(&mut self, component: &'a Component) -> Place {
        let name = component.name.as_str();
        let number = self.counts.entry(name).or_default();
        *number += 1;
        Place {
            component: format!("{name} {number}"),
            line: component.number,
            uid: component.line("UID").map(|line| line.value.trim().to_owned()).filter(|uid| !uid.is_empty()),
        }
    }

    fn add_object(&mut self, component: &'a Component) {
        let place = self.place(component);
        let uid = component.line("UID").map(|line| line.value.trim()).filter(|uid| !uid.is_empty());
        let mut refuse = |line: usize, code: &'static str, why: &str| {
            let place = Place { line, ..place.clone() };
            self.refused.push(Refusal { place, reasons: vec![FieldFault::new("", code, why)] });
        };
        if let Some((line, why)) = component.first_fault() {
            refuse(line, component::code_of(why), &component::detail_of(why));
            return;
        }
        let Some(uid) = uid else {
            refuse(component.number, "ical-uid", "it has no UID");
            return;
        };
        let at = *self.by_uid.entry((component.name.as_str(), uid)).or_insert_with(|| {
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

impl<'a> Group<'a> {
    /// Takes what there is of one UID.
    fn read(mut self, found: &Found<'_>, parsed: &mut Parsed) {
        // It says nothing of the series: taken for one, it would be another event than the one whose occurrences these are.
        if !self.exceptions.is_empty() {
            self.masters.retain(|(_, component)| component.line(MADE_UP_SERIES).is_none());
        }
        // Of several versions the latest counts.
        self.masters.sort_by_key(|(_, component)| event::sequence(component));
        let master = self.masters.pop();
        parsed.refused.extend(self.masters.drain(..).map(|(place, _)| superseded(place)));
        self.masters.extend(master);
        let parts: Vec<Placed<'a>> = self.masters.iter().chain(&self.exceptions).cloned().collect();
        let components: Vec<&Component> = parts.iter().map(|(_, component)| *component).collect();
        let source = || found.sources.as_ref().and_then(|it| it.text(&found.zones, &components));
        let refused = parsed.refused.len();
        if components.first().is_some_and(|component| component.name == "VTODO") {
            read_task(&parts, source(), parsed);
        } else {
            self.read_event(&found.zones, parsed);
            // What was not taken of it is not handed out again either.
            if parsed.refused.len() == refused
                && let Some(event) = parsed.events.last_mut()
            {
                event.source = source();
            }
        }
        if parsed.refused.len() == refused {
            parsed.kept.extend(parts.iter().flat_map(|part| taken_otherwise(part, &found.zones)));
        }
    }

    /// Joins a series with its exceptions.
    fn read_event(mut self, zones: &Zones, parsed: &mut Parsed) {
        let master = self.masters.pop();
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
            match event.checked() {
                Ok(event) => parsed.events.push(ParsedEvent { place, event, source: None }),
                Err(reasons) => parsed.refused.push(Refusal { place, reasons }),
            }
        }
    }
}

/// Takes a task as it is, if it could be stored as an object of its own.
fn read_task(parts: &[Placed<'_>], source: Option<String>, parsed: &mut Parsed) {
    let Some((place, _)) = parts.first().cloned() else { return };
    let Some(source) = source else {
        let detail = "no such time zone; write an IANA name such as Asia/Tokyo";
        parsed.refused.push(Refusal { place, reasons: vec![FieldFault::new("", "time-zone", detail)] });
        return;
    };
    match object::read_object(source.as_bytes()) {
        Ok(object) if object.contents == Contents::Task => {
            parsed.tasks.push(ParsedTask { place, uid: object.uid, source });
        }
        Ok(_) => {}
        Err(fault) => {
            let reasons = vec![FieldFault::new("", "ical-line", fault.to_string())];
            parsed.refused.push(Refusal { place, reasons });
        }
    }
}

/// What of a component is not taken as it stands.
fn taken_otherwise((place, component): &Placed<'_>, zones: &Zones) -> Vec<Refusal> {
    let told = |line, code, detail| {
        let place = Place { line, ..place.clone() };
        Refusal { place, reasons: vec![FieldFault::new("", code, detail)] }
    };
    let cleaned = component
        .first_cleaned()
        .map(|line| told(line, "ical-cleaned", "control characters in it were left out".to_owned()));
    let zone = zones.read_otherwise(component).map(|(line, zone)| {
        told(
            line,
            "ical-zone",
            format!("its times are read on the clocks of {zone}, not as the file describes them"),
        )
    });
    let named = unnamed::was_unnamed(component)
        .then(|| told(component.number, "ical-unnamed", "it had no UID, and was given one".to_owned()));
    cleaned.into_iter().chain(zone).chain(named).collect()
}

fn superseded(place: Place) -> Refusal {
    let fault = FieldFault::new("UID", "ical-uid-twice", "a later version of this event is in the file");
    Refusal { place, reasons: vec![fault] }
}

fn of_another_organizer(place: Place) -> Refusal {
    let detail = "this occurrence names another organizer than the rest of its series, which stays as it says of itself";
    Refusal { place, reasons: vec![FieldFault::new("ORGANIZER", "ical-organizer", detail)] }
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
    let mut organizer = series.as_ref().and_then(|(_, event)| event.organizer_calendar_address.clone());
    while let Some((id, place, component)) = ordered.next() {
        if ordered.peek().is_some_and(|(next, _, _)| id.is_ok() && instant(next) == instant(&id)) {
            parsed.refused.push(superseded(place));
            continue;
        }
        if let Some((line, named)) = people::organizer_of(component) {
            if organizer.as_ref().is_some_and(|organizer| people::are_two(organizer, &named)) {
                parsed.refused.push(of_another_organizer(Place { line, ..place }));
                continue;
            }
            organizer.get_or_insert(named);
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
