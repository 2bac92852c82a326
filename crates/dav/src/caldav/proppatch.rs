use actix_web::{HttpResponse, http::StatusCode};
use renraku_base::Role;
use renraku_schedule::{
    ScheduleFault,
    codec::ical,
    model::{Availability, Zone},
    service::objects::{self, CalendarChange, ObjectCalendar},
};

use super::property::{self, Property};
use crate::core::{
    Address, Call, Condition, DavFault, Edits, Refused, are_too_many, expectation, made, told, written,
    xml::{Element, Name, OF_CALENDARS},
};

/// What `schedule-calendar-transp` says.
pub(super) const TRANSPARENCY: &str = "a calendar is CALDAV:opaque or CALDAV:transparent";

/// PROPPATCH (RFC 4918 §9.2): all of it, or nothing.
pub(super) async fn answer(mut call: Call) -> Result<HttpResponse, DavFault> {
    call.writes()?;
    let update = call.xml().await?;
    if update.name != Name::dav("propertyupdate") {
        return Err(DavFault::BadRequest("the body is no DAV:propertyupdate"));
    }
    let edits = Edits::read(&update)?;
    let expected = expectation(call.headers())?;
    let address = call.address.clone();
    let who = call.who.clone();
    let Address::Calendar { person, segment } = address.clone() else {
        super::get::exists(&call).await?;
        // Nothing is kept there, and nothing that is told there is the client's to say: least of all who is in a group.
        let refusal =
            |name: &Name| property::find(name).is_some().then_some(Condition::CannotModifyProtectedProperty);
        return Ok(told(OF_CALENDARS, &address, &edits, |name| Some((StatusCode::FORBIDDEN, refusal(name)))));
    };
    let mut refused =
        edits.refused(OF_CALENDARS, |name| property::find(name).is_some_and(|row| !row.writable));
    refused.extend(edits.refused_zones());
    if !refused.is_empty() {
        return Ok(told(OF_CALENDARS, &address, &edits, |name| {
            refused.iter().find(|it| it.0 == *name).map(|it| (it.1, it.2))
        }));
    }
    let names = edits.clone();
    let done = call
        .write(move |tx| {
            let mut calendar = objects::find_calendar_with_properties(tx, &who, &person, &segment)?;
            if !expected.holds(&calendar.calendar.etag) {
                return Err(DavFault::Stale);
            }
            if edits.get(&Name::dav("displayname")).is_some() {
                objects::name_owners(tx, std::slice::from_mut(&mut calendar))?;
            }
            let change = edits.change(&calendar)?;
            match objects::change_calendar(tx, &who, &calendar.calendar.id, &change) {
                Ok(_) => Ok(true),
                Err(ScheduleFault::Invalid(_)) => Err(DavFault::Conflict("a value cannot be taken")),
                Err(fault) => Err(fault.into()),
            }
        })
        .await;
    match done {
        Ok(_) => Ok(made(call.headers(), OF_CALENDARS, &address, &names)),
        Err(DavFault::Conflict(_)) => {
            Ok(told(OF_CALENDARS, &address, &names, |_| Some((StatusCode::CONFLICT, None))))
        }
        Err(fault) => Err(fault),
    }
}

impl Edits {
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
                // The name that it has anyhow is no name of one's own: programs write back what they were shown.
                (Some(Property::DisplayName), false)
                    if text == Some(property::name_of(&calendar.calendar)) =>
                {
                    change.properties.push((name.to_string(), None));
                    continue;
                }
                (Some(Property::CalendarTimezone), true) => {
                    // Without one the office's counts. Its name is told of it.
                    change.time_zone = Some(self.zone().unwrap_or(Zone::TOKYO));
                    change.properties.push((Name::caldav("calendar-timezone-id").to_string(), None));
                }
                (Some(Property::CalendarTimezoneId), true) => {
                    change.time_zone = Some(self.zone().unwrap_or(Zone::TOKYO));
                    // It is told of the zone, and so is what the zone is, where the client does not say that.
                    change.properties.push((name.to_string(), None));
                    let timezone = Name::caldav("calendar-timezone");
                    if !self.0.iter().any(|(name, _)| *name == timezone) {
                        change.properties.push((timezone.to_string(), None));
                    }
                    continue;
                }
                // It is its owner's time.
                (Some(Property::ScheduleCalendarTransp), false) => {
                    return Err(Condition::NeedPrivileges.into());
                }
                (Some(Property::ScheduleCalendarTransp), true) => {
                    let said = value.as_ref().map_or(Some(Availability::All), availability);
                    let said = said.ok_or(DavFault::Conflict(TRANSPARENCY))?;
                    change.patch.include_in_availability = Some(said);
                    continue;
                }
                (Some(Property::CalendarColor), true) => {
                    // What is no number of a colour is kept for this client, and nobody else shows any.
                    change.patch.color = Some(text.as_deref().and_then(hex));
                }
                _ => {}
            }
            change
                .properties
                .push((name.to_string(), value.as_ref().map(|value| written(OF_CALENDARS, value))));
        }
        if are_too_many(&calendar.properties, &change.properties) {
            return Err(DavFault::Conflict("too many properties are kept with this calendar"));
        }
        Ok(change)
    }

    /// The zone that the edits set, by what it is or else by its name.
    fn zone(&self) -> Option<Zone> {
        let of = |wanted| {
            let mut zones = self.0.iter().filter_map(zone_of);
            zones.find_map(|(property, zone)| zone.ok().filter(|_| property == wanted))
        };
        of(Property::CalendarTimezone).or_else(|| of(Property::CalendarTimezoneId))
    }

    /// What is set as a zone and is none (RFC 4791 §5.3.1.1).
    fn refused_zones(&self) -> Vec<Refused> {
        let refused = |condition: Condition| (condition.status(), Some(condition));
        let of = |edit: &(Name, Option<Element>)| zone_of(edit)?.1.err().map(refused);
        self.0.iter().filter_map(|edit| of(edit).map(|(status, it)| (edit.0.clone(), status, it))).collect()
    }

    /// What the edits say of a new calendar, and the zone in which its days begin.
    pub fn new_calendar(&self) -> (CalendarChange, Option<Zone>) {
        let mut change = CalendarChange::default();
        for (name, value) in self.0.iter().filter_map(|(name, value)| Some((name, value.as_ref()?))) {
            let text = value.text.trim();
            match property::find(name).map(|row| row.property) {
                Some(Property::ResourceType | Property::CalendarTimezoneId) => continue,
                Some(Property::DisplayName) => {
                    change.patch.name = Some(text.to_owned()).filter(|name| !name.is_empty());
                    continue;
                }
                Some(Property::ScheduleCalendarTransp) => {
                    change.patch.include_in_availability = availability(value);
                    continue;
                }
                Some(Property::CalendarColor) => change.patch.color = hex(text).map(Some),
                _ => {}
            }
            change.properties.push((name.to_string(), Some(written(OF_CALENDARS, value))));
        }
        (change, self.zone())
    }

    /// What may not be set at the making of a calendar either.
    pub fn refused_at_making(&self) -> Vec<Refused> {
        let allowed = [Property::ResourceType, Property::SupportedCalendarComponentSet];
        let mut refused = self.refused(OF_CALENDARS, |name| {
            property::find(name).is_some_and(|row| !row.writable && !allowed.contains(&row.property))
        });
        refused.extend(self.refused_zones());
        let transparency = Name::caldav("schedule-calendar-transp");
        if self.get(&transparency).is_some_and(|value| availability(value).is_none()) {
            refused.push((transparency, StatusCode::BAD_REQUEST, None));
        }
        refused
    }
}

/// Whether a calendar takes its owner's time (RFC 6638 §9.1).
fn availability(value: &Element) -> Option<Availability> {
    match value.children.as_slice() {
        [word] if word.name == Name::caldav("opaque") => Some(Availability::All),
        [word] if word.name == Name::caldav("transparent") => Some(Availability::None),
        _ => None,
    }
}

/// The zone that an edit sets, or how it is refused; `None` where it sets something else.
fn zone_of((name, value): &(Name, Option<Element>)) -> Option<(Property, Result<Zone, Condition>)> {
    let (property, text) = (property::find(name)?.property, &value.as_ref()?.text);
    let zone = match property {
        Property::CalendarTimezone => ical::read_zone(text).ok_or(Condition::ValidCalendarData),
        Property::CalendarTimezoneId => text.trim().parse().ok().ok_or(Condition::ValidTimezone),
        _ => return None,
    };
    Some((property, zone))
}

/// The colour that everybody sees, of one that may say how much shines through.
fn hex(text: &str) -> Option<String> {
    let digits = text.strip_prefix('#')?;
    let good = matches!(digits.len(), 6 | 8) && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    text.get(..7).filter(|_| good).map(str::to_owned)
}
