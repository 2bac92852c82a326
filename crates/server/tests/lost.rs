//! What is lost and brought back: the secret, the database.

use std::{
    fs,
    io::{BufRead, BufReader, Write},
    os::unix::fs::PermissionsExt,
    path::Path,
    process::Stdio,
};

use crate::office::{Office, renraku};

/// Runs a command on the data in `folder`; answers with whether all was well and with what was printed.
fn run(folder: &Path, arguments: &[&str]) -> (bool, String) {
    let mut process = renraku()
        .args(arguments)
        .env("RENRAKU_SERVER_DATA_DIR", folder)
        .env("RENRAKU_SERVER_LISTEN", "127.0.0.1:0")
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A command that asks for no password does not read it.
    let _unread = process.stdin.take().unwrap().write_all(b"himitsu-2026\n");
    let mut complaints = String::new();
    for line in BufReader::new(process.stderr.take().unwrap()).lines().map_while(Result::ok) {
        // A server that should have refused to start would never end.
        if line.contains("server.listen=") {
            process.kill().unwrap();
        }
        complaints.push_str(&line);
        complaints.push('\n');
    }
    let output = process.wait_with_output().unwrap();
    (output.status.success(), String::from_utf8(output.stdout).unwrap() + &complaints)
}

fn hire(folder: &Path) {
    let who = ["--email", "hanako@pref.example.jp", "--name", "佐藤 花子", "--kana", "サトウ ハナコ"];
    assert!(run(folder, &[&["user", "add", "hanako"], &who[..]].concat()).0);
}

#[test]
fn a_secret_that_is_gone_is_told_and_never_made_anew_by_itself() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let (secret, aside) = (folder.join("secret"), folder.join("aside"));
    hire(folder);
    for with_key in [false, true] {
        if with_key {
            assert!(run(folder, &["keys", "rotate"]).0);
        }
        fs::rename(&secret, &aside).unwrap();
        for command in [&["doctor"][..], &["serve"], &["user", "password", "hanako"]] {
            let (well, said) = run(folder, command);
            assert!(
                !well && said.contains("is gone, and the database was used with it"),
                "{command:?}: {said}"
            );
            assert!(!secret.exists(), "{command:?}");
        }
        assert!(run(folder, &["keys", "list"]).0, "what needs no secret goes on");
        fs::rename(&aside, &secret).unwrap();
    }
    fs::set_permissions(&secret, fs::Permissions::from_mode(0o644)).unwrap();
    let (well, said) = run(folder, &["doctor"]);
    assert!(!well && said.contains("chmod 600"), "{said}");
    fs::set_permissions(&secret, fs::Permissions::from_mode(0o600)).unwrap();
    let right = fs::read(&secret).unwrap();
    fs::write(&secret, format!("{}\n", "5".repeat(64))).unwrap();
    let (well, said) = run(folder, &["doctor"]);
    assert!(!well && said.contains("is not the one with which the database was used"), "{said}");
    fs::write(&secret, right).unwrap();
    assert!(run(folder, &["doctor"]).0);
}

#[test]
fn a_lost_secret_is_replaced_when_its_price_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    hire(folder);
    assert!(run(folder, &["keys", "rotate"]).0);
    let (well, said) = run(folder, &["keys", "replace-secret", "--void-passwords"]);
    assert!(!well && said.contains("there is nothing to replace"), "{said}");
    fs::remove_file(folder.join("secret")).unwrap();
    let (well, said) = run(folder, &["keys", "replace-secret"]);
    assert!(!well && said.contains("--void-passwords") && !folder.join("secret").exists(), "{said}");
    let (well, said) = run(folder, &["keys", "replace-secret", "--void-passwords"]);
    assert!(well && said.contains("1 accounts have no password"), "{said}");
    assert_eq!(run(folder, &["keys", "list"]).1, "", "nothing of the former secret is left");
    assert!(run(folder, &["user", "password", "hanako"]).0);
    assert!(run(folder, &["doctor"]).0);
}

#[test]
fn keys_are_listed_one_a_line() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    assert!(run(folder, &["migrate"]).0);
    let made = [(); 2].map(|()| run(folder, &["keys", "rotate"]).1.trim().to_owned());
    let (_, said) = run(folder, &["keys", "list"]);
    let listed: Vec<Vec<&str>> = said.lines().map(|line| line.split('\t').collect()).collect();
    // The first was made with the secret.
    assert_eq!(
        (listed.len(), [listed[1][0], listed[2][0]]),
        (3, made.each_ref().map(String::as_str)),
        "{said}"
    );
    assert!(listed[0][2].starts_with("signs, and counts until 20") && listed[2][2] == "signs soon", "{said}");
}

/// What the killed server had not yet written into its database would be written into the restored one.
#[test]
fn a_restore_is_refused_where_it_would_be_undone() {
    let folder = tempfile::tempdir().unwrap();
    let office = Office::open(folder.path());
    let restored = || {
        let output = renraku().args(["migrate", "--restored", "--data"]).arg(folder.path()).output().unwrap();
        let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        (output.status.success(), said)
    };
    let (well, said) = restored();
    assert!(!well && said.contains("another server runs on the data folder"), "{said}");
    assert_eq!(office.end("KILL"), None);
    let (well, said) = restored();
    assert!(!well && said.contains("renraku.db-wal lies beside the restored database"), "{said}");
    for left in ["renraku.db-wal", "renraku.db-shm"] {
        fs::remove_file(folder.path().join(left)).unwrap();
    }
    let (well, said) = restored();
    assert!(well && said.contains("A new epoch has begun."), "{said}");
}

#[test]
fn the_first_line_of_the_log_names_the_settings_and_the_data() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    fs::write(folder.join("renraku.toml"), "[mail]\nmaildirs = \"nowhere\"\n").unwrap();
    let (well, said) = run(folder, &["serve"]);
    let first = said.lines().next().unwrap_or_default();
    assert!(!well && first.contains("INFO starting"), "{said}");
    for told in [
        format!("config.file=\"{}\"", folder.join("renraku.toml").display()),
        "database.is_new=true".to_owned(),
    ] {
        assert!(first.contains(&told), "{told} in {first}");
    }
}
