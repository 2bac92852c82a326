use renraku_base::{ETag, Timestamp};

/// When an object was changed: versions grow with the clock.
pub(crate) fn changed_at(etag: &ETag) -> Option<Timestamp> {
    let digits = etag.as_str().trim_matches('"').trim_end_matches(|c: char| !c.is_ascii_hexdigit());
    i64::from_str_radix(digits, 16).ok().map(Timestamp::from_micros)
}

/// An instant as HTTP writes it (RFC 9110 §5.6.7).
pub(crate) fn http_date(at: Timestamp) -> String {
    at.to_datetime().format("%a, %d %b %Y %H:%M:%S GMT").to_string()
}
