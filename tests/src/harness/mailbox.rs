use renraku_db::Db;
use renraku_mail::{
    MailAccount, service,
    source::{MailSource, maildir::Maildir},
};
use tempfile::TempDir;

use super::Staff;

/// The Maildir of a member of staff.
#[derive(Debug)]
pub struct Mailbox {
    db: Db,
    account: MailAccount,
    maildir: Maildir,
    received: usize,
    _folder: TempDir,
}

impl Mailbox {
    /// An empty one.
    pub fn of(db: &Db, staff: &Staff) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let maildir = Maildir::new(folder.path());
        maildir.create().unwrap();
        let source = format!("maildir:{}", folder.path().display());
        let address = format!("{}@pref.example.jp", staff.username);
        let put = |tx: &mut renraku_db::Tx<'_>| {
            service::put_account(tx, &staff.person, &source, &address, &staff.username)
        };
        let account = db.write(put).unwrap();
        let mailbox = Self { db: db.clone(), account, maildir, received: 0, _folder: folder };
        mailbox.index();
        mailbox
    }

    /// Puts a mail into the inbox and reads it into the index.
    pub fn receive(&mut self, mail: &[u8]) {
        self.received += 1;
        let key = format!("{}.test{}", 1_795_500_000 + self.received, self.received);
        self.maildir.deliver(&key, mail).unwrap();
        self.index();
    }

    /// Reads what is in the Maildir into the index.
    pub fn index(&self) {
        service::index_account(&self.db, &self.account.id).unwrap();
    }
}
