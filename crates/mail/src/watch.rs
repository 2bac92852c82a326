//! Hears of new mail from the file system.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, PoisonError, RwLock,
        mpsc::{self, Receiver, RecvTimeoutError, Sender},
    },
    thread,
    time::Duration,
};

use notify_watch::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};

use crate::MailAccount;

/// So long must nothing happen before a burst of events is one call.
const QUIET: Duration = Duration::from_millis(20);
/// A burst that does not end is told in pieces of so many events.
const BURST: usize = 2_000;

/// Watching is not possible: says why.
#[derive(Debug, thiserror::Error)]
#[error("the mail folders cannot be watched: {0}")]
pub struct WatchFault(#[from] notify_watch::Error);

/// What changed in an account's source: these folders, or nobody knows which.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum News {
    /// These folders.
    Folders(BTreeSet<String>),
    /// Everything must be looked at.
    All,
}

enum Message {
    News(String, Option<String>),
    Lost,
}

/// Watches the sources of accounts until it is dropped.
pub struct Watch {
    watcher: Mutex<RecommendedWatcher>,
    roots: Roots,
    sender: Sender<Message>,
}

type Roots = Arc<RwLock<BTreeMap<PathBuf, String>>>;

impl Watch {
    /// Calls `on_news`, from one thread of its own, with each account in whose source something changed.
    ///
    /// # Errors
    /// [`WatchFault`] when the system does not let it.
    pub fn start(on_news: impl FnMut(&str, &News) + Send + 'static) -> Result<Self, WatchFault> {
        let (sender, receiver) = mpsc::channel();
        let roots = Roots::default();
        let (events, known) = (sender.clone(), Arc::clone(&roots));
        let watcher = notify_watch::recommended_watcher(move |event: notify_watch::Result<Event>| {
            // The receiver is gone only when the watch is.
            match event {
                Ok(event) if event.need_rescan() => drop(events.send(Message::Lost)),
                Ok(event) if matters(event.kind) => {
                    for path in &event.paths {
                        if let Some((account, folder)) = place(&known, path) {
                            drop(events.send(Message::News(account, Some(folder))));
                        }
                    }
                }
                Ok(_) => {}
                Err(_) => drop(events.send(Message::Lost)),
            }
        })?;
        let accounts = Arc::clone(&roots);
        thread::Builder::new()
            .name("mail-watch".to_owned())
            .spawn(move || tell(&receiver, &accounts, on_news))
            .map_err(notify_watch::Error::io)?;
        Ok(Self { watcher: Mutex::new(watcher), roots, sender })
    }

    /// Watches an account's source, and has all of it looked at once. A source that is no directory of this machine is
    /// only looked at.
    ///
    /// # Errors
    /// [`WatchFault`] when the directory is not there or the system has no more watches.
    pub fn follow(&self, account: &MailAccount) -> Result<(), WatchFault> {
        if let Some(root) = account.source.strip_prefix("maildir:") {
            let root = PathBuf::from(root).canonicalize().map_err(notify_watch::Error::io)?;
            let mut roots = self.roots.write().unwrap_or_else(PoisonError::into_inner);
            if roots.insert(root.clone(), account.id.clone()).is_none() {
                drop(roots);
                let mut watcher = self.watcher.lock().unwrap_or_else(PoisonError::into_inner);
                watcher.watch(&root, RecursiveMode::Recursive)?;
            }
        }
        drop(self.sender.send(Message::News(account.id.clone(), None)));
        Ok(())
    }
}

impl std::fmt::Debug for Watch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Watch").finish_non_exhaustive()
    }
}

/// Reading a mail changes nothing.
fn matters(kind: EventKind) -> bool {
    !matches!(kind, EventKind::Access(_))
}

/// The account and folder of a path; what is still being written below `tmp` is nobody's news.
fn place(roots: &Roots, path: &Path) -> Option<(String, String)> {
    let roots = roots.read().unwrap_or_else(PoisonError::into_inner);
    let (root, account) = path.ancestors().find_map(|root| roots.get_key_value(root))?;
    let mut parts = path.strip_prefix(root).ok()?.components().map(|part| part.as_os_str().to_string_lossy());
    let first = parts.next().unwrap_or_default();
    let (folder, inside) = if first.starts_with('.') {
        (first.into_owned(), parts.next().unwrap_or_default())
    } else {
        (String::new(), first)
    };
    (inside != "tmp").then(|| (account.clone(), folder))
}

/// Gathers bursts and tells them account by account, until the watch is dropped.
fn tell(receiver: &Receiver<Message>, roots: &Roots, mut on_news: impl FnMut(&str, &News)) {
    while let Ok(first) = receiver.recv() {
        let mut news: BTreeMap<String, News> = BTreeMap::new();
        gather(&mut news, first, roots);
        for _ in 0..BURST {
            match receiver.recv_timeout(QUIET) {
                Ok(message) => gather(&mut news, message, roots),
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => break,
            }
        }
        for (account, news) in &news {
            on_news(account, news);
        }
    }
}

fn gather(news: &mut BTreeMap<String, News>, message: Message, roots: &Roots) {
    match message {
        Message::News(account, Some(folder)) => {
            let entry = news.entry(account).or_insert_with(|| News::Folders(BTreeSet::new()));
            if let News::Folders(folders) = entry {
                folders.insert(folder);
            }
        }
        Message::News(account, None) => drop(news.insert(account, News::All)),
        Message::Lost => {
            let roots = roots.read().unwrap_or_else(PoisonError::into_inner);
            news.extend(roots.values().map(|account| (account.clone(), News::All)));
        }
    }
}
