//! Which collections a person follows, and where they stand.

use diesel::prelude::*;
use renraku_base::Principal;
use renraku_db::{CollectionId, CollectionKind, Error, ReadTx, among, changes::Head, schema::collections};

use super::{Standing, standing};

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
