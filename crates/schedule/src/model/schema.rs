//! How the values that are text on the wire are described in the OpenAPI document.

use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        RefOr,
        schema::{ObjectBuilder, Schema, Type},
    },
};

use super::{Duration, LocalDateTime, Month, Zone};

fn text(describe: &str, example: &str) -> RefOr<Schema> {
    let object = ObjectBuilder::new()
        .schema_type(Type::String)
        .description(Some(describe))
        .examples([serde_json::Value::from(example)]);
    RefOr::T(Schema::Object(object.into()))
}

impl PartialSchema for LocalDateTime {
    fn schema() -> RefOr<Schema> {
        text("Date and time of day without a zone, in the years 1900 to 2100.", "2026-04-01T09:00:00")
    }
}

impl ToSchema for LocalDateTime {}

impl PartialSchema for Duration {
    fn schema() -> RefOr<Schema> {
        text("Duration (ISO 8601): days of the calendar and exact hours, minutes, seconds.", "PT1H30M")
    }
}

impl ToSchema for Duration {}

impl PartialSchema for Zone {
    fn schema() -> RefOr<Schema> {
        text("Time zone by its IANA name; other systems' names are understood.", "Asia/Tokyo")
    }
}

impl ToSchema for Zone {}

impl PartialSchema for Month {
    fn schema() -> RefOr<Schema> {
        text("Month of the year, as text.", "4")
    }
}

impl ToSchema for Month {}
