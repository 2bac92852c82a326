//! The schedules of several people side by side.

use actix_web::{HttpResponse, get};
use renraku_base::{FieldFault, Timestamp, UnitId};
use renraku_schedule::{
    ScheduleFault,
    model::{FreeBusy, GroupRow},
    service::{self, Group, Window},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::core::{App, Problem, Query, QueryRefusal, Refusals, Who, ids, plain};

/// Ids of persons and facilities alike.
type Principals = Vec<renraku_base::Id<()>>;

/// Whose week, and which.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct GroupQuery {
    /// Everyone with a post in this unit or below it; 422 `too-many` where these are more than 200. Or else `principals`.
    unit: Option<UnitId>,
    /// Persons and facilities, ids with commas between them, at most 200.
    #[serde(default, deserialize_with = "ids")]
    #[param(value_type = Option<String>)]
    principals: Option<Principals>,
    /// The first instant of the window.
    from: Timestamp,
    /// The first instant after it; at most 400 days later.
    to: Timestamp,
}

/// One row for each person or facility.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct GroupWeek {
    /// In the order asked for, or of the unit's members.
    items: Vec<GroupRow>,
}

/// The group week: one row for each person or facility. Where I may not read, a row shows when its time is taken.
#[utoipa::path(tag = "schedule", params(GroupQuery), responses((status = 200, body = GroupWeek), Refusals, QueryRefusal))]
#[get("/schedule/group")]
pub(crate) async fn group_week(
    app: App,
    who: Who,
    query: Query<GroupQuery>,
) -> Result<HttpResponse, Problem> {
    let GroupQuery { unit, principals, from, to } = query.0;
    let group = match (unit, principals) {
        (Some(unit), None) => Group::Unit(unit),
        (None, Some(ids)) => Group::Principals(texts(ids)),
        _ => {
            let detail = "say either unit or principals";
            return Err(ScheduleFault::BadQuery(FieldFault::new("principals", "either-or", detail)).into());
        }
    };
    let window = Window::new(from, to)?;
    let items = app.read(move |tx| service::group_week(tx, &who, &group, window)).await?;
    plain(&GroupWeek { items })
}

/// Whose time, and when.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct FreeBusyQuery {
    /// Persons and facilities, ids with commas between them, at most 200.
    #[serde(deserialize_with = "ids")]
    #[param(value_type = String)]
    principals: Option<Principals>,
    /// The first instant of the window.
    from: Timestamp,
    /// The first instant after it; at most 400 days later.
    to: Timestamp,
}

/// Busy times, one item for each principal that was asked for.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FreeBusyList {
    /// In the order asked for.
    items: Vec<FreeBusy>,
}

/// When people and facilities are busy.
#[utoipa::path(tag = "schedule", params(FreeBusyQuery), responses((status = 200, body = FreeBusyList), Refusals, QueryRefusal))]
#[get("/schedule/free-busy")]
pub(crate) async fn free_busy(
    app: App,
    who: Who,
    query: Query<FreeBusyQuery>,
) -> Result<HttpResponse, Problem> {
    let FreeBusyQuery { principals, from, to } = query.0;
    let principals = texts(principals.unwrap_or_default());
    let window = Window::new(from, to)?;
    let items = app.read(move |tx| service::free_busy(tx, &who, &principals, window)).await?;
    plain(&FreeBusyList { items })
}

fn texts(ids: Principals) -> Vec<String> {
    ids.into_iter().map(renraku_base::Id::into_string).collect()
}
