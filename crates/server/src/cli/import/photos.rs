use std::{
    collections::HashMap,
    fs,
    path::{Path, PathBuf},
};

use anyhow::Context;
use renraku_base::PersonId;
use renraku_db::Db;
use renraku_people::{
    directory::{DirectoryFault, service as directory},
    photo::{PICTURE_BYTES, Photo},
};
use unicode_normalization::UnicodeNormalization;

use crate::{assembly, cli::say, config::Config};

pub(super) const HELP: &str = "\
Each file is named by the staff number: 0012345.jpg, in digits of either width. JPEG, PNG and WebP are read (.jpg .jpeg .png .webp), up to 5 MiB. What is kept is
made anew from them, without what the camera noted of place and time. People without a file keep the photo that they have.

Examples:
  renraku import photos faces --dry-run
  renraku import photos faces";

/// What Windows leaves in a folder of pictures.
const OF_THE_SYSTEM: [&str; 2] = ["Thumbs.db", "desktop.ini"];
const ENDINGS: [&str; 4] = ["jpg", "jpeg", "png", "webp"];

/// Gives the people in office the photos of a folder, each in a transaction of its own.
pub(super) fn import(config: &Config, folder: &Path, dry_run: bool) -> anyhow::Result<bool> {
    let files = files(folder)?;
    let db = assembly::open_existing_database(config)?;
    if !dry_run {
        db.migrate()?;
    }
    let people = db.read(directory::staff_numbers)?;
    let (mut changed, mut same, mut refused) = (0, 0, 0);
    let mut taken: HashMap<String, &Path> = HashMap::new();
    for file in &files {
        let number = number(file);
        let outcome = match taken.get(&number) {
            Some(first) => Err(format!("{} has the same number", first.display())),
            None => take(&db, people.get(&number), file, dry_run)?,
        };
        if outcome.is_ok() {
            taken.insert(number, file);
        }
        match outcome {
            Ok(true) => changed += 1,
            Ok(false) => same += 1,
            Err(why) => {
                refused += 1;
                say(format_args!("{}: not taken: {why}", file.display()))?;
            }
        }
    }
    let done = if dry_run { "can be taken" } else { "new" };
    say(format_args!("{changed} {done}, {same} as before, {refused} not taken"))?;
    Ok(refused == 0)
}

/// The files of a folder in the order of their names, without hidden ones and those that a desktop leaves behind.
fn files(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let unreadable = || format!("the folder {} cannot be read", folder.display());
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).with_context(unreadable)? {
        let entry = entry.with_context(unreadable)?;
        let name = entry.file_name();
        let is_of_system = OF_THE_SYSTEM.iter().any(|it| name.eq_ignore_ascii_case(it));
        if !name.as_encoded_bytes().starts_with(b".") && !is_of_system {
            files.push(entry.path());
        }
    }
    files.sort();
    Ok(files)
}

/// The staff number by which a file is named: a computer in Japan writes digits of either width.
fn number(file: &Path) -> String {
    let stem = file.file_stem().and_then(|it| it.to_str()).unwrap_or_default();
    stem.nfkc().collect::<String>().trim().to_owned()
}

/// Whether a file is another photo than its person had; or why it is not taken.
fn take(
    db: &Db,
    person: Option<&PersonId>,
    file: &Path,
    dry_run: bool,
) -> anyhow::Result<Result<bool, String>> {
    let ending = file.extension().and_then(|it| it.to_str()).unwrap_or_default();
    if !ENDINGS.iter().any(|it| it.eq_ignore_ascii_case(ending)) {
        return Ok(Err("its name does not end with .jpg, .jpeg, .png or .webp".to_owned()));
    }
    let Some(person) = person else {
        return Ok(Err(format!("nobody in office has the staff number {}", number(file))));
    };
    let photo = match picture(file) {
        Ok(photo) => photo,
        Err(why) => return Ok(Err(why)),
    };
    if dry_run {
        return Ok(Ok(!db.read(|tx| directory::has_photo(tx, person, &photo))?));
    }
    match db.write(|tx| directory::put_photo(tx, person, Some(&photo))) {
        Ok(changed) => Ok(Ok(changed.into_inner())),
        Err(DirectoryFault::NotFound) => Ok(Err("the person has left".to_owned())),
        Err(fault) => Err(fault.into()),
    }
}

fn picture(file: &Path) -> Result<Photo, String> {
    let about = fs::metadata(file).map_err(|error| error.to_string())?;
    if !about.is_file() {
        return Err("it is no file".to_owned());
    }
    if about.len() > PICTURE_BYTES as u64 {
        return Err("larger than 5 MiB".to_owned());
    }
    let bytes = fs::read(file).map_err(|error| error.to_string())?;
    Photo::of(&bytes).map_err(|fault| fault.to_string())
}
