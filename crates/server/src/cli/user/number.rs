use anyhow::bail;
use renraku_db::Db;
use renraku_people::directory::{DirectoryFault, service as directory};

use super::person::person;
use crate::cli::say;

/// Gives somebody a staff number.
pub(super) fn give(db: &Db, who: &str, number: &str) -> anyhow::Result<()> {
    let person = person(db, who)?;
    match db.write(|tx| directory::put_staff_number(tx, &person, number)) {
        Err(DirectoryFault::NotFound) => bail!("{who} is not in the directory"),
        Err(DirectoryFault::Invalid(_)) => {
            bail!(
                "{number} is the staff number of another person: `renraku import people` changes people by their number"
            )
        }
        done => done?.into_inner(),
    }
    Ok(say(format_args!("{who}\t{number}\t{person}"))?)
}
