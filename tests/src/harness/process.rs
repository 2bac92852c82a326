use std::{
    env,
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
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
}

impl ServerProcess {
    /// Starts `renraku serve` and waits until it listens.
    pub fn start(database: &TestDatabase, folder: &Path) -> Self {
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
            .envs(settings)
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
        thread::spawn(move || log.for_each(drop));
        Self { child, base: format!("http://{address}") }
    }

    /// `http://…`
    pub fn base(&self) -> &str {
        &self.base
    }

    /// kill -9.
    pub fn kill(mut self) {
        self.end();
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
