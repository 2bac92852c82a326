//! How the shared words are described in the OpenAPI document.

use std::borrow::Cow;

use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        RefOr,
        schema::{KnownFormat, Object, ObjectBuilder, Schema, SchemaFormat, Type},
    },
};

use crate::{Cursor, ETag, Id, Timestamp};

fn text(describe: &str) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String).description(Some(describe))
}

fn schema(object: impl Into<Object>) -> RefOr<Schema> {
    RefOr::T(Schema::Object(object.into()))
}

impl<K> PartialSchema for Id<K> {
    fn schema() -> RefOr<Schema> {
        schema(text("Opaque identifier (UUIDv7).").format(Some(SchemaFormat::Custom("uuid".to_owned()))))
    }
}

impl<K> ToSchema for Id<K> {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("Id")
    }
}

impl PartialSchema for Timestamp {
    fn schema() -> RefOr<Schema> {
        schema(
            text("Instant in UTC (RFC 3339, `Z`).")
                .format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime))),
        )
    }
}

impl ToSchema for Timestamp {}

impl PartialSchema for ETag {
    fn schema() -> RefOr<Schema> {
        schema(text("Strong entity tag as in the `ETag` header, quotes included (RFC 9110 §8.8.3)."))
    }
}

impl ToSchema for ETag {}

impl PartialSchema for Cursor {
    fn schema() -> RefOr<Schema> {
        schema(text("Opaque: hand it back as `cursor` for the next page."))
    }
}

impl ToSchema for Cursor {}
