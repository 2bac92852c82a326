//! Says what a roster changes.

use renraku_base::PersonId;
use renraku_db::Db;
use renraku_people::{
    AccountFault, account,
    directory::{Change, PersonEntry, PhoneKind, RosterPlan},
};

use super::{hand_over, remarks};
use crate::cli::say;

/// How much is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::cli) enum Detail {
    /// How many come, change and leave; who leaves is named.
    Counts,
    /// Everyone who comes, changes or leaves.
    Everyone,
}

/// What somebody who leaves has still to do.
#[derive(Debug)]
pub(in crate::cli) struct Commitments {
    person: PersonId,
    username: Option<String>,
    events: Vec<String>,
}

/// What those who leave organize from now on, and how they sign in.
pub(in crate::cli) fn commitments(db: &Db, people: &[PersonEntry]) -> anyhow::Result<Vec<Commitments>> {
    people
        .iter()
        .map(|person| {
            db.read(|tx| {
                let username = match account::read_account(tx, &person.id) {
                    Ok(account) => Some(account.username.to_string()),
                    Err(AccountFault::NotFound) => None,
                    Err(fault) => return Err(anyhow::Error::from(fault)),
                };
                let events = match username {
                    // Whoever never signed in has no calendar.
                    None => Vec::new(),
                    Some(_) => hand_over::events(tx, &person.id)?,
                };
                Ok(Commitments { person: person.id.clone(), username, events })
            })
        })
        .collect()
}

/// Says what a plan changes.
pub(in crate::cli) fn tell(db: &Db, plan: &RosterPlan, detail: Detail) -> anyhow::Result<()> {
    tell_with(db, plan, &commitments(db, &plan.ended)?, detail)
}

/// The same, where it was looked up before what those who leave have still to do.
pub(in crate::cli) fn tell_with(
    db: &Db,
    plan: &RosterPlan,
    left: &[Commitments],
    detail: Detail,
) -> anyhow::Result<()> {
    if detail == Detail::Everyone {
        tell_everyone(plan)?;
    }
    for person in &plan.returned {
        say(format_args!("returned   {}  {}", named(person), posts(plan, person)))?;
        tell_account(db, &person.id)?;
    }
    for person in &plan.ended {
        say(format_args!("leaves     {}  {}", named(person), posts(plan, person)))?;
        let Some(one) = left.iter().find(|one| one.person == person.id) else { continue };
        if let Some(user) = &one.username {
            say(format_args!("           may still sign in: `renraku user disable {user}` ends that"))?;
        }
        for event in &one.events {
            say(format_args!("           to hand over: {event}"))?;
        }
    }
    let returned = match plan.returned.len() {
        0 => String::new(),
        some => format!("{some} returned, "),
    };
    say(format_args!(
        "{} new, {returned}{} changed, {} as they were, {} left; {} new units",
        plan.added.len(),
        plan.changed.len(),
        plan.unchanged,
        plan.ended.len(),
        plan.new_units.len(),
    ))?;
    if plan.unlisted > 0 {
        say(format_args!(
            "{} others of the directory are not in the file and stay as they are.",
            plan.unlisted
        ))?;
    }
    remarks::tell(plan)
}

/// Says which units and people come and who changes.
fn tell_everyone(plan: &RosterPlan) -> anyhow::Result<()> {
    for unit in &plan.new_units {
        let path = plan.path(&unit.id);
        let meant = remarks::meant(plan, path).map(|known| format!("  did you mean {known}?"));
        say(format_args!("new unit   {path}{}", meant.unwrap_or_default()))?;
    }
    for person in &plan.added {
        say(format_args!("new        {}  {}", named(person), posts(plan, person)))?;
    }
    for change in &plan.changed {
        let differences = differences(plan, change).join("; ");
        say(format_args!("changed    {}  {differences}", named(&change.after)))?;
    }
    Ok(())
}

/// Says how somebody signs in who is back.
fn tell_account(db: &Db, person: &PersonId) -> anyhow::Result<()> {
    match db.read(|tx| account::read_account(tx, person)) {
        Ok(account) if account.disabled_at.is_some() => {
            let user = account.username;
            say(format_args!("           cannot sign in: `renraku user enable {user}` opens the account"))?;
        }
        Ok(account) => say(format_args!("           signs in as {}, as before", account.username))?,
        Err(AccountFault::NotFound) => {}
        Err(fault) => return Err(fault.into()),
    }
    Ok(())
}

fn named(person: &PersonEntry) -> String {
    format!("{} {}", person.staff_number.as_deref().unwrap_or_default(), person.name.full)
}

fn posts(plan: &RosterPlan, person: &PersonEntry) -> String {
    let each = person.posts.iter().map(|post| {
        let title = post.title.as_deref().map(|title| format!(" {title}")).unwrap_or_default();
        format!("{}{title}", plan.path(&post.unit))
    });
    let all: Vec<String> = each.collect();
    if all.is_empty() { "-".to_owned() } else { all.join(" + ") }
}

/// What changes of somebody, each as `before → after`.
fn differences(plan: &RosterPlan, Change { before, after }: &Change) -> Vec<String> {
    let numbers = |person: &PersonEntry, kind: PhoneKind| -> String {
        let of = person.phones.iter().filter(|phone| phone.kind == kind);
        of.map(|phone| phone.number.as_str()).collect::<Vec<_>>().join(" ")
    };
    let of = |kind: PhoneKind| (numbers(before, kind), numbers(after, kind));
    let number = |person: &PersonEntry| person.staff_number.clone().unwrap_or_default();
    let facts = [
        ("staffNumber", (number(before), number(after))),
        ("name", (before.name.full.clone(), after.name.full.clone())),
        ("kana", (before.name.phonetic.clone(), after.name.phonetic.clone())),
        ("post", (posts(plan, before), posts(plan, after))),
        ("extension", of(PhoneKind::Extension)),
        ("phone", of(PhoneKind::Outside)),
        ("mobile", of(PhoneKind::Mobile)),
        ("email", (before.emails.join(" "), after.emails.join(" "))),
    ];
    let shown = |text: String| if text.is_empty() { "-".to_owned() } else { text };
    facts
        .into_iter()
        .filter(|(_, (before, after))| before != after)
        .map(|(what, (before, after))| format!("{what} {} → {}", shown(before), shown(after)))
        .collect()
}
