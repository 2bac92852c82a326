//! A transaction that PostgreSQL ended to keep others going is run again, whatever refusal its error was wrapped in.

use renraku_db::Error;
use renraku_test_db::{Backend, START};

fn is_run_again<E: From<Error> + std::error::Error + 'static>() {
    let database = Backend::Sqlite.fresh();
    let db = database.open(1, &renraku_base::FixedClock::new(START));
    let mut runs = 0;
    let result: Result<(), E> = db.write(|_| {
        runs += 1;
        let ended = Error::Retry(diesel::result::Error::RollbackTransaction);
        if runs < 3 { Err(ended.into()) } else { Ok(()) }
    });
    assert!(result.is_ok() && runs == 3, "{}: {runs} runs", std::any::type_name::<E>());
}

#[test]
fn whatever_wraps_it_a_transaction_that_gave_way_is_run_again() {
    is_run_again::<Error>();
    is_run_again::<renraku_contacts::ContactsFault>();
    is_run_again::<renraku_mail::MailFault>();
    is_run_again::<renraku_notify::NotifyFault>();
    is_run_again::<renraku_people::AccountFault>();
    is_run_again::<renraku_people::directory::DirectoryFault>();
    is_run_again::<renraku_rest::Problem>();
    is_run_again::<renraku_schedule::ScheduleFault>();
}
