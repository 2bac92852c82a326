use std::collections::HashMap;

use super::ragged::Ragged;
use crate::search::fold_lines;

/// The titles of posts, and what the holders of posts are called; each once, however many hold it.
#[derive(Debug, Default, Clone)]
pub(super) struct TitleNames {
    titles: Names,
    called: Names,
}

/// Folded names by their places, each in one line or two.
#[derive(Debug, Default, Clone)]
struct Names {
    places: HashMap<String, u32>,
    names: Ragged<u8>,
}

impl Names {
    fn place(&mut self, name: &str) -> u32 {
        if let Some(known) = self.places.get(name) {
            return *known;
        }
        let place = u32::try_from(self.names.len()).unwrap_or(u32::MAX);
        self.names.push(fold_lines(name).as_bytes());
        self.places.insert(name.to_owned(), place);
        place
    }
}

impl TitleNames {
    /// The places of a title and of what its holder in a unit is called; past the last for no title.
    pub fn places(&mut self, unit: &str, title: Option<&str>) -> (u32, u32) {
        title.map_or((u32::MAX, u32::MAX), |title| {
            (self.titles.place(title), self.called.place(&called(unit, title)))
        })
    }

    /// The titles by their places.
    pub fn titles(&self) -> &Ragged<u8> {
        &self.titles.names
    }

    /// What holders of posts are called, by their places.
    pub fn called(&self) -> &Ragged<u8> {
        &self.called.names
    }
}

/// What the holder of a post is called: the 課長 of the 人事課 is the 人事課長.
fn called(unit: &str, title: &str) -> String {
    let ends = title.char_indices().map(|(at, c)| at + c.len_utf8()).rev();
    let shared = ends.filter_map(|end| title.split_at_checked(end)).find(|(head, _)| unit.ends_with(head));
    format!("{unit}{}", shared.map_or(title, |(_, rest)| rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_unit_and_title_share_is_said_once() {
        for (unit, title, said) in [
            ("人事課", "課長", "人事課長"),
            ("財政課", "課長補佐", "財政課長補佐"),
            ("総務部", "部長", "総務部長"),
            ("給与係", "主事", "給与係主事"),
            ("出納局", "局長", "出納局長"),
        ] {
            assert_eq!(called(unit, title), said);
        }
    }
}
