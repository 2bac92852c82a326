//! A PostgreSQL server of our own.

use std::{
    fs,
    io::{BufRead, BufReader},
    os::unix::{
        fs::{MetadataExt, chown},
        process::CommandExt,
    },
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use crate::Fallible;

/// Starts the server, says `ready`, and waits for its standard input to end, which it does with the test process, even
/// by kill -9; then the server and its directory go.
const KEEPER: &str = r#"
trap '' PIPE
cd "$2" || exit 1
"$1/initdb" -D data -U renraku -A trust --locale=C --encoding=UTF8 --no-sync >log 2>&1 &&
"$1/pg_ctl" -D data -l log -w -t 120 -o "$3" start >>log 2>&1 &&
echo ready || echo failed
read -r end
"$1/pg_ctl" -D data -m immediate -w stop >>log 2>&1
cd / && rm -rf "$2"
"#;

/// The server, for as long as this process lives.
#[derive(Debug)]
pub(crate) struct Process {
    directory: PathBuf,
    #[expect(dead_code, reason = "holds the other end of the keeper's standard input")]
    keeper: Child,
}

impl Process {
    /// Starts the server from `binaries` and waits until it answers.
    pub(super) fn start(binaries: &Path) -> Fallible<Self> {
        let directory = tempfile::Builder::new().prefix("renraku-pg-").tempdir()?.keep();
        let settings = format!(
            "-c listen_addresses='' -c unix_socket_directories='{}' -c max_connections=200 -c fsync=off \
             -c full_page_writes=off -c autovacuum=off -c shared_buffers=64MB",
            directory.display()
        );
        let mut command = Command::new("sh");
        command
            .args(["-c", KEEPER, "sh"])
            .args([binaries.as_os_str(), directory.as_os_str(), settings.as_ref()])
            .env("LC_ALL", "C")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            // Ctrl-C is for the tests; the server ends after them.
            .process_group(0);
        if fs::metadata(&directory)?.uid() == 0 {
            // PostgreSQL refuses to run as root.
            let (uid, gid) = unprivileged_user()?;
            chown(&directory, Some(uid), Some(gid))?;
            command.uid(uid).gid(gid);
        }
        let mut keeper = command.spawn()?;
        let mut answer = String::new();
        if let Some(stdout) = keeper.stdout.take() {
            BufReader::new(stdout).read_line(&mut answer)?;
        }
        if answer.trim_end() != "ready" {
            return Err(fs::read_to_string(directory.join("log"))?.into());
        }
        Ok(Self { directory, keeper })
    }

    /// The URL of one of its databases.
    pub(super) fn url(&self, database: &str) -> String {
        format!("postgres:///{database}?host={}&user=renraku", self.directory.display())
    }
}

fn unprivileged_user() -> Fallible<(u32, u32)> {
    let users = fs::read_to_string("/etc/passwd")?;
    let find = |name: &str| {
        let mut fields =
            users.lines().map(|line| line.split(':')).find(|line| line.clone().next() == Some(name))?;
        let uid = fields.nth(2)?.parse().ok()?;
        Some((uid, fields.next()?.parse().ok()?))
    };
    find("postgres")
        .or_else(|| find("nobody"))
        .ok_or_else(|| "there is neither a user postgres nor nobody".into())
}
