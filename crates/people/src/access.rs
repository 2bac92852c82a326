//! Rights: who may do what in a collection.
//!
//! A person belongs to groups: themselves, each of their units with all units above, each of their posts, and everyone. A right is
//! granted to a group, so that one statement tells the role. Gains and losses of calendars and address books are recorded in the
//! *home* collection of the group, and those of a post in the homes of its holders, so that a phone hears of them by an ordinary delta.

mod followed;
mod granting;
mod groups;

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet, HashMap},
};

use diesel::{
    dsl::{count_star, exists, max, not},
    prelude::*,
};
use renraku_base::{Id, PersonId, Principal, Role, UnitId};
use renraku_db::{
    CollectionId, Error, ReadTx, among,
    schema::{grants, people, person_groups},
};

pub use followed::{Followed, followed, heads};
pub use granting::{leave, open_free_busy, put_grant, remove_grant, remove_grants, seed_grants};
pub use groups::{add_personal_collections, add_to_groups, forget_people, set_groups, set_groups_of_all};

const EVERYONE: &str = "everyone";

/// To whom a right is granted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Grantee {
    /// One person.
    Person(PersonId),
    /// Everyone in a unit and in the units below it.
    Unit(UnitId),
    /// Whoever holds a post: the unit and the title.
    Post(UnitId, String),
    /// All staff.
    Everyone,
}

impl Grantee {
    /// The id of the group. No id of a person or unit has a slash.
    #[must_use]
    pub fn id(&self) -> Cow<'_, str> {
        match self {
            Self::Person(id) => Cow::Borrowed(id.as_str()),
            Self::Unit(id) => Cow::Borrowed(id.as_str()),
            Self::Post(unit, title) => Cow::Owned(format!("{unit}/{title}")),
            Self::Everyone => Cow::Borrowed(EVERYONE),
        }
    }

    fn kind(&self) -> &'static str {
        match self {
            Self::Person(_) => "person",
            Self::Unit(_) => "unit",
            Self::Post(..) => "post",
            Self::Everyone => EVERYONE,
        }
    }

    fn stored(kind: &str, id: String) -> Result<Self, Error> {
        match kind {
            "person" => Ok(Self::Person(Id::stored(id))),
            "unit" => Ok(Self::Unit(Id::stored(id))),
            "post" => match id.split_once('/') {
                Some((unit, title)) => Ok(Self::Post(Id::stored(unit.to_owned()), title.to_owned())),
                None => Err(Error::damaged(format!("post {id}"))),
            },
            EVERYONE => Ok(Self::Everyone),
            other => Err(Error::damaged(format!("grantee kind {other}"))),
        }
    }
}

/// A right in a collection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// To whom.
    pub grantee: Grantee,
    /// What they may do.
    pub role: Role,
}

/// What `who` may do in a collection; `None` when they may not even know of it.
///
/// # Errors
/// [`Error`] when the statement fails.
pub fn role(tx: &mut ReadTx<'_>, who: &Principal, collection: CollectionId) -> Result<Option<Role>, Error> {
    let rank: Vec<Option<i32>> = tx.fetch(
        grants::table
            .inner_join(person_groups::table.on(person_groups::group_id.eq(grants::grantee_id)))
            .filter(grants::collection_id.eq(collection.0))
            .filter(person_groups::person_id.eq(who.person.as_str()))
            .select(max(grants::role)),
    )?;
    Ok(rank.into_iter().flatten().next().and_then(Role::from_rank))
}

/// The groups that a person belongs to, and what they may read by them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Standing {
    /// Themselves, each of their units with all units above it, each of their posts, and everyone.
    pub groups: Vec<String>,
    /// The collections that they may read, each with their highest role, in ascending order. Where they see busy time alone is
    /// left out: that is almost every calendar of the office, and none of their lists.
    pub readable: Vec<(CollectionId, Role)>,
}

/// Where `who` stands; one statement.
///
/// Everyone has a right in almost every calendar. What a right is for is therefore looked up by another statement: a planner that
/// sees both at once takes a person's few rights for many, and reads the calendars of the whole office.
///
/// # Errors
/// [`Error`] when the statement fails.
pub fn standing(tx: &mut ReadTx<'_>, who: &Principal) -> Result<Standing, Error> {
    let granted = grants::grantee_id.eq(person_groups::group_id).and(grants::role.ge(Role::Read.rank()));
    let rows: Vec<(String, Option<i64>, Option<i32>)> = tx.fetch(
        person_groups::table
            .left_join(grants::table.on(granted))
            .filter(person_groups::person_id.eq(who.person.as_str()))
            .select((person_groups::group_id, grants::collection_id.nullable(), grants::role.nullable())),
    )?;
    let mut groups = BTreeSet::new();
    let mut readable: BTreeMap<CollectionId, Role> = BTreeMap::new();
    for (group, collection, rank) in rows {
        groups.insert(group);
        if let (Some(collection), Some(role)) = (collection, rank.and_then(Role::from_rank)) {
            let known = readable.entry(CollectionId(collection)).or_insert(role);
            *known = role.max(*known);
        }
    }
    Ok(Standing { groups: groups.into_iter().collect(), readable: readable.into_iter().collect() })
}

/// The rights granted in a collection.
///
/// # Errors
/// [`Error`] when the statement fails.
pub fn grants(tx: &mut ReadTx<'_>, collection: CollectionId) -> Result<Vec<Grant>, Error> {
    let rows: Vec<(String, String, i32)> = tx.fetch(
        grants::table.filter(grants::collection_id.eq(collection.0)).order(grants::grantee_id).select((
            grants::grantee_kind,
            grants::grantee_id,
            grants::role,
        )),
    )?;
    rows.into_iter()
        .map(|(kind, id, rank)| {
            let role = Role::from_rank(rank).ok_or_else(|| Error::damaged(format!("role {rank}")))?;
            Ok(Grant { grantee: Grantee::stored(&kind, id)?, role })
        })
        .collect()
}

/// Whether there is such a person, or anybody in such a unit or post: a right for nobody is a mistake.
///
/// # Errors
/// [`Error`] when the statement fails.
pub fn is_there(tx: &mut ReadTx<'_>, grantee: &Grantee) -> Result<bool, Error> {
    // Who must not be found is nobody here, and nobody knows which post they hold.
    let hidden = people::table.filter(people::id.eq(person_groups::person_id).and(people::suppressed));
    // A person is a group of themselves alone, which is no unit.
    let of = person_groups::table
        .filter(person_groups::group_id.eq(grantee.id()))
        .select(person_groups::person_id);
    let member: Option<String> = match grantee {
        Grantee::Everyone => return Ok(true),
        Grantee::Person(id) => of
            .filter(person_groups::person_id.eq(id.as_str()).and(not(exists(hidden))))
            .first(tx.conn())
            .optional()?,
        Grantee::Post(..) => of.filter(not(exists(hidden))).first(tx.conn()).optional()?,
        Grantee::Unit(id) => {
            of.filter(person_groups::person_id.ne(id.as_str())).first(tx.conn()).optional()?
        }
    };
    Ok(member.is_some())
}

/// Whether anything is open to a unit or to a post in it.
///
/// # Errors
/// [`Error`] when the statement fails.
pub fn has_grants(tx: &mut ReadTx<'_>, unit: &UnitId) -> Result<bool, Error> {
    let posts = format!("{unit}/%");
    let of = grants::table.filter(grants::grantee_id.eq(unit.as_str()).or(grants::grantee_id.like(posts)));
    Ok(of.select(grants::collection_id).first::<i64>(tx.conn()).optional()?.is_some())
}

/// How many calendars and address books each of these groups may read; one statement. Those of none are left out.
///
/// # Errors
/// [`Error`] when the statement fails.
pub fn count_readable(tx: &mut ReadTx<'_>, groups: &[Grantee]) -> Result<HashMap<String, i64>, Error> {
    let rows: Vec<(String, i64)> = grants::table
        .filter(among(grants::grantee_id, groups.iter().map(Grantee::id)))
        .filter(grants::role.ge(Role::Read.rank()))
        .group_by(grants::grantee_id)
        .select((grants::grantee_id, count_star()))
        .load(tx.conn())?;
    Ok(rows.into_iter().collect())
}
