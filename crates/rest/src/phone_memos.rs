//! Calls that somebody took for somebody else.

use actix_web::{HttpResponse, delete, get, patch, post};
use renraku_base::{Cursor, ETag, FieldFault, Id, Limit, Page, PhoneMemoId, Principal, kind};
use renraku_contacts::{ContactsFault, service as contacts};
use renraku_db::{ObjectType, ReadTx};
use renraku_reach::{
    ReachFault,
    model::{MemoBox, NewCaller, NewPhoneMemo, PhoneMemo, PhoneMemoPatch},
    service,
};
use serde::Deserialize;

use crate::core::{
    App, ChangeHeaders, Command, Empty, IdempotencyKey, PathId, Problem, Query, Refusals, Resource, Seen,
    Who, WriteRefusals, Written, cursor, limit, list, object,
};

impl Resource for PhoneMemo {
    const TYPE: ObjectType = ObjectType::PhoneMemo;

    fn id(&self) -> &str {
        self.id.as_str()
    }

    fn etag(&self) -> &ETag {
        &self.etag
    }
}

/// Which memos are listed.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct PhoneMemosQuery {
    /// Those for me (`received`) or those that I wrote (`written`); both when left out.
    #[serde(rename = "box")]
    #[param(inline)]
    of: Option<MemoBox>,
    /// Those that are done, or those that are not.
    done: Option<bool>,
    /// How many items, 1 to 500.
    #[serde(default, deserialize_with = "limit")]
    #[param(value_type = u16, minimum = 1, maximum = 500, default = 50, required = false)]
    limit: Limit,
    /// The `nextCursor` of the page before.
    #[serde(default, deserialize_with = "cursor")]
    #[param(value_type = Option<String>)]
    cursor: Option<Cursor>,
}

/// The phone memos for me and by me, newest first; kept for 90 days.
#[utoipa::path(
    tag = "phone-memos",
    params(PhoneMemosQuery),
    responses((status = 200, body = Page<PhoneMemo>), Refusals)
)]
#[get("/phone-memos")]
pub(crate) async fn list_phone_memos(
    app: App,
    who: Who,
    query: Query<PhoneMemosQuery>,
) -> Result<HttpResponse, Problem> {
    let PhoneMemosQuery { of, done, limit, cursor } = query.0;
    let page = app.read(move |tx| service::list_memos(tx, &who, of, done, cursor.as_ref(), limit)).await?;
    list(&page)
}

/// Writes a phone memo for somebody else. They are notified at once; I see in it when they saw it, and when it was done.
#[utoipa::path(
    tag = "phone-memos",
    request_body = NewPhoneMemo,
    params(IdempotencyKey),
    responses((status = 201, body = PhoneMemo), Refusals, WriteRefusals)
)]
#[post("/phone-memos")]
pub(crate) async fn create_phone_memo(
    app: App,
    command: Command<NewPhoneMemo>,
) -> Result<HttpResponse, Problem> {
    app.write(
        command,
        |tx, c| {
            check_contact(tx, &c.who, &c.body.caller)?;
            service::create_memo(tx, &c.who, c.body.clone())?.try_map(|memo| Written::created(&memo))
        },
        |tx, who, id| Ok(service::get_memo(tx, who, &Id::stored(id.to_owned()))?),
    )
    .await
}

/// A contact that calls is one that the author may read.
fn check_contact(tx: &mut ReadTx<'_>, who: &Principal, caller: &NewCaller) -> Result<(), Problem> {
    let Some(contact) = &caller.contact_id else { return Ok(()) };
    match contacts::get_contact(tx, who, contact) {
        Ok(_) => Ok(()),
        Err(ContactsFault::NotFound) => {
            let fault = FieldFault::new("/caller/contactId", "not-found", "there is no such contact");
            Err(ReachFault::Invalid(vec![fault]).into())
        }
        Err(fault) => Err(fault.into()),
    }
}

/// A phone memo for me or by me.
#[utoipa::path(
    tag = "phone-memos",
    params(("id" = PhoneMemoId, Path)),
    responses((status = 200, body = PhoneMemo), Refusals)
)]
#[get("/phone-memos/{id}")]
pub(crate) async fn get_phone_memo(
    app: App,
    who: Who,
    id: PathId<kind::PhoneMemo>,
    seen: Seen,
) -> Result<HttpResponse, Problem> {
    let memo = app.read(move |tx| service::get_memo(tx, &who, &id)).await?;
    object(&seen, &memo)
}

/// Says that I saw a memo for me, or did what was to be done (JSON Merge Patch). Its author cannot: 403.
#[utoipa::path(
    tag = "phone-memos",
    request_body(content = PhoneMemoPatch, content_type = "application/merge-patch+json"),
    params(("id" = PhoneMemoId, Path), ChangeHeaders),
    responses((status = 200, body = PhoneMemo), Refusals, WriteRefusals)
)]
#[patch("/phone-memos/{id}")]
pub(crate) async fn update_phone_memo(
    app: App,
    id: PathId<kind::PhoneMemo>,
    command: Command<PhoneMemoPatch>,
) -> Result<HttpResponse, Problem> {
    app.write(
        command,
        move |tx, c| {
            service::update_memo(tx, &c.who, &id, c.body, &c.precondition()?)?
                .try_map(|memo| Written::updated(&memo))
        },
        |tx, who, id| Ok(service::get_memo(tx, who, &Id::stored(id.to_owned()))?),
    )
    .await
}

/// Takes a memo that I wrote back from everyone, or one for me out of my list. Notifications that told of it go along.
#[utoipa::path(
    tag = "phone-memos",
    params(("id" = PhoneMemoId, Path), ChangeHeaders),
    responses((status = 204, description = "It is gone."), Refusals, WriteRefusals)
)]
#[delete("/phone-memos/{id}")]
pub(crate) async fn delete_phone_memo(
    app: App,
    id: PathId<kind::PhoneMemo>,
    command: Command<Empty>,
) -> Result<HttpResponse, Problem> {
    app.act(command, move |tx, c| Ok(service::delete_memo(tx, &c.who, &id, &c.precondition()?)?)).await
}
