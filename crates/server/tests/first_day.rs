use crate::office::{Office, has_curl, shell};

const FIRST_DAY: &str = include_str!("../../../docs/FIRST-DAY.md");
const README: &str = include_str!("../../../README.md");

/// The lines of the shell in a page, and what status each request in them is said to get.
fn lines() -> (String, Vec<String>) {
    let mut script = String::new();
    let mut expected = Vec::new();
    let mut inside = false;
    for line in FIRST_DAY.lines() {
        match line {
            "```sh" => inside = true,
            "```" => inside = false,
            line if inside => {
                script.push_str(line);
                script.push('\n');
                if let Some((_, status)) = line.rsplit_once("# → ") {
                    expected.push(status.trim().to_owned());
                }
            }
            _ => {}
        }
    }
    (script, expected)
}

/// Every line of the page is run, in order, in one shell; every request must get the status that stands behind it.
#[test]
fn every_line_of_the_first_day_is_true() {
    if !has_curl() {
        return;
    }
    let (script, expected) = lines();
    assert!(expected.len() > 20);
    let folder = tempfile::tempdir().unwrap();
    let office = Office::open(&folder.path().join("demo"));
    let statuses = folder.path().join("statuses");
    // Each request notes its status, wherever its answer goes.
    let prelude = r#"
        set -e -o pipefail
        curl() { command curl -w '%{stderr}%{http_code}\n' "$@" 2>>"$STATUSES"; }
    "#;
    let environment = [("BASE", office.base()), ("STATUSES", statuses.to_str().unwrap())];
    let printed = shell(&format!("{prelude}\n{script}"), &environment);
    let got = std::fs::read_to_string(&statuses).unwrap();
    let got: Vec<&str> = got.lines().collect();
    assert_eq!(got, expected, "{printed}");
}

/// The tour of the front page works as it stands there, but for the address.
#[test]
fn the_five_minutes_of_the_front_page_are_true() {
    if !has_curl() {
        return;
    }
    let tour = README.split("```sh\n").find(|block| block.starts_with("BASE=")).unwrap();
    let tour = tour.split("```").next().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let office = Office::open(folder.path());
    let script = tour.replace("http://127.0.0.1:8080", office.base()).replace("curl -s ", "curl -sSf ");
    let printed = shell(&format!("set -e -o pipefail\n{script}"), &[]);
    for word in ["hanako", "髙橋 次郎", "会議", "\"token\""] {
        assert!(printed.contains(word), "{word} in {printed}");
    }
}
