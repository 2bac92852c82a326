use renraku_base::Timestamp;
use renraku_db::{ObjectType, ReadTx, changes::Change};
use renraku_mail::service::sync as service;

use super::{Ask, Found, Listed, Problem, as_limit, ids_of, stored};
use crate::sync::page::piece;

/// The mark of a cursor that stands among the mailboxes.
const MAILBOXES: &str = "b";

/// Where a listing of mail stands: how many heads were sent, and the last of them.
struct Cursor<'a> {
    sent: usize,
    last: Option<(Timestamp, &'a str)>,
}

impl<'a> Cursor<'a> {
    fn read(text: &'a str) -> Self {
        let mut parts = text.splitn(3, ':');
        let sent = parts.next().and_then(|sent| sent.parse().ok()).unwrap_or(0);
        let at = parts.next().and_then(|at| at.parse().ok()).map(Timestamp::from_micros);
        Self { sent, last: at.zip(parts.next()) }
    }

    fn write(sent: usize, at: Timestamp, id: &str) -> String {
        format!("{sent}:{}:{id}", at.micros())
    }
}

/// The mailboxes are listed first, then the newest heads; older ones are pages of `GET mail/messages`.
pub(super) fn list(tx: &mut ReadTx<'_>, ask: &Ask, cursor: &str, count: usize) -> Result<Listed, Problem> {
    let mut objects = Vec::new();
    let after = cursor.strip_prefix(MAILBOXES);
    if cursor.is_empty() || after.is_some() {
        let mut mailboxes = service::list_mailboxes_for_sync(tx, &ask.who)?;
        mailboxes.retain(|mailbox| after.is_none_or(|after| mailbox.id.as_str() > after));
        mailboxes.sort_unstable_by(|a, b| a.id.cmp(&b.id));
        for mailbox in mailboxes.iter().take(count) {
            let key = format!("{MAILBOXES}{}", mailbox.id);
            objects.push((key, Some(vec![piece("mailboxes", mailbox)?])));
        }
    }
    let place = Cursor::read(cursor);
    let room = count.saturating_sub(objects.len()).min(service::FIRST_MESSAGES.saturating_sub(place.sent));
    if room > 0 {
        let messages = service::list_messages_for_sync(tx, &ask.who, place.last, as_limit(room))?;
        for (at, message) in messages.iter().enumerate() {
            let key = Cursor::write(place.sent + at + 1, message.received_at, message.id.as_str());
            objects.push((key, Some(vec![piece("messages", message)?])));
        }
    }
    let more = objects.len() >= count;
    Ok(Listed { objects, more })
}

pub(super) fn get(tx: &mut ReadTx<'_>, ask: &Ask, rows: &[Change]) -> Result<Found, Problem> {
    let mut found = Found::new();
    let ids = ids_of(rows, ObjectType::Mailbox);
    if !ids.is_empty() {
        for mailbox in service::get_mailboxes_for_sync(tx, &ask.who, &stored(ids))? {
            found.insert(
                (ObjectType::Mailbox, mailbox.id.to_string()),
                vec![piece("mailboxes", &mailbox)?].into(),
            );
        }
    }
    let ids = ids_of(rows, ObjectType::Message);
    if !ids.is_empty() {
        for message in service::get_messages_for_sync(tx, &ask.who, &stored(ids))? {
            found.insert(
                (ObjectType::Message, message.id.to_string()),
                vec![piece("messages", &message)?].into(),
            );
        }
    }
    Ok(found)
}
