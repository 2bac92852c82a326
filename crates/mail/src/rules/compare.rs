//! What the index must do to say what the source says.

use std::collections::HashMap;

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

/// What the index knows of a mail.
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
}

impl State {
    /// The state once the source showed this. What changed there since it was last looked at wins; the rest of what the
    /// person changed stays on its way.
    #[must_use]
    pub fn shown(&self, seen: &Seen) -> Self {
        let changed = seen.keywords.difference(self.source_keywords);
        let moved = self.source_mailbox.as_ref() != Some(&seen.mailbox);
        let mailbox = match &self.mailbox {
            Some(_) if moved => Some(seen.mailbox.clone()),
            other => other.clone(),
        };
        Self {
            mailbox,
            keywords: self.keywords.taking(seen.keywords, changed),
            source_mailbox: Some(seen.mailbox.clone()),
            source_keywords: seen.keywords,
        }
    }

    /// Whether the source has yet to hear of something.
    #[must_use]
    pub fn is_on_its_way(&self) -> bool {
        self.mailbox != self.source_mailbox || self.keywords != self.source_keywords
    }

    /// How it counts in its mailbox: one, and one if it is unread.
    #[must_use]
    pub fn unread(&self) -> bool {
        !self.keywords.has(Keywords::SEEN) && !self.keywords.has(Keywords::DRAFT)
    }
}

/// The steps from what the index knows to what the source shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Steps {
    /// Mails that are new.
    pub add: Vec<Seen>,
    /// Mails that changed, each with what the source shows of it.
    pub update: Vec<(MessageId, Seen)>,
    /// Mails that are gone.
    pub remove: Vec<Known>,
}

/// Compares. `known` are the mails of the folders that were looked at, and those elsewhere that turn out to have been
/// moved into them.
#[must_use]
pub fn compare(seen: Vec<Seen>, known: Vec<Known>) -> Steps {
    let mut steps = Steps::default();
    let mut here: HashMap<(MailboxId, String), Known> = HashMap::new();
    let mut elsewhere: Vec<Known> = Vec::new();
    for mail in known {
        match &mail.state.source_mailbox {
            Some(mailbox) => {
                here.insert((mailbox.clone(), mail.key.clone()), mail);
            }
            None => elsewhere.push(mail),
        }
    }
    // The same mail may be listed twice while its file is being renamed.
    let mut listed: HashMap<(MailboxId, String), ()> = HashMap::new();
    let mut left = Vec::new();
    for mail in seen {
        let place = (mail.mailbox.clone(), mail.key.clone());
        if listed.insert(place.clone(), ()).is_some() {
            continue;
        }
        match here.remove(&place) {
            Some(known) => update(&mut steps, known, mail),
            None => left.push(mail),
        }
    }
    let mut by_key: HashMap<String, Known> =
        here.into_values().chain(elsewhere).map(|mail| (mail.key.clone(), mail)).collect();
    for mail in left {
        match by_key.remove(&mail.key) {
            Some(known) => update(&mut steps, known, mail),
            None => steps.add.push(mail),
        }
    }
    // What the source never had is still on its way there.
    steps.remove.extend(by_key.into_values().filter(|mail| mail.state.source_mailbox.is_some()));
    steps.remove.sort_by(|a, b| a.id.cmp(&b.id));
    // Keys begin with the time of delivery: what was written first is read first, and answers find what they answer.
    steps.add.sort_by(|a, b| a.key.cmp(&b.key));
    steps
}

fn update(steps: &mut Steps, known: Known, seen: Seen) {
    if known.state.shown(&seen) != known.state {
        steps.update.push((known.id, seen));
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
        let at = Some(Id::stored(mailbox.to_owned()));
        Known {
            id: Id::stored(format!("id-{key}")),
            key: key.to_owned(),
            version: 1,
            state: State { mailbox: at.clone(), keywords, source_mailbox: at, source_keywords: keywords },
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
        let changed: Vec<&str> = steps.update.iter().map(|(mail, _)| mail.as_str()).collect();
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
}
