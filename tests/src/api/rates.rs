//! How often one device may ask: what is more is refused with when to come back, to that device alone.

use renraku_test_db::Backend;

use crate::harness::{Answer, Phone, TestServer};

/// How often `ask` was answered before it was refused as too often; at most `most` times.
fn taken(most: usize, ask: impl Fn() -> Answer) -> usize {
    let refused = (0..most).find_map(|taken| {
        let answer = ask();
        (answer.status == 429).then_some((taken, answer))
    });
    let (taken, answer) = refused.unwrap_or_else(|| panic!("{most} are taken"));
    let problem = answer.problem(429, "too-many-requests");
    let wait = answer.header("retry-after").and_then(|wait| wait.parse::<u64>().ok());
    assert!(wait.is_some_and(|wait| (1..=60).contains(&wait)), "{problem}");
    taken
}

/// A server as an office has it; how often somebody may ask is the same on each database.
fn office() -> TestServer {
    TestServer::start_with(Backend::Sqlite, &[("RENRAKU_LIMITS_RATES", "true")])
}

#[test]
fn one_device_may_not_ask_for_all() {
    let server = office();
    let hanako = server.staff("hanako");
    let other = hanako.on_another_phone();
    let taken = taken(1_800, || hanako.get("me"));
    assert!(taken >= 590, "the burst of a morning is {taken}");
    other.get("me").expect(200);
    // Who is refused is not let in by a batch or a write either.
    self::taken(60, || hanako.ask("POST", "contacts").send());
}

#[test]
fn writes_have_a_measure_of_their_own() {
    let server = office();
    let hanako = server.staff("hanako");
    // Nothing is written without a key; it is counted all the same.
    let write = |phone: &Phone| phone.ask("POST", "contacts").send();
    let taken = taken(590, || write(&hanako));
    assert!(taken >= 300, "the burst is {taken}");
    hanako.get("me").expect(200);
    write(&hanako.on_another_phone()).problem(400, "idempotency-key-required");
}

#[test]
fn searches_have_a_measure_of_their_own() {
    let server = office();
    let hanako = server.staff("hanako");
    for search in [
        "directory/people?q=s",
        "contacts?q=s",
        "mail/messages?q=s",
        "directory/lookup?phone=1",
        "contacts/lookup?phone=1",
    ] {
        let phone = hanako.on_another_phone();
        let taken = taken(580, || phone.get(search));
        assert!(taken >= 60, "{search}: the burst is {taken}");
        phone.get("me").expect(200);
    }
}
