use std::{
    fs,
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
};

use serde_json::Value;

/// The binary under test.
pub fn renraku() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_renraku"));
    command.env_remove("RENRAKU_CONFIG");
    command
}

/// A demo office that runs as a process of its own; ends with the test.
pub struct Office {
    process: Option<Child>,
    /// What it printed when it was ready.
    pub welcome: String,
    /// `demo.json`
    pub handout: Value,
}

impl Office {
    /// Starts a small office in `folder` and waits until it is ready.
    pub fn open(folder: &Path) -> Self {
        let mut process = renraku()
            .args(["demo", "--listen", "127.0.0.1:0", "--staff", "60", "--unlimited", "--data"])
            .arg(folder)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut welcome = String::new();
        for line in BufReader::new(process.stdout.take().unwrap()).lines() {
            let line = line.unwrap();
            let last = line.contains("Ctrl-C");
            welcome.push_str(&line);
            welcome.push('\n');
            if last {
                break;
            }
        }
        let handout = fs::read_to_string(folder.join("demo.json")).unwrap_or_default();
        let handout = serde_json::from_str(&handout).unwrap_or(Value::Null);
        Self { process: Some(process), welcome, handout }
    }

    /// Where it is reached.
    pub fn base(&self) -> &str {
        self.handout["baseUrl"].as_str().unwrap()
    }

    /// Sends it a signal and waits for its end. Answers with its exit status.
    pub fn end(mut self, signal: &str) -> Option<i32> {
        let mut process = self.process.take().unwrap();
        let sent = Command::new("kill").args(["-s", signal, &process.id().to_string()]).status().unwrap();
        assert!(sent.success());
        process.wait().unwrap().code()
    }
}

impl Drop for Office {
    fn drop(&mut self) {
        if let Some(mut process) = self.process.take() {
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}

/// Whether the judges of these pages are here; says so when they are not.
pub fn has_curl() -> bool {
    let there = ["bash", "curl"].iter().all(|judge| {
        Command::new(judge)
            .arg("--version")
            .stdout(Stdio::null())
            .status()
            .is_ok_and(|status| status.success())
    });
    if !there {
        eprintln!("skipped: bash and curl, which run the lines of the pages, are not installed");
    }
    there
}

/// Runs a script of the shell and answers with what it printed.
pub fn shell(script: &str, environment: &[(&str, &str)]) -> String {
    let output = Command::new("bash")
        .args(["-c", script])
        .envs(environment.iter().copied())
        .stderr(Stdio::inherit())
        .output()
        .expect("bash and curl are needed");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    String::from_utf8(output.stdout).unwrap()
}
