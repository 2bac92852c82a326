use renraku_db::Db;
use renraku_notify::{OutgoingMail, SendFault};

use super::bounce::bounce;
use crate::{
    MailFault,
    codec::compose::{Composed, Way, compose_for},
    service::files_of,
};

/// A mail ready to be handed over, with the files that go along. `None` when these are gone and its author was told.
pub fn prepare(db: &Db, mail: &OutgoingMail, way: Way) -> Result<Option<Composed>, SendFault> {
    let files = match files_of(db, mail) {
        Ok(files) => files,
        Err(MailFault::NotFound) => {
            let all = mail.to.iter().chain(&mail.cc).chain(&mail.bcc);
            let all: Vec<String> = all.map(|address| address.email.clone()).collect();
            let reason = "添付ファイルのある元のメールが、送る前に削除されました";
            return if bounce(db, mail, &all, reason)? {
                Ok(None)
            } else {
                Err(SendFault::Permanent("the mail whose files go along is gone".to_owned()))
            };
        }
        Err(fault) => return Err(SendFault::Temporary(fault.to_string())),
    };
    compose_for(way, mail, &files).map(Some).map_err(|fault| SendFault::Permanent(fault.to_string()))
}
