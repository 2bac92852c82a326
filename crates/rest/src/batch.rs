//! `POST batch`: up to 50 requests in one round trip, each with its own status. Not a transaction.

use std::{
    cell::OnceCell,
    collections::{HashMap, HashSet},
    rc::Rc,
};

use actix_http::Request;
use actix_service::{IntoServiceFactory, Service, ServiceFactory, boxed};
use actix_web::{
    HttpMessage, HttpRequest, HttpResponse,
    body::{BoxBody, to_bytes_limited},
    dev::{AppConfig, Payload, ServiceResponse},
    http::{
        Method, Uri,
        header::{self, HeaderMap, HeaderName, HeaderValue},
    },
    middleware::from_fn,
    post, web,
};
use renraku_base::{Fault, FieldFault};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::ToSchema;

use crate::core::{
    App, Problem, Refusals, RequestId, RestFault, Unmet, WebFault, Who, WriteRefusals, accepted_language,
    json, manners, plain, receive, status,
};

const MAX_REQUESTS: usize = 50;
const BODY_LIMIT: usize = 1024 * 1024;
/// The most bytes of one answer, and of all answers to reads together.
const ANSWER_LIMIT: usize = 8 * 1024 * 1024;
const READS_LIMIT: usize = 16 * 1024 * 1024;
const BASE: &str = "/api/v1/";
/// What has no place in a batch and is told so: itself, streams, sign-in (it carries no person yet).
const OUTSIDE: [&str; 3] = ["/api/v1/batch", "/api/v1/push", "/api/v1/auth/"];

/// Up to 50 requests, run in order.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct BatchRequest {
    /// The requests.
    #[schema(max_items = 50)]
    requests: Vec<Part>,
}

/// One request of a batch.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Part {
    /// Names the request in the answer and in `ifMatchFrom`.
    id: String,
    /// `GET`, `POST`, `PUT`, `PATCH` or `DELETE`.
    method: String,
    /// Path and query, from the server's root (`/api/v1/events/…`) or from the base (`events/…`).
    path: String,
    /// Its own headers, such as `Idempotency-Key` and `If-Match`; `Authorization` is the batch's; `Accept-Language` too, where it has none.
    #[serde(default)]
    headers: HashMap<String, String>,
    /// Takes `If-Match` from the ETag that this earlier request of the batch was answered with.
    if_match_from: Option<String>,
    /// The JSON body.
    #[schema(value_type = Option<Object>)]
    body: Option<Box<RawValue>>,
}

/// The answers, in the order of the requests.
#[derive(Debug, Serialize, ToSchema)]
struct BatchAnswer {
    /// One for each request.
    responses: Vec<PartAnswer>,
}

/// The answer to one request of a batch.
#[derive(Debug, Serialize, ToSchema)]
struct PartAnswer {
    /// The request's `id`.
    id: String,
    /// Its status.
    status: u16,
    /// Its headers, lower-case.
    headers: HashMap<String, String>,
    /// Its JSON body; a string where it is text of another type, absent where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<serde_json::Value>)]
    body: Option<PartBody>,
}

/// A body that is passed on without being read.
#[derive(Debug, Serialize)]
#[serde(untagged)]
enum PartBody {
    Json(Box<RawValue>),
    Text(String),
}

type Inner = boxed::BoxService<Request, ServiceResponse<BoxBody>, actix_web::Error>;

/// The face once more, inside this worker: a batch's requests take the same way as any other.
#[derive(Default)]
pub(crate) struct InnerFace(OnceCell<Rc<Inner>>);

impl InnerFace {
    async fn get(&self, app: &App) -> Result<Rc<Inner>, Problem> {
        if let Some(inner) = self.0.get() {
            return Ok(Rc::clone(inner));
        }
        let face = actix_web::App::new()
            .app_data(web::Data::new(app.clone()))
            .wrap(from_fn(manners))
            .configure(crate::inner_face);
        let service = face
            .into_factory()
            .new_service(AppConfig::default())
            .await
            .map_err(|()| renraku_db::Error::damaged("the inner face does not start"))?;
        let inner = Rc::new(boxed::service(service));
        Ok(Rc::clone(self.0.get_or_init(|| inner)))
    }
}

/// Runs up to 50 requests in one round trip.
///
/// Each is answered by itself with its own status; a failure stops nothing but the requests that name it in `ifMatchFrom`
/// (409 `batch-dependency`). A batch is not a transaction.
#[utoipa::path(
    tag = "batch",
    request_body = BatchRequest,
    responses(
        (status = 200, body = BatchAnswer),
        Refusals,
        WriteRefusals,
        (status = 413, description = "Larger than 1 MiB.", body = crate::ProblemBody, content_type = "application/problem+json")
    )
)]
#[post("/batch")]
pub(crate) async fn batch(
    app: App,
    who: Who,
    request: HttpRequest,
    inner: web::Data<InnerFace>,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    drop(who);
    let bytes = receive(&request, &mut payload.into_inner(), BODY_LIMIT, app.patience(false)).await?;
    let batch: BatchRequest = json(&request, &bytes)?;
    if batch.requests.len() > MAX_REQUESTS {
        let field =
            FieldFault::new("/requests", "too-many", "a batch holds at most 50 requests").allowing("≤ 50");
        return Err(RestFault::BadField(field).into());
    }
    let mut named = HashSet::new();
    if let Some(twice) = batch.requests.iter().position(|part| !named.insert(part.id.as_str())) {
        let detail = "each request of a batch has an id of its own";
        return Err(
            RestFault::BadField(FieldFault::new(format!("/requests/{twice}/id"), "taken", detail)).into()
        );
    }
    drop(named);
    let inner = inner.get(&app).await?;
    let mut responses: Vec<PartAnswer> = Vec::with_capacity(batch.requests.len());
    let mut room = READS_LIMIT;
    for part in batch.requests {
        let reads = part.method.eq_ignore_ascii_case("GET");
        let limit = if reads { room.min(ANSWER_LIMIT) } else { ANSWER_LIMIT };
        let (answer, size) = run(&inner, &request, part, &responses, limit).await?;
        if reads {
            room = room.saturating_sub(size);
        }
        responses.push(answer);
    }
    plain(&BatchAnswer { responses })
}

/// Runs one request of the batch, and tells how large its answer was; only our own trouble ends the batch as a whole.
async fn run(
    inner: &Inner,
    outer: &HttpRequest,
    part: Part,
    earlier: &[PartAnswer],
    limit: usize,
) -> Result<(PartAnswer, usize), Problem> {
    let id = part.id.clone();
    let request = match build(outer, part, earlier) {
        Ok(request) => request,
        Err(fault) => return Ok((refused(outer, id, fault), 0)),
    };
    let response = match inner.call(request).await {
        Ok(response) => response,
        Err(_rendered_inside) => return Err(WebFault::Overloaded.into()),
    };
    let status = response.status().as_u16();
    let headers = response
        .headers()
        .iter()
        .filter_map(|(name, value)| Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned())))
        .collect();
    let Ok(body) = to_bytes_limited(response.into_body(), limit).await else {
        return Ok((refused(outer, id, WebFault::TooLarge { limit_bytes: limit }), 0));
    };
    let body = body.map_err(renraku_db::Error::damaged)?;
    Ok((PartAnswer { id, status, headers, body: part_body(&body) }, body.len()))
}

fn part_body(bytes: &[u8]) -> Option<PartBody> {
    if bytes.is_empty() {
        return None;
    }
    let text = String::from_utf8_lossy(bytes);
    match serde_json::from_str::<&RawValue>(&text) {
        Ok(json) => Some(PartBody::Json(json.to_owned())),
        Err(_other_type) => Some(PartBody::Text(text.into_owned())),
    }
}

/// The refusal of a request that never reached its route, or of an answer that is too large for a batch.
fn refused(outer: &HttpRequest, id: String, fault: impl Fault) -> PartAnswer {
    let problem = Problem::from(fault);
    let language =
        accepted_language(outer.headers().get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()));
    let body = App::of(outer).ok().and_then(|app| {
        let request_id = RequestId::of(outer);
        serde_json::value::to_raw_value(&problem.body(app.locales().of(language), &request_id)).ok()
    });
    PartAnswer {
        id,
        status: status(problem.fault().kind()).as_u16(),
        headers: HashMap::from([("content-type".to_owned(), "application/problem+json".to_owned())]),
        body: body.map(PartBody::Json),
    }
}

fn build(outer: &HttpRequest, part: Part, earlier: &[PartAnswer]) -> Result<Request, RestFault> {
    let bad = |member: &str, detail: &str| {
        FieldFault::new(format!("/requests/{}/{member}", earlier.len()), "bad-value", detail)
    };
    let path = if part.path.starts_with('/') { part.path } else { format!("{BASE}{}", part.path) };
    let uri: Uri = path.parse().map_err(|_not_a_path| {
        RestFault::BadField(bad("path", "the address of a request").for_example("events, /api/v1/events"))
    })?;
    if !uri.path().starts_with(BASE) {
        let fault = bad("path", "the address of a request").for_example("events, /api/v1/events");
        return Err(RestFault::BadField(fault));
    }
    if OUTSIDE.iter().any(|outside| uri.path().starts_with(outside)) {
        return Err(RestFault::NotInBatch);
    }
    let body = part.body.map_or_else(Vec::new, |body| body.get().as_bytes().to_vec());
    let mut request = Request::with_payload(Payload::from(web::Bytes::from(body)));
    let head = request.head_mut();
    head.method =
        Method::from_bytes(part.method.to_ascii_uppercase().as_bytes()).map_err(|_not_a_method| {
            let methods = "GET, POST, PUT, PATCH, DELETE";
            RestFault::BadField(bad("method", methods).allowing(methods))
        })?;
    head.uri = uri;
    head.headers = headers(outer, &part.headers).ok_or_else(|| {
        let example = "{\"If-Match\": \"…\", \"Idempotency-Key\": \"…\"}";
        RestFault::BadField(bad("headers", "an object of headers").for_example(example))
    })?;
    if let Some(from) = part.if_match_from {
        let named = earlier.iter().find(|answer| answer.id == from).ok_or_else(|| {
            let ids: Vec<&str> = earlier.iter().map(|it| it.id.as_str()).collect();
            let detail = "the id of an earlier request of this batch";
            RestFault::BadField(bad("ifMatchFrom", detail).allowing(ids.join(", ")))
        })?;
        let etag = named.headers.get("etag").filter(|_| (200..300).contains(&named.status));
        match etag.and_then(|etag| HeaderValue::from_str(etag).ok()) {
            Some(etag) => head.headers.insert(header::IF_MATCH, etag).for_each(drop),
            // A write may have been done before, under its key: that is looked at first.
            None if head.method != Method::GET => {
                request.extensions_mut().insert(Unmet);
            }
            None => return Err(RestFault::BatchDependency),
        }
    }
    Ok(request)
}

/// The part's own headers over those that the batch gives to all.
fn headers(outer: &HttpRequest, own: &HashMap<String, String>) -> Option<HeaderMap> {
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    for name in [header::AUTHORIZATION, header::ACCEPT_LANGUAGE] {
        if let Some(value) = outer.headers().get(&name) {
            headers.insert(name, value.clone());
        }
    }
    for (name, value) in own {
        let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
        if name != header::AUTHORIZATION {
            headers.insert(name, HeaderValue::from_str(value).ok()?);
        }
    }
    Some(headers)
}
