//! Random people, random phones: whatever happened, a phone that follows deltas holds what a new phone would get.
//!
//! `RENRAKU_SYNC_MODEL_CASES` says how many offices are tried on each database (by default few).

use std::env;

use rand::{Rng, seq::IndexedMutRandom};

use super::{office::Office, replica::Replica};
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

fn live_through(office: &mut Office<'_>, seed: u64) {
    // Of each person some phones, among them copies of old states.
    let mut phones: Vec<(usize, Replica)> =
        (0..office.people.len()).map(|who| (who, Replica::first(&office.people[who]))).collect();
    let mut story = Vec::new();
    let steps = office.random.random_range(STEPS / 4..=STEPS);
    for step in 0..steps {
        story.push(office.act());
        if let Some((who, replica)) = phones.choose_mut(&mut office.random) {
            // In pages of any size, and not always to the end.
            let limit = office.random.random_range(1..=50);
            for _ in 0..office.random.random_range(0..4) {
                if !replica.step(&office.people[*who], Some(limit)) {
                    break;
                }
            }
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
                replica.assert_same(&Replica::first(&office.people[*who]), &when);
            }
        }
    }
}
