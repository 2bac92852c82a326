use std::collections::BTreeSet;

use renraku_db::Db;
use renraku_notify::{Delivery, MailSender, OutgoingMail, SendFault};

use super::{
    bounce::{delivery_key, undelivered},
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
    fn send(&self, mail: &OutgoingMail) -> Result<Delivery, SendFault> {
        let composed = match prepare(&self.db, mail, Way::EightBit)? {
            Ok(composed) => composed,
            Err(undelivered) => return Ok(undelivered),
        };
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
        if unknown.is_empty() {
            return Ok(Delivery::Sent);
        }
        let outside = are_outside(&mail.from.email, &unknown);
        undelivered(&self.db, mail, (unknown, outside), if outside { NO_WAY } else { NOBODY })
    }
}

/// Why there is no mailbox at an address: it lies outside, where nothing is sent to, or is nobody's.
const NO_WAY: &str = "このサーバーには庁外へメールを送る設定（smtp.host）がありません";
const NOBODY: &str = "この宛先のメールボックスはここにはありません";

/// Whether all of these addresses lie outside of the author's office.
fn are_outside(author: &str, unknown: &[String]) -> bool {
    let domain = |address: &str| address.rsplit_once('@').map(|(_, domain)| domain.to_ascii_lowercase());
    unknown.iter().all(|address| domain(address) != domain(author))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outside_is_told_from_nobody() {
        let outside = |address: &str| are_outside("hanako@pref.example.jp", &[address.to_owned()]);
        assert!(outside("eigyo@example.com"));
        assert!(!outside("dare@PREF.example.jp"));
    }
}
