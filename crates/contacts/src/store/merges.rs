use diesel::prelude::*;
use renraku_base::{ContactId, ContactMergeId, Id, PersonId, Timestamp};
use renraku_db::{
    CollectionId, Error, ReadTx, Tx, among, columns,
    schema::{contact_merge_cards as cards, contact_merges as merges},
};

use crate::model::Card;

/// A merge that can still be undone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StoredMerge {
    pub id: ContactMergeId,
    pub person: PersonId,
    pub collection: CollectionId,
    /// The contact that stayed.
    pub kept: ContactId,
    /// Its version since.
    pub kept_version: i64,
    pub merged_at: Timestamp,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = merges)]
struct Row {
    id: String,
    person_id: String,
    collection_id: i64,
    kept_id: String,
    kept_version: i64,
    merged_at: i64,
}

impl From<Row> for StoredMerge {
    fn from(row: Row) -> Self {
        Self {
            id: Id::stored(row.id),
            person: Id::stored(row.person_id),
            collection: CollectionId(row.collection_id),
            kept: Id::stored(row.kept_id),
            kept_version: row.kept_version,
            merged_at: Timestamp::from_micros(row.merged_at),
        }
    }
}

/// What a card was to a merge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(i32)]
pub(crate) enum Part {
    /// That of the contact that stayed.
    Kept = 0,
    /// That of one that went.
    Gone = 1,
    /// That of a group in which one was that went.
    Group = 2,
}

/// A card as it was before a merge.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct FormerCard {
    pub part: Part,
    pub contact: ContactId,
    pub version: i64,
    pub card: Card,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = cards)]
struct CardRow {
    merge_id: String,
    position: i32,
    part: i32,
    contact_id: String,
    version: i64,
    card: String,
}

impl TryFrom<CardRow> for FormerCard {
    type Error = Error;

    fn try_from(row: CardRow) -> Result<Self, Error> {
        let part = [Part::Kept, Part::Gone, Part::Group].into_iter().find(|part| *part as i32 == row.part);
        Ok(Self {
            part: part.ok_or_else(|| Error::damaged("the part of a merged card"))?,
            contact: Id::stored(row.contact_id),
            version: row.version,
            card: serde_json::from_str(&row.card).map_err(Error::damaged)?,
        })
    }
}

/// Notes a merge with the cards as they were.
pub(crate) fn insert(tx: &mut Tx<'_>, merge: &StoredMerge, former: &[FormerCard]) -> Result<(), Error> {
    let row = Row {
        id: merge.id.to_string(),
        person_id: merge.person.to_string(),
        collection_id: merge.collection.0,
        kept_id: merge.kept.to_string(),
        kept_version: merge.kept_version,
        merged_at: merge.merged_at.micros(),
    };
    tx.run(diesel::insert_into(merges::table).values(row))?;
    let rows = (0..).zip(former).map(|(position, former)| {
        Ok(CardRow {
            merge_id: merge.id.to_string(),
            position,
            part: former.part as i32,
            contact_id: former.contact.to_string(),
            version: former.version,
            card: serde_json::to_string(&former.card).map_err(Error::damaged)?,
        })
    });
    let rows = rows.collect::<Result<Vec<CardRow>, Error>>()?;
    for some in rows.chunks(1_000) {
        tx.run(diesel::insert_into(cards::table).values(some))?;
    }
    Ok(())
}

/// A merge, if it was made after `since`.
pub(crate) fn get(
    tx: &mut ReadTx<'_>,
    id: &ContactMergeId,
    since: Timestamp,
) -> Result<Option<StoredMerge>, Error> {
    let row: Option<Row> = tx.fetch_one(
        merges::table.find(id.as_str()).filter(merges::merged_at.gt(since.micros())).select(columns::<Row>()),
    )?;
    Ok(row.map(StoredMerge::from))
}

/// The merges of a person in collections that they may change, and all in those that they manage, that were made after `since`, newest
/// first.
pub(crate) fn list(
    tx: &mut ReadTx<'_>,
    (person, changeable): (&PersonId, &[CollectionId]),
    managed: &[CollectionId],
    since: Timestamp,
    limit: i64,
) -> Result<Vec<StoredMerge>, Error> {
    let rows: Vec<Row> = tx.fetch(
        merges::table
            .filter(
                (merges::person_id.eq(person.as_str()))
                    .and(among(merges::collection_id, changeable.iter().map(|id| id.0)))
                    .or(among(merges::collection_id, managed.iter().map(|id| id.0))),
            )
            .filter(merges::merged_at.gt(since.micros()))
            .order((merges::merged_at.desc(), merges::id.desc()))
            .limit(limit)
            .select(columns::<Row>()),
    )?;
    Ok(rows.into_iter().map(StoredMerge::from).collect())
}

/// Which contacts went in each of these merges, in order.
pub(crate) fn list_gone(
    tx: &mut ReadTx<'_>,
    ids: &[&str],
) -> Result<Vec<(ContactMergeId, ContactId)>, Error> {
    let rows: Vec<(String, String)> = tx.fetch(
        cards::table
            .filter(among(cards::merge_id, ids).and(cards::part.eq(Part::Gone as i32)))
            .order((cards::merge_id, cards::position))
            .select((cards::merge_id, cards::contact_id)),
    )?;
    Ok(rows.into_iter().map(|(merge, contact)| (Id::stored(merge), Id::stored(contact))).collect())
}

/// The cards as they were before a merge.
pub(crate) fn list_cards(tx: &mut ReadTx<'_>, id: &ContactMergeId) -> Result<Vec<FormerCard>, Error> {
    let rows: Vec<CardRow> = tx.fetch(
        cards::table
            .filter(cards::merge_id.eq(id.as_str()))
            .order(cards::position)
            .select(columns::<CardRow>()),
    )?;
    rows.into_iter().map(FormerCard::try_from).collect()
}

/// Notes that a contact is again as earlier merges into it had left it, in another version.
pub(crate) fn follow(tx: &mut Tx<'_>, kept: &ContactId, (from, to): (i64, i64)) -> Result<(), Error> {
    let earlier = merges::table.filter(merges::kept_id.eq(kept.as_str()).and(merges::kept_version.eq(from)));
    tx.run(diesel::update(earlier).set(merges::kept_version.eq(to)))?;
    Ok(())
}

/// Forgets a merge with its cards.
pub(crate) fn remove(tx: &mut Tx<'_>, id: &ContactMergeId) -> Result<(), Error> {
    tx.run(diesel::delete(merges::table.find(id.as_str())))?;
    Ok(())
}

/// Forgets the merges in a collection.
pub(crate) fn remove_all(tx: &mut Tx<'_>, collection: CollectionId) -> Result<(), Error> {
    tx.run(diesel::delete(merges::table.filter(merges::collection_id.eq(collection.0))))?;
    Ok(())
}

/// Forgets the merges that are as old as `until`, the oldest first and at most `limit`. Answers with how many.
pub(crate) fn remove_older(tx: &mut Tx<'_>, until: Timestamp, limit: i64) -> Result<usize, Error> {
    let old: Vec<String> = tx.fetch(
        merges::table
            .filter(merges::merged_at.le(until.micros()))
            .order(merges::merged_at)
            .limit(limit)
            .select(merges::id),
    )?;
    tx.run(diesel::delete(merges::table.filter(among(merges::id, old))))
}
