use crate::{
    office::{Office, has_curl, shell},
    page::{Page, assert_told},
};

const FIRST_DAY: &str = include_str!("../../../docs/FIRST-DAY.md");
const README: &str = include_str!("../../../README.md");

/// Every line of the page is run, in order, in one shell; every request must get the status that stands behind it, and what
/// stands behind the status must be in what is printed.
#[test]
fn every_line_of_the_first_day_is_true() {
    if !has_curl() {
        return;
    }
    let Page { script, expected } = Page::read(FIRST_DAY);
    let expected: Vec<(&str, &str)> =
        expected.iter().map(|text| text.split_once(' ').unwrap_or((text, ""))).collect();
    assert!(expected.len() > 20 && expected.iter().filter(|(_, told)| !told.is_empty()).count() > 10);
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
    let statuses: Vec<&str> = expected.iter().map(|(status, _)| *status).collect();
    assert_eq!(got, statuses, "{printed}");
    assert_told(&printed, expected.iter().map(|(_, told)| *told));
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
