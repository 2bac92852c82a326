//! Says what a roster changes.

use std::time::Duration;

use renraku_base::{Limit, PersonId, Principal};
use renraku_db::{Db, ReadTx};
use renraku_people::{
    AccountFault, account,
    directory::{Change, PersonEntry, PhoneKind, RosterPlan},
};
use renraku_schedule::{
    ScheduleFault,
    model::Occurrence,
    service::{Window, list_occurrences},
};

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

/// How far ahead is looked: as far as a window may be long.
const AHEAD: Duration = Duration::from_hours(24 * 399);

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
                    Some(_) => events(tx, &person.id)?,
                };
                Ok(Commitments { person: person.id.clone(), username, events })
            })
        })
        .collect()
}

fn events(tx: &mut ReadTx<'_>, person: &PersonId) -> Result<Vec<String>, ScheduleFault> {
    let who = Principal::person(person.clone());
    let now = tx.now();
    let window = Window::new(now, now + AHEAD)?;
    let mut events = Vec::new();
    let mut cursor = None;
    loop {
        let page = list_occurrences(tx, &who, window, None, cursor.as_ref(), Limit::default())?;
        events.extend(page.items.iter().filter(|one| one.is_organizer).map(event));
        match page.next_cursor {
            Some(next) => cursor = Some(next),
            None => return Ok(events),
        }
    }
}

fn event(one: &Occurrence) -> String {
    let rooms: Vec<&str> = one.facilities.iter().map(|facility| facility.name.as_str()).collect();
    let booked = if rooms.is_empty() { String::new() } else { format!(" ({})", rooms.join(", ")) };
    format!("{} {}{booked}", one.start, one.title.as_deref().unwrap_or_default())
}

/// Says what a plan changes.
pub(in crate::cli) fn tell(db: &Db, plan: &RosterPlan, detail: Detail) -> anyhow::Result<()> {
    tell_with(plan, &commitments(db, &plan.ended)?, detail)
}

/// The same, where it was looked up before what those who leave have still to do.
pub(in crate::cli) fn tell_with(
    plan: &RosterPlan,
    left: &[Commitments],
    detail: Detail,
) -> anyhow::Result<()> {
    if detail == Detail::Everyone {
        for unit in &plan.new_units {
            say(format_args!("new unit   {}", plan.path(&unit.id)))?;
        }
        for person in plan.added.iter().chain(&plan.returned) {
            say(format_args!("new        {}  {}", named(person), posts(plan, person)))?;
        }
        for change in &plan.changed {
            say(format_args!(
                "changed    {}  {}",
                named(&change.after),
                differences(plan, change).join("; ")
            ))?;
        }
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
    say(format_args!(
        "{} new, {} changed, {} as they were, {} left; {} new units",
        plan.added.len() + plan.returned.len(),
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
    let facts = [
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
