use anyhow::{anyhow, bail};
use renraku_base::PersonId;
use renraku_db::Db;
use renraku_people::directory::{DirectoryFault, service as directory};

use super::{find, username};
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

/// Whoever signs in by this name, has this mail address, or bears this id.
fn person(db: &Db, who: &str) -> anyhow::Result<PersonId> {
    if who.contains('@') {
        let found = db.read(|tx| directory::find_by_email(tx, &[who]))?;
        return found
            .into_values()
            .next()
            .ok_or_else(|| anyhow!("nobody in the directory has the address {who}"));
    }
    if let Ok(id) = who.parse() {
        return Ok(id);
    }
    let username = username(who).map_err(|fault| anyhow!("{who}: {fault}"))?;
    Ok(find(db, &username)?.person_id)
}
