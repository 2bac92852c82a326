use renraku_schedule::codec::ical::read_instant;

use super::{CompFilter, CompTest, ParamFilter, ParamTest, PropFilter, PropTest, TextMatch, TimeRange};
use crate::core::{
    Collation, Condition, DavFault,
    xml::{Element, Name},
};

static COMP: Name = Name::caldav("comp-filter");
static PROP: Name = Name::caldav("prop-filter");
static PARAM: Name = Name::caldav("param-filter");
static TEXT: Name = Name::caldav("text-match");
static TIME: Name = Name::caldav("time-range");
static ABSENT: Name = Name::caldav("is-not-defined");

/// Reads a `CALDAV:filter`.
pub(in crate::caldav) fn read(filter: &Element) -> Result<CompFilter, DavFault> {
    let mut inside = filter.children_of(&COMP);
    match (inside.next(), inside.next()) {
        (Some(comp), None) => {
            let comp = read_comp(comp)?;
            if comp.name == "VCALENDAR" { Ok(comp) } else { Err(Condition::ValidFilter.into()) }
        }
        _ => Err(Condition::ValidFilter.into()),
    }
}

fn name(element: &Element) -> Result<String, DavFault> {
    let name = element.attribute("name").map(str::trim).filter(|name| !name.is_empty());
    name.map(str::to_ascii_uppercase).ok_or_else(|| Condition::ValidFilter.into())
}

/// Only what we understand is taken: what is passed over would let too much through.
fn only(element: &Element, known: &[&Name]) -> Result<(), DavFault> {
    match element.children.iter().all(|child| known.contains(&&child.name)) {
        true => Ok(()),
        false => Err(Condition::SupportedFilter.into()),
    }
}

fn read_comp(element: &Element) -> Result<CompFilter, DavFault> {
    let name = name(element)?;
    only(element, &[&ABSENT, &TIME, &PROP, &COMP])?;
    if element.child(&ABSENT).is_some() {
        return match element.children.len() {
            1 => Ok(CompFilter { name, test: CompTest::Absent }),
            _ => Err(Condition::ValidFilter.into()),
        };
    }
    let time = element.child(&TIME).map(read_time).transpose()?;
    if time.is_some() && !["VEVENT", "VTODO"].contains(&name.as_str()) {
        return Err(Condition::SupportedFilter.into());
    }
    let props = element.children_of(&PROP).map(read_prop).collect::<Result<_, _>>()?;
    let comps = element.children_of(&COMP).map(read_comp).collect::<Result<_, _>>()?;
    Ok(CompFilter { name, test: CompTest::All { time, props, comps } })
}

fn read_prop(element: &Element) -> Result<PropFilter, DavFault> {
    let name = name(element)?;
    only(element, &[&ABSENT, &TIME, &TEXT, &PARAM])?;
    if element.child(&ABSENT).is_some() {
        return match element.children.len() {
            1 => Ok(PropFilter { name, test: PropTest::Absent }),
            _ => Err(Condition::ValidFilter.into()),
        };
    }
    let time = element.child(&TIME).map(read_time).transpose()?;
    let text = element.child(&TEXT).map(read_text).transpose()?;
    if time.is_some() && text.is_some() {
        return Err(Condition::ValidFilter.into());
    }
    let params = element.children_of(&PARAM).map(read_param).collect::<Result<_, _>>()?;
    Ok(PropFilter { name, test: PropTest::All { time, text, params } })
}

fn read_param(element: &Element) -> Result<ParamFilter, DavFault> {
    let name = name(element)?;
    only(element, &[&ABSENT, &TEXT])?;
    let test = match (element.child(&ABSENT), element.child(&TEXT)) {
        (Some(_), Some(_)) => return Err(Condition::ValidFilter.into()),
        (Some(_), None) => ParamTest::Absent,
        (None, None) => ParamTest::Present,
        (None, Some(text)) => ParamTest::Text(read_text(text)?),
    };
    Ok(ParamFilter { name, test })
}

fn read_text(element: &Element) -> Result<TextMatch, DavFault> {
    // The default is RFC 4791's (§9.7.5).
    let collation = Collation::named(element.attribute("collation"), Collation::Ascii)
        .ok_or(Condition::SupportedCollation)?;
    let negated = match element.attribute("negate-condition") {
        None | Some("no") => false,
        Some("yes") => true,
        Some(_) => return Err(Condition::ValidFilter.into()),
    };
    Ok(TextMatch { needle: collation.fold(&element.text), collation, negated })
}

/// Reads a `CALDAV:time-range`: at least one bound, in UTC.
pub(in crate::caldav) fn read_time(element: &Element) -> Result<TimeRange, DavFault> {
    let bound = |name: &str| match element.attribute(name) {
        None => Ok(None),
        Some(text) => read_instant(text).map(Some).ok_or(DavFault::from(Condition::ValidFilter)),
    };
    let range = TimeRange { from: bound("start")?, to: bound("end")? };
    match (range.from, range.to) {
        (None, None) => Err(Condition::ValidFilter.into()),
        (Some(from), Some(to)) if from >= to => Err(Condition::ValidFilter.into()),
        _ => Ok(range),
    }
}
