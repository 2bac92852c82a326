use std::sync::Arc;

use actix_web::{FromRequest, HttpRequest, HttpResponse, dev::Payload, web};
use renraku_base::Principal;
use renraku_db::{
    Changed, Db, Error, ReadTx, Tx,
    ledger::{self, Claim, Outcome},
};
use renraku_people::{PasswordServer, account::SignIn, directory::Directory};
use renraku_web::{Gate, Patience, Rates, Work};
use std::{
    future::{Ready, ready},
    time::Duration,
};

use super::{Command, Locales, Problem, Resource, RestFault, TokenKey, Written, turns::Turns};

/// What the server hands to this face.
pub struct Parts {
    /// Where requests come in.
    pub gate: Gate,
    /// The staff directory, in memory.
    pub directory: Directory,
    /// Wakes open streams.
    pub hub: renraku_notify::hub::Hub,
    /// How many devices a person may have signed in.
    pub devices_each: usize,
    /// What checks the passwords of accounts that have none here; `None` where nothing does.
    pub password_server: Option<Arc<dyn PasswordServer>>,
    /// How long a body may take to arrive.
    pub body_time: Duration,
    /// The texts of refusals.
    pub locales: Locales,
    /// The process's figures; `None` where nothing collects them.
    pub figures: Option<metrics_exporter_prometheus::PrometheusHandle>,
    /// Set when the server is stopping: it is no longer ready, and streams end.
    pub draining: Arc<std::sync::atomic::AtomicBool>,
}

/// The face's state; cheap to clone, an extractor in every handler.
#[derive(Clone)]
pub struct App {
    state: Arc<State>,
    gate: Gate,
}

struct State {
    parts: Parts,
    sign_in: SignIn,
    token_key: TokenKey,
    caller_id_key: TokenKey,
    mail_texts: renraku_mail::SearchTexts,
    turns: Turns,
}

impl App {
    /// Takes the parts.
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        let gate = parts.gate.clone();
        let token_key = TokenKey::new(gate.secret().derive("sync-token"));
        let caller_id_key = TokenKey::new(gate.secret().derive("caller-id-token"));
        let sign_in = SignIn::new(
            gate.db().clone(),
            gate.sessions().clone(),
            gate.secret(),
            parts.devices_each,
            parts.password_server.clone(),
        );
        let mail_texts = renraku_mail::SearchTexts::new();
        let state = State { parts, sign_in, token_key, caller_id_key, mail_texts, turns: Turns::default() };
        Self { state: Arc::new(state), gate }
    }

    /// The same state for work that is not short.
    pub(crate) fn of_work(&self, work: Work) -> Self {
        Self { state: Arc::clone(&self.state), gate: self.gate.of(work) }
    }

    /// The state of the server that received `request`.
    pub(crate) fn of(request: &HttpRequest) -> Result<&Self, Problem> {
        request
            .app_data::<web::Data<Self>>()
            .map(|data| &***data)
            .ok_or_else(|| Error::damaged("the face has no state").into())
    }

    pub(crate) fn gate(&self) -> &Gate {
        &self.gate
    }

    pub(crate) fn db(&self) -> &Db {
        self.gate().db()
    }

    pub(crate) fn token_key(&self) -> &TokenKey {
        &self.state.token_key
    }

    pub(crate) fn caller_id_key(&self) -> &TokenKey {
        &self.state.caller_id_key
    }

    pub(crate) fn sessions(&self) -> &renraku_people::Sessions {
        self.gate().sessions()
    }

    pub(crate) fn sign_in(&self) -> &SignIn {
        &self.state.sign_in
    }

    pub(crate) fn secret(&self) -> &renraku_people::ServerSecret {
        self.gate().secret()
    }

    pub(crate) fn directory(&self) -> &Directory {
        &self.state.parts.directory
    }

    pub(crate) fn mail_texts(&self) -> &renraku_mail::SearchTexts {
        &self.state.mail_texts
    }

    pub(crate) fn hub(&self) -> &renraku_notify::hub::Hub {
        &self.state.parts.hub
    }

    pub(crate) fn rates(&self) -> &Rates {
        self.gate().rates()
    }

    pub(crate) fn locales(&self) -> &Locales {
        &self.state.parts.locales
    }

    pub(crate) fn figures(&self) -> Option<&metrics_exporter_prometheus::PrometheusHandle> {
        self.state.parts.figures.as_ref()
    }

    /// How long a body may take; with `longer`, as long as it keeps coming.
    pub(crate) fn patience(&self, longer: bool) -> Patience {
        Patience { time: self.state.parts.body_time, longer }
    }

    pub(crate) fn is_draining(&self) -> bool {
        self.state.parts.draining.load(std::sync::atomic::Ordering::Relaxed)
    }

    /// Runs work that blocks: one hop to the blocking pool.
    pub(crate) async fn blocking<T, E, F>(&self, work: F) -> Result<T, Problem>
    where
        F: FnOnce(&Self) -> Result<T, E> + Send + 'static,
        E: Into<Problem>,
        T: Send + 'static,
    {
        let app = self.clone();
        self.gate().blocking(move || work(&app).map_err(Into::into)).await
    }

    /// Reads on one snapshot: right here where the database is embedded and free, since the two hops to another thread and back
    /// would cost more than the read; for reads of a bounded size.
    pub(crate) async fn read<T, E, F>(&self, work: F) -> Result<T, Problem>
    where
        F: FnOnce(&mut ReadTx<'_>) -> Result<T, E> + Send + 'static,
        E: Into<Problem> + From<Error>,
        T: Send + 'static,
    {
        self.gate().read(work).await
    }

    /// Reads on one snapshot, as [`App::read`] does, with the face's state at hand.
    pub(crate) async fn read_with<T, E, F>(&self, work: F) -> Result<T, Problem>
    where
        F: FnOnce(&Self, &mut ReadTx<'_>) -> Result<T, E> + Send + 'static,
        E: Into<Problem> + From<Error>,
        T: Send + 'static,
    {
        let app = self.clone();
        self.read(move |tx| work(&app, tx)).await
    }

    /// Writes in one transaction together with the idempotency row; a repeat answers with the object as it is now, found by
    /// `reread`.
    pub(crate) async fn write<B, R, F, G>(
        &self,
        command: Command<B>,
        work: F,
        reread: G,
    ) -> Result<HttpResponse, Problem>
    where
        B: Send + 'static,
        R: Resource,
        F: Fn(&mut Tx<'_>, &Command<B>) -> Result<Changed<Written>, Problem> + Send + 'static,
        G: Fn(&mut ReadTx<'_>, &Principal, &str) -> Result<R, Problem> + Send + 'static,
    {
        self.write_once(command, work, move |tx, who, outcome| {
            let now = match &outcome.object {
                Some((_, id)) => match reread(tx, who, id) {
                    Ok(resource) => Some(resource),
                    Err(problem) if problem.is_not_found() => None,
                    Err(problem) => return Err(problem),
                },
                None => None,
            };
            Written::again(outcome, now.as_ref())
        })
        .await
    }

    /// The same where nothing is left to be shown: 204, however often it is repeated.
    pub(crate) async fn act<B, F>(&self, command: Command<B>, work: F) -> Result<HttpResponse, Problem>
    where
        B: Send + 'static,
        F: Fn(&mut Tx<'_>, &Command<B>) -> Result<Changed<()>, Problem> + Send + 'static,
    {
        let work =
            move |tx: &mut Tx<'_>, command: &Command<B>| Ok(work(tx, command)?.map(|()| Written::done()));
        self.write_once(command, work, |_, _, _| Ok(Written::done())).await
    }

    async fn write_once<B, F, G>(
        &self,
        command: Command<B>,
        work: F,
        recall: G,
    ) -> Result<HttpResponse, Problem>
    where
        B: Send + 'static,
        F: Fn(&mut Tx<'_>, &Command<B>) -> Result<Changed<Written>, Problem> + Send + 'static,
        G: Fn(&mut ReadTx<'_>, &Principal, Outcome) -> Result<Written, Problem> + Send + 'static,
    {
        let (written, replayed) =
            self.blocking(move |app| app.db().write(|tx| once(tx, &command, &work, &recall))).await?;
        Ok(written.respond(replayed))
    }
}

impl App {
    /// Writes in several transactions, each of which may be done again without harm, and notes the key after the last. A
    /// repeat of what was cut short goes on; a repeat of what runs waits for it; a repeat of what ended has no effect and
    /// answers what `recall` makes of its outcome.
    pub(crate) async fn write_in_parts<B, R, F, G>(
        &self,
        command: Command<B>,
        work: F,
        recall: G,
    ) -> Result<HttpResponse, Problem>
    where
        B: Send + 'static,
        R: Resource,
        F: FnOnce(&Db, &Command<B>) -> Result<R, Problem> + Send + 'static,
        G: FnOnce(&Command<B>, &Outcome) -> Result<R, Problem> + Send + 'static,
    {
        let turn = match &command.key {
            Some(key) => Some(self.state.turns.take(&command.who.person, key).await),
            None => None,
        };
        let (written, replayed) =
            self.blocking(move |app| in_parts(app.db(), &command, work, recall)).await?;
        drop(turn);
        Ok(written.respond(replayed))
    }
}

fn in_parts<B, R: Resource>(
    db: &Db,
    command: &Command<B>,
    work: impl FnOnce(&Db, &Command<B>) -> Result<R, Problem>,
    recall: impl FnOnce(&Command<B>, &Outcome) -> Result<R, Problem>,
) -> Result<(Written, bool), Problem> {
    let person = &command.who.person;
    let Some(key) = &command.key else {
        command.check_dependency()?;
        return Ok((Written::updated(&work(db, command)?)?, false));
    };
    match db.read(|tx| ledger::look_up(tx, person, key, &command.hash))? {
        Claim::Reused => Err(RestFault::KeyReused.into()),
        Claim::Replay(outcome) => {
            let recalled = recall(command, &outcome)?;
            Ok((Written::again(outcome, Some(&recalled))?, true))
        }
        Claim::Fresh => {
            command.check_dependency()?;
            let written = Written::updated(&work(db, command)?)?;
            db.write(|tx| {
                // A repeat that ran beside this one may have noted the same before.
                if ledger::claim(tx, person, key, &command.hash)? == Claim::Fresh {
                    ledger::settle(tx, person, key, &command.hash, written.outcome())?;
                }
                Ok::<_, Error>(())
            })?;
            Ok((written, false))
        }
    }
}

/// Does the work unless its key says that it was done before.
fn once<B>(
    tx: &mut Tx<'_>,
    command: &Command<B>,
    work: &impl Fn(&mut Tx<'_>, &Command<B>) -> Result<Changed<Written>, Problem>,
    recall: &impl Fn(&mut ReadTx<'_>, &Principal, Outcome) -> Result<Written, Problem>,
) -> Result<(Written, bool), Problem> {
    let Some(key) = &command.key else {
        command.check_dependency()?;
        return Ok((work(tx, command)?.into_inner(), false));
    };
    let person = &command.who.person;
    match ledger::claim(tx, person, key, &command.hash)? {
        Claim::Fresh => {
            command.check_dependency()?;
            let written = work(tx, command)?.into_inner();
            ledger::settle(tx, person, key, &command.hash, written.outcome())?;
            Ok((written, false))
        }
        Claim::Reused => Err(RestFault::KeyReused.into()),
        Claim::Replay(outcome) => Ok((recall(tx, &command.who, outcome)?, true)),
    }
}

impl FromRequest for App {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::of(request).cloned())
    }
}

impl std::fmt::Debug for App {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("App").finish_non_exhaustive()
    }
}
