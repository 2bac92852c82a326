//! Which body runs a job of which kind.

use std::{sync::Arc, time::Duration};

use chrono::NaiveDate;
use renraku_base::Timestamp;
use renraku_db::{
    Db, Error, changes,
    jobs::{self, Job},
    ledger,
};
use renraku_notify::{MailSender, SendFault};
use renraku_people::account;

use crate::worker::{Body, JobFault};

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

/// What runs the jobs of this server.
pub fn body(db: &Db, sender: Arc<dyn MailSender>) -> Body {
    let db = db.clone();
    Box::new(move |job: &Job| match job.kind.as_str() {
        renraku_notify::jobs::SEND_MAIL => Ok(renraku_notify::jobs::send_mail(&*sender, &job.payload)?),
        RETENTION => forget_old(&db),
        _ => Err(JobFault::Again("this version knows no job of this kind".to_owned())),
    })
}

impl From<SendFault> for JobFault {
    fn from(fault: SendFault) -> Self {
        match fault {
            SendFault::Temporary(why) => Self::Again(why),
            SendFault::Permanent(why) => Self::Never(why),
        }
    }
}

/// Sees to it that old things are forgotten today, and from then on every day, by one process of all.
///
/// # Errors
/// When the database fails.
pub fn plan_retention(db: &Db) -> Result<(), Error> {
    let now = db.now();
    plan_retention_on(db, day_of(now), now)
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
    let changes = db.write(|tx| changes::prune(tx, (now - CHANGES_KEPT).micros(), CHANGES_KEPT_AT_LEAST))?;
    let keys = db.write(|tx| ledger::prune(tx, (now - LEDGER_KEPT).micros()))?;
    let done_jobs = db.write(|tx| jobs::prune(tx, (now - DONE_JOBS_KEPT).micros()))?;
    let devices = db.write(account::prune_devices).map_err(|error| JobFault::Again(error.to_string()))?;
    let mut notifications = 0;
    loop {
        match db.write(renraku_notify::jobs::forget_old)? {
            0 => break,
            some => notifications += some,
        }
    }
    tracing::info!(changes, keys, done_jobs, devices, notifications, "old things were forgotten");
    let tomorrow = now + DAY;
    Ok(plan_retention_on(db, day_of(tomorrow), tomorrow)?)
}

/// Refuses every mail.
pub struct NoMail;

impl MailSender for NoMail {
    fn send(&self, _: &renraku_notify::OutgoingMail) -> Result<(), SendFault> {
        Err(SendFault::Permanent("no mail server is named: set smtp.host".to_owned()))
    }
}
