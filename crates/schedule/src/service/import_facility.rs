use std::collections::BTreeSet;

use renraku_base::{Id, PersonId, Role};
use renraku_db::{CollectionId, ObjectType, ReadTx, Tx};
use renraku_people::access::{self, Grantee};

use super::facilities::{check, create_facility, replace, shown, stored};
use crate::{
    ScheduleFault,
    model::{Facility, FacilityDraft},
    store,
};

/// What became of a facility that was read from a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Imported {
    /// There was none of that id.
    Created,
    /// Something of it, or who looks after it, is another now.
    Changed,
    /// It was so already.
    Unchanged,
}

/// The facilities of exactly this name.
///
/// # Errors
/// [`ScheduleFault::Internal`] when the database fails.
pub fn find_facilities(tx: &mut ReadTx<'_>, name: &str) -> Result<Vec<Facility>, ScheduleFault> {
    Ok(store::facilities::find_by_name(tx, name)?.into_iter().map(shown).collect())
}

/// Makes a facility or, where its id stands for one, makes that one as the draft says; with `managers` these people and nobody
/// else look after it. Whether the caller may, has been decided: this is for the command line.
///
/// # Errors
/// [`ScheduleFault::Invalid`].
pub fn import_facility(
    tx: &mut Tx<'_>,
    draft: FacilityDraft,
    managers: Option<&[PersonId]>,
) -> Result<Imported, ScheduleFault> {
    let current = match &draft.id {
        Some(id) => store::facilities::get(tx, id)?,
        None => None,
    };
    let (facility, mut done) = match current {
        None => (create_facility(tx, draft)?.into_inner(), Imported::Created),
        Some(current) => {
            check(&draft)?;
            let same = stored(current.id.clone(), current.calendar.clone(), draft.clone(), current.version);
            if same == current {
                (shown(current), Imported::Unchanged)
            } else {
                (replace(tx, current, draft)?.into_inner(), Imported::Changed)
            }
        }
    };
    if let Some(managers) = managers
        && appoint(tx, &facility, managers)?
        && done == Imported::Unchanged
    {
        done = Imported::Changed;
    }
    Ok(done)
}

/// Has these people look after a facility, and nobody else; tells whether that is news.
fn appoint(tx: &mut Tx<'_>, facility: &Facility, managers: &[PersonId]) -> Result<bool, ScheduleFault> {
    let calendar = store::calendars::get(tx, &facility.calendar_id)?.ok_or(ScheduleFault::NotFound)?;
    let wanted: BTreeSet<&str> = managers.iter().map(Id::as_str).collect();
    let present = managers_of(tx, calendar.collection)?;
    let object = (ObjectType::Calendar, &calendar.id);
    let mut news = false;
    for manager in present.iter().filter(|manager| !wanted.contains(manager.as_str())) {
        access::remove_grant(tx, calendar.collection, object, &person(manager))?;
        news = true;
    }
    for manager in managers.iter().filter(|manager| !present.contains(manager)) {
        let manage = Role::Manage;
        let _recorded = access::put_grant(tx, calendar.collection, object, &person(manager), manage)?;
        news = true;
    }
    Ok(news)
}

fn managers_of(tx: &mut ReadTx<'_>, bookings: CollectionId) -> Result<Vec<PersonId>, ScheduleFault> {
    let grants = access::grants(tx, bookings)?.into_iter();
    Ok(grants
        .filter_map(|grant| match grant.grantee {
            Grantee::Person(person) if grant.role == Role::Manage => Some(person),
            Grantee::Person(_) | Grantee::Unit(_) | Grantee::Post(..) | Grantee::Everyone => None,
        })
        .collect())
}

fn person(id: &PersonId) -> Grantee {
    Grantee::Person(id.clone())
}
