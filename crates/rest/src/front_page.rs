//! `/`: what a person sees who types the address into a browser.

use actix_web::{HttpResponse, get, http::header};
use renraku_base::Language;

use crate::core::Reader;

const JAPANESE: &str = include_str!("front_page/ja.html");
const ENGLISH: &str = include_str!("front_page/en.html");
/// The page loads nothing.
const POLICY: &str = "default-src 'none'; frame-ancestors 'none'";

/// The page in the reader's language; no part of the API.
#[get("/")]
pub(crate) async fn page(Reader(language): Reader) -> HttpResponse {
    let page = match language {
        Language::Ja => JAPANESE,
        Language::En => ENGLISH,
    };
    HttpResponse::Ok()
        .insert_header(header::ContentType::html())
        .insert_header((header::CONTENT_LANGUAGE, language.tag()))
        .insert_header((header::CONTENT_SECURITY_POLICY, POLICY))
        .insert_header((header::VARY, "accept-language"))
        .body(page)
}

/// Browsers ask for it unbidden; there is none.
#[get("/favicon.ico")]
pub(crate) async fn icon() -> HttpResponse {
    HttpResponse::NoContent().insert_header((header::CACHE_CONTROL, "public, max-age=86400")).finish()
}
