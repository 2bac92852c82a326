//! Contacts: JSContact cards (RFC 9553) in address books.

use actix_web::{HttpResponse, delete, get, patch, post};
use renraku_base::{AddressBookId, ContactId, Cursor, ETag, Id, Limit, Page, kind};
use renraku_contacts::{
    ContactsFault,
    model::{Card, Contact, ContactDraft, ContactPatch},
    service::{self, ContactFilter, KeywordCount},
};
use renraku_db::ObjectType;
use serde::{Deserialize, Deserializer, Serialize, de};
use serde_json::Value;
use utoipa::ToSchema;

use crate::core::{
    App, ChangeHeaders, Command, Empty, IdempotencyKey, Large, LargeRefusal, PathId, Problem, Query,
    RateKind, Refusals, Resource, Seen, Who, Work, WriteRefusals, Written, cursor, limit, list, object,
    plain,
};

impl Resource for Contact {
    const TYPE: ObjectType = ObjectType::Contact;

    fn id(&self) -> &str {
        self.id.as_str()
    }

    fn etag(&self) -> &ETag {
        &self.etag
    }
}

/// A contact as it is sent: a card (RFC 9553) with where it goes. Members that the standard does not name are kept.
#[derive(ToSchema)]
#[schema(as = ContactBody)]
#[expect(dead_code, reason = "read by utoipa's derive alone")]
pub(crate) struct ContactBody {
    /// Made by the phone; otherwise by the server.
    id: Option<ContactId>,
    /// The address book; my default one when left out. In a patch: where to move it.
    #[schema(rename = "addressBookId")]
    address_book_id: Option<AddressBookId>,
    /// The card's members stand beside these.
    #[serde(flatten)]
    card: Card,
}

/// Which contacts are listed.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ContactsQuery {
    /// Words that are all found in the name (kanji, kana, romaji, any glyph), a number, an address, the firm or a note; from
    /// one character on, at most 200.
    q: Option<String>,
    /// Only in these address books, ids with commas between them; otherwise in all that I may read.
    #[serde(default, deserialize_with = "ids")]
    #[param(value_type = Option<String>)]
    address_books: Option<Vec<AddressBookId>>,
    /// Only those with this keyword, as it is written.
    keyword: Option<String>,
    /// Only those of this kind: `individual`, `group`, `org` …
    kind: Option<String>,
    /// Only those who are in this group, wherever I may read them.
    member_of: Option<ContactId>,
    /// How many items, 1 to 500.
    #[serde(default, deserialize_with = "limit")]
    #[param(value_type = u16, minimum = 1, maximum = 500, default = 50, required = false)]
    limit: Limit,
    /// The `nextCursor` of the page before.
    #[serde(default, deserialize_with = "cursor")]
    #[param(value_type = Option<String>)]
    cursor: Option<Cursor>,
}

/// Ids of address books with commas between them.
pub(crate) fn ids<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Vec<AddressBookId>>, D::Error> {
    let text = String::deserialize(deserializer)?;
    text.split(',').map(|id| id.trim().parse().map_err(de::Error::custom)).collect::<Result<_, _>>().map(Some)
}

/// My contacts in the order of their readings, or those that are found by any spelling.
#[utoipa::path(
    tag = "contacts",
    params(ContactsQuery),
    responses((status = 200, body = Page<Contact>), Refusals)
)]
#[get("/contacts")]
pub(crate) async fn list_contacts(
    app: App,
    who: Who,
    query: Query<ContactsQuery>,
) -> Result<HttpResponse, Problem> {
    let ContactsQuery { q, address_books, keyword, kind, member_of, limit, cursor } = query.0;
    if q.is_some() {
        app.rates().take(&who, RateKind::Search)?;
    }
    let filter = ContactFilter { address_books, q, keyword, kind, member_of };
    let app = if filter.q.is_some() { app.of_work(Work::Search) } else { app };
    let page = app.read(move |tx| service::list_contacts(tx, &who, &filter, cursor.as_ref(), limit)).await?;
    list(&page)
}

/// Where keywords are counted.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct KeywordsQuery {
    /// Only in these address books, ids with commas between them; otherwise in all that I may read.
    #[serde(default, deserialize_with = "ids")]
    #[param(value_type = Option<String>)]
    address_books: Option<Vec<AddressBookId>>,
}

/// The keywords of contacts.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ContactKeywords {
    /// In the order of their characters; at most 1,000.
    items: Vec<KeywordCount>,
}

/// The keywords of my contacts, each with how many have it.
#[utoipa::path(
    tag = "contacts",
    params(KeywordsQuery),
    responses((status = 200, body = ContactKeywords), Refusals)
)]
#[get("/contacts/keywords")]
pub(crate) async fn list_keywords(
    app: App,
    who: Who,
    query: Query<KeywordsQuery>,
) -> Result<HttpResponse, Problem> {
    app.rates().take(&who, RateKind::Search)?;
    let books = query.0.address_books;
    let find = move |tx: &mut renraku_db::ReadTx<'_>| service::list_keywords(tx, &who, books.as_deref());
    let items = app.of_work(Work::Search).blocking(move |app| app.db().read(find)).await?;
    plain(&ContactKeywords { items })
}

/// A calling number.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ContactLookupQuery {
    /// The number in any spelling (`0155-26-1111`, `+81 155 26 1111`), or an extension.
    phone: String,
}

/// The contacts with a number.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ContactCallers {
    /// By name; at most 10.
    items: Vec<Contact>,
}

/// Caller id: my contacts with a number, in whatever way it and theirs are written.
#[utoipa::path(
    tag = "contacts",
    params(ContactLookupQuery),
    responses((status = 200, body = ContactCallers), Refusals)
)]
#[get("/contacts/lookup")]
pub(crate) async fn lookup_contacts(
    app: App,
    who: Who,
    query: Query<ContactLookupQuery>,
) -> Result<HttpResponse, Problem> {
    app.rates().take(&who, RateKind::Search)?;
    let phone = query.0.phone;
    let items = app.read(move |tx| service::lookup_number(tx, &who, &phone)).await?;
    plain(&ContactCallers { items })
}

/// One contact.
#[utoipa::path(
    tag = "contacts",
    params(("id" = ContactId, Path)),
    responses((status = 200, body = Contact), Refusals)
)]
#[get("/contacts/{id}")]
pub(crate) async fn get_contact(
    app: App,
    who: Who,
    id: PathId<kind::Contact>,
    seen: Seen,
) -> Result<HttpResponse, Problem> {
    let contact = app.read(move |tx| service::get_contact(tx, &who, &id)).await?;
    object(&seen, &contact)
}

/// Adds a contact. What a short body leaves out is filled in.
#[utoipa::path(
    tag = "contacts",
    request_body = ContactBody,
    params(IdempotencyKey),
    responses((status = 201, body = Contact), Refusals, WriteRefusals, LargeRefusal)
)]
#[post("/contacts")]
pub(crate) async fn create_contact(
    app: App,
    command: Command<Large<Value>>,
) -> Result<HttpResponse, Problem> {
    app.write(
        command,
        |tx, c| {
            let draft = ContactDraft::read(c.body.0.clone(), tx.new_id(), tx.now())
                .map_err(ContactsFault::Invalid)?;
            service::create_contact(tx, &c.who, draft)?.try_map(|contact| Written::created(&contact))
        },
        |tx, who, id| Ok(service::get_contact(tx, who, &Id::stored(id.to_owned()))?),
    )
    .await
}

/// Changes a contact (JSON Merge Patch); with `addressBookId` moves it.
#[utoipa::path(
    tag = "contacts",
    request_body(content = ContactBody, content_type = "application/merge-patch+json"),
    params(("id" = ContactId, Path), ChangeHeaders),
    responses((status = 200, body = Contact), Refusals, WriteRefusals, LargeRefusal)
)]
#[patch("/contacts/{id}")]
pub(crate) async fn update_contact(
    app: App,
    id: PathId<kind::Contact>,
    command: Command<Large<Value>>,
) -> Result<HttpResponse, Problem> {
    app.write(
        command,
        move |tx, c| {
            let patch = ContactPatch::read(c.body.0.clone()).map_err(ContactsFault::Invalid)?;
            service::update_contact(tx, &c.who, &id, &patch, &c.precondition()?)?
                .try_map(|contact| Written::updated(&contact))
        },
        |tx, who, id| Ok(service::get_contact(tx, who, &Id::stored(id.to_owned()))?),
    )
    .await
}

/// Deletes a contact.
#[utoipa::path(
    tag = "contacts",
    params(("id" = ContactId, Path), ChangeHeaders),
    responses((status = 204, description = "It is gone."), Refusals, WriteRefusals)
)]
#[delete("/contacts/{id}")]
pub(crate) async fn delete_contact(
    app: App,
    id: PathId<kind::Contact>,
    command: Command<Empty>,
) -> Result<HttpResponse, Problem> {
    app.act(command, move |tx, c| Ok(service::delete_contact(tx, &c.who, &id, &c.precondition()?)?)).await
}
