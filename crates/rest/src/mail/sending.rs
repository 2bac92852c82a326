use actix_web::{HttpResponse, post};
use renraku_base::{Id, MessageId, Principal, kind};
use renraku_mail::{
    MessageDetail, NewForward, NewMessage, NewReply,
    service::{self, Original},
};

use crate::core::{
    App, Command, IdempotencyKey, Large, LargeRefusal, PathId, Problem, Reader, Refusals, Work,
    WriteRefusals, Written,
};

/// Sends a mail. Its copy is in `sent` at once; the mail itself leaves a moment later.
#[utoipa::path(
    tag = "mail",
    request_body = NewMessage,
    params(IdempotencyKey),
    responses((status = 201, body = MessageDetail), Refusals, WriteRefusals, LargeRefusal)
)]
#[post("/mail/messages")]
pub(crate) async fn send_message(
    app: App,
    command: Command<Large<NewMessage>>,
) -> Result<HttpResponse, Problem> {
    app.write(
        command,
        |tx, c| service::send_message(tx, &c.who, &c.body)?.try_map(|sent| Written::created(&sent)),
        |tx, who, id| Ok(service::get_message(tx, who, &Id::stored(id.to_owned()))?),
    )
    .await
}

/// Answers one of my mails, quoting it: its author, or with `all` everybody who got it.
#[utoipa::path(
    tag = "mail",
    request_body = NewReply,
    params(("id" = MessageId, Path), IdempotencyKey),
    responses((status = 201, body = MessageDetail), Refusals, WriteRefusals, LargeRefusal)
)]
#[post("/mail/messages/{id}/reply")]
pub(crate) async fn reply_to_message(
    app: App,
    Reader(language): Reader,
    id: PathId<kind::Message>,
    command: Command<Large<NewReply>>,
) -> Result<HttpResponse, Problem> {
    let original = original(&app, command.who.clone(), id).await;
    app.write(
        command,
        move |tx, c| {
            let original = original.as_ref().map_err(Problem::clone)?;
            service::reply_to_message(tx, &c.who, original, &c.body, language)?
                .try_map(|sent| Written::created(&sent))
        },
        |tx, who, id| Ok(service::get_message(tx, who, &Id::stored(id.to_owned()))?),
    )
    .await
}

/// Sends one of my mails on to others, with its text and, unless they are to stay behind, its files.
#[utoipa::path(
    tag = "mail",
    request_body = NewForward,
    params(("id" = MessageId, Path), IdempotencyKey),
    responses((status = 201, body = MessageDetail), Refusals, WriteRefusals, LargeRefusal)
)]
#[post("/mail/messages/{id}/forward")]
pub(crate) async fn forward_message(
    app: App,
    Reader(language): Reader,
    id: PathId<kind::Message>,
    command: Command<Large<NewForward>>,
) -> Result<HttpResponse, Problem> {
    let original = original(&app, command.who.clone(), id).await;
    app.write(
        command,
        move |tx, c| {
            let original = original.as_ref().map_err(Problem::clone)?;
            service::forward_message(tx, &c.who, original, &c.body, language)?
                .try_map(|sent| Written::created(&sent))
        },
        |tx, who, id| Ok(service::get_message(tx, who, &Id::stored(id.to_owned()))?),
    )
    .await
}

/// The mail that is answered or sent on, read before the transaction. That it cannot be read matters only to a request
/// that was not done before: a repeat is answered all the same.
async fn original(app: &App, who: Principal, id: PathId<kind::Message>) -> Result<Original, Problem> {
    app.of_work(Work::Mail).blocking(move |app| service::get_original(app.db(), &who, &id)).await
}
