use actix_web::{HttpResponse, delete, get, patch};
use renraku_base::{Cursor, Id, Limit, MailboxId, MessageId, Page, kind};
use renraku_mail::{
    Message, MessageDetail, MessagePatch,
    service::{self, MessageQuery},
};
use serde::Deserialize;

use crate::core::{
    App, ChangeHeaders, Command, Empty, PathId, Problem, Query, QueryRefusal, RateKind, Refusals, Seen, Who,
    Work, WriteRefusals, Written, cursor, limit, list, object,
};

/// Which mails are listed.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct MessagesQuery {
    /// Only those in this mailbox.
    mailbox: Option<MailboxId>,
    /// Only those of this thread.
    thread: Option<MessageId>,
    /// `true` for those that are unread alone, `false` for those that are read.
    unread: Option<bool>,
    /// Words that are all found in the subject, the people or the preview; those between quotation marks (`"予算 会議"`) as one; from one
    /// character on, at most 200.
    q: Option<String>,
    /// How many items, 1 to 500.
    #[serde(default, deserialize_with = "limit")]
    #[param(value_type = u16, minimum = 1, maximum = 500, default = 50, required = false)]
    limit: Limit,
    /// The `nextCursor` of the page before.
    #[serde(default, deserialize_with = "cursor")]
    #[param(value_type = Option<String>)]
    cursor: Option<Cursor>,
}

/// My mails, newest first.
#[utoipa::path(
    tag = "mail",
    params(MessagesQuery),
    responses((status = 200, body = Page<Message>), Refusals, QueryRefusal)
)]
#[get("/mail/messages")]
pub(crate) async fn list_messages(
    app: App,
    who: Who,
    query: Query<MessagesQuery>,
) -> Result<HttpResponse, Problem> {
    let MessagesQuery { mailbox, thread, unread, q, limit, cursor } = query.0;
    if q.is_some() {
        app.rates().take(&who, RateKind::Search)?;
    }
    let query = MessageQuery { mailbox, thread, unread, q, cursor, limit };
    let app = if query.q.is_some() { app.of_work(Work::Search) } else { app };
    let page =
        app.read_with(move |app, tx| service::list_messages(tx, &who, &query, app.mail_texts())).await?;
    list(&page)
}

/// The head of one of my mails.
#[utoipa::path(
    tag = "mail",
    params(("id" = MessageId, Path)),
    responses((status = 200, body = MessageDetail), Refusals)
)]
#[get("/mail/messages/{id}")]
pub(crate) async fn get_message(
    app: App,
    who: Who,
    id: PathId<kind::Message>,
    seen: Seen,
) -> Result<HttpResponse, Problem> {
    let message = app.read(move |tx| service::get_message(tx, &who, &id)).await?;
    object(&seen, &message)
}

/// Sets keywords of one of my mails, or moves it (JSON Merge Patch). Each member is set by itself and needs no `If-Match`.
#[utoipa::path(
    tag = "mail",
    request_body(content = MessagePatch, content_type = "application/merge-patch+json"),
    params(("id" = MessageId, Path)),
    responses((status = 200, body = MessageDetail), Refusals, WriteRefusals)
)]
#[patch("/mail/messages/{id}")]
pub(crate) async fn update_message(
    app: App,
    id: PathId<kind::Message>,
    command: Command<MessagePatch>,
) -> Result<HttpResponse, Problem> {
    app.write(
        command,
        move |tx, c| {
            service::patch_message(tx, &c.who, &id, &c.body)?.try_map(|message| Written::updated(&message))
        },
        |tx, who, id| Ok(service::get_message(tx, who, &Id::stored(id.to_owned()))?),
    )
    .await
}

/// Moves one of my mails to the trash; from there it is removed for good.
#[utoipa::path(
    tag = "mail",
    params(("id" = MessageId, Path), ChangeHeaders),
    responses((status = 204, description = "It is in the trash, or gone."), Refusals, WriteRefusals)
)]
#[delete("/mail/messages/{id}")]
pub(crate) async fn delete_message(
    app: App,
    id: PathId<kind::Message>,
    command: Command<Empty>,
) -> Result<HttpResponse, Problem> {
    app.act(command, move |tx, c| Ok(service::delete_message(tx, &c.who, &id, &c.precondition()?)?)).await
}
