//! Store and service suites, run on each database, with real Maildirs.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod changing;
mod indexing;
mod listing;
mod racing;
mod searching;
mod sending;
mod smtp;
mod watching;

use std::path::PathBuf;

use renraku_base::{Entropy, MessageId, PersonId, Precondition, Principal, Timestamp};
use renraku_db::{
    Db,
    changes::{self, Change},
    jobs,
};
use renraku_mail::{
    Keywords, MailAccount, MailFault, Mailbox, MailboxRole, Message, MessagePatch, SearchTexts,
    delivery::MaildirSender,
    jobs as bodies,
    service::{self, MessageQuery},
    source::{MailSource, maildir::Maildir},
};
use tempfile::TempDir;

/// One person with a mail account over a Maildir in a directory of its own.
struct Office<'d> {
    db: &'d Db,
    directory: TempDir,
    texts: SearchTexts,
}

struct Mailer {
    who: Principal,
    account: MailAccount,
    maildir: Maildir,
}

fn person() -> PersonId {
    Entropy.new_id(Timestamp::from_seconds(1_795_000_000))
}

impl<'d> Office<'d> {
    fn new(db: &'d Db) -> Self {
        Self { db, directory: tempfile::tempdir().unwrap(), texts: SearchTexts::new() }
    }

    fn mailer(&self, name: &str) -> Mailer {
        let root: PathBuf = self.directory.path().join(name);
        let maildir = Maildir::new(&root);
        maildir.create().unwrap();
        let (person, source) = (person(), format!("maildir:{}", root.display()));
        let address = format!("{name}@pref.example.jp");
        let account = self.db.write(|tx| service::put_account(tx, &person, &source, &address, name)).unwrap();
        Mailer { who: Principal::person(person), account, maildir }
    }

    fn index(&self, mailer: &Mailer) -> usize {
        service::index_account(self.db, &mailer.account.id).unwrap().changed
    }

    fn list(&self, mailer: &Mailer, query: &MessageQuery) -> Vec<Message> {
        self.page(mailer, query).items
    }

    fn page(&self, mailer: &Mailer, query: &MessageQuery) -> renraku_base::Page<Message> {
        self.db.read(|tx| service::list_messages(tx, &mailer.who, query, &self.texts)).unwrap()
    }

    fn all(&self, mailer: &Mailer) -> Vec<Message> {
        self.list(mailer, &MessageQuery::default())
    }

    fn found(&self, mailer: &Mailer, q: &str) -> Vec<String> {
        let query = MessageQuery { q: Some(q.to_owned()), ..MessageQuery::default() };
        self.list(mailer, &query).into_iter().map(|mail| mail.subject).collect()
    }

    fn mailbox(&self, mailer: &Mailer, role: MailboxRole) -> Mailbox {
        let list = self.db.read(|tx| service::list_mailboxes(tx, &mailer.who)).unwrap();
        list.into_iter().find(|mailbox| mailbox.role == Some(role)).expect("a mailbox of that role")
    }

    fn patch(&self, mailer: &Mailer, id: &MessageId, patch: &str) -> Result<Message, MailFault> {
        let patch: MessagePatch = serde_json::from_str(patch).unwrap();
        let changed = self.db.write(|tx| service::patch_message(tx, &mailer.who, id, &patch))?;
        Ok(changed.into_inner().message)
    }

    fn delete(&self, mailer: &Mailer, id: &MessageId) {
        self.db.write(|tx| service::delete_message(tx, &mailer.who, id, &Precondition::Exists)).unwrap();
    }

    /// Runs all jobs that are due, and tells of which kinds they were.
    fn run_jobs(&self) -> Vec<String> {
        let sender = MaildirSender::new(self.db.clone());
        let mut kinds = Vec::new();
        loop {
            let claimed = self
                .db
                .write(|tx| jobs::claim(tx, jobs::Kinds::ALL, 10, std::time::Duration::from_secs(60)))
                .unwrap();
            if claimed.is_empty() {
                kinds.sort_unstable();
                return kinds;
            }
            for job in claimed {
                match job.kind.as_str() {
                    bodies::APPLY => bodies::apply(self.db, &job).unwrap(),
                    bodies::FILE => bodies::file(self.db, &job).unwrap(),
                    renraku_notify::jobs::SEND_MAIL => {
                        renraku_notify::jobs::send_mail(&sender, &job.payload).unwrap();
                    }
                    other => panic!("no body for {other}"),
                }
                self.db.write(|tx| jobs::finish(tx, &job.id)).unwrap();
                kinds.push(job.kind);
            }
        }
    }

    /// What the log of a person's mail tells since a number: type, object, whether it is gone.
    fn log(&self, mailer: &Mailer, after: i64) -> Vec<Change> {
        self.db.read(|tx| changes::since(tx, mailer.account.collection, after, 10_000)).unwrap()
    }

    fn modseq(&self, mailer: &Mailer) -> i64 {
        self.log(mailer, 0).last().map_or(0, |change| change.modseq)
    }
}

fn mail(subject: &str, more: &str) -> Vec<u8> {
    format!("From: 佐藤 花子 <sato@x.example>\r\nTo: me@x.example\r\nSubject: {subject}\r\n{more}\r\n本文は{subject}の件\r\n")
        .into_bytes()
}

/// A key whose mail arrived so many seconds after the tests' beginning.
fn key(seconds: i64, name: &str) -> String {
    format!("{}.{name}", renraku_test_db::START.seconds() + seconds)
}

/// The flags of each mail in a folder of a Maildir, by key.
fn in_folder(mailer: &Mailer, folder: &str) -> Vec<(String, Keywords)> {
    let mut entries: Vec<_> = mailer
        .maildir
        .entries(folder)
        .unwrap()
        .into_iter()
        .map(|entry| (entry.key, entry.keywords))
        .collect();
    entries.sort_by(|a, b| a.0.cmp(&b.0));
    entries
}
