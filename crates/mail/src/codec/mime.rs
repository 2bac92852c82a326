//! The parts of a mail (RFC 2046), found in one pass.
//!
//! mail-parser looks for each boundary by itself: five hundred multiparts whose boundaries never come cost it five
//! hundred readings of the mail. Here every line that begins with `--` is compared with the few boundaries that are open.

use super::{header::Headers, params::Valued, transfer::Encoding};

/// Multiparts inside each other.
pub const MAX_DEPTH: usize = 20;
/// Parts of one mail.
pub const MAX_PARTS: usize = 500;
/// A larger mail is listed by its header alone.
pub const MAX_MESSAGE: usize = 26 * 1024 * 1024;

/// One part that holds something itself: no multipart.
#[derive(Debug)]
pub struct Part<'m> {
    /// Its media type with parameters.
    pub media: Valued,
    /// `Content-Disposition`.
    pub disposition: Valued,
    /// `Content-ID` without angle brackets.
    pub content_id: Option<String>,
    /// How its bytes are encoded.
    pub encoding: Encoding,
    /// Its bytes, still encoded.
    pub body: &'m [u8],
    /// Whether a multipart/alternative is around it.
    pub alternative: bool,
}

impl Part<'_> {
    /// The file name, if it is given one.
    #[must_use]
    pub fn name(&self) -> Option<String> {
        self.disposition.decoded("filename").or_else(|| self.media.decoded("name"))
    }

    /// Whether it is read as the mail's text, not offered as a file.
    #[must_use]
    pub fn is_text(&self) -> bool {
        matches!(self.media.value.as_str(), "text/plain" | "text/html")
            && self.disposition.value != "attachment"
            && self.name().is_none()
    }

    /// Whether the HTML text shows it in its place (`cid:`), so that no paper clip is due.
    #[must_use]
    pub fn is_inline_image(&self) -> bool {
        self.content_id.is_some()
            && self.disposition.value != "attachment"
            && self.media.value.starts_with("image/")
    }
}

/// A mail cut into its header and its parts.
#[derive(Debug)]
pub struct Structure<'m> {
    /// The mail's own header.
    pub headers: Headers<'m>,
    /// The parts in their order.
    pub parts: Vec<Part<'m>>,
    /// Whether a limit cut it short.
    pub too_complex: bool,
}

/// A multipart whose end has not come.
struct Open {
    boundary: Vec<u8>,
    alternative: bool,
}

/// Cuts a mail into its parts, up to the limits.
#[must_use]
pub fn cut(mail: &[u8]) -> Structure<'_> {
    let (headers, body) = Headers::read(mail);
    let mut walk =
        Walk { open: Vec::new(), parts: Vec::new(), too_complex: headers.cut || mail.len() > MAX_MESSAGE };
    if !walk.too_complex {
        walk.enter(&headers, body);
        walk.run(body);
    }
    let Walk { parts, too_complex, .. } = walk;
    Structure { headers, parts: if too_complex { Vec::new() } else { parts }, too_complex }
}

struct Walk<'m> {
    open: Vec<Open>,
    parts: Vec<Part<'m>>,
    too_complex: bool,
}

impl<'m> Walk<'m> {
    /// Takes up a part by its header: a multipart opens its boundary, anything else is a part whose body reaches to
    /// the end of `rest` until a boundary says otherwise.
    fn enter(&mut self, headers: &Headers<'m>, rest: &'m [u8]) {
        let mut media = Valued::parse(&headers.text("Content-Type").unwrap_or_default());
        // RFC 2045 §5.2: what is not said or cannot be read is plain text.
        if !media.value.contains('/') {
            media.value = "text/plain".to_owned();
        }
        if media.value.starts_with("multipart/")
            && let Some(boundary) = media.get("boundary").filter(|boundary| !boundary.is_empty())
        {
            let around = self.open.last().is_some_and(|open| open.alternative);
            self.too_complex |= self.open.len() >= MAX_DEPTH;
            self.open.push(Open {
                boundary: boundary.as_bytes().to_vec(),
                alternative: around || media.value == "multipart/alternative",
            });
            return;
        }
        self.too_complex |= self.parts.len() >= MAX_PARTS;
        self.parts.push(Part {
            disposition: Valued::parse(&headers.text("Content-Disposition").unwrap_or_default()),
            content_id: headers.text("Content-ID").map(|id| id.trim_matches(['<', '>']).to_owned()),
            encoding: Encoding::named(&headers.text("Content-Transfer-Encoding").unwrap_or_default()),
            body: rest,
            alternative: self.open.last().is_some_and(|open| open.alternative),
            media,
        });
    }

    fn run(&mut self, body: &'m [u8]) {
        let mut rest = body;
        // Whether the part that was taken up last still reaches to the end of `rest`.
        let mut reading = self.open.is_empty();
        while !self.open.is_empty() && !self.too_complex {
            let Some((before, line, after)) = next_dashes(rest) else { return };
            let Some((level, is_end)) = self.matching(line) else {
                rest = after;
                continue;
            };
            if reading && let Some(part) = self.parts.last_mut() {
                let end = part.body.len().saturating_sub(rest.len()) + before.len();
                let text = part.body.get(..end).unwrap_or(part.body);
                let text = text.strip_suffix(b"\n").unwrap_or(text);
                part.body = text.strip_suffix(b"\r").unwrap_or(text);
            }
            self.open.truncate(if is_end { level } else { level + 1 });
            rest = after;
            reading = false;
            if !is_end {
                let parts = self.parts.len();
                let (headers, inside) = Headers::read(after);
                self.too_complex |= headers.cut;
                self.enter(&headers, inside);
                reading = self.parts.len() > parts;
                rest = inside;
            }
        }
    }

    /// The open multipart whose delimiter this line is, innermost first, and whether it is the closing one.
    fn matching(&self, line: &[u8]) -> Option<(usize, bool)> {
        self.open.iter().enumerate().rev().find_map(|(level, open)| {
            let tail = line.strip_prefix(b"--")?.strip_prefix(open.boundary.as_slice())?.trim_ascii_end();
            match tail {
                [] => Some((level, false)),
                b"--" => Some((level, true)),
                _ => None,
            }
        })
    }
}

/// The next line that begins with `--`: what is before it, the line, and what follows.
fn next_dashes(bytes: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let start = if bytes.starts_with(b"--") { 0 } else { memchr::memmem::find(bytes, b"\n--")? + 1 };
    let (before, from) = bytes.split_at_checked(start)?;
    let end = memchr::memchr(b'\n', from).map_or(from.len(), |at| at + 1);
    let (line, after) = from.split_at_checked(end)?;
    Some((before, line, after))
}
