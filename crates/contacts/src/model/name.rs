//! What a name and a number say, however a card writes them.

use super::{Component, Name, Phone};

/// The parts by which a name is sorted, in that order.
const SORTED_BY: [&str; 2] = ["surname", "given"];

impl Name {
    /// As it is written, in whole or from its parts.
    #[must_use]
    pub fn whole(&self) -> String {
        let full = self.full.clone().filter(|full| !full.trim().is_empty());
        full.unwrap_or_else(|| self.joined(|part| Some(&part.value)))
    }

    /// As it is read, or as it is sorted; empty where neither is known.
    #[must_use]
    pub fn reading(&self) -> String {
        let read = self.joined(|part| part.phonetic.as_deref());
        if read.is_empty() { self.sorted() } else { read }
    }

    /// The parts of a kind, like `surname`, as they are written.
    #[must_use]
    pub fn part(&self, kind: &str) -> String {
        spaced(self.components.iter().filter(|part| part.kind == kind).map(|part| part.value.as_str()))
    }

    /// The same as they are read, or as they are sorted.
    #[must_use]
    pub fn part_read(&self, kind: &str) -> String {
        let of_kind = self.components.iter().filter(|part| part.kind == kind);
        let read = spaced(of_kind.filter_map(|part| part.phonetic.as_deref()));
        if read.is_empty() { self.sort_as.get(kind).cloned().unwrap_or_default() } else { read }
    }

    /// The forms of a name, the best to sort by first: as it is sorted, as it is read, in whole, from its parts.
    pub(crate) fn forms(&self) -> [String; 4] {
        [
            self.sorted(),
            self.joined(|part| part.phonetic.as_deref()),
            self.full.clone().unwrap_or_default(),
            self.joined(|part| Some(&part.value)),
        ]
    }

    fn sorted(&self) -> String {
        spaced(SORTED_BY.iter().filter_map(|kind| self.sort_as.get(*kind).map(String::as_str)))
    }

    fn joined<'n>(&'n self, part: impl Fn(&'n Component) -> Option<&'n str>) -> String {
        spaced(self.components.iter().filter(|component| component.kind != "separator").filter_map(part))
    }
}

/// With spaces between them: how a name is read depends on where its words end.
fn spaced<'t>(parts: impl Iterator<Item = &'t str>) -> String {
    parts.collect::<Vec<_>>().join(" ")
}

impl Phone {
    /// The number without what a URI says besides.
    #[must_use]
    pub fn plain_number(&self) -> &str {
        plain_number(&self.number)
    }
}

/// The number of a `tel:` URI (RFC 3966) without its parameters, or what was written.
pub(crate) fn plain_number(number: &str) -> &str {
    match number.split_once(':') {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("tel") => rest.split(';').next().unwrap_or(rest),
        _ => number,
    }
}
