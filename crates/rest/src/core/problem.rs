use std::{fmt, sync::Arc};

use actix_web::{HttpResponse, ResponseError, http::StatusCode};
use renraku_base::{Fault, FieldFault, Fitting, Kind};
use renraku_web::status;
use serde::Serialize;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use super::locale::Texts;

/// Of how many fields one text says what is wrong with them.
const SAID_FIELDS: usize = 5;

/// A refusal on its way to the client: whatever an area or this face says no with.
///
/// It becomes `application/problem+json` (RFC 9457) in the reader's language in one place, the `manners` middleware.
#[derive(Clone)]
pub struct Problem(Arc<dyn Fault>);

impl Problem {
    /// The refusal itself.
    pub fn fault(&self) -> &dyn Fault {
        &*self.0
    }

    /// Whether the object is not there, or not to be seen.
    pub(crate) fn is_not_found(&self) -> bool {
        self.0.kind() == Kind::NotFound
    }

    /// The problem in the reader's language.
    pub(crate) fn body(&self, texts: &Texts, request_id: &str) -> ProblemBody {
        let code = self.0.code();
        let members = self.0.members().unwrap_or_default();
        let errors = self.0.fields().into_iter().map(|field| of_field(field, texts)).collect();
        ProblemBody {
            problem_type: format!("urn:renraku:problem:{code}"),
            code: code.to_owned(),
            title: texts.title(code).to_owned(),
            status: status(self.0.kind()).as_u16(),
            detail: fill_in(texts.detail_missing(code, self.0.missing()), texts, &members),
            request_id: request_id.to_owned(),
            errors,
            members,
        }
    }
}

/// A fault of a field in the reader's language, as far as its code has a text.
fn of_field(field: FieldFault, texts: &Texts) -> FieldFault {
    let said = texts.field(&field.code).map_or(field.detail, str::to_owned);
    let said = match &field.value {
        Some(value) => said.replace("{value}", value),
        None => said,
    };
    let detail = match &field.allowed {
        // Some texts are examples themselves.
        Some(Fitting::Example(example)) if said.contains(example) => said,
        Some(allowed) => format!("{said}{}", texts.allowed(allowed)),
        None => said,
    };
    FieldFault { detail, ..field }
}

impl Texts {
    /// A refusal in one text, for a face that has no members to tell: what is wrong with the fields, or else what is wrong and, where that
    /// points to no members, what to do.
    #[must_use]
    pub fn say(&self, fault: &dyn Fault) -> String {
        let fields = fault.fields();
        if !fields.is_empty() {
            let said = fields.into_iter().take(SAID_FIELDS).map(|field| of_field(field, self));
            let said = said.map(|FieldFault { pointer, detail, .. }| self.at(&pointer, &detail));
            return said.collect::<Vec<_>>().join("; ");
        }
        let (code, members) = (fault.code(), fault.members().unwrap_or_default());
        let detail = self.detail_missing(code, fault.missing());
        if members.keys().all(|name| detail.contains(&format!("{{{name}}}"))) {
            return format!("{}: {}", self.title(code), fill_in(detail, self, &members));
        }
        self.title(code).to_owned()
    }
}

/// Puts the members that a text names in braces into their places.
fn fill_in(text: &str, texts: &Texts, members: &Map<String, Value>) -> String {
    members.iter().fold(text.to_owned(), |text, (name, value)| {
        let said = match (name.as_str(), value) {
            (_, Value::String(value)) => value.clone(),
            ("retryAfterS", Value::Number(wait)) => texts.wait(wait.as_u64().unwrap_or_default()),
            (_, Value::Number(value)) => value.to_string(),
            _ => return text,
        };
        text.replace(&format!("{{{name}}}"), &said)
    })
}

impl<F: Fault> From<F> for Problem {
    fn from(fault: F) -> Self {
        Self(Arc::new(fault))
    }
}

impl fmt::Debug for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl std::error::Error for Problem {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&*self.0)
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        status(self.0.kind())
    }

    fn error_response(&self) -> HttpResponse {
        HttpResponse::new(self.status_code())
    }
}

/// A refusal as it is sent (RFC 9457).
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProblemBody {
    /// `urn:renraku:problem:<code>`.
    #[serde(rename = "type")]
    problem_type: String,
    /// Stable code, as in `docs/ERRORS.md`.
    code: String,
    /// What is wrong, in the reader's language.
    title: String,
    /// The HTTP status.
    status: u16,
    /// What to do about it, in the reader's language.
    detail: String,
    /// Names this request in the server's log.
    request_id: String,
    /// The fields at fault.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<FieldFault>,
    /// Further members that the code promises, such as `current` with `stale`.
    #[serde(flatten)]
    #[schema(value_type = Object)]
    members: Map<String, Value>,
}

/// What this face itself refuses.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RestFault {
    #[error("there is no such resource")]
    NotFound,
    #[error("the body is not JSON: {}", .0.detail)]
    NotJson(FieldFault),
    #[error("a field of the body is wrong")]
    BadField(FieldFault),
    #[error("a query parameter is wrong")]
    BadQuery(FieldFault),
    #[error("a header is wrong")]
    BadHeader(FieldFault),
    #[error("a POST needs an Idempotency-Key")]
    KeyRequired,
    #[error("the Idempotency-Key was used for another request")]
    KeyReused,
    #[error("the change needs If-Match")]
    IfMatchRequired,
    #[error("the address is too long")]
    AddressTooLong,
    #[error("the type of the body is not taken")]
    UnsupportedType { expected: &'static str },
    #[error("compressed bodies are not taken")]
    EncodedBody,
    #[error("no answer would be in a coding that the client takes")]
    NotAcceptable,
    #[error("the sync token cannot be used")]
    ResyncRequired,
    #[error("another request of the batch that this one needs was refused")]
    BatchDependency,
    #[error("this cannot be asked inside a batch")]
    NotInBatch,
}

impl Fault for RestFault {
    fn kind(&self) -> Kind {
        match self {
            Self::NotFound => Kind::NotFound,
            Self::NotJson(_) | Self::BadQuery(_) | Self::BadHeader(_) | Self::KeyRequired => Kind::Malformed,
            Self::AddressTooLong => Kind::AddressTooLong,
            Self::BadField(_) | Self::KeyReused | Self::NotInBatch => Kind::Invalid,
            Self::IfMatchRequired => Kind::PreconditionRequired,
            Self::UnsupportedType { .. } | Self::EncodedBody => Kind::UnsupportedType,
            Self::NotAcceptable => Kind::NotAcceptable,
            Self::ResyncRequired => Kind::Gone,
            Self::BatchDependency => Kind::Conflict,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "not-found",
            Self::NotJson(_) => "not-json",
            Self::BadField(_) => "invalid",
            Self::BadQuery(_) => "bad-query",
            Self::BadHeader(_) => "bad-header",
            Self::KeyRequired => "idempotency-key-required",
            Self::KeyReused => "idempotency-key-reused",
            Self::IfMatchRequired => "if-match-required",
            Self::AddressTooLong => "address-too-long",
            Self::UnsupportedType { .. } => "unsupported-type",
            Self::EncodedBody => "encoded-body",
            Self::NotAcceptable => "not-acceptable",
            Self::ResyncRequired => "resync-required",
            Self::BatchDependency => "batch-dependency",
            Self::NotInBatch => "not-in-batch",
        }
    }

    fn fields(&self) -> Vec<FieldFault> {
        match self {
            Self::BadField(field) | Self::BadQuery(field) | Self::BadHeader(field) | Self::NotJson(field) => {
                vec![field.clone()]
            }
            Self::NotFound
            | Self::KeyRequired
            | Self::KeyReused
            | Self::IfMatchRequired
            | Self::AddressTooLong
            | Self::UnsupportedType { .. }
            | Self::EncodedBody
            | Self::NotAcceptable
            | Self::ResyncRequired
            | Self::BatchDependency
            | Self::NotInBatch => Vec::new(),
        }
    }

    fn members(&self) -> Option<Map<String, Value>> {
        let member = |name: &str, value: Value| Some(Map::from_iter([(name.to_owned(), value)]));
        match self {
            Self::UnsupportedType { expected } => member("expected", json!(expected)),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use renraku_base::Language;
    use renraku_schedule::ScheduleFault;
    use renraku_web::WebFault;

    use super::{super::Locales, *};

    #[test]
    fn one_text_tells_what_is_wrong_and_points_to_nothing_that_it_does_not_tell() {
        let locales = Locales::load().map_err(|error| error.to_string()).unwrap();
        let without_text = "no-such-code";
        let field = |pointer: &str| FieldFault::new(pointer, without_text, "as it is");
        let fields = vec![field(""), field("/a"), FieldFault::new("/b", "required", "")];
        for (fault, ja) in [
            (
                &WebFault::TooLarge { limit_bytes: 5 } as &dyn Fault,
                "送る量が大きすぎます: 一度に送る量を減らしてください。上限は 5 バイトです。",
            ),
            (&ScheduleFault::Stale(json!({})), "ほかで変更されています"),
            (&ScheduleFault::Invalid(fields), "as it is; /a: as it is; /b: この項目は必須です。"),
        ] {
            assert_eq!(locales.of(Language::Ja).say(fault), ja);
        }
    }
}
