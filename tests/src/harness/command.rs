use std::{
    env,
    process::{Command, Stdio},
};

use clap::Parser;
use renraku::cli::Cli;

use super::TestServer;

const ARGUMENTS: &str = "COMMAND_OF_A_TEST";

/// Runs `renraku …` as a process of its own beside a server, on its data; answers with whether all was well, and what was printed.
pub fn run_beside(server: &TestServer, arguments: &[&str]) -> (bool, String) {
    run_beside_with(server, arguments, &[])
}

/// The same, with these settings besides, by the names of their environment variables.
pub fn run_beside_with(server: &TestServer, arguments: &[&str], settings: &[(&str, &str)]) -> (bool, String) {
    // This very program: it has the commands in it, whatever else was built.
    let output = Command::new(env::current_exe().unwrap())
        .args(["--exact", "harness::command::runs_for_another_test", "--ignored", "--nocapture"])
        .env_remove("RENRAKU_CRASH_KILLS")
        .env_remove("RENRAKU_SYNC_MODEL_CASES")
        .env(ARGUMENTS, arguments.join("\n"))
        .envs(server.settings())
        .envs(settings.iter().copied())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let printed = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    (output.status.success(), printed)
}

#[test]
#[ignore = "the command of another test, which runs it as a process of its own"]
fn runs_for_another_test() {
    let Ok(arguments) = env::var(ARGUMENTS) else { return };
    let cli = Cli::parse_from(["renraku"].into_iter().chain(arguments.lines()));
    assert!(cli.run().unwrap(), "something was wrong");
}
