//! Starts everything and ends it cleanly.

use std::{
    fmt,
    fs::File,
    io,
    net::SocketAddr,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use anyhow::{Context, anyhow, bail};
use renraku_base::Clock;
use renraku_dav::{Dav, PushService, PushWords};
use renraku_db::Db;
use renraku_ldap::Serving;
use renraku_notify::Hub;
use renraku_people::{
    Sessions,
    directory::{Directory, RosterPlan, service::apply_due_rosters},
};
use renraku_rest::{App, Locales, Parts};
use renraku_web::{Gate, Rates};
use tokio::{
    signal::unix::{Signal, SignalKind, signal},
    sync::oneshot,
};

use crate::{
    assembly,
    claim::Claim,
    config::Config,
    disks,
    http::{Http, Threads},
    jobs,
    ldap_source::{self, LdapSource},
    mailroom::{self, Mailroom},
    phonebook::Phonebook,
    pusher,
    ticker::Ticker,
    worker::Worker,
};

/// How long a balancer has to notice that the server is no longer ready.
const NOTICE: Duration = Duration::from_secs(2);

/// A server that runs until it is stopped or dropped.
pub struct RunningServer {
    addr: SocketAddr,
    db: Db,
    draining: Arc<AtomicBool>,
    workers: [Worker; 2],
    background: Option<Background>,
    /// Tells the HTTP server to end after so long a notice.
    stop: Option<oneshot::Sender<Duration>>,
    ended: Option<oneshot::Receiver<()>>,
    http: Option<JoinHandle<io::Result<()>>>,
    ldap: Option<Serving>,
    ldap_addr: Option<SocketAddr>,
    ldap_tls_addr: Option<SocketAddr>,
    jobs: Vec<JoinHandle<()>>,
    /// Keeps other servers off the data until this one has ended.
    _data: Option<File>,
}

/// Starts a server: the schema is brought up to date, jobs run, requests are answered when this returns.
///
/// # Errors
/// When a part cannot be started, with the reason and what to do.
pub fn start(config: &Config, clock: Arc<dyn Clock>) -> anyhow::Result<RunningServer> {
    let maildirs = &config.mail.maildirs;
    if !maildirs.is_empty() && !Path::new(maildirs).is_dir() {
        bail!("there is no folder {maildirs}: make it, or set mail.maildirs to the folder of the Maildirs");
    }
    let claim = Claim::of(config);
    start_on(config, clock, claim.map_err(|fault| fault.advise("server.data_dir", "server.listen"))?)
}

/// Starts a server on what was taken for it.
///
/// # Errors
/// As [`start`].
pub(crate) fn start_on(
    config: &Config,
    clock: Arc<dyn Clock>,
    Claim { listener, data }: Claim,
) -> anyhow::Result<RunningServer> {
    let addr = listener.local_addr()?;
    let phonebook = Phonebook::of(&config.ldap)?;
    let ldap_addr = phonebook.as_ref().and_then(Phonebook::addr);
    let ldap_tls_addr = phonebook.as_ref().and_then(Phonebook::tls_addr);
    let db = assembly::open_database(config, clock)?;
    db.migrate()?;
    index_contacts(&db)?;
    index_series(&db);
    let secret = assembly::open_secret(config, &db)?;
    let sessions = Sessions::load(&db, &secret)?;
    let hub = Hub::new();
    hub.attach(&db);
    let streams = hub.clone();
    sessions.on_revoked(move |device| streams.close_device(device));
    let draining = Arc::new(AtomicBool::new(false));
    let push_key = pusher::key(&secret);
    let push =
        PushService { public_key: push_key.public(), sender: Arc::new(pusher::sender(config, push_key)?) };
    let staff = LdapSource::of(config)?.map(Arc::new);
    let password_server = staff.as_ref().and_then(|source| source.passwords());
    staff.iter().try_for_each(|source| ldap_source::plan(&db, source))?;
    let directory = Directory::new();
    let edges = jobs::Edges {
        directory: directory.clone(),
        staff,
        mail: mailroom::sender(config, &db)?,
        push: Arc::clone(&push.sender),
        words: Arc::new(PushWords::new(&secret)),
    };
    let body = jobs::body(&db, edges);
    let workers = jobs::SHARES.map(|share| Worker::new(&db, Arc::clone(&body), share));
    jobs::plan_every_day(&db)?;
    catch_up_with_rosters(&db, &directory);
    let revocations = hear_revocations(sessions.clone())?;
    let _mailroom = match config.mail.maildirs.is_empty() {
        true => None,
        false => {
            mailroom::settle_accounts(config, &db)?;
            Some(Mailroom::open(&db)?)
        }
    };
    let threads = Threads::of(config);
    load_directory(&db, &directory)?;
    index_mails(&db)?;
    let rates = if config.limits.rates { Rates::office() } else { Rates::unlimited() };
    let gate = Gate::new(db.clone(), sessions, secret, rates, threads.in_all());
    let locales =
        Locales::load().map_err(|error| anyhow!("the texts of refusals cannot be read: {error}"))?;
    let words = assembly::words_for_programs(locales.clone());
    let app = App::new(Parts {
        gate: gate.clone(),
        directory: directory.clone(),
        hub: hub.clone(),
        devices_each: usize::from(config.limits.devices),
        password_server,
        body_time: Duration::from_secs(config.limits.body_s),
        locales,
        figures: Some(assembly::figures()?),
        draining: Arc::clone(&draining),
    });
    let body_time = Duration::from_secs(config.limits.body_s);
    let dav = Dav::new(gate.clone(), directory.clone(), push, body_time, config.dav.staff_book.into(), words);
    let ldap = phonebook.map(|phonebook| phonebook.serve(gate.clone(), directory, threads.workers));
    let ldap = ldap.transpose()?;
    count_devices(&gate);
    let tickers = [revocations, look_after(gate)?, pusher::watch(&db)?, disks::watch(config)?];
    let background = Background { _tickers: tickers, _mailroom };
    let (stop, stopped) = oneshot::channel();
    let (end, ended) = oneshot::channel();
    let head_time = Duration::from_secs(config.limits.head_s);
    let answer_time = Duration::from_secs(config.limits.answer_s);
    let http = Http { app, dav, hub, listener, threads, head_time, answer_time };
    let http = thread::Builder::new().name("http".to_owned()).spawn(move || {
        let result = http.run(stopped);
        // Nobody waits for it when the server is being stopped.
        let _ = end.send(());
        result
    })?;
    let jobs = workers.iter().map(Worker::start).collect::<io::Result<Vec<_>>>()?;
    tracing::info!(server.listen = %addr, "listening");
    Ok(RunningServer {
        addr,
        db,
        draining,
        workers,
        background: Some(background),
        stop: Some(stop),
        ended: Some(ended),
        http: Some(http),
        ldap,
        ldap_addr,
        ldap_tls_addr,
        jobs,
        _data: data,
    })
}

/// A transfer whose day came while no server ran is in effect before anybody looks. One that cannot be applied now stays with its
/// job.
fn catch_up_with_rosters(db: &Db, directory: &Directory) {
    match apply_due_rosters(db, directory) {
        Ok(applied) => applied.iter().for_each(log_applied),
        Err(error) => tracing::error!(error = %error, "a roster that is due cannot be applied"),
    }
}

/// Writes into the log that a transfer took effect.
pub(crate) fn log_applied(plan: &RosterPlan) {
    tracing::info!(people = plan.added.len() + plan.changed.len(), "a roster took effect");
    if !plan.taken.is_empty() {
        tracing::warn!(
            people = plan.taken.len(),
            "it gave people mail addresses that others have: those keep them"
        );
    }
}

/// Makes the index of contacts anew where an older version made it: before anybody looks for one.
fn index_contacts(db: &Db) -> anyhow::Result<()> {
    let indexed = renraku_contacts::service::index_anew(db)?;
    if indexed > 0 {
        tracing::info!(indexed, "contacts were indexed anew");
    }
    Ok(())
}

/// Brings series into the index where no server ran for months: before anybody looks for what is in them. That one of them is damaged
/// keeps the office from nothing else.
fn index_series(db: &Db) {
    match renraku_schedule::jobs::catch_up(db) {
        Ok(0) => {}
        Ok(indexed) => tracing::info!(indexed, "series were brought into the index: no server ran for long"),
        Err(fault) => tracing::error!(
            %fault,
            "series could not be brought into the index: windows months ahead are whole when the daily job has done it"
        ),
    }
}

/// Loads the directory beside the start, so that neither the start nor the first search waits for all of it.
fn load_directory(db: &Db, directory: &Directory) -> io::Result<()> {
    let (db, directory) = (db.clone(), directory.clone());
    let load = move || {
        if let Err(error) = db.read(|tx| directory.warm_up(tx)) {
            tracing::warn!(error = %error, "the directory is loaded by the first search instead");
        }
    };
    thread::Builder::new().name("directory".to_owned()).spawn(load).map(drop)
}

/// Folds the texts of mails anew where an older version folded them, beside the start: there may be millions.
fn index_mails(db: &Db) -> io::Result<()> {
    let db = db.clone();
    let index = move || match renraku_mail::service::index_anew(&db) {
        Ok(0) => {}
        Ok(indexed) => tracing::info!(indexed, "mails were indexed anew"),
        Err(error) => tracing::warn!(error = %error, "mails are indexed anew by the next start instead"),
    };
    thread::Builder::new().name("mail-texts".to_owned()).spawn(index).map(drop)
}

/// Asks once a second what other processes revoked: one statement.
fn hear_revocations(sessions: Sessions) -> io::Result<Ticker> {
    Ticker::start("revocations", Duration::from_secs(1), move || {
        if let Err(error) = sessions.refresh_revocations() {
            tracing::warn!(error = %error, "revocations of other processes cannot be read for now");
        }
    })
}

/// How often a device asked is of no interest once it has been quiet; how many there are is counted anew.
fn look_after(gate: Gate) -> io::Result<Ticker> {
    Ticker::start("gate", Duration::from_mins(10), move || {
        gate.rates().forget_quiet();
        count_devices(&gate);
    })
}

fn count_devices(gate: &Gate) {
    if let Err(error) = gate.count_devices() {
        tracing::warn!(error = %error, "how many devices are signed in cannot be counted for now");
    }
}

/// What goes on beside the requests until it is dropped.
struct Background {
    _tickers: [Ticker; 4],
    _mailroom: Option<Mailroom>,
}

impl RunningServer {
    /// Where it listens.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Where it answers as an LDAP directory in the open; `None` when it does not.
    #[must_use]
    pub fn ldap_addr(&self) -> Option<SocketAddr> {
        self.ldap_addr
    }

    /// Where it answers as an LDAP directory over TLS; `None` when it does not.
    #[must_use]
    pub fn ldap_tls_addr(&self) -> Option<SocketAddr> {
        self.ldap_tls_addr
    }

    /// Its database.
    #[must_use]
    pub fn db(&self) -> &Db {
        &self.db
    }

    /// Runs every job that is due now, messages to push services included, and waits for those that already run: for tests, which
    /// hold the clock.
    ///
    /// # Errors
    /// When the database fails.
    pub fn run_due_jobs(&self) -> Result<(), renraku_db::Error> {
        pusher::queue(&self.db)?;
        self.workers.iter().try_for_each(Worker::run_due)
    }

    /// Ends it: streams are told to come back, running requests and jobs go on to their end, 20 s at most.
    pub fn stop(mut self) {
        self.end(Duration::ZERO);
    }

    /// Serves until it is told to end, then ends; a second Ctrl-C does not wait for anything.
    ///
    /// # Errors
    /// When the HTTP server ends by itself.
    pub fn serve_until_told(mut self, signals: Signals) -> anyhow::Result<()> {
        let ended = self.ended.take().context("the server was told to end before")?;
        let Signals { runtime, mut interrupt, mut terminate } = signals;
        let notice = runtime.block_on(async {
            tokio::select! {
                _ = terminate.recv() => Ok(NOTICE),
                // Somebody at a terminal needs no notice.
                _ = interrupt.recv() => Ok(Duration::ZERO),
                _ = ended => Err(anyhow!("the HTTP server ended by itself")),
            }
        })?;
        tracing::info!("ending");
        runtime.block_on(async move {
            let ending = tokio::task::spawn_blocking(move || self.end(notice));
            tokio::select! {
                _ = ending => {}
                _ = interrupt.recv() => {}
            }
        });
        runtime.shutdown_background();
        Ok(())
    }

    fn end(&mut self, notice: Duration) {
        let Some(stop) = self.stop.take() else { return };
        self.draining.store(true, Ordering::Relaxed);
        // It may have ended by itself.
        let _ = stop.send(notice);
        drop(self.ldap.take());
        match self.http.take().map(JoinHandle::join) {
            Some(Ok(Err(error))) => tracing::error!(error = %error, "the HTTP server failed"),
            Some(Err(_panicked)) => tracing::error!("the HTTP server panicked"),
            Some(Ok(Ok(()))) | None => {}
        }
        self.workers.iter().for_each(Worker::stop);
        drop(self.background.take());
        for jobs in self.jobs.drain(..) {
            drop(jobs.join());
        }
        tracing::info!("ended");
    }
}

impl Drop for RunningServer {
    fn drop(&mut self) {
        self.end(Duration::ZERO);
    }
}

impl fmt::Debug for RunningServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RunningServer").field("addr", &self.addr).finish_non_exhaustive()
    }
}

/// Hears how the process is told to end. Once there, no signal ends it by itself.
pub struct Signals {
    runtime: tokio::runtime::Runtime,
    interrupt: Signal,
    terminate: Signal,
}

impl Signals {
    /// Begins to hear.
    ///
    /// # Errors
    /// When the system does not let it.
    pub fn hear() -> io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let entered = runtime.enter();
        let (interrupt, terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
        drop(entered);
        Ok(Self { runtime, interrupt, terminate })
    }
}

impl fmt::Debug for Signals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signals").finish_non_exhaustive()
    }
}
