use renraku_base::{CalendarId, FieldFault, Id, Principal};
use renraku_db::{Changed, ObjectType, ReadTx, Tx};
use renraku_notify::{Actor, Details, Notice, NotificationType, Repeat, Subject, service::tell};
use renraku_people::{
    Share, ShareTarget,
    access::{self, Grantee},
    directory::service as directory,
};

use super::calendars::{manageable, readable};
use crate::{ScheduleFault, model::CalendarKind, store::calendars::StoredCalendar};

/// Who may do what in a calendar, its owner included.
///
/// # Errors
/// [`ScheduleFault::NotManaged`] below `manage`, [`ScheduleFault::NotFound`].
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
/// grantee that is not there, [`ScheduleFault::NotManaged`] below `manage`, [`ScheduleFault::NotFound`].
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
        let fault =
            FieldFault::new(share.grantee.pointer(), "not-found", "there is no such person, unit or post");
        return Err(ScheduleFault::Invalid(vec![fault]));
    }
    if access::grants(tx, calendar.collection)?.into_iter().map(Share::from).any(|given| given == share) {
        return Ok(Changed::nothing(share));
    }
    let object = (ObjectType::Calendar, &calendar.id);
    let recorded = access::put_grant(tx, calendar.collection, object, &grantee, share.role)?;
    Ok(recorded.with(share))
}

/// Stops sharing a calendar with someone. Of a right of their own everybody can let go.
///
/// # Errors
/// As [`put_share`], but whoever is not there any more can be taken out; and as [`leave_calendar`].
pub fn remove_share(
    tx: &mut Tx<'_>,
    who: &Principal,
    id: &CalendarId,
    grantee: &ShareTarget,
) -> Result<Changed<()>, ScheduleFault> {
    if matches!(grantee, ShareTarget::Person { person_id } if *person_id == who.person) {
        return leave_calendar(tx, who, id);
    }
    let calendar = manageable(tx, who, id)?;
    refuse_fixed(&calendar, grantee)?;
    let object = (ObjectType::Calendar, &calendar.id);
    let removed = access::remove_grant(tx, calendar.collection, object, &grantee.clone().into())?;
    Ok(removed.map_or_else(|| Changed::nothing(()), |recorded| recorded.with(())))
}

/// Leaves a calendar that is shared with the person themselves; its owner is told.
///
/// # Errors
/// [`ScheduleFault::SharedWithGroup`] when a unit's right or everyone's lets them read it, [`ScheduleFault::CalendarFixed`] for their
/// own and for a facility's, [`ScheduleFault::NotFound`].
pub fn leave_calendar(
    tx: &mut Tx<'_>,
    who: &Principal,
    id: &CalendarId,
) -> Result<Changed<()>, ScheduleFault> {
    let (calendar, _) = readable(tx, who, id)?;
    refuse_fixed(&calendar, &ShareTarget::Person { person_id: who.person.clone() })?;
    let object = (ObjectType::Calendar, &calendar.id);
    let Some(recorded) = access::leave(tx, who, calendar.collection, object)? else {
        return Err(ScheduleFault::SharedWithGroup);
    };
    tell_owner(tx, who, &calendar, NotificationType::ShareLeft)?;
    Ok(recorded.with(()))
}

/// Tells the owner what somebody else did with their calendar.
pub(super) fn tell_owner(
    tx: &mut Tx<'_>,
    who: &Principal,
    calendar: &StoredCalendar,
    kind: NotificationType,
) -> Result<(), ScheduleFault> {
    let named = directory::names(tx, std::slice::from_ref(&who.person))?.remove(&who.person);
    let notice = Notice {
        kind,
        subject: Subject::default(),
        actor: named.map(|named| Actor { person_id: Some(who.person.clone()), name: named.name.full }),
        details: Details { title: Some(calendar.name.clone()), ..Details::default() },
        repeat: Repeat::Add,
    };
    Ok(tell(tx, &Id::stored(calendar.owner_id.clone()), &notice)?)
}

/// The right of the owner is not given and not taken, and neither is any in a facility's calendar.
fn refuse_fixed(calendar: &StoredCalendar, grantee: &ShareTarget) -> Result<(), ScheduleFault> {
    let owned = matches!(grantee, ShareTarget::Person { person_id } if calendar.is_of(person_id));
    if owned || calendar.kind == CalendarKind::Facility {
        return Err(ScheduleFault::CalendarFixed);
    }
    Ok(())
}
