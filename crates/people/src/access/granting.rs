//! Giving rights and taking them away, and telling those whom that is about.

use diesel::prelude::*;
use renraku_base::{Id, PersonId, Principal, Role};
use renraku_db::{
    CollectionId, CollectionKind, Error, ObjectType, Tx,
    changes::{self, Recorded},
    schema::person_groups,
};

use super::{EVERYONE, Grantee, grants};

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
