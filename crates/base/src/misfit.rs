/// What would be taken in the place of a value that is not, in a form that needs no translation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fitting {
    /// All that is taken: a range or names.
    Values(String),
    /// The kind of JSON that is taken.
    Kind(JsonKind),
    /// One of many.
    Example(String),
}

/// A kind of JSON value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JsonKind {
    /// Text in quotes.
    Text,
    /// A list in square brackets.
    List,
    /// An object in braces.
    Object,
    /// A number without a fraction.
    WholeNumber,
}

impl JsonKind {
    /// Its name, under which its text stands in each language.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::List => "list",
            Self::Object => "object",
            Self::WholeNumber => "whole-number",
        }
    }
}

/// What would fit, read off what serde or one of our own types says about a value that does not. `None` where that cannot be
/// told.
#[must_use]
pub fn fitting(misfit: &str) -> Option<Fitting> {
    // Where serde's reader stood says nothing to whoever sent the value: its pointer does.
    let misfit = misfit.split_once(" at line ").map_or(misfit, |(said, _)| said);
    if let Some((_, example)) = misfit.split_once(" like ") {
        let example = example.split_once(", ").map_or(example, |(example, _)| example);
        return Some(Fitting::Example(example.to_owned()));
    }
    if let Some((_, expected)) = misfit.split_once(", expected ") {
        let named = misfit.starts_with("unknown variant") || misfit.starts_with("unknown field");
        return if named { Some(names(expected)) } else { kind(expected) };
    }
    if let Some((_, names_of_both)) = misfit.split_once("was not ") {
        return Some(names(names_of_both));
    }
    let (_, range) = misfit.split_once(" from ")?;
    Some(Fitting::Values(range.replace(" to ", "–")))
}

/// The names in "one of `a`, `b`".
fn names(expected: &str) -> Fitting {
    let quoted: Vec<&str> = expected.split('`').skip(1).step_by(2).collect();
    Fitting::Values(quoted.join(", "))
}

/// What serde calls a type, as JSON.
fn kind(expected: &str) -> Option<Fitting> {
    let expected = expected.split_once(" in ").map_or(expected, |(expected, _)| expected);
    let range = |range: &str| Some(Fitting::Values(range.to_owned()));
    match expected {
        "a string" | "string" | "a borrowed string" | "str" => Some(Fitting::Kind(JsonKind::Text)),
        "a boolean" => range("true, false"),
        "a sequence" | "an array" => Some(Fitting::Kind(JsonKind::List)),
        "a map" => Some(Fitting::Kind(JsonKind::Object)),
        "u8" => range("0–255"),
        "u16" => range("0–65535"),
        "u32" => range("0–4294967295"),
        "u64" | "usize" | "i32" | "i64" => Some(Fitting::Kind(JsonKind::WholeNumber)),
        _ if expected.starts_with("struct ") => Some(Fitting::Kind(JsonKind::Object)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;
    use crate::{Id, Language, Timestamp, kind};

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only their names are told")]
    struct Shape {
        #[serde(default)]
        title: String,
        #[serde(default)]
        start: String,
    }

    fn told<T: for<'de> Deserialize<'de> + std::fmt::Debug>(json: &str) -> Option<Fitting> {
        fitting(&serde_json::from_str::<T>(json).unwrap_err().to_string())
    }

    fn values(text: &str) -> Option<Fitting> {
        Some(Fitting::Values(text.to_owned()))
    }

    fn example(text: &str) -> Option<Fitting> {
        Some(Fitting::Example(text.to_owned()))
    }

    #[test]
    fn what_would_fit_is_told() {
        assert_eq!(told::<String>("1"), Some(Fitting::Kind(JsonKind::Text)));
        assert_eq!(told::<bool>("1"), values("true, false"));
        assert_eq!(told::<u16>("70000"), values("0–65535"));
        assert_eq!(told::<u8>("\"1\""), values("0–255"));
        assert_eq!(told::<i64>("\"1\""), Some(Fitting::Kind(JsonKind::WholeNumber)));
        assert_eq!(told::<Vec<u8>>("{}"), Some(Fitting::Kind(JsonKind::List)));
        assert_eq!(told::<Shape>("{\"name\": 1}"), values("title, start"));
        assert_eq!(told::<Shape>("1"), Some(Fitting::Kind(JsonKind::Object)));
        assert_eq!(told::<Language>("\"fr\""), values("ja, en"));
        assert_eq!(told::<Timestamp>("\"today\""), example("2026-04-01T00:00:00Z"));
        assert_eq!(told::<Id<kind::Event>>("\"1\""), example("0198c0de-7f3a-7abc-8def-0123456789ab"));
        assert_eq!(fitting("a number from 1 to 500"), values("1–500"));
        // What the reader of queries says of a switch.
        assert_eq!(fitting("provided string was not `true` or `false`"), values("true, false"));
        assert_eq!(fitting("something else"), None);
    }

    #[test]
    fn where_the_reader_stood_is_left_out() {
        // In a list the reader still stands in the midst of the text, and says where.
        assert_eq!(told::<Vec<Timestamp>>("[\"today\"]"), example("2026-04-01T00:00:00Z"));
        assert_eq!(told::<Vec<Language>>("[\"fr\"]"), values("ja, en"));
        assert_eq!(fitting("a number from 1 to 500 at line 3 column 4"), values("1–500"));
    }
}
