//! What many routes share in the OpenAPI document.
#![expect(dead_code, reason = "read by utoipa's derives alone")]

use utoipa::{IntoParams, IntoResponses};

use super::ProblemBody;

/// How any request may be refused; the `code` says why (docs/ERRORS.md).
#[derive(IntoResponses)]
pub(crate) enum Refusals {
    /// The request cannot be read.
    #[response(status = 400, content_type = "application/problem+json")]
    Malformed(ProblemBody),
    /// No valid access token.
    #[response(status = 401, content_type = "application/problem+json")]
    Unauthenticated(ProblemBody),
    /// Seen, but not allowed.
    #[response(status = 403, content_type = "application/problem+json")]
    Forbidden(ProblemBody),
    /// Not there, or not to be seen.
    #[response(status = 404, content_type = "application/problem+json")]
    NotFound(ProblemBody),
    /// `Accept-Encoding` rules every coding out, the plain answer included.
    #[response(status = 406, content_type = "application/problem+json")]
    NotAcceptable(ProblemBody),
    /// The address is longer than is taken.
    #[response(status = 414, content_type = "application/problem+json")]
    AddressTooLong(ProblemBody),
    /// More often than is taken; see `Retry-After`.
    #[response(status = 429, content_type = "application/problem+json")]
    TooMany(ProblemBody),
    /// A fault of the server; `requestId` names the request in its log.
    #[response(status = 500, content_type = "application/problem+json")]
    Internal(ProblemBody),
    /// Not now; see `Retry-After`.
    #[response(status = 503, content_type = "application/problem+json")]
    Unavailable(ProblemBody),
}

/// How a request that writes may be refused besides.
#[derive(IntoResponses)]
pub(crate) enum WriteRefusals {
    /// The body did not arrive in time.
    #[response(status = 408, content_type = "application/problem+json")]
    TimedOut(ProblemBody),
    /// Contradicts the present state.
    #[response(status = 409, content_type = "application/problem+json")]
    Conflict(ProblemBody),
    /// Changed in the meantime; `current` is the present state.
    #[response(status = 412, content_type = "application/problem+json")]
    Stale(ProblemBody),
    /// Larger than 256 KiB.
    #[response(status = 413, content_type = "application/problem+json")]
    TooLarge(ProblemBody),
    /// Of a type that is not taken.
    #[response(status = 415, content_type = "application/problem+json")]
    UnsupportedType(ProblemBody),
    /// Can be read and is wrong; `errors` names the fields.
    #[response(status = 422, content_type = "application/problem+json")]
    Invalid(ProblemBody),
    /// Say which version you are changing (`If-Match`).
    #[response(status = 428, content_type = "application/problem+json")]
    PreconditionRequired(ProblemBody),
    /// The server has no room left to store anything.
    #[response(status = 507, content_type = "application/problem+json")]
    StorageFull(ProblemBody),
}

/// How a request with an event, a card or a mail is refused where [`WriteRefusals`] says otherwise.
#[derive(IntoResponses)]
pub(crate) enum LargeRefusal {
    /// Larger than 512 KiB.
    #[response(status = 413, content_type = "application/problem+json")]
    TooLarge(ProblemBody),
}

/// How a question is refused that can be read and cannot be answered.
#[derive(IntoResponses)]
pub(crate) enum QueryRefusal {
    /// Can be read and is wrong, or asks for more than one answer shows; `errors` names the parameters.
    #[response(status = 422, content_type = "application/problem+json")]
    Invalid(ProblemBody),
}

/// The header of every write.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
pub(crate) struct IdempotencyKey {
    /// A UUID made by the phone; a repeat with the same key has no second effect. A POST must have one.
    #[param(rename = "Idempotency-Key", value_type = renraku_base::EventId, inline)]
    idempotency_key: String,
}

/// The headers of a change to an existing object.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
pub(crate) struct ChangeHeaders {
    /// The ETag of the version that is changed, quotes included, or `*`.
    #[param(rename = "If-Match")]
    if_match: String,
    /// A UUID made by the phone; a repeat with the same key has no second effect.
    #[param(rename = "Idempotency-Key", value_type = renraku_base::EventId, inline, required = false)]
    idempotency_key: Option<String>,
}

/// The bytes of a file.
#[derive(utoipa::ToSchema)]
#[schema(value_type = String, format = Binary)]
#[expect(dead_code, reason = "it describes a body that is sent as it is")]
pub(crate) struct FileBytes(Vec<u8>);
