use anyhow::bail;
use renraku_db::Db;
use renraku_people::directory::{DirectoryFault, service as directory};

use super::person::person;
use crate::cli::say;

/// Says whether somebody must not be found, and shows what became of them.
pub(super) fn suppress(db: &Db, who: &str, suppressed: bool) -> anyhow::Result<()> {
    let person = person(db, who)?;
    match db.write(|tx| directory::suppress_person(tx, &person, suppressed)) {
        Err(DirectoryFault::NotFound) => bail!("{who} is not in the directory"),
        done => done?.into_inner(),
    }
    Ok(say(format_args!("{who}\t{}\t{person}", if suppressed { "suppressed" } else { "listed" }))?)
}
