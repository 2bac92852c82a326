//! What the index keeps of a mail.

use renraku_base::Timestamp;

use super::{
    address, charset,
    header::{Headers, tidy},
    html,
    mime::{self, Part, Structure},
};
use crate::model::EmailAddress;

/// Characters of the preview: two lines on a phone.
const PREVIEW: usize = 120;
/// So much of a part is looked at for the preview.
const PREVIEW_BYTES: usize = 32 * 1024;
/// So many ids of a thread are kept; the ends of a long chain tell the most.
const MAX_IDS: usize = 50;
const MAX_ID: usize = 250;
const MAX_SUBJECT: usize = 1_000;
/// Recipients kept in the index; the mail itself has them all.
const MAX_LISTED: usize = 100;

/// The head of a mail.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Head {
    /// `Message-ID`, without angle brackets.
    pub message_id: Option<String>,
    /// The ids of `In-Reply-To`.
    pub in_reply_to: Vec<String>,
    /// The ids of `References`, oldest first.
    pub references: Vec<String>,
    /// The subject, decoded.
    pub subject: String,
    /// The authors.
    pub from: Vec<EmailAddress>,
    /// Where answers go, when not to the authors.
    pub reply_to: Vec<EmailAddress>,
    /// The recipients.
    pub to: Vec<EmailAddress>,
    /// Those who got a copy.
    pub cc: Vec<EmailAddress>,
    /// `Date`.
    pub sent_at: Option<Timestamp>,
    /// The beginning of the text.
    pub preview: String,
    /// Whether it carries files.
    pub has_attachment: bool,
    /// Its size in bytes.
    pub size: i64,
    /// Whether it goes beyond what is read: then only its subject and addresses are known.
    pub too_complex: bool,
}

/// Reads the head of a mail.
#[must_use]
pub fn read(mail: &[u8]) -> Head {
    let Structure { headers, parts, too_complex } = mime::cut(mail);
    let list = |name: &str| {
        let mut list = headers.text(name).map(|text| address::parse(&text)).unwrap_or_default();
        list.truncate(MAX_LISTED);
        list
    };
    Head {
        message_id: ids(&headers, "Message-ID").into_iter().next(),
        in_reply_to: ids(&headers, "In-Reply-To"),
        references: ids(&headers, "References"),
        subject: headers.decoded("Subject").unwrap_or_default().chars().take(MAX_SUBJECT).collect(),
        from: list("From"),
        reply_to: list("Reply-To"),
        to: list("To"),
        cc: list("Cc"),
        sent_at: headers.text("Date").and_then(|text| date(&text)),
        preview: preview(&parts),
        has_attachment: parts.iter().any(|part| !part.is_text() && !part.is_inline_image()),
        size: i64::try_from(mail.len()).unwrap_or(i64::MAX),
        too_complex,
    }
}

/// Message ids (RFC 5322 §3.6.4), also without the angle brackets that some mailers forget.
fn ids(headers: &Headers<'_>, name: &str) -> Vec<String> {
    let text = headers.text(name).unwrap_or_default();
    let mut ids: Vec<String> = text
        .split(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | ','))
        .filter(|id| !id.is_empty() && id.len() <= MAX_ID && !id.contains(char::is_control))
        .map(str::to_owned)
        .collect();
    if ids.len() > MAX_IDS {
        ids.drain(1..=ids.len() - MAX_IDS);
    }
    ids
}

fn date(text: &str) -> Option<Timestamp> {
    let date = mail_parser::DateTime::parse_rfc822(text).filter(mail_parser::DateTime::is_valid)?;
    Some(Timestamp::from_seconds(date.to_timestamp())).filter(|at| at.seconds() > 0)
}

/// The first text that has any, plain before HTML, in one line.
fn preview(parts: &[Part<'_>]) -> String {
    ["text/plain", "text/html"]
        .into_iter()
        .flat_map(|media| parts.iter().filter(move |part| part.is_text() && part.media.value == media))
        .map(|part| one_line(&part_text(part)))
        .find(|text| !text.is_empty())
        .unwrap_or_default()
}

/// Enough text of a part for a preview. A character cut at the end becomes a hole far behind it.
fn part_text(part: &Part<'_>) -> String {
    let bytes = part.encoding.decode(part.body.get(..PREVIEW_BYTES).unwrap_or(part.body));
    let text = charset::decode(&bytes, part.media.get("charset"));
    if part.media.value == "text/html" { html::to_text(&text) } else { text }
}

fn one_line(text: &str) -> String {
    let start: String = text.trim_start().chars().take(PREVIEW * 4).collect();
    tidy(&start).chars().take(PREVIEW).collect()
}
