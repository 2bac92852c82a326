use std::collections::HashMap;

use chrono::NaiveDate;
use renraku_base::{PersonId, UnitId};

use super::{Appointment, RosterPlan};
use crate::directory::{PersonEntry, PostEntry};

type Post<'p> = (&'p UnitId, Option<&'p str>);

/// The posts that people take by a plan, each with whoever gives it up.
pub(in crate::directory) fn appointments(plan: &RosterPlan, from: NaiveDate) -> Vec<Appointment> {
    let mut given: HashMap<Post<'_>, Vec<&PersonId>> = HashMap::new();
    let mut taken: HashMap<Post<'_>, usize> = HashMap::new();
    for change in &plan.changed {
        for post in surplus(&change.before, &change.after) {
            given.entry(post).or_default().push(&change.before.id);
        }
    }
    for person in &plan.ended {
        for post in person.posts.iter().map(key) {
            given.entry(post).or_default().push(&person.id);
        }
    }
    let news = plan.changed.iter().flat_map(|change| {
        surplus(&change.after, &change.before).into_iter().map(|post| (&change.after, post))
    });
    let back =
        plan.returned.iter().flat_map(|person| person.posts.iter().map(move |post| (person, key(post))));
    let news: Vec<(&PersonEntry, Post<'_>)> = news.chain(back).collect();
    for (_, post) in &news {
        *taken.entry(*post).or_default() += 1;
    }
    for person in &plan.added {
        for post in &person.posts {
            *taken.entry(key(post)).or_default() += 1;
        }
    }
    let appointment = |(person, post): (&PersonEntry, Post<'_>)| Appointment {
        person: person.id.clone(),
        unit: plan.path(post.0).to_owned(),
        unit_id: Some(post.0.clone()),
        title: post.1.map(str::to_owned),
        concurrent: person.posts.first().is_some_and(|main| key(main) != post),
        from: from.to_string(),
        predecessor: match given.get(&post).map(Vec::as_slice) {
            Some([one]) if taken.get(&post) == Some(&1) => Some((*one).clone()),
            _ => None,
        },
    };
    news.into_iter().map(appointment).collect()
}

fn key(post: &PostEntry) -> Post<'_> {
    (&post.unit, post.title.as_deref())
}

/// The posts of `one` that `other` does not have.
fn surplus<'p>(one: &'p PersonEntry, other: &PersonEntry) -> Vec<Post<'p>> {
    let has = |post: &Post<'_>| other.posts.iter().any(|held| key(held) == *post);
    one.posts.iter().map(key).filter(|post| !has(post)).collect()
}
