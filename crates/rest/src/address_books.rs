//! Personal and shared address books.

use actix_web::{HttpResponse, delete, get, patch, post};
use renraku_base::{AddressBookId, ETag, Id, Page, kind};
use renraku_contacts::{
    model::{AddressBook, AddressBookPatch, NewAddressBook},
    service,
};
use renraku_db::ObjectType;
use renraku_people::{Share, ShareChange};

use crate::core::{
    App, ChangeHeaders, Command, Empty, IdempotencyKey, PageQuery, PathId, Problem, Query, Refusals,
    Resource, Seen, Who, WriteRefusals, Written, list, object, page,
};

impl Resource for AddressBook {
    const TYPE: ObjectType = ObjectType::AddressBook;

    fn id(&self) -> &str {
        self.id.as_str()
    }

    fn etag(&self) -> &ETag {
        &self.etag
    }
}

/// The address books that I may read: my own first, then those that others share with me.
#[utoipa::path(tag = "contacts", params(PageQuery), responses((status = 200, body = Page<AddressBook>), Refusals))]
#[get("/address-books")]
pub(crate) async fn list_address_books(
    app: App,
    who: Who,
    query: Query<PageQuery>,
) -> Result<HttpResponse, Problem> {
    let books = app.read(move |tx| service::list_address_books(tx, &who)).await?;
    list(&page(books, &query.0, |book| book.id.to_string())?)
}

/// One address book.
#[utoipa::path(
    tag = "contacts",
    params(("id" = AddressBookId, Path)),
    responses((status = 200, body = AddressBook), Refusals)
)]
#[get("/address-books/{id}")]
pub(crate) async fn get_address_book(
    app: App,
    who: Who,
    id: PathId<kind::AddressBook>,
    seen: Seen,
) -> Result<HttpResponse, Problem> {
    let book = app.read(move |tx| service::get_address_book(tx, &who, &id)).await?;
    object(&seen, &book)
}

/// Makes an address book of my own.
#[utoipa::path(
    tag = "contacts",
    request_body = NewAddressBook,
    params(IdempotencyKey),
    responses((status = 201, body = AddressBook), Refusals, WriteRefusals)
)]
#[post("/address-books")]
pub(crate) async fn create_address_book(
    app: App,
    command: Command<NewAddressBook>,
) -> Result<HttpResponse, Problem> {
    app.write(
        command,
        |tx, c| {
            service::create_address_book(tx, &c.who, c.body.clone())?.try_map(|book| Written::created(&book))
        },
        |tx, who, id| Ok(service::get_address_book(tx, who, &Id::stored(id.to_owned()))?),
    )
    .await
}

/// Renames an address book (JSON Merge Patch).
#[utoipa::path(
    tag = "contacts",
    request_body(content = AddressBookPatch, content_type = "application/merge-patch+json"),
    params(("id" = AddressBookId, Path), ChangeHeaders),
    responses((status = 200, body = AddressBook), Refusals, WriteRefusals)
)]
#[patch("/address-books/{id}")]
pub(crate) async fn update_address_book(
    app: App,
    id: PathId<kind::AddressBook>,
    command: Command<AddressBookPatch>,
) -> Result<HttpResponse, Problem> {
    app.write(
        command,
        move |tx, c| {
            service::update_address_book(tx, &c.who, &id, c.body.clone(), &c.precondition()?)?
                .try_map(|book| Written::updated(&book))
        },
        |tx, who, id| Ok(service::get_address_book(tx, who, &Id::stored(id.to_owned()))?),
    )
    .await
}

/// Deletes an address book with its contacts. My default one stays.
#[utoipa::path(
    tag = "contacts",
    params(("id" = AddressBookId, Path), ChangeHeaders),
    responses((status = 204, description = "It is gone."), Refusals, WriteRefusals)
)]
#[delete("/address-books/{id}")]
pub(crate) async fn delete_address_book(
    app: App,
    id: PathId<kind::AddressBook>,
    command: Command<Empty>,
) -> Result<HttpResponse, Problem> {
    app.act(command, move |tx, c| Ok(service::delete_address_book(tx, &c.who, &id, &c.precondition()?)?))
        .await
}

/// Who may do what in an address book that I manage, its owner included.
#[utoipa::path(
    tag = "contacts",
    params(("id" = AddressBookId, Path), PageQuery),
    responses((status = 200, body = Page<Share>), Refusals)
)]
#[get("/address-books/{id}/shares")]
pub(crate) async fn list_address_book_shares(
    app: App,
    who: Who,
    id: PathId<kind::AddressBook>,
    query: Query<PageQuery>,
) -> Result<HttpResponse, Problem> {
    let shares = app.read(move |tx| service::list_shares(tx, &who, &id)).await?;
    list(&page(shares, &query.0, |share| share.grantee.to_string())?)
}

/// Shares an address book with a person, a unit or everyone, changes what they may do in it, or (`"role": null`) stops
/// sharing it with them. Phones hear of it by sync. One that is shared with me I leave by taking my own right away; its owner is told. What
/// is shared with my unit or with everyone I cannot leave alone (403 `shared-with-group`).
#[utoipa::path(
    tag = "contacts",
    request_body = ShareChange,
    params(("id" = AddressBookId, Path), IdempotencyKey),
    responses(
        (status = 200, body = Share, description = "The right as it is now."),
        (status = 204, description = "It was taken away."),
        Refusals, WriteRefusals
    )
)]
#[post("/address-books/{id}/shares")]
pub(crate) async fn share_address_book(
    app: App,
    id: PathId<kind::AddressBook>,
    command: Command<ShareChange>,
) -> Result<HttpResponse, Problem> {
    app.write(
        command,
        move |tx, c| {
            service::change_share(tx, &c.who, &id, c.body.clone())?
                .try_map(|share| share.map_or(Ok(Written::done()), |share| Written::told(&share)))
        },
        |tx, who, id| Ok(service::get_address_book(tx, who, &Id::stored(id.to_owned()))?),
    )
    .await
}
