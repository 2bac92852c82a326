use std::fs;

use serde_json::Value;

use crate::office::{Office, has_curl, renraku, shell};

#[test]
fn the_handout_says_what_may_be_relied_on() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("notes.txt"), "mine").unwrap();
    let office = Office::open(folder.path());
    let members: Vec<&String> = office.handout.as_object().unwrap().keys().collect();
    assert_eq!(members, ["baseUrl", "dav", "facilities", "ldap", "users"]);
    assert_eq!(office.handout["dav"]["carddavUrl"], office.handout["dav"]["caldavUrl"]);
    let ldap = &office.handout["ldap"];
    assert!(
        ldap["url"].as_str().unwrap().starts_with("ldap://127.0.0.1:") && ldap["url"] != "ldap://127.0.0.1:0"
    );
    assert_eq!(ldap["bindDn"], "uid=hanako,ou=people,dc=pref,dc=example,dc=jp");
    assert_eq!(ldap["password"], office.handout["users"][0]["appPassword"]);
    let caldav = office.handout["dav"]["caldavUrl"].as_str().unwrap();
    assert!(caldav.ends_with("/dav/"), "{caldav}");
    let users = office.handout["users"].as_array().unwrap();
    assert!(users.len() >= 5);
    for user in users {
        for member in ["username", "password", "personId", "appPassword", "calendarId"] {
            assert!(user[member].as_str().is_some_and(|text| !text.is_empty()), "{member} of {user}");
        }
    }
    assert_eq!(
        (&users[0]["username"], &users[1]["username"]),
        (&Value::from("hanako"), &Value::from("taro"))
    );
    assert_eq!(office.handout["facilities"][0]["name"], "第1会議室");
    assert_eq!(fs::read_to_string(folder.path().join("notes.txt")).unwrap(), "mine");
}

/// The five lines that a stranger pastes work, each of them.
#[test]
fn the_lines_to_paste_work() {
    if !has_curl() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let office = Office::open(folder.path());
    let lines: Vec<&str> = office
        .welcome
        .lines()
        .filter(|line| line.starts_with("TOKEN=") || line.starts_with("curl "))
        .collect();
    assert_eq!(lines.len(), 5, "{}", office.welcome);
    let script = lines.join("\n").replace("curl -s ", "curl -sSf ");
    let printed = shell(&format!("set -e -o pipefail\n{script}"), &[]);
    for word in ["髙橋 次郎", "第1会議室", "utcStart", "receivedAt"] {
        assert!(printed.contains(word), "{word} in {printed}");
    }
}

#[test]
fn a_second_start_keeps_everything_and_sigterm_ends_it_cleanly() {
    if !has_curl() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let first = Office::open(folder.path());
    let sign_in = |office: &Office| {
        shell(
            r#"curl -sSf "$BASE/api/v1/auth/login" -H 'Content-Type: application/json' \
               -d '{"username":"taro","password":"taro-renraku","device":{"name":"x","platform":"y"}}'"#,
            &[("BASE", office.base())],
        )
    };
    let photos = |office: &Office| -> Vec<Value> {
        let signed_in: Value = serde_json::from_str(&sign_in(office)).unwrap();
        let of = |user: &Value| {
            let path = format!("directory/people/{}", user["personId"].as_str().unwrap());
            let shown = shell(
                r#"curl -sSf "$BASE/api/v1/$WHAT" -H "Authorization: Bearer $TOKEN""#,
                &[
                    ("BASE", office.base()),
                    ("WHAT", &path),
                    ("TOKEN", signed_in["accessToken"].as_str().unwrap()),
                ],
            );
            serde_json::from_str::<Value>(&shown).unwrap()["photoId"].clone()
        };
        office.handout["users"].as_array().unwrap().iter().map(of).collect()
    };
    let shown = photos(&first);
    assert!(shown.iter().all(Value::is_string), "each of them has a photo: {shown:?}");
    let handout = first.handout.clone();
    assert_eq!(first.end("TERM"), Some(0));
    let second = Office::open(folder.path());
    assert_eq!(second.handout["users"], handout["users"]);
    assert_eq!(second.handout["facilities"], handout["facilities"]);
    assert_eq!(photos(&second), shown);
    assert_eq!(second.end("INT"), Some(0));
    let doctor = renraku().arg("doctor").arg("--data").arg(folder.path()).output().unwrap();
    assert!(doctor.status.success(), "{}", String::from_utf8_lossy(&doctor.stdout));
    let devices = renraku().args(["user", "devices", "taro", "--data"]).arg(folder.path()).output().unwrap();
    assert_eq!(String::from_utf8(devices.stdout).unwrap().lines().count(), 2, "both sign-ins are there");
}
