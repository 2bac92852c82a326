use actix_web::{
    HttpResponse,
    http::{
        StatusCode,
        header::{self, HeaderName, HeaderValue},
    },
};

use super::{Call, DavFault, headers::wants_representation};

/// The answer to something that was stored, with what is stored now in it where the client prefers that (RFC 8144 §3): also when
/// it was refused because something else is stored than the client expects.
pub(crate) async fn represented(
    call: &Call,
    done: Result<HttpResponse, DavFault>,
    show: impl AsyncFnOnce(StatusCode) -> Result<HttpResponse, DavFault>,
) -> Result<HttpResponse, DavFault> {
    if !wants_representation(call.headers()) {
        return done;
    }
    let status = match &done {
        Ok(stored) if stored.status() == StatusCode::CREATED => StatusCode::CREATED,
        Ok(_) => StatusCode::OK,
        Err(fault) => fault.told().status,
    };
    if done.is_err() && status != StatusCode::PRECONDITION_FAILED {
        return done;
    }
    let Ok(mut shown) = show(status).await else { return done };
    let place = HeaderValue::from_str(&call.address.to_string());
    shown.headers_mut().insert(
        HeaderName::from_static("preference-applied"),
        HeaderValue::from_static("return=representation"),
    );
    if let Ok(place) = place {
        shown.headers_mut().insert(header::CONTENT_LOCATION, place);
    }
    Ok(shown)
}
