//! Whether what is stored hangs together: what must be true after any crash.

use std::time::Duration;

use diesel::{QueryableByName, prelude::*, sql_query, sql_types::BigInt};

use crate::{Error, ReadTx, schema::changes};

/// One thing that was looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Finding {
    /// What would be wrong.
    pub what: &'static str,
    /// How often it is.
    pub faults: i64,
}

/// What is looked at, each by a statement that counts faults.
const QUESTIONS: &[(&str, &str)] = &[
    (
        "collections whose counter is not their latest change",
        "SELECT count(*) AS n FROM collections AS c WHERE c.modseq <> COALESCE( \
         (SELECT max(x.modseq) FROM changes AS x WHERE x.collection_id = c.id), c.floor)",
    ),
    (
        "changes of no collection",
        "SELECT count(*) AS n FROM changes AS x \
         WHERE NOT EXISTS (SELECT 1 FROM collections AS c WHERE c.id = x.collection_id)",
    ),
    (
        "rights in no collection",
        "SELECT count(*) AS n FROM grants AS g \
         WHERE NOT EXISTS (SELECT 1 FROM collections AS c WHERE c.id = g.collection_id)",
    ),
    (
        "accounts of nobody",
        "SELECT count(*) AS n FROM accounts AS a \
         WHERE NOT EXISTS (SELECT 1 FROM people AS p WHERE p.id = a.person_id)",
    ),
    (
        "people in no group",
        "SELECT count(*) AS n FROM people AS p WHERE p.left_on IS NULL \
         AND NOT EXISTS (SELECT 1 FROM person_groups AS g WHERE g.person_id = p.id)",
    ),
    (
        "posts that are not written down as held",
        "SELECT count(*) AS n FROM posts AS p WHERE NOT EXISTS (SELECT 1 FROM post_terms AS t \
         WHERE t.person_id = p.person_id AND t.unit_id = p.unit_id AND t.ended_on IS NULL \
         AND COALESCE(t.title, '') = COALESCE(p.title, ''))",
    ),
    (
        "calendars without a collection",
        "SELECT count(*) AS n FROM calendars AS k \
         WHERE NOT EXISTS (SELECT 1 FROM collections AS c WHERE c.id = k.collection_id)",
    ),
    (
        "places of events that are not there",
        "SELECT count(*) AS n FROM placements AS p \
         WHERE NOT EXISTS (SELECT 1 FROM events AS e WHERE e.id = p.event_id)",
    ),
    (
        "occurrences of events that are not there",
        "SELECT count(*) AS n FROM occurrences AS o \
         WHERE NOT EXISTS (SELECT 1 FROM events AS e WHERE e.id = o.event_id)",
    ),
    (
        "occurrences of which their place does not know",
        "SELECT count(*) AS n FROM occurrences AS o WHERE o.recurrence_id = '' AND NOT EXISTS \
         (SELECT 1 FROM placements AS p WHERE p.event_id = o.event_id AND p.collection_id = o.collection_id \
         AND p.utc_start = o.utc_start)",
    ),
    (
        "prepared rosters that no job puts into effect",
        "SELECT count(*) AS n FROM rosters AS r WHERE r.state = 'prepared' AND NOT EXISTS \
         (SELECT 1 FROM jobs AS j WHERE j.unique_key = 'roster:' || r.id AND j.done_at IS NULL)",
    ),
    ("jobs that were set aside", "SELECT count(*) AS n FROM jobs WHERE failed_at IS NOT NULL"),
    ("missing epochs", "SELECT 1 - count(*) AS n FROM meta WHERE key = 'epoch'"),
];

/// Changes later than the clock: it was set back, or goes wrong. Several servers may differ a little.
const FUTURE: &str = "changes after this machine's time (look at its clock: timedatectl)";
const TOLERATED: Duration = Duration::from_mins(1);

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

/// Looks at everything, on one snapshot.
///
/// # Errors
/// [`Error`] when a statement fails, as when the schema is not up to date.
pub fn examine(tx: &mut ReadTx<'_>) -> Result<Vec<Finding>, Error> {
    let mut findings = Vec::with_capacity(QUESTIONS.len());
    for (what, question) in QUESTIONS {
        let counts: Vec<Count> = tx.fetch(sql_query(*question))?;
        findings.push(Finding { what, faults: counts.first().map_or(0, |count| count.n) });
    }
    let latest = tx.now() + TOLERATED;
    let faults = changes::table.filter(changes::at.gt(latest.micros())).count().get_result(tx.conn())?;
    findings.push(Finding { what: FUTURE, faults });
    Ok(findings)
}
