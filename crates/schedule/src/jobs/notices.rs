//! Who takes part in an event hears what became of it: members of staff in their feeds, others by mail.

use std::iter;

use renraku_base::{EventId, PersonId, Principal};
use renraku_db::{Tx, jobs};
use renraku_notify::{
    About, Actor, CalendarPart, Details, MailAddress, Notice, NotificationType, OutgoingMail, Repeat,
    Subject, Undelivered, inbox::Letter, service,
};
use renraku_people::directory;
use serde::{Deserialize, Serialize};

use super::{
    TELL,
    audience::{Guests, audience, guests},
    called_off::CalledOff,
    delivery::note_undelivered,
    inbox::Message,
    invitation::{self, Method},
    pace, read,
};
use crate::{
    ScheduleFault,
    codec::ical,
    model::{Event, LocalDateTime, PatchObject, Status},
    rules::recurrence,
    store::{self, events::StoredEvent},
};

/// How many are told in one transaction.
const AT_ONCE: usize = 16;

/// What became of an event, or of one of its occurrences.
#[derive(Debug, Clone, Copy)]
pub(crate) struct News<'e> {
    pub kind: NotificationType,
    pub stored: &'e StoredEvent,
    /// The occurrence that it is about, and how that is now.
    pub occurrence: Option<(LocalDateTime, &'e Event)>,
    /// Whether it takes place all the same, without those who are told.
    pub removed: bool,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Order {
    kind: NotificationType,
    event: EventId,
    recurrence_id: Option<String>,
    actor: PersonId,
    details: Details,
    /// Tells this news from any other about the event, so that a second run tells nobody twice.
    version: i64,
    /// Whether it is told once more: then also those hear of it who were told of this state of the event.
    #[serde(default)]
    again: bool,
    staff: Vec<PersonId>,
    /// What lies in the inboxes of the staff then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    message: Option<Message>,
    /// What those outside are sent, and their addresses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    mail: Option<Mail>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Mail {
    method: Method,
    event: Event,
    /// Further occurrences of its series.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    more: Vec<Event>,
    /// Whether it tells of several at once: of all to which somebody comes who is a guest of single ones, or comes no more.
    #[serde(default)]
    each: bool,
    to: Vec<String>,
}

/// Writes down that these members of staff and these addresses outside are to be told.
pub(crate) fn tell(
    tx: &mut Tx<'_>,
    who: &Principal,
    news: News<'_>,
    staff: Vec<PersonId>,
    outside: Vec<String>,
) -> Result<(), ScheduleFault> {
    order(tx, who, news, (staff, outside), false, None)
}

/// Tells the guests of single occurrences that none of these takes place: staff of each, and somebody outside of all of theirs by one
/// mail.
pub(crate) fn call_off(tx: &mut Tx<'_>, who: &Principal, stored: &StoredEvent) -> Result<(), ScheduleFault> {
    let news = News { kind: NotificationType::Cancelled, stored, occurrence: None, removed: false };
    let mut theirs = CalledOff::default();
    let guests = guests(&stored.event, stored.organizer.as_ref()).into_iter();
    // What was called off before is no news.
    for Guests { recurrence_id, occurrence, crowd: (staff, outside) } in
        guests.filter(|it| it.occurrence.status != Status::Cancelled)
    {
        let one = Some((recurrence_id, &occurrence));
        tell(tx, who, News { occurrence: one, ..news }, staff, Vec::new())?;
        theirs.add(false, recurrence_id, &occurrence, outside);
    }
    theirs.tell(tx, who, stored)
}

/// The same for those who are to be told once more, whatever they were told of this state of the event.
pub(crate) fn tell_again(
    tx: &mut Tx<'_>,
    who: &Principal,
    news: News<'_>,
    crowd: (Vec<PersonId>, Vec<String>),
) -> Result<(), ScheduleFault> {
    order(tx, who, news, crowd, true, None)
}

/// Writes down that these are to be told; `more` are further occurrences that the one mail to those outside is about.
pub(super) fn order(
    tx: &mut Tx<'_>,
    who: &Principal,
    news: News<'_>,
    (staff, outside): (Vec<PersonId>, Vec<String>),
    again: bool,
    more: Option<Vec<Event>>,
) -> Result<(), ScheduleFault> {
    let staff: Vec<PersonId> = staff.into_iter().filter(|person| *person != who.person).collect();
    // What somebody outside organizes is theirs to tell of.
    if news.stored.organizer.is_none() || staff.is_empty() && outside.is_empty() {
        return Ok(());
    }
    let shown = news.occurrence.map_or(&news.stored.event, |(_, occurrence)| occurrence);
    let method = match news.kind {
        NotificationType::Cancelled if news.removed => Method::Remove,
        NotificationType::Cancelled => Method::Cancel,
        _ => Method::Request,
    };
    let order = Order {
        kind: news.kind,
        event: news.stored.id.clone(),
        recurrence_id: news.occurrence.map(|(id, _)| id.to_string()),
        actor: who.person.clone(),
        details: Details { removed: news.removed, ..details(shown) },
        version: news.stored.version,
        again,
        message: (!staff.is_empty()).then(|| Message::of(method, shown, news.stored.organizer.as_ref())),
        staff,
        mail: (!outside.is_empty()).then(|| Mail {
            method,
            event: shown.clone(),
            each: more.is_some(),
            more: more.unwrap_or_default(),
            to: outside,
        }),
    };
    let due = tx.now();
    jobs::enqueue(tx, TELL, &order, due, None)?;
    Ok(())
}

/// The facts of an event for a notification.
pub(crate) fn details(event: &Event) -> Details {
    Details {
        title: Some(event.title.clone()).filter(|title| !title.is_empty()),
        start: Some(event.start.to_string()),
        time_zone: event.time_zone.map(|zone| zone.name().to_owned()),
        show_without_time: event.show_without_time,
        series: event.is_series(),
        place: event.place().map(str::to_owned),
        ..Details::default()
    }
}

pub(super) fn run(tx: &mut Tx<'_>, payload: &str) -> Result<(), ScheduleFault> {
    let order: Order = read(payload)?;
    let (staff_now, staff_rest) = order.staff.split_at(order.staff.len().min(AT_ONCE));
    let people: Vec<PersonId> = staff_now.iter().chain([&order.actor]).cloned().collect();
    let named = directory::service::names(tx, &people)?;
    let actor = named.get(&order.actor);
    let notice = Notice {
        kind: order.kind,
        subject: Subject {
            event_id: Some(order.event.clone()),
            recurrence_id: order.recurrence_id.clone(),
            ..Subject::default()
        },
        actor: actor
            .map(|person| Actor { person_id: Some(order.actor.clone()), name: person.name.full.clone() }),
        details: order.details.clone(),
        repeat: Repeat::Once(key(&order)),
    };
    match &order.message {
        Some(message) => {
            let now = tx.now();
            let letters: Vec<Letter> =
                staff_now.iter().map(|person| message.letter(person, named.get(person), now)).collect();
            service::deliver(tx, &letters, &notice)?;
        }
        // Of an order that was written down before there were inboxes.
        None => service::tell_all(tx, staff_now, &notice)?,
    }

    let mut mail_rest = Vec::new();
    let from = actor.and_then(|person| Some((person.email.clone()?, person.name.full.clone())));
    if let (Some(mail), None) = (&order.mail, &from) {
        // Who has no address writes no mail.
        let nothing = Undelivered {
            addresses: mail.to.clone(),
            no_way: true,
            author_knows: false,
            reason: "its author has no mail address".to_owned(),
        };
        note_undelivered(tx, &about(&order), matches!(mail.method, Method::Request), &nothing)?;
    }
    if let Some(mail) = &order.mail
        && let Some(from) = from
    {
        let (now, rest) = mail.to.split_at(mail.to.len().min(AT_ONCE));
        mail_rest = rest.to_vec();
        let present = Present::of(tx, &order)?;
        for address in now {
            queue(tx, (&order, mail), address, (&from.0, &from.1), present.as_ref())?;
        }
    }
    if !staff_rest.is_empty() || !mail_rest.is_empty() {
        let rest = Order {
            staff: staff_rest.to_vec(),
            mail: order
                .mail
                .clone()
                .filter(|_| !mail_rest.is_empty())
                .map(|mail| Mail { to: mail_rest, ..mail }),
            ..order
        };
        let due = tx.now();
        jobs::enqueue(tx, TELL, &rest, due, None)?;
    }
    Ok(())
}

/// Queues the mail to one address. A guest of several occurrences is told of all of theirs by one mail, so that whatever changes with
/// this one, or soon after, is said, too.
fn queue(
    tx: &mut Tx<'_>,
    (order, mail): (&Order, &Mail),
    address: &str,
    from: (&str, &str),
    present: Option<&Present>,
) -> Result<(), ScheduleFault> {
    let is_request = matches!(mail.method, Method::Request);
    let about_one = order.recurrence_id.is_some() && !order.again;
    // Meanwhile they may have been taken out of it, or the event be gone: of that they are told by itself.
    if is_request && !order.again && !present.is_some_and(|present| present.is_in(address)) {
        return Ok(());
    }
    let theirs = present.filter(|_| about_one).and_then(|present| present.each(order, address));
    let said = theirs.as_ref().filter(|(_, each)| is_request && !each.more.is_empty());
    let (order, mail) = said.map_or((order, mail), |(order, each)| (order, each));
    // Who comes to nothing any more is sent nothing of what waits.
    let comes = theirs.is_some() || present.is_some_and(|present| present.is_in_whole(address));
    let whole = if is_request { mail.each } else { about_one && !comes };
    let recurrence_id = order.recurrence_id.as_deref().filter(|_| !whole).unwrap_or_default();
    let outgoing = outgoing(order, mail, address, from, tx.now());
    let about = pace::About { event: &order.event, recurrence_id, address };
    pace::queue(tx, about, (&outgoing, order.again || !is_request), |tx| match &theirs {
        Some((order, each)) => Ok(Some(self::outgoing(order, each, address, from, tx.now()))),
        None => of_whole(tx, order, address, from),
    })
}

/// An event as it is now, while a mail about it or one of its occurrences goes out.
struct Present {
    version: i64,
    /// Who is invited to the whole of it.
    whole: Vec<String>,
    /// Who is invited to it, or to single occurrences.
    all: Vec<String>,
    /// Who comes to single occurrences that are not over.
    guests: Vec<Guests>,
}

impl Present {
    /// Nothing where the event is there no more.
    fn of(tx: &mut Tx<'_>, order: &Order) -> Result<Option<Self>, ScheduleFault> {
        let Some(stored) = store::events::get(tx, &order.event)? else { return Ok(None) };
        let now = tx.now();
        let mut guests = guests(&stored.event, stored.organizer.as_ref());
        let (_, whole) = audience(&stored.event, stored.organizer.as_ref());
        let single = guests.iter().flat_map(|it| &it.crowd.1);
        let all = whole.iter().chain(single).cloned().collect();
        guests.retain(|it| {
            it.occurrence.status != Status::Cancelled
                && recurrence::end(&it.occurrence).is_none_or(|end| end >= now)
        });
        Ok(Some(Self { version: stored.version, whole, all, guests }))
    }

    fn is_in(&self, address: &str) -> bool {
        self.all.iter().any(|it| it == address)
    }

    fn is_in_whole(&self, address: &str) -> bool {
        self.whole.iter().any(|it| it == address)
    }

    /// The mail that tells a guest of all occurrences to which they come.
    fn each(&self, order: &Order, address: &str) -> Option<(Order, Mail)> {
        let comes = |it: &&Guests| it.crowd.1.iter().any(|guest| guest == address);
        let mut theirs = self.guests.iter().filter(comes).map(|it| it.occurrence.clone());
        let event = theirs.next()?;
        let mail =
            Mail { method: Method::Request, event, more: theirs.collect(), each: true, to: Vec::new() };
        Some((Order { version: self.version, ..order.clone() }, mail))
    }
}

/// The mail by which somebody who is invited to the whole event is told of it as it is now.
fn of_whole(
    tx: &mut Tx<'_>,
    order: &Order,
    address: &str,
    from: (&str, &str),
) -> Result<Option<OutgoingMail>, ScheduleFault> {
    let stored = store::events::get(tx, &order.event)?.filter(|stored| {
        let (_, outside) = audience(&stored.event, stored.organizer.as_ref());
        stored.event.status != Status::Cancelled && outside.iter().any(|it| it == address)
    });
    let Some(stored) = stored else { return Ok(None) };
    let order = Order { kind: NotificationType::Moved, recurrence_id: None, ..order.clone() };
    let mail =
        Mail { method: Method::Request, event: stored.event, more: Vec::new(), each: false, to: Vec::new() };
    Ok(Some(outgoing(&order, &mail, address, from, tx.now())))
}

/// What the mails of an order are about.
fn about(order: &Order) -> About {
    let details = order.details.clone();
    About { event: order.event.clone(), sender: order.actor.clone(), details }
}

fn key(order: &Order) -> String {
    let recurrence = order.recurrence_id.as_deref().unwrap_or_default();
    format!("{}:{}:{recurrence}:{}", order.kind.as_str(), order.event, order.version)
}

fn outgoing(
    order: &Order,
    mail: &Mail,
    address: &str,
    (email, name): (&str, &str),
    now: renraku_base::Timestamp,
) -> OutgoingMail {
    let invited = order.kind == NotificationType::Invited && !order.again;
    let text = invitation::text((mail.method, invited), &mail.event, &mail.more, name);
    let events = iter::once(&mail.event).chain(&mail.more);
    let part = match mail.method {
        Method::Request => {
            let events: Vec<Event> = events.map(|event| as_invited(event, address)).collect();
            ical::request_each(&events, now)
        }
        Method::Cancel | Method::Remove => ical::cancel_each(&events.cloned().collect::<Vec<Event>>(), now),
    };
    let domain = email.rsplit('@').next().unwrap_or("localhost");
    let to = address.replace(|c: char| !c.is_ascii_alphanumeric(), "-");
    let recurrence = match mail.each {
        true => format!(".each{}", order.version),
        // Two dots in a row are no atom of an address (RFC 5322 §3.2.3).
        false => order
            .recurrence_id
            .as_ref()
            .map_or_else(String::new, |id| format!(".{id}").replace([':', '-'], "")),
    };
    let again = if order.again { format!(".{}", order.version) } else { String::new() };
    OutgoingMail {
        message_id: format!(
            "{}{recurrence}.{}.{}{again}.{to}@{domain}",
            order.event,
            mail.event.sequence,
            part.method.to_lowercase()
        ),
        date: now,
        from: MailAddress { name: Some(name.to_owned()), email: email.to_owned() },
        to: vec![MailAddress { name: None, email: address.to_owned() }],
        cc: Vec::new(),
        bcc: Vec::new(),
        subject: text.subject,
        text: text.body,
        calendar: Some(CalendarPart {
            method: part.method.to_owned(),
            text: part.text,
            about: Some(about(order)),
        }),
        in_reply_to: None,
        references: Vec::new(),
        files_of: None,
        whole: false,
    }
}

/// A series as it is for somebody outside who comes to it: what they do not come to is left out (RFC 6638 §3.2.6).
fn as_invited(event: &Event, address: &str) -> Event {
    let comes = |event: &Event| audience(event, None).1.iter().any(|it| it == address);
    if !comes(event) {
        return event.clone();
    }
    let exceptions = event.occurrences_of(PatchObject::changes_people).into_iter();
    let others = exceptions.filter(|(_, occurrence)| !comes(occurrence));
    others.fold(event.clone(), |series, (id, _)| series.without(id))
}
