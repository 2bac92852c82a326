//! Signing in, going on, signing out; the keys that verify access tokens.

use actix_web::{
    HttpRequest, HttpResponse, get,
    http::header::{self, HeaderValue},
    post, web,
};
use renraku_people::{
    Jwks,
    account::{self, Login, SignedIn},
};
use serde::{Deserialize, de::DeserializeOwned};
use utoipa::ToSchema;

use crate::core::{App, Problem, Refusals, Who, WriteRefusals, json, plain, receive};

const BODY_LIMIT: usize = 16 * 1024;

/// A refresh token that is to be exchanged.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct RefreshRequest {
    /// The `refreshToken` of the last answer; it is good once.
    refresh_token: String,
}

async fn body<T: DeserializeOwned>(request: &HttpRequest, payload: web::Payload) -> Result<T, Problem> {
    let bytes =
        receive(request, &mut payload.into_inner(), BODY_LIMIT, App::of(request)?.patience(false)).await?;
    Ok(json(request, &bytes)?)
}

/// Answers with tokens, which no cache may keep (RFC 6749 §5.1).
fn tokens(signed_in: &SignedIn) -> Result<HttpResponse, Problem> {
    let mut response = plain(signed_in)?;
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

/// Signs in with username and password and begins a session of the device. A device that sends the id that it had before
/// keeps it.
///
/// After wrong passwords the next try has to wait (429 `login-delayed`, see `Retry-After`). A person has at most 8 devices
/// (409 `too-many-devices` with `devices`); a phone that was set up anew takes the place that it had under its name.
#[utoipa::path(
    tag = "auth",
    security(()),
    request_body = Login,
    responses(
        (status = 200, body = SignedIn),
        Refusals,
        WriteRefusals,
        (status = 413, description = "Larger than 16 KiB.", body = crate::ProblemBody, content_type = "application/problem+json")
    )
)]
#[post("/auth/login")]
pub(crate) async fn login(
    app: App,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let login: Login = body(&request, payload).await?;
    tokens(&app.sign_in().login(login).await?)
}

/// Exchanges a refresh token for the next pair of tokens.
///
/// Each is good once. Whoever lost the answer may ask again with the same one for 30 seconds and gets the same successor; later
/// use signs the device out (401 `refresh-token-reused`). A session ends after 14 days without use and after 90 days in all.
#[utoipa::path(
    tag = "auth",
    security(()),
    request_body = RefreshRequest,
    responses(
        (status = 200, body = SignedIn),
        Refusals,
        WriteRefusals,
        (status = 413, description = "Larger than 16 KiB.", body = crate::ProblemBody, content_type = "application/problem+json")
    )
)]
#[post("/auth/refresh")]
pub(crate) async fn refresh(
    app: App,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let RefreshRequest { refresh_token } = body(&request, payload).await?;
    let signed_in = app.blocking(move |app| app.sessions().refresh(&refresh_token)).await?;
    tokens(&signed_in)
}

/// Signs this device out: its tokens, its app passwords and its streams end.
#[utoipa::path(tag = "auth", responses((status = 204, description = "Signed out."), Refusals))]
#[post("/auth/logout")]
pub(crate) async fn logout(app: App, who: Who) -> Result<HttpResponse, Problem> {
    app.blocking(move |app| app.db().write(|tx| account::log_out(tx, &who))).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// The public keys that verify access tokens (RFC 7517). A key that is not in it yet is worth asking again for.
#[utoipa::path(tag = "auth", security(()), responses((status = 200, body = Jwks)))]
#[get("/.well-known/jwks.json")]
pub(crate) async fn jwks(app: App) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, "public, max-age=300"))
        .json(app.sessions().jwks())
}
