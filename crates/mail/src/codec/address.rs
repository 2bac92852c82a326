//! Lists of addresses (RFC 5322 §3.4), as they really come.

use super::{header::tidy, words::decode_words};
use crate::model::EmailAddress;

/// More are not kept.
pub const MAX_ADDRESSES: usize = 1_000;

/// One address while it is being read.
#[derive(Default)]
struct Reading {
    phrase: String,
    comment: String,
    angle: Option<String>,
}

impl Reading {
    fn finish(&mut self, list: &mut Vec<EmailAddress>) {
        let Self { phrase, comment, angle } = std::mem::take(self);
        let (name, email) = match angle {
            Some(email) => (if phrase.trim().is_empty() { comment } else { phrase }, email),
            None => (comment, phrase),
        };
        let email: String = email.chars().filter(|c| !c.is_whitespace() && !c.is_control()).collect();
        // A source route before the address (RFC 5322 §4.4) says nothing to a reader.
        let email = email.rsplit_once(':').map_or(email.as_str(), |(_, address)| address).to_owned();
        let name = tidy(&decode_words(name.trim()));
        if email.contains('@') {
            list.push(EmailAddress { name: Some(name).filter(|name| !name.is_empty()), email });
        } else {
            let name = if name.is_empty() { tidy(&decode_words(&email)) } else { name };
            if !name.is_empty() {
                list.push(EmailAddress { name: Some(name), email: String::new() });
            }
        }
    }
}

/// The addresses of a field's unfolded text, groups dissolved. One without an address keeps its name.
#[must_use]
pub fn parse(text: &str) -> Vec<EmailAddress> {
    let mut list = Vec::new();
    let mut reading = Reading::default();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if list.len() >= MAX_ADDRESSES {
            return list;
        }
        if rest.starts_with("=?")
            && let Some(end) = encoded_word_end(rest)
        {
            let (word, after) = rest.split_at(end);
            reading.phrase.push_str(word);
            rest = after;
            continue;
        }
        rest = rest.get(c.len_utf8()..).unwrap_or_default();
        match c {
            '"' => rest = read_until(rest, '"', &mut reading.phrase),
            '(' => rest = read_comment(rest, &mut reading.comment),
            '<' => {
                let mut angle = String::new();
                rest = read_until(rest, '>', &mut angle);
                reading.angle = Some(angle);
            }
            ':' if reading.angle.is_none() => reading.phrase.clear(),
            ',' | ';' => reading.finish(&mut list),
            c => reading.phrase.push(c),
        }
    }
    reading.finish(&mut list);
    list
}

/// Where an encoded word at the beginning ends; its text may hold commas.
fn encoded_word_end(text: &str) -> Option<usize> {
    let mut marks = text.match_indices('?').map(|(at, _)| at).skip(3);
    let end = marks.find(|at| text.get(at + 1..at + 2) == Some("="))? + 2;
    text.get(..end).filter(|word| !word.contains(['<', '"'])).map(|_| end)
}

/// Reads up to `end`, undoing backslashes; gives what follows.
fn read_until<'t>(text: &'t str, end: char, into: &mut String) -> &'t str {
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => into.extend(chars.next().map(|(_, quoted)| quoted)),
            c if c == end => return text.get(at + c.len_utf8()..).unwrap_or_default(),
            c => into.push(c),
        }
    }
    ""
}

fn read_comment<'t>(text: &'t str, into: &mut String) -> &'t str {
    let mut depth = 1_u32;
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => into.extend(chars.next().map(|(_, quoted)| quoted)),
            '(' => depth += 1,
            ')' => {
                depth -= 1;
                if depth == 0 {
                    return text.get(at + 1..).unwrap_or_default();
                }
            }
            c => into.push(c),
        }
    }
    ""
}
