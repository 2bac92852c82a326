//! Rooms, official cars and equipment.

use actix_web::{HttpResponse, delete, get, put};
use renraku_base::{Cursor, ETag, FacilityId, FieldFault, Id, Limit, Page, Timestamp, kind};
use renraku_db::ObjectType;
use renraku_schedule::{
    ScheduleFault,
    model::{Facility, FacilityDraft, FacilityKind},
    service::{self, FacilitySearch, Window},
};
use serde::Deserialize;

use crate::core::{
    App, ChangeHeaders, Command, Empty, PathId, Problem, Query, Refusals, Resource, Seen, Who, WriteRefusals,
    Written, cursor, limit, list, object,
};

impl Resource for Facility {
    const TYPE: ObjectType = ObjectType::Facility;

    fn id(&self) -> &str {
        self.id.as_str()
    }

    fn etag(&self) -> &ETag {
        &self.etag
    }
}

/// Which facilities are listed; what is left out does not matter.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct FacilitiesQuery {
    /// Rooms, cars or equipment alone.
    #[param(inline)]
    kind: Option<FacilityKind>,
    /// Only those that take at least so many people.
    min_capacity: Option<u16>,
    /// Words that are all found in the name, the place or the description; at most 64 characters.
    q: Option<String>,
    /// Only those that could be booked from this instant until `to`: nobody has them, and their rules allow it.
    from: Option<Timestamp>,
    /// The first instant at which it may be taken again; with `from`, and at most 400 days later.
    to: Option<Timestamp>,
    /// How many items, 1 to 500.
    #[serde(default, deserialize_with = "limit")]
    #[param(value_type = u16, minimum = 1, maximum = 500, default = 50, required = false)]
    limit: Limit,
    /// The `nextCursor` of the page before.
    #[serde(default, deserialize_with = "cursor")]
    #[param(value_type = Option<String>)]
    cursor: Option<Cursor>,
}

impl FacilitiesQuery {
    fn search(self) -> Result<FacilitySearch, ScheduleFault> {
        let Self { kind, min_capacity, q, from, to, limit, cursor } = self;
        let free = match (from, to) {
            (None, None) => None,
            (Some(from), Some(to)) => Some(Window::new(from, to)?),
            (from, _) => {
                let missing = if from.is_none() { "from" } else { "to" };
                let fault = FieldFault::new(missing, "required", "from and to belong together");
                return Err(ScheduleFault::BadQuery(fault));
            }
        };
        Ok(FacilitySearch { kind, min_capacity, q, free, cursor, limit })
    }
}

/// The facilities, by name: all of them, or those that fit and are free.
#[utoipa::path(
    tag = "facilities",
    params(FacilitiesQuery),
    responses((status = 200, body = Page<Facility>), Refusals)
)]
#[get("/facilities")]
pub(crate) async fn list_facilities(
    app: App,
    _who: Who,
    query: Query<FacilitiesQuery>,
) -> Result<HttpResponse, Problem> {
    let wanted = query.0.search()?;
    let page = app.read(move |tx| service::list_facilities(tx, &wanted)).await?;
    list(&page)
}

/// One facility.
#[utoipa::path(
    tag = "facilities",
    params(("id" = FacilityId, Path)),
    responses((status = 200, body = Facility), Refusals)
)]
#[get("/facilities/{id}")]
pub(crate) async fn get_facility(
    app: App,
    _who: Who,
    id: PathId<kind::Facility>,
    seen: Seen,
) -> Result<HttpResponse, Problem> {
    let facility = app.read(move |tx| service::get_facility(tx, &id)).await?;
    object(&seen, &facility)
}

/// Replaces what is said of a facility; for those who look after the facilities.
#[utoipa::path(
    tag = "facilities",
    request_body = FacilityDraft,
    params(("id" = FacilityId, Path), ChangeHeaders),
    responses((status = 200, body = Facility), Refusals, WriteRefusals)
)]
#[put("/facilities/{id}")]
pub(crate) async fn update_facility(
    app: App,
    id: PathId<kind::Facility>,
    command: Command<FacilityDraft>,
) -> Result<HttpResponse, Problem> {
    app.write(
        command,
        move |tx, c| {
            service::update_facility(tx, &c.who, &id, c.body.clone(), &c.precondition()?)?
                .try_map(|facility| Written::updated(&facility))
        },
        |tx, _who, id| Ok(service::get_facility(tx, &Id::stored(id.to_owned()))?),
    )
    .await
}

/// Takes a facility out of use; for those who look after the facilities. Events that booked it go on without it.
#[utoipa::path(
    tag = "facilities",
    params(("id" = FacilityId, Path), ChangeHeaders),
    responses((status = 204, description = "It is gone."), Refusals, WriteRefusals)
)]
#[delete("/facilities/{id}")]
pub(crate) async fn delete_facility(
    app: App,
    id: PathId<kind::Facility>,
    command: Command<Empty>,
) -> Result<HttpResponse, Problem> {
    app.act(command, move |tx, c| Ok(service::delete_facility(tx, &c.who, &id, &c.precondition()?)?)).await
}
