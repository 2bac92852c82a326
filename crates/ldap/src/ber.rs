//! Writing an entry as it goes out. It is the one message of which an answer has hundreds; as a tree of the library's it would be
//! copied once for each level.

/// What is written: `SearchResultEntry` (RFC 4511 §4.5.2).
const SEARCH_RESULT_ENTRY: u8 = 0x64;
const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;
const INTEGER: u8 = 0x02;
const OCTET_STRING: u8 = 0x04;

/// Writes the message that tells an entry: its name and its attributes, each a description and its values.
pub(crate) fn put_entry<'e, V: Iterator<Item = &'e [u8]>>(
    out: &mut Vec<u8>,
    id: i32,
    dn: &str,
    attributes: impl Iterator<Item = ([&'e str; 3], V)>,
) {
    nested(out, SEQUENCE, |out| {
        nested(out, INTEGER, |out| out.extend_from_slice(integer(&id.to_be_bytes())));
        nested(out, SEARCH_RESULT_ENTRY, |out| {
            octets(out, &[dn.as_bytes()]);
            nested(out, SEQUENCE, |out| {
                for (description, values) in attributes {
                    nested(out, SEQUENCE, |out| {
                        octets(out, &description.map(str::as_bytes));
                        nested(out, SET, |out| values.for_each(|value| octets(out, &[value])));
                    });
                }
            });
        });
    });
}

fn octets(out: &mut Vec<u8>, parts: &[&[u8]]) {
    out.push(OCTET_STRING);
    match short(parts.iter().map(|part| part.len()).sum()) {
        Ok(length) => out.push(length),
        Err(length) => out.extend(length),
    }
    parts.iter().for_each(|part| out.extend_from_slice(part));
}

/// The shortest form of a number that is not negative (RFC 4511 §5.1 with X.690 §8.3.2).
fn integer(bytes: &[u8]) -> &[u8] {
    match bytes {
        [0, rest @ ..] if rest.first().is_some_and(|next| *next < 0x80) => integer(rest),
        bytes => bytes,
    }
}

/// Writes a tag, the length of what `write` writes, and that.
fn nested(out: &mut Vec<u8>, tag: u8, write: impl FnOnce(&mut Vec<u8>)) {
    out.extend_from_slice(&[tag, 0]);
    let begin = out.len();
    write(out);
    match short(out.len() - begin) {
        // One octet holds it, which is there already.
        Ok(length) => out.iter_mut().skip(begin - 1).take(1).for_each(|octet| *octet = length),
        Err(length) => out.splice(begin - 1..begin, length).for_each(drop),
    }
}

/// The one octet that holds a length, or the octets of a long one (X.690 §8.1.3).
fn short(length: usize) -> Result<u8, impl Iterator<Item = u8>> {
    match u8::try_from(length) {
        Ok(short @ ..0x80) => Ok(short),
        _ => {
            let bytes = length.to_be_bytes();
            let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
            let count = u8::try_from(bytes.len() - zeros).unwrap_or_default();
            Err(std::iter::once(0x80 | count).chain(bytes.into_iter().skip(zeros)))
        }
    }
}

#[cfg(test)]
mod tests {
    use bytes::BytesMut;
    use ldap3_lber::{structure::StructureTag, write::encode_into};
    use ldap3_proto::proto::{LdapMsg, LdapOp, LdapPartialAttribute, LdapSearchResultEntry};

    use super::put_entry;

    #[test]
    fn an_entry_is_written_as_the_library_writes_it() {
        for (id, length) in
            [(1, 0), (127, 1), (128, 126), (255, 127), (32_768, 128), (i32::MAX, 255), (7, 70_000)]
        {
            let values = vec!["あ".repeat(length / 3), "x".repeat(length)];
            let attributes = [("cn", "", values.clone()), ("cn", ";lang-ja-phonetic", Vec::new())];
            let of_library = attributes.iter().map(|(kind, option, values)| LdapPartialAttribute {
                atype: format!("{kind}{option}"),
                vals: values.iter().map(|value| value.clone().into_bytes()).collect(),
            });
            let entry = LdapSearchResultEntry { dn: "x".repeat(length), attributes: of_library.collect() };
            let message = LdapMsg { msgid: id, op: LdapOp::SearchResultEntry(entry), ctrl: Vec::new() };
            let mut expected = BytesMut::new();
            encode_into(&mut expected, StructureTag::from(message)).unwrap();
            let mut written = Vec::new();
            let ours = attributes.iter().map(|(kind, option, values)| {
                ([*kind, *option, ""], values.iter().map(|value| value.as_bytes()))
            });
            put_entry(&mut written, id, &"x".repeat(length), ours);
            assert!(expected == written, "{id} {length}");
        }
    }
}
