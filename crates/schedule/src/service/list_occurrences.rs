use renraku_base::{CalendarId, Cursor, Id, Limit, Page, Principal};
use renraku_db::ReadTx;
use renraku_people::access;

use super::window::{self, Place, Window};
use crate::{
    ScheduleFault,
    model::Occurrence,
    store::{self, occurrences::After},
};

/// The occurrences in a window, in order of start: of these calendars, or of all that the person may read. Of a facility that
/// they may only book it is told when it is taken.
///
/// # Errors
/// [`ScheduleFault::NotFound`] for a calendar that they may not read, [`ScheduleFault::BadQuery`] for a cursor that is not
/// ours, [`ScheduleFault::WindowTooFull`].
pub fn list_occurrences(
    tx: &mut ReadTx<'_>,
    who: &Principal,
    window: Window,
    calendars: Option<&[CalendarId]>,
    cursor: Option<&Cursor>,
    limit: Limit,
) -> Result<Page<Occurrence>, ScheduleFault> {
    let after = cursor.map(read_cursor).transpose()?;
    let places = readable_places(tx, who, calendars)?;
    let rows = window::list(tx, &places, window, after.as_ref(), limit.and_one())?;
    let page = Page::cut(rows, limit, |last| write_cursor(&window::key(last)));
    let items = window::show(tx, &who.person, &places, page.items)?;
    Ok(Page { items: items.into_iter().map(|it| it.occurrence).collect(), next_cursor: page.next_cursor })
}

/// The calendars that are asked for, or all, that someone may read. When a facility is taken is known to everyone who asks
/// for its calendar.
fn readable_places(
    tx: &mut ReadTx<'_>,
    who: &Principal,
    calendars: Option<&[CalendarId]>,
) -> Result<Vec<Place>, ScheduleFault> {
    let standing = access::standing(tx, who)?;
    let mut all = store::calendars::list_readable(tx, &standing.readable)?;
    let named = calendars.unwrap_or_default();
    let others: Vec<&str> = named
        .iter()
        .filter(|id| !all.iter().any(|(calendar, _)| calendar.id == **id))
        .map(Id::as_str)
        .collect();
    if !others.is_empty() {
        all.extend(store::calendars::list_of_facilities(tx, who, &others)?);
    }
    if named.iter().any(|id| !all.iter().any(|(calendar, _)| calendar.id == *id)) {
        return Err(ScheduleFault::NotFound);
    }
    Ok(all
        .into_iter()
        .filter(|(calendar, _)| calendars.is_none_or(|named| named.contains(&calendar.id)))
        .map(|(calendar, role)| Place::of(calendar, role))
        .collect())
}

fn write_cursor((start, event, recurrence, collection): &After) -> Cursor {
    Cursor::of(&[&start.to_string(), event, recurrence, &collection.to_string()])
}

fn read_cursor(cursor: &Cursor) -> Result<After, ScheduleFault> {
    let [start, event, recurrence, collection] = cursor.parts().ok_or_else(super::bad_cursor)?;
    let number = |text: &str| text.parse().map_err(|_not_a_number| super::bad_cursor());
    Ok((number(&start)?, event, recurrence, number(&collection)?))
}
