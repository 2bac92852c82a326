//! The staff directory: people, units, caller id.

use std::sync::Arc;

use actix_web::{HttpResponse, get};
use chrono::NaiveDate;
use renraku_base::{Cursor, ETag, FieldFault, Language, Limit, Page, PersonId, Principal, UnitId, kind};
use renraku_contacts::{model::Contact, service as contacts};
use renraku_db::{Error, ObjectType, ReadTx};
use renraku_people::directory::{
    HeldPost, Person, PersonJson, Unit, UnitCount, UnitDetail,
    service::{self, PeopleSearch},
};
use renraku_reach::model::Reach;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    core::{
        App, PageQuery, PathId, Problem, Query, QueryRefusal, RateKind, Reader, Refusals, Resource,
        RestFault, Seen, Who, Work, cursor, day, limit, list, object, plain, tagged,
    },
    reach::reach_of,
};

impl Resource for PersonJson {
    const TYPE: ObjectType = ObjectType::Person;

    fn id(&self) -> &str {
        self.id.as_str()
    }

    fn etag(&self) -> &ETag {
        &self.etag
    }
}

impl Resource for UnitDetail {
    const TYPE: ObjectType = ObjectType::Unit;

    fn id(&self) -> &str {
        self.unit.id.as_str()
    }

    fn etag(&self) -> &ETag {
        &self.unit.etag
    }
}

/// Who is looked for.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct PeopleQuery {
    /// Words that are all found in the name (kanji, kana, romaji, any glyph), a number, an address, the unit or the post; from
    /// one character on, at most 64.
    q: Option<String>,
    /// Only in this unit and those below it.
    unit: Option<UnitId>,
    /// What to count beside: `unit` tells how many of all who were found are in each unit below the one that is searched.
    #[param(inline)]
    facets: Option<Facet>,
    /// What to tell beside: `reach` tells how each person of the page is reached now.
    #[param(inline)]
    with: Option<With>,
    /// On which day (`2026-04-01`): with the posts that were held then, or will be by a transfer that was announced; now, without it.
    #[serde(default, rename = "asOf", deserialize_with = "day")]
    #[param(rename = "asOf", value_type = Option<String>, format = Date)]
    as_of: Option<NaiveDate>,
    /// How many items, 1 to 500.
    #[serde(default, deserialize_with = "limit")]
    #[param(value_type = u16, minimum = 1, maximum = 500, default = 50, required = false)]
    limit: Limit,
    /// The `nextCursor` of the page before.
    #[serde(default, deserialize_with = "cursor")]
    #[param(value_type = Option<String>)]
    cursor: Option<Cursor>,
}

/// What can be counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
enum Facet {
    /// People by unit.
    Unit,
}

/// What can be told beside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
enum With {
    /// How they are reached now.
    Reach,
}

/// Who was found.
#[derive(Debug, Serialize, ToSchema)]
struct FoundPeople {
    /// One page of them, best first.
    #[serde(flatten)]
    #[schema(value_type = Page<Person>)]
    page: Page<Arc<PersonJson>>,
    /// How many there are on all pages together, counted as asked for; left out when not.
    #[serde(skip_serializing_if = "Option::is_none")]
    facets: Option<Facets>,
    /// How each person of the page is reached now, in its order; left out when not asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    reach: Option<Vec<Reach>>,
}

/// How many were found of each kind.
#[derive(Debug, Serialize, ToSchema)]
struct Facets {
    /// By the units directly below the one that is searched (at the top, when none is), in official order, each with all below
    /// it. Whoever has posts in two of them counts in both.
    unit: Vec<UnitCount>,
}

impl From<PeopleQuery> for PeopleSearch {
    fn from(query: PeopleQuery) -> Self {
        Self { q: query.q, unit: query.unit, day: query.as_of, limit: query.limit, cursor: query.cursor }
    }
}

/// Finds people by any spelling, best first; without `q` lists them in あいうえお order.
#[utoipa::path(
    tag = "directory",
    params(PeopleQuery),
    responses((status = 200, body = FoundPeople), Refusals, QueryRefusal)
)]
#[get("/directory/people")]
pub(crate) async fn list_people(
    app: App,
    who: Who,
    Reader(language): Reader,
    query: Query<PeopleQuery>,
) -> Result<HttpResponse, Problem> {
    app.rates().take(&who, RateKind::Search)?;
    let (facets, with) = (query.0.facets, query.0.with);
    if with.is_some() && query.0.as_of.is_some() {
        let fault = FieldFault::new("with", "now-only", "how people are reached is told as it is now");
        return Err(RestFault::BadQuery(fault).into());
    }
    let search = PeopleSearch::from(query.0);
    let day = search.day;
    if day.is_some() {
        app.rates().take(&who, RateKind::Day)?;
    }
    let app = app.of_work(Work::Search);
    let found = read_on(&app, day, move |app, tx| {
        let directory = app.directory();
        let page = service::search_people(tx, directory, &who, &search)?;
        let unit = match facets {
            Some(Facet::Unit) => Some(service::count_people_by_unit(tx, directory, &search)?),
            None => None,
        };
        let reach = reach_beside(tx, &who, &page.items, with, language)?;
        Ok::<_, Problem>(FoundPeople { page, facets: unit.map(|unit| Facets { unit }), reach })
    })
    .await?;
    plain(&found)
}

/// Of which day is told.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct DayQuery {
    /// On which day (`2026-04-01`): with the posts that were held then, or will be by a transfer that was announced; now, without it.
    #[serde(default, rename = "asOf", deserialize_with = "day")]
    #[param(rename = "asOf", value_type = Option<String>, format = Date)]
    as_of: Option<NaiveDate>,
}

/// How each of these people is reached now, where that is asked for.
fn reach_beside(
    tx: &mut ReadTx<'_>,
    who: &Principal,
    people: &[Arc<PersonJson>],
    with: Option<With>,
    language: Language,
) -> Result<Option<Vec<Reach>>, Problem> {
    match with {
        Some(With::Reach) => {
            let people: Vec<PersonId> = people.iter().map(|person| person.id.clone()).collect();
            reach_of(tx, who, &people, language).map(Some)
        }
        None => Ok(None),
    }
}

/// One person; with `asOf`, as they were or will be on a day.
///
/// Of another day, posts and units are told: `posts` has each with its days, `startsOn` is left out where it was held before posts
/// were written down, and whoever was not in office that day is not there. Names and numbers are those of now, units are called what
/// they are called now, and of who has left since the name alone is told.
#[utoipa::path(
    tag = "directory",
    params(("id" = PersonId, Path), DayQuery),
    responses((status = 200, body = Person), Refusals, QueryRefusal)
)]
#[get("/directory/people/{id}")]
pub(crate) async fn get_person(
    app: App,
    who: Who,
    id: PathId<kind::Person>,
    query: Query<DayQuery>,
    seen: Seen,
) -> Result<HttpResponse, Problem> {
    let day = query.0.as_of;
    if day.is_some() {
        app.rates().take(&who, RateKind::Day)?;
    }
    let work = move |app: &App, tx: &mut ReadTx<'_>| service::get_person_on(tx, app.directory(), &id, day);
    let person = read_on(&app, day, work).await?;
    object(&seen, &*person)
}

/// Reads the directory of a day. Of another day than the present one it is no short read: that day may have to be made.
async fn read_on<T, E, F>(app: &App, day: Option<NaiveDate>, work: F) -> Result<T, Problem>
where
    F: FnOnce(&App, &mut ReadTx<'_>) -> Result<T, E> + Send + 'static,
    E: Into<Problem> + From<Error>,
    T: Send + 'static,
{
    match day {
        None => app.read_with(work).await,
        Some(_) => {
            let read = |app: &App| app.db().read(|tx| work(app, tx)).map_err(Into::into);
            app.of_work(Work::Search).blocking(read).await
        }
    }
}

/// The posts of a person over time.
#[derive(Debug, Serialize, ToSchema)]
struct HeldPosts {
    /// Those that they will have by a transfer that was announced, those that they have, and those that they had; the last first.
    items: Vec<HeldPost>,
}

/// The posts that a person has, had, and will have by a transfer that was announced.
///
/// What was before posts were written down has no entry; a post that was held already then has no `startsOn`.
#[utoipa::path(
    tag = "directory",
    params(("id" = PersonId, Path)),
    responses((status = 200, body = HeldPosts), Refusals)
)]
#[get("/directory/people/{id}/posts")]
pub(crate) async fn list_posts(
    app: App,
    who: Who,
    id: PathId<kind::Person>,
    seen: Seen,
) -> Result<HttpResponse, Problem> {
    app.rates().take(&who, RateKind::Search)?;
    let items = app
        .of_work(Work::Search)
        .blocking(move |app| app.db().read(|tx| service::list_posts(tx, app.directory(), &who, &id)))
        .await?;
    tagged(&seen, &HeldPosts { items })
}

/// The units, each before those below it and siblings in official order.
#[utoipa::path(tag = "directory", params(PageQuery), responses((status = 200, body = Page<Unit>), Refusals))]
#[get("/directory/units")]
pub(crate) async fn list_units(
    app: App,
    _who: Who,
    query: Query<PageQuery>,
) -> Result<HttpResponse, Problem> {
    let PageQuery { limit, cursor } = query.0;
    let page = app
        .read_with(move |app, tx| service::list_units(tx, app.directory(), limit, cursor.as_ref()))
        .await?;
    list(&page)
}

/// One unit with the units directly below it and its own members; those of the units below are found by
/// `directory/people?unit=`. Its ETag is that of everything that is shown. With `asOf`, the members are those of a day.
#[utoipa::path(
    tag = "directory",
    params(("id" = UnitId, Path), DayQuery),
    responses((status = 200, body = UnitDetail), Refusals, QueryRefusal)
)]
#[get("/directory/units/{id}")]
pub(crate) async fn get_unit(
    app: App,
    who: Who,
    id: PathId<kind::Unit>,
    query: Query<DayQuery>,
    seen: Seen,
) -> Result<HttpResponse, Problem> {
    let day = query.0.as_of;
    if day.is_some() {
        app.rates().take(&who, RateKind::Day)?;
    }
    let work = move |app: &App, tx: &mut ReadTx<'_>| service::get_unit(tx, app.directory(), &id, day);
    let unit = read_on(&app, day, work).await?;
    object(&seen, &unit)
}

/// A calling number.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct LookupQuery {
    /// The number in any spelling (`0155-26-1111`, `+81 155 26 1111`), or an extension.
    phone: String,
    /// What to tell beside: `reach` tells how each of these people is reached now.
    #[param(inline)]
    with: Option<With>,
}

/// Who is calling.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Callers {
    /// The people with this number, best first: whose own it is before those who share it; among these as in a search.
    #[schema(value_type = Vec<Person>)]
    items: Vec<Arc<PersonJson>>,
    /// My contacts with this number, by name, at most 10; left out when there are none. They come after the staff.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    contacts: Vec<Contact>,
    /// How each of the people is reached now, in their order; left out when not asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    reach: Option<Vec<Reach>>,
}

/// Caller id: the people with a number or extension, best first, and those of my contacts who have it.
#[utoipa::path(tag = "directory", params(LookupQuery), responses((status = 200, body = Callers), Refusals))]
#[get("/directory/lookup")]
pub(crate) async fn lookup(
    app: App,
    who: Who,
    Reader(language): Reader,
    query: Query<LookupQuery>,
) -> Result<HttpResponse, Problem> {
    app.rates().take(&who, RateKind::Search)?;
    let LookupQuery { phone, with } = query.0;
    let callers = app
        .read_with(move |app, tx| {
            let items = service::lookup_phone(tx, app.directory(), &who, &phone)?;
            let reach = reach_beside(tx, &who, &items, with, language)?;
            let contacts = contacts::lookup_number(tx, &who, &phone)?;
            Ok::<_, Problem>(Callers { items, contacts, reach })
        })
        .await?;
    plain(&callers)
}
