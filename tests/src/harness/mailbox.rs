use std::{
    fs::{self, File, OpenOptions},
    path::PathBuf,
    process::Command,
};

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
    folder: TempDir,
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
        let mailbox = Self { db: db.clone(), account, maildir, received: 0, folder };
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

    /// Puts a pipe in the place of the one mail that was received: whoever reads it hangs, as on a disk that does not answer.
    pub fn hang(&self) -> HangingMail {
        let mut files = fs::read_dir(self.folder.path().join("new")).unwrap();
        let file = files.next().unwrap().unwrap().path();
        fs::remove_file(&file).unwrap();
        assert!(Command::new("mkfifo").arg(&file).status().unwrap().success());
        HangingMail(file)
    }

    /// Reads what is in the Maildir into the index.
    pub fn index(&self) {
        service::index_account(&self.db, &self.account.id).unwrap();
    }
}

/// A mail that cannot be read to its end until this is dropped; then it is gone.
#[derive(Debug)]
pub struct HangingMail(PathBuf);

impl Drop for HangingMail {
    fn drop(&mut self) {
        let pipe: File = OpenOptions::new().read(true).write(true).open(&self.0).unwrap();
        fs::remove_file(&self.0).unwrap();
        drop(pipe);
    }
}
