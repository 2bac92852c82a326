use std::collections::BTreeSet;

use renraku_db::Db;
use renraku_notify::{MailSender, OutgoingMail, SendFault};

use super::{
    bounce::{bounce, delivery_key},
    prepare::prepare,
};
use crate::{codec::compose::Way, source, store::accounts};

/// Delivers into the mail sources of the office's own accounts. For an office without a mail server, as the demo is.
#[derive(Debug, Clone)]
pub struct MaildirSender {
    db: Db,
}

impl MaildirSender {
    /// Delivers to the accounts of this database.
    #[must_use]
    pub fn new(db: Db) -> Self {
        Self { db }
    }
}

impl MailSender for MaildirSender {
    fn send(&self, mail: &OutgoingMail) -> Result<(), SendFault> {
        let Some(composed) = prepare(&self.db, mail, Way::EightBit)? else { return Ok(()) };
        let addresses: BTreeSet<String> =
            composed.envelope.to().iter().map(|to| to.to_string().to_ascii_lowercase()).collect();
        let addresses: Vec<String> = addresses.into_iter().collect();
        let accounts = self
            .db
            .read(|tx| accounts::find_by_addresses(tx, &addresses))
            .map_err(|error| SendFault::Temporary(error.to_string()))?;
        let key = delivery_key(mail);
        for account in &accounts {
            source::open(&account.source)
                .and_then(|source| source.deliver(&key, &composed.bytes))
                .map_err(|fault| SendFault::Temporary(fault.to_string()))?;
        }
        let unknown: Vec<String> = addresses
            .into_iter()
            .filter(|address| !accounts.iter().any(|account| account.address == *address))
            .collect();
        let reason = why(&mail.from.email, &unknown);
        if unknown.is_empty() || bounce(&self.db, mail, &unknown, reason)? {
            return Ok(());
        }
        Err(SendFault::Permanent(format!("{} of the addresses have no mailbox here", unknown.len())))
    }
}

/// Why there is no mailbox at these addresses: they lie outside, where nothing is sent to, or are nobody's.
fn why(author: &str, unknown: &[String]) -> &'static str {
    let domain = |address: &str| address.rsplit_once('@').map(|(_, domain)| domain.to_ascii_lowercase());
    if unknown.iter().all(|address| domain(address) != domain(author)) {
        "このサーバーには庁外へメールを送る設定（smtp.host）がありません"
    } else {
        "この宛先のメールボックスはここにはありません"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outside_is_told_from_nobody() {
        let why = |address: &str| why("hanako@pref.example.jp", &[address.to_owned()]);
        assert!(why("eigyo@example.com").contains("smtp.host"));
        assert!(why("dare@PREF.example.jp").contains("メールボックス"));
    }
}
