use std::collections::{BTreeMap, HashMap};

use renraku_base::{Language, Principal};
use renraku_db::{
    CollectionId, CollectionKind, Error, ObjectType, ReadTx,
    changes::{self, Audience, Change},
    meta,
};
use renraku_people::access::{self, Followed};

use super::{
    feeds,
    page::Page,
    token::{Progress, Token, room_for_first},
    window::Window,
};
use crate::core::{App, Problem, RestFault};

/// Rows of a collection's log, or objects of a listing, are read this many at a time.
const CHUNK: usize = 100;
const CHUNK_OF_PEOPLE: usize = 1_000;

/// The order in which collections are brought forward: what a person looks at first comes first, the directory last.
const ORDER: [CollectionKind; 9] = [
    CollectionKind::Home,
    CollectionKind::SharedHome,
    CollectionKind::Calendar,
    CollectionKind::Mail,
    CollectionKind::Notifications,
    CollectionKind::Facilities,
    CollectionKind::AddressBook,
    CollectionKind::Favourites,
    CollectionKind::Directory,
];

/// Who syncs, and what they ask for.
pub(super) struct Ask {
    /// The face's state.
    pub app: App,
    /// The person.
    pub who: Principal,
    /// The reader's language, for texts that the server writes.
    pub language: Language,
    /// The window; where it is left out, the token's or a common one.
    pub window: Option<Window>,
    /// The kinds of collections that are asked for.
    pub kinds: Vec<CollectionKind>,
    /// The most objects in the answer.
    pub limit: Option<u16>,
}

/// What is answered.
pub(super) struct Answer {
    /// The new token; `None` when it did not change.
    pub token: Option<Token>,
    /// Whether the phone should go on at once.
    pub more: bool,
    /// Collections that the phone should drop; their full state follows.
    pub reset: Vec<(&'static str, String)>,
    /// What changed and what is gone.
    pub page: Page,
}

/// So many changes are told right away, without a thread of their own.
const FEW: i64 = 8;

/// The whole answer where it is cheap: nothing changed, or a few objects in collections that the phone holds already. `None`
/// where there is more to do, which [`advance`] does.
///
/// A change of what the person follows shows in their homes, so that the token's own list of collections is enough, but for
/// those that come without a word there.
pub(super) fn glance(tx: &mut ReadTx<'_>, ask: &Ask, token: &Token) -> Result<Option<Answer>, Problem> {
    let epoch = refuse_other_epoch(tx, token)?;
    let moved = ask.window.is_some_and(|window| window != token.window);
    if moved || token.prior.is_some() || token.collections.is_empty() {
        return Ok(None);
    }
    let ids: Vec<CollectionId> = token.collections.iter().map(|(id, _)| *id).collect();
    let mut heads = access::heads(tx, &ask.who, &ids)?;
    let progress: HashMap<CollectionId, &Progress> =
        token.collections.iter().map(|(id, progress)| (*id, progress)).collect();
    let known = heads.iter().filter(|one| progress.contains_key(&one.head.collection)).count();
    if known != ids.len() {
        return Ok(None);
    }
    let mut changes = 0;
    for one in heads.iter().filter(|one| wanted(ask, one.kind)) {
        match progress.get(&one.head.collection) {
            Some(Progress::Upto(upto)) if *upto == one.head.modseq => {}
            Some(Progress::Upto(upto)) if *upto < one.head.modseq && !is_heavy(one.kind) => {
                changes += one.head.modseq - upto;
            }
            _ => return Ok(None),
        }
    }
    if changes == 0 {
        return Ok(Some(Answer { token: None, more: false, reset: Vec::new(), page: Page::new(ask.limit) }));
    }
    if changes > FEW {
        return Ok(None);
    }
    heads.sort_unstable_by_key(|one| one.head.collection);
    let mut run = Run::begin(tx, ask, epoch, Some(token.clone()), heads)?;
    run.bring_forward(tx)?;
    Ok(Some(run.end()))
}

/// Whether one change of a collection may mean much: a home tells of whole calendars.
fn is_heavy(kind: CollectionKind) -> bool {
    matches!(kind, CollectionKind::Home | CollectionKind::SharedHome | CollectionKind::Revocations)
}

fn refuse_other_epoch(tx: &mut ReadTx<'_>, token: &Token) -> Result<u64, Problem> {
    let epoch = meta::epoch(tx)?;
    if token.epoch == epoch { Ok(epoch) } else { Err(RestFault::ResyncRequired.into()) }
}

/// Brings a phone forward by one answer.
pub(super) fn advance(tx: &mut ReadTx<'_>, ask: &Ask, token: Option<Token>) -> Result<Answer, Problem> {
    let epoch = match &token {
        Some(token) => refuse_other_epoch(tx, token)?,
        None => meta::epoch(tx)?,
    };
    let followed = access::followed(tx, &ask.who)?;
    let mut run = Run::begin(tx, ask, epoch, token, followed)?;
    run.move_window(tx)?;
    run.drop_lost(tx)?;
    run.bring_forward(tx)?;
    Ok(run.end())
}

/// Homes are always wanted: they tell of gains and losses.
fn wanted(ask: &Ask, kind: CollectionKind) -> bool {
    matches!(kind, CollectionKind::Home | CollectionKind::SharedHome) || ask.kinds.contains(&kind)
}

struct Run<'a> {
    ask: &'a Ask,
    epoch: u64,
    before: Option<Token>,
    window: Window,
    prior: Option<Window>,
    first: Vec<u16>,
    followed: Vec<Followed>,
    progress: BTreeMap<CollectionId, Progress>,
    reset: Vec<(&'static str, String)>,
    page: Page,
}

impl<'a> Run<'a> {
    /// Holds the token against what is followed now: from the future is refused, too old begins anew.
    fn begin(
        tx: &mut ReadTx<'_>,
        ask: &'a Ask,
        epoch: u64,
        before: Option<Token>,
        followed: Vec<Followed>,
    ) -> Result<Self, Problem> {
        let window = ask
            .window
            .or(before.as_ref().map(|token| token.window))
            .or_else(|| Window::around(tx.now()))
            .ok_or_else(|| Error::damaged("the clock is out of range"))?;
        let mut progress: BTreeMap<_, _> =
            before.iter().flat_map(|token| token.collections.iter().cloned()).collect();
        let mut reset = Vec::new();
        for one in &followed {
            let id = one.head.collection;
            let Some(since) = progress.get(&id).map(Progress::since) else { continue };
            // A home has no content of its own that could be sent anew.
            let is_home = matches!(one.kind, CollectionKind::Home | CollectionKind::SharedHome);
            if since > one.head.modseq || (is_home && since < one.head.floor) {
                return Err(RestFault::ResyncRequired.into());
            }
            if since < one.head.floor {
                progress.remove(&id);
                reset.extend(feeds::names_of(tx, ask, one)?);
            }
        }
        let prior = before.as_ref().and_then(|token| token.prior);
        let first = before.as_ref().map(|token| token.first.clone()).unwrap_or_default();
        let page = Page::new(ask.limit);
        Ok(Self { ask, epoch, before, window, prior, first, followed, progress, reset, page })
    }

    /// What is no longer followed arrives as destroyed.
    fn drop_lost(&mut self, tx: &mut ReadTx<'_>) -> Result<(), Problem> {
        let lost: Vec<CollectionId> = self
            .progress
            .keys()
            .filter(|id| self.followed.binary_search_by_key(id, |one| &one.head.collection).is_err())
            .copied()
            .collect();
        if lost.is_empty() {
            return Ok(());
        }
        let held = self.before.as_ref().map_or(self.window, |token| token.window);
        let heads = access::heads(tx, &self.ask.who, &lost)?;
        for id in lost {
            let since = self.progress.remove(&id).map(|progress| progress.since());
            let one = heads.iter().find(|one| one.head.collection == id).copied();
            let (Some(since), Some(one)) = (since, one) else { return Err(RestFault::ResyncRequired.into()) };
            if !(one.head.floor..=one.head.modseq).contains(&since) {
                // Nobody can tell any more what the phone holds of it.
                return Err(RestFault::ResyncRequired.into());
            }
            let log = changes::since(tx, id, since, i64::MAX)?;
            feeds::lose(tx, self.ask, &feeds::Lost { one, log }, (held, self.window), &mut self.page)?;
        }
        Ok(())
    }

    /// A window that moved costs what it gained: each calendar lists that part, and events that the window lost go.
    fn move_window(&mut self, tx: &mut ReadTx<'_>) -> Result<(), Problem> {
        let Some(old) = self.before.as_ref().map(|token| token.window) else { return Ok(()) };
        if old == self.window || !self.ask.kinds.contains(&CollectionKind::Calendar) {
            self.window = old;
            return Ok(());
        }
        let moving_already = self.prior.is_some();
        for one in &self.followed {
            if one.kind != CollectionKind::Calendar {
                continue;
            }
            let id = one.head.collection;
            let Some(progress) = self.progress.get_mut(&id) else { continue };
            *progress = match progress {
                Progress::Upto(modseq) if !moving_already => {
                    Progress::Listing { since: *modseq, cursor: String::new(), gained_only: true }
                }
                Progress::Upto(since) | Progress::Listing { since, .. } => {
                    Progress::Listing { since: *since, cursor: String::new(), gained_only: false }
                }
            };
            for part in old.without(self.window) {
                feeds::leave_window(tx, self.ask, id, part, self.window, &mut self.page)?;
            }
        }
        self.prior = Some(old);
        Ok(())
    }

    /// Brings the collections forward, one after the other, until the answer is full.
    fn bring_forward(&mut self, tx: &mut ReadTx<'_>) -> Result<(), Problem> {
        for kind in ORDER {
            if !wanted(self.ask, kind) {
                continue;
            }
            let of_kind: Vec<Followed> =
                self.followed.iter().filter(|one| one.kind == kind).copied().collect();
            for one in of_kind {
                while self.page.room(is_people(kind)) > 0 && self.step(tx, one)? {}
            }
        }
        Ok(())
    }

    /// One step with one collection; `false` when it stands at its head.
    fn step(&mut self, tx: &mut ReadTx<'_>, one: Followed) -> Result<bool, Problem> {
        let id = one.head.collection;
        let progress = self.progress.remove(&id).unwrap_or_else(|| begin_with(one));
        let next = match progress {
            Progress::Upto(modseq) if modseq == one.head.modseq => {
                self.progress.insert(id, progress);
                return Ok(false);
            }
            Progress::Upto(modseq) => Progress::Upto(self.tell_changes(tx, one, modseq)?),
            Progress::Listing { since, cursor, gained_only } => {
                match self.list(tx, one, &cursor, gained_only)? {
                    Some(cursor) => Progress::Listing { since, cursor, gained_only },
                    None => Progress::Upto(since),
                }
            }
        };
        self.progress.insert(id, next);
        Ok(true)
    }

    /// Sends a piece of the collection's content; `None` when it was the last.
    fn list(
        &mut self,
        tx: &mut ReadTx<'_>,
        one: Followed,
        cursor: &str,
        gained_only: bool,
    ) -> Result<Option<String>, Problem> {
        let count = self.page.room(is_people(one.kind)).min(chunk(one.kind));
        let parts = match (gained_only, self.prior) {
            (true, Some(prior)) => self.window.without(prior),
            _ => vec![self.window],
        };
        if is_people(one.kind) && cursor.is_empty() {
            // Who comes first is settled as the listing begins, and stands in the token until it ends.
            self.first = feeds::who_is_first(tx, self.ask, room_for_first(self.followed.len()))?;
        }
        let scope = feeds::Scope { window: self.window, parts: &parts, gained_only, first: &self.first };
        let listed = feeds::list(tx, self.ask, one, &scope, cursor, count)?;
        let (fetched, more) = (listed.objects.len(), listed.more);
        let mut reached = None;
        let mut sent = 0;
        for (cursor, pieces) in listed.objects {
            if self.page.room(is_people(one.kind)) == 0 {
                break;
            }
            sent += 1;
            reached = Some(cursor);
            if let Some(pieces) = pieces {
                self.page.put(pieces);
            }
        }
        Ok(if more || sent < fetched { reached.or(Some(cursor.to_owned())) } else { None })
    }

    /// Sends a piece of the collection's log; answers how far it came.
    fn tell_changes(&mut self, tx: &mut ReadTx<'_>, one: Followed, after: i64) -> Result<i64, Problem> {
        let count = self.page.room(is_people(one.kind)).min(chunk(one.kind));
        let limit = i64::try_from(count).unwrap_or(i64::MAX);
        let rows = changes::since(tx, one.head.collection, after, limit)?;
        if rows.is_empty() {
            // The head moved without rows: a floor in between, or a damaged log. Begin anew rather than miss anything.
            return Err(
                Error::damaged(format!("no change after {after} in {}", one.head.collection.0)).into()
            );
        }
        let mut found = feeds::get(tx, self.ask, one, self.window, &rows)?;
        let mut untold = audiences(&rows);
        let mut reached = after;
        for row in &rows {
            if self.page.room(is_people(one.kind)) == 0 {
                break;
            }
            reached = row.modseq;
            // An object is told as it is now, so that its first row says all there is to say.
            let Some(audience) = untold.remove(&(row.object_type, row.object.as_str())) else { continue };
            let object = found.remove(&(row.object_type, row.object.clone()));
            if !audience.includes(object.as_ref().map(|it| it.details), one.own) {
                continue;
            }
            match object {
                Some(object) => self.page.put(object.pieces),
                None => {
                    if let Some(name) = feeds::name_when_gone(one.kind, row.object_type) {
                        self.page.put_gone(name, row.object.clone());
                    }
                }
            }
        }
        Ok(reached)
    }

    fn end(mut self) -> Answer {
        let stands = |one: &Followed| matches!(self.progress.get(&one.head.collection), Some(Progress::Upto(upto)) if *upto == one.head.modseq);
        let more = self.followed.iter().any(|one| wanted(self.ask, one.kind) && !stands(one));
        let still_moving = self
            .progress
            .values()
            .any(|progress| matches!(progress, Progress::Listing { gained_only: true, .. }));
        let lists_people = self.followed.iter().any(|one| {
            let progress = self.progress.get(&one.head.collection);
            is_people(one.kind)
                && matches!(progress, Some(Progress::Listing { cursor, .. }) if !cursor.is_empty())
        });
        self.page.settle();
        // Also those that were not begun, because the page is full or because they were not asked for: what a token does not
        // name cannot be missed by looking at where its collections stand.
        for one in &self.followed {
            self.progress.entry(one.head.collection).or_insert_with(|| begin_with(*one));
        }
        let token = Token {
            epoch: self.epoch,
            window: self.window,
            prior: self.prior.filter(|_| still_moving),
            first: if lists_people { self.first } else { Vec::new() },
            collections: self.progress.into_iter().collect(),
        };
        let token = (self.before.as_ref() != Some(&token)).then_some(token);
        Answer { token, more, reset: self.reset, page: self.page }
    }
}

/// A collection that is new to the phone: its content is listed first. A home has none of its own.
fn begin_with(one: Followed) -> Progress {
    match one.kind {
        CollectionKind::Home | CollectionKind::SharedHome => Progress::Upto(one.head.modseq),
        CollectionKind::Calendar
        | CollectionKind::AddressBook
        | CollectionKind::Mail
        | CollectionKind::Notifications
        | CollectionKind::Favourites
        | CollectionKind::Directory
        | CollectionKind::Facilities
        | CollectionKind::CallerId
        | CollectionKind::Revocations => {
            Progress::Listing { since: one.head.modseq, cursor: String::new(), gained_only: false }
        }
    }
}

fn is_people(kind: CollectionKind) -> bool {
    kind == CollectionKind::Directory
}

fn chunk(kind: CollectionKind) -> usize {
    if is_people(kind) { CHUNK_OF_PEOPLE } else { CHUNK }
}

/// For each object of these rows, who can notice any of its changes.
fn audiences(rows: &[Change]) -> HashMap<(ObjectType, &str), Audience> {
    let mut audiences = HashMap::new();
    for row in rows {
        let audience = audiences.entry((row.object_type, row.object.as_str())).or_insert(row.audience);
        *audience = row.audience.min(*audience);
    }
    audiences
}
