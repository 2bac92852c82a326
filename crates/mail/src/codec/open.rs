//! A mail opened for reading.

use super::{
    charset,
    head::{self, Head},
    header::tidy,
    html,
    mime::{self, Part, Structure},
};
use crate::model::{Attachment, Body};

/// The media type of a mail.
pub const MAIL: &str = "message/rfc822";

/// Text beyond this is cut: no phone shows more.
const MAX_TEXT: usize = 1024 * 1024;

/// The body of a mail: its text, its HTML made harmless, and what is attached.
#[must_use]
pub fn body(mail: &[u8]) -> Body {
    let Structure { parts, .. } = mime::cut(mail);
    let plain: Vec<String> = texts(&parts, "text/plain");
    let html: Vec<String> = texts(&parts, "text/html");
    let html = html.concat();
    let text = if plain.iter().all(|text| text.trim().is_empty()) && !html.is_empty() {
        html::to_text(&html)
    } else {
        plain.join("\n")
    };
    let sanitised = if html.is_empty() { None } else { html::sanitise(&html) };
    Body {
        blocked_images: sanitised.as_ref().map_or(0, |sanitised| sanitised.blocked_images),
        text: cut(text.replace("\r\n", "\n").replace('\0', "")),
        html: sanitised.map(|sanitised| sanitised.html),
        attachments: attached(&parts).map(|(n, part)| attachment(n, part)).collect(),
    }
}

/// The head and the plain text of a mail, for answering it.
#[must_use]
pub fn original(mail: &[u8]) -> (Head, Body) {
    (head::read(mail), body(mail))
}

/// One attachment with its bytes.
#[must_use]
pub fn file(mail: &[u8], n: u32) -> Option<(Attachment, Vec<u8>)> {
    let Structure { parts, .. } = mime::cut(mail);
    let (n, part) = attached(&parts).find(|(at, _)| *at == n)?;
    Some((attachment(n, part), part.encoding.decode(part.body).into_owned()))
}

/// All attachments with their bytes.
#[must_use]
pub fn files(mail: &[u8]) -> Vec<(Attachment, Vec<u8>)> {
    let Structure { parts, .. } = mime::cut(mail);
    attached(&parts)
        .map(|(n, part)| (attachment(n, part), part.encoding.decode(part.body).into_owned()))
        .collect()
}

/// A mail itself as a file, named by its subject.
#[must_use]
pub fn whole(mail: Vec<u8>) -> (Attachment, Vec<u8>) {
    let subject = safe_name(&head::read(&mail).subject);
    let name = if subject.is_empty() { "mail" } else { &subject };
    let attachment = Attachment {
        n: 1,
        name: format!("{name}.eml"),
        media_type: MAIL.to_owned(),
        size: i64::try_from(mail.len()).unwrap_or(i64::MAX),
        content_id: None,
    };
    (attachment, mail)
}

fn texts(parts: &[Part<'_>], media: &str) -> Vec<String> {
    parts
        .iter()
        .filter(|part| part.is_text() && part.media.value == media)
        .map(|part| charset::decode(&part.encoding.decode(part.body), part.media.get("charset")))
        .collect()
}

/// What is offered as a file, numbered from 1.
fn attached<'p, 'm>(parts: &'p [Part<'m>]) -> impl Iterator<Item = (u32, &'p Part<'m>)> {
    (1..).zip(parts.iter().filter(|part| !part.is_text()))
}

fn attachment(n: u32, part: &Part<'_>) -> Attachment {
    let size = i64::try_from(part.encoding.decode(part.body).len()).unwrap_or(i64::MAX);
    let media = tidy(&part.media.value);
    let name = part.name().map(|name| safe_name(&name)).filter(|name| !name.is_empty());
    Attachment {
        n,
        name: name.unwrap_or_else(|| default_name(n, &media)),
        media_type: media,
        size,
        content_id: part.content_id.as_deref().map(tidy).filter(|id| !id.is_empty()),
    }
}

/// The last component of a name, without what a file system or a header would take for more than a name.
fn safe_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let name: String = last
        .chars()
        .map(|c| if matches!(c, '"' | '<' | '>' | ':' | '|' | '?' | '*') { '_' } else { c })
        .collect();
    name.trim_matches([' ', '.']).chars().take(200).collect()
}

fn default_name(n: u32, media: &str) -> String {
    let extension = match media {
        MAIL => "eml",
        "text/calendar" => "ics",
        "text/html" => "html",
        "text/plain" => "txt",
        "application/pdf" => "pdf",
        "image/jpeg" => "jpg",
        "image/png" => "png",
        "image/gif" => "gif",
        _ => "bin",
    };
    format!("attachment-{n}.{extension}")
}

fn cut(mut text: String) -> String {
    let mut end = text.len().min(MAX_TEXT);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.truncate(end);
    text
}
