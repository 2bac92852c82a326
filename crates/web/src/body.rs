use std::time::Duration;

use actix_web::{
    HttpRequest,
    dev::Payload,
    http::header,
    web::{Bytes, BytesMut},
};
use futures_util::StreamExt;

use crate::WebFault;

/// How long a body may take.
const TIMEOUT: Duration = Duration::from_secs(30);

/// Reads the body up to `limit` bytes within the time that a body may take. One that is said to be larger is not waited for.
///
/// # Errors
/// [`WebFault::TooLarge`], [`WebFault::BodyTimeout`], [`WebFault::BodyCut`].
pub async fn receive(request: &HttpRequest, payload: &mut Payload, limit: usize) -> Result<Bytes, WebFault> {
    let announced = request.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok());
    let announced = announced.and_then(|length| length.parse::<u64>().ok());
    if announced.is_some_and(|length| usize::try_from(length).is_ok_and(|length| length > limit)) {
        return Err(WebFault::TooLarge { limit_bytes: limit });
    }
    let collect = async {
        let mut body = BytesMut::new();
        while let Some(chunk) = payload.next().await {
            let chunk = chunk.map_err(|error| WebFault::BodyCut(error.to_string()))?;
            if body.len() + chunk.len() > limit {
                return Err(WebFault::TooLarge { limit_bytes: limit });
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body.freeze())
    };
    match tokio::time::timeout(TIMEOUT, collect).await {
        Ok(body) => body,
        Err(_elapsed) => Err(WebFault::BodyTimeout),
    }
}
