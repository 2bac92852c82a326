//! Which body runs a job of which kind.

use std::{fmt, sync::Arc, time::Duration};

use chrono::NaiveDate;
use renraku_base::Timestamp;
use renraku_db::{
    CollectionId, Db, Error, Tx, changes,
    jobs::{self, Job, Kinds},
    ledger,
};
use renraku_notify::{
    Delivery, MailSender, SendFault,
    push::{self, PushSender, PushText},
};
use renraku_people::{
    account,
    directory::{Directory, service as directory},
};
use renraku_schedule::ScheduleFault;

use crate::{
    appointed,
    ldap_source::{self, LdapSource},
    server::log_applied,
    worker::{Body, JobFault, Ran, Share},
};

/// The kind of the job that forgets what is too old.
const RETENTION: &str = "server.retention";
const DAY: Duration = Duration::from_hours(24);
/// For how long a sync token can be used.
const CHANGES_KEPT: Duration = Duration::from_hours(24 * 90);
/// However old they are, so many changes of a collection stay.
const CHANGES_KEPT_AT_LEAST: i64 = 10_000;
/// For how long a repeated request has one effect.
const LEDGER_KEPT: Duration = Duration::from_hours(24 * 30);
/// For how long a job that was done is remembered.
const DONE_JOBS_KEPT: Duration = Duration::from_hours(24 * 7);

/// What jobs reach the world outside by.
pub(crate) struct Edges {
    /// Whom searches of this process find.
    pub directory: Directory,
    /// Carries mail.
    pub mail: Arc<dyn MailSender>,
    /// Speaks to push services.
    pub push: Arc<dyn PushSender>,
    /// Has the words for what is pushed.
    pub words: Arc<dyn PushText>,
    /// Knows the staff; `None` where it comes by hand alone.
    pub staff: Option<Arc<LdapSource>>,
}

/// Who runs which jobs: a push service that never answers holds up other push messages and nothing else.
pub const SHARES: [Share; 2] = [
    Share { kinds: Kinds::all_but(push::SEND_PUSH), at_once: 8 },
    Share { kinds: Kinds::only(push::SEND_PUSH), at_once: 4 },
];

/// What runs the jobs of this server.
pub(crate) fn body(db: &Db, edges: Edges) -> Body {
    let db = db.clone();
    Arc::new(move |job: &Job| run(&db, &edges, job))
}

fn run(db: &Db, edges: &Edges, job: &Job) -> Result<Ran, JobFault> {
    match job.kind.as_str() {
        renraku_notify::jobs::SEND_MAIL => {
            send_mail(db, &*edges.mail, job)?;
            return Ok(Ran::Finished);
        }
        push::SEND_PUSH => push::deliver(db, &*edges.push, &*edges.words, job)?,
        renraku_mail::jobs::APPLY => renraku_mail::jobs::apply(db, job).map_err(again)?,
        renraku_mail::jobs::FILE => renraku_mail::jobs::file(db, job).map_err(again)?,
        directory::APPLY_ROSTERS => {
            directory::apply_due_rosters(db, &edges.directory).map_err(again)?.iter().for_each(log_applied);
        }
        directory::TELL_APPOINTED => {
            appointed::tell(db, job)?;
            return Ok(Ran::Finished);
        }
        directory::TELL_WITHDRAWN => {
            appointed::withdraw(db, job)?;
            return Ok(Ran::Finished);
        }
        RETENTION => forget_old(db)?,
        // One that was planned before the settings changed has nothing to do.
        ldap_source::JOB => {
            let mut sources = edges.staff.iter();
            sources.try_for_each(|source| ldap_source::run_job(db, &edges.directory, source))?;
        }
        kind if renraku_schedule::jobs::KINDS.contains(&kind) => {
            let work = |tx: &mut Tx<'_>| {
                renraku_schedule::jobs::run(tx, kind, &job.payload)?;
                Ok::<_, ScheduleFault>(jobs::finish(tx, &job.id)?)
            };
            let large = renraku_schedule::jobs::is_large(kind);
            if large { db.write_many(work) } else { db.write(work) }.map_err(again)?;
            return Ok(Ran::Finished);
        }
        _ => return Err(JobFault::Again("this version knows no job of this kind".to_owned())),
    }
    Ok(Ran::ToFinish)
}

/// Sends a mail. What does not arrive and is about an event is told with the event; of the rest, its author hears in their mailbox.
fn send_mail(db: &Db, sender: &dyn MailSender, job: &Job) -> Result<(), JobFault> {
    let (mail, delivery) = renraku_notify::jobs::send_mail(sender, &job.payload)?;
    let is_about = mail.calendar.as_ref().is_some_and(|part| part.about.is_some());
    match &delivery {
        Delivery::Undelivered(it) if !it.author_knows && !is_about => {
            return Err(JobFault::Never(it.reason.clone()));
        }
        Delivery::Undelivered(it) => {
            tracing::info!(job.id = job.id, mail.no_way = it.no_way, "a mail cannot be delivered");
        }
        Delivery::Sent => {}
    }
    let work = |tx: &mut Tx<'_>| {
        renraku_schedule::jobs::note_delivery(tx, &mail, &delivery)?;
        Ok::<_, ScheduleFault>(jobs::finish(tx, &job.id)?)
    };
    db.write(work).map_err(again)
}

fn again(error: impl std::error::Error) -> JobFault {
    let source = error.source().map(|source| format!(": {source}"));
    JobFault::Again(format!("{error}{}", source.unwrap_or_default()))
}

impl fmt::Debug for Edges {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Edges").finish_non_exhaustive()
    }
}

impl From<SendFault> for JobFault {
    fn from(fault: SendFault) -> Self {
        match fault {
            SendFault::Temporary(why) => Self::Again(why),
            SendFault::Permanent(why) => Self::Never(why),
        }
    }
}

/// Sees to it that what is due every day is done today and from then on every day, by one process of all.
///
/// # Errors
/// When the database fails.
pub fn plan_every_day(db: &Db) -> anyhow::Result<()> {
    let now = db.now();
    plan_retention_on(db, day_of(now), now)?;
    Ok(db.write(renraku_schedule::jobs::start_extending)?)
}

fn plan_retention_on(db: &Db, day: NaiveDate, due: Timestamp) -> Result<(), Error> {
    let unique = format!("{RETENTION}:{day}");
    db.write(|tx| jobs::enqueue(tx, RETENTION, &day.to_string(), due, Some(&unique))).map(drop)
}

fn day_of(at: Timestamp) -> NaiveDate {
    at.to_datetime().date_naive()
}

/// Forgets what is too old, each kind in transactions of its own, and plans the same for tomorrow.
fn forget_old(db: &Db) -> Result<(), JobFault> {
    let now = db.now();
    let changes =
        db.write_many(|tx| changes::prune(tx, (now - CHANGES_KEPT).micros(), CHANGES_KEPT_AT_LEAST))?;
    let keys = db.write_many(|tx| ledger::prune(tx, (now - LEDGER_KEPT).micros()))?;
    let done_jobs = db.write_many(|tx| jobs::prune(tx, (now - DONE_JOBS_KEPT).micros()))?;
    let devices = db.write_many(account::prune_devices).map_err(again)?;
    let sign_ins = db.write_many(account::forget_old_sign_ins)?;
    let subscriptions = db.write_many(push::forget_expired)?;
    let rosters = db.write_many(directory::forget_old_rosters).map_err(again)?;
    let recent = db.write_many(directory::forget_old_recent)?;
    let mut notifications = 0;
    loop {
        match db.write_many(renraku_notify::jobs::forget_old)? {
            0 => break,
            some => notifications += some,
        }
    }
    let mut memos = 0;
    loop {
        match db.write_many(renraku_reach::jobs::forget_old)? {
            0 => break,
            some => memos += some,
        }
    }
    let mut merges = 0;
    loop {
        match db.write_many(renraku_contacts::service::forget_old_merges)? {
            0 => break,
            some => merges += some,
        }
    }
    let mut objects = 0;
    let mut after = Some((CollectionId(0), String::new()));
    while let Some(from) = after {
        let (some, next) =
            db.write_many(|tx| renraku_schedule::jobs::forget_gone(tx, &from)).map_err(again)?;
        objects += some;
        after = next;
    }
    tracing::info!(
        objects,
        changes,
        keys,
        done_jobs,
        devices,
        sign_ins,
        recent,
        subscriptions,
        rosters,
        notifications,
        memos,
        merges,
        "old things were forgotten"
    );
    let tomorrow = now + DAY;
    Ok(plan_retention_on(db, day_of(tomorrow), tomorrow)?)
}
