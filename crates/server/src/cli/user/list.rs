use renraku_base::{Limit, PersonId};
use renraku_db::Db;
use renraku_people::{
    account::{self, Account, Username},
    directory::{Standing, service as directory},
};

use crate::cli::say;

/// Shows all accounts.
pub(super) fn all(db: &Db) -> anyhow::Result<()> {
    let mut after: Option<Username> = None;
    loop {
        let page = db.read(|tx| account::list_accounts(tx, after.as_ref(), Limit::default()))?;
        show(db, &page.items)?;
        match (page.items.last(), page.next_cursor) {
            (Some(last), Some(_)) => after = Some(last.username.clone()),
            _ => return Ok(()),
        }
    }
}

/// Shows these accounts, each with whose it is, one a line.
pub(super) fn show(db: &Db, accounts: &[Account]) -> anyhow::Result<()> {
    let people: Vec<PersonId> = accounts.iter().map(|account| account.person_id.clone()).collect();
    let (names, standings) = db.read(|tx| {
        Ok::<_, renraku_db::Error>((directory::names(tx, &people)?, directory::standings(tx, &people)?))
    })?;
    for Account { username, person_id, disabled_at, .. } in accounts {
        let state = if disabled_at.is_some() { "disabled" } else { "active" };
        let named = names.get(person_id);
        let name = named.map_or("-", |named| named.name.full.as_str());
        let email = named.and_then(|named| named.email.as_deref()).unwrap_or("-");
        let standing = match standings.get(person_id) {
            Some(Standing::Listed) => "listed",
            Some(Standing::Suppressed) => "suppressed",
            Some(Standing::Left) => "left",
            None => "-",
        };
        say(format_args!("{username}\t{state}\t{person_id}\t{name}\t{email}\t{standing}"))?;
    }
    Ok(())
}
