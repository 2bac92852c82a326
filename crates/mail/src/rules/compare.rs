//! What the index must do to say what the source says.

use std::collections::{HashMap, HashSet};

use renraku_base::{MailboxId, MessageId};

use crate::Keywords;

/// What the source shows of a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// The mailbox of its folder.
    pub mailbox: MailboxId,
    /// Its key.
    pub key: String,
    /// Its keywords there.
    pub keywords: Keywords,
}

/// What the index knew of a mail before the source was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// Identifies the mail.
    pub id: MessageId,
    /// Its key.
    pub key: String,
    /// Its version.
    pub version: i64,
    /// Where and how the person has it.
    pub state: State,
    /// Grows whenever something was learned of the mail in the source, or a job begins to change it there: what was seen
    /// of it holds only as long as this stays the same.
    pub source_version: i64,
    /// Whether a job is changing it in the source right now.
    pub is_carried: bool,
}

/// Where and how a mail is: as its person wants it, and as the source last showed it. They differ while a change of the
/// person's is on its way to the source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    /// The mailbox; `None` when the person removed the mail.
    pub mailbox: Option<MailboxId>,
    /// The keywords.
    pub keywords: Keywords,
    /// The mailbox in the source; `None` before the source has the mail at all.
    pub source_mailbox: Option<MailboxId>,
    /// The keywords in the source.
    pub source_keywords: Keywords,
    /// What a job began to make of it in the source. Until that job wrote down how it ended, the source has it here or as
    /// above.
    pub carried: Option<Place>,
}

/// Where and how a mail is in the source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The mailbox of its folder.
    pub mailbox: MailboxId,
    /// Its keywords there.
    pub keywords: Keywords,
}

impl State {
    /// A mail as the source has it, of which its person wants nothing else.
    #[must_use]
    pub fn settled(mailbox: &MailboxId, keywords: Keywords) -> Self {
        Self {
            mailbox: Some(mailbox.clone()),
            keywords,
            source_mailbox: Some(mailbox.clone()),
            source_keywords: keywords,
            carried: None,
        }
    }

    /// The state once the source showed this. What others changed there since it was last looked at wins; the rest of what
    /// the person changed stays on its way.
    #[must_use]
    pub fn shown(&self, seen: &Seen) -> Self {
        let carried = self.carried.as_ref();
        let ours = |mailbox: Option<&MailboxId>| mailbox.is_none_or(|mailbox| *mailbox == seen.mailbox);
        // A mail that the source never had was put there by us, wherever it turns up first.
        let moved = !ours(self.source_mailbox.as_ref())
            && carried.is_none_or(|carried| carried.mailbox != seen.mailbox);
        let changed = match (&self.source_mailbox, carried) {
            (None, _) => Keywords::NONE,
            (Some(_), None) => seen.keywords.difference(self.source_keywords),
            (Some(_), Some(carried)) => seen
                .keywords
                .difference(self.source_keywords)
                .both(seen.keywords.difference(carried.keywords)),
        };
        Self {
            mailbox: match &self.mailbox {
                Some(_) if moved => Some(seen.mailbox.clone()),
                other => other.clone(),
            },
            keywords: self.keywords.taking(seen.keywords, changed),
            source_mailbox: Some(seen.mailbox.clone()),
            source_keywords: seen.keywords,
            carried: None,
        }
    }

    /// Whether the source has yet to hear of something.
    #[must_use]
    pub fn is_on_its_way(&self) -> bool {
        self.mailbox != self.source_mailbox || self.keywords != self.source_keywords || self.carried.is_some()
    }

    /// How it counts in its mailbox: one, and one if it is unread.
    #[must_use]
    pub fn unread(&self) -> bool {
        !self.keywords.has(Keywords::SEEN) && !self.keywords.has(Keywords::DRAFT)
    }

    /// The mailboxes in whose folders the source may have it.
    pub fn places(&self) -> impl Iterator<Item = &MailboxId> {
        self.source_mailbox.iter().chain(self.carried.iter().map(|carried| &carried.mailbox))
    }
}

/// The steps from what the index knows to what the source shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Steps {
    /// Mails that are new.
    pub add: Vec<Seen>,
    /// Mails that changed, each with what the source shows of it.
    pub update: Vec<(Known, Seen)>,
    /// Mails that are gone.
    pub remove: Vec<Known>,
    /// Whether something was left as it is because a job is changing it: it must be looked at again.
    pub unsettled: bool,
}

/// Compares. `known` is what the index said before the first of the folders was listed: what a job did meanwhile shows by
/// the mail's `source_version`.
#[must_use]
pub fn compare(seen: Vec<Seen>, known: Vec<Known>) -> Steps {
    let mut steps = Steps::default();
    let by_place: HashMap<(MailboxId, String), usize> = known
        .iter()
        .enumerate()
        .flat_map(|(n, mail)| mail.state.places().map(move |place| ((place.clone(), mail.key.clone()), n)))
        .collect();
    let mut known: Vec<Option<Known>> = known.into_iter().map(Some).collect();
    // The same mail may be listed twice while its file is being renamed.
    let mut listed: HashSet<(MailboxId, String)> = HashSet::new();
    let mut left = Vec::new();
    for mail in seen {
        let place = (mail.mailbox.clone(), mail.key.clone());
        if !listed.insert(place.clone()) {
            continue;
        }
        match by_place.get(&place) {
            Some(n) => {
                if let Some(known) = known.get_mut(*n).and_then(Option::take) {
                    steps.show(known, mail);
                }
            }
            None => left.push(mail),
        }
    }
    let mut by_key: HashMap<String, Vec<Known>> = HashMap::new();
    for mail in known.into_iter().flatten() {
        by_key.entry(mail.key.clone()).or_default().push(mail);
    }
    for mail in left {
        match by_key.get_mut(&mail.key).and_then(Vec::pop) {
            Some(known) => steps.show(known, mail),
            None => steps.add.push(mail),
        }
    }
    for mail in by_key.into_values().flatten() {
        if mail.is_carried {
            steps.unsettled = true;
        } else if mail.state.source_mailbox.is_some() {
            steps.remove.push(mail);
        }
        // What the source never had is still on its way there.
    }
    steps.remove.sort_by(|a, b| a.id.cmp(&b.id));
    // Keys begin with the time of delivery: what was written first is read first, and answers find what they answer.
    steps.add.sort_by(|a, b| a.key.cmp(&b.key));
    steps
}

impl Steps {
    fn show(&mut self, known: Known, seen: Seen) {
        if known.is_carried {
            self.unsettled = true;
        } else if known.state.shown(&seen) != known.state {
            self.update.push((known, seen));
        }
    }
}

#[cfg(test)]
mod tests {
    use renraku_base::Id;

    use super::*;

    const SEEN: Keywords = Keywords::SEEN;
    const FLAGGED: Keywords = Keywords::FLAGGED;

    fn seen(mailbox: &str, key: &str, keywords: Keywords) -> Seen {
        Seen { mailbox: Id::stored(mailbox.to_owned()), key: key.to_owned(), keywords }
    }

    fn known(mailbox: &str, key: &str, keywords: Keywords) -> Known {
        Known {
            id: Id::stored(format!("id-{key}")),
            key: key.to_owned(),
            version: 1,
            state: State::settled(&Id::stored(mailbox.to_owned()), keywords),
            source_version: 1,
            is_carried: false,
        }
    }

    #[test]
    fn nothing_new_needs_no_step() {
        let steps = compare(vec![seen("in", "a", SEEN), seen("in", "a", SEEN)], vec![known("in", "a", SEEN)]);
        assert_eq!(steps, Steps::default());
    }

    #[test]
    fn new_changed_moved_and_gone() {
        let steps = compare(
            vec![seen("in", "new", Keywords::NONE), seen("in", "read", SEEN), seen("trash", "moved", SEEN)],
            vec![known("in", "read", Keywords::NONE), known("in", "moved", SEEN), known("in", "gone", SEEN)],
        );
        assert_eq!(steps.add, [seen("in", "new", Keywords::NONE)]);
        assert_eq!(steps.remove, [known("in", "gone", SEEN)]);
        let changed: Vec<&str> = steps.update.iter().map(|(mail, _)| mail.id.as_str()).collect();
        assert_eq!(changed, ["id-read", "id-moved"]);
        let moved = known("in", "moved", SEEN).state.shown(&steps.update[1].1);
        assert_eq!(moved, known("trash", "moved", SEEN).state);
    }

    #[test]
    fn a_copy_is_a_mail_of_its_own() {
        let steps =
            compare(vec![seen("in", "a", SEEN), seen("old", "a", SEEN)], vec![known("in", "a", SEEN)]);
        assert_eq!((steps.add.len(), steps.update.len(), steps.remove.len()), (1, 0, 0));
    }

    #[test]
    fn what_the_person_changed_stays_until_the_source_changes_it() {
        let mut mail = known("in", "a", Keywords::NONE);
        mail.state.keywords = SEEN;
        assert_eq!(compare(vec![seen("in", "a", Keywords::NONE)], vec![mail.clone()]), Steps::default());
        // The source flags it meanwhile: both changes stand.
        let after = mail.state.shown(&seen("in", "a", FLAGGED));
        assert_eq!((after.keywords, after.source_keywords), (SEEN.with(FLAGGED, true), FLAGGED));
        // The source takes back what it once had itself: it wins.
        mail.state.source_keywords = SEEN;
        assert_eq!(mail.state.shown(&seen("in", "a", Keywords::NONE)).keywords, Keywords::NONE);
    }

    #[test]
    fn a_removal_on_its_way_is_not_undone() {
        let mut mail = known("in", "a", SEEN);
        mail.state.mailbox = None;
        assert_eq!(compare(vec![seen("in", "a", SEEN)], vec![mail.clone()]), Steps::default());
        assert_eq!(compare(vec![], vec![mail]).remove.len(), 1);
    }

    #[test]
    fn a_sent_mail_waits_for_its_copy() {
        let mut mail = known("sent", "a", SEEN);
        mail.state.source_mailbox = None;
        assert_eq!(compare(vec![], vec![mail.clone()]), Steps::default());
        assert_eq!(compare(vec![seen("sent", "a", SEEN)], vec![mail.clone()]).update.len(), 1);
        assert_eq!(mail.state.shown(&seen("sent", "a", SEEN)), known("sent", "a", SEEN).state);
    }

    #[test]
    fn what_was_sent_and_moved_before_the_source_had_it_stays_moved() {
        let mut mail = known("sent", "a", Keywords::FLAGGED);
        mail.state.source_mailbox = None;
        mail.state.mailbox = Some(Id::stored("old".to_owned()));
        let after = mail.state.shown(&seen("sent", "a", SEEN));
        assert_eq!((&after.mailbox, after.keywords), (&mail.state.mailbox, FLAGGED));
        assert!(after.is_on_its_way());
    }

    #[test]
    fn what_a_job_began_and_left_is_found_in_the_one_place_or_the_other() {
        let mut mail = known("in", "a", Keywords::NONE);
        mail.state.mailbox = Some(Id::stored("old".to_owned()));
        mail.state.carried = Some(Place { mailbox: Id::stored("trash".to_owned()), keywords: SEEN });
        for (place, keywords) in [("in", Keywords::NONE), ("trash", Keywords::NONE), ("trash", SEEN)] {
            let after = mail.state.shown(&seen(place, "a", keywords));
            assert_eq!((&after.mailbox, after.keywords), (&mail.state.mailbox, Keywords::NONE), "{place}");
            assert_eq!((after.source_keywords, after.carried), (keywords, None));
        }
        // Somebody else moved it since, and flagged it.
        let after = mail.state.shown(&seen("junk", "a", FLAGGED));
        assert_eq!(after, known("junk", "a", FLAGGED).state);
    }

    #[test]
    fn what_a_job_is_changing_is_left_alone_and_looked_at_again() {
        let mut mail = known("in", "a", Keywords::NONE);
        mail.is_carried = true;
        mail.state.carried = Some(Place { mailbox: Id::stored("trash".to_owned()), keywords: SEEN });
        let listings = [
            vec![],
            vec![seen("in", "a", Keywords::NONE)],
            vec![seen("trash", "a", SEEN)],
            vec![seen("in", "a", Keywords::NONE), seen("trash", "a", SEEN)],
            vec![seen("junk", "a", FLAGGED)],
        ];
        for listing in listings {
            let left = Steps { unsettled: true, ..Steps::default() };
            assert_eq!(compare(listing.clone(), vec![mail.clone()]), left, "{listing:?}");
        }
    }

    #[test]
    fn copies_that_are_gone_are_all_removed() {
        let known = vec![known("in", "a", SEEN), known("old", "a", SEEN)];
        assert_eq!(compare(vec![], known).remove.len(), 2);
    }
}
