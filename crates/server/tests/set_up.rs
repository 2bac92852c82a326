use std::{net::TcpListener, path::Path};

use crate::{
    office::{has_curl, shell},
    page::{Page, assert_told},
};

const OPERATIONS: &str = include_str!("../../../docs/OPERATIONS.md");

/// The section that sets an office up is run, in order, in one shell in an empty folder; what stands behind a line must be in
/// what is printed.
#[test]
fn an_office_is_set_up_as_the_page_says() {
    if !has_curl() {
        return;
    }
    let section = OPERATIONS.split("\n## ").find(|section| section.starts_with("Set up an office")).unwrap();
    let Page { script, expected } = Page::read(section);
    assert!(expected.len() > 8);
    let folder = tempfile::tempdir().unwrap();
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let programs = Path::new(env!("CARGO_BIN_EXE_renraku")).parent().unwrap().to_str().unwrap();
    let prelude = r#"
        set -e -o pipefail
        unset RENRAKU_CONFIG
        export PATH="$PROGRAMS:$PATH"
        cd "$OFFICE"
        trap 'kill $(jobs -p) 2>/dev/null || true' EXIT
    "#;
    let base = format!("http://{free}");
    let environment = [
        ("BASE", base.as_str()),
        ("RENRAKU_SERVER_LISTEN", &free),
        ("OFFICE", folder.path().to_str().unwrap()),
        ("PROGRAMS", programs),
    ];
    let printed = shell(&format!("{prelude}\n{script}"), &environment);
    assert_told(&printed, expected.iter().map(String::as_str));
}
