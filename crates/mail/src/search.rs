//! The texts of accounts in which somebody searches, in memory.
//!
//! A word of one or two characters is found by reading everything. SQLite's `LIKE` needs 4 to 7 ms for 10,000 mails, and
//! comparing them one row at a time 1 ms even with nothing to compare; one scan over one piece of memory needs 0.3.
//! New texts have higher numbers, also those in the place of others of the same mail, and what was removed meanwhile is
//! not found in the index any more: so what is held here is brought up to date by asking for the numbers above the last.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, PoisonError},
};

use memchr::memmem::Finder;
use renraku_base::Timestamp;
use renraku_db::{Error, ReadTx};

use crate::store::texts::{self, Text};

/// Bytes of text that are held for all accounts together; beyond it, what was used longest ago goes.
const CAPACITY: usize = 64 * 1024 * 1024;

/// The texts that are held. Cheap to clone.
#[derive(Clone, Default)]
pub struct SearchTexts(Arc<Mutex<Held>>);

#[derive(Default)]
struct Held {
    accounts: HashMap<String, (u64, Arc<Texts>)>,
    clock: u64,
}

/// A mail that was found: when it arrived, and its id.
pub(crate) type Hit = (Timestamp, String);

impl SearchTexts {
    /// Nothing held yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The mails of an account that contain each of the words, newest first.
    pub(crate) fn find(
        &self,
        tx: &mut ReadTx<'_>,
        account: &str,
        words: &[String],
    ) -> Result<Vec<Hit>, Error> {
        let held = self.take(account);
        let news = texts::list(tx, account, held.last_seq)?;
        let texts = if news.is_empty() { held } else { Arc::new(held.with(&news)) };
        let hits = texts.find(words);
        self.keep(account, texts);
        Ok(hits)
    }

    fn take(&self, account: &str) -> Arc<Texts> {
        let held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        held.accounts.get(account).map(|(_, texts)| Arc::clone(texts)).unwrap_or_default()
    }

    fn keep(&self, account: &str, texts: Arc<Texts>) {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        held.clock += 1;
        let clock = held.clock;
        // A search that began earlier on an older snapshot does not put back less than is held.
        let newer = held.accounts.get(account).is_none_or(|(_, other)| other.last_seq <= texts.last_seq);
        if newer {
            held.accounts.insert(account.to_owned(), (clock, texts));
        }
        let mut size: usize = held.accounts.values().map(|(_, texts)| texts.size()).sum();
        while size > CAPACITY
            && let Some(oldest) =
                held.accounts.iter().min_by_key(|(_, (used, _))| *used).map(|(id, _)| id.clone())
        {
            size -= held.accounts.remove(&oldest).map_or(0, |(_, texts)| texts.size());
        }
    }
}

impl std::fmt::Debug for SearchTexts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SearchTexts").finish_non_exhaustive()
    }
}

/// The texts of one account in one string, oldest mail first.
#[derive(Default)]
struct Texts {
    last_seq: i64,
    joined: String,
    /// Where each mail's text begins.
    mails: Vec<(usize, Hit)>,
}

impl Texts {
    fn size(&self) -> usize {
        self.joined.len() + self.mails.len() * 96
    }

    /// These and newly stored ones, which stand in the place of those of the same mails.
    fn with(&self, news: &[Text]) -> Self {
        let renewed: HashSet<&str> = news.iter().map(|text| text.message.as_str()).collect();
        let known = self.mails.iter().enumerate().filter(|(_, (_, (_, id)))| !renewed.contains(id.as_str()));
        let mut all: Vec<(Hit, &str)> = known.map(|(n, (_, hit))| (hit.clone(), self.text(n))).collect();
        let last_seq = news.last().map_or(self.last_seq, |last| last.seq);
        all.extend(news.iter().map(|text| ((text.received_at, text.message.clone()), text.folded.as_str())));
        all.sort_by(|a, b| a.0.cmp(&b.0));
        let mut texts = Self { last_seq, joined: String::new(), mails: Vec::with_capacity(all.len()) };
        for (hit, text) in all {
            texts.mails.push((texts.joined.len(), hit));
            texts.joined.push_str(text);
            texts.joined.push('\n');
        }
        texts
    }

    fn text(&self, n: usize) -> &str {
        let start = self.mails.get(n).map_or(0, |(start, _)| *start);
        let end = self.mails.get(n + 1).map_or(self.joined.len(), |(start, _)| *start);
        self.joined.get(start..end).unwrap_or_default().trim_end_matches('\n')
    }

    fn find(&self, words: &[String]) -> Vec<Hit> {
        let Some((first, others)) = words.split_first() else { return Vec::new() };
        let finder = Finder::new(first);
        let others: Vec<Finder<'_>> = others.iter().map(Finder::new).collect();
        let mut hits = Vec::new();
        let mut from = 0;
        while let Some(at) = self.joined.as_bytes().get(from..).and_then(|rest| finder.find(rest)) {
            let n = self.mails.partition_point(|(start, _)| *start <= from + at).saturating_sub(1);
            from = self.mails.get(n + 1).map_or(self.joined.len(), |(start, _)| *start);
            if others.iter().all(|other| other.find(self.text(n).as_bytes()).is_some())
                && let Some((_, hit)) = self.mails.get(n)
            {
                hits.push(hit.clone());
            }
        }
        hits.reverse();
        hits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(seq: i64, at: i64, folded: &str) -> Text {
        Text {
            seq,
            message: format!("m{seq}"),
            received_at: Timestamp::from_seconds(at),
            folded: folded.to_owned(),
        }
    }

    fn found(texts: &Texts, words: &[&str]) -> Vec<String> {
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        texts.find(&words).into_iter().map(|(_, id)| id).collect()
    }

    #[test]
    fn finds_every_mail_once_and_the_newest_first() {
        let texts = Texts::default().with(&[
            text(1, 30, "会議の会議"),
            text(2, 10, "予算会議\n高橋"),
            text(3, 20, "予算"),
        ]);
        assert_eq!(found(&texts, &["会議"]), ["m1", "m2"]);
        assert_eq!(found(&texts, &["予算", "高"]), ["m2"]);
        assert_eq!(found(&texts, &["議高"]), [""; 0]);
        assert_eq!(found(&texts, &["橋予"]), [""; 0], "no word runs over into the next mail");
        let texts = texts.with(&[text(4, 25, "会")]);
        assert_eq!(
            (found(&texts, &["会"]), texts.last_seq),
            (vec!["m1".into(), "m4".into(), "m2".into()], 4)
        );
        let texts = texts.with(&[Text { message: "m2".to_owned(), ..text(5, 10, "会議") }]);
        assert_eq!((found(&texts, &["会"]).len(), found(&texts, &["予算"])), (3, vec!["m3".into()]));
    }

    #[test]
    fn forgets_what_was_used_longest_ago() {
        let held = SearchTexts::new();
        let big = |seq| Arc::new(Texts::default().with(&[text(seq, 1, &"あ".repeat(8_000_000))]));
        for account in ["a", "b"] {
            held.keep(account, big(1));
        }
        held.keep("a", big(2));
        held.keep("c", big(1));
        assert_eq!(held.take("b").last_seq, 0);
        assert_eq!((held.take("a").last_seq, held.take("c").last_seq), (2, 1));
    }
}
