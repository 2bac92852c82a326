//! A mail in the words of the model into the bytes that are sent.

use std::time::{Duration, SystemTime};

use lettre::{
    Message,
    address::Envelope,
    message::{
        Attachment as Attached, Body, Mailbox, MessageBuilder, MultiPart, SinglePart,
        header::{ContentTransferEncoding, ContentType},
    },
};
use renraku_base::Timestamp;
use renraku_notify::{MailAddress, OutgoingMail};

use super::open::MAIL;
use crate::{Attachment, rules::outgoing};

/// The longest line of a mail, its end included (RFC 5322 §2.1.1).
const MAX_LINE: usize = 999;

/// A mail ready to be handed over.
#[derive(Debug, Clone)]
pub struct Composed {
    /// Who sends it to whom; those of `bcc` stand here alone.
    pub envelope: Envelope,
    /// The bytes.
    pub bytes: Vec<u8>,
}

/// What the way of a mail takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// Bytes of eight bits (RFC 6152): a mail inside the mail stays as it is.
    EightBit,
    /// ASCII alone: a mail inside the mail that is not goes as a mere file.
    SevenBit,
}

/// The mail cannot be written as RFC 5322 wants it: says why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the mail cannot be composed: {0}")]
pub struct ComposeFault(String);

/// Composes a mail with the files that go along, for a way of eight bits. The same always gives the same bytes, so that every
/// attempt to send it sends the same.
///
/// # Errors
/// As [`compose_for`].
pub fn compose(mail: &OutgoingMail, files: &[(Attachment, Vec<u8>)]) -> Result<Composed, ComposeFault> {
    compose_for(Way::EightBit, mail, files)
}

/// Composes a mail as its way takes it.
///
/// # Errors
/// [`ComposeFault`] when an address cannot be read or nobody is written to.
pub fn compose_for(
    way: Way,
    mail: &OutgoingMail,
    files: &[(Attachment, Vec<u8>)],
) -> Result<Composed, ComposeFault> {
    let fault = |error: &dyn std::fmt::Display| ComposeFault(error.to_string());
    let mut builder = Message::builder()
        .message_id(Some(format!("<{}>", one_line(&mail.message_id))))
        .date(system_time(mail.date))
        .from(mailbox(&mail.from)?)
        .subject(one_line(&mail.subject));
    builder = recipients(builder, mail)?;
    if let Some(parent) = &mail.in_reply_to {
        builder = builder.in_reply_to(format!("<{}>", one_line(parent)));
    }
    if !mail.references.is_empty() {
        let references: Vec<String> =
            mail.references.iter().map(|id| format!("<{}>", one_line(id))).collect();
        builder = builder.references(references.join(" "));
    }
    let text = SinglePart::builder()
        .header(ContentType::TEXT_PLAIN)
        .header(ContentTransferEncoding::Base64)
        .body(mail.text.replace("\r\n", "\n").replace('\n', "\r\n"));
    let message = match (&mail.calendar, files) {
        (None, []) => builder.singlepart(text),
        (None, files) => builder.multipart(with_files(way, mail, text, files)?),
        (Some(calendar), _) => {
            let media = format!("text/calendar; method={}; charset=utf-8", one_line(&calendar.method));
            let media = ContentType::parse(&media).map_err(|error| fault(&error))?;
            let calendar = SinglePart::builder()
                .header(media)
                .header(ContentTransferEncoding::Base64)
                .body(calendar.text.clone());
            let parts = MultiPart::alternative().boundary(boundary(mail));
            builder.multipart(parts.singlepart(text).singlepart(calendar))
        }
    };
    let message = message.map_err(|error| fault(&error))?;
    Ok(Composed { envelope: message.envelope().clone(), bytes: message.formatted() })
}

/// The text and the files beside it.
fn with_files(
    way: Way,
    mail: &OutgoingMail,
    text: SinglePart,
    files: &[(Attachment, Vec<u8>)],
) -> Result<MultiPart, ComposeFault> {
    let part = |(attachment, bytes): &(Attachment, Vec<u8>)| match mail.whole {
        true => whole(way, attachment, bytes),
        false => attached(attachment, bytes),
    };
    let parts = files.iter().map(part).collect::<Result<Vec<_>, _>>()?;
    let is_eight_bit = |part: &SinglePart| part.headers().get() == Some(ContentTransferEncoding::EightBit);
    let mut all = MultiPart::mixed().boundary(boundary(mail));
    if parts.iter().any(is_eight_bit) {
        // What is around a part of eight bits says so, too (RFC 2045 §6.4).
        all = all.header(ContentTransferEncoding::EightBit);
    }
    Ok(parts.into_iter().fold(all.singlepart(text), MultiPart::singlepart))
}

/// What no line of base64 can be.
fn boundary(mail: &OutgoingMail) -> String {
    let id = mail.message_id.chars().filter(char::is_ascii_alphanumeric);
    "=_".chars().chain(id).take(60).collect()
}

/// A file as a part. A mail inside the mail may not be encoded (RFC 2046 §5.2.1), so that it goes as mere bytes.
fn attached(attachment: &Attachment, bytes: &[u8]) -> Result<SinglePart, ComposeFault> {
    let fault = |_refused| ComposeFault(format!("{:?} cannot be encoded", attachment.name));
    let body = Body::new_with_encoding(bytes.to_vec(), ContentTransferEncoding::Base64).map_err(fault)?;
    let is_encodable =
        !attachment.media_type.starts_with("message/") && !attachment.media_type.starts_with("multipart/");
    let media = Some(&attachment.media_type)
        .filter(|_| is_encodable)
        .and_then(|media| ContentType::parse(media).ok());
    let bytes =
        ContentType::parse("application/octet-stream").map_err(|error| ComposeFault(error.to_string()))?;
    Ok(Attached::new(one_line(&attachment.name)).body(body, media.unwrap_or(bytes)))
}

/// A mail as a part of its own, which may not be encoded; with bytes or lines that its way does not take it goes as a mere file,
/// which is still the same to the last byte (a signature in it stays good).
fn whole(way: Way, attachment: &Attachment, bytes: &[u8]) -> Result<SinglePart, ComposeFault> {
    let mail = with_line_ends(bytes);
    let encoding =
        if mail.is_ascii() { ContentTransferEncoding::SevenBit } else { ContentTransferEncoding::EightBit };
    let fits = (way == Way::EightBit || mail.is_ascii())
        && mail.split(|byte| *byte == b'\n').all(|line| line.len() <= MAX_LINE && !line.contains(&0));
    match ContentType::parse(MAIL) {
        Ok(media) if fits => {
            // As it is: the encoder would take bytes of eight bits for none but base64.
            let body = Body::dangerous_pre_encoded(mail, encoding);
            Ok(Attached::new(one_line(&attachment.name)).body(body, media))
        }
        _ => attached(attachment, bytes),
    }
}

/// The lines as they go over the wire: a Maildir ends them by a line feed alone.
fn with_line_ends(mail: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(mail.len() + mail.len() / 32);
    for (at, line) in mail.split(|byte| *byte == b'\n').enumerate() {
        if at > 0 {
            out.extend_from_slice(b"\r\n");
        }
        out.extend_from_slice(line.strip_suffix(b"\r").unwrap_or(line));
    }
    out
}

fn recipients(mut builder: MessageBuilder, mail: &OutgoingMail) -> Result<MessageBuilder, ComposeFault> {
    for to in &mail.to {
        builder = builder.to(mailbox(to)?);
    }
    for cc in &mail.cc {
        builder = builder.cc(mailbox(cc)?);
    }
    for bcc in &mail.bcc {
        builder = builder.bcc(mailbox(bcc)?);
    }
    Ok(builder)
}

fn mailbox(address: &MailAddress) -> Result<Mailbox, ComposeFault> {
    let email = outgoing::address(&address.email)
        .ok_or_else(|| ComposeFault(format!("{:?} is not an address", address.email)))?;
    Ok(Mailbox::new(address.name.as_deref().map(one_line).filter(|name| !name.is_empty()), email))
}

/// Nothing that ends a header line gets into one, whoever wrote it.
fn one_line(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') { ' ' } else { c })
        .collect()
}

fn system_time(at: Timestamp) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(u64::try_from(at.seconds()).unwrap_or(0))
}
