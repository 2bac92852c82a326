//! One look over a body before it is parsed: what would cost a parser more than its length is not given to it.

use super::BadXml;

/// The most attributes, namespace declarations among them, of one element.
const ATTRIBUTES: usize = 64;

/// Refuses a body that declares a document type, or has an element with too many attributes.
pub(super) fn check(text: &str) -> Result<(), BadXml> {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(found) = bytes.get(at..).and_then(|rest| memchr::memchr(b'<', rest)) {
        at += found + 1;
        let rest = bytes.get(at..).unwrap_or_default();
        at += match rest {
            [b'!', b'-', b'-', ..] => end_of(rest, b"-->")?,
            [b'!', b'[', ..] => end_of(rest, b"]]>")?,
            [b'?', ..] => end_of(rest, b"?>")?,
            // A document type could name entities, files and hosts; nothing that is sent needs one (RFC 4918 §17).
            [b'!', ..] => return Err(BadXml::DocumentType),
            _ => end_of_tag(rest)?,
        };
    }
    Ok(())
}

fn end_of(rest: &[u8], end: &[u8]) -> Result<usize, BadXml> {
    memchr::memmem::find(rest, end).map(|at| at + end.len()).ok_or(BadXml::Cut)
}

/// Where a tag ends: a `>` between quotes does not end it.
fn end_of_tag(rest: &[u8]) -> Result<usize, BadXml> {
    let mut attributes = 0;
    let mut at = 0;
    while let Some(found) = rest.get(at..).and_then(|rest| memchr::memchr3(b'>', b'"', b'\'', rest)) {
        at += found + 1;
        let Some(quote) = rest.get(at - 1).copied().filter(|byte| *byte != b'>') else { return Ok(at) };
        attributes += 1;
        if attributes > ATTRIBUTES {
            return Err(BadXml::TooManyAttributes);
        }
        at += rest.get(at..).and_then(|rest| memchr::memchr(quote, rest)).ok_or(BadXml::Cut)? + 1;
    }
    Err(BadXml::Cut)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passes_what_is_harmless() {
        for text in ["", "<a/>", "<?xml version='1.0'?><a b='>' c=\"'\"><!-- <!DOCTYPE --><![CDATA[<!]]></a>"]
        {
            assert!(check(text).is_ok(), "{text}");
        }
    }

    #[test]
    fn refuses_document_types_and_crowds() {
        assert_eq!(check("<!DOCTYPE a [<!ENTITY b 'c'>]><a/>"), Err(BadXml::DocumentType));
        assert_eq!(check("<a/><!ENTITY b 'c'>"), Err(BadXml::DocumentType));
        let crowd: String = (0..65).map(|n| format!(" a{n}='1'")).collect();
        assert_eq!(check(&format!("<a{crowd}/>")), Err(BadXml::TooManyAttributes));
        for cut in ["<a", "<a b='", "<!-- ", "<![CDATA[", "<?xml "] {
            assert_eq!(check(cut), Err(BadXml::Cut), "{cut}");
        }
    }
}
