use renraku_db::Db;
use renraku_notify::{Delivery, OutgoingMail, SendFault};

use super::bounce::undelivered;
use crate::{
    MailFault,
    codec::compose::{Composed, Way, compose_for},
    service::files_of,
};

/// A mail ready to be handed over, with the files that go along; what became of it when these are gone.
pub fn prepare(db: &Db, mail: &OutgoingMail, way: Way) -> Result<Result<Composed, Delivery>, SendFault> {
    let not_sent = |reason: &str| {
        let all = mail.to.iter().chain(&mail.cc).chain(&mail.bcc);
        let all: Vec<String> = all.map(|address| address.email.clone()).collect();
        undelivered(db, mail, (all, false), reason).map(Err)
    };
    let files = match files_of(db, mail) {
        Ok(files) => files,
        Err(MailFault::NotFound) => {
            return not_sent("添付ファイルのある元のメールが、送る前に削除されました");
        }
        Err(fault) => return Err(SendFault::Temporary(fault.to_string())),
    };
    match compose_for(way, mail, &files) {
        Ok(composed) => Ok(Ok(composed)),
        Err(_no_address) => not_sent("メールアドレスとして使えない宛先があります"),
    }
}
