//! What became of the mails to those outside: whoever organizes an event sees with each guest that nothing reached them.

use renraku_base::EventId;
use renraku_db::Tx;
use renraku_notify::{
    About, Delivery, Details, Notice, NotificationType, OutgoingMail, Repeat, Subject, Undelivered, service,
};

use crate::{
    ScheduleFault,
    model::{Event, PatchObject},
    service::{
        audience::{Audiences, renew},
        placing, staff,
    },
    store::{self, events::StoredEvent},
};

/// It was refused (RFC 6638 §3.2.9).
const REFUSED: &str = "5.1";
/// There is no way to send anything there.
const NO_WAY: &str = "5.2";

/// Notes what became of a mail. Mails that are not about an event are none of this area.
///
/// # Errors
/// [`ScheduleFault`] when the database fails.
pub fn note_delivery(tx: &mut Tx<'_>, mail: &OutgoingMail, delivery: &Delivery) -> Result<(), ScheduleFault> {
    let Some((about, method)) = mail.calendar.as_ref().and_then(|it| Some((it.about.as_ref()?, &it.method)))
    else {
        return Ok(());
    };
    match delivery {
        Delivery::Sent => {
            let addresses: Vec<String> = mail.to.iter().map(|to| to.email.clone()).collect();
            mark(tx, &about.event, &addresses, None).map(drop)
        }
        Delivery::Undelivered(it) => note_undelivered(tx, about, method == "REQUEST", it),
    }
}

/// Notes that nothing reached these addresses. Where the author has no mailbox that would tell them, they are notified: with an
/// invitation once for each guest, for whom it is then marked, until something reaches them.
pub(super) fn note_undelivered(
    tx: &mut Tx<'_>,
    about: &About,
    is_request: bool,
    it: &Undelivered,
) -> Result<(), ScheduleFault> {
    let status = if it.no_way { NO_WAY } else { REFUSED };
    let marked = mark(tx, &about.event, &it.addresses, Some(status))?;
    let news = if is_request { marked } else { it.addresses.clone() };
    let (Some(recipient), false) = (news.first(), it.author_knows) else { return Ok(()) };
    let addresses = news.iter().map(|address| address.to_lowercase()).collect();
    let notice = Notice {
        kind: NotificationType::Undelivered,
        subject: Subject { event_id: Some(about.event.clone()), ..Subject::default() },
        actor: None,
        details: Details { recipient: Some(recipient.clone()), ..about.details.clone() },
        repeat: Repeat::MergeEach(format!("undelivered:{}", about.event), addresses),
    };
    Ok(service::tell(tx, &about.sender, &notice)?)
}

/// Marks the guests of an event who have these addresses; those of them for whom nothing was marked before.
fn mark(
    tx: &mut Tx<'_>,
    event: &EventId,
    addresses: &[String],
    status: Option<&str>,
) -> Result<Vec<String>, ScheduleFault> {
    let marked = |stored: &StoredEvent| marked(&stored.event, addresses, status);
    // Nearly always nothing was marked and nothing is to be.
    if !store::events::get(tx, event)?.is_some_and(|stored| marked(&stored).0 != stored.event) {
        return Ok(Vec::new());
    }
    tx.hold(event.as_str())?;
    let Some(before) = store::events::get(tx, event)? else { return Ok(Vec::new()) };
    let (event, new) = marked(&before);
    if before.organizer.is_none() || event == before.event {
        return Ok(Vec::new());
    }
    let mut after = StoredEvent { event, ..before.clone() };
    renew(tx, &before, &mut after);
    store::events::put(tx, &after)?;
    let places = store::placements::list(tx, &after.id)?;
    let audiences = Audiences::of_change(&before.event, &after.event);
    let _recorded = placing::record(tx, &after.id, (&places, &places), audiences)?;
    Ok(new)
}

fn marked(event: &Event, addresses: &[String], status: Option<&str>) -> (Event, Vec<String>) {
    let mut new = Vec::new();
    let mut after = event.clone();
    after.change_everywhere(PatchObject::touches_people, |_, event| {
        for participant in event.participants.values_mut().filter(|it| it.person_id.is_none()) {
            let address = participant.calendar_address.as_deref().and_then(staff::mail_address);
            let Some(address) = address.filter(|it| addresses.iter().any(|to| to.eq_ignore_ascii_case(it)))
            else {
                continue;
            };
            if participant.schedule_status.is_empty() && status.is_some() && !new.contains(&address) {
                new.push(address);
            }
            participant.schedule_status = status.map(str::to_owned).into_iter().collect();
        }
    });
    (after, new)
}
