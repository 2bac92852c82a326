//! WebDAV-Push: clients that are woken when a calendar or an address book changes, instead of asking again and again.

mod followed;
mod register;
mod words;

use actix_web::{HttpRequest, HttpResponse, http::Method, web};
use renraku_base::{Principal, Timestamp};
use renraku_db::Db;
use renraku_notify::push as service;

use crate::core::{
    Address, Body, Call, Dav, DavFault, refuse,
    xml::{Name, Writer},
};

pub(crate) use register::register;
pub use words::PushWords;

const REGISTRATIONS: &str = "/dav/push/";
const REGISTRATION_METHODS: &str = "OPTIONS, DELETE";

/// How clients can be woken, and by whose key the messages are known.
pub(crate) fn transports(name: &Name, dav: &Dav, out: &mut Writer) {
    let (web_push, key) = (Name::push("web-push"), Name::push("vapid-public-key"));
    out.open(name);
    out.open(&web_push);
    out.open_with(&key, &[("type", "p256ecdsa")]);
    out.text(&dav.push().public_key);
    out.close(&key);
    out.close(&web_push);
    out.close(name);
}

/// What messages call the calendar or address book of this id.
pub(crate) fn topic(name: &Name, id: &str, dav: &Dav, out: &mut Writer) {
    out.leaf(name, &followed::topic(dav.token_key(), id));
}

/// What clients can be told of.
pub(crate) fn triggers(name: &Name, out: &mut Writer) {
    out.open(name);
    for (trigger, depth) in [("content-update", "1"), ("property-update", "0")] {
        let trigger = Name::push(trigger);
        out.open(&trigger);
        out.leaf(&Name::dav("depth"), depth);
        out.close(&trigger);
    }
    out.close(name);
}

/// Answers at the address of a registration: it can be ended, by whoever made it.
pub(crate) async fn serve_registration(
    request: HttpRequest,
    payload: web::Payload,
    dav: web::Data<Dav>,
    id: web::Path<String>,
) -> HttpResponse {
    let body = Body::from(payload.into_inner());
    let ended = async {
        if request.method() == Method::OPTIONS {
            return Ok(HttpResponse::Ok().insert_header(("allow", REGISTRATION_METHODS)).finish());
        }
        let call = Call::admit(&dav, Address::Root, &request, body.clone()).await?;
        if request.method() != Method::DELETE {
            return Err(DavFault::MethodNotAllowed);
        }
        call.writes()?;
        let who = call.who.clone();
        match call.write(move |tx| Ok(service::unsubscribe(tx, &who, &id)?)).await? {
            true => Ok(HttpResponse::NoContent().finish()),
            false => Err(DavFault::NotFound),
        }
    };
    let ended = ended.await;
    body.pass_over(&request).await;
    ended.unwrap_or_else(|fault| refuse((&dav, &request), &fault, REGISTRATION_METHODS, None))
}

/// What a request says of whom its change need not wake (`Push-Dont-Notify`).
pub(crate) struct Hush {
    dav: Dav,
    who: Principal,
    /// The registrations; `None` for all that the person has.
    ids: Option<Vec<String>>,
    begun: Timestamp,
}

impl Hush {
    /// Reads the header; `None` when the request has none. What is no registration of ours is passed over.
    pub fn of(call: &Call) -> Option<Self> {
        let values: Vec<&str> =
            call.headers().get_all("push-dont-notify").filter_map(|value| value.to_str().ok()).collect();
        if values.is_empty() {
            return None;
        }
        let words = values.iter().flat_map(|value| value.split(',')).map(str::trim);
        let all = values.iter().all(|value| value.trim() == "*");
        let id = |word: &str| {
            let url = word.strip_prefix('"')?.strip_suffix('"')?;
            url.rsplit_once(REGISTRATIONS).map(|(_, id)| id.to_owned())
        };
        let ids = (!all).then(|| words.filter_map(id).take(100).collect());
        let db: &Db = call.dav.gate().db();
        Some(Self { dav: call.dav.clone(), who: call.who.clone(), ids, begun: db.now() })
    }

    /// Lets these subscriptions pass over what was changed since the request began.
    pub async fn keep(self) -> Result<(), DavFault> {
        let Self { dav, who, ids, begun } = self;
        let db = dav.gate().db().clone();
        let work = move || {
            db.write(|tx| service::pass_over(tx, &who, ids.as_deref(), begun)).map_err(DavFault::from)
        };
        dav.gate().blocking(work).await
    }
}
