//! What lies in a window of time, expanded: a phone needs no recurrence engine.

use actix_web::{HttpResponse, get};
use renraku_base::{CalendarId, Cursor, Limit, Page, Timestamp};
use renraku_schedule::{
    model::Occurrence,
    service::{self, Window},
};
use serde::Deserialize;

use crate::core::{App, Problem, Query, QueryRefusal, Refusals, Who, cursor, ids, limit, list};

/// Which occurrences are listed.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct OccurrencesQuery {
    /// The first instant of the window.
    from: Timestamp,
    /// The first instant after it; at most 400 days later.
    to: Timestamp,
    /// Only in these calendars, ids with commas between them; otherwise in all that I may read. Of
    /// a facility's calendar that I do not read I see when it is taken.
    #[serde(default, deserialize_with = "ids")]
    #[param(value_type = Option<String>)]
    calendars: Option<Vec<CalendarId>>,
    /// How many items, 1 to 500.
    #[serde(default, deserialize_with = "limit")]
    #[param(value_type = u16, minimum = 1, maximum = 500, default = 50, required = false)]
    limit: Limit,
    /// The `nextCursor` of the page before.
    #[serde(default, deserialize_with = "cursor")]
    #[param(value_type = Option<String>)]
    cursor: Option<Cursor>,
}

/// The occurrences that lie in a window, at least in part, in order of start.
#[utoipa::path(tag = "events", params(OccurrencesQuery), responses((status = 200, body = Page<Occurrence>), Refusals, QueryRefusal))]
#[get("/occurrences")]
pub(crate) async fn list_occurrences(
    app: App,
    who: Who,
    query: Query<OccurrencesQuery>,
) -> Result<HttpResponse, Problem> {
    let OccurrencesQuery { from, to, calendars, limit, cursor } = query.0;
    let window = Window::new(from, to)?;
    let page = app
        .read(move |tx| {
            service::list_occurrences(tx, &who, window, calendars.as_deref(), cursor.as_ref(), limit)
        })
        .await?;
    list(&page)
}
