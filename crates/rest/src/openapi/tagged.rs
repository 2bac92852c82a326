//! How reads of what has a tag are described: `ETag`, `If-None-Match`, 304.

use utoipa::openapi::{
    HeaderBuilder, ObjectBuilder, OpenApi, RefOr, ResponseBuilder,
    path::{Operation, ParameterBuilder, ParameterIn},
    schema::{Schema, Type},
};

/// What has a tag and no id in its path.
const WITHOUT_ID: &[&str] =
    &["/api/v1/me", "/api/v1/me/preferences", "/api/v1/me/recent", "/api/v1/directory/caller-id"];
/// How the paths of what has a tag end.
const ENDS: &[&str] =
    &["/{id}", "/body", "/attachments/{n}", "/reach", "/posts", "/people/{id}/photo", "/contacts/{id}/photo"];

/// Says of each read of what has a tag that it tells the tag, and is answered shortly to whoever holds it.
pub(super) fn describe(document: &mut OpenApi) {
    for (path, item) in &mut document.paths.paths {
        let tagged = WITHOUT_ID.contains(&path.as_str()) || ENDS.iter().any(|end| path.ends_with(end));
        if let Some(read) = item.get.as_mut().filter(|_| tagged) {
            tell(read);
        }
    }
}

fn tell(read: &mut Operation) {
    let seen = ParameterBuilder::new()
        .name("If-None-Match")
        .parameter_in(ParameterIn::Header)
        .description(Some("The ETags that are at hand; 304 when one of them is that of the answer."))
        .schema(Some(text()))
        .build();
    read.parameters.get_or_insert_default().push(seen.into());
    let tag = HeaderBuilder::new().description(Some("Its strong tag.")).schema(Some(text())).build();
    if let Some(RefOr::T(found)) = read.responses.responses.get_mut("200") {
        found.headers.insert("ETag".to_owned(), tag.clone().into());
    }
    let same = ResponseBuilder::new().description("It is what is at hand.").header("ETag", tag).build();
    read.responses.responses.insert("304".to_owned(), same.into());
}

fn text() -> RefOr<Schema> {
    ObjectBuilder::new().schema_type(Type::String).into()
}
