//! What the person should know, read and unread, the same on all their phones.

use actix_web::{HttpResponse, delete, get, patch, post};
use renraku_base::{Cursor, ETag, Id, Limit, NotificationId, Page, kind};
use renraku_db::ObjectType;
use renraku_notify::{AllRead, Notification, NotificationPatch, ReadAll, service};
use serde::Deserialize;

use crate::core::{
    App, ChangeHeaders, Command, Empty, IdempotencyKey, PathId, Problem, Query, Reader, Refusals, Resource,
    Seen, Who, WriteRefusals, Written, cursor, limit, list, object,
};

impl Resource for Notification {
    const TYPE: ObjectType = ObjectType::Notification;

    fn id(&self) -> &str {
        self.id.as_str()
    }

    fn etag(&self) -> &ETag {
        &self.etag
    }
}

/// Which notifications are listed.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct NotificationsQuery {
    /// Only those that were not read.
    #[serde(default)]
    #[param(required = false)]
    unread: bool,
    /// How many items, 1 to 500.
    #[serde(default, deserialize_with = "limit")]
    #[param(value_type = u16, minimum = 1, maximum = 500, default = 50, required = false)]
    limit: Limit,
    /// The `nextCursor` of the page before.
    #[serde(default, deserialize_with = "cursor")]
    #[param(value_type = Option<String>)]
    cursor: Option<Cursor>,
}

/// My notifications, newest first; kept for 90 days.
#[utoipa::path(
    tag = "notifications",
    params(NotificationsQuery),
    responses((status = 200, body = Page<Notification>), Refusals)
)]
#[get("/notifications")]
pub(crate) async fn list_notifications(
    app: App,
    who: Who,
    Reader(language): Reader,
    query: Query<NotificationsQuery>,
) -> Result<HttpResponse, Problem> {
    let NotificationsQuery { unread, limit, cursor } = query.0;
    let page = app
        .read(move |tx| service::list_notifications(tx, &who, unread, cursor.as_ref(), limit, language))
        .await?;
    list(&page)
}

/// One of my notifications.
#[utoipa::path(
    tag = "notifications",
    params(("id" = NotificationId, Path)),
    responses((status = 200, body = Notification), Refusals)
)]
#[get("/notifications/{id}")]
pub(crate) async fn get_notification(
    app: App,
    who: Who,
    Reader(language): Reader,
    id: PathId<kind::Notification>,
    seen: Seen,
) -> Result<HttpResponse, Problem> {
    let notification = app.read(move |tx| service::get_notification(tx, &who, &id, language)).await?;
    object(&seen, &notification)
}

/// Marks one of my notifications as read, or as unread by `"readAt": null` (JSON Merge Patch).
#[utoipa::path(
    tag = "notifications",
    request_body(content = NotificationPatch, content_type = "application/merge-patch+json"),
    params(("id" = NotificationId, Path), ChangeHeaders),
    responses((status = 200, body = Notification), Refusals, WriteRefusals)
)]
#[patch("/notifications/{id}")]
pub(crate) async fn update_notification(
    app: App,
    Reader(language): Reader,
    id: PathId<kind::Notification>,
    command: Command<NotificationPatch>,
) -> Result<HttpResponse, Problem> {
    app.write(
        command,
        move |tx, c| {
            service::patch_notification(tx, &c.who, &id, c.body, &c.precondition()?, language)?
                .try_map(|notification| Written::updated(&notification))
        },
        move |tx, who, id| Ok(service::get_notification(tx, who, &Id::stored(id.to_owned()), language)?),
    )
    .await
}

/// Marks all my notifications that were told until an instant as read. A repeat has no second effect and does not count
/// again.
#[utoipa::path(
    tag = "notifications",
    request_body = ReadAll,
    params(IdempotencyKey),
    responses((status = 200, body = AllRead), Refusals, WriteRefusals)
)]
#[post("/notifications/read")]
pub(crate) async fn mark_all_read(
    app: App,
    Reader(language): Reader,
    command: Command<ReadAll>,
) -> Result<HttpResponse, Problem> {
    app.write(
        command,
        |tx, c| service::mark_all_read(tx, &c.who, c.body)?.try_map(|read| Written::told(&read)),
        move |tx, who, id| Ok(service::get_notification(tx, who, &Id::stored(id.to_owned()), language)?),
    )
    .await
}

/// Deletes one of my notifications.
#[utoipa::path(
    tag = "notifications",
    params(("id" = NotificationId, Path), ChangeHeaders),
    responses((status = 204, description = "It is gone."), Refusals, WriteRefusals)
)]
#[delete("/notifications/{id}")]
pub(crate) async fn delete_notification(
    app: App,
    Reader(language): Reader,
    id: PathId<kind::Notification>,
    command: Command<Empty>,
) -> Result<HttpResponse, Problem> {
    app.act(command, move |tx, c| {
        Ok(service::delete_notification(tx, &c.who, &id, &c.precondition()?, language)?)
    })
    .await
}
