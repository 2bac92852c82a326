use std::time::Instant;

use actix_web::{
    HttpMessage, HttpRequest, HttpResponse,
    body::{BodySize, BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::{
        ConnectionType, Method, StatusCode, Version,
        header::{self, AcceptEncoding, Encoding, HeaderMap, HeaderName, HeaderValue},
    },
    middleware::Next,
};
use renraku_base::{Entropy, FieldFault, Kind};

use super::{App, Problem, RestFault, WebFault, accepted_language};

const MAX_ADDRESS: usize = 8 * 1024;
const MAX_HEADERS: usize = 64;
const MAX_HEADER_BYTES: usize = 16 * 1024;
const PROBLEM_JSON: &str = "application/problem+json";
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Names a request in the log and in its refusal.
#[derive(Debug, Clone)]
pub(crate) struct RequestId(String);

impl RequestId {
    /// The name of a request that came in.
    pub fn of(request: &HttpRequest) -> String {
        request.extensions().get::<Self>().map(|id| id.0.clone()).unwrap_or_default()
    }
}

/// What holds for every request: limits of its head, a request id, one line in the log, metrics, and refusals as
/// `application/problem+json` in the reader's language.
pub(crate) async fn manners(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let started = Instant::now();
    let id = RequestId(format!("{:016x}", u64::from_le_bytes(Entropy.bytes())));
    request.extensions_mut().insert(id.clone());
    // Answered as GET; the connection itself keeps the body back.
    if request.method() == Method::HEAD {
        request.head_mut().method = Method::GET;
    }
    let mut response = match acceptable(&request) {
        Err(fault) => {
            let problem = Problem::from(fault);
            let rendered = render(request.request(), &problem, &id);
            request.into_response(rendered)
        }
        // What a handler or an extractor refuses comes as a response that bears its error. The router needs the request
        // for itself: nobody else may hold it while it is routed.
        Ok(()) => speak(next.call(request).await?.map_into_boxed_body(), &id),
    };
    if let Ok(value) = HeaderValue::from_str(&id.0) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    observe(&response, started, &id);
    Ok(response)
}

/// Marks a request that takes no answer in any coding that there is.
#[derive(Debug, Clone, Copy)]
struct TakesNothing;

/// What the compressor leaves to us, and what has no length. A request that takes no coding at all goes past it, to be refused in words. And
/// `Content-Encoding: identity`, by which a handler keeps it off, is taken away: it is no coding to tell (RFC 9110, section
/// 8.4.1).
pub(crate) async fn codings<B: MessageBody>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, actix_web::Error> {
    let known =
        [Encoding::identity(), Encoding::zstd(), Encoding::brotli(), Encoding::gzip(), Encoding::deflate()];
    let takes_nothing = || {
        request.get_header::<AcceptEncoding>().is_some_and(|taken| taken.negotiate(known.iter()).is_none())
    };
    // Whoever says no qualities refuses nothing, and few say any.
    let mut accepted = request.headers().get_all(header::ACCEPT_ENCODING);
    if accepted.any(|value| value.as_bytes().contains(&b';')) && takes_nothing() {
        request.headers_mut().remove(header::ACCEPT_ENCODING);
        request.extensions_mut().insert(TakesNothing);
    }
    let mut response = next.call(request).await?;
    let headers = response.headers_mut();
    if headers.get(header::CONTENT_ENCODING).is_some_and(|coding| coding.as_bytes() == b"identity") {
        headers.remove(header::CONTENT_ENCODING);
    }
    // Whoever speaks HTTP/1.0 is sent no chunks (RFC 9112, section 6.1): the end of the connection is that of the answer.
    if response.request().version() < Version::HTTP_11
        && response.response().body().size() == BodySize::Stream
    {
        let head = response.response_mut().head_mut();
        head.no_chunking(true);
        head.set_connection_type(ConnectionType::Close);
    }
    Ok(response)
}

/// The limits of a request's head.
fn acceptable(request: &ServiceRequest) -> Result<(), RestFault> {
    if request.uri().path_and_query().is_some_and(|path| path.as_str().len() > MAX_ADDRESS) {
        return Err(RestFault::AddressTooLong);
    }
    if request.headers().len() > MAX_HEADERS || header_bytes(request.headers()) > MAX_HEADER_BYTES {
        return Err(RestFault::BadHeader(FieldFault::new(
            "",
            "too-many-headers",
            "send fewer or shorter headers",
        )));
    }
    if request.extensions().contains::<TakesNothing>() {
        return Err(RestFault::NotAcceptable);
    }
    refuse_unknown_parameters(request)?;
    // Before any extractor: a decompressing server can be made to unpack a bomb.
    if request.headers().contains_key(header::CONTENT_ENCODING) {
        return Err(RestFault::EncodedBody);
    }
    Ok(())
}

/// Refuses parameters where there are none; elsewhere they are refused by name when the query is read.
fn refuse_unknown_parameters(request: &ServiceRequest) -> Result<(), RestFault> {
    let Some((name, _)) = form_urlencoded::parse(request.query_string().as_bytes()).next() else {
        return Ok(());
    };
    if crate::openapi::ROUTES.takes_query(request.method(), request.path()) {
        return Ok(());
    }
    let detail = "nothing is asked for by parameters here";
    Err(RestFault::BadQuery(FieldFault::new(name.into_owned(), "unknown-field", detail)))
}

fn header_bytes(headers: &HeaderMap) -> usize {
    headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum()
}

/// Puts a refusal into words.
fn speak(response: ServiceResponse<BoxBody>, id: &RequestId) -> ServiceResponse<BoxBody> {
    let Some(error) = response.response().error() else { return response };
    let problem = as_problem(error);
    let rendered = render(response.request(), &problem, id);
    let (request, _) = response.into_parts();
    ServiceResponse::new(request, rendered)
}

/// An error of the framework as a refusal of ours.
fn as_problem(error: &actix_web::Error) -> Problem {
    if let Some(problem) = error.as_error::<Problem>() {
        return problem.clone();
    }
    match error.as_response_error().status_code() {
        StatusCode::NOT_FOUND => RestFault::NotFound.into(),
        StatusCode::PAYLOAD_TOO_LARGE => WebFault::TooLarge { limit_bytes: 0 }.into(),
        StatusCode::REQUEST_TIMEOUT => WebFault::BodyTimeout.into(),
        status if status.is_client_error() => {
            RestFault::BadHeader(FieldFault::new("", "bad-value", "the request cannot be read")).into()
        }
        _ => renraku_db::Error::damaged(error).into(),
    }
}

fn render(request: &HttpRequest, problem: &Problem, id: &RequestId) -> HttpResponse {
    let language = accepted_language(
        request.headers().get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()),
    );
    let fault = problem.fault();
    let mut response = HttpResponse::build(super::status(fault.kind()));
    response
        .insert_header((header::CONTENT_TYPE, PROBLEM_JSON))
        .insert_header((header::CONTENT_LANGUAGE, language.tag()))
        .insert_header((header::CACHE_CONTROL, "no-store"));
    let members = fault.members().unwrap_or_default();
    if let Some(seconds) = members.get("retryAfterS").and_then(serde_json::Value::as_u64) {
        response.insert_header((header::RETRY_AFTER, seconds));
    }
    if let Some(allow) = members.get("allow").and_then(serde_json::Value::as_str) {
        response.insert_header((header::ALLOW, allow));
    }
    match fault.kind() {
        Kind::Unauthenticated => {
            response.insert_header((header::WWW_AUTHENTICATE, "Bearer"));
        }
        Kind::Unavailable => {
            if let Ok(app) = App::of(request) {
                response.insert_header((header::RETRY_AFTER, app.gate().come_back_s()));
            }
        }
        Kind::Internal => tell_cause(problem, id),
        _ => {}
    }
    match App::of(request) {
        Ok(app) => response.json(problem.body(app.locales().of(language), &id.0)),
        Err(_no_state) => response.finish(),
    }
}

/// Writes the chain of causes into the log, once; none of it is sent.
fn tell_cause(problem: &Problem, id: &RequestId) {
    let mut causes = problem.to_string();
    let mut cause = std::error::Error::source(problem.fault());
    while let Some(error) = cause {
        causes.push_str(": ");
        causes.push_str(&error.to_string());
        cause = error.source();
    }
    tracing::error!(request.id = id.0, cause = causes, "a request failed");
}

fn observe(response: &ServiceResponse<BoxBody>, started: Instant, id: &RequestId) {
    let request = response.request();
    let route = request.match_pattern().unwrap_or_else(|| "unknown".to_owned());
    let method = request.method().as_str().to_owned();
    let status = response.status().as_u16();
    let elapsed = started.elapsed();
    let elapsed_us = u64::try_from(elapsed.as_micros()).unwrap_or(u64::MAX);
    tracing::debug!(
        request.id = id.0,
        http.method = method,
        http.route = route,
        http.status = status,
        http.elapsed_us = elapsed_us,
        "request"
    );
    metrics::histogram!(
        "renraku_http_request_seconds",
        "route" => route,
        "method" => method,
        "status" => status.to_string()
    )
    .record(elapsed.as_secs_f64());
}

/// What no route takes: 405 where the path is known under other methods, 404 elsewhere.
pub(crate) async fn unknown_route(request: HttpRequest) -> Result<HttpResponse, Problem> {
    match crate::openapi::ROUTES.methods_of(request.path()) {
        Some(allow) => Err(WebFault::MethodNotAllowed { allow: Some(allow) }.into()),
        None => Err(RestFault::NotFound.into()),
    }
}
