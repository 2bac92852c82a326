use renraku_contacts::service::objects::Needle;

use super::{Condition, Filter, MatchKind, ParamTest, PropFilter, PropTest, Test, TextMatch};
use crate::core::{
    Collation, Condition as Unmet, DavFault,
    xml::{Element, Name},
};

static PROP: Name = Name::carddav("prop-filter");
static PARAM: Name = Name::carddav("param-filter");
static TEXT: Name = Name::carddav("text-match");
static ABSENT: Name = Name::carddav("is-not-defined");

/// The most conditions of one filter: each is looked at for each card.
const CONDITIONS: usize = 200;

/// Reads a `CARDDAV:filter`.
pub(in crate::carddav) fn read(filter: &Element) -> Result<Filter, DavFault> {
    only(filter, &[&PROP])?;
    let props: Vec<PropFilter> = filter.children_of(&PROP).map(read_prop).collect::<Result<_, _>>()?;
    let count: usize = filter.children.iter().map(|it| 1 + it.children.len()).sum();
    if count > CONDITIONS {
        return Err(Unmet::SupportedCardFilter.into());
    }
    Ok(Filter { test: test(filter)?, props })
}

/// Only what we understand is taken: what is passed over would let too much through.
fn only(element: &Element, known: &[&Name]) -> Result<(), DavFault> {
    match element.children.iter().all(|child| known.contains(&&child.name)) {
        true => Ok(()),
        false => Err(Unmet::SupportedCardFilter.into()),
    }
}

fn name(element: &Element) -> Result<String, DavFault> {
    let name = element.attribute("name").map(str::trim).filter(|name| !name.is_empty());
    name.map(str::to_ascii_uppercase).ok_or(DavFault::BadRequest("a filter has no name"))
}

fn test(element: &Element) -> Result<Test, DavFault> {
    match element.attribute("test") {
        None | Some("anyof") => Ok(Test::Any),
        Some("allof") => Ok(Test::All),
        Some(_) => Err(DavFault::BadRequest("a test is anyof or allof")),
    }
}

fn alone(element: &Element) -> Result<(), DavFault> {
    match element.children.len() {
        1 => Ok(()),
        _ => Err(DavFault::BadRequest("is-not-defined stands alone")),
    }
}

fn read_prop(element: &Element) -> Result<PropFilter, DavFault> {
    let name = name(element)?;
    let (group, name) = match name.split_once('.') {
        Some((group, name)) => (Some(group.to_owned()), name.to_owned()),
        None => (None, name),
    };
    only(element, &[&ABSENT, &TEXT, &PARAM])?;
    if element.child(&ABSENT).is_some() {
        alone(element)?;
        return Ok(PropFilter { group, name, test: PropTest::Absent });
    }
    let conditions = element
        .children
        .iter()
        .map(|child| match child.name == TEXT {
            true => Ok(Condition::Text(read_text(child)?)),
            false => read_param(child),
        })
        .collect::<Result<_, DavFault>>()?;
    Ok(PropFilter { group, name, test: PropTest::Holds { test: test(element)?, conditions } })
}

fn read_param(element: &Element) -> Result<Condition, DavFault> {
    let name = name(element)?;
    only(element, &[&ABSENT, &TEXT])?;
    let test = match (element.child(&ABSENT), element.child(&TEXT)) {
        (Some(_), _) => {
            alone(element)?;
            ParamTest::Absent
        }
        (None, None) => ParamTest::Present,
        (None, Some(text)) => ParamTest::Text(read_text(text)?),
    };
    Ok(Condition::Param { name, test })
}

fn read_text(element: &Element) -> Result<TextMatch, DavFault> {
    // The default is RFC 6352's (§10.5.4).
    let collation = Collation::named(element.attribute("collation"), Collation::Unicode)
        .ok_or(Unmet::SupportedCardCollation)?;
    let negated = match element.attribute("negate-condition") {
        None | Some("no") => false,
        Some("yes") => true,
        Some(_) => return Err(DavFault::BadRequest("negate-condition is yes or no")),
    };
    let kind = match element.attribute("match-type") {
        None | Some("contains") => MatchKind::Contains,
        Some("equals") => MatchKind::Equals,
        Some("starts-with") => MatchKind::StartsWith,
        Some("ends-with") => MatchKind::EndsWith,
        Some(_) => return Err(Unmet::SupportedCardFilter.into()),
    };
    let text = element.text.clone();
    let (folded, needle) = (collation.fold(&text), Needle::new(&text));
    Ok(TextMatch { text, folded, needle, collation, kind, negated })
}
