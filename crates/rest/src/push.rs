//! `GET push`: an event stream of wake-ups that carry no content.
//!
//! A `state` event names the types that have news. Its `id` is a digest of where the followed collections stand, so that a
//! phone that comes back with `Last-Event-ID` hears at once what it missed, and a lost event costs nothing.

use std::time::Duration;

use actix_web::{
    HttpRequest, HttpResponse, get,
    http::header::{self, ContentEncoding},
    web::Bytes,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use futures_util::stream;
use renraku_base::{Entropy, Principal};
use renraku_db::{CollectionKind, ObjectType};
use renraku_notify::hub::{Stream, Wake};
use renraku_people::access::{self, Followed};
use sha2::{Digest, Sha256};
use tokio::time::Instant;

use crate::core::{App, Problem, Refusals, WebFault, Who};

const HEARTBEAT_MS: u64 = 25_000;
const KINDS: [CollectionKind; 7] = [
    CollectionKind::Home,
    CollectionKind::Calendar,
    CollectionKind::AddressBook,
    CollectionKind::Mail,
    CollectionKind::Notifications,
    CollectionKind::Directory,
    CollectionKind::Facilities,
];
/// Three bytes are four characters of base64: an event that names every type still has its 200 bytes.
const DIGEST_BYTES: usize = 3;
const DIGEST_CHARS: usize = 4;

/// So many changes of the directory at once come from a sheet, and everybody's phone has to hear of them.
const MANY: i64 = 100;
/// For each of them phones are told so much later, on the average half of it.
const SPREAD_MS: u64 = 10;
const LONGEST_SPREAD_MS: u64 = 120_000;

/// Where the followed collections stand, one short digest a kind.
#[derive(Debug, Clone, PartialEq, Eq)]
struct State {
    digests: [[u8; DIGEST_BYTES]; KINDS.len()],
    /// The number of the directory's latest change.
    directory: i64,
}

impl State {
    fn of(followed: &[Followed]) -> Self {
        let digests = KINDS.map(|kind| {
            let mut digest = Sha256::new();
            for one in followed.iter().filter(|one| digest_kind(one.kind) == kind) {
                digest.update(one.head.collection.0.to_le_bytes());
                digest.update(one.head.modseq.to_le_bytes());
            }
            let mut short = [0; DIGEST_BYTES];
            short.iter_mut().zip(digest.finalize()).for_each(|(to, from)| *to = from);
            short
        });
        let directory = followed.iter().find(|one| one.kind == CollectionKind::Directory);
        Self { digests, directory: directory.map_or(0, |one| one.head.modseq) }
    }

    fn id(&self) -> String {
        self.digests.iter().map(|digest| URL_SAFE_NO_PAD.encode(digest)).collect()
    }

    /// The kinds that stand elsewhere than the client heard last; all of them for an id that is not ours.
    fn kinds_since(&self, heard: &str) -> Vec<CollectionKind> {
        let id = self.id();
        let place = |at: usize| at * DIGEST_CHARS..(at + 1) * DIGEST_CHARS;
        let differs = |at: usize| heard.get(place(at)) != id.get(place(at));
        KINDS.into_iter().enumerate().filter(|(at, _)| differs(*at)).map(|(_, kind)| kind).collect()
    }
}

fn digest_kind(kind: CollectionKind) -> CollectionKind {
    match kind {
        CollectionKind::SharedHome => CollectionKind::Home,
        // They come together.
        CollectionKind::Favourites => CollectionKind::Directory,
        other => other,
    }
}

/// What a collection of a kind may hold.
pub(crate) fn types_of(kind: CollectionKind) -> &'static [&'static str] {
    match kind {
        CollectionKind::Home | CollectionKind::SharedHome => &["calendars", "addressBooks"],
        CollectionKind::Calendar => &["calendars", "events"],
        CollectionKind::AddressBook => &["addressBooks", "contacts"],
        CollectionKind::Mail => &["mailboxes", "messages"],
        CollectionKind::Notifications => &["notifications", "phoneMemos"],
        CollectionKind::Directory => &["units", "people"],
        CollectionKind::Favourites => &["people"],
        CollectionKind::Facilities => &["facilities"],
        CollectionKind::CallerId | CollectionKind::Revocations => &[],
    }
}

/// The types to name for kinds that have news: those that the hub named, all of a kind where it named none of it.
fn types_in(kinds: &[CollectionKind], named: &[&'static str]) -> Vec<&'static str> {
    let mut types: Vec<&'static str> = Vec::new();
    for kind in kinds {
        let all = types_of(*kind);
        let some: Vec<&'static str> = all.iter().copied().filter(|name| named.contains(name)).collect();
        types.extend(if some.is_empty() { all } else { &some });
    }
    types.sort_unstable();
    types.dedup();
    types
}

/// The name of a type in `sync` and here; `None` for what phones do not hold.
pub(crate) fn type_name(object_type: ObjectType) -> Option<&'static str> {
    match object_type {
        ObjectType::Calendar => Some("calendars"),
        ObjectType::Facility => Some("facilities"),
        ObjectType::Event => Some("events"),
        ObjectType::AddressBook => Some("addressBooks"),
        ObjectType::Contact => Some("contacts"),
        ObjectType::Unit => Some("units"),
        ObjectType::Person => Some("people"),
        ObjectType::Mailbox => Some("mailboxes"),
        ObjectType::Message => Some("messages"),
        ObjectType::Notification => Some("notifications"),
        ObjectType::PhoneMemo => Some("phoneMemos"),
        ObjectType::Favourite => Some("favourites"),
        ObjectType::Device
        | ObjectType::AppPassword
        | ObjectType::SigningKey
        | ObjectType::Preferences
        | ObjectType::Task
        | ObjectType::CallerNumber
        | ObjectType::InboxMessage => None,
    }
}

/// Wake-ups for this device: an event stream (server-sent events).
///
/// `event: state` with `data: {"types":[…]}` names the types to sync. A comment comes every 25 s; `retry:` says when to come
/// back. With `Last-Event-ID` the stream begins with what was missed. It ends when the session does; `event: bye` says that the
/// server stops and the client should come back after `retry`.
#[utoipa::path(
    tag = "push",
    responses((status = 200, description = "The stream.", body = String, content_type = "text/event-stream"), Refusals)
)]
#[get("/push")]
pub(crate) async fn push(app: App, who: Who, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let Who(who) = who;
    let device = who.device.clone().ok_or(WebFault::Unauthenticated)?;
    let heard = request
        .headers()
        .get("last-event-id")
        .and_then(|value| value.to_str().ok())
        .filter(|id| !id.is_empty())
        .map(str::to_owned);
    let mut listener = app.hub().open(device.clone());
    let state = follow(&app, &who, &mut listener).await?;
    // A session that ended just before the stream was opened was not told to it.
    Who::prove(&request)?;
    let missed = heard.map(|heard| types_in(&state.kinds_since(&heard), &[])).unwrap_or_default();
    let hello = if missed.is_empty() {
        format!("retry: {}\nid: {}\n: renraku\n\n", retry_ms(55_000), state.id())
    } else {
        format!("retry: {}\n{}", retry_ms(55_000), event(&missed, &state))
    };
    let open = Open { app, who, listener, state, hello: Some(hello), held: None, ended: false };
    let body = stream::unfold(open, |mut open| async move {
        let text = open.next().await?;
        Some((Ok::<_, actix_web::Error>(Bytes::from(text)), open))
    });
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "text/event-stream"))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header(("x-accel-buffering", "no"))
        // An encoder for each open stream would cost a hundred times the stream itself.
        .insert_header(ContentEncoding::Identity)
        .streaming(Box::pin(body)))
}

/// Follows what the person follows now, and tells where it stands.
async fn follow(app: &App, who: &Principal, listener: &mut Stream) -> Result<State, Problem> {
    let reader = who.clone();
    let followed = app.read(move |tx| access::followed(tx, &reader)).await?;
    let collections: Vec<_> = followed.iter().map(|one| (one.head.collection, one.kind)).collect();
    listener.follow(&collections);
    Ok(State::of(&followed))
}

struct Open {
    app: App,
    who: Principal,
    listener: Stream,
    /// What the client knows.
    state: State,
    hello: Option<String>,
    /// Until when what is new is kept back.
    held: Option<Instant>,
    ended: bool,
}

impl Open {
    /// The next piece of the stream; `None` at its end.
    async fn next(&mut self) -> Option<String> {
        if let Some(hello) = self.hello.take() {
            return Some(hello);
        }
        if self.ended {
            return None;
        }
        loop {
            let held = self.held.map(|until| until.saturating_duration_since(Instant::now()));
            let wait = heartbeat().min(held.unwrap_or(Duration::MAX));
            match tokio::time::timeout(wait, self.listener.next()).await {
                Err(_) if held.is_some_and(|held| held <= wait) => {
                    self.held = None;
                    let state = follow(&self.app, &self.who, &mut self.listener).await.ok()?;
                    if let Some(event) = self.tell(state, Vec::new()) {
                        return Some(event);
                    }
                }
                Err(_) => return Some(": \n\n".to_owned()),
                Ok(Wake::Revoked) => return None,
                Ok(Wake::Stopping) => {
                    self.ended = true;
                    return Some(format!("retry: {}\nevent: bye\ndata: {{}}\n\n", retry_ms(120_000)));
                }
                Ok(Wake::News { types, .. }) => {
                    // What the news comes to is decided by the database, so that an id and its event always agree.
                    let state = follow(&self.app, &self.who, &mut self.listener).await.ok()?;
                    if self.held.is_none() {
                        let spread = spread_ms(state.directory - self.state.directory);
                        self.held =
                            spread.map(|spread| Instant::now() + Duration::from_millis(jitter(spread)));
                    }
                    if self.held.is_none()
                        && let Some(event) = self.tell(state, types)
                    {
                        return Some(event);
                    }
                }
            }
        }
    }

    /// The event that tells where the followed collections stand now, if that is news.
    fn tell(&mut self, state: State, types: Vec<ObjectType>) -> Option<String> {
        let kinds = state.kinds_since(&self.state.id());
        self.state = state;
        if kinds.is_empty() {
            return None;
        }
        // What is in a calendar or book that came or went was not followed, so the hub cannot name it.
        let moved = kinds.contains(&CollectionKind::Home);
        let types = if moved { Vec::new() } else { types };
        let named: Vec<&'static str> = types.into_iter().filter_map(type_name).collect();
        Some(event(&types_in(&kinds, &named), &self.state))
    }
}

/// Within how long the phones are told of so many changes of the directory, each at a time of its own, so that they do not all
/// come for them at once; `None` for as many as are made by hand.
fn spread_ms(changes: i64) -> Option<u64> {
    let changes = u64::try_from(changes).ok().filter(|_| changes > MANY)?;
    Some(changes.saturating_mul(SPREAD_MS).min(LONGEST_SPREAD_MS))
}

fn event(types: &[&'static str], state: &State) -> String {
    let types = types.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(",");
    format!("id: {}\nevent: state\ndata: {{\"types\":[{types}]}}\n\n", state.id())
}

fn heartbeat() -> Duration {
    Duration::from_millis(HEARTBEAT_MS * 4 / 5 + jitter(HEARTBEAT_MS * 2 / 5))
}

fn retry_ms(spread: u64) -> u64 {
    5_000 + jitter(spread)
}

fn jitter(upto: u64) -> u64 {
    u64::from(u32::from_le_bytes(Entropy.bytes())) % upto.max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_that_names_every_type_has_at_most_200_bytes() {
        let state = State { digests: [[255; DIGEST_BYTES]; KINDS.len()], directory: 0 };
        let all = types_in(&state.kinds_since("x"), &[]);
        let event = event(&all, &state);
        assert!(event.len() <= 200 && all.contains(&"phoneMemos"), "{} bytes: {event}", event.len());
        assert!(state.kinds_since(&state.id()).is_empty());
    }

    #[test]
    fn a_transfer_is_told_over_minutes_and_a_new_colleague_at_once() {
        assert_eq!(
            [1, 100, 101, 6_000, 18_000].map(spread_ms),
            [None, None, Some(1_010), Some(60_000), Some(120_000)]
        );
    }
}
