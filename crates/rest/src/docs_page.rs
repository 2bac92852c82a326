//! `/docs`: the description of the API to browse and to try, from this server alone.

use actix_web::{HttpResponse, http::header, routes};
use utoipa_swagger_ui::{Config, SwaggerUi};

/// The page itself. Swagger UI's own has another title.
const PAGE: &str = include_str!("docs_page/index.html");

/// What the page may load: nothing but what this server serves, whatever its scripts try.
const POLICY: &str = "default-src 'self' data: blob: 'unsafe-inline' 'unsafe-eval'; frame-ancestors 'self'";

/// The page; not described in the document that it shows.
#[routes]
#[get("/docs/")]
#[get("/docs/index.html")]
pub(crate) async fn page() -> HttpResponse {
    HttpResponse::Ok()
        .insert_header(header::ContentType::html())
        .insert_header((header::CONTENT_SECURITY_POLICY, POLICY))
        .body(PAGE)
}

/// The scripts and styles of the page, and how they are set up.
pub(crate) fn files() -> SwaggerUi {
    let config = Config::from("/openapi.json")
        // Otherwise each look at the page from another machine asks validator.swagger.io about it.
        .validator_url("none")
        .persist_authorization(true)
        .deep_linking(true)
        .display_request_duration(true)
        .try_it_out_enabled(true);
    SwaggerUi::new("/docs/{_:.*}").config(config)
}
