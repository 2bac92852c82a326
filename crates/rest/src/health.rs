//! Whether the process lives, whether it can serve, and its figures.

use actix_web::{HttpResponse, get, http::header};
use serde::Serialize;
use utoipa::ToSchema;

use crate::core::{App, Problem, plain};

/// The state of the server.
#[derive(Debug, Serialize, ToSchema)]
struct Health {
    /// `live`, `ready`, or `degraded`: it reads and cannot write.
    status: &'static str,
}

/// Whether the process lives.
#[utoipa::path(tag = "health", security(()), responses((status = 200, body = Health)))]
#[get("/health/live")]
pub(crate) async fn live() -> Result<HttpResponse, Problem> {
    plain(&Health { status: "live" })
}

/// Whether the server can serve: its database answers and it is not stopping. `degraded` when the disk is full: what is there
/// can be read.
#[utoipa::path(tag = "health", security(()), responses((status = 200, body = Health), (status = 503, body = crate::ProblemBody, content_type = "application/problem+json")))]
#[get("/health/ready")]
pub(crate) async fn ready(app: App) -> Result<HttpResponse, Problem> {
    if app.is_draining() {
        return Err(renraku_db::Error::Busy.into());
    }
    app.read(renraku_db::meta::epoch).await?;
    plain(&Health { status: if app.db().is_full() { "degraded" } else { "ready" } })
}

/// Figures of the process (Prometheus text format).
#[utoipa::path(tag = "health", security(()), responses((status = 200, body = String, content_type = "text/plain")))]
#[get("/metrics")]
pub(crate) async fn metrics(app: App) -> HttpResponse {
    ::metrics::gauge!("renraku_db_full").set(if app.db().is_full() { 1.0 } else { 0.0 });
    ::metrics::counter!("renraku_db_statements_total").absolute(app.db().statements());
    let text = app.figures().map(metrics_exporter_prometheus::PrometheusHandle::render).unwrap_or_default();
    HttpResponse::Ok().insert_header((header::CONTENT_TYPE, "text/plain; version=0.0.4")).body(text)
}
