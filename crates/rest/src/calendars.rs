//! Calendars: own, shared and those of facilities; whom they are shared with.

use actix_web::{HttpResponse, delete, get, patch, post};
use renraku_base::{CalendarId, ETag, Id, Page, kind};
use renraku_db::ObjectType;
use renraku_people::{Share, ShareChange};
use renraku_schedule::{
    model::{Calendar, CalendarPatch, NewCalendar},
    service,
};

use crate::core::{
    App, ChangeHeaders, Command, Empty, IdempotencyKey, PageQuery, PathId, Problem, Query, Refusals,
    Resource, Seen, Who, WriteRefusals, Written, list, object, page,
};

impl Resource for Calendar {
    const TYPE: ObjectType = ObjectType::Calendar;

    fn id(&self) -> &str {
        self.id.as_str()
    }

    fn etag(&self) -> &ETag {
        &self.etag
    }
}

/// The calendars that I may read: my own first, then those that others share with me.
#[utoipa::path(tag = "calendars", params(PageQuery), responses((status = 200, body = Page<Calendar>), Refusals))]
#[get("/calendars")]
pub(crate) async fn list_calendars(
    app: App,
    who: Who,
    query: Query<PageQuery>,
) -> Result<HttpResponse, Problem> {
    let calendars = app.read(move |tx| service::list_calendars(tx, &who)).await?;
    list(&page(calendars, &query.0, |calendar| calendar.id.to_string())?)
}

/// One calendar.
#[utoipa::path(
    tag = "calendars",
    params(("id" = CalendarId, Path)),
    responses((status = 200, body = Calendar), Refusals)
)]
#[get("/calendars/{id}")]
pub(crate) async fn get_calendar(
    app: App,
    who: Who,
    id: PathId<kind::Calendar>,
    seen: Seen,
) -> Result<HttpResponse, Problem> {
    let calendar = app.read(move |tx| service::get_calendar(tx, &who, &id)).await?;
    object(&seen, &calendar)
}

/// Makes a calendar of my own.
#[utoipa::path(
    tag = "calendars",
    request_body = NewCalendar,
    params(IdempotencyKey),
    responses((status = 201, body = Calendar), Refusals, WriteRefusals)
)]
#[post("/calendars")]
pub(crate) async fn create_calendar(
    app: App,
    command: Command<NewCalendar>,
) -> Result<HttpResponse, Problem> {
    app.write(
        command,
        |tx, c| {
            service::create_calendar(tx, &c.who, c.body.clone())?
                .try_map(|calendar| Written::created(&calendar))
        },
        |tx, who, id| Ok(service::get_calendar(tx, who, &Id::stored(id.to_owned()))?),
    )
    .await
}

/// Renames or recolors a calendar (JSON Merge Patch).
#[utoipa::path(
    tag = "calendars",
    request_body(content = CalendarPatch, content_type = "application/merge-patch+json"),
    params(("id" = CalendarId, Path), ChangeHeaders),
    responses((status = 200, body = Calendar), Refusals, WriteRefusals)
)]
#[patch("/calendars/{id}")]
pub(crate) async fn update_calendar(
    app: App,
    id: PathId<kind::Calendar>,
    command: Command<CalendarPatch>,
) -> Result<HttpResponse, Problem> {
    app.write(
        command,
        move |tx, c| {
            service::update_calendar(tx, &c.who, &id, c.body.clone(), &c.precondition()?)?
                .try_map(|calendar| Written::updated(&calendar))
        },
        |tx, who, id| Ok(service::get_calendar(tx, who, &Id::stored(id.to_owned()))?),
    )
    .await
}

/// Deletes a calendar with the events that were made in it. My default one stays.
#[utoipa::path(
    tag = "calendars",
    params(("id" = CalendarId, Path), ChangeHeaders),
    responses((status = 204, description = "It is gone."), Refusals, WriteRefusals)
)]
#[delete("/calendars/{id}")]
pub(crate) async fn delete_calendar(
    app: App,
    id: PathId<kind::Calendar>,
    command: Command<Empty>,
) -> Result<HttpResponse, Problem> {
    app.act(command, move |tx, c| Ok(service::delete_calendar(tx, &c.who, &id, &c.precondition()?)?)).await
}

/// Who may do what in a calendar that I manage, its owner included.
#[utoipa::path(
    tag = "calendars",
    params(("id" = CalendarId, Path), PageQuery),
    responses((status = 200, body = Page<Share>), Refusals)
)]
#[get("/calendars/{id}/shares")]
pub(crate) async fn list_shares(
    app: App,
    who: Who,
    id: PathId<kind::Calendar>,
    query: Query<PageQuery>,
) -> Result<HttpResponse, Problem> {
    let shares = app.read(move |tx| service::list_shares(tx, &who, &id)).await?;
    list(&page(shares, &query.0, |share| share.grantee.to_string())?)
}

/// Shares a calendar that I manage with a person, a unit or everyone, or stops sharing it with them. The owner's own right
/// cannot be changed. A calendar that is shared with me I leave by taking my own right away (`"role": null`); its owner is told. What is
/// shared with my unit or with everyone I cannot leave alone (403 `shared-with-group`).
#[utoipa::path(
    tag = "calendars",
    request_body = ShareChange,
    params(("id" = CalendarId, Path), IdempotencyKey),
    responses(
        (status = 200, body = Share, description = "The right as it is now."),
        (status = 204, description = "It was taken away."),
        Refusals, WriteRefusals
    )
)]
#[post("/calendars/{id}/shares")]
pub(crate) async fn put_share(
    app: App,
    id: PathId<kind::Calendar>,
    command: Command<ShareChange>,
) -> Result<HttpResponse, Problem> {
    app.write(
        command,
        move |tx, c| {
            let ShareChange { grantee, role } = c.body.clone();
            match role {
                Some(role) => service::put_share(tx, &c.who, &id, Share { grantee, role })?
                    .try_map(|share| Written::told(&share)),
                None => Ok(service::remove_share(tx, &c.who, &id, &grantee)?.map(|()| Written::done())),
            }
        },
        |tx, who, id| Ok(service::get_calendar(tx, who, &Id::stored(id.to_owned()))?),
    )
    .await
}
