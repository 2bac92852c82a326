//! Which crate may use which: every arrow points down.

use std::{env, process::Command};

use serde_json::Value;

use super::sources::{assert_none, root};

const AREA: &[&str] = &["base", "db", "people", "notify"];

/// Each crate with the crates of ours that it may use, and what of others it may never use.
const TABLE: &[(&str, &[&str], &[&str])] = &[
    ("renraku-base", &[], &["diesel", "actix-web", "tokio"]),
    ("renraku-db", &["base"], &["actix-web", "tokio"]),
    ("renraku-people", &["base", "db"], &["actix-web"]),
    ("renraku-notify", &["base", "db"], &["actix-web"]),
    ("renraku-schedule", AREA, &["actix-web"]),
    ("renraku-contacts", AREA, &["actix-web"]),
    ("renraku-mail", AREA, &["actix-web"]),
    ("renraku-reach", AREA, &["actix-web"]),
    ("renraku-web", &["base", "db", "people"], &["diesel"]),
    (
        "renraku-rest",
        &["base", "db", "people", "notify", "schedule", "contacts", "mail", "reach", "web"],
        &["diesel"],
    ),
    ("renraku-dav", &["base", "db", "people", "notify", "schedule", "contacts", "web"], &["diesel"]),
    ("renraku-ldap", &["base", "db", "people", "contacts", "web"], &["diesel", "actix-web"]),
    (
        "renraku",
        &[
            "base", "db", "people", "notify", "schedule", "contacts", "mail", "reach", "web", "rest", "dav",
            "ldap",
        ],
        &["diesel"],
    ),
    ("renraku-test-db", &["base", "db"], &["actix-web"]),
];

/// What stands outside the house and may look at all of it.
const OUTSIDE: &[&str] = &["renraku-tests", "renraku-bench"];

#[test]
fn every_arrow_points_down() {
    let mut faults = Vec::new();
    for package in packages() {
        let name = package["name"].as_str().unwrap();
        if OUTSIDE.contains(&name) {
            continue;
        }
        let Some((_, ours, never)) = TABLE.iter().find(|row| row.0 == name) else {
            faults.push(format!("{name} is not in the table: say what it may use"));
            continue;
        };
        for used in uses(&package) {
            let allowed = match used.strip_prefix("renraku-") {
                Some(short) => ours.contains(&short),
                None => used != "renraku" && !never.contains(&used),
            };
            if !allowed {
                faults.push(format!("{name} uses {used}"));
            }
        }
    }
    assert_none("an arrow points where it may not", &faults);
}

fn packages() -> Vec<Value> {
    let cargo = env::var("CARGO").unwrap_or_else(|_| "cargo".into());
    let arguments = ["metadata", "--format-version", "1", "--no-deps", "--offline"];
    let output = Command::new(cargo).args(arguments).current_dir(root()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    serde_json::from_value(metadata["packages"].take()).unwrap()
}

/// What a package needs to run; what only its tests need is not an arrow.
fn uses(package: &Value) -> impl Iterator<Item = &str> {
    let dependencies = package["dependencies"].as_array().unwrap().iter();
    dependencies.filter(|one| one["kind"].as_str() != Some("dev")).map(|one| one["name"].as_str().unwrap())
}
