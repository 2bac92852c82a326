use std::collections::BTreeMap;

use unicode_normalization::UnicodeNormalization;

use super::{Column, Layout};

/// What stands in a column of the file.
#[derive(Debug, Clone, Copy)]
pub(super) enum Title {
    /// This.
    Of(&'static Column),
    /// It has no name, as those that a spreadsheet leaves at the end.
    None,
    /// What nobody wants to know.
    PassedOver,
}

/// An office's own names for columns.
#[derive(Debug, Default)]
pub struct Titles(BTreeMap<String, Option<&'static Column>>);

impl Titles {
    /// Takes titles with the names of the columns for which they stand; an empty name passes the column over.
    ///
    /// # Errors
    /// What stands for a column that there is not.
    pub fn of(named: BTreeMap<String, String>, columns: &'static [Column]) -> Result<Self, String> {
        let mut titles = BTreeMap::new();
        for (title, name) in named {
            let column = find(&name, columns);
            if column.is_none() && !name.trim().is_empty() {
                return Err(format!("{title}: there is no column {name}: write {}", known(columns)));
            }
            titles.insert(folded(&title), column);
        }
        Ok(Self(titles))
    }
}

/// What is wrong with a header.
#[derive(Debug, Default)]
pub(super) struct BadHeader {
    pub complaints: Vec<String>,
    /// The titles that no column has.
    pub unknown: Vec<String>,
}

/// Which column stands at which place, or all that is wrong with the header.
pub(super) fn read(titles: &[String], layout: &Layout<'_>) -> Result<Vec<Title>, BadHeader> {
    let columns = layout.columns;
    let BadHeader { mut complaints, mut unknown } = BadHeader::default();
    let mut header: Vec<Title> = Vec::with_capacity(titles.len());
    for title in titles {
        let own = layout.titles.and_then(|titles| titles.0.get(&folded(title)));
        let found = match own {
            Some(Some(column)) => Title::Of(column),
            Some(None) => Title::PassedOver,
            None => find(title, columns).map_or(Title::None, Title::Of),
        };
        match found {
            Title::None if !title.is_empty() => {
                complaints.push(format!("there is no column {title}: write {}", known(columns)));
                unknown.push(title.clone());
            }
            Title::Of(column) if is_there(&header, column) => {
                complaints.push(format!("the column {} is there twice", column.name));
            }
            Title::Of(_) | Title::None | Title::PassedOver => {}
        }
        header.push(found);
    }
    for column in columns.iter().filter(|column| column.required && !is_there(&header, column)) {
        complaints.push(format!("the column {} is missing", named(column)));
    }
    if complaints.is_empty() { Ok(header) } else { Err(BadHeader { complaints, unknown }) }
}

fn is_there(header: &[Title], column: &Column) -> bool {
    header.iter().any(|title| matches!(title, Title::Of(other) if other.name == column.name))
}

fn find(title: &str, columns: &'static [Column]) -> Option<&'static Column> {
    let wanted = folded(title);
    columns
        .iter()
        .find(|column| column.titles.iter().chain([&column.name]).any(|title| folded(title) == wanted))
}

pub(super) fn known(columns: &[Column]) -> String {
    columns.iter().map(named).collect::<Vec<_>>().join(", ")
}

/// A column by both its names.
pub(super) fn named(column: &Column) -> String {
    let title = column.titles.first().map(|title| format!(" ({title})"));
    format!("{}{}", column.name, title.unwrap_or_default())
}

/// A title as it is compared: full-width letters, capitals, spaces and dashes are evened out.
fn folded(title: &str) -> String {
    let even = title.nfkc().filter(|c| !c.is_whitespace() && !matches!(c, '_' | '-'));
    even.collect::<String>().to_lowercase()
}
