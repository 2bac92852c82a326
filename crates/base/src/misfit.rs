/// What would fit, read off what serde or one of our own types says about a value that does not; as JSON or as an example, so
/// that it needs no translation. `None` where that cannot be told.
#[must_use]
pub fn fitting(misfit: &str) -> Option<String> {
    if let Some((_, expected)) = misfit.split_once(", expected ") {
        return if misfit.starts_with("unknown variant") { Some(names(expected)) } else { kind(expected) };
    }
    if let Some((_, names_of_both)) = misfit.split_once("was not ") {
        return Some(names(names_of_both));
    }
    if let Some((_, example)) = misfit.split_once(" like ") {
        return Some(example.split(", ").next().unwrap_or(example).to_owned());
    }
    let (_, range) = misfit.split_once(" from ")?;
    Some(range.replace(" to ", "–"))
}

/// The names in "one of `a`, `b`".
fn names(expected: &str) -> String {
    let quoted: Vec<&str> = expected.split('`').skip(1).step_by(2).collect();
    quoted.join(", ")
}

/// What serde calls a type, as JSON.
fn kind(expected: &str) -> Option<String> {
    let end = [" at line ", " in "].iter().filter_map(|end| expected.find(end)).min();
    let expected = end.and_then(|end| expected.get(..end)).unwrap_or(expected);
    let json = match expected {
        "a string" | "string" | "a borrowed string" | "str" => "\"…\"",
        "a boolean" => "true, false",
        "a sequence" | "an array" => "[…]",
        "a map" => "{…}",
        "u8" => "0–255",
        "u16" => "0–65535",
        "u32" => "0–4294967295",
        "u64" | "usize" => "0, 1, 2, …",
        "i32" | "i64" => "…, -1, 0, 1, …",
        _ if expected.starts_with("struct ") => "{…}",
        _ => return None,
    };
    Some(json.to_owned())
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;
    use crate::{Id, Language, Timestamp, kind};

    #[derive(Debug, Deserialize)]
    struct Shape {}

    fn told<T: for<'de> Deserialize<'de> + std::fmt::Debug>(json: &str) -> Option<String> {
        fitting(&serde_json::from_str::<T>(json).unwrap_err().to_string())
    }

    #[test]
    fn what_would_fit_is_told() {
        assert_eq!(told::<String>("1").as_deref(), Some("\"…\""));
        assert_eq!(told::<bool>("1").as_deref(), Some("true, false"));
        assert_eq!(told::<u16>("70000").as_deref(), Some("0–65535"));
        assert_eq!(told::<u8>("\"1\"").as_deref(), Some("0–255"));
        assert_eq!(told::<Vec<u8>>("{}").as_deref(), Some("[…]"));
        assert_eq!(told::<Shape>("1").as_deref(), Some("{…}"));
        assert_eq!(told::<Language>("\"fr\"").as_deref(), Some("ja, en"));
        assert_eq!(told::<Timestamp>("\"today\"").as_deref(), Some("2026-04-01T00:00:00Z"));
        assert_eq!(told::<Id<kind::Event>>("\"1\"").as_deref(), Some("0198c0de-7f3a-7abc-8def-0123456789ab"));
        assert_eq!(fitting("a number from 1 to 500").as_deref(), Some("1–500"));
        // What the reader of queries says of a switch.
        assert_eq!(fitting("provided string was not `true` or `false`").as_deref(), Some("true, false"));
        assert_eq!(fitting("something else"), None);
    }
}
