use actix_web::{HttpResponse, get};
use renraku_base::Page;
use renraku_mail::{Mailbox, service};

use crate::core::{App, PageQuery, Problem, Query, Refusals, Who, list, page};

/// My mailboxes with their counts, in the order in which they are shown.
#[utoipa::path(tag = "mail", params(PageQuery), responses((status = 200, body = Page<Mailbox>), Refusals))]
#[get("/mail/mailboxes")]
pub(crate) async fn list_mailboxes(
    app: App,
    who: Who,
    query: Query<PageQuery>,
) -> Result<HttpResponse, Problem> {
    let mailboxes = app.read(move |tx| service::list_mailboxes(tx, &who)).await?;
    list(&page(mailboxes, &query.0, |mailbox| mailbox.id.to_string())?)
}
