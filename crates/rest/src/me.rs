//! Who am I: my devices, my app passwords, my preferences.

use std::sync::Arc;

use actix_web::{
    HttpResponse, delete, get,
    http::header::{CACHE_CONTROL, HeaderValue},
    patch, post,
};
use renraku_base::{
    AddressBookId, AppPasswordId, CalendarId, DeviceId, ETag, Id, Language, Page, PersonId, kind,
};
use renraku_contacts::service as contacts;
use renraku_db::ObjectType;
use renraku_people::{
    account::{
        self, AppPassword, Choices, CreatedAppPassword, Device, NewAppPassword, Preferences, Username,
    },
    directory::{DirectoryFault, Person, PersonJson, service as directory},
};
use renraku_schedule::service as schedule;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::core::{
    App, ChangeHeaders, Command, Empty, IdempotencyKey, PageQuery, PathId, Problem, Query, Refusals,
    Resource, Seen, Who, WriteRefusals, Written, list, object, page, tagged,
};

impl Resource for Device {
    const TYPE: ObjectType = ObjectType::Device;

    fn id(&self) -> &str {
        self.id.as_str()
    }

    fn etag(&self) -> &ETag {
        &self.etag
    }
}

impl Resource for AppPassword {
    const TYPE: ObjectType = ObjectType::AppPassword;

    fn id(&self) -> &str {
        self.id.as_str()
    }

    fn etag(&self) -> &ETag {
        &self.etag
    }
}

impl Resource for CreatedAppPassword {
    const TYPE: ObjectType = ObjectType::AppPassword;

    fn id(&self) -> &str {
        self.app_password.id.as_str()
    }

    fn etag(&self) -> &ETag {
        &self.app_password.etag
    }
}

impl Resource for Preferences {
    const TYPE: ObjectType = ObjectType::Preferences;

    fn id(&self) -> &str {
        self.person_id.as_str()
    }

    fn etag(&self) -> &ETag {
        &self.etag
    }
}

/// Who is signed in.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Me {
    /// Who it is.
    person_id: PersonId,
    /// The name by which they sign in.
    #[schema(value_type = String)]
    username: Username,
    /// The device that asks.
    device_id: Option<DeviceId>,
    /// As the directory shows them; `null` for an account of nobody in it.
    #[schema(value_type = Option<Person>)]
    person: Option<Arc<PersonJson>>,
    /// The language that they chose.
    language: Language,
    /// How many devices are signed in.
    device_count: usize,
    /// Where events go that name no calendar; `null` until there is one: the first such event makes it.
    default_calendar_id: Option<CalendarId>,
    /// The same for contacts and address books.
    default_address_book_id: Option<AddressBookId>,
}

/// Who is signed in.
#[utoipa::path(tag = "me", responses((status = 200, body = Me), Refusals))]
#[get("/me")]
pub(crate) async fn get_me(app: App, who: Who, seen: Seen) -> Result<HttpResponse, Problem> {
    let me = app
        .read_with(move |app, tx| {
            let account = account::read_account(tx, &who.person)?;
            let person = match directory::get_own(tx, app.directory(), &who.person) {
                Ok(person) => Some(person),
                Err(DirectoryFault::NotFound) => None,
                Err(fault) => return Err(Problem::from(fault)),
            };
            Ok::<_, Problem>(Me {
                person_id: account.person_id,
                username: account.username,
                device_id: who.device.clone(),
                person,
                language: account::read_preferences(tx, &who)?.choices.language,
                device_count: account::list_devices(tx, &who)?.len(),
                default_calendar_id: schedule::find_default_calendar(tx, &who.person)?,
                default_address_book_id: contacts::find_default_address_book(tx, &who.person)?,
            })
        })
        .await?;
    tagged(&seen, &me)
}

/// My devices that are signed in, the one that signed in last first.
#[utoipa::path(tag = "me", params(PageQuery), responses((status = 200, body = Page<Device>), Refusals))]
#[get("/me/devices")]
pub(crate) async fn list_devices(
    app: App,
    who: Who,
    query: Query<PageQuery>,
) -> Result<HttpResponse, Problem> {
    let devices = app.read(move |tx| account::list_devices(tx, &who)).await?;
    list(&page(devices, &query.0, |device| device.id.to_string())?)
}

/// Signs one of my devices out, as when it is lost: it is out everywhere within two seconds.
#[utoipa::path(
    tag = "me",
    params(("id" = DeviceId, Path), ChangeHeaders),
    responses((status = 204, description = "Signed out."), Refusals, WriteRefusals)
)]
#[delete("/me/devices/{id}")]
pub(crate) async fn revoke_device(
    app: App,
    id: PathId<kind::Device>,
    command: Command<Empty>,
) -> Result<HttpResponse, Problem> {
    app.act(command, move |tx, c| Ok(account::revoke_device(tx, &c.who, &id, &c.precondition()?)?)).await
}

/// My passwords for calendar and directory clients, oldest first. There are at most 5.
#[utoipa::path(tag = "me", params(PageQuery), responses((status = 200, body = Page<AppPassword>), Refusals))]
#[get("/me/app-passwords")]
pub(crate) async fn list_app_passwords(
    app: App,
    who: Who,
    query: Query<PageQuery>,
) -> Result<HttpResponse, Problem> {
    let passwords = app.read(move |tx| account::list_app_passwords(tx, &who)).await?;
    list(&page(passwords, &query.0, |password| password.id.to_string())?)
}

/// Makes a password for a calendar or directory client. Its text is in this answer and in no other; not even a repeat of the
/// request shows it again.
#[utoipa::path(
    tag = "me",
    request_body = NewAppPassword,
    params(IdempotencyKey),
    responses((status = 201, body = CreatedAppPassword), Refusals, WriteRefusals)
)]
#[post("/me/app-passwords")]
pub(crate) async fn create_app_password(
    app: App,
    command: Command<NewAppPassword>,
) -> Result<HttpResponse, Problem> {
    let secret = app.secret().clone();
    let mut response = app
        .write(
            command,
            move |tx, c| {
                account::create_app_password(tx, &secret, &c.who, &c.body)?
                    .try_map(|created| Written::created(&created))
            },
            |tx, who, id| Ok(account::read_app_password(tx, who, &Id::stored(id.to_owned()))?),
        )
        .await?;
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

/// Takes one of my app passwords away.
#[utoipa::path(
    tag = "me",
    params(("id" = AppPasswordId, Path), ChangeHeaders),
    responses((status = 204, description = "It opens nothing any more."), Refusals, WriteRefusals)
)]
#[delete("/me/app-passwords/{id}")]
pub(crate) async fn revoke_app_password(
    app: App,
    id: PathId<kind::AppPassword>,
    command: Command<Empty>,
) -> Result<HttpResponse, Problem> {
    app.act(command, move |tx, c| Ok(account::revoke_app_password(tx, &c.who, &id, &c.precondition()?)?))
        .await
}

/// What I prefer, the same on all my phones. Of the kinds of `notifications` that are switched off the server makes none.
#[utoipa::path(tag = "me", responses((status = 200, body = Preferences), Refusals))]
#[get("/me/preferences")]
pub(crate) async fn get_preferences(app: App, who: Who, seen: Seen) -> Result<HttpResponse, Problem> {
    let preferences = app.read(move |tx| account::read_preferences(tx, &who)).await?;
    object(&seen, &preferences)
}

/// Changes what I prefer (JSON Merge Patch); `null` puts a member back to its default, and takes `defaultAlert` away.
#[utoipa::path(
    tag = "me",
    request_body(content = Choices, content_type = "application/merge-patch+json"),
    params(ChangeHeaders),
    responses((status = 200, body = Preferences), Refusals, WriteRefusals)
)]
#[patch("/me/preferences")]
pub(crate) async fn update_preferences(app: App, command: Command<Value>) -> Result<HttpResponse, Problem> {
    app.write(
        command,
        |tx, c| {
            account::update_preferences(tx, &c.who, &c.body, &c.precondition()?)?
                .try_map(|preferences| Written::updated(&preferences))
        },
        |tx, who, _| Ok(account::read_preferences(tx, who)?),
    )
    .await
}
