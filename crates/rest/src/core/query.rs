use std::{
    future::{Ready, ready},
    str::FromStr,
};

use actix_web::{FromRequest, HttpRequest, dev::Payload};
use chrono::{Datelike, NaiveDate};
use renraku_base::{Cursor, FieldFault, Id, Limit, Page};
use serde::{Deserialize, Deserializer, de::DeserializeOwned};
use utoipa::IntoParams;

use super::{Problem, RestFault};

/// The query parameters, typed; an unknown parameter or a bad value is refused by name.
#[derive(Debug, Clone)]
pub(crate) struct Query<T>(pub T);

impl<T: DeserializeOwned> FromRequest for Query<T> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let pairs = form_urlencoded::parse(request.query_string().as_bytes());
        let query = serde_path_to_error::deserialize(serde_urlencoded::Deserializer::new(pairs))
            .map(Self)
            .map_err(|error| {
                let place = error.path().to_string();
                RestFault::BadQuery(named(&place, error.into_inner().to_string())).into()
            });
        ready(query)
    }
}

/// The parameter at fault: where one is missing or not known, it stands in serde's text alone.
fn named(place: &str, detail: String) -> FieldFault {
    let (pointer, code) = if let Some(name) = quoted(&detail, "missing field `") {
        (name, "required")
    } else if let Some(name) = quoted(&detail, "duplicate field `") {
        (name, "repeated-parameter")
    } else if let Some(name) = quoted(&detail, "unknown field `") {
        (name, "unknown-field")
    } else {
        (place.to_owned(), misfit_code(&detail))
    };
    FieldFault::misfit(pointer, code, detail)
}

/// The code of a value that does not fit: that of our own type, where it says so itself.
pub(super) fn misfit_code(said: &str) -> &'static str {
    const OWN: [(&str, &str); 7] = [
        ("an id is a UUID", "id"),
        ("an instant is written", "instant"),
        ("a date is written", "date"),
        ("a local date-time is written", "local-date-time"),
        ("a duration is written", "duration"),
        ("the year lies between", "year"),
        ("no such time zone", "time-zone"),
    ];
    OWN.into_iter().find(|(start, _)| said.starts_with(start)).map_or("bad-value", |(_, code)| code)
}

/// What stands in backquotes after `start`.
pub(super) fn quoted(text: &str, start: &str) -> Option<String> {
    Some(text.strip_prefix(start)?.split('`').next()?.to_owned())
}

/// `limit` and `cursor`, the parameters of every list.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct PageQuery {
    /// How many items, 1 to 500.
    #[serde(default, deserialize_with = "limit")]
    #[param(value_type = u16, minimum = 1, maximum = 500, default = 50, required = false)]
    pub limit: Limit,
    /// The `nextCursor` of the page before.
    #[serde(default, deserialize_with = "cursor")]
    #[param(value_type = Option<String>)]
    pub cursor: Option<Cursor>,
}

/// One page of a list that is at hand as a whole. Its cursor names the last item that was sent, and where it stood: if it went
/// away meanwhile, what came after it stands there now.
pub(crate) fn page<T>(
    mut items: Vec<T>,
    PageQuery { limit, cursor }: &PageQuery,
    name: impl Fn(&T) -> String,
) -> Result<Page<T>, Problem> {
    let mut sent = 0;
    if let Some(cursor) = cursor {
        let bad = || RestFault::BadQuery(FieldFault::new("cursor", "bad-cursor", "no cursor of this list"));
        let [last, at] = cursor.parts::<2>().ok_or_else(bad)?;
        let at: usize = at.parse().map_err(|_no_number| bad())?;
        sent = items.iter().position(|item| name(item) == last).map_or(at, |at| at + 1);
        items.drain(..sent.min(items.len()));
    }
    let at = sent + limit.get() - 1;
    Ok(Page::cut(items, *limit, |last| Cursor::of(&[&name(last), &at.to_string()])))
}

/// Reads `limit`; for the queries that have more parameters than a page's.
pub(crate) fn limit<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Limit, D::Error> {
    let text = String::deserialize(deserializer)?;
    text.parse()
        .ok()
        .and_then(Limit::new)
        .ok_or_else(|| serde::de::Error::custom("limit is a number from 1 to 500"))
}

/// Reads `cursor`; for the queries that have more parameters than a page's.
pub(crate) fn cursor<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Cursor>, D::Error> {
    Ok(Some(Cursor::received(&String::deserialize(deserializer)?)))
}

/// Reads a day of the calendar.
pub(crate) fn day<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<NaiveDate>, D::Error> {
    let text = String::deserialize(deserializer)?;
    let day = NaiveDate::parse_from_str(&text, "%Y-%m-%d").ok().filter(|_| text.len() == "2026-04-01".len());
    let day = day.ok_or_else(|| serde::de::Error::custom("a date is written like 2026-04-01"))?;
    if (1900..=2100).contains(&day.year()) {
        Ok(Some(day))
    } else {
        Err(serde::de::Error::custom("the year lies between 1900 and 2100"))
    }
}

/// Reads ids with commas between them.
pub(crate) fn ids<'de, D: Deserializer<'de>, K>(deserializer: D) -> Result<Option<Vec<Id<K>>>, D::Error> {
    let text = String::deserialize(deserializer)?;
    let ids = text.split(',').map(|id| Id::from_str(id.trim()).map_err(serde::de::Error::custom));
    ids.collect::<Result<_, _>>().map(Some)
}

/// The id in the path; what is not an id is simply not there (404).
#[derive(Debug, Clone)]
pub(crate) struct PathId<K>(pub Id<K>);

impl<K: 'static> FromRequest for PathId<K> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let id = request.match_info().get("id").and_then(|id| Id::from_str(id).ok());
        ready(id.map(Self).ok_or_else(|| RestFault::NotFound.into()))
    }
}

impl<K> std::ops::Deref for PathId<K> {
    type Target = Id<K>;

    fn deref(&self) -> &Id<K> {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pages(list: &mut Vec<&'static str>, mut between: impl FnMut(&mut Vec<&'static str>)) -> Vec<String> {
        let mut query = PageQuery { limit: Limit::new(2).unwrap(), cursor: None };
        let mut seen = Vec::new();
        loop {
            let page = page(list.clone(), &query, |item| (*item).to_owned()).unwrap();
            seen.push(page.items.concat());
            let Some(next) = page.next_cursor else { return seen };
            query.cursor = Some(next);
            between(list);
        }
    }

    #[test]
    fn pages_of_a_list_that_is_at_hand_join_to_the_whole() {
        assert_eq!(pages(&mut vec!["a", "b", "c", "d", "e"], |_| ()), ["ab", "cd", "e"]);
        assert_eq!(pages(&mut vec!["a", "b"], |_| ()), ["ab"]);
        assert_eq!(pages(&mut Vec::new(), |_| ()), [""]);
        // What comes or goes between two pages moves nothing past the reader.
        assert_eq!(pages(&mut vec!["b", "c", "d"], |list| list.insert(0, "a")), ["bc", "d"]);
        assert_eq!(
            pages(&mut vec!["a", "b", "c", "d"], |list| list.retain(|item| *item != "b")),
            ["ab", "cd"]
        );
    }

    #[test]
    fn a_cursor_of_another_list_is_refused() {
        for cursor in [Cursor::of(&["a"]), Cursor::of(&["a", "x"]), Cursor::received("zz")] {
            let query = PageQuery { limit: Limit::default(), cursor: Some(cursor) };
            assert!(page(vec!["a"], &query, |item| (*item).to_owned()).is_err());
        }
    }
}
