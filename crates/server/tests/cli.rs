use std::{fs, io::Write, net::TcpListener, process::Stdio};

use crate::office::renraku;

#[test]
fn a_wrong_setting_is_refused_with_its_line() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("renraku.toml");
    fs::write(&file, "[server]\nlisten = \"127.0.0.1:0\"\nlogg = 1\n").unwrap();
    let output = renraku().arg("serve").arg("--config").arg(&file).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("renraku.toml:3: there is no setting logg in [server]"), "{said}");
}

#[test]
fn an_account_is_made_listed_and_closed() {
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str], input: &str| {
        let mut process = renraku()
            .args(arguments)
            .env("RENRAKU_SERVER_DATA_DIR", folder.path())
            .current_dir(folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        process.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        let output = process.wait_with_output().unwrap();
        let said = |bytes| String::from_utf8(bytes).unwrap();
        (output.status.success(), said(output.stdout), said(output.stderr))
    };
    let add = ["user", "add", "hanako", "--email", "hanako@pref.example.jp"];
    let (made, _, said) = run(&add, "himitsu-2026\n");
    assert!(!made && said.contains("--name"), "{said}");
    let named = [&add[..], &["--name", "佐藤 花子", "--kana", "サトウ ハナコ"]].concat();
    let (made, _, said) = run(&named, "short\n");
    assert!(!made && said.contains("8 characters"), "{said}");
    let (made, _, said) = run(&named, "himitsu-2026\n");
    assert!(made, "{said}");
    assert!(run(&["user", "list"], "").1.starts_with("hanako\tactive\t"));
    assert!(run(&["user", "disable", "hanako"], "").1.starts_with("hanako\tdisabled\t"));
    assert!(run(&["keys", "rotate"], "").0);
    assert!(run(&["migrate", "--restored"], "").1.contains("A new epoch"));
    assert!(run(&["doctor"], "").0);
}

#[test]
fn a_disk_with_little_room_is_a_warning_of_the_doctor() {
    let folder = tempfile::tempdir().unwrap();
    let run = |command: &str, percent: &str| {
        let output = renraku()
            .arg(command)
            .env("RENRAKU_SERVER_DATA_DIR", folder.path())
            .env("RENRAKU_LIMITS_FREE_PERCENT", percent)
            .current_dir(folder.path())
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    run("migrate", "100");
    let (scarce, plenty) = (run("doctor", "100"), run("doctor", "0"));
    let warning = format!("% of the disk of {} are free", folder.path().display());
    assert!(scarce.contains(&warning) && scarce.contains("Nothing is wrong."), "{scarce}");
    assert!(!plenty.contains("warning"), "{plenty}");
}

#[test]
fn what_the_settings_name_and_cannot_be_used_is_told_by_the_doctor() {
    let folder = tempfile::tempdir().unwrap();
    let maildirs = folder.path().join("maildirs");
    let run = |arguments: &[&str], settings: &[(&str, &str)]| {
        let output = renraku()
            .args(arguments)
            .env("RENRAKU_SERVER_DATA_DIR", folder.path())
            .env("RENRAKU_MAIL_MAILDIRS", &maildirs)
            .envs(settings.iter().copied())
            .current_dir(folder.path())
            .output()
            .unwrap();
        (output.status.success(), String::from_utf8(output.stdout).unwrap())
    };
    assert!(run(&["migrate"], &[]).0);
    assert!(run(&["doctor"], &[]).0);
    // A port on which nobody listens, and one on which somebody does, as the server itself would.
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port().to_string();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = taken.local_addr().unwrap().to_string();
    fs::write(&maildirs, "a file").unwrap();
    let (healthy, said) = run(
        &["doctor"],
        &[
            ("RENRAKU_SERVER_LISTEN", &taken),
            ("RENRAKU_LDAP_LISTEN", "192.0.2.1:389"),
            ("RENRAKU_LDAP_KEY", "/nowhere/key.pem"),
            ("RENRAKU_SMTP_HOST", "127.0.0.1"),
            ("RENRAKU_SMTP_PORT", &free),
        ],
    );
    assert!(!healthy && said.contains("Something is wrong."), "{said}");
    for setting in
        ["ldap.listen: ", "ldap.key: /nowhere/key.pem ", "smtp.host: 127.0.0.1 ", "mail.maildirs: "]
    {
        assert!(said.contains(&format!("settings  {setting}")), "{setting} in {said}");
    }
    assert!(!said.contains("server.listen"), "{said}");
}
