use std::time::Duration;

use actix_web::{
    HttpRequest,
    dev::Payload,
    http::header,
    web::{Bytes, BytesMut},
};
use futures_util::StreamExt;
use tokio::time::{Instant, timeout_at};

use crate::WebFault;

/// A body must come at least so fast, on average, once the first third of its time is over.
const BYTES_A_SECOND: usize = 1024;

/// How long a body may take to arrive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// What a short body may take in all; a third of it passes before anybody's pace is looked at.
    pub time: Duration,
    /// Whether a body that keeps its pace may take longer, as a file may.
    pub longer: bool,
}

/// Reads the body up to `limit` bytes, as long as it keeps its pace. One that is said to be larger is not waited for.
///
/// # Errors
/// [`WebFault::TooLarge`], [`WebFault::BodyTimeout`], [`WebFault::BodyCut`].
pub async fn receive(
    request: &HttpRequest,
    payload: &mut Payload,
    limit: usize,
    patience: Patience,
) -> Result<Bytes, WebFault> {
    let announced = request.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok());
    let announced = announced.and_then(|length| length.parse::<u64>().ok());
    if announced.is_some_and(|length| usize::try_from(length).is_ok_and(|length| length > limit)) {
        return Err(WebFault::TooLarge { limit_bytes: limit });
    }
    let began = Instant::now();
    let mut body = BytesMut::new();
    loop {
        let earned = Duration::from_secs(u64::try_from(body.len() / BYTES_A_SECOND).unwrap_or(u64::MAX));
        let paced = began + patience.time / 3 + earned;
        let until = if patience.longer { paced } else { paced.min(began + patience.time) };
        match timeout_at(until, payload.next()).await {
            Err(_elapsed) => return Err(WebFault::BodyTimeout),
            Ok(None) => return Ok(body.freeze()),
            Ok(Some(Err(error))) => return Err(WebFault::BodyCut(error.to_string())),
            Ok(Some(Ok(chunk))) if body.len() + chunk.len() > limit => {
                return Err(WebFault::TooLarge { limit_bytes: limit });
            }
            Ok(Some(Ok(chunk))) => body.extend_from_slice(&chunk),
        }
    }
}
