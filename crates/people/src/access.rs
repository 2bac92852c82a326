//! Rights: who may do what in a collection.
//!
//! A person belongs to groups: themselves, each of their units with all units above, each of their posts, and everyone. A right is
//! granted to a group, so that one statement tells the role. Gains and losses of calendars and address books are recorded in the
//! *home* collection of the group, and those of a post in the homes of its holders, so that a phone hears of them by an ordinary delta.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet, HashMap},
};

use diesel::{
    dsl::{count_star, exists, not},
    prelude::*,
};
use renraku_base::{Id, PersonId, Principal, Role, UnitId};
use renraku_db::{
    CollectionId, CollectionKind, Error, ObjectType, ReadTx, Tx, among,
    changes::{self, Head, Recorded},
    schema::{collections, grants, people, person_groups},
};

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
    let rank: Option<i32> = tx.fetch_one(
        grants::table
            .inner_join(person_groups::table.on(person_groups::group_id.eq(grants::grantee_id)))
            .filter(grants::collection_id.eq(collection.0))
            .filter(person_groups::person_id.eq(who.person.as_str()))
            .order(grants::role.desc())
            .select(grants::role),
    )?;
    Ok(rank.and_then(Role::from_rank))
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

/// Grants `role` to a group and tells its members' phones of the object (a calendar or an address book).
///
/// # Errors
/// [`Error`] when a statement fails.
pub fn put_grant<K>(
    tx: &mut Tx<'_>,
    collection: CollectionId,
    object: (ObjectType, &Id<K>),
    grantee: &Grantee,
    role: Role,
) -> Result<Recorded, Error> {
    let statement = diesel::insert_into(grants::table)
        .values((
            grants::collection_id.eq(collection.0),
            grants::grantee_id.eq(grantee.id()),
            grants::grantee_kind.eq(grantee.kind()),
            grants::role.eq(role.rank()),
        ))
        .on_conflict((grants::grantee_id, grants::collection_id))
        .do_update()
        .set(grants::role.eq(role.rank()));
    tx.run(statement)?;
    tell(tx, collection, object, grantee)
}

/// Takes away what a group may do and tells its members' phones; `None` when it had no right.
///
/// # Errors
/// [`Error`] when a statement fails.
pub fn remove_grant<K>(
    tx: &mut Tx<'_>,
    collection: CollectionId,
    object: (ObjectType, &Id<K>),
    grantee: &Grantee,
) -> Result<Option<Recorded>, Error> {
    let grant =
        grants::table.find((grantee.id(), collection.0)).filter(grants::grantee_kind.eq(grantee.kind()));
    if diesel::delete(grant).execute(tx.conn())? == 0 {
        return Ok(None);
    }
    tell(tx, collection, object, grantee).map(Some)
}

/// Takes away what a person themselves may do, at their own wish; `None` when they have no such right, or would go on reading by
/// that of a group: of a unit's or everyone's nobody can leave alone.
///
/// # Errors
/// [`Error`] when a statement fails.
pub fn leave<K>(
    tx: &mut Tx<'_>,
    who: &Principal,
    collection: CollectionId,
    object: (ObjectType, &Id<K>),
) -> Result<Option<Recorded>, Error> {
    let by_group: Option<String> = tx.fetch_one(
        grants::table
            .inner_join(person_groups::table.on(person_groups::group_id.eq(grants::grantee_id)))
            .filter(grants::collection_id.eq(collection.0))
            .filter(person_groups::person_id.eq(who.person.as_str()))
            .filter(grants::grantee_id.ne(who.person.as_str()))
            .filter(grants::role.ge(Role::Read.rank()))
            .select(grants::grantee_id),
    )?;
    match by_group {
        Some(_) => Ok(None),
        None => remove_grant(tx, collection, object, &Grantee::Person(who.person.clone())),
    }
}

/// Lets everyone see when a new calendar is busy. Their phones are not told: what shows busy time alone is in no list.
///
/// # Errors
/// [`Error`] when the statement fails.
pub fn open_free_busy(tx: &mut Tx<'_>, collection: CollectionId) -> Result<(), Error> {
    tx.run(diesel::insert_into(grants::table).values((
        grants::collection_id.eq(collection.0),
        grants::grantee_id.eq(EVERYONE),
        grants::grantee_kind.eq(EVERYONE),
        grants::role.eq(Role::FreeBusy.rank()),
    )))?;
    Ok(())
}

/// Gives each owner every right in their new collection and, with `open`, lets everyone see when it is busy. For filling an
/// office: nobody is told, because no phone has looked yet.
///
/// # Errors
/// [`Error`] when a statement fails.
pub fn seed_grants(tx: &mut Tx<'_>, owned: &[(CollectionId, &PersonId)], open: bool) -> Result<(), Error> {
    let row = |collection: CollectionId, grantee: &Grantee, role: Role| {
        (
            grants::collection_id.eq(collection.0),
            grants::grantee_id.eq(grantee.id().into_owned()),
            grants::grantee_kind.eq(grantee.kind()),
            grants::role.eq(role.rank()),
        )
    };
    for some in owned.chunks(1_000) {
        let mut rows = Vec::with_capacity(some.len() * 2);
        for (collection, owner) in some {
            rows.push(row(*collection, &Grantee::Person((*owner).clone()), Role::Manage));
            if open {
                rows.push(row(*collection, &Grantee::Everyone, Role::FreeBusy));
            }
        }
        tx.run(diesel::insert_into(grants::table).values(rows))?;
    }
    Ok(())
}

/// Takes away every right in a collection that is being deleted, and tells those who had one.
///
/// # Errors
/// [`Error`] when a statement fails.
pub fn remove_grants<K>(
    tx: &mut Tx<'_>,
    collection: CollectionId,
    object: (ObjectType, &Id<K>),
) -> Result<(), Error> {
    for grant in grants(tx, collection)? {
        remove_grant(tx, collection, object, &grant.grantee)?;
    }
    Ok(())
}

/// Tells the phones of a group that something is open to them, or not any more. A post has few holders, each of whom is told in their
/// own home; that it may be vacant is why the object is recorded in itself, too.
fn tell<K>(
    tx: &mut Tx<'_>,
    collection: CollectionId,
    object: (ObjectType, &Id<K>),
    grantee: &Grantee,
) -> Result<Recorded, Error> {
    let kind = match grantee {
        Grantee::Person(_) => CollectionKind::Home,
        Grantee::Unit(_) | Grantee::Everyone => CollectionKind::SharedHome,
        Grantee::Post(..) => {
            let holders = person_groups::table.filter(person_groups::group_id.eq(grantee.id()));
            let holders: Vec<String> =
                holders.order(person_groups::person_id).select(person_groups::person_id).load(tx.conn())?;
            for holder in holders {
                let home = changes::find_or_create_home(tx, CollectionKind::Home, &holder)?;
                let _recorded = changes::record(tx, home, object.0, object.1);
            }
            return Ok(changes::record(tx, collection, object.0, object.1));
        }
    };
    let home = changes::find_or_create_home(tx, kind, &grantee.id())?;
    Ok(changes::record(tx, home, object.0, object.1))
}

/// What belongs to every person from their first day, so that a phone follows it from its first sync.
const PERSONAL: [CollectionKind; 3] =
    [CollectionKind::Home, CollectionKind::Mail, CollectionKind::Notifications];

/// Puts a person into exactly these units (each with all units above it) and posts, themselves and everyone, and makes their
/// personal collections when they are new. What they may see may be different now: their home tells their phones.
///
/// # Errors
/// [`Error`] when a statement fails.
pub fn set_groups(tx: &mut Tx<'_>, person: &PersonId, groups: &[Grantee]) -> Result<(), Error> {
    set_groups_of_all(tx, &[(person.clone(), groups.to_vec())])
}

/// The same for many people, by a number of statements that hardly grows with theirs.
///
/// # Errors
/// [`Error`] when a statement fails.
pub fn set_groups_of_all(tx: &mut Tx<'_>, people: &[(PersonId, Vec<Grantee>)]) -> Result<(), Error> {
    let mut homes: BTreeMap<String, CollectionId> = BTreeMap::new();
    for some in people.chunks(1_000) {
        let ids: Vec<&str> = some.iter().map(|(person, _)| person.as_str()).collect();
        tx.run(diesel::delete(
            person_groups::table.filter(among(person_groups::person_id, ids.iter().copied())),
        ))?;
        let known: Vec<(Option<String>, i64)> = tx.fetch(
            collections::table
                .filter(collections::kind.eq(CollectionKind::Home.as_str()))
                .filter(among(collections::owner_id, ids))
                .select((collections::owner_id, collections::id)),
        )?;
        homes.extend(known.into_iter().filter_map(|(owner, id)| Some((owner?, CollectionId(id)))));
    }
    add_to_groups(tx, people)?;
    let new: Vec<&PersonId> = people
        .iter()
        .map(|(person, _)| person)
        .filter(|person| !homes.contains_key(person.as_str()))
        .collect();
    add_personal_collections(tx, &new)?;
    for (person, _) in people {
        if let Some(home) = homes.get(person.as_str()) {
            let _recorded = changes::record(tx, *home, ObjectType::Calendar, person);
        }
    }
    Ok(())
}

/// Puts people who are in no group yet into theirs, many at once.
///
/// # Errors
/// [`Error`] when a statement fails.
pub fn add_to_groups(tx: &mut Tx<'_>, people: &[(PersonId, Vec<Grantee>)]) -> Result<(), Error> {
    let mut rows: Vec<(&str, Cow<'_, str>)> = Vec::new();
    let mut units_of_all: BTreeSet<&str> = BTreeSet::new();
    for (person, groups) in people {
        units_of_all.extend(groups.iter().filter_map(|group| match group {
            Grantee::Unit(unit) => Some(unit.as_str()),
            Grantee::Person(_) | Grantee::Post(..) | Grantee::Everyone => None,
        }));
        rows.push((person.as_str(), Cow::Borrowed(person.as_str())));
        rows.push((person.as_str(), Cow::Borrowed(EVERYONE)));
        rows.extend(groups.iter().map(|group| (person.as_str(), group.id())));
    }
    rows.sort_unstable();
    rows.dedup();
    for some in rows.chunks(4_000) {
        let values: Vec<_> = some
            .iter()
            .map(|(person, group)| {
                (person_groups::person_id.eq(*person), person_groups::group_id.eq(group.as_ref()))
            })
            .collect();
        tx.run(diesel::insert_into(person_groups::table).values(&values))?;
    }
    add_shared_homes(tx, units_of_all)
}

/// Makes the collections that belong to each person from their first day, for people who have none.
///
/// # Errors
/// [`Error`] when a statement fails.
pub fn add_personal_collections(tx: &mut Tx<'_>, people: &[&PersonId]) -> Result<(), Error> {
    for some in people.chunks(4_000) {
        let values: Vec<_> = some
            .iter()
            .flat_map(|person| PERSONAL.map(|kind| (person.as_str(), kind.as_str())))
            .map(|(person, kind)| (collections::owner_id.eq(person), collections::kind.eq(kind)))
            .collect();
        tx.run(diesel::insert_into(collections::table).values(&values))?;
    }
    Ok(())
}

/// Makes the homes of groups that get their first members. A home is there before anything is granted to its group, because a
/// sync token names the homes that a phone follows: one that came later would be waited for in vain.
fn add_shared_homes(tx: &mut Tx<'_>, units: BTreeSet<&str>) -> Result<(), Error> {
    let kind = CollectionKind::SharedHome;
    let groups: Vec<&str> = units.into_iter().chain([EVERYONE]).collect();
    let mut missing: Vec<&str> = Vec::new();
    for some in groups.chunks(1_000) {
        let known: Vec<Option<String>> = tx.fetch(
            collections::table
                .filter(collections::kind.eq(kind.as_str()))
                .filter(among(collections::owner_id, some))
                .select(collections::owner_id),
        )?;
        missing.extend(some.iter().filter(|group| !known.iter().flatten().any(|owner| owner == **group)));
    }
    changes::create_collections(tx, kind, &missing)?;
    Ok(())
}

/// Takes from people who never were in office their groups and personal collections.
///
/// # Errors
/// [`Error`] when a statement fails.
pub fn forget_people(tx: &mut Tx<'_>, people: &[&str]) -> Result<(), Error> {
    tx.run(diesel::delete(
        person_groups::table.filter(among(person_groups::person_id, people.iter().copied())),
    ))?;
    let personal = collections::kind.eq_any(PERSONAL.map(CollectionKind::as_str));
    let own = collections::table.filter(among(collections::owner_id, people.iter().copied()));
    tx.run(diesel::delete(own.filter(personal)))?;
    Ok(())
}

/// A collection that a person follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Followed {
    /// What it holds.
    pub kind: CollectionKind,
    /// Whether it belongs to the person alone.
    pub own: bool,
    /// Where it stands.
    pub head: Head,
}

/// Everything that `who` follows, with its head, in ascending order of ids: their homes, mail, notifications and
/// favourites, the directory, the facilities, and the calendars and address books that they may read. Two statements.
///
/// # Errors
/// [`Error`] when a statement fails.
pub fn followed(tx: &mut ReadTx<'_>, who: &Principal) -> Result<Vec<Followed>, Error> {
    use CollectionKind::{Directory, Facilities, Favourites, Home, Mail, Notifications, SharedHome};

    let Standing { groups, readable } = standing(tx, who)?;
    let is = |kind: CollectionKind| collections::kind.eq(kind.as_str());
    let common = collections::owner_id.is_null().and(is(Directory).or(is(Facilities)));
    let mut rows: Vec<Row> = tx.fetch(
        collections::table
            .filter(among(collections::id, readable.iter().map(|(id, _)| id.0)))
            .or_filter(among(collections::owner_id, groups))
            .or_filter(common)
            .select((
                collections::id,
                collections::kind,
                collections::owner_id,
                collections::modseq,
                collections::floor,
            )),
    )?;
    // Owning a calendar or an address book is not the right to read it.
    let to_all = [Home, SharedHome, Mail, Notifications, Favourites, Directory, Facilities];
    let to_all = to_all.map(CollectionKind::as_str);
    let may_read = |id: i64| readable.binary_search_by_key(&CollectionId(id), |(id, _)| *id).is_ok();
    rows.retain(|(id, kind, ..)| to_all.contains(&kind.as_str()) || may_read(*id));
    rows.sort_unstable_by_key(|row| row.0);
    as_followed(rows, who)
}

/// Where these collections stand, and beside them those of `who` and of everybody that may have come without a word in a home:
/// mail, notifications, favourites, the directory, the facilities. In no order, by one statement; one that is not there is left out.
///
/// # Errors
/// [`Error`] when the statement fails.
pub fn heads(tx: &mut ReadTx<'_>, who: &Principal, ids: &[CollectionId]) -> Result<Vec<Followed>, Error> {
    use CollectionKind::{Directory, Facilities, Favourites, Mail, Notifications};

    let personal = [Mail, Notifications, Favourites].map(CollectionKind::as_str);
    let common = [Directory, Facilities].map(CollectionKind::as_str);
    let own = collections::owner_id.eq(who.person.as_str()).and(among(collections::kind, personal));
    let everybodys = collections::owner_id.is_null().and(among(collections::kind, common));
    let named = among(collections::id, ids.iter().map(|id| id.0));
    let rows = tx.fetch(collections::table.filter(named.or(own.assume_not_null()).or(everybodys)).select(
        (collections::id, collections::kind, collections::owner_id, collections::modseq, collections::floor),
    ))?;
    as_followed(rows, who)
}

type Row = (i64, String, Option<String>, i64, i64);

fn as_followed(rows: Vec<Row>, who: &Principal) -> Result<Vec<Followed>, Error> {
    rows.into_iter()
        .map(|(id, kind, owner, modseq, floor)| {
            let kind = CollectionKind::parse(&kind)
                .ok_or_else(|| Error::damaged(format!("collection kind {kind}")))?;
            let own = owner.is_some_and(|owner| owner == who.person.as_str());
            Ok(Followed { kind, own, head: Head { collection: CollectionId(id), modseq, floor } })
        })
        .collect()
}
