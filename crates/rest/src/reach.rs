//! How somebody is reached now: what they say themselves, and what the schedule says of them to whoever asks.

use std::collections::HashMap;

use actix_web::{HttpResponse, get, put};
use renraku_base::{ETag, Language, PersonId, Principal, kind};
use renraku_db::{ObjectType, ReadTx};
use renraku_people::directory::service as directory;
use renraku_reach::{
    model::{Engagement, NewSetting, Reach, Setting, Taken},
    service,
};
use renraku_schedule::{
    rules::free_busy::BusyStatus,
    service::{self as schedule, Window},
};

use crate::core::{
    App, ChangeHeaders, Command, PathId, Problem, RateKind, Reader, Refusals, Resource, RestFault, Seen, Who,
    WriteRefusals, Written, object, tagged,
};

impl Resource for Setting {
    const TYPE: ObjectType = ObjectType::Preferences;

    fn id(&self) -> &str {
        self.person_id.as_str()
    }

    fn etag(&self) -> &ETag {
        &self.etag
    }
}

/// How each of these people is reached now, in their order; the number of statements does not grow with theirs.
pub(crate) fn reach_of(
    tx: &mut ReadTx<'_>,
    who: &Principal,
    people: &[PersonId],
    language: Language,
) -> Result<Vec<Reach>, Problem> {
    let window = Window::new(tx.now(), tx.now() + service::AHEAD)?;
    let found = schedule::list_engagements(tx, who, people, window)?;
    let engagements: HashMap<PersonId, Vec<Engagement>> =
        found.into_iter().map(|(person, all)| (person, all.into_iter().map(engagement).collect())).collect();
    Ok(service::read_reach(tx, who, people, &engagements, language)?)
}

/// What the schedule says, in the words of this area.
fn engagement(it: schedule::Engagement) -> Engagement {
    Engagement {
        utc_start: it.utc_start,
        utc_end: it.utc_end,
        taken: it.busy.map(|busy| match busy {
            BusyStatus::Confirmed | BusyStatus::Tentative => Taken::Busy,
            BusyStatus::Unavailable => Taken::Away,
        }),
        all_day: it.all_day,
        title: it.title,
        place: it.place,
    }
}

/// How a person is reached now: what they say themselves (`me/reach`), or what their schedule says to me.
///
/// Where I see busy time alone, `activity` is `busy` and there is no place; of who does not share it (`shareReach` of their
/// preferences) it is `unknown`. It is made when it is asked for: no stream tells that it changed.
#[utoipa::path(
    tag = "directory",
    params(("id" = PersonId, Path)),
    responses((status = 200, body = Reach), Refusals)
)]
#[get("/directory/people/{id}/reach")]
pub(crate) async fn get_reach(
    app: App,
    who: Who,
    Reader(language): Reader,
    id: PathId<kind::Person>,
    seen: Seen,
) -> Result<HttpResponse, Problem> {
    app.rates().take(&who, RateKind::Search)?;
    let reach = app
        .read_with(move |app, tx| {
            if *id == who.person {
                directory::get_own(tx, app.directory(), &id)?;
            } else {
                directory::get_person(tx, app.directory(), &id)?;
            }
            let reach = reach_of(tx, &who, std::slice::from_ref(&*id), language)?;
            reach.into_iter().next().ok_or_else(|| Problem::from(RestFault::NotFound))
        })
        .await?;
    tagged(&seen, &reach)
}

/// What I say of how I am reached.
#[utoipa::path(tag = "me", responses((status = 200, body = Setting), Refusals))]
#[get("/me/reach")]
pub(crate) async fn get_reach_setting(app: App, who: Who, seen: Seen) -> Result<HttpResponse, Problem> {
    let setting = app.read(move |tx| service::get_setting(tx, &who)).await?;
    object(&seen, &setting)
}

/// Says how I am reached, until an instant or the end of the day; `{}` takes it back, and the schedule speaks again.
#[utoipa::path(
    tag = "me",
    request_body = NewSetting,
    params(ChangeHeaders),
    responses((status = 200, body = Setting), Refusals, WriteRefusals)
)]
#[put("/me/reach")]
pub(crate) async fn put_reach_setting(
    app: App,
    command: Command<NewSetting>,
) -> Result<HttpResponse, Problem> {
    app.write(
        command,
        |tx, c| {
            service::set_reach(tx, &c.who, &c.body, &c.precondition()?)?
                .try_map(|setting| Written::updated(&setting))
        },
        |tx, who, _| Ok(service::get_setting(tx, who)?),
    )
    .await
}
