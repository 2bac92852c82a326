//! One row of the table.

use std::time::{Duration, Instant};

use anyhow::Result;

use crate::{client::Client, process::Server};

/// What one kind of work costs.
pub struct Row {
    /// The work.
    pub name: &'static str,
    /// CPU of the server process for one piece of work, uncompressed.
    pub cpu: Duration,
    /// Latency, median and 99th percentile.
    pub p50: Duration,
    /// The 99th percentile.
    pub p99: Duration,
    /// Database statements of one piece of work.
    pub statements: f64,
    /// Requests of one piece of work.
    pub requests: f64,
    /// Bytes of the bodies of one piece of work, with zstd.
    pub bodies: f64,
    /// Bytes on the wire of one piece of work, both ways, with zstd.
    pub wire: f64,
}

/// One piece of work, done `at`-th time.
pub type Work<'a> = dyn FnMut(&mut Client, usize) -> Result<()> + 'a;

/// Does the work again and again for about `time` and says what it costs.
pub fn measure(
    server: &Server,
    client: &mut Client,
    name: &'static str,
    time: Duration,
    work: &mut Work<'_>,
) -> Result<Row> {
    // Bytes and statements first: they do not vary.
    const COUNTED: usize = 5;
    client.accept(Some("zstd"));
    work(client, 0)?;
    let before = client.traffic;
    for at in 1..=COUNTED {
        work(client, at)?;
    }
    let after = client.traffic;
    client.accept(None);
    let statements_before = server.statements(client)?;
    for at in 1..=COUNTED {
        work(client, COUNTED + at)?;
    }
    let statements = server.statements(client)? - statements_before;

    let mut latencies = Vec::new();
    let cpu_before = server.cpu()?;
    let started = Instant::now();
    let mut at = 2 * COUNTED + 1;
    while started.elapsed() < time || latencies.len() < 50 {
        let one = Instant::now();
        work(client, at)?;
        latencies.push(one.elapsed());
        at += 1;
    }
    let cpu = server.cpu()? - cpu_before;
    latencies.sort_unstable();
    let count = latencies.len();
    let each = |total: u64| total as f64 / COUNTED as f64;
    Ok(Row {
        name,
        cpu: cpu / u32::try_from(count)?,
        p50: latencies[count / 2],
        p99: latencies[count * 99 / 100],
        // Reading the figures costs one request without statements of its own.
        statements: each(statements),
        requests: each(after.requests - before.requests),
        bodies: each(after.bodies - before.bodies),
        wire: each(after.sent - before.sent + after.received - before.received),
    })
}

impl Row {
    /// The row in Markdown; `floor` is the CPU of a trivial handler of the same process.
    pub fn markdown(&self, floor: Duration) -> String {
        let ms = |time: Duration| time.as_secs_f64() * 1_000.0;
        format!(
            "| {} | {:.3} | {:.1}× | {:.2} / {:.2} | {:.0} | {:.0} | {:.0} | {:.0} |",
            self.name,
            ms(self.cpu),
            self.cpu.as_secs_f64() / floor.as_secs_f64(),
            ms(self.p50),
            ms(self.p99),
            self.requests,
            self.statements,
            self.bodies,
            self.wire,
        )
    }
}

/// The head of the table.
pub const HEAD: &str = "\
| work | CPU ms | × floor | p50 / p99 ms | trips | statements | body bytes (zstd) | wire bytes (zstd) |
| --- | --- | --- | --- | --- | --- | --- | --- |";
