use diesel::{prelude::*, upsert::excluded};
use renraku_base::{Id, NotificationId, PersonId};
use renraku_db::{Error, Tx, schema::notifications};
use serde::{Deserialize, Serialize};

use crate::{Details, Notice, Repeat};

// Without the second attribute, diesel sends rows to SQLite one by one.
#[derive(Insertable)]
#[diesel(table_name = notifications, treat_none_as_default_value = false)]
struct NewRow<'a> {
    person_id: &'a str,
    id: String,
    kind: &'a str,
    event_id: Option<&'a str>,
    recurrence_id: Option<&'a str>,
    message_id: Option<&'a str>,
    facility_id: Option<&'a str>,
    actor_id: Option<&'a str>,
    actor_name: Option<&'a str>,
    details: &'a str,
    count: i32,
    once_key: Option<&'a str>,
    topic: Option<&'a str>,
    created_at: i64,
    read_at: Option<i64>,
    version: i64,
    phone_memo_id: Option<&'a str>,
}

/// Adds or merges one notification for each recipient, by one statement for up to 1,000 of them. Answers with whose
/// notification was added or changed.
pub(crate) fn put_all(
    tx: &mut Tx<'_>,
    recipients: &[&PersonId],
    notice: &Notice,
) -> Result<Vec<(PersonId, NotificationId)>, Error> {
    let details = serde_json::to_string(&notice.details).map_err(Error::damaged)?;
    let (once_key, topic, count) = match &notice.repeat {
        Repeat::Add => (None, None, 1),
        Repeat::Once(key) => (Some(key.as_str()), None, 1),
        Repeat::Merge(key, count) => (None, Some(key.as_str()), i32::try_from(*count).unwrap_or(i32::MAX)),
        Repeat::MergeEach(key, each) => {
            let mut put = Vec::with_capacity(recipients.len());
            for recipient in recipients {
                let (details, count) = count_each(tx, recipient, (key, each), &notice.details)?;
                put.extend(put_some(tx, &[recipient], notice, (&details, count), (None, Some(key)))?);
            }
            return Ok(put);
        }
    };
    put_some(tx, recipients, notice, (&details, count), (once_key, topic))
}

/// The facts as they are stored, with what the notification of this topic counts from now on, and how many of that are new.
fn count_each(
    tx: &mut Tx<'_>,
    recipient: &PersonId,
    (topic, each): (&str, &[String]),
    details: &Details,
) -> Result<(String, i32), Error> {
    #[derive(Deserialize)]
    struct Before {
        #[serde(default)]
        counted: Vec<String>,
    }
    #[derive(Serialize)]
    struct After<'a> {
        #[serde(flatten)]
        details: &'a Details,
        counted: &'a [String],
    }
    // Two processes may count at once.
    tx.hold(topic)?;
    let of_topic = notifications::person_id.eq(recipient.as_str()).and(notifications::topic.eq(topic));
    let before: Option<String> =
        tx.fetch_one(notifications::table.filter(of_topic).select(notifications::details))?;
    let before = before.map(|it| serde_json::from_str::<Before>(&it)).transpose().map_err(Error::damaged)?;
    let mut counted = before.map(|it| it.counted).unwrap_or_default();
    let known = counted.len();
    for one in each {
        if !counted.contains(one) {
            counted.push(one.clone());
        }
    }
    let count = i32::try_from(counted.len() - known).unwrap_or(i32::MAX);
    let after = serde_json::to_string(&After { details, counted: &counted }).map_err(Error::damaged)?;
    Ok((after, count))
}

fn put_some(
    tx: &mut Tx<'_>,
    recipients: &[&PersonId],
    notice: &Notice,
    (details, count): (&str, i32),
    (once_key, topic): (Option<&str>, Option<&str>),
) -> Result<Vec<(PersonId, NotificationId)>, Error> {
    let subject = &notice.subject;
    let mut put: Vec<(String, String)> = Vec::with_capacity(recipients.len());
    for some in recipients.chunks(1_000) {
        let rows: Vec<NewRow<'_>> = some
            .iter()
            .map(|recipient| NewRow {
                person_id: recipient.as_str(),
                id: tx.new_id::<renraku_base::kind::Notification>().into_string(),
                kind: notice.kind.as_str(),
                event_id: subject.event_id.as_ref().map(Id::as_str),
                recurrence_id: subject.recurrence_id.as_deref(),
                message_id: subject.message_id.as_ref().map(Id::as_str),
                facility_id: subject.facility_id.as_ref().map(Id::as_str),
                actor_id: notice.actor.as_ref().and_then(|actor| actor.person_id.as_ref()).map(Id::as_str),
                actor_name: notice.actor.as_ref().map(|actor| actor.name.as_str()),
                details,
                count,
                once_key,
                topic,
                created_at: tx.now().micros(),
                read_at: None,
                version: tx.next_version(None),
                phone_memo_id: subject.phone_memo_id.as_ref().map(Id::as_str),
            })
            .collect();
        put.extend(if topic.is_some() { merge(tx, &rows)? } else { add(tx, &rows)? });
    }
    Ok(put.into_iter().map(|(person, id)| (Id::stored(person), Id::stored(id))).collect())
}

fn add(tx: &mut Tx<'_>, rows: &Vec<NewRow<'_>>) -> Result<Vec<(String, String)>, Error> {
    tx.fetch_inserted(
        diesel::insert_into(notifications::table)
            .values(rows)
            .on_conflict_do_nothing()
            .returning((notifications::person_id, notifications::id)),
    )
}

fn merge(tx: &mut Tx<'_>, rows: &Vec<NewRow<'_>>) -> Result<Vec<(String, String)>, Error> {
    tx.fetch_inserted(
        diesel::insert_into(notifications::table)
            .values(rows)
            .on_conflict((notifications::person_id, notifications::topic))
            .do_update()
            .set((
                notifications::kind.eq(excluded(notifications::kind)),
                notifications::event_id.eq(excluded(notifications::event_id)),
                notifications::recurrence_id.eq(excluded(notifications::recurrence_id)),
                notifications::message_id.eq(excluded(notifications::message_id)),
                notifications::facility_id.eq(excluded(notifications::facility_id)),
                notifications::phone_memo_id.eq(excluded(notifications::phone_memo_id)),
                notifications::actor_id.eq(excluded(notifications::actor_id)),
                notifications::actor_name.eq(excluded(notifications::actor_name)),
                notifications::details.eq(excluded(notifications::details)),
                notifications::count.eq(notifications::count + excluded(notifications::count)),
                notifications::created_at.eq(excluded(notifications::created_at)),
                notifications::version.eq(notifications::version + 1),
            ))
            .returning((notifications::person_id, notifications::id)),
    )
}
