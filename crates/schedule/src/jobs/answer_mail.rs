use std::iter;

use renraku_base::Principal;
use renraku_db::Tx;
use renraku_notify::{About, CalendarPart, Details, MailAddress, OutgoingMail, service};
use renraku_people::directory::NamedPerson;

use super::{invitation, notices::details};
use crate::{
    ScheduleFault, codec::ical, model::Event, rules::recurrence, service::staff, store::events::StoredEvent,
};

/// Puts a mail into the queue that tells an organizer outside the office what `who` answered. `shown` is the event or the
/// occurrence that was answered.
pub(crate) fn mail_answer(
    tx: &mut Tx<'_>,
    who: &Principal,
    person: &NamedPerson,
    stored: &StoredEvent,
    shown: &Event,
) -> Result<(), ScheduleFault> {
    if !ical::server_replies(&stored.event) {
        return Ok(());
    }
    let organizer = stored.event.organizer_calendar_address.as_deref().and_then(staff::mail_address);
    let (Some(to), Some(from)) = (organizer, &person.email) else { return Ok(()) };
    let Some((key, participant)) = shown.participant(&who.person) else { return Ok(()) };
    let now = tx.now();
    // Where the series is not known, those of its occurrences to which the answer is the same and which are not over are named, too.
    let mut others = if shown.stands_alone() { shown.occurrences_of(|_| true) } else { Vec::new() };
    others.retain(|(_, it)| {
        it.participation(&who.person) == Some(participant.participation_status)
            && recurrence::end(it).is_none_or(|end| end > now)
    });
    let answered: Vec<Event> =
        iter::once(shown.clone()).chain(others.into_iter().map(|(_, it)| it)).collect();
    let Some(part) = ical::reply(&answered, key, now) else { return Ok(()) };
    let status = participant.participation_status.as_str().to_owned();
    let details = Details { participation_status: Some(status), ..details(shown) };
    let text = invitation::answer(shown, participant, &person.name.full);
    let occurrence =
        shown.recurrence_id.map(|id| format!(".{id}").replace([':', '-'], "")).unwrap_or_default();
    let domain = from.rsplit('@').next().unwrap_or("localhost");
    let mail = OutgoingMail {
        message_id: format!("{}.{}{occurrence}.{}.reply@{domain}", stored.id, stored.version, who.person),
        date: now,
        from: MailAddress { name: Some(person.name.full.clone()), email: from.clone() },
        to: vec![MailAddress { name: None, email: to }],
        cc: Vec::new(),
        bcc: Vec::new(),
        subject: text.subject,
        text: text.body,
        calendar: Some(CalendarPart {
            method: part.method.to_owned(),
            text: part.text,
            about: Some(About { event: stored.id.clone(), sender: who.person.clone(), details }),
        }),
        in_reply_to: None,
        references: Vec::new(),
        files_of: None,
        whole: false,
    };
    service::queue_mail(tx, &mail, now)?;
    Ok(())
}
