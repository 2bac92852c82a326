//! The text of answers and of mails sent on, as Japanese offices write it.

use chrono::{DateTime, Datelike, FixedOffset, Utc};
use renraku_base::{Language, Timestamp};

use super::head::Head;
use crate::model::{Attachment, EmailAddress};

/// So many characters of the original are quoted.
const MAX_QUOTED: usize = 100_000;

const TOKYO: i32 = 9 * 3_600;

/// `subject` with `Re: ` before it, once.
#[must_use]
pub fn reply_subject(subject: &str) -> String {
    prefixed("Re", &["re", "回复", "答复"], subject)
}

/// `subject` with `Fwd: ` before it, once.
#[must_use]
pub fn forward_subject(subject: &str) -> String {
    prefixed("Fwd", &["fwd", "fw"], subject)
}

fn prefixed(prefix: &str, known: &[&str], subject: &str) -> String {
    let subject = subject.trim();
    let has = subject.split_once([':', '：']).is_some_and(|(before, _)| {
        let before: String = before.chars().map(half_width).collect();
        known.contains(&before.trim().to_ascii_lowercase().as_str())
    });
    if has { subject.to_owned() } else { format!("{prefix}: {subject}") }
}

fn half_width(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        c => c,
    }
}

/// `text` above the original with `> ` before each of its lines.
#[must_use]
pub fn reply_text(text: &str, original: &Head, quoted: &str, language: Language) -> String {
    let author = original.from.first().map(shown).unwrap_or_default();
    let line = match (original.sent_at, language) {
        (Some(at), Language::Ja) => format!("{} {author}:", date(at, language)),
        (Some(at), Language::En) => format!("On {}, {author} wrote:", date(at, language)),
        (None, Language::Ja) => format!("{author}:"),
        (None, Language::En) => format!("{author} wrote:"),
    };
    let mut reply = format!("{}\n\n{line}\n", text.trim_end());
    for line in limited(quoted).trim_end().lines() {
        reply.push_str(if line.starts_with('>') { ">" } else { "> " });
        reply.push_str(line);
        reply.push('\n');
    }
    reply
}

/// `text` above the original with its head written out. Files are named, and whether they go along.
#[must_use]
pub fn forward_text(
    text: &str,
    original: &Head,
    quoted: &str,
    (attachments, along): (&[Attachment], bool),
    language: Language,
) -> String {
    let list = |addresses: &[EmailAddress]| addresses.iter().map(shown).collect::<Vec<_>>().join(", ");
    let date = original.sent_at.map(|at| date(at, language)).unwrap_or_default();
    let files = attachments.iter().map(|file| file.name.as_str()).collect::<Vec<_>>().join(", ");
    let (title, [from, sent, subject, to, cc], along) = match language {
        Language::Ja => (
            "---------- 転送メール ----------",
            ["差出人", "日時", "件名", "宛先", "Cc"],
            if along { "添付" } else { "添付（転送されません）" },
        ),
        Language::En => (
            "---------- Forwarded mail ----------",
            ["From", "Date", "Subject", "To", "Cc"],
            if along { "Attachments" } else { "Attachments (not forwarded)" },
        ),
    };
    let labels = [from, sent, subject, to, cc, along];
    let values =
        [list(&original.from), date, original.subject.clone(), list(&original.to), list(&original.cc), files];
    let mut forward = if text.trim().is_empty() { String::new() } else { format!("{}\n\n", text.trim_end()) };
    forward.push_str(title);
    forward.push('\n');
    for (label, value) in labels.iter().zip(values).filter(|(_, value)| !value.is_empty()) {
        forward.push_str(&format!("{label}: {value}\n"));
    }
    forward.push('\n');
    forward.push_str(limited(quoted));
    forward
}

fn shown(address: &EmailAddress) -> String {
    match &address.name {
        Some(name) if address.email.is_empty() => name.clone(),
        Some(name) => format!("{name} <{}>", address.email),
        None => address.email.clone(),
    }
}

fn date(at: Timestamp, language: Language) -> String {
    let at: DateTime<Utc> = at.to_datetime();
    let Some(tokyo) = FixedOffset::east_opt(TOKYO) else { return at.to_rfc3339() };
    let at = at.with_timezone(&tokyo);
    match language {
        Language::Ja => {
            let weekday = ["月", "火", "水", "木", "金", "土", "日"]
                .into_iter()
                .zip(0..)
                .find(|(_, number)| *number == at.weekday().num_days_from_monday())
                .map_or("", |(name, _)| name);
            format!("{}年{}月{}日({weekday}) {}", at.year(), at.month(), at.day(), at.format("%H:%M"))
        }
        Language::En => at.format("%a, %d %b %Y at %H:%M").to_string(),
    }
}

fn limited(text: &str) -> &str {
    text.char_indices().nth(MAX_QUOTED).map_or(text, |(end, _)| text.get(..end).unwrap_or(text))
}
