//! Where each kind of code lives, how large it grows, and what it is called.

use std::fs;

use super::sources::{Source, assert_none, files, root, rust};

/// Files that may be longer than [`LONGEST`], with the reason.
const LONG: &[(&str, &str)] = &[];
const LONGEST: usize = 600;

/// Names that say nothing.
const EMPTY_NAMES: &[&str] = &["utils", "util", "common", "helpers", "helper", "shared", "misc"];

/// What pure code may not know.
const IMPURE: &[&str] =
    &["diesel", "actix", "tokio", "std::fs", "std::net", "crate::store", "crate::service"];

#[test]
fn rules_models_and_codecs_are_pure() {
    let pure: Vec<Source> = files("crates", ".rs").into_iter().filter(|file| is_pure(&file.path)).collect();
    assert!(pure.len() > 10, "pure code is not where it is looked for");
    let faults: Vec<String> =
        pure.iter().flat_map(|file| IMPURE.iter().flat_map(|word| file.mentions(word))).collect();
    assert_none("pure code reaches outside", &faults);
}

fn is_pure(path: &str) -> bool {
    let mut parts = path.split('/').skip_while(|part| *part != "src");
    parts.any(|part| ["rules", "model", "codec"].contains(&part.trim_end_matches(".rs")))
}

#[test]
fn only_the_database_crate_tells_databases_apart() {
    let outside = files("crates", ".rs").into_iter().filter(|file| !file.path.starts_with("crates/db/"));
    let faults: Vec<String> = outside
        .flat_map(|file| {
            ["AnyConn::Sqlite", "AnyConn::Postgres"]
                .iter()
                .flat_map(|word| file.mentions(word))
                .collect::<Vec<_>>()
        })
        .collect();
    assert_none("ask crates/db for a verb instead", &faults);
}

#[test]
fn no_list_is_paged_by_offset() {
    let mut faults = Vec::new();
    for file in files("crates", ".rs") {
        for (number, line) in file.code() {
            // chrono's `offset()` takes no argument, diesel's takes one.
            let by_query = line.split(".offset(").skip(1).any(|rest| !rest.starts_with(')'));
            if by_query || line.contains(" OFFSET ") {
                faults.push(format!("{}:{number}", file.path));
            }
        }
    }
    assert_none("lists go on from a key, never from an offset", &faults);
}

#[test]
fn no_file_is_too_long() {
    let mut faults = Vec::new();
    for file in rust() {
        let lines = file.text.lines().count();
        let excused = LONG.iter().any(|(path, _)| *path == file.path);
        if lines > LONGEST && !excused {
            faults.push(format!("{} has {lines} lines", file.path));
        }
        if lines <= LONGEST && excused {
            faults.push(format!("{} is short again: take it off the list", file.path));
        }
    }
    assert_none("two things live in one place", &faults);
}

#[test]
fn every_name_says_something() {
    let mut faults = Vec::new();
    for file in rust() {
        if file.path.split('/').any(|part| EMPTY_NAMES.contains(&part.trim_end_matches(".rs"))) {
            faults.push(file.path.clone());
        }
        if file.path.ends_with("/mod.rs") {
            faults.push(format!("{}: modules are name.rs beside name/", file.path));
        }
    }
    assert_none("a name that says nothing", &faults);
}

#[test]
fn every_crate_says_what_it_is() {
    let mut faults = Vec::new();
    for entry in fs::read_dir(root().join("crates")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if !path.join("README.md").is_file() {
            faults.push(format!("crates/{name} has no README.md"));
        } else if !fs::read_to_string(path.join("src/lib.rs"))
            .unwrap()
            .contains(r#"include_str!("../README.md")"#)
        {
            faults.push(format!("crates/{name}/src/lib.rs does not show its README"));
        }
    }
    assert_none("a crate without a map", &faults);
}
