use renraku_base::FieldFault;
use serde::Deserialize;
use unicode_normalization::UnicodeNormalization;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        RefOr,
        schema::{Object, ObjectBuilder, Schema, Type},
    },
};

const SHORTEST: usize = 8;
const LONGEST_BYTES: usize = 1_024;

/// A password in clear, on its way to be hashed. It has neither `Debug` nor `Display`, so that it cannot reach a log.
#[derive(Clone, Deserialize)]
#[serde(from = "String")]
pub struct Password(String);

impl Password {
    /// Takes the text as it was typed; the ways in which keyboards spell one character are evened out.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self(text.nfkc().collect())
    }

    /// Takes a password that a person is about to be given.
    ///
    /// # Errors
    /// When it is shorter than 8 characters or longer than 1,024 bytes.
    pub fn chosen(text: &str) -> Result<Self, FieldFault> {
        let password = Self::new(text);
        if password.0.chars().count() < SHORTEST {
            return Err(FieldFault::new("/password", "too-short", "a password has at least 8 characters")
                .allowing("≥ 8"));
        }
        if password.0.len() > LONGEST_BYTES {
            return Err(FieldFault::new("/password", "too-long", "a password has at most 1,024 bytes")
                .allowing("≤ 1024 B"));
        }
        Ok(password)
    }

    /// The text, for a server that checks it. It must not be kept, logged or shown.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl From<String> for Password {
    fn from(text: String) -> Self {
        Self::new(&text)
    }
}

impl PartialSchema for Password {
    fn schema() -> RefOr<Schema> {
        let object: Object =
            ObjectBuilder::new().schema_type(Type::String).description(Some("A password.")).into();
        RefOr::T(Schema::Object(object))
    }
}

impl ToSchema for Password {}

/// What a password became by argon2id: the text that is stored.
#[derive(Clone)]
pub struct PasswordHash(String);

impl PasswordHash {
    pub(crate) fn new(text: String) -> Self {
        Self(text)
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}
