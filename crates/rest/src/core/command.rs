use std::{future::Future, pin::Pin, time::Duration};

use actix_web::{
    FromRequest, HttpRequest,
    dev::Payload,
    http::{Method, header},
    web::{Bytes, BytesMut},
};
use futures_util::StreamExt;
use renraku_base::{ETag, FieldFault, Precondition, Principal};
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use tokio::time::{Instant, timeout_at};
use uuid::Uuid;

use super::{App, Problem, RateKind, RestFault, Who};

const JSON_LIMIT: usize = 512 * 1024;
/// A body must come at least so fast, on average, once its first third of the time is over.
const BYTES_A_SECOND: usize = 1024;

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
}

/// No body: DELETE, and POSTs that act on their path alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Empty;

impl<B> Command<B> {
    /// What the caller expects of the object; refused with 428 when it says nothing.
    pub fn precondition(&self) -> Result<Precondition, RestFault> {
        self.if_match.clone().ok_or(RestFault::IfMatchRequired)
    }
}

/// How a body is read.
pub(crate) trait Body: Sized {
    /// The largest that is taken, in bytes.
    const LIMIT: usize = JSON_LIMIT;
    /// Whether it must be there within the time of a body; otherwise it is enough that it keeps coming.
    const SHORT: bool = true;

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

/// Reads a JSON body: what is not JSON is malformed, what does not fit the shape is invalid at its place.
pub(crate) fn json<T: DeserializeOwned>(request: &HttpRequest, bytes: &[u8]) -> Result<T, RestFault> {
    let content_type = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let media = content_type.unwrap_or_default().split(';').next().unwrap_or_default().trim();
    if !media.eq_ignore_ascii_case("application/json")
        && !media.eq_ignore_ascii_case("application/merge-patch+json")
    {
        return Err(RestFault::UnsupportedType);
    }
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let pointer = pointer(error.path());
        let cause = error.into_inner();
        if cause.is_data() {
            let text = cause.to_string();
            let pointer = pointer + &missing(&text);
            let code = if text.starts_with("unknown field") {
                "unknown-field"
            } else if text.starts_with("missing field") {
                "required"
            } else {
                "bad-value"
            };
            RestFault::BadField(FieldFault::new(pointer, code, text))
        } else {
            RestFault::NotJson(cause.to_string())
        }
    })?;
    deserializer.end().map_err(|error| RestFault::NotJson(error.to_string()))?;
    Ok(value)
}

/// The end of the pointer to a member that is missing: what serde names lies below the place where it noticed.
fn missing(text: &str) -> String {
    let name = text.strip_prefix("missing field `").and_then(|rest| rest.split('`').next());
    name.map(|name| format!("/{name}")).unwrap_or_default()
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

/// Reads a short body up to `limit` bytes. One that is said to be larger is not waited for.
pub(crate) async fn receive(
    app: &App,
    request: &HttpRequest,
    payload: &mut Payload,
    limit: usize,
) -> Result<Bytes, RestFault> {
    collect(request, payload, limit, app.body_time(), true).await
}

/// Reads a body as long as it keeps coming; a short one, within `time`.
async fn collect(
    request: &HttpRequest,
    payload: &mut Payload,
    limit: usize,
    time: Duration,
    short: bool,
) -> Result<Bytes, RestFault> {
    let announced = text_header(request, "content-length")?.and_then(|length| length.parse::<u64>().ok());
    if announced.is_some_and(|length| usize::try_from(length).is_ok_and(|length| length > limit)) {
        return Err(RestFault::TooLarge { limit_bytes: limit });
    }
    let began = Instant::now();
    let mut body = BytesMut::new();
    loop {
        let paced = began
            + time / 3
            + Duration::from_secs(u64::try_from(body.len() / BYTES_A_SECOND).unwrap_or(u64::MAX));
        let until = if short { paced.min(began + time) } else { paced };
        match timeout_at(until, payload.next()).await {
            Err(_elapsed) => return Err(RestFault::BodyTimeout),
            Ok(None) => return Ok(body.freeze()),
            Ok(Some(Err(error))) => return Err(RestFault::NotJson(error.to_string())),
            Ok(Some(Ok(chunk))) if body.len() + chunk.len() > limit => {
                return Err(RestFault::TooLarge { limit_bytes: limit });
            }
            Ok(Some(Ok(chunk))) => body.extend_from_slice(&chunk),
        }
    }
}

fn text_header<'r>(request: &'r HttpRequest, name: &str) -> Result<Option<&'r str>, RestFault> {
    request
        .headers()
        .get(name)
        .map(|value| {
            value.to_str().map_err(|_not_ascii| {
                RestFault::BadHeader(FieldFault::new(name, "bad-value", "the header is not ASCII"))
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
    Ok(text_header(request, "if-match")?.map(|text| match text.trim() {
        "*" => Precondition::Exists,
        tags => Precondition::Match(tags.split(',').map(|tag| ETag::from(tag.trim().to_owned())).collect()),
    }))
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
            let time = App::of(&request)?.body_time();
            let bytes = collect(&request, &mut payload, B::LIMIT, time, B::SHORT).await?;
            let mut hash = Sha256::new();
            hash.update(request.method().as_str());
            hash.update([0]);
            hash.update(request.uri().path_and_query().map_or("", |path| path.as_str()));
            hash.update([0]);
            hash.update(&bytes);
            let body = B::read(&request, bytes)?;
            Ok(Self { who, body, key, hash: hash.finalize().into(), if_match })
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
    }
}
