//! Random people, random phones: whatever happened, a phone that follows deltas holds what a new phone would get.
//!
//! `RENRAKU_SYNC_MODEL_CASES` says how many offices are tried on each database (by default few).

use std::env;

use rand::{
    Rng,
    seq::{IndexedMutRandom, IndexedRandom},
};

use super::{
    office::Office,
    replica::{Replica, WINDOW, Window},
};
use crate::harness::on_each_backend;

/// An office lives through as many steps at most.
const STEPS: usize = 100;

#[test]
fn deltas_and_a_first_sync_lead_to_the_same() {
    let cases: u64 = env::var("RENRAKU_SYNC_MODEL_CASES").ok().map_or(3, |count| count.parse().unwrap());
    on_each_backend(|server| {
        for seed in 0..cases {
            let mut office = Office::open(server, seed);
            live_through(&mut office, seed);
        }
    });
}

/// The windows between which phones move: overlapping, within one another, apart.
const WINDOWS: [Window; 5] = [
    WINDOW,
    ("2026-11-24T00:00:00Z", "2026-11-28T00:00:00Z"),
    ("2026-11-27T00:00:00Z", "2027-01-05T00:00:00Z"),
    ("2026-11-20T00:00:00Z", "2026-11-26T15:00:00Z"),
    ("2026-12-20T00:00:00Z", "2027-01-15T00:00:00Z"),
];

/// What a phone may want first.
const PHASES: [&[&str]; 4] =
    [&["events"], &["messages", "notifications"], &["contacts"], &["events", "contacts"]];

fn live_through(office: &mut Office<'_>, seed: u64) {
    // Of each person some phones, among them copies of old states and such as have not synced yet.
    let mut phones: Vec<(usize, Replica)> = (0..office.people.len())
        .flat_map(|who| [(who, Replica::first(&office.people[who])), (who, Replica::default())])
        .collect();
    let mut story = Vec::new();
    let steps = office.random.random_range(STEPS / 4..=STEPS);
    for step in 0..steps {
        story.push(office.act());
        if let Some((who, replica)) = phones.choose_mut(&mut office.random) {
            story.push(live_on(office, *who, replica));
        }
        if office.random.random_bool(0.1) {
            let old = phones[office.random.random_range(0..phones.len())].clone();
            phones.push(old);
        }
        if step % 10 == 9 || step == steps - 1 {
            for (who, replica) in &mut phones {
                let limit = office.random.random_bool(0.5).then(|| office.random.random_range(1..=50));
                replica.catch_up(&office.people[*who], limit);
                let when = format!("seed {seed}, person {who}, after\n  {}\n", story.join("\n  "));
                let at_once = Replica::first_in(&office.people[*who], replica.window);
                replica.assert_same(&at_once, &when);
                for event in &replica.heard {
                    assert!(
                        office.may_know(*who, event),
                        "{when}: heard of {event}, which was always secret"
                    );
                }
            }
        }
    }
}

/// A phone syncs: in pages of any size, some types first, in another window now and then, and not always to the end.
fn live_on(office: &mut Office<'_>, who: usize, replica: &mut Replica) -> String {
    let small = office.random.random_bool(0.5);
    let limit = office.random.random_range(1..=if small { 3 } else { 50 });
    let types =
        if office.random.random_bool(0.3) { PHASES.choose(&mut office.random).copied() } else { None };
    if types.is_none() && office.random.random_bool(0.3) {
        replica.move_to(WINDOWS[office.random.random_range(0..WINDOWS.len())]);
    }
    let pages = office.random.random_range(0..4);
    for _ in 0..pages {
        if !replica.step_for(&office.people[who], Some(limit), types) {
            break;
        }
    }
    format!("{who} syncs {pages} pages of {limit}, {types:?}, {:?}", replica.window)
}
