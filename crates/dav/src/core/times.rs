use std::time::UNIX_EPOCH;

use actix_web::http::header::HttpDate;
use renraku_base::Timestamp;

/// An instant as HTTP writes it (RFC 9110 §5.6.7).
pub(crate) fn http_date(at: Timestamp) -> String {
    at.to_datetime().format("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

/// An instant in any of the forms that HTTP has for it; `None` for what is none, which says nothing (RFC 9110 §13.1.3).
pub(crate) fn read_http_date(text: &str) -> Option<Timestamp> {
    let date: HttpDate = text.trim().parse().ok()?;
    let since = std::time::SystemTime::from(date).duration_since(UNIX_EPOCH).ok()?;
    i64::try_from(since.as_secs()).ok().map(Timestamp::from_seconds)
}
