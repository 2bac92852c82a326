//! What phones show of numbers that call, with the contacts that a person chose to have among them.
//!
//! The staff's numbers are everybody's and worked out once. Those of contacts are read from the address books that the person may
//! read: which changed is in the books' own logs, so that nothing is stored for anybody, and a book that came or went is told whole;
//! one that came or went in the middle of pages is told whole once more after them.
//! Whatever became of a number, it is told as it is shown now.

use std::collections::{BTreeMap, BTreeSet};

use renraku_base::Principal;
use renraku_db::{
    CollectionId, Error, ReadTx,
    changes::{self, Head},
};
use renraku_people::{
    account::{self, CallerContacts},
    directory::{
        Caller, CallerNumber, CallerPage, CallerProgress, caller_label, caller_label_beside,
        service as people,
    },
    search::fold,
};

use super::get_contact::visible;
use crate::{
    ContactsFault,
    store::{self, callers::StoredCaller},
};

/// Of so many address books the contacts are told: a token names them all.
const MOST_BOOKS: usize = 50;
/// So many may be told in part, as many as one change of rights or of the choice can replace: a token names them too.
const MOST_IN_PART: usize = 2 * MOST_BOOKS;

/// Up to which changes a phone holds the numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CallersHeld {
    /// Of the staff.
    pub staff: i64,
    /// Of each address book whose contacts are told, in ascending order.
    pub books: BTreeMap<CollectionId, i64>,
    /// Address books that were told for some numbers and not for others, since these changes at the earliest: they came or went
    /// while pages were taken over. The phone may hold any of their numbers, or none.
    pub in_part: BTreeMap<CollectionId, i64>,
}

impl CallersHeld {
    fn of_staff(staff: i64) -> Self {
        Self { staff, ..Self::default() }
    }

    /// All address books that it names.
    fn all(&self) -> impl Iterator<Item = (&CollectionId, &i64)> {
        self.books.iter().chain(&self.in_part)
    }

    fn at(&self, book: CollectionId) -> Option<i64> {
        self.books.get(&book).or_else(|| self.in_part.get(&book)).copied()
    }

    /// Pages on the way here from `since` go on with the books of `now`: the numbers so far and those to come do not say the same
    /// of the books that came or went.
    fn go_on_with(&mut self, now: &Self, since: Option<&Self>) {
        let (here, there) = (self.books.keys(), now.books.keys());
        let went = here.filter(|book| !now.books.contains_key(book));
        let came = there.filter(|book| !self.books.contains_key(book));
        for book in went.chain(came).copied().collect::<Vec<_>>() {
            let known = [self.at(book), now.at(book), since.and_then(|since| since.at(book))];
            self.books.remove(&book);
            self.in_part.extend(known.into_iter().flatten().min().map(|at| (book, at)));
        }
    }
}

/// How far a phone has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CallersProgress {
    /// It holds the numbers up to these changes.
    Upto(CallersHeld),
    /// It is in the middle of taking them over.
    Within {
        /// Up to which changes it holds them; `None` when it holds nothing.
        since: Option<CallersHeld>,
        /// The changes that it is on the way to.
        upto: CallersHeld,
        /// The last number that it was told.
        after: i64,
    },
}

impl CallersProgress {
    /// The same in terms of the staff's numbers alone; `None` where an address book is named.
    fn of_staff(&self) -> Option<Option<CallerProgress>> {
        let alone = |held: &CallersHeld| held.all().next().is_none().then_some(held.staff);
        Some(Some(match self {
            Self::Upto(held) => CallerProgress::Upto(alone(held)?),
            Self::Within { since, upto, after } => {
                let since = match since {
                    Some(since) => Some(alone(since)?),
                    None => None,
                };
                CallerProgress::Within { since, upto: alone(upto)?, after: *after }
            }
        }))
    }
}

impl From<CallerPage> for CallersPage {
    fn from(page: CallerPage) -> Self {
        let of_staff = CallersHeld::of_staff;
        let progress = match page.progress {
            CallerProgress::Upto(upto) => CallersProgress::Upto(of_staff(upto)),
            CallerProgress::Within { since, upto, after } => {
                CallersProgress::Within { since: since.map(of_staff), upto: of_staff(upto), after }
            }
        };
        Self { progress, more: page.more, head: of_staff(page.head), add: page.add, remove: page.remove }
    }
}

/// What a phone is to take over next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallersPage {
    /// How far it has come with it.
    pub progress: CallersProgress,
    /// Whether there is more to take over at once.
    pub more: bool,
    /// The latest changes of the numbers.
    pub head: CallersHeld,
    /// Numbers that are new, or shown as something else; ascending, each once.
    pub add: Vec<CallerNumber>,
    /// Numbers that are shown no more; likewise.
    pub remove: Vec<String>,
}

/// What a phone that has come so far is to take over next, at most `limit` numbers in ascending order; everything for one that has
/// none. `None` when nobody can tell any more what it lacks.
///
/// # Errors
/// [`ContactsFault::Internal`] when a statement fails.
pub fn read_callers(
    tx: &mut ReadTx<'_>,
    who: &Principal,
    progress: Option<&CallersProgress>,
    limit: usize,
) -> Result<Option<CallersPage>, ContactsFault> {
    let books = Books::of(tx, who)?;
    if books.0.is_empty()
        && let Some(of_staff) = progress.map_or(Some(None), CallersProgress::of_staff)
    {
        let page = people::read_caller_id(tx, of_staff.as_ref(), limit)?;
        return Ok(page.map(CallersPage::from));
    }
    let Some(heads) = Heads::of(tx, &books, progress)? else { return Ok(None) };
    let now = heads.now(&books);
    let (since, mut upto, after) = match progress {
        None => (None, now.clone(), 0),
        Some(CallersProgress::Upto(held)) => (Some(held.clone()), now.clone(), 0),
        Some(CallersProgress::Within { since, upto, after }) => (since.clone(), upto.clone(), *after),
    };
    upto.go_on_with(&now, since.as_ref());
    if upto.in_part.len() > MOST_IN_PART {
        return Ok(None);
    }
    let found = match &since {
        None => Found::all(tx, &books, after, limit + 1)?,
        Some(since) => Found::changed(tx, &heads, since, &upto)?,
    };
    let numbers = found.numbers.iter().copied().filter(|number| *number > after);
    let mut numbers: Vec<i64> = numbers.take(limit + 1).collect();
    let cut = numbers.len() > limit;
    numbers.truncate(limit);
    let more = cut || upto != now;
    let progress = match numbers.last() {
        Some(last) if cut => CallersProgress::Within { since, upto, after: *last },
        _ => CallersProgress::Upto(upto),
    };
    let mut labels = found.labels(tx, &books, &numbers)?;
    let mut page = CallersPage { progress, more, head: now, add: Vec::new(), remove: Vec::new() };
    for number in numbers {
        match labels.remove(&number) {
            Some(label) => page.add.push(CallerNumber { number: number.to_string(), label }),
            None => page.remove.push(number.to_string()),
        }
    }
    Ok(Some(page))
}

/// The address books whose contacts the person chose to have told, each with whether it is their own.
struct Books(BTreeMap<CollectionId, bool>);

impl Books {
    fn of(tx: &mut ReadTx<'_>, who: &Principal) -> Result<Self, ContactsFault> {
        let choice = account::read_preferences(tx, who).map_err(Error::damaged)?.choices.caller_id.contacts;
        if choice == CallerContacts::None {
            return Ok(Self(BTreeMap::new()));
        }
        let readable = visible(tx, who)?;
        let mut books: Vec<(bool, CollectionId)> = store::address_books::list_by_collection(tx, readable)?
            .into_iter()
            .map(|book| (book.owner == who.person, book.collection))
            .filter(|(own, _)| choice == CallerContacts::All || !own)
            .collect();
        books.sort_unstable_by_key(|(own, collection)| (!own, *collection));
        Ok(Self(books.into_iter().take(MOST_BOOKS).map(|(own, collection)| (collection, own)).collect()))
    }

    fn collections(&self) -> Vec<CollectionId> {
        self.0.keys().copied().collect()
    }

    /// By number; of several contacts those of one's own books first, then by name.
    fn sort(&self, contacts: &mut [StoredCaller]) {
        let is_shared = |it: &StoredCaller| !self.0.get(&it.collection).copied().unwrap_or_default();
        contacts.sort_by(|a, b| {
            let key = |it: &StoredCaller| (it.number, is_shared(it));
            key(a).cmp(&key(b)).then_with(|| (&a.name, &a.contact).cmp(&(&b.name, &b.contact)))
        });
    }
}

/// Where the numbers of the staff stand, and the address books, those that a token names included.
struct Heads {
    staff: Head,
    books: BTreeMap<CollectionId, Head>,
}

impl Heads {
    /// `None` where the changes that the token names are not told any more, or not yet.
    fn of(
        tx: &mut ReadTx<'_>,
        books: &Books,
        progress: Option<&CallersProgress>,
    ) -> Result<Option<Self>, ContactsFault> {
        let held: Vec<&CallersHeld> = match progress {
            None => Vec::new(),
            Some(CallersProgress::Upto(held)) => vec![held],
            Some(CallersProgress::Within { since, upto, .. }) => since.iter().chain([upto]).collect(),
        };
        let mut ids: BTreeSet<CollectionId> = books.0.keys().copied().collect();
        ids.extend(held.iter().flat_map(|held| held.all().map(|(book, _)| *book)));
        let staff = people::callers_head(tx)?;
        let heads = match ids.is_empty() {
            true => Vec::new(),
            false => changes::heads(tx, &ids.into_iter().collect::<Vec<_>>())?,
        };
        let heads = Self { staff, books: heads.into_iter().map(|head| (head.collection, head)).collect() };
        let told = |head: Option<&Head>, at: i64| head.is_some_and(|it| (it.floor..=it.modseq).contains(&at));
        let all_told = held.iter().all(|held| {
            told(Some(&heads.staff), held.staff)
                && held.all().all(|(book, at)| told(heads.books.get(book), *at))
        });
        Ok(all_told.then_some(heads))
    }

    /// Where everything stands that is told now.
    fn now(&self, books: &Books) -> CallersHeld {
        let upto = books.0.keys().filter_map(|book| Some((*book, self.books.get(book)?.modseq)));
        CallersHeld { books: upto.collect(), ..CallersHeld::of_staff(self.staff.modseq) }
    }
}

/// Numbers that may be to be told.
struct Found {
    numbers: BTreeSet<i64>,
    /// Those of the staff, where these are all that there are from the first to the last.
    staff: Option<BTreeMap<i64, String>>,
}

impl Found {
    /// The first `limit` numbers of all above `after`, and some more.
    fn all(tx: &mut ReadTx<'_>, books: &Books, after: i64, limit: usize) -> Result<Self, Error> {
        let staff = people::list_callers_after(tx, after, limit)?;
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let contacts = store::callers::list_numbers_after(tx, &books.collections(), after, limit)?;
        let numbers = staff.keys().copied().chain(contacts).collect();
        Ok(Self { numbers, staff: Some(staff) })
    }

    /// The numbers that may be shown as something else than `since`.
    fn changed(
        tx: &mut ReadTx<'_>,
        heads: &Heads,
        since: &CallersHeld,
        upto: &CallersHeld,
    ) -> Result<Self, Error> {
        Ok(Self { numbers: changed(tx, heads, since, upto)?, staff: None })
    }

    /// What those of `numbers` are shown as that somebody has: staff, contacts, or both.
    fn labels(
        self,
        tx: &mut ReadTx<'_>,
        books: &Books,
        numbers: &[i64],
    ) -> Result<BTreeMap<i64, String>, Error> {
        let (Some(first), Some(last)) = (numbers.first(), numbers.last()) else { return Ok(BTreeMap::new()) };
        let (mut labels, mut contacts) = match self.staff {
            Some(staff) => (staff, store::callers::list_between(tx, &books.collections(), *first, *last)?),
            None => (
                people::get_callers(tx, numbers)?,
                store::callers::list_by_number(tx, &books.collections(), numbers)?,
            ),
        };
        books.sort(&mut contacts);
        for of_one in contacts.chunk_by(|a, b| a.number == b.number) {
            let Some(first) = of_one.first() else { continue };
            let callers = callers(of_one);
            let label = match labels.get(&first.number) {
                Some(staff) => Some(caller_label_beside(staff, &callers)),
                None => caller_label(&callers),
            };
            labels.extend(label.map(|label| (first.number, label)));
        }
        Ok(labels)
    }
}

fn changed(
    tx: &mut ReadTx<'_>,
    heads: &Heads,
    since: &CallersHeld,
    upto: &CallersHeld,
) -> Result<BTreeSet<i64>, Error> {
    let mut numbers = BTreeSet::new();
    if since.staff < upto.staff {
        numbers.extend(people::changed_callers(tx, heads.staff.collection, since.staff..upto.staff)?);
    }
    let mut whole = Vec::new();
    // What is told in part on the way is told whole after it.
    let later = |book: &CollectionId| upto.in_part.contains_key(book);
    for (book, at) in since.all().filter(|(book, _)| !later(book)) {
        let there = upto.books.get(book).copied();
        // Of one that was lost also what went out of it since.
        let until = there.or_else(|| heads.books.get(book).map(|head| head.modseq)).unwrap_or(*at);
        if *at < until {
            numbers.extend(people::changed_callers(tx, *book, *at..until)?);
        }
        whole.extend(there.is_none().then_some(*book));
    }
    whole.extend(upto.books.keys().filter(|book| !since.books.contains_key(book)));
    if !whole.is_empty() {
        numbers.extend(store::callers::list_numbers_after(tx, &whole, 0, i64::MAX)?);
    }
    Ok(numbers)
}

/// Who is behind a number; contacts of one name are one.
fn callers(contacts: &[StoredCaller]) -> Vec<Caller> {
    let mut seen = BTreeSet::new();
    let different = contacts.iter().filter(|contact| seen.insert(fold(&contact.name)));
    different.map(caller).collect()
}

fn caller(contact: &StoredCaller) -> Caller {
    let lines: Vec<&str> = contact.place.lines().filter(|line| !line.is_empty()).collect();
    let group = contact.place.lines().next().filter(|firm| !firm.is_empty());
    Caller {
        name: contact.name.clone(),
        place: (!lines.is_empty()).then(|| lines.join("・")),
        group: group.map(str::to_owned),
    }
}
