use std::sync::Arc;

use chrono::NaiveDate;
use renraku_base::{Cursor, FieldFault, Limit, Page, Principal, UnitId};
use renraku_db::ReadTx;

use crate::{
    directory::{
        Directory, DirectoryFault, PersonJson, UnitCount,
        index::{After, Ask, Hit},
        store,
        tree::Tree,
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
    /// On which day; now, when none is said.
    pub day: Option<NaiveDate>,
    /// How many a page holds.
    pub limit: Limit,
    /// Where the page begins.
    pub cursor: Option<Cursor>,
}

/// The people whom the words fit, best first: whole names, then beginnings, then the rest; among equals the favourites of `who`,
/// then those with whom they were in touch lately, then those nearest to them in the organisation; among those in あいうえお order.
///
/// # Errors
/// [`DirectoryFault`] when the search cannot be read or a statement fails.
pub fn search_people(
    tx: &mut ReadTx<'_>,
    directory: &Directory,
    who: &Principal,
    search: &PeopleSearch,
) -> Result<Page<Arc<PersonJson>>, DirectoryFault> {
    let query = query(search)?;
    let after = search.cursor.as_ref().map(read_cursor).transpose()?;
    let now = tx.now();
    let preferred = match &query {
        Some(_) => store::recent::list_preferred(tx, &who.person)?.distances(now),
        None => Vec::new(),
    };
    directory.read_on(tx, search.day, |index| {
        let ask = Ask {
            query: query.as_ref(),
            unit: place(index.tree(), search)?,
            who: &who.person,
            preferred: &preferred,
            after,
            limit: search.limit.get() + 1,
        };
        Ok(page(index.search(&ask), search.limit))
    })?
}

/// Of all whom the words fit, how many are in each unit directly below the one that is searched (at the top, when none is) or
/// further below it, in official order. Whoever has posts in two of them counts in both.
///
/// # Errors
/// [`DirectoryFault`] when the search cannot be read or a statement fails.
pub fn count_people_by_unit(
    tx: &mut ReadTx<'_>,
    directory: &Directory,
    search: &PeopleSearch,
) -> Result<Vec<UnitCount>, DirectoryFault> {
    let query = query(search)?;
    directory.read_on(tx, search.day, |index| {
        let unit = place(index.tree(), search)?;
        Ok(index.count_by_unit(query.as_ref(), unit))
    })?
}

/// What was typed; `None` when nothing was.
fn query(search: &PeopleSearch) -> Result<Option<Query>, DirectoryFault> {
    let typed = search.q.as_deref().map(str::trim).filter(|typed| !typed.is_empty());
    if typed.is_some_and(|typed| typed.chars().count() > MOST_CHARACTERS) {
        let fault = FieldFault::new("q", "too-long", "a search takes at most 64 characters").allowing("≤ 64");
        return Err(DirectoryFault::Invalid(vec![fault]));
    }
    Ok(typed.map(Query::parse))
}

/// The place of the unit that is searched.
fn place(tree: &Tree, search: &PeopleSearch) -> Result<Option<u32>, DirectoryFault> {
    search.unit.as_ref().map(|id| tree.find(id).ok_or_else(unknown_unit)).transpose()
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
