use renraku_base::{MailboxId, MessageId, Timestamp};
use renraku_db::{Error, ObjectType, Tx, changes};

use super::{carry::Counts, send_message::mailbox_for};
use crate::{
    EmailAddress, Keywords, MailAccount, MailboxRole,
    codec::head::Head,
    rules::compare::State,
    store::index::{self, NewMail},
};

/// A head that is put into the index without a mail behind it.
#[derive(Debug, Clone)]
pub struct BulkHead {
    /// The subject.
    pub subject: String,
    /// The author.
    pub from: EmailAddress,
    /// The recipient.
    pub to: EmailAddress,
    /// The beginning of the text.
    pub preview: String,
    /// When it arrived.
    pub received_at: Timestamp,
    /// Its keywords.
    pub keywords: Keywords,
    /// Its size in bytes.
    pub size: i64,
    /// Whether it carries files.
    pub has_attachment: bool,
}

/// Fills an account's mailbox of a role with heads, for measuring and for tests: lists, search, counts and sync see them
/// as they see any mail, and bodies are not there. Call it with a few thousand at a time.
///
/// # Errors
/// [`Error`] when a statement fails.
pub fn put_heads(
    tx: &mut Tx<'_>,
    account: &MailAccount,
    role: MailboxRole,
    heads: &[BulkHead],
) -> Result<MailboxId, Error> {
    let mailbox = mailbox_for(tx, account, role)?.mailbox.id;
    let mails: Vec<NewMail> = heads.iter().map(|head| new_mail(tx.new_id(), &mailbox, head)).collect();
    index::put_all(tx, &account.id, &mails)?;
    let mut counts = Counts::default();
    for mail in &mails {
        counts.change(None, Some(&mail.state));
    }
    counts.put(tx, account)?;
    let _recorded = changes::record(tx, account.collection, ObjectType::Mailbox, &mailbox);
    Ok(mailbox)
}

fn new_mail(id: MessageId, mailbox: &MailboxId, head: &BulkHead) -> NewMail {
    NewMail {
        key: format!("{}.{id}.bulk", head.received_at.seconds()),
        state: State::settled(mailbox, head.keywords),
        head: Head {
            subject: head.subject.clone(),
            from: vec![head.from.clone()],
            to: vec![head.to.clone()],
            preview: head.preview.clone(),
            has_attachment: head.has_attachment,
            size: head.size,
            ..Head::default()
        },
        received_at: head.received_at,
        id,
    }
}
