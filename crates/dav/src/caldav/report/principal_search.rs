//! Finding people and facilities by name, and which properties they can be found by (RFC 3744 §9.4, §9.5).

use std::collections::HashSet;

use actix_web::HttpResponse;
use renraku_base::{Id, Limit, PersonId, Principal};
use renraku_db::{ReadTx, meta};
use renraku_people::{
    directory::service::{self as directory, PeopleSearch},
    search::fold,
};
use renraku_schedule::{
    model::FacilityKind,
    service::{FacilitySearch, list_delegators, list_facilities},
};
use renraku_web::RateKind;

use crate::{
    caldav::{
        principal::{self, PrincipalInfo},
        property::{Context, Resource, asks_for_delegators},
        propfind::Answer,
    },
    core::{
        Address, Call, Dav, DavFault, Multistatus, Wanted, minimal,
        xml::{Element, Name, Writer},
    },
};

const FOUND: u16 = 50;
/// So many texts are looked for at once.
const TEXTS: usize = 10;
/// Facilities have so many places among those that are found, however many people there are.
const FACILITIES: usize = 10;

/// `DAV:principal-property-search`: people by name in whatever script and by mail address, rooms and other facilities by name.
pub(super) async fn answer(call: Call, report: Element) -> Result<HttpResponse, DavFault> {
    call.dav.gate().rates().take(&call.who, RateKind::Search)?;
    let texts: Vec<String> = report
        .children_of(&Name::dav("property-search"))
        .filter_map(|it| it.child(&Name::dav("match")))
        .map(|it| it.text.trim().to_owned())
        .filter(|text| shows_something(text))
        .collect();
    if texts.len() > TEXTS {
        return Err(DavFault::BadRequest("at most 10 texts are looked for at once"));
    }
    let any = report.attribute("test") == Some("anyof");
    let wanted = wanted(&report)?;
    let minimal = minimal(call.headers());
    let (who, dav) = (call.who.clone(), call.dav.clone());
    call.read(move |tx| {
        let epoch = meta::epoch(tx)?;
        let delegators = match &wanted {
            Wanted::Named(names) if [true, false].iter().any(|own| asks_for_delegators(*own, names)) => {
                list_delegators(tx, &who)?
            }
            _ => Vec::new(),
        };
        let context = Context { delegators: &delegators, ..Context::of(&dav, &who, epoch) };
        let mut answer = Answer { multistatus: Multistatus::new(minimal), wanted: &wanted, context };
        let mut found: Option<Vec<String>> = None;
        for text in &texts {
            let ids = find_all(tx, &dav, &who, text)?;
            found = Some(match found {
                None => ids,
                Some(mut before) if any => {
                    before.extend(ids);
                    before
                }
                Some(before) => before.into_iter().filter(|id| ids.contains(id)).collect(),
            });
        }
        let mut ids = found.unwrap_or_default();
        let mut told = HashSet::new();
        ids.retain(|id| told.insert(id.clone()));
        ids.truncate(usize::from(FOUND));
        for id in ids {
            let found: PrincipalInfo = principal::find(tx, &who, &id)?;
            answer.add(&Address::Principal(found.id.clone()), Resource::Principal(&found))?;
        }
        Ok(answer.multistatus)
    })
    .await
    .map(Multistatus::finish)
}

/// Whoever and whatever a text finds: one by its `urn:uuid:`, people and facilities by name.
fn find_all(tx: &mut ReadTx<'_>, dav: &Dav, who: &Principal, text: &str) -> Result<Vec<String>, DavFault> {
    if let Some(id) = Id::<()>::from_urn(text.trim_start_matches("mailto:")) {
        return match principal::find(tx, who, id.as_str()) {
            Ok(found) => Ok(vec![found.id]),
            Err(DavFault::NotFound) => Ok(Vec::new()),
            Err(fault) => Err(fault),
        };
    }
    let mut people: Vec<String> = find_people(tx, dav, who, text)?.into_iter().map(Id::into_string).collect();
    // A mail address is nobody's but a person's, and no facility has a name that long.
    let is_name = !text.contains('@') && text.chars().count() <= FacilitySearch::MOST_CHARACTERS;
    let facilities = if is_name { find_facilities(tx, text)? } else { Vec::new() };
    people.truncate(usize::from(FOUND) - facilities.len().min(FACILITIES));
    Ok(people.into_iter().chain(facilities).collect())
}

/// The facilities in whose name a text stands.
fn find_facilities(tx: &mut ReadTx<'_>, text: &str) -> Result<Vec<String>, DavFault> {
    let search = FacilitySearch {
        q: Some(text.to_owned()),
        limit: Limit::new(Limit::MAX).unwrap_or_default(),
        ..FacilitySearch::default()
    };
    let found = list_facilities(tx, &search)?.items;
    let part = fold(text);
    Ok(found.into_iter().filter(|it| fold(&it.name).contains(&part)).map(|it| it.id.into_string()).collect())
}

/// The people whom a text finds: one by a mail address, or the best by a part of their name.
fn find_people(
    tx: &mut ReadTx<'_>,
    dav: &Dav,
    who: &Principal,
    text: &str,
) -> Result<Vec<PersonId>, DavFault> {
    if text.contains('@') {
        let mail = text.trim_start_matches("mailto:");
        let with_it = directory::find_by_email(tx, &[mail])?.into_values();
        let ids: Vec<String> = with_it.map(Id::into_string).collect();
        if ids.is_empty() {
            return find_by_part(tx, dav, who, mail);
        }
        let listed = directory::get_people_for_sync(tx, dav.directory(), &ids)?;
        return Ok(listed.iter().flatten().map(|person| person.id.clone()).collect());
    }
    find_by_words(tx, dav, who, text)
}

/// The people in whose mail address a part of one stands, as it is written letter by letter.
fn find_by_part(
    tx: &mut ReadTx<'_>,
    dav: &Dav,
    who: &Principal,
    part: &str,
) -> Result<Vec<PersonId>, DavFault> {
    let local = part.split('@').next().unwrap_or_default();
    if !shows_something(local) {
        return Ok(Vec::new());
    }
    let mut found = find_by_words(tx, dav, who, local)?;
    let (names, part) = (directory::names(tx, &found)?, part.to_lowercase());
    found.retain(|id| {
        let email = names.get(id).and_then(|person| person.email.as_deref());
        email.is_some_and(|email| email.to_lowercase().contains(&part))
    });
    Ok(found)
}

fn find_by_words(
    tx: &mut ReadTx<'_>,
    dav: &Dav,
    who: &Principal,
    text: &str,
) -> Result<Vec<PersonId>, DavFault> {
    let search = PeopleSearch { q: Some(text.to_owned()), ..PeopleSearch::default() };
    let page = directory::search_people(tx, dav.directory(), who, &search)?;
    Ok(page.items.iter().map(|person| person.id.clone()).collect())
}

/// `CS:calendarserver-principal-search`, as calendars of one vendor ask: people of whom all the words are found, and rooms and other
/// facilities where these are looked for.
pub(super) async fn by_tokens(call: Call, report: Element) -> Result<HttpResponse, DavFault> {
    call.dav.gate().rates().take(&call.who, RateKind::Search)?;
    let tokens: Vec<String> = report
        .children_of(&Name::server("search-token"))
        .map(|it| it.text.trim().to_owned())
        .filter(|text| shows_something(text))
        .collect();
    let most = report.child(&Name::server("limit")).and_then(|it| it.child(&Name::server("nresults")));
    let most = match most.map(|it| it.text.trim().parse::<u32>()) {
        None => FOUND,
        Some(Ok(most)) if most > 0 => u16::try_from(most).unwrap_or(FOUND).min(FOUND),
        Some(_) => return Err(DavFault::BadRequest("CS:nresults is a number above 0")),
    };
    let context = report.attribute("context").unwrap_or("attendee").to_owned();
    let wanted = wanted(&report)?;
    let minimal = minimal(call.headers());
    let (who, dav) = (call.who.clone(), call.dav.clone());
    call.read(move |tx| {
        let text = tokens.join(" ");
        let mut ids: Vec<String> = Vec::new();
        if !text.is_empty() && ["attendee", "user"].contains(&context.as_str()) {
            ids.extend(find_people(tx, &dav, &who, &text)?.into_iter().map(Id::into_string));
        }
        if !text.is_empty() && context != "user" {
            let kind = (context == "location").then_some(FacilityKind::Room);
            let search = FacilitySearch { kind, q: Some(text), ..FacilitySearch::default() };
            let found = list_facilities(tx, &search)?.items;
            let is_meant = |kind: FacilityKind| context != "resource" || kind != FacilityKind::Room;
            ids.extend(found.into_iter().filter(|it| is_meant(it.kind)).map(|it| it.id.into_string()));
        }
        ids.truncate(usize::from(most));
        let epoch = meta::epoch(tx)?;
        let context = Context::of(&dav, &who, epoch);
        let mut answer = Answer { multistatus: Multistatus::new(minimal), wanted: &wanted, context };
        for id in ids {
            let found = principal::find(tx, &who, &id)?;
            answer.add(&Address::Principal(found.id.clone()), Resource::Principal(&found))?;
        }
        Ok(answer.multistatus)
    })
    .await
    .map(Multistatus::finish)
}

/// Whether anything of a text is looked for: characters that nobody sees would find everybody.
fn shows_something(text: &str) -> bool {
    !fold(text).is_empty()
}

/// Which properties are wanted; python-caldav names them beside an empty `DAV:prop`.
fn wanted(report: &Element) -> Result<Wanted, DavFault> {
    let of_search =
        [Name::dav("property-search"), Name::dav("prop"), Name::dav("apply-to-principal-collection-set")];
    match Wanted::of(report)? {
        Some(Wanted::Named(names)) if names.is_empty() => Ok(Wanted::Named(
            report
                .children
                .iter()
                .map(|it| it.name.clone())
                .filter(|name| !of_search.contains(name))
                .collect(),
        )),
        Some(wanted) => Ok(wanted),
        None => Ok(Wanted::Named(Vec::new())),
    }
}

/// `DAV:principal-search-property-set`.
pub(super) fn properties(_: &Call) -> Result<HttpResponse, DavFault> {
    let (set, one) = (Name::dav("principal-search-property-set"), Name::dav("principal-search-property"));
    let (prop, description) = (Name::dav("prop"), Name::dav("description"));
    let mut xml = Writer::root(&set);
    for (name, text) in
        [(Name::dav("displayname"), "Name"), (Name::server("email-address-set"), "Mail address")]
    {
        xml.open(&one);
        xml.open(&prop);
        xml.empty(&name);
        xml.close(&prop);
        xml.open_with(&description, &[("xml:lang", "en")]);
        xml.text(text);
        xml.close(&description);
        xml.close(&one);
    }
    let body = xml.finish(&set);
    Ok(HttpResponse::Ok().insert_header(("content-type", "application/xml; charset=utf-8")).body(body))
}
