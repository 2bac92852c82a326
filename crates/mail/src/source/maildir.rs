//! Maildir with Maildir++ folders: one file a mail, its flags in its name.

use std::{
    fs, io,
    io::{Read as _, Write as _},
    path::{Path, PathBuf},
};

use renraku_base::Timestamp;

use super::{Entry, Folder, MailSource, Raw, SourceFault};
use crate::{Keywords, MailboxRole, codec::mime::MAX_MESSAGE};

/// So often a file is looked for anew that another program renames under our hands.
const LOOKS: usize = 4;

/// What stands between a mail's key and its flags.
const INFO: &str = ":2,";

/// A folder's letters in the order in which they must be written, with what they mean.
const FLAGS: [(char, Keywords); 5] = [
    ('D', Keywords::DRAFT),
    ('F', Keywords::FLAGGED),
    ('P', Keywords::FORWARDED),
    ('R', Keywords::ANSWERED),
    ('S', Keywords::SEEN),
];

/// A Maildir on a disk of this machine.
#[derive(Debug, Clone)]
pub struct Maildir {
    root: PathBuf,
}

impl Maildir {
    /// The Maildir at `root`; it need not be there yet.
    #[must_use]
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// Makes the inbox and a folder for each role.
    ///
    /// # Errors
    /// [`SourceFault::Failed`] when the disk does not let it.
    pub fn create(&self) -> Result<(), SourceFault> {
        self.make_parts("")?;
        for role in MailboxRole::ALL {
            self.make_folder(role_path(role))?;
        }
        Ok(())
    }

    /// Refuses to go on without the inbox. A disk that is not mounted looks like a Maildir that everybody emptied: what is read
    /// of it must not count, and what were written there would be hidden when it comes back.
    fn must_be_there(&self) -> Result<(), SourceFault> {
        let inbox = self.root.join("cur");
        let found = fs::metadata(&inbox)
            .map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", inbox.display())))?;
        if found.is_dir() { Ok(()) } else { Err(io::Error::from(io::ErrorKind::NotADirectory).into()) }
    }

    fn folder(&self, path: &str) -> Result<PathBuf, SourceFault> {
        // A folder's name comes from the index, which took it from this directory; nothing else may be reached by it.
        if !path.is_empty()
            && (!path.starts_with('.') || path.contains(['/', '\\', '\0']) || path.starts_with(".."))
        {
            return Err(SourceFault::Missing(path.to_owned()));
        }
        Ok(self.root.join(path))
    }

    fn make_folder(&self, path: &str) -> Result<PathBuf, SourceFault> {
        self.must_be_there()?;
        self.make_parts(path)
    }

    fn make_parts(&self, path: &str) -> Result<PathBuf, SourceFault> {
        let folder = self.folder(path)?;
        for part in ["tmp", "new", "cur"] {
            fs::create_dir_all(folder.join(part))?;
        }
        Ok(folder)
    }

    /// Writes a file whole or not at all: first beside, then renamed.
    fn store(&self, folder: &str, key: &str, bytes: &[u8], place: &Path) -> Result<(), SourceFault> {
        if key.is_empty() || key.starts_with('.') || key.contains(['/', ':', '\0']) {
            return Err(SourceFault::Missing(key.to_owned()));
        }
        let directory = self.make_folder(folder)?;
        if self.locate(folder, key)?.is_some() {
            return Ok(());
        }
        let (beside, mut file) = create_beside(&directory.join("tmp"), key)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&beside, directory.join(place))?;
        Ok(())
    }

    /// The file of a mail, whatever its flags are now.
    fn locate(&self, folder: &str, key: &str) -> Result<Option<PathBuf>, SourceFault> {
        let directory = self.folder(folder)?;
        let is_file = |path: &PathBuf| fs::symlink_metadata(path).is_ok_and(|found| found.is_file());
        let new = directory.join("new").join(key);
        if is_file(&new) {
            return Ok(Some(new));
        }
        // Asking for each name that it may have costs less than reading a directory of thousands.
        let cur = directory.join("cur");
        let named = all_flags().map(|letters| cur.join(format!("{key}{INFO}{letters}"))).find(is_file);
        if named.is_some() {
            return Ok(named);
        }
        for entry in read_directory(&cur)? {
            let entry = entry?;
            if entry.file_name().to_str().is_some_and(|name| split_name(name).0 == key) {
                return Ok(Some(entry.path()));
            }
        }
        Ok(None)
    }

    fn must_find(&self, folder: &str, key: &str) -> Result<PathBuf, SourceFault> {
        if let Some(found) = self.locate(folder, key)? {
            return Ok(found);
        }
        self.must_be_there()?;
        Err(SourceFault::Missing(format!("{folder}/{key}")))
    }

    /// Does something to the file of a mail, which other programs rename when they like.
    fn on_file<T>(
        &self,
        folder: &str,
        key: &str,
        act: impl Fn(&Path) -> io::Result<T>,
    ) -> Result<T, SourceFault> {
        for _ in 0..LOOKS {
            match act(&self.must_find(folder, key)?) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                other => return Ok(other?),
            }
        }
        Err(SourceFault::Missing(format!("{folder}/{key}")))
    }
}

impl MailSource for Maildir {
    fn folders(&self) -> Result<Vec<Folder>, SourceFault> {
        let mut folders =
            vec![Folder { path: String::new(), name: "INBOX".to_owned(), role: Some(MailboxRole::Inbox) }];
        for entry in read_directory(&self.root)? {
            let entry = entry?;
            let name = entry.file_name();
            let Some(path) = name.to_str().filter(|path| path.starts_with('.') && path.len() > 1) else {
                continue;
            };
            if entry.path().join("cur").is_dir() {
                let role = role_of(path);
                let name = path.get(1..).unwrap_or_default().replace('.', "/");
                folders.push(Folder { path: path.to_owned(), name, role });
            }
        }
        self.must_be_there()?;
        folders.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(folders)
    }

    fn entries(&self, folder: &str) -> Result<Vec<Entry>, SourceFault> {
        let directory = self.folder(folder)?;
        let mut entries = Vec::new();
        for part in ["new", "cur"] {
            for entry in read_directory(&directory.join(part))? {
                let name = entry?.file_name();
                if let Some(name) = name.to_str().filter(|name| !name.starts_with('.')) {
                    let (key, flags) = split_name(name);
                    entries.push(Entry { key: key.to_owned(), keywords: read_flags(flags) });
                }
            }
        }
        // Asked afterwards: the disk may have gone while it was read.
        self.must_be_there()?;
        Ok(entries)
    }

    fn holds(&self, folder: &str, key: &str) -> Result<bool, SourceFault> {
        let found = self.locate(folder, key)?.is_some();
        if !found {
            self.must_be_there()?;
        }
        Ok(found)
    }

    fn fetch(&self, folder: &str, key: &str) -> Result<Raw, SourceFault> {
        let file = self.on_file(folder, key, |path| fs::File::open(path))?;
        let arrived = file.metadata()?.modified()?;
        let arrived = arrived.duration_since(std::time::UNIX_EPOCH).map_or(0, |age| age.as_secs());
        let arrived = i64::try_from(arrived).unwrap_or(0);
        let mut bytes = Vec::new();
        let limit = u64::try_from(MAX_MESSAGE).unwrap_or(u64::MAX).saturating_add(1);
        file.take(limit).read_to_end(&mut bytes)?;
        Ok(Raw { bytes, received_at: Timestamp::from_seconds(delivery_second(key).unwrap_or(arrived)) })
    }

    fn set_keywords(
        &self,
        folder: &str,
        key: &str,
        keywords: Keywords,
        mask: Keywords,
    ) -> Result<(), SourceFault> {
        let cur = self.folder(folder)?.join("cur");
        self.on_file(folder, key, |path| {
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or(key);
            let flags = split_name(name).1;
            let keywords = read_flags(flags).taking(keywords, mask);
            fs::rename(path, cur.join(format!("{key}{INFO}{}", letters(keywords, flags))))
        })
    }

    fn move_to(&self, folder: &str, key: &str, to: &str) -> Result<(), SourceFault> {
        let target = self.make_folder(to)?;
        let moved = self.on_file(folder, key, |path| {
            let is_new = path.parent().is_some_and(|parent| parent.ends_with("new"));
            let name = path.file_name().unwrap_or_default();
            fs::rename(path, target.join(if is_new { "new" } else { "cur" }).join(name))
        });
        match moved {
            Err(SourceFault::Missing(_)) => self.must_find(to, key).map(|_already_there| ()),
            other => other,
        }
    }

    fn remove(&self, folder: &str, key: &str) -> Result<(), SourceFault> {
        self.on_file(folder, key, |path| fs::remove_file(path))
    }

    fn append(&self, folder: &str, key: &str, bytes: &[u8], keywords: Keywords) -> Result<(), SourceFault> {
        let name = format!("{key}{INFO}{}", letters(keywords, ""));
        self.store(folder, key, bytes, &Path::new("cur").join(name))
    }

    fn deliver(&self, key: &str, bytes: &[u8]) -> Result<(), SourceFault> {
        self.store("", key, bytes, &Path::new("new").join(key))
    }
}

/// The folder of a role, by the names that mail clients agree on.
#[must_use]
pub const fn role_path(role: MailboxRole) -> &'static str {
    match role {
        MailboxRole::Inbox => "",
        MailboxRole::Drafts => ".Drafts",
        MailboxRole::Sent => ".Sent",
        MailboxRole::Archive => ".Archive",
        MailboxRole::Junk => ".Junk",
        MailboxRole::Trash => ".Trash",
    }
}

fn role_of(path: &str) -> Option<MailboxRole> {
    match path.to_ascii_lowercase().as_str() {
        ".drafts" => Some(MailboxRole::Drafts),
        ".sent" | ".sent messages" | ".sent items" => Some(MailboxRole::Sent),
        ".archive" => Some(MailboxRole::Archive),
        ".junk" | ".spam" => Some(MailboxRole::Junk),
        ".trash" | ".deleted messages" | ".deleted items" => Some(MailboxRole::Trash),
        _ => None,
    }
}

/// Every set of the letters that mean something here, as a name shows it.
fn all_flags() -> impl Iterator<Item = String> {
    (0_u32..1 << FLAGS.len()).map(|set| {
        (0..).zip(FLAGS).filter(|(bit, _)| set & (1 << bit) != 0).map(|(_, (letter, _))| letter).collect()
    })
}

fn split_name(name: &str) -> (&str, &str) {
    name.split_once(INFO).unwrap_or((name, ""))
}

/// The letters of these keywords, with those of `before` that mean nothing here (T, or those of a mailer).
fn letters(keywords: Keywords, before: &str) -> String {
    let others = before.chars().filter(|letter| !FLAGS.iter().any(|(known, _)| known == letter));
    let ours = FLAGS.iter().filter(|(_, keyword)| keywords.has(*keyword)).map(|(letter, _)| *letter);
    let mut letters: Vec<char> = ours.chain(others).collect();
    letters.sort_unstable();
    letters.dedup();
    letters.into_iter().collect()
}

/// A new file in `tmp`, whoever else is storing the same mail.
fn create_beside(tmp: &Path, key: &str) -> io::Result<(PathBuf, fs::File)> {
    let mut attempt = 0_u32;
    loop {
        let path = tmp.join(format!("{key}.{attempt}"));
        match fs::File::create_new(&path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => attempt += 1,
            created => return created.map(|file| (path, file)),
        }
    }
}

fn read_flags(flags: &str) -> Keywords {
    FLAGS.iter().fold(Keywords::NONE, |set, (letter, keyword)| set.with(*keyword, flags.contains(*letter)))
}

/// A key begins with the second of delivery; a copy of the file keeps it, its time of change does not.
fn delivery_second(key: &str) -> Option<i64> {
    let (second, _) = key.split_once('.')?;
    second.parse().ok().filter(|second| (0..=32_503_680_000).contains(second))
}

/// The entries of a directory; one that is not there has none.
fn read_directory(path: &Path) -> Result<Box<dyn Iterator<Item = io::Result<fs::DirEntry>>>, SourceFault> {
    match fs::read_dir(path) {
        Ok(entries) => Ok(Box::new(entries)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Box::new(std::iter::empty())),
        Err(error) => Err(error.into()),
    }
}
