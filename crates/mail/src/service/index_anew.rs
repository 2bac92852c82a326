use renraku_db::{Db, Error, meta};

use crate::{
    rules::folding,
    store::{accounts, texts},
};

/// The fact that tells by which rules the texts of mails are folded, and while they are being made anew the last account that was done.
const RULES: &str = "mail-texts";
/// A transaction takes at most so many texts: it stays well below a second.
const TEXTS: i64 = 500;

/// Makes the texts by which mails are found anew where they were made by the rules of another version; whoever searches meanwhile finds what
/// was done. Whoever begins next goes on where another was interrupted. No mail gets another version. Answers with how many changed.
///
/// # Errors
/// [`Error`] when a statement fails.
pub fn index_anew(db: &Db) -> Result<usize, Error> {
    let done = db.read(|tx| meta::get(tx, RULES))?.unwrap_or_default();
    if done == folding::RULES {
        return Ok(0);
    }
    let (rules, last) = done.split_once(' ').unwrap_or_default();
    let last = if rules == folding::RULES { last } else { "" };
    let mut changed = 0;
    for account in db.read(accounts::list)?.iter().filter(|account| account.id.as_str() > last) {
        changed += account_anew(db, &account.id)?;
        db.write(|tx| meta::put(tx, RULES, &format!("{} {}", folding::RULES, account.id)))?;
    }
    db.write(|tx| meta::put(tx, RULES, folding::RULES))?;
    Ok(changed)
}

fn account_anew(db: &Db, account: &str) -> Result<usize, Error> {
    let (mut changed, mut after) = (0, 0);
    loop {
        let stored = db.read(|tx| texts::list_with_heads(tx, account, after, TEXTS))?;
        let Some(last) = stored.last() else { return Ok(changed) };
        after = last.seq;
        let anew = stored.iter().map(|text| (text.seq, folding::folded(&text.head), &text.folded));
        let anew: Vec<(i64, String)> =
            anew.filter(|(_, new, old)| new != *old).map(|(seq, new, _)| (seq, new)).collect();
        if !anew.is_empty() {
            changed += db.write_many(|tx| texts::put_anew(tx, account, &anew))?;
        }
    }
}
