use std::collections::HashMap;

use actix_web::HttpResponse;
use renraku_base::Principal;
use renraku_db::{ReadTx, meta};
use renraku_schedule::service::{
    Delegation, list_delegators,
    objects::{self, ObjectCalendar, ObjectHead, ObjectText},
};

use super::{
    inbox,
    principal::{self, PrincipalInfo, ProxyGroup},
    property::{Context, Resource, asks_for_delegators},
};
use crate::core::{
    Address, Call, Condition, Dav, DavFault, Depth, Multistatus, Place, Wanted, depth, minimal, path_below,
    xml::Name,
};

/// The most members of a collection that one answer lists; a greater calendar is read by sync.
pub(super) const MEMBERS: usize = 50_000;

/// PROPFIND (RFC 4918 §9.1).
pub(super) async fn answer(mut call: Call) -> Result<HttpResponse, DavFault> {
    let body = call.xml_body().await?;
    let wanted = Wanted::read(&body)?;
    // A principal has no members; what can list its groups says how deep it asks.
    let unsaid = if matches!(call.address, Address::Principal(_)) { Depth::Zero } else { Depth::Infinity };
    let depth = depth(call.headers(), unsaid)?;
    let is_object = matches!(call.address, Address::Object { .. } | Address::Message { .. });
    if depth == Depth::Infinity && !is_object {
        return Err(Condition::PropfindFiniteDepth.into());
    }
    let members = depth == Depth::One && !is_object;
    let find = Find {
        dav: call.dav.clone(),
        who: call.who.clone(),
        address: call.address.clone(),
        wanted,
        members,
        minimal: minimal(call.headers()),
    };
    match members {
        true => call.read(move |tx| find.run(tx)).await,
        false => call.glance(move |tx| find.run(tx)).await,
    }
    .map(Multistatus::finish)
}

/// What is asked for.
struct Find {
    dav: Dav,
    who: Principal,
    address: Address,
    wanted: Wanted,
    members: bool,
    minimal: bool,
}

impl Find {
    fn run(self, tx: &mut ReadTx<'_>) -> Result<Multistatus, DavFault> {
        let epoch = meta::epoch(tx)?;
        let calendars = match &self.address {
            Address::Home(person) if self.members => {
                let mut calendars = objects::list_calendars(tx, &self.who, person)?;
                self.name_owners(tx, &mut calendars)?;
                calendars
            }
            // It tells which calendar is the default one.
            Address::Inbox(person) => objects::list_calendars(tx, &self.who, person)?,
            _ => Vec::new(),
        };
        let default = calendars.iter().find(|it| it.calendar.is_default).map(address_of);
        let delegators = self.delegators(tx)?;
        let context = Context {
            default: default.as_ref(),
            delegators: &delegators,
            ..Context::of(&self.dav, &self.who, epoch)
        };
        let mut answer =
            Answer { multistatus: Multistatus::new(self.minimal), wanted: &self.wanted, context };
        let me = || self.who.person.as_str().to_owned();
        match &self.address {
            Address::Root => {
                answer.add(&self.address, Resource::Root)?;
                if self.members {
                    answer.add(&Address::Principals, Resource::Principals)?;
                    answer.add(&Address::Homes, Resource::Homes)?;
                    answer.add(&Address::Contacts(Place::Homes), Resource::Homes)?;
                }
            }
            // Answered by the face of address books.
            Address::Contacts(_) => return Err(DavFault::NotFound),
            Address::Principals => {
                answer.add(&self.address, Resource::Principals)?;
                if self.members {
                    // The office is found by a search, not by a list of all who are in it.
                    answer.principal(&principal::find(tx, &self.who, &me())?)?;
                }
            }
            Address::Principal(id) => {
                answer.principal(&principal::find(tx, &self.who, id)?)?;
                if self.members && *id == me() {
                    for writes in [false, true] {
                        answer.proxies(&principal::find_proxies(tx, &self.who, id, writes)?)?;
                    }
                }
            }
            Address::Proxies { person, writes } => {
                answer.proxies(&principal::find_proxies(tx, &self.who, person, *writes)?)?;
            }
            Address::Homes => {
                answer.add(&self.address, Resource::Homes)?;
                if self.members {
                    answer
                        .add(&Address::Home(me()), Resource::Home(&principal::find(tx, &self.who, &me())?))?;
                }
            }
            Address::Home(person) => self.home(tx, person, &calendars, &mut answer)?,
            Address::Inbox(_) => {
                let head = inbox::head(tx, &self.who, &self.wanted)?;
                answer.add(&self.address, Resource::Inbox(head))?;
                if self.members {
                    inbox::add_all(tx, &self.who, &mut answer)?;
                }
            }
            Address::Message { name, .. } => {
                let message = inbox::get(tx, &self.who, name)?;
                answer.add(&self.address, Resource::Message(&message))?;
            }
            Address::Outbox(_) => answer.add(&self.address, Resource::Outbox)?,
            Address::Calendar { person, segment } => {
                let mut calendar = objects::find_calendar_with_properties(tx, &self.who, person, segment)?;
                self.name_owners(tx, std::slice::from_mut(&mut calendar))?;
                answer.add(&self.address, Resource::Calendar(&calendar))?;
                if self.members {
                    self.objects(tx, &calendar, &mut answer)?;
                }
            }
            Address::Object { person, segment, name } => {
                let calendar = objects::find_calendar(tx, &self.who, person, segment)?;
                let mut object = objects::get(tx, &self.who, &calendar, &[name])?.pop().flatten();
                if answer.needs_schedule_tags() {
                    objects::tag_scheduled(tx, &self.who, &calendar, object.iter_mut())?;
                }
                let object = object.ok_or(DavFault::NotFound)?;
                answer.add(&self.address, Resource::Object(&object.head, Some(&object), &calendar))?;
            }
        }
        Ok(answer.multistatus)
    }

    /// Says whose the calendars are, if what they are called is asked for.
    fn name_owners(&self, tx: &mut ReadTx<'_>, calendars: &mut [ObjectCalendar]) -> Result<(), DavFault> {
        if self.wanted.display_names() {
            objects::name_owners(tx, calendars)?;
        }
        Ok(())
    }

    /// For whom the asker is a delegate, if what is asked for depends on it.
    fn delegators(&self, tx: &mut ReadTx<'_>) -> Result<Vec<Delegation>, DavFault> {
        let themselves = match &self.address {
            Address::Principals => true,
            Address::Principal(id) => id == self.who.person.as_str(),
            _ => return Ok(Vec::new()),
        };
        let asked = match &self.wanted {
            Wanted::Named(names) | Wanted::All(names) => asks_for_delegators(themselves, names),
            Wanted::Names => true,
        };
        Ok(if asked { list_delegators(tx, &self.who)? } else { Vec::new() })
    }

    fn home(
        &self,
        tx: &mut ReadTx<'_>,
        person: &str,
        calendars: &[ObjectCalendar],
        answer: &mut Answer<'_>,
    ) -> Result<(), DavFault> {
        answer.add(&self.address, Resource::Home(&principal::find(tx, &self.who, person)?))?;
        if !self.members {
            return Ok(());
        }
        for calendar in calendars {
            answer.add(&address_of(calendar), Resource::Calendar(calendar))?;
        }
        // A delegate sees the calendars; what is sent to its owner is theirs alone.
        if person == self.who.person.as_str() {
            let head = inbox::head(tx, &self.who, &self.wanted)?;
            answer.add(&Address::Inbox(person.to_owned()), Resource::Inbox(head))?;
            answer.add(&Address::Outbox(person.to_owned()), Resource::Outbox)?;
        }
        Ok(())
    }

    fn objects(
        &self,
        tx: &mut ReadTx<'_>,
        calendar: &ObjectCalendar,
        answer: &mut Answer<'_>,
    ) -> Result<(), DavFault> {
        let listed = objects::list(tx, &self.who, calendar, "", MEMBERS + 1)?;
        if listed.len() > MEMBERS {
            return Err(Condition::NumberOfMatchesWithinLimits.into());
        }
        let heads: Vec<ObjectHead> = listed.into_iter().filter_map(|(_, head)| head).collect();
        add_all(tx, &self.who, calendar, &heads, answer)
    }
}

/// An answer that lists resources.
pub(super) struct Answer<'a> {
    pub multistatus: Multistatus,
    pub wanted: &'a Wanted,
    pub context: Context<'a>,
}

const SCHEDULE_TAG: Name = Name::caldav("schedule-tag");

impl Answer<'_> {
    /// Adds a resource.
    pub fn add(&mut self, address: &Address, resource: Resource<'_>) -> Result<(), DavFault> {
        self.add_at(&address.to_string(), resource)
    }

    /// Adds the resource of a path.
    pub fn add_at(&mut self, path: &str, resource: Resource<'_>) -> Result<(), DavFault> {
        let context = self.context;
        let names = resource.names(self.wanted, &context);
        self.multistatus.resource(path, self.wanted, &names, |name, out| resource.write(name, &context, out))
    }

    fn principal(&mut self, principal: &PrincipalInfo) -> Result<(), DavFault> {
        self.add(&Address::Principal(principal.id.clone()), Resource::Principal(principal))
    }

    fn proxies(&mut self, group: &ProxyGroup) -> Result<(), DavFault> {
        self.add(&group.address(), Resource::Proxies(group))
    }

    /// Whether the texts of objects are needed for what is wanted.
    fn needs_texts(&self) -> bool {
        let of_texts =
            [const { Name::dav("getcontentlength") }, const { Name::caldav("calendar-data") }, SCHEDULE_TAG];
        // Without names their length is among what is wanted (RFC 4918 §14.2).
        !matches!(self.wanted, Wanted::Named(_)) || of_texts.iter().any(|name| self.wanted.names(name))
    }

    /// Whether it is wanted what is said of scheduling.
    pub(super) fn needs_schedule_tags(&self) -> bool {
        *self.wanted == Wanted::Names || self.wanted.names(&SCHEDULE_TAG)
    }
}

/// Adds objects of a calendar in their order; their texts are read only where they are needed. When the answer is full the rest is
/// left out: tells how many were added.
pub(super) fn add_objects(
    tx: &mut ReadTx<'_>,
    who: &Principal,
    calendar: &ObjectCalendar,
    heads: &[ObjectHead],
    answer: &mut Answer<'_>,
) -> Result<usize, DavFault> {
    const AT_ONCE: usize = 100;
    let needs_texts = answer.needs_texts();
    let path = address_of(calendar).to_string();
    let mut added = 0;
    for some in heads.chunks(AT_ONCE) {
        let mut texts = if needs_texts { objects::get_texts(tx, who, calendar, some)? } else { Vec::new() };
        if answer.needs_schedule_tags() {
            objects::tag_scheduled(tx, who, calendar, texts.iter_mut())?;
        }
        let texts: HashMap<&str, &ObjectText> = texts.iter().map(|it| (it.head.id.as_str(), it)).collect();
        for head in some {
            if answer.multistatus.is_full() {
                return Ok(added);
            }
            let text = texts.get(head.id.as_str()).copied();
            if text.is_some() || !needs_texts {
                let path = path_below(&path, &head.name);
                match answer.add_at(&path, Resource::Object(head, text, calendar)) {
                    // It fits into another answer, perhaps.
                    Err(DavFault::Condition(Condition::NumberOfMatchesWithinLimits)) if added > 0 => {
                        return Ok(added);
                    }
                    done => done?,
                }
            }
            added += 1;
        }
    }
    Ok(added)
}

/// Adds objects of a calendar, all of them or none.
pub(super) fn add_all(
    tx: &mut ReadTx<'_>,
    who: &Principal,
    calendar: &ObjectCalendar,
    heads: &[ObjectHead],
    answer: &mut Answer<'_>,
) -> Result<(), DavFault> {
    if add_objects(tx, who, calendar, heads, answer)? < heads.len() {
        return Err(Condition::NumberOfMatchesWithinLimits.into());
    }
    Ok(())
}

/// The address of a calendar.
pub(super) fn address_of(calendar: &ObjectCalendar) -> Address {
    Address::Calendar { person: calendar.home.clone(), segment: calendar.segment.clone() }
}

/// The path of an object in a calendar.
pub(super) fn object_path(calendar: &ObjectCalendar, name: &str) -> String {
    path_below(&address_of(calendar).to_string(), name)
}
