use std::{collections::BTreeMap, sync::Arc};

use actix_web::{HttpRequest, HttpResponse, http::header, post, web};
use renraku_base::{FieldFault, Timestamp};
use renraku_db::CollectionKind;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::{
    described::{Changed, Destroyed},
    engine::{Answer, Ask, advance, glance},
    token::Token,
    window::Window,
};
use crate::core::{
    App, Problem, Refusals, RestFault, Who, WriteRefusals, accepted_language, json, plain, receive,
};

/// A token names every collection that the phone follows, by some five characters each: it must always fit.
const BODY_LIMIT: usize = 1024 * 1024;
const MAX_LIMIT: u16 = 2_000;

/// What a phone asks of a sync.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SyncRequest {
    /// The token of the last answer that had one; left out for the first sync.
    token: Option<String>,
    /// The stretch of time in which the phone holds the schedule, at most 400 days. Left out: the token's, or from a week back to
    /// five weeks ahead.
    window: Option<WindowShape>,
    /// The types wanted now; those of one collection come together (events with calendars and occurrences, contacts with address
    /// books, people with units and favourites, messages with mailboxes, notifications with phone memos). Left out: all.
    types: Option<Vec<TypeName>>,
    /// The most objects in one answer; by default 500, people 2,000.
    #[schema(minimum = 1, maximum = 2000)]
    limit: Option<u16>,
}

/// A stretch of time; its end is not in it.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct WindowShape {
    /// The first instant.
    from: Timestamp,
    /// The first instant after it.
    to: Timestamp,
}

/// The types of objects that a phone holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
enum TypeName {
    Calendars,
    Facilities,
    Events,
    Occurrences,
    AddressBooks,
    Contacts,
    Units,
    People,
    Favourites,
    Mailboxes,
    Messages,
    Notifications,
    PhoneMemos,
}

impl TypeName {
    fn kinds(self) -> &'static [CollectionKind] {
        match self {
            Self::Calendars | Self::Events | Self::Occurrences => &[CollectionKind::Calendar],
            Self::Facilities => &[CollectionKind::Facilities],
            Self::AddressBooks | Self::Contacts => &[CollectionKind::AddressBook],
            Self::Units | Self::People => &[CollectionKind::Directory, CollectionKind::Favourites],
            Self::Favourites => &[CollectionKind::Favourites],
            Self::Mailboxes | Self::Messages => &[CollectionKind::Mail],
            Self::Notifications | Self::PhoneMemos => &[CollectionKind::Notifications],
        }
    }
}

const ALL_KINDS: [CollectionKind; 7] = [
    CollectionKind::Calendar,
    CollectionKind::Facilities,
    CollectionKind::AddressBook,
    CollectionKind::Favourites,
    CollectionKind::Directory,
    CollectionKind::Mail,
    CollectionKind::Notifications,
];

/// What a phone gets of a sync; empty members are left out.
#[derive(Debug, Default, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct SyncAnswer {
    /// The new token; left out when it did not change.
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<String>,
    /// Whether to go on at once with the new token.
    more: bool,
    /// Collections whose history is too old: drop what you hold of them, their full state follows.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    reset: Vec<Reset>,
    /// What changed, by type: objects as their own resources answer them; `occurrences` as `{eventId, items}`, which replaces all that
    /// the phone holds of that event in the window.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    #[schema(value_type = Changed)]
    changed: BTreeMap<&'static str, Vec<Box<RawValue>>>,
    /// The ids of what is gone, or may no longer be seen, by type. A destroyed event takes its occurrences along.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    #[schema(value_type = Destroyed)]
    destroyed: BTreeMap<&'static str, Vec<String>>,
}

/// A collection to drop.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Reset {
    /// The type of its objects.
    #[serde(rename = "type")]
    type_name: &'static str,
    /// The collection: a calendar's or an address book's id, or the type's own name where there is one for all.
    collection_id: String,
}

/// Everything that changed for this phone since its token.
///
/// Without a token the full state comes in pages, what the person looks at first before the rest and the directory last. Nothing
/// new is `{"more":false}`. A token that cannot be used is 410 `resync-required`. docs/SYNC.md works a morning through.
#[utoipa::path(
    tag = "sync",
    request_body = SyncRequest,
    responses(
        (status = 200, body = SyncAnswer),
        (status = 410, description = "The token cannot be used: start over, keep what is unsent.", body = crate::ProblemBody, content_type = "application/problem+json"),
        Refusals,
        WriteRefusals,
        (status = 413, description = "Larger than 1 MiB.", body = crate::ProblemBody, content_type = "application/problem+json")
    )
)]
#[post("/sync")]
pub(crate) async fn sync(
    app: App,
    who: Who,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let bytes = receive(&request, &mut payload.into_inner(), BODY_LIMIT, app.patience(false)).await?;
    let asked: SyncRequest = json(&request, &bytes)?;
    let window = asked.window.map(window_of).transpose()?;
    let limit = asked.limit.map(limit_of).transpose()?;
    let language = accepted_language(
        request.headers().get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()),
    );
    let kinds = asked.types.map_or_else(
        || ALL_KINDS.to_vec(),
        |types| types.into_iter().flat_map(TypeName::kinds).copied().collect(),
    );
    let token = asked
        .token
        .map(|text| Token::open(&text, app.token_key(), &who.person).ok_or(RestFault::ResyncRequired))
        .transpose()?;
    let Who(who) = who;
    let ask = Arc::new(Ask { app: app.clone(), who, language, window, kinds, limit });
    if let Some(token) = &token {
        // What most syncs come to, and cheap enough to be done right here.
        let (at_a_glance, token) = (Arc::clone(&ask), token.clone());
        if let Some(answer) = app.read(move |tx| glance(tx, &at_a_glance, &token)).await? {
            return plain(&sealed(&ask, answer)?);
        }
    }
    let answer = app
        .blocking(move |app| {
            let answer = app.db().read(|tx| advance(tx, &ask, token))?;
            sealed(&ask, answer)
        })
        .await?;
    plain(&answer)
}

fn sealed(ask: &Ask, answer: Answer) -> Result<SyncAnswer, Problem> {
    let token = answer
        .token
        .map(|token| {
            token
                .seal(ask.app.token_key(), &ask.who.person)
                .ok_or_else(|| renraku_db::Error::damaged("a sync token cannot be written"))
        })
        .transpose()?;
    let reset = answer
        .reset
        .into_iter()
        .map(|(type_name, collection_id)| Reset { type_name, collection_id })
        .collect();
    Ok(SyncAnswer {
        token,
        more: answer.more,
        reset,
        changed: answer.page.changed,
        destroyed: answer.page.destroyed,
    })
}

fn window_of(shape: WindowShape) -> Result<Window, RestFault> {
    Window::new(shape.from, shape.to).ok_or_else(|| {
        let detail = "the window begins before it ends and is at most 400 days long";
        RestFault::BadField(FieldFault::new("/window", "bad-window", detail))
    })
}

fn limit_of(limit: u16) -> Result<u16, RestFault> {
    if (1..=MAX_LIMIT).contains(&limit) {
        Ok(limit)
    } else {
        Err(RestFault::BadField(FieldFault::misfit(
            "/limit",
            "bad-value",
            "limit is a number from 1 to 2000",
        )))
    }
}
