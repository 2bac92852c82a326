use actix_web::{HttpResponse, http::header};
use base64::{
    Engine, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use chrono::{DateTime, Utc};
use renraku_base::Timestamp;
use renraku_notify::push::{Follows, NewSubscription, PushFault, Receiver, subscribe};

use super::{REGISTRATIONS, followed::Followed};
use crate::{
    core::http_date,
    core::{
        Call, Condition, DavFault,
        xml::{Element, Name},
    },
};

/// The longest address of a subscription.
const ENDPOINT_BYTES: usize = 2_048;
/// base64url, padded or not.
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(
    &alphabet::URL_SAFE,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// POST of a `push-register` to a calendar or an address book: the client is woken from now on when it changes.
pub(crate) async fn register(mut call: Call) -> Result<HttpResponse, DavFault> {
    call.writes()?;
    let wish = Wish::read(&call.xml().await?)?;
    let (who, dav, address) = (call.who.clone(), call.dav.clone(), call.address.clone());
    // Looking a name up may take its time: before the transaction.
    let (endpoint, sender) = (wish.endpoint.clone(), call.dav.push().sender.clone());
    let reached = call.dav.gate().blocking(move || Ok::<_, DavFault>(sender.may_reach(&endpoint))).await?;
    let (id, expires_at) = call
        .write(move |tx| {
            let followed = Followed::at(tx, &who, dav.token_key(), &address)?;
            if !reached {
                return Err(Condition::InvalidSubscription.into());
            }
            let new = NewSubscription {
                collection: followed.collection,
                resource: followed.segment,
                endpoint: wish.endpoint.clone(),
                receiver: wish.receiver.clone(),
                follows: wish.follows,
                expires_at: wish.expires_at,
            };
            subscribe(tx, &who, &new).map_err(|fault| match fault {
                PushFault::TooMany => Condition::PushNotAvailable.into(),
                PushFault::Internal(error) => DavFault::from(error),
            })
        })
        .await?;
    let connection = call.request.connection_info();
    let location = format!("{}://{}{REGISTRATIONS}{id}", connection.scheme(), connection.host());
    Ok(HttpResponse::NoContent()
        .insert_header((header::LOCATION, location))
        .insert_header((header::EXPIRES, http_date(expires_at)))
        .finish())
}

/// What a client asks for.
struct Wish {
    endpoint: String,
    receiver: Receiver,
    follows: Follows,
    expires_at: Option<Timestamp>,
}

impl Wish {
    fn read(root: &Element) -> Result<Self, DavFault> {
        if root.name != Name::push("push-register") {
            return Err(DavFault::BadRequest("the body is no push-register"));
        }
        let (endpoint, receiver) = subscription(root).ok_or(Condition::InvalidSubscription)?;
        let follows = follows(root.child(&Name::push("trigger")))?;
        let expires = root.child(&Name::push("expires")).map(|it| it.text.trim());
        let expires_at = expires.and_then(|text| DateTime::parse_from_rfc2822(text).ok());
        let expires_at = expires_at.map(|at| Timestamp::from(at.with_timezone(&Utc)));
        Ok(Self { endpoint, receiver, follows, expires_at })
    }
}

/// What a client wants to be woken of: by the draft it says so, DAVx5 says nothing and reads what is new whenever it is woken.
fn follows(trigger: Option<&Element>) -> Result<Follows, DavFault> {
    let Some(trigger) = trigger else {
        return Ok(Follows { contents: true, properties: false });
    };
    let wants = |name| trigger.child(&Name::push(name)).is_some();
    match (wants("content-update"), wants("property-update")) {
        (false, false) => Err(Condition::NoSupportedTrigger.into()),
        (contents, properties) => Ok(Follows { contents, properties }),
    }
}

/// The address of a subscription and for whom messages are sealed; `None` for what is not whole.
fn subscription(root: &Element) -> Option<(String, Receiver)> {
    let web_push = root.child(&Name::push("subscription"))?.child(&Name::push("web-push-subscription"))?;
    let text = |name| web_push.child(&Name::push(name)).map(|it| it.text.trim());
    let endpoint = text("push-resource").filter(|it| !it.is_empty() && it.len() <= ENDPOINT_BYTES)?;
    // There is one encoding; DAVx5 does not name it.
    if text("content-encoding").is_some_and(|it| it != "aes128gcm") {
        return None;
    }
    let bytes = |name| URL_SAFE.decode(text(name)?).ok();
    let receiver = Receiver::new(&bytes("subscription-public-key")?, &bytes("auth-secret")?).ok()?;
    Some((endpoint.to_owned(), receiver))
}
