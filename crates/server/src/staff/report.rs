//! What a roster changes, in lines to be read.

mod hand_over;
mod remarks;

pub(crate) use remarks::{kept, taken};

use renraku_base::PersonId;
use renraku_db::{Db, ReadTx};
use renraku_people::{
    AccountFault,
    account::{self, Account},
    directory::{Change, PersonEntry, PhoneKind, RosterPlan},
};

/// Lines for whoever reads them.
type Lines = Vec<String>;

/// How much is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Detail {
    /// How many come, change and leave; who leaves is named.
    Counts,
    /// Everyone who comes, changes or leaves.
    Everyone,
}

/// What somebody who leaves has still to do.
#[derive(Debug)]
pub(crate) struct Commitments {
    person: PersonId,
    events: Vec<String>,
}

/// What those who leave organize from now on.
pub(crate) fn commitments(db: &Db, people: &[PersonEntry]) -> anyhow::Result<Vec<Commitments>> {
    people
        .iter()
        .map(|person| {
            db.read(|tx| {
                let events = match account_of(tx, &person.id)? {
                    // Whoever never signed in has no calendar.
                    None => Vec::new(),
                    Some(_) => hand_over::events(tx, &person.id)?,
                };
                Ok(Commitments { person: person.id.clone(), events })
            })
        })
        .collect()
}

/// What a plan changes.
pub(crate) fn lines(db: &Db, plan: &RosterPlan, detail: Detail) -> anyhow::Result<Lines> {
    lines_with(db, plan, &commitments(db, &plan.ended)?, detail)
}

/// The same, where it was looked up before what those who leave have still to do.
pub(crate) fn lines_with(
    db: &Db,
    plan: &RosterPlan,
    left: &[Commitments],
    detail: Detail,
) -> anyhow::Result<Lines> {
    let mut lines = if detail == Detail::Everyone { everyone(plan) } else { Lines::new() };
    for person in &plan.returned {
        lines.push(format!("returned   {}  {}", named(person), posts(plan, person)));
        lines.extend(how_to_sign_in(db, &person.id)?);
    }
    for person in &plan.ended {
        lines.push(format!("leaves     {}  {}", named(person), posts(plan, person)));
        let Some(one) = left.iter().find(|one| one.person == person.id) else { continue };
        let account = db.read(|tx| account_of(tx, &person.id))?;
        if let Some(Account { username: user, disabled_at: None, .. }) = account {
            lines.push(format!("           may still sign in: `renraku user disable {user}` ends that"));
        }
        for event in &one.events {
            lines.push(format!("           to hand over: {event}"));
        }
    }
    let returned = match plan.returned.len() {
        0 => String::new(),
        some => format!("{some} returned, "),
    };
    lines.push(format!(
        "{} new, {returned}{} changed, {} as they were, {} left; {} new units",
        plan.added.len(),
        plan.changed.len(),
        plan.unchanged,
        plan.ended.len(),
        plan.new_units.len(),
    ));
    if plan.unlisted > 0 {
        let others = plan.unlisted;
        lines.push(format!("{others} others of the directory are not named and stay as they are."));
    }
    lines.extend(remarks::lines(plan));
    Ok(lines)
}

/// Which units and people come and who changes.
fn everyone(plan: &RosterPlan) -> Lines {
    let mut lines = Lines::new();
    for unit in &plan.new_units {
        let path = plan.path(&unit.id);
        let meant = remarks::meant(plan, path).map(|known| format!("  did you mean {known}?"));
        lines.push(format!("new unit   {path}{}", meant.unwrap_or_default()));
    }
    for person in &plan.added {
        lines.push(format!("new        {}  {}", named(person), posts(plan, person)));
    }
    for change in &plan.changed {
        let differences = differences(plan, change).join("; ");
        lines.push(format!("changed    {}  {differences}", named(&change.after)));
    }
    lines
}

/// How somebody signs in who is back.
fn how_to_sign_in(db: &Db, person: &PersonId) -> anyhow::Result<Option<String>> {
    Ok(db.read(|tx| account_of(tx, person))?.map(|Account { username: user, disabled_at, .. }| {
        match disabled_at {
            Some(_) => format!("           cannot sign in: `renraku user enable {user}` opens the account"),
            None => format!("           signs in as {user}, as before"),
        }
    }))
}

fn account_of(tx: &mut ReadTx<'_>, person: &PersonId) -> anyhow::Result<Option<Account>> {
    match account::read_account(tx, person) {
        Ok(account) => Ok(Some(account)),
        Err(AccountFault::NotFound) => Ok(None),
        Err(fault) => Err(fault.into()),
    }
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
