//! Events: JSCalendar objects, their occurrences changed one by one, and answers to invitations.

use actix_web::{HttpResponse, delete, get, patch, post};
use renraku_base::{CalendarId, ETag, EventId, FacilityId, Id, kind};
use renraku_db::ObjectType;
use renraku_schedule::{
    ScheduleFault,
    model::{Event, EventDraft, EventPatch, EventView, LocalDateTime},
    service::{self, Answer, Scope, ScopeName},
};
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::core::{
    App, ChangeHeaders, Command, Empty, IdempotencyKey, Large, LargeRefusal, PathId, Problem, Query,
    Refusals, Resource, Seen, Who, WriteRefusals, Written, object,
};

impl Resource for EventView {
    const TYPE: ObjectType = ObjectType::Event;

    fn id(&self) -> &str {
        self.id.as_str()
    }

    fn etag(&self) -> &ETag {
        &self.etag
    }
}

/// An event as it is sent: JSCalendar with where it goes and what it books. Members that the standard does not name are kept.
#[derive(ToSchema)]
#[schema(as = EventBody)]
#[expect(dead_code, reason = "read by utoipa's derive alone")]
pub(crate) struct EventBody {
    /// Made by the phone; otherwise by the server.
    id: Option<EventId>,
    /// The calendar; my default one when left out.
    #[schema(rename = "calendarId")]
    calendar_id: Option<CalendarId>,
    /// What it books.
    #[schema(rename = "facilityIds")]
    facility_ids: Option<Vec<FacilityId>>,
    /// The event's members stand beside these.
    #[serde(flatten)]
    event: Event,
}

/// What of an event changes (JSON Merge Patch): any of its members.
#[derive(ToSchema)]
#[schema(as = EventPatch)]
#[expect(dead_code, reason = "read by utoipa's derive alone")]
pub(crate) struct EventPatchBody {
    /// The calendar to which it moves.
    #[schema(rename = "calendarId")]
    calendar_id: Option<CalendarId>,
    /// What it books.
    #[schema(rename = "facilityIds")]
    facility_ids: Option<Vec<FacilityId>>,
    /// The event's members stand beside these.
    #[serde(flatten)]
    event: Event,
}

/// What of a series is meant.
#[derive(Debug, Clone, Copy, Deserialize, utoipa::IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ScopeQuery {
    /// The original start of an occurrence, like `2026-04-01T09:00:00`.
    recurrence_id: Option<LocalDateTime>,
    /// `this` occurrence (the default with `recurrenceId`) or `all` (the default without it).
    #[param(inline)]
    scope: Option<ScopeName>,
}

impl ScopeQuery {
    fn scope(self) -> Result<Scope, ScheduleFault> {
        Scope::read(self.recurrence_id, self.scope)
    }
}

/// Makes an event. What a short body leaves out is filled in; its facilities are booked with it or it is not made.
#[utoipa::path(
    tag = "events",
    request_body = EventBody,
    params(IdempotencyKey),
    responses((status = 201, body = EventView), Refusals, WriteRefusals, LargeRefusal)
)]
#[post("/events")]
pub(crate) async fn create_event(app: App, command: Command<Large<Value>>) -> Result<HttpResponse, Problem> {
    app.write(
        command,
        |tx, c| {
            let draft =
                EventDraft::read(c.body.0.clone(), tx.new_id(), tx.now()).map_err(ScheduleFault::Invalid)?;
            service::create_event(tx, &c.who, &draft)?.try_map(|event| Written::created(&event))
        },
        |tx, who, id| Ok(service::get_event(tx, who, &Id::stored(id.to_owned()))?),
    )
    .await
}

/// One event, a series with its exceptions.
#[utoipa::path(tag = "events", params(("id" = EventId, Path)), responses((status = 200, body = EventView), Refusals))]
#[get("/events/{id}")]
pub(crate) async fn get_event(
    app: App,
    who: Who,
    id: PathId<kind::Event>,
    seen: Seen,
) -> Result<HttpResponse, Problem> {
    let event = app.read(move |tx| service::get_event(tx, &who, &id)).await?;
    object(&seen, &event)
}

/// Changes an event, or one occurrence of a series (JSON Merge Patch); with `calendarId` moves it.
#[utoipa::path(
    tag = "events",
    request_body(content = EventPatchBody, content_type = "application/merge-patch+json"),
    params(("id" = EventId, Path), ChangeHeaders, ScopeQuery),
    responses((status = 200, body = EventView), Refusals, WriteRefusals, LargeRefusal)
)]
#[patch("/events/{id}")]
pub(crate) async fn update_event(
    app: App,
    id: PathId<kind::Event>,
    query: Query<ScopeQuery>,
    command: Command<Large<Value>>,
) -> Result<HttpResponse, Problem> {
    app.write(
        command,
        move |tx, c| {
            let patch = EventPatch::read(c.body.0.clone()).map_err(ScheduleFault::Invalid)?;
            let scope = query.0.scope()?;
            service::update_event(tx, &c.who, &id, &patch, scope, &c.precondition()?)?
                .try_map(|event| Written::updated(&event))
        },
        |tx, who, id| Ok(service::get_event(tx, who, &Id::stored(id.to_owned()))?),
    )
    .await
}

/// Calls an event off, or one occurrence. A participant declines it and puts it away.
///
/// So does a participant who may write where it was made; they call it off for everyone by `status` `cancelled`.
#[utoipa::path(
    tag = "events",
    params(("id" = EventId, Path), ChangeHeaders, ScopeQuery),
    responses((status = 204, description = "It is gone; of a series that goes on, `ETag` is the new one."), Refusals, WriteRefusals)
)]
#[delete("/events/{id}")]
pub(crate) async fn delete_event(
    app: App,
    id: PathId<kind::Event>,
    query: Query<ScopeQuery>,
    command: Command<Empty>,
) -> Result<HttpResponse, Problem> {
    app.write(
        command,
        move |tx, c| {
            let scope = query.0.scope()?;
            let deleted = service::delete_event(tx, &c.who, &id, scope, &c.precondition()?)?;
            Ok(deleted.map(|etag| Written::left::<EventView>(id.as_str(), etag)))
        },
        |tx, who, id| Ok(service::get_event(tx, who, &Id::stored(id.to_owned()))?),
    )
    .await
}

/// Answers an invitation, for the whole series or for one occurrence.
#[utoipa::path(
    tag = "events",
    request_body = Answer,
    params(("id" = EventId, Path), IdempotencyKey),
    responses((status = 200, body = EventView), Refusals, WriteRefusals)
)]
#[post("/events/{id}/reply")]
pub(crate) async fn reply_event(
    app: App,
    id: PathId<kind::Event>,
    command: Command<Answer>,
) -> Result<HttpResponse, Problem> {
    app.write(
        command,
        move |tx, c| {
            service::reply_event(tx, &c.who, &id, &c.body)?.try_map(|event| Written::updated(&event))
        },
        |tx, who, id| Ok(service::get_event(tx, who, &Id::stored(id.to_owned()))?),
    )
    .await
}
