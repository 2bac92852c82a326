use renraku_base::{CalendarId, Principal, Role};
use renraku_db::{Changed, ObjectType, ReadTx, Tx};
use renraku_people::{Share, ShareTarget, access};

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
/// [`ScheduleFault::CalendarFixed`] for the owner's own right and for a facility's calendar,
/// [`ScheduleFault::Forbidden`] below `manage`, [`ScheduleFault::NotFound`].
pub fn put_share(
    tx: &mut Tx<'_>,
    who: &Principal,
    id: &CalendarId,
    share: Share,
) -> Result<Changed<Share>, ScheduleFault> {
    // Nobody gives more than they have: whoever shares holds the greatest role there is.
    let calendar = manageable(tx, who, id)?;
    let recorded = put(tx, &calendar, &share.grantee, Some(share.role))?;
    Ok(recorded.with(share))
}

/// Stops sharing a calendar with someone.
///
/// # Errors
/// As [`put_share`].
pub fn remove_share(
    tx: &mut Tx<'_>,
    who: &Principal,
    id: &CalendarId,
    grantee: &ShareTarget,
) -> Result<Changed<()>, ScheduleFault> {
    let calendar = manageable(tx, who, id)?;
    let recorded = put(tx, &calendar, grantee, None)?;
    Ok(recorded.with(()))
}

fn put(
    tx: &mut Tx<'_>,
    calendar: &StoredCalendar,
    grantee: &ShareTarget,
    role: Option<Role>,
) -> Result<renraku_db::changes::Recorded, ScheduleFault> {
    let owned = matches!(grantee, ShareTarget::Person { person_id } if calendar.is_of(person_id));
    if owned || calendar.kind == CalendarKind::Facility {
        return Err(ScheduleFault::CalendarFixed);
    }
    let object = (ObjectType::Calendar, &calendar.id);
    Ok(access::put_grant(tx, calendar.collection, object, &grantee.clone().into(), role)?)
}
