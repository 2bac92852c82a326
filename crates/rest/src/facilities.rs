//! Rooms, official cars and equipment.

use actix_web::{HttpResponse, delete, get, put};
use renraku_base::{ETag, FacilityId, Id, Page, kind};
use renraku_db::ObjectType;
use renraku_schedule::{
    model::{Facility, FacilityDraft},
    service,
};

use crate::core::{
    App, ChangeHeaders, Command, Empty, PageQuery, PathId, Problem, Query, Refusals, Resource, Seen, Who,
    WriteRefusals, Written, list, object,
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

/// All facilities, by name.
#[utoipa::path(tag = "facilities", params(PageQuery), responses((status = 200, body = Page<Facility>), Refusals))]
#[get("/facilities")]
pub(crate) async fn list_facilities(
    app: App,
    _who: Who,
    query: Query<PageQuery>,
) -> Result<HttpResponse, Problem> {
    let PageQuery { limit, cursor } = query.0;
    let page = app.read(move |tx| service::list_facilities(tx, cursor.as_ref(), limit)).await?;
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
    app.write(
        command,
        move |tx, c| {
            let deleted = service::delete_facility(tx, &c.who, &id, &c.precondition()?)?;
            Ok(deleted.map(|()| Written::done()))
        },
        |tx, _who, id| Ok(service::get_facility(tx, &Id::stored(id.to_owned()))?),
    )
    .await
}
