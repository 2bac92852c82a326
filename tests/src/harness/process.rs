use std::{
    env,
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
    thread,
};

use clap::Parser;
use renraku::cli::Cli;
use renraku_test_db::TestDatabase;

/// The server as a process of its own, which can be killed.
#[derive(Debug)]
pub struct ServerProcess {
    child: Child,
    base: String,
    log: Arc<Mutex<String>>,
}

impl ServerProcess {
    /// Starts `renraku serve` and waits until it listens.
    pub fn start(database: &TestDatabase, folder: &Path) -> Self {
        Self::start_with(database, folder, &[])
    }

    /// Starts it with these settings besides, by the names of their environment variables.
    pub fn start_with(database: &TestDatabase, folder: &Path, more: &[(&str, &str)]) -> Self {
        let settings = [
            ("RENRAKU_SERVER_LISTEN", "127.0.0.1:0"),
            ("RENRAKU_SERVER_DATA_DIR", folder.to_str().unwrap()),
            ("RENRAKU_DATABASE_URL", database.url()),
            ("RENRAKU_DATABASE_WAIT_S", "30"),
            ("RENRAKU_LIMITS_RATES", "false"),
            ("NO_COLOR", "1"),
        ];
        // This very program: it has the server in it, whatever else was built.
        let mut child = Command::new(env::current_exe().unwrap())
            .args(["--exact", "harness::process::serves_for_another_test", "--ignored", "--nocapture"])
            // What this run of the tests is told, and what the server would refuse as a setting.
            .env_remove("RENRAKU_CRASH_KILLS")
            .env_remove("RENRAKU_SYNC_MODEL_CASES")
            .envs(settings)
            .envs(more.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut log = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
        let mut told = String::new();
        let address = log.by_ref().find_map(|line| {
            told.push_str(&line);
            told.push('\n');
            line.split_once("server.listen=").map(|(_, address)| address.trim().to_owned())
        });
        let Some(address) = address else { panic!("the server does not start:\n{told}") };
        // A full pipe would stop it.
        let written = Arc::new(Mutex::new(told));
        let to = Arc::clone(&written);
        thread::spawn(move || {
            for line in log {
                let mut written = to.lock().unwrap();
                written.push_str(&line);
                written.push('\n');
            }
        });
        Self { child, base: format!("http://{address}"), log: written }
    }

    /// `http://…`
    pub fn base(&self) -> &str {
        &self.base
    }

    /// What it has written into its log so far.
    pub fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    /// kill -9.
    pub fn kill(mut self) {
        self.end();
    }

    /// SIGTERM; answers once the process has ended, with whether it ended well.
    pub fn terminate(mut self) -> bool {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
        self.child.wait().unwrap().success()
    }

    fn end(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for ServerProcess {
    fn drop(&mut self) {
        if self.child.try_wait().unwrap().is_none() {
            self.end();
        }
    }
}

#[test]
#[ignore = "the server of another test, which runs it as a process of its own"]
fn serves_for_another_test() {
    if env::var_os("RENRAKU_SERVER_DATA_DIR").is_some() {
        Cli::parse_from(["renraku", "serve"]).run().unwrap();
    }
}
