//! Where mail really lies: the edge that the index is derived from.

pub mod maildir;

use renraku_base::Timestamp;

use crate::{Keywords, MailboxRole};

/// A folder of the source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folder {
    /// The source's own name of it, by which it is asked for.
    pub path: String,
    /// The name to show.
    pub name: String,
    /// What it is for.
    pub role: Option<MailboxRole>,
}

/// One mail in a folder of the source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Names the mail within its account, and stays when the mail is moved.
    pub key: String,
    /// The keywords that the source holds.
    pub keywords: Keywords,
}

/// A mail as the source holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Raw {
    /// Its bytes, at most one more than are read of a mail.
    pub bytes: Vec<u8>,
    /// When it arrived.
    pub received_at: Timestamp,
}

/// The source did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum SourceFault {
    /// The mail or folder is not (or no longer) there.
    #[error("not there: {0}")]
    Missing(String),
    /// The source cannot be reached; worth another attempt.
    #[error("the mail source failed: {0}")]
    Failed(#[from] std::io::Error),
    /// The address of the source cannot be read: says what to write.
    #[error("{0}")]
    Unknown(String),
}

/// A store of one person's mail, which others change at the same time. Every change may be asked for twice and has its
/// effect once.
pub trait MailSource: Send + Sync {
    /// The folders, the inbox among them.
    ///
    /// # Errors
    /// [`SourceFault`] when the source cannot be read.
    fn folders(&self) -> Result<Vec<Folder>, SourceFault>;

    /// What lies in a folder, in no order.
    ///
    /// # Errors
    /// [`SourceFault`] when the folder cannot be read.
    fn entries(&self, folder: &str) -> Result<Vec<Entry>, SourceFault>;

    /// Whether a mail lies in a folder.
    ///
    /// # Errors
    /// [`SourceFault`] when the folder cannot be read.
    fn holds(&self, folder: &str, key: &str) -> Result<bool, SourceFault>;

    /// A mail's bytes.
    ///
    /// # Errors
    /// [`SourceFault::Missing`] when it is not there.
    fn fetch(&self, folder: &str, key: &str) -> Result<Raw, SourceFault>;

    /// Sets those keywords of a mail that are in `mask` as they are in `keywords`, and leaves the others.
    ///
    /// # Errors
    /// [`SourceFault::Missing`] when it is not there.
    fn set_keywords(
        &self,
        folder: &str,
        key: &str,
        keywords: Keywords,
        mask: Keywords,
    ) -> Result<(), SourceFault>;

    /// Moves a mail to another folder, which is made when it is not there.
    ///
    /// # Errors
    /// [`SourceFault::Missing`] when it is in neither.
    fn move_to(&self, folder: &str, key: &str, to: &str) -> Result<(), SourceFault>;

    /// Removes a mail for good.
    ///
    /// # Errors
    /// [`SourceFault::Missing`] when it is not there: it may be elsewhere.
    fn remove(&self, folder: &str, key: &str) -> Result<(), SourceFault>;

    /// Stores a mail under a key that the caller chose, so that a second attempt does not store it twice.
    ///
    /// # Errors
    /// [`SourceFault`] when the folder cannot be written.
    fn append(&self, folder: &str, key: &str, bytes: &[u8], keywords: Keywords) -> Result<(), SourceFault>;

    /// Puts a mail that just arrived into the inbox, under a key that the caller chose.
    ///
    /// # Errors
    /// [`SourceFault`] when the inbox cannot be written.
    fn deliver(&self, key: &str, bytes: &[u8]) -> Result<(), SourceFault>;
}

/// Opens a source by its address, like `maildir:/var/mail/hanako`.
///
/// # Errors
/// [`SourceFault::Unknown`] for an address that no source here understands.
pub fn open(address: &str) -> Result<Box<dyn MailSource>, SourceFault> {
    match address.split_once(':') {
        Some(("maildir", path)) if !path.is_empty() => Ok(Box::new(maildir::Maildir::new(path))),
        _ => Err(SourceFault::Unknown(format!(
            "{address:?} is no mail source: write maildir: and a path, like maildir:/var/mail/hanako"
        ))),
    }
}
