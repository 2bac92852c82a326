//! The repository as text.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// A file of the repository.
pub struct Source {
    /// Its path from the root, with forward slashes.
    pub path: String,
    /// What it holds.
    pub text: String,
}

impl Source {
    /// Its lines with their numbers, comments left out.
    pub fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let lines = self.text.lines().enumerate().map(|(at, line)| (at + 1, line));
        lines.filter(|(_, line)| !line.trim_start().starts_with("//"))
    }

    /// Where `word` stands in the code, as `path:line`.
    pub fn mentions(&self, word: &str) -> Vec<String> {
        let hits = self.code().filter(|(_, line)| line.contains(word));
        hits.map(|(number, _)| format!("{}:{number} says `{word}`", self.path)).collect()
    }
}

/// The root of the repository.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().unwrap()
}

/// Each file under `folder` (from the root) whose name ends in `ending`, in order.
pub fn files(folder: &str, ending: &str) -> Vec<Source> {
    let root = root();
    let mut paths = Vec::new();
    collect(&root.join(folder), ending, &mut paths);
    paths.sort();
    paths
        .into_iter()
        .map(|path| Source {
            path: path.strip_prefix(&root).unwrap().to_string_lossy().replace('\\', "/"),
            text: fs::read_to_string(&path).unwrap(),
        })
        .collect()
}

/// Each Rust file that we wrote.
pub fn rust() -> Vec<Source> {
    let found: Vec<Source> =
        ["crates", "tests", "bench"].iter().flat_map(|folder| files(folder, ".rs")).collect();
    assert!(found.len() > 50, "the sources are not where they are looked for");
    found
}

fn collect(folder: &Path, ending: &str, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            if path.file_name().is_some_and(|name| name != "target") {
                collect(&path, ending, into);
            }
        } else if path.to_string_lossy().ends_with(ending) {
            into.push(path);
        }
    }
}

/// Fails with every fault that was found, one a line.
#[track_caller]
pub fn assert_none(rule: &str, faults: &[String]) {
    assert!(faults.is_empty(), "{rule}:\n  {}", faults.join("\n  "));
}
