//! A server that did not run for a long time.

use renraku_db::{Error, jobs};
use renraku_schedule::jobs::EXTEND_HORIZON;
use renraku_test_db::{Backend, START};
use serde_json::json;

use crate::harness::TestServer;

const DAY: i64 = 86_400;

/// What lies beyond the index of then is there with the first answer, whenever the job will run that moves the index ahead.
#[test]
fn series_are_whole_with_the_first_answer() {
    for backend in Backend::all() {
        let mut server = TestServer::start(*backend);
        let hanako = server.staff("hanako");
        let series = json!({"title": "朝礼", "start": "2026-11-26T08:30:00", "duration": "PT15M",
            "recurrenceRule": {"frequency": "daily"}});
        hanako.post("events", &series).expect(201);
        server.run_due_jobs();
        let back = START + std::time::Duration::from_hours(24 * 200);
        let key = |day: i64| format!("{EXTEND_HORIZON}:{day}:0");
        let day = |at: renraku_base::Timestamp| at.seconds().div_euclid(DAY);
        server
            .db()
            .write(|tx| {
                jobs::withdraw(tx, &key(day(START) + 1))?;
                let later = back + std::time::Duration::from_hours(24);
                jobs::enqueue(tx, EXTEND_HORIZON, &(), later, Some(&key(day(back))))?;
                Ok::<_, Error>(())
            })
            .unwrap();
        server.restart_at(back);
        let hanako = hanako.sign_in_at(&server.base());
        let found =
            hanako.get("occurrences?from=2028-03-01T00:00:00Z&to=2028-03-08T00:00:00Z").expect(200).json();
        assert_eq!(found["items"].as_array().unwrap().len(), 7, "{found}");
    }
}
