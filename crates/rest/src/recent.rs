//! With whom I was in touch last.

use actix_web::{HttpResponse, delete, get, put};
use renraku_base::{PersonId, Timestamp, kind};
use renraku_people::directory::{RecentPerson, service};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::core::{App, Command, Empty, PathId, Problem, Refusals, Seen, Who, WriteRefusals, tagged};

/// With whom I was in touch.
#[derive(Debug, Serialize, ToSchema)]
struct RecentPeople {
    /// The last first; at most 50, and none who was longer ago than 90 days.
    items: Vec<RecentPerson>,
}

/// When somebody was in touch.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewRecent {
    /// When it was, for a request that waited; left out, now.
    at: Option<Timestamp>,
}

/// With whom I was in touch last: to whom I wrote, whom I invited, and whom my phones named. A search shows them before others who
/// fit as well. Nobody else sees it.
#[utoipa::path(tag = "me", responses((status = 200, body = RecentPeople), Refusals))]
#[get("/me/recent")]
pub(crate) async fn list_recent(app: App, who: Who, seen: Seen) -> Result<HttpResponse, Problem> {
    let items = app.read_with(move |app, tx| service::list_recent(tx, app.directory(), &who)).await?;
    tagged(&seen, &RecentPeople { items })
}

/// Says that I was in touch with a person, as by a call. Mails and events are noted by themselves.
#[utoipa::path(
    tag = "me",
    request_body = NewRecent,
    params(("id" = PersonId, Path)),
    responses((status = 204, description = "It is noted."), Refusals, WriteRefusals)
)]
#[put("/me/recent/{id}")]
pub(crate) async fn put_recent(
    app: App,
    id: PathId<kind::Person>,
    command: Command<NewRecent>,
) -> Result<HttpResponse, Problem> {
    app.act(command, move |tx, c| Ok(service::put_recent(tx, &c.who, &id, c.body.at)?)).await
}

/// Forgets that I was in touch with a person, whether I was or not.
#[utoipa::path(
    tag = "me",
    params(("id" = PersonId, Path)),
    responses((status = 204, description = "It is forgotten."), Refusals, WriteRefusals)
)]
#[delete("/me/recent/{id}")]
pub(crate) async fn remove_recent(
    app: App,
    id: PathId<kind::Person>,
    command: Command<Empty>,
) -> Result<HttpResponse, Problem> {
    app.act(command, move |tx, c| Ok(service::remove_recent(tx, &c.who, Some(&id))?)).await
}

/// Forgets with whom I was in touch.
#[utoipa::path(
    tag = "me",
    responses((status = 204, description = "All is forgotten."), Refusals, WriteRefusals)
)]
#[delete("/me/recent")]
pub(crate) async fn clear_recent(app: App, command: Command<Empty>) -> Result<HttpResponse, Problem> {
    app.act(command, |tx, c| Ok(service::remove_recent(tx, &c.who, None)?)).await
}
