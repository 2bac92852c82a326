//! Rosters that wait for their day, and what takes back those that were applied.

use chrono::NaiveDate;
use diesel::prelude::*;
use renraku_base::{Id, RosterId, Timestamp};
use renraku_db::{Error, ReadTx, Tx, schema::rosters};
use serde::{Serialize, de::DeserializeOwned};

use crate::directory::roster::{
    NewIds, PreparedRoster, Roster, RosterCounts, RosterPlan, RosterState, Undo, WrittenTerm,
};

#[derive(Queryable, Selectable)]
#[diesel(table_name = rosters)]
struct Head {
    id: String,
    effective_on: String,
    made_at: i64,
    state: String,
    applied_at: Option<i64>,
    source: Option<String>,
    counts: Option<String>,
    announced: bool,
}

fn read(head: Head) -> Result<PreparedRoster, Error> {
    let damaged = |what: &str| Error::damaged(format!("{what} of roster {}", head.id));
    Ok(PreparedRoster {
        effective_on: head.effective_on.parse().map_err(|_no_date| damaged("day"))?,
        made_at: Timestamp::from_micros(head.made_at),
        state: RosterState::parse(&head.state).ok_or_else(|| damaged("state"))?,
        applied_at: head.applied_at.map(Timestamp::from_micros),
        source: head.source,
        announced: head.announced,
        counts: parse(head.counts)?,
        id: Id::stored(head.id),
    })
}

fn write(value: &impl Serialize) -> Result<String, Error> {
    serde_json::to_string(value).map_err(Error::damaged)
}

fn parse<T: DeserializeOwned>(text: Option<String>) -> Result<Option<T>, Error> {
    text.map(|text| serde_json::from_str(&text).map_err(Error::damaged)).transpose()
}

/// All of them, those of the latest days first.
pub fn list(tx: &mut ReadTx<'_>) -> Result<Vec<PreparedRoster>, Error> {
    let rows: Vec<Head> = rosters::table
        .order((rosters::effective_on.desc(), rosters::made_at.desc()))
        .select(Head::as_select())
        .load(tx.conn())?;
    rows.into_iter().map(read).collect()
}

/// The state of one.
pub fn state(tx: &mut ReadTx<'_>, id: &RosterId) -> Result<Option<RosterState>, Error> {
    let state: Option<String> =
        rosters::table.find(id.as_str()).select(rosters::state).first(tx.conn()).optional()?;
    Ok(state.as_deref().and_then(RosterState::parse))
}

/// What a prepared one says, and the ids of what it adds.
pub fn get_prepared(tx: &mut ReadTx<'_>, id: &RosterId) -> Result<Option<(Roster, NewIds)>, Error> {
    let row: Option<(String, i64, Option<String>)> = rosters::table
        .find(id.as_str())
        .filter(rosters::state.eq(RosterState::Prepared.as_str()))
        .select((rosters::effective_on, rosters::made_at, rosters::wanted))
        .first(tx.conn())
        .optional()?;
    let Some((day, made_at, wanted)) = row else { return Ok(None) };
    let roster: Option<Roster> = parse(wanted)?;
    let effective_on = Some(day.parse().map_err(|_no_date| Error::damaged(format!("day of roster {id}")))?);
    let ids = NewIds::new(id.clone(), Timestamp::from_micros(made_at));
    Ok(roster.map(|roster| (Roster { effective_on, ..roster }, ids)))
}

/// Those that wait and whose day is not after `day`, in the order of their days.
pub fn list_due(tx: &mut ReadTx<'_>, day: NaiveDate) -> Result<Vec<RosterId>, Error> {
    let ids: Vec<String> = rosters::table
        .filter(rosters::state.eq(RosterState::Prepared.as_str()))
        .filter(rosters::effective_on.le(day.to_string()))
        .order((rosters::effective_on, rosters::made_at))
        .select(rosters::id)
        .load(tx.conn())?;
    Ok(ids.into_iter().map(Id::stored).collect())
}

/// Those of them that everybody may know of, until a day.
pub fn list_announced(tx: &mut ReadTx<'_>, day: NaiveDate) -> Result<Vec<RosterId>, Error> {
    let ids: Vec<String> = tx.fetch(
        rosters::table
            .filter(rosters::state.eq(RosterState::Prepared.as_str()).and(rosters::announced))
            .filter(rosters::effective_on.le(day.to_string()))
            .order((rosters::effective_on, rosters::made_at))
            .select(rosters::id),
    )?;
    Ok(ids.into_iter().map(Id::stored).collect())
}

/// Lets everybody know of one that waits.
pub fn put_announced(tx: &mut Tx<'_>, id: &RosterId) -> Result<(), Error> {
    tx.run(diesel::update(rosters::table.find(id.as_str())).set(rosters::announced.eq(true)))?;
    Ok(())
}

/// Those that wait for this very day.
pub fn list_prepared_for(tx: &mut ReadTx<'_>, day: NaiveDate) -> Result<Vec<RosterId>, Error> {
    let ids: Vec<String> = rosters::table
        .filter(rosters::state.eq(RosterState::Prepared.as_str()))
        .filter(rosters::effective_on.eq(day.to_string()))
        .select(rosters::id)
        .load(tx.conn())?;
    Ok(ids.into_iter().map(Id::stored).collect())
}

/// Keeps one for its day.
pub fn insert_prepared(tx: &mut Tx<'_>, id: &RosterId, day: NaiveDate, roster: &Roster) -> Result<(), Error> {
    let row = (
        rosters::id.eq(id.as_str()),
        rosters::effective_on.eq(day.to_string()),
        rosters::made_at.eq(tx.now().micros()),
        rosters::state.eq(RosterState::Prepared.as_str()),
        rosters::wanted.eq(Some(write(roster)?)),
        rosters::source.eq(roster.source.as_deref()),
        rosters::counts.eq(Some(write(&RosterCounts::of_people(roster))?)),
    );
    diesel::insert_into(rosters::table).values(row).execute(tx.conn())?;
    Ok(())
}

/// Notes that one is in effect, with what it changed, which takes it back.
pub fn put_applied(
    tx: &mut Tx<'_>,
    id: &RosterId,
    day: NaiveDate,
    roster: &Roster,
    (plan, terms): (&RosterPlan, Vec<WrittenTerm>),
) -> Result<(), Error> {
    let now = tx.now().micros();
    let (day, undo) = (day.to_string(), write(&Undo::of(plan, terms))?);
    let counts = write(&RosterCounts::of_changes(roster, plan))?;
    let applied = || {
        (
            rosters::state.eq(RosterState::Applied.as_str()),
            rosters::applied_at.eq(Some(now)),
            rosters::wanted.eq(None::<String>),
            rosters::undo.eq(Some(undo.as_str())),
            rosters::source.eq(roster.source.as_deref()),
            rosters::counts.eq(Some(counts.as_str())),
        )
    };
    let known = diesel::update(rosters::table.find(id.as_str())).set(applied()).execute(tx.conn())?;
    if known == 0 {
        let new = (rosters::id.eq(id.as_str()), rosters::effective_on.eq(day), rosters::made_at.eq(now));
        diesel::insert_into(rosters::table).values((new, applied())).execute(tx.conn())?;
    }
    Ok(())
}

/// The one that was applied last, with what takes it back, if that is still known.
pub fn find_last_applied(tx: &mut ReadTx<'_>) -> Result<Option<(PreparedRoster, Option<Undo>)>, Error> {
    let row: Option<(Head, Option<String>)> = rosters::table
        .filter(rosters::state.eq(RosterState::Applied.as_str()))
        .order(rosters::applied_at.desc())
        .select((Head::as_select(), rosters::undo))
        .first(tx.conn())
        .optional()?;
    row.map(|(head, undo)| Ok((read(head)?, parse(undo)?))).transpose()
}

/// Notes that one was taken back.
pub fn put_undone(tx: &mut Tx<'_>, id: &RosterId) -> Result<(), Error> {
    diesel::update(rosters::table.find(id.as_str()))
        .set((rosters::state.eq(RosterState::Undone.as_str()), rosters::undo.eq(None::<&str>)))
        .execute(tx.conn())?;
    Ok(())
}

/// Drops one that waits; tells whether there was such a one.
pub fn remove_prepared(tx: &mut Tx<'_>, id: &RosterId) -> Result<bool, Error> {
    let waiting = rosters::table.find(id.as_str()).filter(rosters::state.eq(RosterState::Prepared.as_str()));
    Ok(diesel::delete(waiting).execute(tx.conn())? > 0)
}

/// Drops those that were applied before `before`.
pub fn forget_applied(tx: &mut Tx<'_>, before: Timestamp) -> Result<usize, Error> {
    let old = rosters::table.filter(rosters::applied_at.lt(before.micros()));
    Ok(diesel::delete(old).execute(tx.conn())?)
}
