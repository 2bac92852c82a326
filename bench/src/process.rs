//! The server as a child process, and what the kernel says of it.

use std::{
    fs,
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};

use crate::client::Client;

/// A running server.
pub struct Server {
    child: Child,
    /// Where it listens.
    pub address: String,
    /// From its start until it was ready.
    pub ready_after: Duration,
}

impl Server {
    /// Starts `renraku demo` on a data folder, which fills it, and waits until it is ready.
    pub fn fill(binary: &Path, data: &Path, staff: u32, database: Option<&str>, port: u16) -> Result<Self> {
        let mut command = Command::new(binary);
        command.args([
            "demo",
            "--unlimited",
            "--listen",
            &format!("127.0.0.1:{port}"),
            "--staff",
            &staff.to_string(),
        ]);
        command.arg("--data").arg(data);
        if let Some(url) = database {
            command.env("RENRAKU_DATABASE_URL", url);
        }
        Self::start(command, port)
    }

    /// Starts `renraku serve` on a filled folder, without the Maildirs, and waits until it is ready.
    pub fn serve(binary: &Path, data: &Path, database: &str, port: u16) -> Result<Self> {
        let mut command = Command::new(binary);
        command
            .arg("serve")
            .env("RENRAKU_SERVER_LISTEN", format!("127.0.0.1:{port}"))
            .env("RENRAKU_SERVER_DATA_DIR", data)
            .env("RENRAKU_DATABASE_URL", database)
            .env("RENRAKU_LIMITS_RATES", "false");
        Self::start(command, port)
    }

    fn start(mut command: Command, port: u16) -> Result<Self> {
        let address = format!("127.0.0.1:{port}");
        let started = Instant::now();
        command.stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = command.spawn().with_context(|| format!("starting {command:?}"))?;
        loop {
            if let Some(status) = child.try_wait()? {
                bail!("the server ended with {status}");
            }
            let ready = Client::connect(&address).and_then(|mut client| client.get("/health/ready"));
            if ready.is_ok_and(|answer| answer.status == 200) {
                break;
            }
            if started.elapsed() > Duration::from_secs(900) {
                bail!("the server is not ready after 15 minutes");
            }
            std::thread::park_timeout(Duration::from_millis(1));
        }
        Ok(Self { child, address, ready_after: started.elapsed() })
    }

    /// User and system time of all its threads so far.
    pub fn cpu(&self) -> Result<Duration> {
        let mut nanos = 0;
        for task in fs::read_dir(format!("/proc/{}/task", self.child.id()))? {
            let text = fs::read_to_string(task?.path().join("schedstat")).unwrap_or_default();
            nanos += text.split(' ').next().and_then(|field| field.parse::<u64>().ok()).unwrap_or(0);
        }
        Ok(Duration::from_nanos(nanos))
    }

    /// Its memory in bytes, by a field of the kernel's account: `VmRSS:` all that is resident, `RssAnon:` what is its own.
    pub fn memory(&self, field: &str) -> Result<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let kib = status
            .lines()
            .find_map(|line| line.strip_prefix(field))
            .and_then(|rest| rest.trim().trim_end_matches(" kB").trim().parse::<u64>().ok())
            .with_context(|| format!("no {field}"))?;
        Ok(kib * 1024)
    }

    /// Database statements that it sent so far.
    pub fn statements(&self, client: &mut Client) -> Result<u64> {
        let text = client.get("/metrics")?;
        let text = String::from_utf8_lossy(&text.body).into_owned();
        text.lines()
            .find_map(|line| line.strip_prefix("renraku_db_statements_total "))
            .and_then(|value| value.trim().parse().ok())
            .context("no renraku_db_statements_total in /metrics")
    }

    /// Stops it as an operator would.
    pub fn stop(mut self) -> Result<()> {
        Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status()?;
        self.child.wait()?;
        Ok(())
    }
}

impl Drop for Server {
    /// A run that broke off leaves no server behind.
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            drop(self.child.kill());
            drop(self.child.wait());
        }
    }
}
