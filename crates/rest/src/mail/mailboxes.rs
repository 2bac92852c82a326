use actix_web::{HttpResponse, get};
use renraku_base::{Cursor, Page};
use renraku_mail::{Mailbox, service};

use crate::core::{App, PageQuery, Problem, Query, Refusals, Who, list};

/// My mailboxes with their counts, in the order in which they are shown.
#[utoipa::path(tag = "mail", params(PageQuery), responses((status = 200, body = Page<Mailbox>), Refusals))]
#[get("/mail/mailboxes")]
pub(crate) async fn list_mailboxes(
    app: App,
    who: Who,
    query: Query<PageQuery>,
) -> Result<HttpResponse, Problem> {
    let PageQuery { limit, cursor } = query.0;
    let mut mailboxes = app.read(move |tx| service::list_mailboxes(tx, &who)).await?;
    if let Some([last]) = cursor.and_then(|cursor| cursor.parts()) {
        let sent = mailboxes.iter().position(|mailbox| mailbox.id.as_str() == last).map_or(0, |at| at + 1);
        mailboxes.drain(..sent);
    }
    list(&Page::cut(mailboxes, limit, |last| Cursor::of(&[last.id.as_str()])))
}
