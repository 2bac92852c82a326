//! The numbers that a phone's own dialler shows, kept up by deltas.

mod token;

use actix_web::{HttpResponse, get};
use renraku_base::Principal;
use renraku_contacts::service::{CallersPage, read_callers};
use renraku_db::{ReadTx, meta};
use renraku_people::directory::{CallerNumber, service};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::core::{App, Problem, Query, RateKind, Refusals, RestFault, Seen, Who, Work, tag_of, versioned};
use token::Token;

/// So many numbers come in one answer: some 400 kB before they are compressed.
const PAGE: usize = 5_000;

/// How far the phone is.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct CallerIdQuery {
    /// The token of the answer before; left out by a phone that holds no numbers.
    token: Option<String>,
}

/// What the phone takes over.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CallerIds {
    /// How far the phone is with this answer, for the next request.
    token: String,
    /// Whether to go on at once.
    more: bool,
    /// Numbers that are new, or shown as something else: ascending as integers, each once.
    add: Vec<CallerNumber>,
    /// Numbers that are shown no more: ascending as integers, each once. Those that the phone does not hold are no error.
    remove: Vec<String>,
}

/// The numbers of the directory for a phone's own dialler, with what to show when they call; with those of my contacts, if I chose so
/// (`callerId` of `me/preferences`).
///
/// Without a token all of them, in pages; with one what changed since. Extensions are left out: they are not numbers of the
/// public network. A token that cannot be used is 410 `resync-required`: drop all numbers and begin without one. Nothing new is
/// 304 to the `ETag` of the answer before.
#[utoipa::path(
    tag = "directory",
    params(CallerIdQuery),
    responses(
        (status = 200, body = CallerIds),
        (status = 410, description = "The token cannot be used: drop all numbers, begin without one.", body = crate::ProblemBody, content_type = "application/problem+json"),
        Refusals
    )
)]
#[get("/directory/caller-id")]
pub(crate) async fn list_callers(
    app: App,
    Who(who): Who,
    query: Query<CallerIdQuery>,
    seen: Seen,
) -> Result<HttpResponse, Problem> {
    app.rates().take(&who, RateKind::Search)?;
    let token = query.0.token.map(|text| Token::open(&text, app.caller_id_key(), &who.person));
    let token = token.map(|token| token.ok_or(RestFault::ResyncRequired)).transpose()?;
    let (reader, known) = (who.clone(), token.clone());
    let current = app.read_with(move |app, tx| {
        if service::is_caller_id_current(tx, app.directory())? {
            page(tx, &reader, known).map(Some)
        } else {
            Ok(None)
        }
    });
    let (epoch, page) = match current.await? {
        Some(told) => told,
        None => {
            // The directory changed: the first who asks works out what that means, the others wait.
            let reader = who.clone();
            app.of_work(Work::Search)
                .blocking(move |app| {
                    service::update_caller_id(app.db(), app.directory())?;
                    app.db().read(|tx| page(tx, &reader, token.clone()))
                })
                .await?
        }
    };
    let token = Token { epoch, progress: page.progress };
    let text = token.seal(app.caller_id_key(), &who.person);
    let text = text.ok_or_else(|| renraku_db::Error::damaged("a token of caller id cannot be written"))?;
    let etag = tag_of(format!("{text} {:?}", page.head).as_bytes());
    let CallersPage { more, add, remove, .. } = page;
    versioned(&seen, &etag, &CallerIds { token: text, more, add, remove })
}

/// The database's epoch, and what comes after the token.
fn page(tx: &mut ReadTx<'_>, who: &Principal, token: Option<Token>) -> Result<(u64, CallersPage), Problem> {
    let epoch = meta::epoch(tx)?;
    if token.as_ref().is_some_and(|token| token.epoch != epoch) {
        return Err(RestFault::ResyncRequired.into());
    }
    let progress = token.map(|token| token.progress);
    let page = read_callers(tx, who, progress.as_ref(), PAGE)?;
    Ok((epoch, page.ok_or(RestFault::ResyncRequired)?))
}
