//! How refusals are described: which statuses of an operation carry members of their own, and which.
#![expect(dead_code, reason = "its structs are read by utoipa's derive alone")]

use renraku_base::{ContactId, EventId};
use renraku_people::account::Device;
use utoipa::{
    ToSchema,
    openapi::{
        OpenApi, PathItem, Ref, RefOr, Response, Schema,
        path::{Operation, Parameter},
        schema::{AllOfBuilder, AnyOfBuilder, ObjectBuilder, Type},
    },
};

const MEDIA: &str = "application/problem+json";
const GENERAL: &str = "ProblemBody";

/// The UID is that of another event of the calendar.
#[derive(ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct EventUidTaken {
    /// The event that has it.
    event_id: EventId,
}

/// The UID is that of another contact of the address book.
#[derive(ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ContactUidTaken {
    /// The contact that has it.
    contact_id: ContactId,
}

/// A contact is not in the version that was expected.
#[derive(ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ContactChanged {
    /// Which.
    contact_id: ContactId,
}

/// The person has as many devices as one may have.
#[derive(ToSchema)]
pub(super) struct TooManyDevices {
    /// Those that they have.
    devices: Vec<Device>,
}

/// More people work in the unit than one answer shows.
#[derive(ToSchema)]
pub(super) struct GroupTooLarge {
    /// How many.
    people: usize,
    /// How many one answer shows.
    most: usize,
}

/// The body is larger than is taken here.
#[derive(ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct TooLarge {
    /// How many bytes are taken.
    limit_bytes: usize,
}

/// The body is of a type that is not taken here.
#[derive(ToSchema)]
pub(super) struct UnsupportedType {
    /// The type that is.
    expected: String,
}

/// More often than is taken.
#[derive(ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct RetryLater {
    /// After how many seconds to try again, as `Retry-After` says.
    retry_after_s: u64,
}

/// A problem that has members of its own.
struct Extended {
    status: &'static str,
    codes: &'static [&'static str],
    /// The schema of its members; with `Problem` behind it, that of the whole.
    members: &'static str,
    /// Which operations refuse so, as `METHOD path`; all of them where none is named.
    of: &'static [&'static str],
    /// Whether the status has no other codes.
    alone: bool,
}

const ALL: &[&str] = &[];
const EVENTS: &[&str] = &["POST /api/v1/events", "PATCH /api/v1/events/{id}"];
const CONTACTS: &[&str] = &["POST /api/v1/contacts", "PATCH /api/v1/contacts/{id}"];
const MERGES: &[&str] = &["POST /api/v1/contacts/merge", "POST /api/v1/contacts/merges/{id}/undo"];
const LOGIN: &[&str] = &["POST /api/v1/auth/login"];
const GROUP: &[&str] = &["GET /api/v1/schedule/group"];

const EXTENDED: &[Extended] = &[
    extended("409", &["facility-taken"], "FacilityTaken", EVENTS),
    extended("409", &["uid-taken"], "EventUidTaken", EVENTS),
    extended("409", &["uid-taken"], "ContactUidTaken", CONTACTS),
    extended("409", &["contact-changed"], "ContactChanged", MERGES),
    extended("409", &["too-many-devices"], "TooManyDevices", LOGIN),
    extended("415", &["unsupported-type"], "UnsupportedType", ALL),
    extended("422", &["facility-rules"], "FacilityRule", EVENTS),
    extended("422", &["too-many"], "GroupTooLarge", GROUP),
    Extended { alone: true, ..extended("413", &["too-large"], "TooLarge", ALL) },
    Extended { alone: true, ..extended("429", &["too-many-requests", "login-delayed"], "RetryLater", ALL) },
];

/// Lists whose items are deleted one by one and have no address to be read at.
const ITEMS: &[(&str, &str)] =
    &[("/api/v1/me/devices/{id}", "Device"), ("/api/v1/me/app-passwords/{id}", "AppPassword")];

const fn extended(
    status: &'static str,
    codes: &'static [&'static str],
    members: &'static str,
    of: &'static [&'static str],
) -> Extended {
    Extended { status, codes, members, of, alone: false }
}

/// Describes each refusal by the members that it has at its operation, and takes away what an operation never says.
pub(super) fn describe(document: &mut OpenApi) {
    if let Some(components) = &mut document.components {
        for problem in EXTENDED {
            components.schemas.insert(problem.name(), problem.schema());
        }
    }
    for (path, item) in &mut document.paths.paths {
        let object = object_at(path, item);
        for (method, operation) in operations(item) {
            let conditional = takes_if_match(operation);
            let name = format!("{method} {path}");
            let responses = &mut operation.responses.responses;
            // Only who must say which version they change can name the wrong one, or none.
            responses.retain(|status, _| conditional || !matches!(status.as_str(), "412" | "428"));
            for (status, response) in responses {
                if let RefOr::T(response) = response
                    && let Some(schema) = schema_of(&name, status, object.as_ref())
                {
                    put(response, schema);
                }
            }
        }
    }
}

impl Extended {
    fn name(&self) -> String {
        format!("{}Problem", self.members)
    }

    fn schema(&self) -> RefOr<Schema> {
        let code =
            ObjectBuilder::new().schema_type(Type::String).enum_values(Some(self.codes.iter().copied()));
        AllOfBuilder::new()
            .item(Ref::from_schema_name(GENERAL))
            .item(Ref::from_schema_name(self.members))
            .item(ObjectBuilder::new().property("code", code).required("code"))
            .into()
    }
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = (&'static str, &mut Operation)> {
    [
        ("GET", &mut item.get),
        ("PUT", &mut item.put),
        ("POST", &mut item.post),
        ("PATCH", &mut item.patch),
        ("DELETE", &mut item.delete),
    ]
    .into_iter()
    .filter_map(|(method, operation)| Some((method, operation.as_mut()?)))
}

fn takes_if_match(operation: &Operation) -> bool {
    let is = |parameter: &RefOr<Parameter>| matches!(parameter, RefOr::T(one) if one.name == "If-Match");
    operation.parameters.iter().flatten().any(is)
}

/// What lies at a path, as it is read there.
fn object_at(path: &str, item: &PathItem) -> Option<Ref> {
    if let Some((_, name)) = ITEMS.iter().find(|(at, _)| *at == path) {
        return Some(Ref::from_schema_name(*name));
    }
    let read = item.get.as_ref()?.responses.responses.get("200")?;
    let RefOr::T(read) = read else { return None };
    match read.content.get("application/json")? {
        RefOr::T(content) => match &content.schema {
            Some(RefOr::Ref(object)) => Some(object.clone()),
            Some(RefOr::T(_)) | None => None,
        },
        RefOr::Ref(_) => None,
    }
}

/// The schema of an operation's refusals of one status; `None` where every problem's will do.
fn schema_of(operation: &str, status: &str, object: Option<&Ref>) -> Option<RefOr<Schema>> {
    if status == "412" {
        let current = ObjectBuilder::new().property("current", object?.clone()).required("current");
        return Some(AllOfBuilder::new().item(Ref::from_schema_name(GENERAL)).item(current).into());
    }
    let is_here = |it: &&Extended| it.status == status && (it.of.is_empty() || it.of.contains(&operation));
    let here: Vec<&Extended> = EXTENDED.iter().filter(is_here).collect();
    if let [only] = here[..]
        && only.alone
    {
        return Some(Ref::from_schema_name(only.name()).into());
    }
    if here.is_empty() {
        return None;
    }
    let any = here.iter().fold(AnyOfBuilder::new(), |any, it| any.item(Ref::from_schema_name(it.name())));
    Some(any.item(Ref::from_schema_name(GENERAL)).into())
}

fn put(response: &mut Response, schema: RefOr<Schema>) {
    if let Some(RefOr::T(content)) = response.content.get_mut(MEDIA) {
        content.schema = Some(schema);
    }
}
