use std::{future::Future, pin::Pin};

use actix_web::{
    FromRequest, HttpMessage, HttpRequest,
    dev::Payload,
    http::{Method, header},
    web::Bytes,
};
use renraku_base::{ETag, FieldFault, Precondition, Principal};
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use self::well_formed::WellFormed;
use super::{App, Problem, RateKind, RestFault, Who, receive};

/// The largest JSON body, in bytes.
const JSON_BYTES: usize = 256 * 1024;
/// The largest event, card or mail.
const LARGE_BYTES: usize = 512 * 1024;

/// A request that writes: who, what, under which key and on which expectation.
#[derive(Debug)]
pub(crate) struct Command<B> {
    /// Who asks.
    pub who: Principal,
    /// What they send.
    pub body: B,
    /// The key under which a repeat has no second effect; always there on a POST.
    pub(super) key: Option<String>,
    /// What the key stands for: method, path with query, body.
    pub(super) hash: [u8; 32],
    if_match: Option<Precondition>,
    /// An earlier request of the batch that this one builds on was refused.
    unmet: bool,
}

/// Marks a request of a batch that builds on one that was refused: it is refused too, unless its key says that it was done
/// before.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Unmet;

mod well_formed;

/// No body: DELETE, and POSTs that act on their path alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Empty;

impl<B> Command<B> {
    /// Refuses what builds on something that was refused.
    pub(super) fn check_dependency(&self) -> Result<(), RestFault> {
        if self.unmet { Err(RestFault::BatchDependency) } else { Ok(()) }
    }

    /// What the caller expects of the object; refused with 428 when it says nothing.
    pub fn precondition(&self) -> Result<Precondition, RestFault> {
        self.if_match.clone().ok_or(RestFault::IfMatchRequired)
    }
}

/// How a body is read.
pub(crate) trait Body: Sized {
    /// The largest that is taken, in bytes.
    const LIMIT: usize = JSON_BYTES;
    /// Whether it may take longer than other bodies, as long as it keeps coming.
    const LONGER: bool = false;

    fn read(request: &HttpRequest, bytes: Bytes) -> Result<Self, RestFault>;
}

impl Body for Empty {
    fn read(_: &HttpRequest, _: Bytes) -> Result<Self, RestFault> {
        Ok(Self)
    }
}

impl<T: DeserializeOwned> Body for T {
    fn read(request: &HttpRequest, bytes: Bytes) -> Result<Self, RestFault> {
        json(request, &bytes)
    }
}

/// A JSON body that may be twice as large as others: an event, a card, a mail.
#[derive(Debug, Clone)]
pub(crate) struct Large<T>(pub T);

impl<T> std::ops::Deref for Large<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: DeserializeOwned> Body for Large<T> {
    const LIMIT: usize = LARGE_BYTES;

    fn read(request: &HttpRequest, bytes: Bytes) -> Result<Self, RestFault> {
        json(request, &bytes).map(Self)
    }
}

/// The media type of a request's body without its parameters; empty where none is said.
pub(crate) fn media_type(request: &HttpRequest) -> &str {
    let content_type = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    content_type.unwrap_or_default().split(';').next().unwrap_or_default().trim()
}

/// Reads a JSON body: what is not JSON is malformed, what does not fit the shape is invalid at its place.
pub(crate) fn json<T: DeserializeOwned>(request: &HttpRequest, bytes: &[u8]) -> Result<T, RestFault> {
    let media = media_type(request);
    if !media.eq_ignore_ascii_case("application/json")
        && !media.eq_ignore_ascii_case("application/merge-patch+json")
    {
        return Err(RestFault::UnsupportedType { expected: "application/json" });
    }
    // What is JSON at all is settled first: from here on a fault is one of the shape.
    serde_json::from_slice::<WellFormed>(bytes).map_err(|error| RestFault::NotJson(not_json(&error)))?;
    // A list would be taken for the members of an object in their order.
    if bytes.trim_ascii_start().starts_with(b"[") {
        let text = "invalid type: sequence, expected a map";
        return Err(RestFault::BadField(FieldFault::misfit("", super::query::misfit_code(text), text)));
    }
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let pointer = pointer(error.path());
        let text = error.into_inner().to_string();
        let pointer = pointer + &missing(&text);
        let code = if text.starts_with("unknown field") {
            "unknown-field"
        } else if text.starts_with("missing field") {
            "required"
        } else {
            super::query::misfit_code(&text)
        };
        RestFault::BadField(FieldFault::misfit(pointer, code, text))
    })
}

/// Where it stops being JSON, or which member is there twice.
fn not_json(error: &serde_json::Error) -> FieldFault {
    let said = error.to_string();
    match well_formed::repeated(&said) {
        Some(name) => FieldFault::new("", "repeated-member", said.as_str()).naming(name),
        None => FieldFault::new("", "not-json", said).naming(format!("{}:{}", error.line(), error.column())),
    }
}

/// The end of the pointer to a member that is missing: what serde names lies below the place where it noticed.
fn missing(text: &str) -> String {
    super::query::quoted(text, "missing field `").map(|name| format!("/{name}")).unwrap_or_default()
}

/// The JSON Pointer (RFC 6901) of a place in a body.
fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    path.iter()
        .map(|segment| match segment {
            Segment::Seq { index } => format!("/{index}"),
            Segment::Map { key } => format!("/{}", key.replace('~', "~0").replace('/', "~1")),
            Segment::Enum { variant } => format!("/{variant}"),
            Segment::Unknown => "/?".to_owned(),
        })
        .collect()
}

fn text_header<'r>(request: &'r HttpRequest, name: &str) -> Result<Option<&'r str>, RestFault> {
    request
        .headers()
        .get(name)
        .map(|value| {
            value.to_str().map_err(|_not_ascii| {
                RestFault::BadHeader(
                    FieldFault::new(name, "bad-value", "the header is not ASCII").allowing("ASCII"),
                )
            })
        })
        .transpose()
}

fn idempotency_key(request: &HttpRequest) -> Result<Option<String>, RestFault> {
    let key = text_header(request, "idempotency-key")?
        .map(|text| {
            Uuid::try_parse(text.trim().trim_matches('"')).map(|uuid| uuid.to_string()).map_err(
                |_not_a_uuid| {
                    RestFault::BadHeader(FieldFault::new(
                        "Idempotency-Key",
                        "not-a-uuid",
                        "the key is a UUID",
                    ))
                },
            )
        })
        .transpose()?;
    if key.is_none() && request.method() == Method::POST {
        return Err(RestFault::KeyRequired);
    }
    Ok(key)
}

fn if_match(request: &HttpRequest) -> Result<Option<Precondition>, RestFault> {
    let Some(text) = text_header(request, "if-match")? else { return Ok(None) };
    if text.trim() == "*" {
        return Ok(Some(Precondition::Exists));
    }
    let tags: Option<Vec<ETag>> = text.split(',').map(|tag| entity_tag(tag.trim())).collect();
    tags.map(|tags| Some(Precondition::Match(tags))).ok_or_else(|| {
        let fault = FieldFault::new("If-Match", "not-an-etag", "an ETag stands in quotes");
        RestFault::BadHeader(fault.for_example("\"66120baf9c6c5\""))
    })
}

/// An entity tag as it stands in a header (RFC 9110 §8.8.3). A weak one is taken and fits nothing: `If-Match` compares strongly.
fn entity_tag(text: &str) -> Option<ETag> {
    let opaque = text.strip_prefix("W/").unwrap_or(text).strip_prefix('"')?.strip_suffix('"')?;
    (!opaque.contains('"')).then(|| ETag::from(text.to_owned()))
}

impl<B: Body + 'static> FromRequest for Command<B> {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let request = request.clone();
        let mut payload = payload.take();
        Box::pin(async move {
            let Who(who) = Who::from_request(&request, &mut Payload::None).await?;
            App::of(&request)?.rates().take(&who, RateKind::Write)?;
            let key = idempotency_key(&request)?;
            let if_match = if_match(&request)?;
            let unmet = request.extensions().contains::<Unmet>();
            let patience = App::of(&request)?.patience(B::LONGER);
            let bytes = receive(&request, &mut payload, B::LIMIT, patience).await?;
            let mut hash = Sha256::new();
            hash.update(request.method().as_str());
            hash.update([0]);
            hash.update(request.uri().path_and_query().map_or("", |path| path.as_str()));
            hash.update([0]);
            hash.update(&bytes);
            let body = B::read(&request, bytes)?;
            Ok(Self { who, body, key, hash: hash.finalize().into(), if_match, unmet })
        })
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Shape {
        #[expect(dead_code, reason = "read by serde alone")]
        list: Vec<u8>,
    }

    fn fault(body: &str) -> String {
        let request =
            TestRequest::default().insert_header(("content-type", "application/json")).to_http_request();
        match json::<Shape>(&request, body.as_bytes()) {
            Ok(_) => "ok".to_owned(),
            Err(RestFault::BadField(field)) => format!("{} {}", field.code, field.pointer),
            Err(other) => {
                use renraku_base::Fault;
                other.code().to_owned()
            }
        }
    }

    #[test]
    fn a_deep_body_ends_early() {
        let request =
            TestRequest::default().insert_header(("content-type", "application/json")).to_http_request();
        let deep = json::<serde_json::Value>(&request, "[".repeat(10_000).as_bytes());
        assert!(matches!(deep, Err(RestFault::NotJson(_))), "{deep:?}");
    }

    #[test]
    fn a_wrong_body_is_told_by_its_place() {
        assert_eq!(fault(r#"{"list":[1]}"#), "ok");
        assert_eq!(fault(r#"{"list":[1,"x"]}"#), "bad-value /list/1");
        assert_eq!(fault(r#"{"list":[],"other":1}"#), "unknown-field /other");
        assert_eq!(fault("{}"), "required /list");
        assert_eq!(fault(r#"{"list":"#), "not-json");
        assert_eq!(fault(r#"{"list":[]} x"#), "not-json");
        assert_eq!(fault(r#"{"list":[],"list":[1]}"#), "not-json");
        assert_eq!(fault(r#"{"list":null}"#), "bad-value /list");
    }
}
