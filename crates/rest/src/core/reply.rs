use std::future::{Ready, ready};

use actix_web::{
    FromRequest, HttpRequest, HttpResponse, HttpResponseBuilder,
    dev::Payload,
    http::{
        StatusCode,
        header::{self, ContentEncoding, HeaderValue},
    },
    web::Bytes,
};
use renraku_base::{ETag, Page};
use renraku_db::{Error, ObjectType, ledger::Outcome};
use serde::Serialize;
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use super::Problem;

/// Below this many bytes a body is sent as it is: compression would save nothing.
const WORTH_COMPRESSING: usize = 400;

/// What has an id and an ETag and is answered as JSON.
pub(crate) trait Resource: Serialize {
    /// Its type, as the ledger and `sync` name it.
    const TYPE: ObjectType;

    /// Its id.
    fn id(&self) -> &str;

    /// Its tag, as this reader sees it.
    fn etag(&self) -> &ETag;
}

/// The tags that the reader already holds (`If-None-Match`).
#[derive(Debug, Clone, Default)]
pub(crate) struct Seen(Option<String>);

impl Seen {
    /// Whether the reader holds what has this tag.
    pub fn holds(&self, etag: &ETag) -> bool {
        self.0.as_deref().is_some_and(|tags| {
            tags.trim() == "*"
                || tags.split(',').any(|tag| tag.trim().trim_start_matches("W/") == etag.as_str())
        })
    }
}

impl FromRequest for Seen {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let tags = request.headers().get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
        ready(Ok(Self(tags.map(str::to_owned))))
    }
}

fn json(status: StatusCode, body: Vec<u8>) -> HttpResponse {
    let mut response = HttpResponseBuilder::new(status);
    response.insert_header((header::CONTENT_TYPE, HeaderValue::from_static("application/json")));
    response.insert_header((header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache")));
    if body.len() < WORTH_COMPRESSING {
        response.insert_header(ContentEncoding::Identity);
    }
    response.body(body)
}

/// Answers with a file of text to keep, in UTF-8.
pub(crate) fn download(media_type: &str, file_name: &str, text: impl Into<Bytes>) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, format!("{media_type}; charset=utf-8")))
        .insert_header((header::CONTENT_DISPOSITION, format!("attachment; filename=\"{file_name}\"")))
        .insert_header((header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache")))
        .body(text.into())
}

fn encode(value: &impl Serialize) -> Result<Vec<u8>, Problem> {
    serde_json::to_vec(value).map_err(|error| Error::damaged(error).into())
}

/// Answers with a value that has no tag.
pub(crate) fn plain(value: &impl Serialize) -> Result<HttpResponse, Problem> {
    Ok(json(StatusCode::OK, encode(value)?))
}

/// Answers with one object: 304 when the reader holds it already.
pub(crate) fn object<R: Resource>(seen: &Seen, resource: &R) -> Result<HttpResponse, Problem> {
    versioned(seen, resource.etag(), resource)
}

/// Answers with a value whose version is told by a tag: 304 when the reader holds it already.
pub(crate) fn versioned(seen: &Seen, etag: &ETag, value: &impl Serialize) -> Result<HttpResponse, Problem> {
    if seen.holds(etag) {
        return Ok(HttpResponse::NotModified().insert_header((header::ETAG, etag.as_str())).finish());
    }
    let mut response = json(StatusCode::OK, encode(value)?);
    put_etag(&mut response, etag);
    Ok(response)
}

/// The tag of what has no version: that of its bytes.
pub(crate) fn tag_of(bytes: &[u8]) -> ETag {
    let digest = Sha256::digest(bytes);
    ETag::from(format!(
        "\"{}\"",
        digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect::<String>()
    ))
}

/// Answers with bytes that have no version: 304 when the reader holds them already, otherwise `answer` makes of them what it
/// will.
pub(crate) fn bytes(
    seen: &Seen,
    bytes: Vec<u8>,
    answer: impl FnOnce(Vec<u8>) -> HttpResponse,
) -> HttpResponse {
    let etag = tag_of(&bytes);
    let mut response = if seen.holds(&etag) { HttpResponse::NotModified().finish() } else { answer(bytes) };
    put_etag(&mut response, &etag);
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    response
}

/// Answers with a value that has no version, tagged by what it says.
pub(crate) fn tagged(seen: &Seen, value: &impl Serialize) -> Result<HttpResponse, Problem> {
    Ok(bytes(seen, encode(value)?, |body| json(StatusCode::OK, body)))
}

/// Answers with one page of a list.
pub(crate) fn list<T: Serialize>(page: &Page<T>) -> Result<HttpResponse, Problem> {
    plain(page)
}

/// Tells the tag of an answer.
pub(crate) fn put_etag(response: &mut HttpResponse, etag: &ETag) {
    if let Ok(value) = HeaderValue::from_str(etag.as_str()) {
        response.headers_mut().insert(header::ETAG, value);
    }
}

/// What is left to answer when a request is repeated and its object is gone since, or may no longer be seen, or its answer
/// stands for no object: it was done, do not send it again.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Gone {
    /// The object's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
}

/// What a write did and answers.
#[derive(Debug, Clone)]
pub(crate) struct Written {
    outcome: Outcome,
    body: Option<Vec<u8>>,
}

impl Written {
    /// 201 with the stored object.
    pub fn created<R: Resource>(resource: &R) -> Result<Self, Problem> {
        Self::with(StatusCode::CREATED, resource)
    }

    /// 200 with the stored object.
    pub fn updated<R: Resource>(resource: &R) -> Result<Self, Problem> {
        Self::with(StatusCode::OK, resource)
    }

    /// 204: done, nothing left to show.
    pub fn done() -> Self {
        let outcome = Outcome { status: StatusCode::NO_CONTENT.as_u16(), object: None, etag: None };
        Self { outcome, body: None }
    }

    /// 204: done, and what is left of the object has this tag.
    pub fn left<R: Resource>(id: &str, etag: Option<ETag>) -> Self {
        let object = Some((R::TYPE, id.to_owned()));
        Self { outcome: Outcome { status: StatusCode::NO_CONTENT.as_u16(), object, etag }, body: None }
    }

    /// 200 with a value that is not kept under the key; a repeat answers without it.
    pub fn told(value: &impl Serialize) -> Result<Self, Problem> {
        let outcome = Outcome { status: StatusCode::OK.as_u16(), object: None, etag: None };
        Ok(Self { outcome, body: Some(encode(value)?) })
    }

    fn with<R: Resource>(status: StatusCode, resource: &R) -> Result<Self, Problem> {
        let outcome = Outcome {
            status: status.as_u16(),
            object: Some((R::TYPE, resource.id().to_owned())),
            etag: Some(resource.etag().clone()),
        };
        Ok(Self { outcome, body: Some(encode(resource)?) })
    }

    /// The answer to a repeat: the first status, and the object as it is now or what is left of it.
    pub(super) fn again<R: Resource>(outcome: Outcome, now: Option<&R>) -> Result<Self, Problem> {
        let etag = now.map(|resource| resource.etag().clone());
        let body = match (now, &outcome.object) {
            _ if outcome.status == StatusCode::NO_CONTENT.as_u16() => None,
            (Some(resource), _) => Some(encode(resource)?),
            (None, object) => Some(encode(&Gone { id: object.as_ref().map(|(_, id)| id.clone()) })?),
        };
        Ok(Self { outcome: Outcome { etag, ..outcome }, body })
    }

    pub(super) fn outcome(&self) -> &Outcome {
        &self.outcome
    }

    pub(super) fn respond(self, replayed: bool) -> HttpResponse {
        let status = StatusCode::from_u16(self.outcome.status).unwrap_or(StatusCode::OK);
        let mut response = match self.body {
            Some(body) => json(status, body),
            None => HttpResponse::new(StatusCode::NO_CONTENT),
        };
        if let Some(etag) = &self.outcome.etag {
            put_etag(&mut response, etag);
        }
        if replayed {
            response.headers_mut().insert(
                header::HeaderName::from_static("idempotent-replayed"),
                HeaderValue::from_static("true"),
            );
        }
        response
    }
}
