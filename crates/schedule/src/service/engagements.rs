use std::collections::HashMap;

use renraku_base::{PersonId, Principal, Timestamp};
use renraku_db::{CollectionId, ReadTx};

use super::{group_week, window};
use crate::{
    ScheduleFault,
    model::Status,
    rules::{access::View, free_busy::BusyStatus},
    service::Window,
};

/// What somebody does at a time, as far as the reader may know of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Engagement {
    /// When it starts.
    pub utc_start: Timestamp,
    /// When it ends.
    pub utc_end: Timestamp,
    /// How it takes the person's time; `None` when it does not.
    pub busy: Option<BusyStatus>,
    /// Whether it is of whole days.
    pub all_day: bool,
    /// What it is called; `None` where the reader sees busy time alone.
    pub title: Option<String>,
    /// Where it is; `None` where that is not said or not for the reader.
    pub place: Option<String>,
}

/// What each of these persons does in a window, in order of start; whoever does nothing is left out. The number of statements
/// depends neither on the persons nor on what they do. Whether the reader may find these persons is the caller's to know.
///
/// # Errors
/// [`ScheduleFault::WindowTooFull`].
pub fn list_engagements(
    tx: &mut ReadTx<'_>,
    who: &Principal,
    persons: &[PersonId],
    window: Window,
) -> Result<HashMap<PersonId, Vec<Engagement>>, ScheduleFault> {
    let ids: Vec<String> = persons.iter().map(|person| person.as_str().to_owned()).collect();
    let (places, seen) = group_week::read(tx, who, &ids, window)?;
    let owners: HashMap<CollectionId, &str> =
        places.iter().map(|place| (place.collection, place.owner_id.as_str())).collect();
    let mut found: HashMap<PersonId, Vec<Engagement>> = HashMap::new();
    for shown in window::show(tx, &who.person, &places, seen)? {
        let readable = shown.view == View::Full;
        let occurrence = shown.occurrence;
        if occurrence.status == Status::Cancelled || (!readable && shown.busy.is_none()) {
            continue;
        }
        let Some(owner) = owners.get(&shown.collection) else { continue };
        found.entry(PersonId::stored((*owner).to_owned())).or_default().push(Engagement {
            utc_start: occurrence.utc_start,
            utc_end: occurrence.utc_end,
            busy: shown.busy,
            all_day: occurrence.show_without_time,
            title: occurrence.title.filter(|_| readable),
            place: occurrence.place,
        });
    }
    Ok(found)
}
