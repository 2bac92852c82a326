use std::borrow::Cow;

use serde::Serialize;
use utoipa::ToSchema;

use super::{Fitting, JsonKind, Role};

/// The class of a refusal; each face maps it to its own status in one table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Who is asking is not known.
    Unauthenticated,
    /// Seen, but not allowed.
    Forbidden,
    /// Not there, or not to be seen.
    NotFound,
    /// Was there and never comes back.
    Gone,
    /// Contradicts the present state.
    Conflict,
    /// The object is no longer what the caller expects.
    Stale,
    /// The caller must say which version it is changing.
    PreconditionRequired,
    /// Cannot be read at all.
    Malformed,
    /// Can be read and is wrong.
    Invalid,
    /// The resource does not take this method.
    MethodNotAllowed,
    /// There is nothing to answer that the caller takes.
    NotAcceptable,
    /// Did not arrive in time.
    TimedOut,
    /// The address is longer than is taken.
    AddressTooLong,
    /// Larger than is taken.
    TooLarge,
    /// Of a type that is not taken.
    UnsupportedType,
    /// More often than is taken.
    TooMany,
    /// Not now; later.
    Unavailable,
    /// No room left to store it.
    StorageFull,
    /// Our own fault.
    Internal,
}

/// One field at fault.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldFault {
    /// JSON Pointer (RFC 6901) into the request's body, or the name of a query parameter or header.
    pub pointer: String,
    /// Stable code of the fault, such as `required` or `too-long`.
    pub code: Cow<'static, str>,
    /// What to do about it, in the reader's language where a translation of the code exists.
    pub detail: String,
    /// What would be taken, in a form that needs no translation; said with the detail.
    #[serde(skip)]
    pub allowed: Option<Fitting>,
    /// What is wrong itself, for the text of the code that names it as `{value}`; boxed, so that refusals stay small.
    #[serde(skip)]
    pub value: Option<Box<str>>,
}

impl FieldFault {
    /// A fault of `code` at `pointer`.
    pub fn new(
        pointer: impl Into<String>,
        code: impl Into<Cow<'static, str>>,
        detail: impl Into<String>,
    ) -> Self {
        Self { pointer: pointer.into(), code: code.into(), detail: detail.into(), allowed: None, value: None }
    }

    /// A fault of a value that does not fit, with what serde or one of our own types says about it.
    pub fn misfit(
        pointer: impl Into<String>,
        code: impl Into<Cow<'static, str>>,
        said: impl Into<String>,
    ) -> Self {
        let said = said.into();
        let allowed = super::fitting(&said);
        Self { allowed, ..Self::new(pointer, code, said) }
    }

    /// The same fault, with the value that its text names.
    #[must_use]
    pub fn naming(self, value: impl Into<String>) -> Self {
        Self { value: Some(value.into().into_boxed_str()), ..self }
    }

    /// The same fault, with all that would be taken: a range or names.
    #[must_use]
    pub fn allowing(self, allowed: impl Into<String>) -> Self {
        Self { allowed: Some(Fitting::Values(allowed.into())), ..self }
    }

    /// The same fault, with the kind of JSON that would be taken.
    #[must_use]
    pub fn expecting(self, kind: JsonKind) -> Self {
        Self { allowed: Some(Fitting::Kind(kind)), ..self }
    }

    /// The same fault, with an example of what would be taken.
    #[must_use]
    pub fn for_example(self, example: impl Into<String>) -> Self {
        Self { allowed: Some(Fitting::Example(example.into())), ..self }
    }
}

/// An operation was refused. Every error type that leaves an area implements this.
pub trait Fault: std::error::Error + Send + Sync + 'static {
    /// The class of the refusal.
    fn kind(&self) -> Kind;

    /// The stable code (`urn:renraku:problem:<code>`), kebab-case, with a text in every language.
    fn code(&self) -> &'static str;

    /// The fields at fault.
    fn fields(&self) -> Vec<FieldFault> {
        Vec::new()
    }

    /// The role that is missing, where the text of the code depends on it.
    fn missing(&self) -> Option<Role> {
        None
    }

    /// Further members that this code promises, as a JSON object.
    fn members(&self) -> Option<serde_json::Map<String, serde_json::Value>> {
        None
    }
}
