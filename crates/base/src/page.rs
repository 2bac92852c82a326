use serde::Serialize;
use utoipa::ToSchema;

/// How many items a page holds: 1 to 500, by default 50.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit(u16);

impl Limit {
    /// The most that a page may hold.
    pub const MAX: u16 = 500;

    /// `None` unless `limit` lies between 1 and [`Limit::MAX`].
    #[must_use]
    pub fn new(limit: u16) -> Option<Self> {
        (1..=Self::MAX).contains(&limit).then_some(Self(limit))
    }

    /// The number of items.
    #[must_use]
    pub fn get(self) -> usize {
        usize::from(self.0)
    }

    /// One row more than the page holds: its presence says that there is a next page.
    #[must_use]
    pub fn and_one(self) -> i64 {
        i64::from(self.0) + 1
    }
}

impl Default for Limit {
    fn default() -> Self {
        Self(50)
    }
}

/// Where a list goes on: the sort key of the last item that was sent, opaque to the client.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Cursor(String);

impl Cursor {
    /// From the parts of a sort key; no part may hold U+001F.
    #[must_use]
    pub fn of(parts: &[&str]) -> Self {
        let joined = parts.join("\u{1f}");
        Self(joined.bytes().map(|byte| format!("{byte:02x}")).collect())
    }

    /// From the text that a client hands back.
    #[must_use]
    pub fn received(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// The parts of the sort key, or `None` when this is not a cursor of `N` parts that we made.
    #[must_use]
    pub fn parts<const N: usize>(&self) -> Option<[String; N]> {
        if !self.0.len().is_multiple_of(2) || !self.0.is_ascii() {
            return None;
        }
        let bytes = (0..self.0.len())
            .step_by(2)
            .map(|at| self.0.get(at..at + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok()))
            .collect::<Option<Vec<u8>>>()?;
        let text = String::from_utf8(bytes).ok()?;
        let parts: Vec<String> = text.split('\u{1f}').map(str::to_owned).collect();
        parts.try_into().ok()
    }
}

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Page<T> {
    /// The items, in the list's order.
    pub items: Vec<T>,
    /// Where the next page begins; `None` on the last.
    pub next_cursor: Option<Cursor>,
}

impl<T> Page<T> {
    /// Cuts `rows`, fetched with [`Limit::and_one`], to a page whose cursor is made from its last item.
    pub fn cut(mut rows: Vec<T>, limit: Limit, cursor: impl FnOnce(&T) -> Cursor) -> Self {
        let more = rows.len() > limit.get();
        rows.truncate(limit.get());
        let next_cursor = if more { rows.last().map(cursor) } else { None };
        Self { items: rows, next_cursor }
    }

    /// The same page with each item turned into another.
    pub fn map<U>(self, f: impl FnMut(T) -> U) -> Page<U> {
        Page { items: self.items.into_iter().map(f).collect(), next_cursor: self.next_cursor }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_comes_back_whole_or_not_at_all() {
        let cursor = Cursor::of(&["2026", "会議"]);
        assert_eq!(cursor.parts::<2>().unwrap(), ["2026".to_owned(), "会議".to_owned()]);
        assert_eq!(cursor.parts::<3>(), None);
        for bad in ["z", "zz", "é", "ff"] {
            assert_eq!(Cursor::received(bad).parts::<1>(), None, "{bad}");
        }
    }

    #[test]
    fn the_extra_row_says_that_there_is_more() {
        let limit = Limit::new(2).unwrap();
        let page = Page::cut(vec![1, 2, 3], limit, |last| Cursor::of(&[&last.to_string()]));
        assert_eq!(page.items, [1, 2]);
        assert_eq!(page.next_cursor.unwrap().parts::<1>().unwrap(), ["2".to_owned()]);
        assert!(Page::cut(vec![1, 2], limit, |_| Cursor::of(&[])).next_cursor.is_none());
    }
}
