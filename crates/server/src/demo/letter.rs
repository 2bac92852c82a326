//! Writes mail as the programs of Japanese offices do: in UTF-8 or in ISO-2022-JP, plain, with HTML, with attachments.

use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::{DateTime, FixedOffset};
use encoding_rs::{ISO_2022_JP, UTF_8};

/// Someone's name and address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mailbox {
    pub name: String,
    pub address: String,
}

/// A file that comes with a letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    pub file_name: &'static str,
    pub media_type: &'static str,
    pub content: Vec<u8>,
}

/// The letter as its writer thinks of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    pub from: Mailbox,
    pub to: Vec<Mailbox>,
    pub cc: Vec<Mailbox>,
    pub subject: String,
    pub sent: DateTime<FixedOffset>,
    pub message_id: String,
    /// The letters before it in its thread, oldest first.
    pub references: Vec<String>,
    /// Whether the writer's program still writes ISO-2022-JP.
    pub old_charset: bool,
    pub text: String,
    pub html: Option<String>,
    pub attachment: Option<Attachment>,
}

impl Letter {
    /// The letter as it lies in a Maildir (RFC 5322), lines ended by LF alone as delivery agents write them.
    pub fn to_bytes(&self) -> Vec<u8> {
        let charset = self.charset();
        let mut out = String::new();
        let mut header = |name: &str, value: &str| out.push_str(&format!("{name}: {value}\n"));
        header("From", &list(charset, std::slice::from_ref(&self.from)));
        header("To", &list(charset, &self.to));
        if !self.cc.is_empty() {
            header("Cc", &list(charset, &self.cc));
        }
        header("Subject", &words(charset, &self.subject));
        header("Date", &self.sent.to_rfc2822());
        header("Message-ID", &self.message_id);
        if let Some(parent) = self.references.last() {
            header("In-Reply-To", parent);
            header("References", &self.references.join("\n "));
        }
        header("MIME-Version", "1.0");
        let mut bytes = out.into_bytes();
        bytes.extend(self.body(charset));
        bytes
    }

    /// ISO-2022-JP writes 髙 and 﨑 as Windows does, but not every name (𠮷): such a letter goes in UTF-8.
    fn charset(&self) -> &'static encoding_rs::Encoding {
        let people = std::iter::once(&self.from).chain(&self.to).chain(&self.cc);
        let text = people.map(|who| who.name.as_str()).chain([self.subject.as_str(), self.text.as_str()]);
        let writable = text.into_iter().all(|text| !ISO_2022_JP.encode(text).2);
        if self.old_charset && writable { ISO_2022_JP } else { UTF_8 }
    }

    fn body(&self, charset: &'static encoding_rs::Encoding) -> Vec<u8> {
        let text = text_part(charset, "plain", &self.text);
        let body = match &self.html {
            Some(html) => multipart("alternative", "=_alternative", &[text, text_part(UTF_8, "html", html)]),
            None => text,
        };
        match &self.attachment {
            Some(attachment) => multipart("mixed", "=_mixed", &[body, file_part(attachment)]),
            None => body,
        }
    }
}

/// Each part with its headers; the whole begins with its own header.
fn multipart(subtype: &str, boundary: &str, parts: &[Vec<u8>]) -> Vec<u8> {
    let mut out = format!("Content-Type: multipart/{subtype}; boundary=\"{boundary}\"\n\n").into_bytes();
    for part in parts {
        out.extend(format!("--{boundary}\n").into_bytes());
        out.extend(part);
        out.push(b'\n');
    }
    out.extend(format!("--{boundary}--\n").into_bytes());
    out
}

fn text_part(charset: &'static encoding_rs::Encoding, subtype: &str, text: &str) -> Vec<u8> {
    let seven_bit = charset == ISO_2022_JP;
    let transfer = if seven_bit { "7bit" } else { "base64" };
    let mut out = format!(
        "Content-Type: text/{subtype}; charset={}\nContent-Transfer-Encoding: {transfer}\n\n",
        charset.name()
    )
    .into_bytes();
    if seven_bit {
        // Each line returns to ASCII at its end (RFC 1468).
        for line in text.lines() {
            out.extend(charset.encode(line).0.iter());
            out.push(b'\n');
        }
    } else {
        out.extend(wrapped(text.as_bytes()));
    }
    out
}

fn file_part(attachment: &Attachment) -> Vec<u8> {
    let name: String = attachment.file_name.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let mut out = format!(
        "Content-Type: {}\nContent-Transfer-Encoding: base64\n\
         Content-Disposition: attachment; filename*=UTF-8''{name}\n\n",
        attachment.media_type
    )
    .into_bytes();
    out.extend(wrapped(&attachment.content));
    out
}

/// Base64 in lines of 76 characters.
fn wrapped(content: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    for line in STANDARD.encode(content).as_bytes().chunks(76) {
        out.extend_from_slice(line);
        out.push(b'\n');
    }
    out
}

fn list(charset: &'static encoding_rs::Encoding, people: &[Mailbox]) -> String {
    let each: Vec<String> =
        people.iter().map(|who| format!("{} <{}>", words(charset, &who.name), who.address)).collect();
    each.join(",\n ")
}

/// Encoded words (RFC 2047), each whole in itself and short enough for its line.
fn words(charset: &'static encoding_rs::Encoding, text: &str) -> String {
    if text.is_ascii() {
        return text.to_owned();
    }
    let characters: Vec<char> = text.chars().collect();
    let words: Vec<String> = characters
        .chunks(12)
        .map(|some| {
            let some: String = some.iter().collect();
            format!("=?{}?B?{}?=", charset.name(), STANDARD.encode(charset.encode(&some).0))
        })
        .collect();
    words.join("\n ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letter(family: &str) -> Letter {
        let who = |name: &str| Mailbox { name: name.to_owned(), address: "a@example.jp".to_owned() };
        Letter {
            from: who(family),
            to: vec![who("佐藤 花子")],
            cc: Vec::new(),
            subject: "【会議案内】係長会議の開催について（令和８年度）".to_owned(),
            sent: DateTime::parse_from_rfc3339("2026-04-01T09:00:00+09:00").unwrap(),
            message_id: "<1@example.jp>".to_owned(),
            references: vec!["<0@example.jp>".to_owned()],
            old_charset: true,
            text: "標記会議を開催します。\n場所　第1会議室\n".to_owned(),
            html: None,
            attachment: None,
        }
    }

    #[test]
    fn an_old_program_writes_seven_bits() {
        let bytes = letter("髙橋 太郎").to_bytes();
        assert!(bytes.is_ascii());
        let text = String::from_utf8(bytes).unwrap();
        assert!(text.contains("charset=ISO-2022-JP\n") && text.contains("\u{1b}$B"));
        assert!(text.contains("In-Reply-To: <0@example.jp>\n"));
        assert!(text.lines().all(|line| line.len() <= 100), "{text}");
    }

    #[test]
    fn what_it_cannot_write_goes_in_utf8() {
        let text = String::from_utf8(letter("𠮷田 次郎").to_bytes()).unwrap();
        assert!(text.contains("charset=UTF-8\n") && !text.contains("ISO-2022-JP"));
    }
}
