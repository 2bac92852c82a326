use renraku_base::{ETag, FieldFault, Language, MessageId, Principal};
use renraku_db::{Changed, Error, ObjectType, Tx, changes, jobs};
use renraku_notify::{MailAddress, OutgoingMail};
use renraku_people::directory::service::note_mail;

use super::{Original, apply_change, carry::Counts, get_message::expect_for_change};
use crate::{
    EmailAddress, ForwardForm, Keywords, MailAccount, MailFault, Mailbox, MailboxRole, MessageDetail,
    NewForward, NewMessage, NewReply,
    codec::{compose, head, quote},
    jobs::{FILE, File, file_key},
    rules::{compare::State, outgoing},
    source::maildir::role_path,
    store::{
        accounts,
        index::{self, NewMail},
        mailboxes::{self, Stored},
        messages,
    },
};

/// Sends a mail in the caller's name: its copy is in `sent` at once, the mail itself goes by a job.
///
/// # Errors
/// [`MailFault::Invalid`] with every field at fault, [`MailFault::NoMailAccount`], [`MailFault::IdTaken`].
pub fn send_message(
    tx: &mut Tx<'_>,
    who: &Principal,
    new: &NewMessage,
) -> Result<Changed<MessageDetail>, MailFault> {
    let account = accounts::find_by_person(tx, &who.person)?.ok_or(MailFault::NoMailAccount)?;
    send(tx, &account, new, &Thread::default(), None)
}

/// Answers a mail of the caller's, which is marked as answered.
///
/// # Errors
/// As [`send_message`]; [`MailFault::NotFound`] when the mail is not theirs, [`MailFault::NotAnswerable`].
pub fn reply_to_message(
    tx: &mut Tx<'_>,
    who: &Principal,
    original: &Original,
    reply: &NewReply,
    language: Language,
) -> Result<Changed<MessageDetail>, MailFault> {
    let (account, stored) = expect_for_change(tx, who, &original.id)?;
    expect_text(&reply.text)?;
    let (to, cc) = outgoing::answered(&original.head, &account.address, reply.all);
    if to.is_empty() && cc.is_empty() {
        return Err(MailFault::NotAnswerable);
    }
    let new = NewMessage {
        id: reply.id.clone(),
        to,
        cc,
        bcc: Vec::new(),
        subject: quote::reply_subject(&original.head.subject).chars().take(500).collect(),
        text: quote::reply_text(&reply.text, &original.head, &original.body.text, language),
    };
    let sent = send(tx, &account, &new, &Thread::answering(original), None)?;
    mark(tx, &account, &stored, Keywords::ANSWERED)?;
    Ok(sent)
}

/// Sends a mail of the caller's on to others; it is marked as forwarded. Its files go along, read by the job that sends.
///
/// # Errors
/// As [`send_message`], also when the files are too large; [`MailFault::NotFound`] when the mail is not theirs.
pub fn forward_message(
    tx: &mut Tx<'_>,
    who: &Principal,
    original: &Original,
    forward: &NewForward,
    language: Language,
) -> Result<Changed<MessageDetail>, MailFault> {
    let (account, stored) = expect_for_change(tx, who, &original.id)?;
    expect_text(&forward.text)?;
    let Original { head, body, .. } = original;
    if let Some(fault) = outgoing::forward_fault(forward, head, body) {
        return Err(MailFault::Invalid(vec![fault]));
    }
    let whole = forward.form == ForwardForm::Attachment;
    let along = whole || (!forward.without_attachments && !body.attachments.is_empty());
    let text = if whole {
        forward.text.clone()
    } else {
        quote::forward_text(&forward.text, head, &body.text, (&body.attachments, along), language)
    };
    let new = NewMessage {
        id: forward.id.clone(),
        to: forward.to.clone(),
        cc: Vec::new(),
        bcc: Vec::new(),
        subject: quote::forward_subject(&head.subject).chars().take(500).collect(),
        text,
    };
    let files = along.then_some(Along { original, whole });
    let sent = send(tx, &account, &new, &Thread::answering(original), files.as_ref())?;
    mark(tx, &account, &stored, Keywords::FORWARDED)?;
    Ok(sent)
}

/// The text that the caller wrote, before a quotation is put below it.
fn expect_text(text: &str) -> Result<(), MailFault> {
    let mut faults: Vec<FieldFault> = Vec::new();
    outgoing::text_faults(text, &mut faults);
    if faults.is_empty() { Ok(()) } else { Err(MailFault::Invalid(faults)) }
}

/// Marks the original in the transaction of the answer; it may be the answer's own copy of an earlier change.
fn mark(
    tx: &mut Tx<'_>,
    account: &MailAccount,
    stored: &messages::Stored,
    keyword: Keywords,
) -> Result<(), Error> {
    let mut after = stored.state.clone();
    after.keywords = after.keywords.with(keyword, true);
    let _recorded = apply_change(tx, account, stored, &after)?;
    Ok(())
}

/// What goes along with a mail: the files of another one, or that one itself.
struct Along<'o> {
    original: &'o Original,
    whole: bool,
}

/// Where a mail stands in its conversation.
#[derive(Default)]
struct Thread {
    in_reply_to: Option<String>,
    references: Vec<String>,
}

impl Thread {
    /// RFC 5322 §3.6.4: the references of the original, or what it answered, and then itself.
    fn answering(original: &Original) -> Self {
        let head = &original.head;
        let before = if head.references.is_empty() { &head.in_reply_to } else { &head.references };
        let references = before.iter().chain(&head.message_id).cloned().collect();
        Self { in_reply_to: head.message_id.clone(), references }
    }
}

fn send(
    tx: &mut Tx<'_>,
    account: &MailAccount,
    new: &NewMessage,
    thread: &Thread,
    along: Option<&Along<'_>>,
) -> Result<Changed<MessageDetail>, MailFault> {
    let faults = outgoing::faults(new);
    if !faults.is_empty() {
        return Err(MailFault::Invalid(faults));
    }
    let id: MessageId = match &new.id {
        Some(id) if messages::get(tx, id)?.is_some() => return Err(MailFault::IdTaken),
        Some(id) => id.clone(),
        None => tx.new_id(),
    };
    let mut mail = outgoing_mail(tx, account, new, thread, &id);
    let composed = compose::compose(&mail, &[]).map_err(Error::damaged)?;
    let mut head = head::read(&composed.bytes);
    if let Some(Along { original, whole }) = along {
        mail.files_of = Some(original.id.clone());
        mail.whole = *whole;
        head.has_attachment = true;
        head.size += if *whole {
            original.head.size
        } else {
            // Base64 makes four bytes of three.
            original.body.attachments.iter().map(|file| file.size / 3 * 4).sum::<i64>()
        };
    }
    let sent = mailbox_for(tx, account, MailboxRole::Sent)?;
    let copy = NewMail {
        key: format!("{}.{id}.renraku", tx.now().seconds()),
        id: id.clone(),
        state: State {
            mailbox: Some(sent.mailbox.id),
            keywords: Keywords::SEEN,
            source_mailbox: None,
            source_keywords: Keywords::NONE,
            carried: None,
        },
        head,
        received_at: tx.now(),
    };
    let mut counts = Counts::default();
    counts.change(None, Some(&copy.state));
    let file = File { message: id.clone(), folder: sent.folder, key: copy.key.clone(), mail };
    index::put_all(tx, &account.id, &[copy])?;
    counts.put(tx, account)?;
    let now = tx.now();
    renraku_notify::service::queue_mail(tx, &file.mail, now)?;
    let addressed = new.to.iter().chain(&new.cc).chain(&new.bcc).map(|address| address.email.as_str());
    note_mail(tx, &account.person, addressed)?;
    jobs::enqueue(tx, FILE, &file, now, Some(&file_key(&id)))?;
    let stored = messages::get(tx, &id)?.ok_or(MailFault::NotFound)?;
    Ok(changes::record(tx, account.collection, ObjectType::Message, &id).with(stored.detail))
}

fn outgoing_mail(
    tx: &Tx<'_>,
    account: &MailAccount,
    new: &NewMessage,
    thread: &Thread,
    id: &MessageId,
) -> OutgoingMail {
    let domain = account.address.rsplit_once('@').map_or("renraku.invalid", |(_, domain)| domain);
    let list = |list: &[EmailAddress]| {
        list.iter().map(|a| MailAddress { name: a.name.clone(), email: a.email.clone() }).collect::<Vec<_>>()
    };
    OutgoingMail {
        message_id: format!("{id}@{domain}"),
        date: tx.now(),
        from: MailAddress { name: Some(account.name.clone()), email: account.address.clone() },
        to: list(&new.to),
        cc: list(&new.cc),
        bcc: list(&new.bcc),
        subject: new.subject.clone(),
        text: new.text.clone(),
        calendar: None,
        in_reply_to: thread.in_reply_to.clone(),
        references: thread.references.clone(),
        files_of: None,
        whole: false,
    }
}

/// The account's mailbox of a role, made when it is not there yet.
pub(super) fn mailbox_for(
    tx: &mut Tx<'_>,
    account: &MailAccount,
    role: MailboxRole,
) -> Result<Stored, Error> {
    let find = |list: Vec<Stored>| list.into_iter().find(|stored| stored.mailbox.role == Some(role));
    if let Some(found) = find(mailboxes::list(tx, &account.id)?) {
        return Ok(found);
    }
    let new = new_mailbox(tx, role_path(role), super::index::role_name(role), Some(role));
    mailboxes::put(tx, &account.id, &new)?;
    let _recorded = changes::record(tx, account.collection, ObjectType::Mailbox, &new.mailbox.id);
    // Somebody else may have made it meanwhile.
    find(mailboxes::list(tx, &account.id)?).ok_or_else(|| Error::damaged("a mailbox was not made"))
}

/// A mailbox that is to be stored.
pub(super) fn new_mailbox(tx: &Tx<'_>, folder: &str, name: &str, role: Option<MailboxRole>) -> Stored {
    let version = tx.next_version(None);
    let sort_order = role.and_then(|role| (1..).zip(MailboxRole::ALL).find(|(_, other)| *other == role));
    let mailbox = Mailbox {
        id: tx.new_id(),
        name: name.to_owned(),
        role,
        sort_order: sort_order.map_or(100, |(place, _)| place * 10),
        total_emails: 0,
        unread_emails: 0,
        etag: ETag::of(version),
    };
    Stored { mailbox, folder: folder.to_owned(), version }
}
