use renraku_base::{CalendarId, FieldFault, Principal};
use renraku_db::{Changed, ObjectType, ReadTx, Tx};
use renraku_people::{
    Share, ShareTarget,
    access::{self, Grantee},
};

use super::calendars::manageable;
use crate::{ScheduleFault, model::CalendarKind, store::calendars::StoredCalendar};

/// Who may do what in a calendar, its owner included.
///
/// # Errors
/// [`ScheduleFault::Forbidden`] below `manage`, [`ScheduleFault::NotFound`].
pub fn list_shares(
    tx: &mut ReadTx<'_>,
    who: &Principal,
    id: &CalendarId,
) -> Result<Vec<Share>, ScheduleFault> {
    let calendar = manageable(tx, who, id)?;
    let grants = access::grants(tx, calendar.collection)?;
    Ok(grants.into_iter().map(Share::from).collect())
}

/// Shares a calendar, or changes what someone may do in it.
///
/// # Errors
/// [`ScheduleFault::CalendarFixed`] for the owner's own right and for a facility's calendar, [`ScheduleFault::Invalid`] for a
/// grantee that is not there, [`ScheduleFault::Forbidden`] below `manage`, [`ScheduleFault::NotFound`].
pub fn put_share(
    tx: &mut Tx<'_>,
    who: &Principal,
    id: &CalendarId,
    share: Share,
) -> Result<Changed<Share>, ScheduleFault> {
    // Nobody gives more than they have: whoever shares holds the greatest role there is.
    let calendar = manageable(tx, who, id)?;
    refuse_fixed(&calendar, &share.grantee)?;
    let grantee = Grantee::from(share.grantee.clone());
    if !access::is_there(tx, &grantee)? {
        let fault = FieldFault::new("/grantee", "not-found", "there is no such person or unit");
        return Err(ScheduleFault::Invalid(vec![fault]));
    }
    if access::grants(tx, calendar.collection)?.into_iter().map(Share::from).any(|given| given == share) {
        return Ok(Changed::nothing(share));
    }
    let object = (ObjectType::Calendar, &calendar.id);
    let recorded = access::put_grant(tx, calendar.collection, object, &grantee, share.role)?;
    Ok(recorded.with(share))
}

/// Stops sharing a calendar with someone.
///
/// # Errors
/// As [`put_share`], but whoever is not there any more can be taken out.
pub fn remove_share(
    tx: &mut Tx<'_>,
    who: &Principal,
    id: &CalendarId,
    grantee: &ShareTarget,
) -> Result<Changed<()>, ScheduleFault> {
    let calendar = manageable(tx, who, id)?;
    refuse_fixed(&calendar, grantee)?;
    let object = (ObjectType::Calendar, &calendar.id);
    let removed = access::remove_grant(tx, calendar.collection, object, &grantee.clone().into())?;
    Ok(removed.map_or_else(|| Changed::nothing(()), |recorded| recorded.with(())))
}

/// The right of the owner is not given and not taken, and neither is any in a facility's calendar.
fn refuse_fixed(calendar: &StoredCalendar, grantee: &ShareTarget) -> Result<(), ScheduleFault> {
    let owned = matches!(grantee, ShareTarget::Person { person_id } if calendar.is_of(person_id));
    if owned || calendar.kind == CalendarKind::Facility {
        return Err(ScheduleFault::CalendarFixed);
    }
    Ok(())
}
