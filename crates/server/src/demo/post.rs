//! Puts the drawn letters into the Maildirs of the users, as a delivery agent would have done.

use std::path::Path;

use renraku_mail::{
    Keywords,
    source::{MailSource, SourceFault, maildir::Maildir},
};

use super::{
    mails::{Delivered, Folder},
    office::Office,
    people::USERS,
};

/// Delivers every letter. Done twice, it changes nothing: a letter always has the same name.
pub fn deliver(maildirs: &Path, office: &Office) -> Result<(), SourceFault> {
    for (user, mails) in USERS.iter().zip(&office.mails) {
        let maildir = Maildir::new(maildirs.join(user.username));
        maildir.create()?;
        for (nth, mail) in mails.iter().enumerate() {
            let key = format!("{}.{nth}.demo", mail.letter.sent.timestamp());
            let folder = match mail.folder {
                Folder::Inbox => "",
                Folder::Sent => ".Sent",
            };
            maildir.append(folder, &key, &mail.letter.to_bytes(), keywords(mail))?;
        }
    }
    Ok(())
}

fn keywords(mail: &Delivered) -> Keywords {
    Keywords::NONE
        .with(Keywords::SEEN, mail.seen)
        .with(Keywords::FLAGGED, mail.flagged)
        .with(Keywords::ANSWERED, mail.answered)
}
