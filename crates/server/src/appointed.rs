use std::collections::HashMap;

use renraku_base::{PersonId, RosterId};
use renraku_db::{Db, Error, Tx, jobs, jobs::Job};
use renraku_notify::{Details, Notice, NotificationType, Repeat, Subject, service as notify};
use renraku_people::{
    access::{self, Grantee},
    directory::{Appointment, Appointments, NamedPerson, Withdrawal, service as directory},
};

/// Tells people of the posts that they took, and ends the job.
pub fn tell(db: &Db, job: &Job) -> Result<(), Error> {
    let told: Appointments = serde_json::from_str(&job.payload).map_err(Error::damaged)?;
    let before: Vec<PersonId> = told.people.iter().filter_map(|one| one.predecessor.clone()).collect();
    db.write(|tx: &mut Tx<'_>| {
        if directory::is_roster_undone(tx, &told.roster)? {
            return jobs::finish(tx, &job.id);
        }
        let mut names = directory::names(tx, &before)?;
        names.retain(|_, person| !person.suppressed);
        let posts: Vec<Grantee> = told.people.iter().filter_map(post).collect();
        let entrusted = access::count_readable(tx, &posts)?;
        for one in &told.people {
            let entrusted = post(one).and_then(|post| entrusted.get(post.id().as_ref()).copied());
            let notice = notice(&told, one, &names, entrusted);
            notify::tell(tx, &one.person, &notice)?;
        }
        jobs::finish(tx, &job.id)
    })
}

/// Tells people that they did not take a post after all, and ends the job.
pub fn withdraw(db: &Db, job: &Job) -> Result<(), Error> {
    let told: Withdrawal = serde_json::from_str(&job.payload).map_err(Error::damaged)?;
    db.write(|tx: &mut Tx<'_>| {
        notify::withdraw_appointments(tx, &told.people, &keys(&told.roster))?;
        jobs::finish(tx, &job.id)
    })
}

/// How the keys begin under which people are told of the posts that a roster gave them.
fn keys(roster: &RosterId) -> String {
    format!("appointed:{roster}:")
}

/// The post that somebody took, as something is shared with it.
fn post(one: &Appointment) -> Option<Grantee> {
    Some(Grantee::Post(one.unit_id.clone()?, one.title.clone()?))
}

fn notice(
    told: &Appointments,
    one: &Appointment,
    names: &HashMap<PersonId, NamedPerson>,
    entrusted: Option<i64>,
) -> Notice {
    let predecessor = one.predecessor.as_ref().and_then(|person| names.get(person));
    let title = one.title.as_deref().unwrap_or_default();
    Notice {
        kind: NotificationType::Appointed,
        subject: Subject::default(),
        actor: None,
        details: Details {
            title: one.title.clone(),
            place: Some(one.unit.replace('/', " ")),
            start: Some(format!("{}T00:00:00", one.from)),
            show_without_time: true,
            concurrent: one.concurrent,
            predecessor: predecessor.map(|person| person.name.full.clone()),
            entrusted,
            ..Details::default()
        },
        repeat: Repeat::Once(format!("{}{}:{title}", keys(&told.roster), one.unit)),
    }
}
