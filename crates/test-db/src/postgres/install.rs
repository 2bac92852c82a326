//! Where PostgreSQL is installed.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

/// The directory of the server's binaries: from `PATH`, else Debian's newest, which is not on `PATH`.
pub(super) fn find() -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    // What stands on PATH may be a link; its neighbours are where it points to.
    let on_path = env::split_paths(&path).filter_map(|directory| {
        Some(fs::canonicalize(directory.join("postgres")).ok()?.parent()?.to_owned())
    });
    on_path.chain(debian()).find(|directory| is_complete(directory))
}

fn is_complete(directory: &Path) -> bool {
    ["postgres", "initdb", "pg_ctl"].iter().all(|name| directory.join(name).is_file())
}

fn debian() -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir("/usr/lib/postgresql") else { return Vec::new() };
    let mut versions: Vec<(u32, PathBuf)> = entries
        .filter_map(|entry| {
            let path = entry.ok()?.path();
            Some((path.file_name()?.to_str()?.parse().ok()?, path.join("bin")))
        })
        .collect();
    versions.sort_unstable();
    versions.into_iter().rev().map(|(_, path)| path).collect()
}
