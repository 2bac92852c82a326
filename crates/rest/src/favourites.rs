//! Whom I want to find first.

use actix_web::{HttpResponse, delete, get, put};
use renraku_base::{Page, PersonId, kind};
use renraku_people::directory::{Person, service};

use crate::core::{
    App, Command, Empty, PageQuery, PathId, Problem, Query, Refusals, Who, WriteRefusals, list, page,
};

/// My favourites among the people of the directory, in あいうえお order. A search shows them before others who fit as well.
#[utoipa::path(tag = "me", params(PageQuery), responses((status = 200, body = Page<Person>), Refusals))]
#[get("/me/favourites")]
pub(crate) async fn list_favourites(
    app: App,
    who: Who,
    query: Query<PageQuery>,
) -> Result<HttpResponse, Problem> {
    let people = app.read_with(move |app, tx| service::list_favourites(tx, app.directory(), &who)).await?;
    list(&page(people, &query.0, |person| person.id.to_string())?)
}

/// Makes a person a favourite of mine; who is one stays one. There are at most 200.
#[utoipa::path(
    tag = "me",
    params(("id" = PersonId, Path)),
    responses((status = 204, description = "They are a favourite."), Refusals, WriteRefusals)
)]
#[put("/me/favourites/{id}")]
pub(crate) async fn add_favourite(
    app: App,
    id: PathId<kind::Person>,
    command: Command<Empty>,
) -> Result<HttpResponse, Problem> {
    app.act(command, move |tx, c| Ok(service::add_favourite(tx, &c.who, &id)?)).await
}

/// Makes a person no favourite of mine any more, whether they are one or not.
#[utoipa::path(
    tag = "me",
    params(("id" = PersonId, Path)),
    responses((status = 204, description = "They are no favourite."), Refusals, WriteRefusals)
)]
#[delete("/me/favourites/{id}")]
pub(crate) async fn remove_favourite(
    app: App,
    id: PathId<kind::Person>,
    command: Command<Empty>,
) -> Result<HttpResponse, Problem> {
    app.act(command, move |tx, c| Ok(service::remove_favourite(tx, &c.who, &id)?)).await
}
