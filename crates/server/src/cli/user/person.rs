use anyhow::anyhow;
use renraku_base::PersonId;
use renraku_db::Db;
use renraku_people::directory::service as directory;

use super::{find, username};

/// Whoever signs in by this name, has this mail address, or bears this id.
pub(super) fn person(db: &Db, who: &str) -> anyhow::Result<PersonId> {
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
