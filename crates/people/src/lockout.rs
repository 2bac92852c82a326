use std::time::Duration;

use renraku_base::{DeviceId, Timestamp};
use renraku_db::{Db, Error, ReadTx, Tx};

use crate::{
    account::{
        delay,
        store::failures::{self, Failures},
    },
    server_secret::{MacKey, ServerSecret},
};

/// More names are not tried in a day, but by a flood of invented ones.
const SLOTS: u32 = 1 << 17;
/// Servers' clocks may differ a little.
const SKEW: Duration = Duration::from_secs(60);
/// So long a count does not give way to that of another name.
const LONG: u32 = 10;

/// Wrong passwords in a row, so that guessing takes longer than a life.
///
/// A device that the account knows has a count of its own: who guesses elsewhere does not lock the owner's phone out.
/// All server processes count together. A name has its place among many by a secret, so that nobody can choose one that meets another's.
pub(crate) struct Lockout(MacKey);

/// Whose password is tried from where; names are not kept, so an unknown username is counted like a known one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Subject([u8; 32]);

impl Subject {
    fn slot(&self) -> i32 {
        let [a, b, c, d, ..] = self.0;
        i32::try_from(u32::from_le_bytes([a, b, c, d]) % SLOTS).unwrap_or_default()
    }
}

impl Lockout {
    pub fn new(secret: &ServerSecret) -> Self {
        Self(secret.mac_key("login-failures"))
    }

    /// The username as typed or as known, from a known device or from anywhere else.
    pub fn subject(&self, username: &str, known_device: Option<&DeviceId>) -> Subject {
        let device = known_device.map_or("", |device| device.as_str());
        Subject(self.0.sign(&[username.as_bytes(), &[0], device.as_bytes()]))
    }
}

/// How many seconds the next try must wait; `None` when it need not. One statement.
pub(crate) fn wait_s(tx: &mut ReadTx<'_>, subject: &Subject) -> Result<Option<u64>, Error> {
    let now = tx.now();
    let found =
        own(tx, subject)?.filter(|failures| now < failures.next_try && !is_from_future(failures, now));
    Ok(found.map(|failures| delay::seconds_until(failures.next_try, now)))
}

/// Whether the clock was set back since the wrong password: nobody waits until it has come so far again.
fn is_from_future(failures: &Failures, now: Timestamp) -> bool {
    failures.next_try > delay::next_try(failures.count, now + SKEW)
}

/// Counts a wrong password.
pub(crate) fn failed(tx: &mut Tx<'_>, subject: &Subject) -> Result<(), Error> {
    let (now, slot) = (tx.now(), subject.slot());
    failures::lock(tx, slot, &subject.0)?;
    let before = match failures::get(tx, slot)? {
        Some((_, known)) if now >= known.forgotten_at => 0,
        Some((whose, known)) if whose == subject.0 => known.count,
        Some((_, of_another)) if of_another.count >= LONG => return Ok(()),
        Some(_) | None => 0,
    };
    let count = before.saturating_add(1);
    let failures =
        Failures { count, next_try: delay::next_try(count, now), forgotten_at: delay::next_midnight(now) };
    failures::put(tx, slot, &subject.0, &failures)
}

/// The right password ends the count. Nothing is written where there is none.
pub(crate) fn succeeded(db: &Db, subject: &Subject) -> Result<(), Error> {
    if db.read(|tx| own(tx, subject))?.is_some() {
        db.write(|tx| failures::remove(tx, subject.slot(), &subject.0))?;
    }
    Ok(())
}

fn own(tx: &mut ReadTx<'_>, subject: &Subject) -> Result<Option<Failures>, Error> {
    let found = failures::get(tx, subject.slot())?;
    Ok(found.filter(|(whose, _)| *whose == subject.0).map(|(_, failures)| failures))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use renraku_base::{Clock, Entropy, FixedClock, Timestamp};
    use renraku_test_db::on_each_database;

    use super::*;

    fn lockout() -> Lockout {
        Lockout::new(&ServerSecret::from_bytes([1; 32]))
    }

    fn fail(db: &Db, subject: &Subject) {
        db.write(|tx| failed(tx, subject)).unwrap();
    }

    fn wait(db: &Db, subject: &Subject) -> Option<u64> {
        db.read(|tx| wait_s(tx, subject)).unwrap()
    }

    fn turn(clock: &FixedClock, to: &str) {
        let to: Timestamp = to.parse().unwrap();
        clock.advance(Duration::from_micros((to.micros() - clock.now().micros()).unsigned_abs()));
    }

    #[test]
    fn ten_wrong_ones_cost_five_seconds_whichever_process_counts_them() {
        on_each_database(|db, clock| {
            let subject = lockout().subject("hanako", None);
            for n in 0..9 {
                assert_eq!(wait(db, &subject), None);
                // Another process of the same office.
                let subject = if n % 2 == 0 { subject } else { lockout().subject("hanako", None) };
                fail(db, &subject);
                clock.advance(Duration::from_secs(wait(db, &subject).unwrap_or(0)));
            }
            fail(db, &subject);
            assert_eq!(wait(db, &subject), Some(5));
            assert_eq!(wait(db, &lockout().subject("taro", None)), None);
            let phone = Entropy.uuid_v4().into();
            assert_eq!(wait(db, &lockout().subject("hanako", Some(&phone))), None);
            succeeded(db, &subject).unwrap();
            assert_eq!(wait(db, &subject), None);
        });
    }

    #[test]
    fn midnight_forgets() {
        on_each_database(|db, clock| {
            turn(clock, "2026-12-01T12:00:00+09:00");
            let subject = lockout().subject("hanako", None);
            for _ in 0..101 {
                fail(db, &subject);
            }
            assert_eq!(wait(db, &subject), Some(12 * 3_600));
            turn(clock, "2026-12-02T00:00:00+09:00");
            assert_eq!(wait(db, &subject), None);
            fail(db, &subject);
            assert_eq!(wait(db, &subject), None);
            assert_eq!(db.write(failures::prune).unwrap(), 0);
            turn(clock, "2026-12-03T00:00:00+09:00");
            assert_eq!(db.write(failures::prune).unwrap(), 1);
        });
    }

    #[test]
    fn another_name_in_the_same_place_does_not_wash_out_a_long_count() {
        on_each_database(|db, _| {
            let subject = lockout().subject("hanako", None);
            let mut other = subject;
            other.0[31] ^= 1;
            fail(db, &other);
            for _ in 0..10 {
                fail(db, &subject);
            }
            fail(db, &other);
            assert_eq!((wait(db, &subject), wait(db, &other)), (Some(5), None));
        });
    }
}
