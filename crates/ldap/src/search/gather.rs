use std::{ops::ControlFlow, sync::Arc, time::Instant};

use ldap3_proto::proto::{LdapResultCode, LdapSearchScope};
use renraku_db::ReadTx;
use renraku_people::directory::{Narrow, PersonJson, service};

use super::{
    Resume, Search,
    sort::{SortKey, SortKeys},
};
use crate::{
    entries::{self, Place, Units},
    entry::{Entry, Needs},
    fault::LdapFault,
    filter::{self, Outcome},
    listener::Shared,
};

/// So many people are looked at before the directory is let go for those who wait to change it, and the clock is looked at.
const AT_ONCE: usize = 512;

/// What a search found.
#[derive(Debug)]
pub(crate) struct Gathered {
    /// The entries as they are sent.
    pub written: Vec<u8>,
    /// How many they are.
    pub count: usize,
    pub code: LdapResultCode,
    /// Where the next page begins; `None` when nothing is left.
    pub resume: Option<Resume>,
}

/// Somebody who fits, kept small until it is known who is sent.
enum Fit {
    Entry(Entry),
    Person(Arc<PersonJson>, Option<String>),
}

/// Where the search looks.
struct Scope {
    /// What is no person, in order.
    fixed: Vec<Entry>,
    /// The people, if they are within.
    people: Option<Narrow>,
}

/// Searches.
///
/// # Errors
/// [`LdapFault::NoSuchObject`] when there is nothing where it should look, and when the database fails.
pub(crate) fn gather(tx: &mut ReadTx<'_>, shared: &Shared, search: &Search) -> Result<Gathered, LdapFault> {
    let scope = Scope::of(tx, shared, search)?;
    match &search.sort {
        Some(keys) => sorted(tx, shared, search, scope, keys),
        None => in_order(tx, shared, search, scope),
    }
}

impl Scope {
    fn of(tx: &mut ReadTx<'_>, shared: &Shared, search: &Search) -> Result<Self, LdapFault> {
        use LdapSearchScope::{Base, Children, OneLevel, Subtree};
        let base = &shared.settings.base;
        let condition = &search.condition;
        let everyone = || filter::may_hold_for_people(condition).then(|| filter::narrow(condition));
        // Below the root everything is, but for the root itself.
        let (place, scope) = match (&search.place, &search.scope) {
            (Place::Root, OneLevel) => (&Place::Base, &Base),
            (Place::Root, Subtree | Children) => (&Place::Base, &Subtree),
            (place, scope) => (place, scope),
        };
        let (mut fixed, mut people) = (Vec::new(), None);
        if matches!(scope, Base | Subtree) || matches!(place, Place::Person(_) | Place::Unit(_)) {
            let own = entry_at(tx, shared, place)?;
            fixed.extend(matches!(scope, Base | Subtree).then_some(own));
        }
        let (least, most) = depths(scope);
        let above: &[String] = if let Place::Unit(parts) = place { parts } else { &[] };
        let units = match place {
            Place::Base => matches!(scope, Subtree | Children),
            Place::Units | Place::Unit(_) => *scope != Base,
            Place::Root | Place::Schema | Place::People | Place::Person(_) => false,
        };
        match place {
            Place::Base if *scope != Base => {
                fixed.extend([entries::people(base), entries::units_container(base)]);
                people = if *scope == OneLevel { None } else { everyone() };
            }
            Place::People if *scope != Base => people = everyone(),
            _ => {}
        }
        if units && filter::may_hold_for_units(condition) {
            fixed.extend(Units::read(tx, &shared.directory, base)?.below(above, least.max(1), most));
        }
        fixed.retain(|entry| condition.of(entry) == Outcome::True);
        Ok(Self { fixed, people })
    }
}

/// The entry at a place.
///
/// # Errors
/// [`LdapFault::NoSuchObject`], and when the database fails.
pub(crate) fn entry_at(tx: &mut ReadTx<'_>, shared: &Shared, place: &Place) -> Result<Entry, LdapFault> {
    let base = &shared.settings.base;
    Ok(match place {
        Place::Root => entries::root(base, shared.tls.is_some()),
        Place::Schema => entries::subschema(),
        Place::Base => entries::base(base),
        Place::People => entries::people(base),
        Place::Units => entries::units_container(base),
        Place::Person(uid) => person(tx, shared, uid)?,
        Place::Unit(parts) => {
            let units = Units::read(tx, &shared.directory, base)?;
            let unit = units.below(parts, 0, 0).next();
            unit.ok_or_else(|| LdapFault::NoSuchObject(format!("ou=units,{base}")))?
        }
    })
}

/// How many parts more the names of those within a scope have, least and most.
fn depths(scope: &LdapSearchScope) -> (usize, usize) {
    match scope {
        LdapSearchScope::Base => (0, 0),
        LdapSearchScope::OneLevel => (1, 1),
        LdapSearchScope::Subtree => (0, usize::MAX),
        LdapSearchScope::Children => (1, usize::MAX),
    }
}

fn person(tx: &mut ReadTx<'_>, shared: &Shared, uid: &str) -> Result<Entry, LdapFault> {
    let mut found = None;
    let base = &shared.settings.base;
    let narrow = Narrow::Uid(uid.to_owned());
    service::select_people(tx, &shared.directory, &narrow, None, |selected| {
        found = Some(entries::person(base, selected.person, selected.username, &Needs::All));
        ControlFlow::Break(())
    })?;
    let above = || LdapFault::NoSuchObject(format!("ou=people,{base}"));
    Ok(found.ok_or_else(above)??)
}

/// The answer in the order of the tree; people come in あいうえお order.
fn in_order(
    tx: &mut ReadTx<'_>,
    shared: &Shared,
    search: &Search,
    scope: Scope,
) -> Result<Gathered, LdapFault> {
    let base = &shared.settings.base;
    let mut gathered = Gathered::nothing();
    let mut last = search.resume.clone();
    let mut fixed = scope.fixed.into_iter();
    match &search.resume {
        // What went meanwhile is not found again: then all of them are sent once more rather than some never.
        Some(Resume::Entry(dn)) if fixed.as_slice().iter().any(|entry| entry.dn == *dn) => {
            let _before = fixed.by_ref().find(|entry| entry.dn == *dn);
        }
        Some(Resume::Person(_)) => fixed = Vec::new().into_iter(),
        Some(Resume::Entry(_) | Resume::Sorted(_)) | None => {}
    }
    for entry in fixed {
        if gathered.count >= search.limit {
            return Ok(gathered.cut(last));
        }
        last = Some(Resume::Entry(entry.dn.clone()));
        gathered.add(tx, search, std::slice::from_ref(&entry))?;
    }
    let Some(narrow) = &scope.people else { return Ok(gathered) };
    let mut after = match &last {
        Some(Resume::Person(place)) => Some(place.clone()),
        _ => None,
    };
    loop {
        let (mut seen, mut full, mut failed) = (0, false, None);
        let mut fits: Vec<Entry> = Vec::new();
        service::select_people(tx, &shared.directory, narrow, after.clone().as_ref(), |selected| {
            seen += 1;
            match entries::person(base, selected.person, selected.username, &search.needs) {
                Ok(entry) if search.condition.of(&entry) == Outcome::True => {
                    if gathered.count + fits.len() >= search.limit {
                        full = true;
                        return ControlFlow::Break(());
                    }
                    last = Some(Resume::Person(service::Place::of(&selected)));
                    fits.push(entry);
                }
                Ok(_) => {}
                Err(error) => {
                    failed = Some(error);
                    return ControlFlow::Break(());
                }
            }
            if seen < AT_ONCE {
                return ControlFlow::Continue(());
            }
            after = Some(service::Place::of(&selected));
            ControlFlow::Break(())
        })?;
        if let Some(error) = failed {
            return Err(error.into());
        }
        gathered.add(tx, search, &fits)?;
        if full {
            return Ok(gathered.cut(last));
        }
        if seen < AT_ONCE {
            return Ok(gathered);
        }
        if Instant::now() >= search.deadline {
            gathered.code = LdapResultCode::TimeLimitExceeded;
            return Ok(gathered);
        }
    }
}

impl Gathered {
    /// No entries, and nothing went wrong.
    pub fn nothing() -> Self {
        Self { written: Vec::new(), count: 0, code: LdapResultCode::Success, resume: None }
    }

    /// Adds entries. Photos are read when they are sent, by one statement.
    fn add(&mut self, tx: &mut ReadTx<'_>, search: &Search, entries: &[Entry]) -> Result<(), LdapFault> {
        let shown = entries.iter().filter(|_| search.selection.shows_photos());
        let photos = service::list_photos(tx, &shown.filter_map(Entry::photo_of).collect::<Vec<_>>())?;
        for entry in entries {
            let photo = entry.photo_of().and_then(|person| photos.get(person));
            search.selection.put(
                &mut self.written,
                search.id,
                entry,
                photo.map(|photo| photo.jpeg.as_slice()),
            );
        }
        self.count += entries.len();
        Ok(())
    }

    /// More would have followed `last`.
    fn cut(self, last: Option<Resume>) -> Self {
        Self { code: LdapResultCode::SizeLimitExceeded, resume: last, ..self }
    }
}

/// The answer in the order that was asked for: everything is looked at, and only the keys are kept until it is known who comes
/// first.
fn sorted(
    tx: &mut ReadTx<'_>,
    shared: &Shared,
    search: &Search,
    scope: Scope,
    keys: &SortKeys,
) -> Result<Gathered, LdapFault> {
    let base = &shared.settings.base;
    let mut fits: Vec<(SortKey, Fit)> = Vec::new();
    for entry in scope.fixed {
        fits.push((keys.of(&entry, ""), Fit::Entry(entry)));
    }
    let mut code = LdapResultCode::Success;
    let (mut after, mut more) = (None, scope.people.is_some());
    while more && let Some(narrow) = &scope.people {
        let (mut seen, mut failed) = (0, None);
        service::select_people(tx, &shared.directory, narrow, after.clone().as_ref(), |selected| {
            seen += 1;
            match entries::person(base, selected.person, selected.username, &search.needs) {
                Ok(entry) if search.condition.of(&entry) == Outcome::True => {
                    let username = selected.username.map(str::to_owned);
                    fits.push((
                        keys.of(&entry, selected.order),
                        Fit::Person(Arc::clone(selected.person), username),
                    ));
                }
                Ok(_) => {}
                Err(error) => failed = Some(error),
            }
            after = Some(service::Place::of(&selected));
            if seen < AT_ONCE && failed.is_none() {
                ControlFlow::Continue(())
            } else {
                ControlFlow::Break(())
            }
        })?;
        if let Some(error) = failed {
            return Err(error.into());
        }
        more = seen >= AT_ONCE;
        if Instant::now() >= search.deadline {
            (code, more) = (LdapResultCode::TimeLimitExceeded, false);
        }
    }
    if let Some(Resume::Sorted(after)) = &search.resume {
        fits.retain(|(key, _)| key > after);
    }
    fits.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
    let mut resume = None;
    if fits.len() > search.limit {
        fits.truncate(search.limit);
        resume = fits.last().map(|(key, _)| Resume::Sorted(key.clone()));
        code = LdapResultCode::SizeLimitExceeded;
    }
    let mut gathered = Gathered { code, resume, ..Gathered::nothing() };
    let entries = fits.into_iter().map(|(_, fit)| match fit {
        Fit::Entry(entry) => Ok(entry),
        Fit::Person(person, username) => entries::person(base, &person, username.as_deref(), &search.needs),
    });
    for some in entries.collect::<Result<Vec<_>, _>>()?.chunks(AT_ONCE) {
        gathered.add(tx, search, some)?;
    }
    Ok(gathered)
}
