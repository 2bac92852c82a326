//! Several who change one Maildir at the same time, step by step in every order that matters, and all at once.

use std::{
    io,
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use renraku_base::MessageId;
use renraku_db::{Db, jobs};
use renraku_mail::{
    Keywords, MailFault, MailboxRole, jobs as bodies,
    service::{self, carrying},
    source::{Entry, Folder, MailSource, Raw, SourceFault, maildir::Maildir},
    watch::News,
};
use renraku_test_db::on_each_database;

use super::{Mailer, Office, in_folder, key, mail};

/// A moment at which somebody else gets their turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Moment {
    Listed(&'static str),
    BeforeChange,
    AfterChange,
}

type Turn<'t> = Box<dyn FnOnce() -> io::Result<()> + Send + 't>;

/// A Maildir whose user is interrupted once.
struct Interrupted<'t> {
    maildir: &'t Maildir,
    at: Moment,
    turn: Mutex<Option<Turn<'t>>>,
}

impl<'t> Interrupted<'t> {
    fn new(maildir: &'t Maildir, at: Moment, turn: impl FnOnce() + Send + 't) -> Self {
        let turn = move || {
            turn();
            Ok(())
        };
        Self { maildir, at, turn: Mutex::new(Some(Box::new(turn))) }
    }

    /// Dies at a moment: what it was about to write down is not written down.
    fn dying(maildir: &'t Maildir, at: Moment) -> Self {
        Self { maildir, at, turn: Mutex::new(Some(Box::new(|| Err(io::Error::other("cut off"))))) }
    }

    fn reach(&self, moment: Moment) -> Result<(), SourceFault> {
        let turn = if moment == self.at { self.turn.lock().unwrap().take() } else { None };
        Ok(turn.map_or(Ok(()), |turn| turn())?)
    }

    fn around<T>(&self, change: impl FnOnce() -> Result<T, SourceFault>) -> Result<T, SourceFault> {
        self.reach(Moment::BeforeChange)?;
        let done = change()?;
        self.reach(Moment::AfterChange)?;
        Ok(done)
    }
}

impl MailSource for Interrupted<'_> {
    fn folders(&self) -> Result<Vec<Folder>, SourceFault> {
        self.maildir.folders()
    }

    fn entries(&self, folder: &str) -> Result<Vec<Entry>, SourceFault> {
        let entries = self.maildir.entries(folder)?;
        if let Moment::Listed(listed) = self.at
            && listed == folder
        {
            self.reach(self.at)?;
        }
        Ok(entries)
    }

    fn holds(&self, folder: &str, key: &str) -> Result<bool, SourceFault> {
        self.maildir.holds(folder, key)
    }

    fn fetch(&self, folder: &str, key: &str) -> Result<Raw, SourceFault> {
        self.maildir.fetch(folder, key)
    }

    fn set_keywords(
        &self,
        folder: &str,
        key: &str,
        set: Keywords,
        mask: Keywords,
    ) -> Result<(), SourceFault> {
        self.around(|| self.maildir.set_keywords(folder, key, set, mask))
    }

    fn move_to(&self, folder: &str, key: &str, to: &str) -> Result<(), SourceFault> {
        self.around(|| self.maildir.move_to(folder, key, to))
    }

    fn remove(&self, folder: &str, key: &str) -> Result<(), SourceFault> {
        self.around(|| self.maildir.remove(folder, key))
    }

    fn append(&self, folder: &str, key: &str, bytes: &[u8], keywords: Keywords) -> Result<(), SourceFault> {
        self.around(|| self.maildir.append(folder, key, bytes, keywords))
    }

    fn deliver(&self, key: &str, bytes: &[u8]) -> Result<(), SourceFault> {
        self.maildir.deliver(key, bytes)
    }
}

/// Hanako with one mail in her inbox.
fn with_one_mail(test: impl Fn(&Office<'_>, &Mailer, &MessageId)) {
    on_each_database(|db, _clock| {
        let office = Office::new(db);
        let hanako = office.mailer("hanako");
        hanako.maildir.append("", &key(1, "a"), &mail("一", ""), Keywords::NONE).unwrap();
        office.index(&hanako);
        let id = office.all(&hanako).remove(0).id;
        test(&office, &hanako, &id);
    });
}

fn carry(
    office: &Office<'_>,
    mailer: &Mailer,
    source: &dyn MailSource,
    id: &MessageId,
    job: &str,
) -> Result<(), MailFault> {
    carrying::carry_to(office.db, &mailer.account, source, id, job, None)
}

fn look(office: &Office<'_>, mailer: &Mailer, source: &dyn MailSource) -> service::Indexed {
    service::index_source(office.db, &mailer.account, source, &News::All).unwrap()
}

/// Where the file of Hanako's mail lies, and how.
fn files(mailer: &Mailer) -> Vec<(&'static str, Keywords)> {
    ["", ".Archive", ".Trash"]
        .into_iter()
        .flat_map(|folder| in_folder(mailer, folder).into_iter().map(move |(_, keywords)| (folder, keywords)))
        .collect()
}

fn move_to_archive(office: &Office<'_>, mailer: &Mailer, id: &MessageId) {
    let archive = office.mailbox(mailer, MailboxRole::Archive).id;
    office.patch(mailer, id, &format!(r#"{{"mailboxIds":{{"{archive}":true}}}}"#)).unwrap();
}

/// Everybody had their turn: nothing is left of the mail, and nothing comes back.
fn expect_gone(office: &Office<'_>, mailer: &Mailer) {
    office.run_jobs();
    office.index(mailer);
    assert_eq!((files(mailer), office.all(mailer).len()), (vec![], 0));
    for role in MailboxRole::ALL {
        let mailbox = office.mailbox(mailer, role);
        assert_eq!((mailbox.total_emails, mailbox.unread_emails), (0, 0), "{role:?}");
    }
}

#[test]
fn a_listing_from_before_a_move_is_not_taken_over_after_it() {
    for folder in ["", ".Archive", ".Trash"] {
        with_one_mail(|office, hanako, id| {
            let interrupted = Interrupted::new(&hanako.maildir, Moment::Listed(folder), || {
                office.delete(hanako, id);
                carry(office, hanako, &hanako.maildir, id, "j1").unwrap();
            });
            look(office, hanako, &interrupted);
            let trash = office.mailbox(hanako, MailboxRole::Trash).id;
            let all = office.all(hanako);
            assert_eq!(all.iter().map(|mail| &mail.id).collect::<Vec<_>>(), [id], "{folder}");
            assert!(all[0].mailbox_ids.contains_key(&trash), "{folder}");
            office.delete(hanako, id);
            carry(office, hanako, &hanako.maildir, id, "j2").unwrap();
            expect_gone(office, hanako);
        });
    }
}

#[test]
fn a_listing_from_before_a_removal_brings_nothing_back() {
    for folder in ["", ".Archive", ".Trash"] {
        with_one_mail(|office, hanako, id| {
            let interrupted = Interrupted::new(&hanako.maildir, Moment::Listed(folder), || {
                office.delete(hanako, id);
                carry(office, hanako, &hanako.maildir, id, "j1").unwrap();
                office.delete(hanako, id);
                carry(office, hanako, &hanako.maildir, id, "j2").unwrap();
            });
            look(office, hanako, &interrupted);
            assert!(office.all(hanako).is_empty(), "{folder}");
            expect_gone(office, hanako);
        });
    }
}

#[test]
fn what_another_program_did_before_a_move_is_seen_after_it() {
    for folder in ["", ".Archive", ".Trash"] {
        with_one_mail(|office, hanako, id| {
            hanako.maildir.set_keywords("", &key(1, "a"), Keywords::FLAGGED, Keywords::FLAGGED).unwrap();
            let interrupted = Interrupted::new(&hanako.maildir, Moment::Listed(folder), || {
                office.delete(hanako, id);
                carry(office, hanako, &hanako.maildir, id, "j1").unwrap();
            });
            look(office, hanako, &interrupted);
            let trash = office.mailbox(hanako, MailboxRole::Trash).id;
            let mail = office.all(hanako).remove(0);
            assert!(mail.mailbox_ids.contains_key(&trash), "{folder}");
            assert_eq!(
                (mail.keywords, files(hanako)),
                (Keywords::FLAGGED, vec![(".Trash", Keywords::FLAGGED)])
            );
            office.delete(hanako, id);
            carry(office, hanako, &hanako.maildir, id, "j2").unwrap();
            expect_gone(office, hanako);
        });
    }
}

#[test]
fn a_listing_from_before_a_flag_does_not_take_it_back() {
    with_one_mail(|office, hanako, id| {
        let interrupted = Interrupted::new(&hanako.maildir, Moment::Listed(""), || {
            office.patch(hanako, id, r#"{"keywords":{"$seen":true}}"#).unwrap();
            carry(office, hanako, &hanako.maildir, id, "j1").unwrap();
        });
        look(office, hanako, &interrupted);
        assert_eq!(office.all(hanako)[0].keywords, Keywords::SEEN);
        office.run_jobs();
        assert_eq!(files(hanako), [("", Keywords::SEEN)]);
    });
}

#[test]
fn a_mail_deleted_while_a_job_moves_it_is_deleted() {
    for moment in [Moment::BeforeChange, Moment::AfterChange] {
        with_one_mail(|office, hanako, id| {
            move_to_archive(office, hanako, id);
            let interrupted = Interrupted::new(&hanako.maildir, moment, || {
                office.delete(hanako, id);
                // Its own job finds it in the hand of the first one.
                carry(office, hanako, &hanako.maildir, id, "j2").unwrap();
                let looked = look(office, hanako, &hanako.maildir);
                assert_eq!((looked.changed, looked.unsettled), (0, true));
                office.delete(hanako, id);
                carry(office, hanako, &hanako.maildir, id, "j3").unwrap();
            });
            carry(office, hanako, &interrupted, id, "j1").unwrap();
            assert_eq!(files(hanako), [], "the job that had it in hand saw to it");
            expect_gone(office, hanako);
        });
    }
}

#[test]
fn a_flag_taken_back_while_a_job_sets_it_is_not_set() {
    for moment in [Moment::BeforeChange, Moment::AfterChange] {
        with_one_mail(|office, hanako, id| {
            office.patch(hanako, id, r#"{"keywords":{"$seen":true}}"#).unwrap();
            let interrupted = Interrupted::new(&hanako.maildir, moment, || {
                office.patch(hanako, id, r#"{"keywords":{"$seen":null}}"#).unwrap();
            });
            carry(office, hanako, &interrupted, id, "j1").unwrap();
            assert_eq!(files(hanako), [("", Keywords::NONE)]);
            office.index(hanako);
            assert_eq!(office.all(hanako)[0].keywords, Keywords::NONE);
        });
    }
}

#[test]
fn a_job_that_died_half_way_is_brought_to_its_end() {
    for moment in [Moment::BeforeChange, Moment::AfterChange] {
        with_one_mail(|office, hanako, id| {
            move_to_archive(office, hanako, id);
            let dying = Interrupted::dying(&hanako.maildir, moment);
            assert!(carry(office, hanako, &dying, id, "j1").is_err());
            office.delete(hanako, id);
            office.delete(hanako, id);
            carry(office, hanako, &hanako.maildir, id, "j2").unwrap();
            expect_gone(office, hanako);
        });
        // Nobody else changes it: the indexer finds it where the job left it, and nobody undoes the person's move.
        with_one_mail(|office, hanako, id| {
            move_to_archive(office, hanako, id);
            let dying = Interrupted::dying(&hanako.maildir, moment);
            assert!(carry(office, hanako, &dying, id, "j1").is_err());
            office.index(hanako);
            carry(office, hanako, &hanako.maildir, id, "j1").unwrap();
            assert_eq!(files(hanako), [(".Archive", Keywords::NONE)]);
            assert_eq!((office.index(hanako), &office.all(hanako)[0].id), (0, id));
        });
    }
}

#[test]
fn a_job_that_runs_twice_at_once_does_its_work_once() {
    for moment in [Moment::BeforeChange, Moment::AfterChange] {
        with_one_mail(|office, hanako, id| {
            move_to_archive(office, hanako, id);
            let interrupted = Interrupted::new(&hanako.maildir, moment, || {
                carry(office, hanako, &hanako.maildir, id, "j1").unwrap();
                office.delete(hanako, id);
                office.delete(hanako, id);
                carry(office, hanako, &hanako.maildir, id, "j2").unwrap();
            });
            carry(office, hanako, &interrupted, id, "j1").unwrap();
            expect_gone(office, hanako);
        });
    }
}

#[test]
fn a_mail_that_another_program_moves_away_is_found_and_deleted() {
    with_one_mail(|office, hanako, id| {
        office.delete(hanako, id);
        office.delete(hanako, id);
        let interrupted = Interrupted::new(&hanako.maildir, Moment::BeforeChange, || {
            hanako.maildir.move_to("", &key(1, "a"), ".Archive").unwrap();
        });
        carry(office, hanako, &interrupted, id, "j1").unwrap();
        expect_gone(office, hanako);
    });
}

#[test]
fn a_mail_that_is_moved_while_its_folders_are_listed_keeps_its_id() {
    for (folder, to) in [("", ".Trash"), (".Archive", ".Trash"), ("", ".Archive")] {
        with_one_mail(|office, hanako, id| {
            let interrupted = Interrupted::new(&hanako.maildir, Moment::Listed(folder), || {
                hanako.maildir.move_to("", &key(1, "a"), to).unwrap();
            });
            look(office, hanako, &interrupted);
            office.index(hanako);
            let all = office.all(hanako);
            assert_eq!(all.iter().map(|mail| &mail.id).collect::<Vec<_>>(), [id], "{folder} {to}");
        });
    }
}

#[test]
fn two_indexers_that_see_a_new_mail_add_it_once() {
    on_each_database(|db, _clock| {
        let office = Office::new(db);
        let hanako = office.mailer("hanako");
        office.index(&hanako);
        hanako.maildir.deliver(&key(1, "a"), &mail("一", "")).unwrap();
        let interrupted = Interrupted::new(&hanako.maildir, Moment::Listed(""), || {
            office.index(&hanako);
        });
        look(&office, &hanako, &interrupted);
        assert_eq!(office.all(&hanako).len(), 1);
    });
}

/// How many mails are put away while everybody works at once.
const STORM: i64 = 6;

#[test]
fn many_at_once_leave_nothing_behind_and_bring_nothing_back() {
    on_each_database(|db, _clock| {
        let office = Office::new(db);
        let hanako = office.mailer("hanako");
        for n in 0..STORM {
            hanako.maildir.append("", &key(n, "a"), &mail("多", ""), Keywords::NONE).unwrap();
        }
        office.index(&hanako);
        let ids: Vec<MessageId> = office.all(&hanako).into_iter().map(|mail| mail.id).collect();
        let over = AtomicBool::new(false);
        let put_away = thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| until(&over, || run_a_job(db)));
                scope.spawn(|| until(&over, || drop(service::index_account(db, &hanako.account.id))));
            }
            let put_away = scope.spawn(|| {
                for id in &ids {
                    office.patch(&hanako, id, r#"{"keywords":{"$seen":true}}"#).unwrap();
                    move_to_archive(&office, &hanako, id);
                    office.delete(&hanako, id);
                    office.delete(&hanako, id);
                }
            });
            let put_away = put_away.join();
            over.store(true, Ordering::Relaxed);
            put_away
        });
        assert!(put_away.is_ok(), "a mail was not where it was put");
        expect_gone(&office, &hanako);
    });
}

fn until(over: &AtomicBool, turn: impl Fn()) {
    while !over.load(Ordering::Relaxed) {
        turn();
    }
}

/// A job that fails stays in the queue, as it does in the server.
fn run_a_job(db: &Db) {
    for job in
        db.write(|tx| jobs::claim(tx, jobs::Kinds::ALL, 1, Duration::from_secs(60))).unwrap_or_default()
    {
        let written = match bodies::apply(db, &job) {
            Ok(()) => db.write(|tx| jobs::finish(tx, &job.id)),
            Err(_) => db.write(|tx| jobs::fail(tx, &job, "again")),
        };
        written.unwrap();
    }
}
