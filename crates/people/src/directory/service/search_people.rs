use std::sync::Arc;

use renraku_base::{Cursor, FieldFault, Limit, Page, Principal, UnitId};
use renraku_db::ReadTx;

use crate::{
    directory::{
        Directory, DirectoryFault, PersonJson,
        index::{After, Ask, Hit},
    },
    search::Query,
};

/// More than this is no name that somebody looks for.
const MOST_CHARACTERS: usize = 64;

/// Who is looked for.
#[derive(Debug, Clone, Default)]
pub struct PeopleSearch {
    /// What was typed; everyone, in あいうえお order, when nothing was.
    pub q: Option<String>,
    /// Only in this unit and those below it.
    pub unit: Option<UnitId>,
    /// How many a page holds.
    pub limit: Limit,
    /// Where the page begins.
    pub cursor: Option<Cursor>,
}

/// The people whom the words fit, best first: whole names, then beginnings, then the rest; among equals those nearest to
/// `who` in the organisation; among those in あいうえお order.
///
/// # Errors
/// [`DirectoryFault`] when the search cannot be read or a statement fails.
pub fn search_people(
    tx: &mut ReadTx<'_>,
    directory: &Directory,
    who: &Principal,
    search: &PeopleSearch,
) -> Result<Page<Arc<PersonJson>>, DirectoryFault> {
    let typed = search.q.as_deref().map(str::trim).filter(|typed| !typed.is_empty());
    if typed.is_some_and(|typed| typed.chars().count() > MOST_CHARACTERS) {
        let fault = FieldFault::new("q", "too-long", "a search takes at most 64 characters").allowing("≤ 64");
        return Err(DirectoryFault::Invalid(vec![fault]));
    }
    let query = typed.map(Query::parse);
    let after = search.cursor.as_ref().map(read_cursor).transpose()?;
    directory.read(tx, |index| {
        let unit = match &search.unit {
            Some(id) => Some(index.tree().find(id).ok_or_else(unknown_unit)?),
            None => None,
        };
        let ask = Ask { query: query.as_ref(), unit, who: &who.person, after, limit: search.limit.get() + 1 };
        Ok(page(index.search(&ask), search.limit))
    })?
}

/// The people of a page and the cursor after the last.
fn page(hits: Vec<Hit<'_>>, limit: Limit) -> Page<Arc<PersonJson>> {
    Page::cut(hits, limit, |last| write_cursor(&last.after)).map(|hit| Arc::clone(hit.person))
}

fn unknown_unit() -> DirectoryFault {
    DirectoryFault::Invalid(vec![FieldFault::new("unit", "not-found", "there is no such unit")])
}

fn write_cursor(after: &After) -> Cursor {
    Cursor::of(&[&after.tier.to_string(), &after.distance.to_string(), &after.order, &after.id])
}

fn read_cursor(cursor: &Cursor) -> Result<After, DirectoryFault> {
    let read = || {
        let [tier, distance, order, id] = cursor.parts()?;
        Some(After { tier: tier.parse().ok()?, distance: distance.parse().ok()?, order, id })
    };
    read().ok_or_else(bad_cursor)
}

/// The cursor is not one that we made.
pub(super) fn bad_cursor() -> DirectoryFault {
    DirectoryFault::BadQuery(FieldFault::new("cursor", "bad-cursor", "the cursor is not one of this list"))
}
