use renraku_base::{Cursor, FieldFault, Limit, Page};
use renraku_db::ReadTx;
use renraku_people::search;

use super::{booking, facilities::shown, window::Window};
use crate::{
    ScheduleFault,
    model::{Facility, FacilityKind},
    rules::booking::Slot,
    store::{
        self,
        facilities::{Bookable, StoredFacility},
    },
};

/// Which facilities are wanted; what is left out does not matter.
#[derive(Debug, Clone, Default)]
pub struct FacilitySearch {
    /// Rooms, cars or equipment alone.
    pub kind: Option<FacilityKind>,
    /// Those that take at least so many people.
    pub min_capacity: Option<u16>,
    /// Words that are all found in the name, the place or the description.
    pub q: Option<String>,
    /// Those that could be booked for all of this time.
    pub free: Option<Window>,
    /// Where the page begins.
    pub cursor: Option<Cursor>,
    /// The most of one page.
    pub limit: Limit,
}

impl FacilitySearch {
    /// The longest `q`, in characters.
    pub const MOST_CHARACTERS: usize = 64;
}

/// One page of the facilities that are wanted, by name.
///
/// # Errors
/// [`ScheduleFault::BadQuery`] for a cursor that is not ours, or too long a text.
pub fn list_facilities(
    tx: &mut ReadTx<'_>,
    wanted: &FacilitySearch,
) -> Result<Page<Facility>, ScheduleFault> {
    let after = match &wanted.cursor {
        None => None,
        Some(cursor) => Some(cursor.parts::<2>().map(|[name, id]| (name, id)).ok_or_else(super::bad_cursor)?),
    };
    let words = wanted.q.as_deref().map(words).transpose()?;
    // What is decided here needs all of them; an office has some hundreds.
    let decided_there = words.is_none() && wanted.free.is_none();
    let most = decided_there.then(|| wanted.limit.and_one());
    let of = (wanted.kind, wanted.min_capacity.map(i32::from));
    let mut found: Vec<Bookable> = store::facilities::list(tx, after.as_ref(), of, most)?;
    if let Some(words) = words {
        found.retain(|it| words.matches(&text(&it.facility), ""));
    }
    if let Some(window) = wanted.free {
        let (utc_start, utc_end) = window.bounds();
        found = booking::free(tx, found, Slot { utc_start, utc_end })?;
    }
    let facilities = found.into_iter().map(|it| it.facility).collect();
    let page = Page::cut(facilities, wanted.limit, |last: &StoredFacility| {
        Cursor::of(&[&last.name, last.id.as_str()])
    });
    Ok(page.map(shown))
}

fn words(q: &str) -> Result<search::Query, ScheduleFault> {
    if q.chars().count() > FacilitySearch::MOST_CHARACTERS {
        let fault = FieldFault::new("q", "too-long", "a search takes at most 64 characters").allowing("≤ 64");
        return Err(ScheduleFault::BadQuery(fault));
    }
    Ok(search::Query::parse(q))
}

/// What of a facility is searched.
fn text(facility: &StoredFacility) -> String {
    let texts = [Some(&facility.name), facility.place.as_ref(), facility.description.as_ref()];
    let folded: Vec<String> = texts.into_iter().flatten().map(|text| search::fold_lines(text)).collect();
    folded.join("\n")
}
