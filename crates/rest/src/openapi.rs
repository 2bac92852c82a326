//! The OpenAPI document, generated from the handlers, and the list of routes in it.

mod problems;
mod tagged;

use std::sync::LazyLock;

use actix_web::{
    HttpResponse, get,
    http::{Method, header},
};
use renraku_schedule::{FacilityRule, FacilityTaken};
use utoipa::{
    Modify, OpenApi,
    openapi::{
        Object, PathItem, Ref, RefOr, Response, Schema,
        path::{Operation, Parameter, ParameterIn},
        schema::{AdditionalProperties, OneOfBuilder},
        security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
    },
};
use utoipa_actix_web::AppExt;

use self::problems::{
    ContactChanged, ContactUidTaken, EventUidTaken, GroupTooLarge, RetryLater, TooLarge, TooManyDevices,
    UnsupportedType,
};
use crate::{ProblemBody, core::Gone};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Renraku API",
        description = "The groupware of an office, for its phones: schedule, mail, address book. \
                       Errors are RFC 9457 problems; every object has a strong ETag; every write takes an Idempotency-Key. \
                       \n\nTo try a request here, send `POST /api/v1/auth/login` first, press *Authorize*, and paste the \
                       `accessToken` of its answer; it lasts ten minutes. \
                       \n\nThe rules of every request, a phone's morning and the codes of refusals are told in \
                       API-DESIGN.md, SYNC.md and ERRORS.md, in the folder `docs` of Renraku's source.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    servers((url = "/", description = "This server")),
    security(("bearer" = [])),
    modifiers(&Bearer),
    components(schemas(
        ProblemBody,
        FacilityTaken,
        FacilityRule,
        EventUidTaken,
        ContactUidTaken,
        ContactChanged,
        TooManyDevices,
        GroupTooLarge,
        TooLarge,
        UnsupportedType,
        RetryLater
    ))
)]
struct Base;

struct Bearer;

impl Modify for Bearer {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        if let Some(components) = &mut openapi.components {
            let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build();
            components.add_security_scheme("bearer", SecurityScheme::Http(scheme));
            let basic = HttpBuilder::new().scheme(HttpAuthScheme::Basic);
            let basic = basic.description(Some("A username with one of its app passwords.")).build();
            components.add_security_scheme("basic", SecurityScheme::Http(basic));
        }
    }
}

/// The document.
#[must_use]
pub fn document() -> utoipa::openapi::OpenApi {
    let (_, mut document) = actix_web::App::new()
        .into_utoipa_app()
        .openapi(Base::openapi())
        .configure(crate::described)
        .split_for_parts();
    if let Some(components) = &mut document.components {
        components.schemas.values_mut().for_each(loosen);
        for (name, members) in ALWAYS_THERE {
            if let Some(schema) = components.schemas.get_mut(*name) {
                require(schema, members);
            }
        }
    }
    document.paths.paths.values_mut().for_each(describe);
    tagged::describe(&mut document);
    problems::describe(&mut document);
    if let Some(components) = &mut document.components {
        components.schemas.insert("Gone".to_owned(), gone());
    }
    document
}

/// What of an event is always there, told where it holds: the event's own schema stands in requests and patches too.
const ALWAYS_THERE: &[(&str, &[&str])] = &[("EventBody", &["start"]), ("EventView", &["uid", "start"])];

/// Says that these members of a composed schema are always there.
fn require(schema: &mut RefOr<Schema>, members: &[&str]) {
    if let RefOr::T(Schema::AllOf(all)) = schema {
        let there = members.iter().fold(Object::builder(), |object, member| object.required(*member));
        all.items.push(there.build().into());
    }
}

/// A merge patch may come as plain JSON too.
fn take_plain_json(patch: &mut Operation) {
    let Some(RefOr::T(body)) = patch.request_body.as_mut() else { return };
    if let Some(content) = body.content.get("application/merge-patch+json").cloned() {
        body.content.insert("application/json".to_owned(), content);
    }
}

/// Says of every answer what holds for all of its kind: the standard wants each described, also where the schema says it all.
fn describe(item: &mut PathItem) {
    let operations = [&mut item.get, &mut item.put, &mut item.post, &mut item.patch, &mut item.delete];
    for operation in operations.into_iter().flatten() {
        take_plain_json(operation);
        let repeats = takes_key(operation);
        for (status, response) in &mut operation.responses.responses {
            let RefOr::T(response) = response else { continue };
            if response.description.is_empty() {
                "As described by the schema.".clone_into(&mut response.description);
            }
            if repeats && status.starts_with('2') {
                allow_gone(response);
            }
        }
    }
}

/// Whether a request may be repeated under its key.
fn takes_key(operation: &Operation) -> bool {
    let named =
        |parameter: &RefOr<Parameter>| matches!(parameter, RefOr::T(one) if one.name == "Idempotency-Key");
    operation.parameters.iter().flatten().any(named)
}

/// The repeat of a request whose object is gone since is answered with what is left of it.
fn allow_gone(response: &mut Response) {
    for content in response.content.values_mut() {
        let RefOr::T(content) = content else { continue };
        if let Some(schema @ RefOr::Ref(_)) = &content.schema {
            let either = OneOfBuilder::new().item(schema.clone()).item(Ref::from_schema_name("Gone"));
            content.schema = Some(either.into());
        }
    }
}

/// Nothing stands beside the id: by that an object that is gone is told from one that is there.
fn gone() -> RefOr<Schema> {
    let mut schema = <Gone as utoipa::PartialSchema>::schema();
    if let RefOr::T(Schema::Object(object)) = &mut schema {
        object.additional_properties = Some(Box::new(AdditionalProperties::FreeForm(false)));
    }
    schema
}

/// Takes back what the derives say too strictly: that the names in a map look like its values, and that nothing may stand
/// beside the members of a schema that others extend (the server refuses unknown fields all the same).
fn loosen(schema: &mut RefOr<Schema>) {
    if let RefOr::T(Schema::Object(object)) = schema {
        object.property_names = None;
        if object.additional_properties.as_deref() == Some(&AdditionalProperties::FreeForm(false)) {
            object.additional_properties = None;
        }
    }
}

/// The document as it is committed in `openapi/renraku.yaml`.
///
/// # Errors
/// When the document cannot be written as YAML.
pub fn yaml() -> Result<String, impl std::error::Error + Send + Sync + 'static> {
    document().to_yaml().map(|text| text.lines().map(quoted).collect())
}

/// A line of YAML whose value is a time, in quotes: readers of YAML 1.1 would make a date of it.
fn quoted(line: &str) -> String {
    let value = line.trim_start().trim_start_matches("- ");
    let digits_as_nines = value.bytes().map(|c| if c.is_ascii_digit() { b'9' } else { c });
    if digits_as_nines.eq(*b"9999-99-99T99:99:99") {
        let before = line.strip_suffix(value).unwrap_or_default();
        return format!("{before}'{value}'\n");
    }
    format!("{line}\n")
}

/// The document as text, written once.
static TEXT: LazyLock<String> = LazyLock::new(|| document().to_json().unwrap_or_default());

/// The routes, read off the document once.
pub(crate) static ROUTES: LazyLock<Routes> = LazyLock::new(|| Routes::of(&document()));

/// The document itself; not described in itself.
#[get("/openapi.json")]
pub(crate) async fn served() -> HttpResponse {
    HttpResponse::Ok().insert_header((header::CONTENT_TYPE, "application/json")).body(TEXT.as_str())
}

/// Which methods each path takes.
#[derive(Debug, Clone)]
pub(crate) struct Routes(Vec<Route>);

#[derive(Debug, Clone)]
struct Route {
    segments: Vec<String>,
    /// As an `Allow` header lists them.
    methods: String,
    /// Those that have no parameters.
    bare: Vec<Method>,
}

impl Routes {
    /// Reads them off the document.
    pub fn of(document: &utoipa::openapi::OpenApi) -> Self {
        let route = |(path, item): (&String, &PathItem)| Route {
            segments: path.split('/').map(str::to_owned).collect(),
            methods: methods(item),
            bare: bare(item),
        };
        Self(document.paths.paths.iter().map(route).collect())
    }

    /// The methods that `path` takes, as an `Allow` header lists them; `None` for a path that is not ours.
    pub fn methods_of(&self, path: &str) -> Option<String> {
        self.find(path).map(|route| route.methods.clone())
    }

    /// Whether a request may have parameters, as far as that is known of its path.
    pub fn takes_query(&self, method: &Method, path: &str) -> bool {
        self.find(path).is_none_or(|route| !route.bare.contains(method))
    }

    fn find(&self, path: &str) -> Option<&Route> {
        let segments: Vec<&str> = path.split('/').collect();
        self.0.iter().find(|Route { segments: template, .. }| {
            template.len() == segments.len()
                && template.iter().zip(&segments).all(|(expected, segment)| {
                    (expected.starts_with('{') && !segment.is_empty()) || expected == segment
                })
        })
    }
}

fn bare(item: &PathItem) -> Vec<Method> {
    let is_query = |parameter: &RefOr<Parameter>| !matches!(parameter, RefOr::T(parameter) if parameter.parameter_in != ParameterIn::Query);
    let has_query = |operation: &Operation| operation.parameters.iter().flatten().any(is_query);
    let of_method = [
        (Method::GET, &item.get),
        (Method::PUT, &item.put),
        (Method::POST, &item.post),
        (Method::PATCH, &item.patch),
        (Method::DELETE, &item.delete),
    ];
    let bare = of_method.into_iter().filter(|(_, it)| it.as_ref().is_some_and(|it| !has_query(it)));
    bare.map(|(method, _)| method).collect()
}

fn methods(item: &PathItem) -> String {
    let mut methods = Vec::new();
    for (name, there) in [
        ("GET, HEAD", item.get.is_some()),
        ("PUT", item.put.is_some()),
        ("POST", item.post.is_some()),
        ("PATCH", item.patch.is_some()),
        ("DELETE", item.delete.is_some()),
    ] {
        if there {
            methods.push(name);
        }
    }
    methods.join(", ")
}
