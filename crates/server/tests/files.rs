use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::Path,
    process::{Output, Stdio},
};

use crate::office::{Office, renraku};

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

fn said(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// Passwords, mail and the secret are nobody else's business.
#[test]
fn what_is_made_is_its_owners_alone() {
    let folder = tempfile::tempdir().unwrap();
    let office = folder.path().join("a/demo");
    let open = Office::open(&office);
    assert_eq!((mode(&office), mode(office.parent().unwrap())), (0o700, 0o700));
    for file in ["renraku.db", "renraku.db-wal", "renraku.db-shm", "renraku.db.lock", "secret", "demo.json"] {
        assert_eq!(mode(&office.join(file)), 0o600, "{file}");
    }
    drop(open);
}

/// Two servers on one SQLite would not hear of each other.
#[test]
fn a_second_server_on_the_same_data_is_refused_and_a_killed_one_stands_in_nobodys_way() {
    let folder = tempfile::tempdir().unwrap();
    let office = Office::open(folder.path());
    let handout = fs::read_to_string(folder.path().join("demo.json")).unwrap();
    let name = fs::canonicalize(folder.path()).unwrap().display().to_string();
    for command in [&["serve"][..], &["demo", "--listen", "127.0.0.1:0"]] {
        let output = renraku().args(command).arg("--data").arg(folder.path()).output().unwrap();
        let said = said(&output);
        assert!(said.contains(&format!("another server runs on the data folder {name}")), "{said}");
    }
    assert_eq!(fs::read_to_string(folder.path().join("demo.json")).unwrap(), handout);
    let list = renraku().args(["user", "list", "--data"]).arg(folder.path()).output().unwrap();
    assert!(list.status.success(), "commands run beside the server: {list:?}");
    assert_eq!(office.end("KILL"), None);
    drop(Office::open(folder.path()));
}

#[test]
fn nothing_is_made_by_looking() {
    let folder = tempfile::tempdir().unwrap();
    for command in [&["doctor"][..], &["keys", "list"], &["user", "list"]] {
        let data = folder.path().join("data");
        let output = renraku()
            .args(command)
            .env("RENRAKU_SERVER_DATA_DIR", &data)
            .current_dir(folder.path())
            .output()
            .unwrap();
        assert!(said(&output).contains("there is no database at "), "{output:?}");
        assert!(!data.exists());
    }
}

#[test]
fn a_file_that_is_no_database_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("renraku.db");
    fs::write(&file, "this is not a database, however long it is looked at".repeat(40)).unwrap();
    let output = renraku()
        .arg("doctor")
        .env("RENRAKU_SERVER_DATA_DIR", folder.path())
        .current_dir(folder.path())
        .output()
        .unwrap();
    assert!(said(&output).contains(&file.display().to_string()), "{output:?}");
}

#[test]
fn a_demo_office_overwrites_nothing_of_others() {
    let folder = tempfile::tempdir().unwrap();
    let demo = |data: &Path, more: &[&str]| {
        renraku().arg("demo").arg("--data").arg(data).args(more).output().unwrap()
    };
    for (name, text) in [("demo.json", "{\"mine\": true}"), ("renraku.toml", "[server]\n")] {
        let file = folder.path().join(name);
        fs::write(&file, text).unwrap();
        let said = said(&demo(folder.path(), &["--listen", "127.0.0.1:0"]));
        assert!(said.contains(name) && said.contains("--data"), "{said}");
        assert_eq!(fs::read_to_string(&file).unwrap(), text);
        assert!(!folder.path().join("renraku.db").exists());
        fs::remove_file(file).unwrap();
    }
    let file = folder.path().join("afile");
    fs::write(&file, "").unwrap();
    assert!(said(&demo(&file, &[])).contains("afile is a file: --data names a folder"));
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let listen = taken.local_addr().unwrap().to_string();
    let told = said(&demo(&folder.path().join("new"), &["--listen", &listen]));
    assert!(told.contains("choose another --listen"), "{told}");
    let config = folder.path().join("my.toml");
    let told = said(&renraku().arg("demo").arg("--config").arg(&config).output().unwrap());
    assert!(told.contains("leave out --config"), "{told}");
    let refused = renraku().args(["demo", "--listen", "here"]).output().unwrap();
    assert!(String::from_utf8_lossy(&refused.stderr).contains("127.0.0.1:8080"), "{refused:?}");
}

/// `renraku openapi | head -1`
#[test]
fn a_reader_who_goes_is_no_fault() {
    let mut process = renraku().arg("openapi").stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(process.stdout.take());
    let output = process.wait_with_output().unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
}
