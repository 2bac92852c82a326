//! Properties for which there is no word, and whose values are of another type in 3.0 than in 4.0: they are kept as 4.0 says them.

use renraku_base::content::line::Line;
use serde_json::{Map, Value};

use super::{Version, media, values};

/// What 4.0 takes for granted, and so is not kept: in 3.0 it is said.
const GRANTED: [(&str, &str); 3] = [("TZ", "text"), ("GEO", "uri"), ("KEY", "uri")];

/// The value of a property as it is kept; its type is taken away where it goes without saying.
pub(super) fn keep(name: &str, params: &mut Map<String, Value>, value: &str) -> String {
    let said = params.get("value").and_then(Value::as_str).unwrap_or_default();
    if GRANTED.iter().any(|(granted, kind)| *granted == name && kind.eq_ignore_ascii_case(said)) {
        params.remove("value");
    }
    match value.split_once(';') {
        Some((latitude, longitude)) if name == "GEO" && is_number(latitude) && is_number(longitude) => {
            format!("geo:{},{}", latitude.trim(), longitude.trim())
        }
        _ => value.to_owned(),
    }
}

/// A line as a version says it.
pub(super) fn say(mut line: Line, version: Version) -> Line {
    let name = line.name.rsplit('.').next().unwrap_or_default();
    if version == Version::V4 || line.params.iter().any(|it| ["VALUE", "ENCODING"].contains(&&*it.name)) {
        return line;
    }
    let kind = match name {
        // Of 3.0 it is an offset (RFC 2426 §3.4.1): a program would look for hours in the name of a zone.
        "TZ" if !is_offset(&line.value) => "text",
        "GEO" => match place(&line.value) {
            Some((latitude, longitude)) => {
                line.value = format!("{latitude};{longitude}");
                return line;
            }
            None if media::is_uri(&line.value) => "uri",
            None => return line,
        },
        "KEY" if media::is_uri(&line.value) => "uri",
        _ => return line,
    };
    line.params.push(values::param("VALUE", vec![kind.to_owned()]));
    line
}

/// Latitude and longitude of a `geo` URI that says no more (RFC 5870).
fn place(uri: &str) -> Option<(&str, &str)> {
    let scheme = uri.get(..4).filter(|scheme| scheme.eq_ignore_ascii_case("geo:"))?;
    let (latitude, longitude) = uri.get(scheme.len()..)?.split_once(',')?;
    (is_number(latitude) && is_number(longitude)).then_some((latitude, longitude))
}

fn is_number(text: &str) -> bool {
    let text = text.trim();
    !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit() || b"+-.".contains(&it))
}

/// Whether it is an offset from UTC, as `+09:00` or `-0500`.
fn is_offset(text: &str) -> bool {
    let digits = text.trim().strip_prefix(['+', '-']).unwrap_or_default().replacen(':', "", 1);
    matches!(digits.len(), 2 | 4) && digits.bytes().all(|it| it.is_ascii_digit())
}
