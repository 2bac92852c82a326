use actix_web::{HttpResponse, http::StatusCode};
use renraku_base::Role;
use renraku_schedule::{
    ScheduleFault,
    codec::ical,
    model::Zone,
    service::objects::{self, CalendarChange, ObjectCalendar},
};

use super::property::{self, Property};
use crate::core::{
    Address, Call, Condition, DavFault, Multistatus,
    xml::{Element, Name, Writer},
};

/// The longest value of a property that a client keeps, in bytes.
const VALUE_BYTES: usize = 16 * 1024;
/// The most properties that a client keeps with a calendar.
const PROPERTIES: usize = 100;

/// PROPPATCH (RFC 4918 §9.2): all of it, or nothing.
pub(super) async fn answer(mut call: Call) -> Result<HttpResponse, DavFault> {
    call.writes()?;
    let update = call.xml().await?;
    if update.name != Name::dav("propertyupdate") {
        return Err(DavFault::BadRequest("the body is no DAV:propertyupdate"));
    }
    let edits = Edits::read(&update)?;
    let address = call.address.clone();
    let who = call.who.clone();
    let Address::Calendar { segment, .. } = address.clone() else {
        let exists = matches!(&address, Address::Object { .. } | Address::Principal(_));
        if exists {
            super::get::exists(&call).await?;
        }
        return Ok(told(&address, &edits, |_| Some((StatusCode::FORBIDDEN, None))));
    };
    let refused = edits.refused();
    if !refused.is_empty() {
        return Ok(told(&address, &edits, |name| {
            refused.iter().find(|it| it.0 == *name).map(|it| (it.1, it.2))
        }));
    }
    let names = edits.clone();
    let done = call
        .write(move |tx| {
            let calendar = objects::find_calendar(tx, &who, &segment)?;
            let change = edits.change(&calendar)?;
            match objects::change_calendar(tx, &who, &calendar.calendar.id, &change) {
                Ok(_) => Ok(true),
                Err(ScheduleFault::Invalid(_)) => Err(DavFault::Conflict("a value cannot be taken")),
                Err(fault) => Err(fault.into()),
            }
        })
        .await;
    match done {
        Ok(_) => Ok(told(&address, &names, |_| Some((StatusCode::OK, None)))),
        Err(DavFault::Conflict(_)) => Ok(told(&address, &names, |_| Some((StatusCode::CONFLICT, None)))),
        Err(fault) => Err(fault),
    }
}

/// What is set and what is taken away, in the order in which it is said.
#[derive(Debug, Clone)]
pub(super) struct Edits(Vec<(Name, Option<Element>)>);

impl Edits {
    /// Reads `DAV:set` and `DAV:remove`.
    pub fn read(update: &Element) -> Result<Self, DavFault> {
        let mut edits: Vec<(Name, Option<Element>)> = Vec::new();
        for part in &update.children {
            let sets = part.name == Name::dav("set");
            if !sets && part.name != Name::dav("remove") {
                continue;
            }
            for value in part.children_of(&Name::dav("prop")).flat_map(|prop| &prop.children) {
                edits.retain(|(name, _)| *name != value.name);
                edits.push((value.name.clone(), sets.then(|| value.clone())));
            }
        }
        if edits.len() > PROPERTIES {
            return Err(DavFault::BadRequest("at most 100 properties at a time"));
        }
        Ok(Self(edits))
    }

    /// What a client may not write, with what it is told.
    fn refused(&self) -> Vec<(Name, StatusCode, Option<Condition>)> {
        let refusal = |(name, value): &(Name, Option<Element>)| {
            if property::find(name).is_some_and(|row| !row.writable) {
                let condition = Condition::CannotModifyProtectedProperty;
                return Some((name.clone(), condition.status(), Some(condition)));
            }
            let size = value.as_ref().map_or(0, |value| written(value).len());
            (size > VALUE_BYTES).then(|| (name.clone(), StatusCode::INSUFFICIENT_STORAGE, None))
        };
        self.0.iter().filter_map(refusal).collect()
    }

    /// What the edits change of a calendar: what its manager says of name and colour holds for everybody.
    fn change(&self, calendar: &ObjectCalendar) -> Result<CalendarChange, DavFault> {
        let manages = calendar.calendar.role == Role::Manage && calendar.is_mine();
        let mut change = CalendarChange::default();
        for (name, value) in &self.0 {
            let known = property::find(name).map(|row| row.property);
            let text = value.as_ref().map(|it| it.text.trim().to_owned());
            match (known, manages) {
                (Some(Property::DisplayName), true) => {
                    // A calendar is never without a name.
                    change.patch.name = Some(text.unwrap_or_default());
                    continue;
                }
                (Some(Property::CalendarTimezone), true) => {
                    // Without one, and with one that tells none that we know, the office's counts.
                    let zone = value.as_ref().and_then(|value| ical::read_zone(&value.text));
                    change.time_zone = Some(zone.unwrap_or(Zone::TOKYO));
                }
                (Some(Property::CalendarColor), true) => {
                    // What is no number of a colour is kept for this client, and nobody else shows any.
                    change.patch.color = Some(text.as_deref().and_then(hex));
                }
                _ => {}
            }
            change.properties.push((name.to_string(), value.as_ref().map(written)));
        }
        let more = change.properties.iter().filter(|(_, value)| value.is_some()).count();
        if calendar.properties.len() + more > 2 * PROPERTIES {
            return Err(DavFault::Conflict("too many properties are kept with this calendar"));
        }
        Ok(change)
    }

    /// What the edits say of a new calendar, and the zone in which its days begin.
    pub fn new_calendar(&self) -> (CalendarChange, Option<String>) {
        let mut change = CalendarChange::default();
        let mut zone = None;
        for (name, value) in self.0.iter().filter_map(|(name, value)| Some((name, value.as_ref()?))) {
            let text = value.text.trim();
            match property::find(name).map(|row| row.property) {
                Some(Property::ResourceType) => continue,
                Some(Property::DisplayName) => {
                    change.patch.name = Some(text.to_owned()).filter(|name| !name.is_empty());
                    continue;
                }
                Some(Property::CalendarColor) => change.patch.color = hex(text).map(Some),
                Some(Property::CalendarTimezone) => zone = Some(value.text.clone()),
                _ => {}
            }
            change.properties.push((name.to_string(), Some(written(value))));
        }
        (change, zone)
    }

    /// The element that is set for a name.
    pub fn get(&self, name: &Name) -> Option<&Element> {
        self.0.iter().find(|(it, _)| it == name).and_then(|(_, value)| value.as_ref())
    }

    /// What may not be set at the making of a calendar either.
    pub fn refused_at_making(&self) -> Option<Condition> {
        let allowed = [
            Property::ResourceType,
            Property::SupportedCalendarComponentSet,
            Property::ScheduleCalendarTransp,
        ];
        let protected = |(name, _): &(Name, Option<Element>)| {
            property::find(name).is_some_and(|row| !row.writable && !allowed.contains(&row.property))
        };
        self.0.iter().any(protected).then_some(Condition::CannotModifyProtectedProperty)
    }
}

fn written(element: &Element) -> String {
    let mut xml = Writer::piece();
    xml.element(element);
    xml.into_piece()
}

/// The colour that everybody sees, of one that may say how much shines through.
fn hex(text: &str) -> Option<String> {
    let digits = text.strip_prefix('#')?;
    let good = matches!(digits.len(), 6 | 8) && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    text.get(..7).filter(|_| good).map(str::to_owned)
}

/// What became of each edit; those without a fate of their own failed with the others (RFC 4918 §9.2.1).
fn told(
    address: &Address,
    edits: &Edits,
    fate: impl Fn(&Name) -> Option<(StatusCode, Option<Condition>)>,
) -> HttpResponse {
    let mut groups: Vec<(StatusCode, Option<Condition>, Vec<Name>)> = Vec::new();
    for (name, _) in &edits.0 {
        let (status, condition) = fate(name).unwrap_or((StatusCode::FAILED_DEPENDENCY, None));
        match groups.iter_mut().find(|group| group.0 == status && group.1 == condition) {
            Some(group) => group.2.push(name.clone()),
            None => groups.push((status, condition, vec![name.clone()])),
        }
    }
    let mut answer = Multistatus::new(false);
    answer.groups(address, &groups);
    answer.finish()
}
