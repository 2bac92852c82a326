mod put;

use diesel::prelude::*;
use renraku_base::{ETag, Id, Language, Limit, NotificationId, PersonId, PhoneMemoId, Timestamp};
use renraku_db::{Error, ReadTx, Tx, among, columns, schema::notifications};

use crate::{Actor, Details, Notification, NotificationType, Subject, rules::text};

pub(crate) use put::put_all;

#[derive(Queryable, Selectable)]
#[diesel(table_name = notifications)]
struct Row {
    id: String,
    kind: String,
    event_id: Option<String>,
    recurrence_id: Option<String>,
    message_id: Option<String>,
    facility_id: Option<String>,
    actor_id: Option<String>,
    actor_name: Option<String>,
    details: String,
    count: i32,
    created_at: i64,
    read_at: Option<i64>,
    version: i64,
    phone_memo_id: Option<String>,
}

impl Row {
    fn into_notification(self, language: Language) -> Result<Notification, Error> {
        let kind = NotificationType::parse(&self.kind)
            .ok_or_else(|| Error::damaged(format!("notification type {}", self.kind)))?;
        let details: Details = serde_json::from_str(&self.details).map_err(Error::damaged)?;
        let count = u32::try_from(self.count).unwrap_or(1);
        Ok(Notification {
            text: text::sentence(
                kind,
                self.actor_name.as_deref(),
                (self.recurrence_id.as_deref(), &details),
                count,
                Timestamp::from_micros(self.created_at),
                language,
            ),
            id: Id::stored(self.id),
            kind,
            created_at: Timestamp::from_micros(self.created_at),
            read_at: self.read_at.map(Timestamp::from_micros),
            subject: Subject {
                event_id: self.event_id.map(Id::stored),
                recurrence_id: self.recurrence_id,
                message_id: self.message_id.map(Id::stored),
                facility_id: self.facility_id.map(Id::stored),
                phone_memo_id: self.phone_memo_id.map(Id::stored),
            },
            actor: self.actor_name.map(|name| Actor { person_id: self.actor_id.map(Id::stored), name }),
            details,
            count,
            etag: tag(self.version, language),
        })
    }
}

/// The text is part of what is sent, so each language has its own tag.
fn tag(version: i64, language: Language) -> ETag {
    match language {
        Language::Ja => ETag::of(version),
        Language::En => ETag::of_view(version, 'e'),
    }
}

/// The notification, if it is this person's, with its version.
pub(crate) fn get(
    tx: &mut ReadTx<'_>,
    person: &PersonId,
    id: &NotificationId,
    language: Language,
) -> Result<Option<(Notification, i64)>, Error> {
    let row: Option<Row> =
        tx.fetch_one(notifications::table.find((person.as_str(), id.as_str())).select(columns::<Row>()))?;
    row.map(|row| {
        let version = row.version;
        Ok((row.into_notification(language)?, version))
    })
    .transpose()
}

/// This person's notifications, newest first, beginning after one of them.
pub(crate) fn list(
    tx: &mut ReadTx<'_>,
    person: &PersonId,
    unread: bool,
    after: Option<(Timestamp, &str)>,
    limit: Limit,
    language: Language,
) -> Result<Vec<Notification>, Error> {
    let mut query = notifications::table
        .filter(notifications::person_id.eq(person.as_str()))
        .order((notifications::created_at.desc(), notifications::id.desc()))
        .limit(limit.and_one())
        .select(columns::<Row>())
        .into_boxed();
    if unread {
        query = query.filter(notifications::read_at.is_null());
    }
    if let Some((at, id)) = after {
        query = query.filter(
            notifications::created_at
                .lt(at.micros())
                .or(notifications::created_at.eq(at.micros()).and(notifications::id.lt(id.to_owned()))),
        );
    }
    let rows: Vec<Row> = query.load(tx.conn())?;
    rows.into_iter().map(|row| row.into_notification(language)).collect()
}

/// This person's notifications by descending id, beginning below `below`.
pub(crate) fn list_by_id(
    tx: &mut ReadTx<'_>,
    person: &PersonId,
    below: Option<&str>,
    limit: i64,
    language: Language,
) -> Result<Vec<Notification>, Error> {
    let query = notifications::table
        .filter(notifications::person_id.eq(person.as_str()))
        .order(notifications::id.desc())
        .limit(limit)
        .select(columns::<Row>());
    let rows: Vec<Row> = match below {
        Some(below) => query.filter(notifications::id.lt(below)).load(tx.conn())?,
        None => query.load(tx.conn())?,
    };
    rows.into_iter().map(|row| row.into_notification(language)).collect()
}

/// Those of these notifications that are this person's.
pub(crate) fn get_many(
    tx: &mut ReadTx<'_>,
    person: &PersonId,
    ids: &[String],
    language: Language,
) -> Result<Vec<Notification>, Error> {
    let rows: Vec<Row> = tx.fetch(
        notifications::table
            .filter(notifications::person_id.eq(person.as_str()).and(among(notifications::id, ids)))
            .select(columns::<Row>()),
    )?;
    rows.into_iter().map(|row| row.into_notification(language)).collect()
}

/// Sets when a notification was read. One that is read is merged into no more.
pub(crate) fn put_read(
    tx: &mut Tx<'_>,
    person: &PersonId,
    id: &NotificationId,
    read_at: Option<Timestamp>,
    version: i64,
) -> Result<(), Error> {
    tx.run_prepared(diesel::update(notifications::table.find((person.as_str(), id.as_str()))).set((
        notifications::read_at.eq(read_at.map(Timestamp::micros)),
        notifications::topic.eq(None::<String>),
        notifications::version.eq(version),
    )))?;
    Ok(())
}

/// Marks what was told until `until` as read. Answers with what was unread.
pub(crate) fn put_all_read(
    tx: &mut Tx<'_>,
    person: &PersonId,
    until: Timestamp,
) -> Result<Vec<NotificationId>, Error> {
    let now = tx.now().micros();
    let unread = notifications::table.filter(
        notifications::person_id
            .eq(person.as_str())
            .and(notifications::read_at.is_null())
            .and(notifications::created_at.le(until.micros())),
    );
    let ids: Vec<String> = diesel::update(unread)
        .set((
            notifications::read_at.eq(now),
            notifications::topic.eq(None::<String>),
            notifications::version.eq(notifications::version + 1),
        ))
        .returning(notifications::id)
        .get_results(tx.conn())?;
    Ok(ids.into_iter().map(Id::stored).collect())
}

/// Marks as read what a person was told of a phone memo. Answers with what was not.
pub(crate) fn put_read_about(
    tx: &mut Tx<'_>,
    person: &PersonId,
    memo: &PhoneMemoId,
) -> Result<Vec<NotificationId>, Error> {
    let now = tx.now().micros();
    let own = notifications::person_id.eq(person.as_str()).and(notifications::read_at.is_null());
    let unread = notifications::table.filter(own.and(notifications::phone_memo_id.eq(memo.as_str())));
    let ids: Vec<String> = diesel::update(unread)
        .set((
            notifications::read_at.eq(now),
            notifications::topic.eq(None::<String>),
            notifications::version.eq(notifications::version + 1),
        ))
        .returning(notifications::id)
        .get_results(tx.conn())?;
    Ok(ids.into_iter().map(Id::stored).collect())
}

/// What somebody was told of a post that they took.
pub(crate) struct Told {
    pub person: PersonId,
    pub id: NotificationId,
    pub details: Details,
    pub version: i64,
}

/// What these persons were told of posts under keys that begin with `keys`; one statement.
pub(crate) fn list_appointments(
    tx: &mut ReadTx<'_>,
    persons: &[PersonId],
    keys: &str,
) -> Result<Vec<Told>, Error> {
    let theirs = among(notifications::person_id, persons.iter().map(Id::as_str));
    let of_keys = notifications::once_key.like(format!("{keys}%")).assume_not_null();
    let kind = notifications::kind.eq(NotificationType::Appointed.as_str());
    let rows: Vec<(String, String, String, i64)> =
        tx.fetch(notifications::table.filter(theirs.and(kind).and(of_keys)).select((
            notifications::person_id,
            notifications::id,
            notifications::details,
            notifications::version,
        )))?;
    let told = |(person, id, details, version): (String, String, String, i64)| {
        let details = serde_json::from_str(&details).map_err(Error::damaged)?;
        Ok(Told { person: Id::stored(person), id: Id::stored(id), details, version })
    };
    rows.into_iter().map(told).collect()
}

/// Says of a post that it was taken back after all, to somebody who has not read that.
pub(crate) fn put_withdrawn(tx: &mut Tx<'_>, told: &Told, version: i64) -> Result<(), Error> {
    let details = Details { withdrawn: true, ..told.details.clone() };
    let details = serde_json::to_string(&details).map_err(Error::damaged)?;
    let row = notifications::table.find((told.person.as_str(), told.id.as_str()));
    tx.run_prepared(diesel::update(row).set((
        notifications::details.eq(details),
        notifications::created_at.eq(tx.now().micros()),
        notifications::read_at.eq(None::<i64>),
        notifications::version.eq(version),
    )))?;
    Ok(())
}

/// Removes a notification.
pub(crate) fn remove(tx: &mut Tx<'_>, person: &PersonId, id: &NotificationId) -> Result<(), Error> {
    tx.run(diesel::delete(notifications::table.find((person.as_str(), id.as_str()))))?;
    Ok(())
}

/// Removes what these persons were told of a phone memo. Answers with whose it was.
pub(crate) fn remove_about(
    tx: &mut Tx<'_>,
    persons: &[&PersonId],
    memo: &PhoneMemoId,
) -> Result<Vec<(PersonId, NotificationId)>, Error> {
    let theirs = among(notifications::person_id, persons.iter().map(|person| person.as_str()));
    let told = notifications::table.filter(theirs.and(notifications::phone_memo_id.eq(memo.as_str())));
    let removed: Vec<(String, String)> =
        tx.fetch(diesel::delete(told).returning((notifications::person_id, notifications::id)))?;
    Ok(removed.into_iter().map(|(person, id)| (Id::stored(person), Id::stored(id))).collect())
}

/// Removes up to `limit` notifications that were told before `before`. Answers with whose they were.
pub(crate) fn remove_older(
    tx: &mut Tx<'_>,
    before: Timestamp,
    limit: i64,
) -> Result<Vec<(PersonId, NotificationId)>, Error> {
    let old = notifications::table
        .filter(notifications::created_at.lt(before.micros()))
        .order(notifications::created_at)
        .limit(limit)
        .select((notifications::person_id, notifications::id));
    let old: Vec<(String, String)> = tx.fetch(old)?;
    let ids: Vec<&str> = old.iter().map(|(_, id)| id.as_str()).collect();
    let people: Vec<&str> = old.iter().map(|(person, _)| person.as_str()).collect();
    tx.run(diesel::delete(
        notifications::table
            .filter(among(notifications::person_id, people).and(among(notifications::id, ids))),
    ))?;
    Ok(old.into_iter().map(|(person, id)| (Id::stored(person), Id::stored(id))).collect())
}
