//! Contacts that look the same: found, made one, and apart again.

use actix_web::{HttpResponse, get, post};
use renraku_base::{AddressBookId, ContactMergeId, Cursor, ETag, Id, Limit, kind};
use renraku_contacts::{
    model::{Contact, ContactMerge, DuplicatesPage, NewContactMerge},
    service,
};
use renraku_db::ObjectType;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    contacts::ids,
    core::{
        App, Command, Empty, IdempotencyKey, PathId, Problem, Query, RateKind, Refusals, Resource, Who, Work,
        WriteRefusals, Written, cursor, limit, plain,
    },
};

impl Resource for ContactMerge {
    const TYPE: ObjectType = ObjectType::Contact;

    fn id(&self) -> &str {
        self.id.as_str()
    }

    fn etag(&self) -> &ETag {
        &self.etag
    }
}

/// Where duplicates are looked for.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct DuplicatesQuery {
    /// Only in these address books, ids with commas between them; otherwise in all to which I may write.
    #[serde(default, deserialize_with = "ids")]
    #[param(value_type = Option<String>)]
    address_books: Option<Vec<AddressBookId>>,
    /// How many items, 1 to 500.
    #[serde(default, deserialize_with = "limit")]
    #[param(value_type = u16, minimum = 1, maximum = 500, default = 50, required = false)]
    limit: Limit,
    /// The `nextCursor` of the page before.
    #[serde(default, deserialize_with = "cursor")]
    #[param(value_type = Option<String>)]
    cursor: Option<Cursor>,
}

/// Contacts of one address book with the same mail address, the same number, or the same name and organization; what more than 20
/// have in common does not count, and no more than 50,000 things in common are looked through.
#[utoipa::path(
    tag = "contacts",
    params(DuplicatesQuery),
    responses((status = 200, body = DuplicatesPage), Refusals)
)]
#[get("/contacts/duplicates")]
pub(crate) async fn list_duplicates(
    app: App,
    who: Who,
    query: Query<DuplicatesQuery>,
) -> Result<HttpResponse, Problem> {
    app.rates().take(&who, RateKind::Search)?;
    let DuplicatesQuery { address_books, limit, cursor } = query.0;
    let find = move |tx: &mut renraku_db::ReadTx<'_>| {
        service::find_duplicates(tx, &who, address_books.as_deref(), cursor.as_ref(), limit)
    };
    plain(&app.of_work(Work::Search).blocking(move |app| app.db().read(find)).await?)
}

/// Makes contacts one: the kept one says all that they said, each once, and the others are deleted. One that has another version is
/// told with 409 `contact-changed`.
#[utoipa::path(
    tag = "contacts",
    request_body = NewContactMerge,
    params(IdempotencyKey),
    responses((status = 201, body = ContactMerge), Refusals, WriteRefusals)
)]
#[post("/contacts/merge")]
pub(crate) async fn merge_contacts(
    app: App,
    command: Command<NewContactMerge>,
) -> Result<HttpResponse, Problem> {
    app.write(
        command,
        |tx, c| service::merge_contacts(tx, &c.who, &c.body)?.try_map(|merge| Written::created(&merge)),
        |tx, who, id| Ok(service::get_merge(tx, who, &Id::stored(id.to_owned()))?),
    )
    .await
}

/// The merges that can be undone.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ContactMerges {
    /// Newest first; at most 100.
    items: Vec<ContactMerge>,
}

/// The merges of the last 24 hours that I can undo: mine in address books that I may change, and all in those that I manage.
#[utoipa::path(tag = "contacts", responses((status = 200, body = ContactMerges), Refusals))]
#[get("/contacts/merges")]
pub(crate) async fn list_merges(app: App, who: Who) -> Result<HttpResponse, Problem> {
    let items = app.read(move |tx| service::list_merges(tx, &who)).await?;
    plain(&ContactMerges { items })
}

/// Undoes a merge within 24 hours: each contact is as it was before, under its id. Refused with 409 `contact-changed` when the kept
/// one was changed since, or what went is there again. Answers with the kept contact; the others come by `sync`.
#[utoipa::path(
    tag = "contacts",
    params(("id" = ContactMergeId, Path), IdempotencyKey),
    responses((status = 200, body = Contact), Refusals, WriteRefusals)
)]
#[post("/contacts/merges/{id}/undo")]
pub(crate) async fn undo_merge(
    app: App,
    id: PathId<kind::ContactMerge>,
    command: Command<Empty>,
) -> Result<HttpResponse, Problem> {
    app.write(
        command,
        move |tx, c| service::undo_merge(tx, &c.who, &id)?.try_map(|contact| Written::updated(&contact)),
        |tx, who, id| Ok(service::get_contact(tx, who, &Id::stored(id.to_owned()))?),
    )
    .await
}
