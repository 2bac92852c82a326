use renraku_base::any_byte;

/// Whether XML can say a character at all (XML 1.0 §2.2); a reference by its number is no way around it (§4.1).
pub(super) const fn can_be_said(character: char) -> bool {
    !matches!(character, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}')
}

/// Whether XML can say all of a text.
pub(super) fn can_say(text: &str) -> bool {
    !any_byte(text.as_bytes(), begins_other) || text.chars().all(can_be_said)
}

/// Whether XML can say a text as it is, but for the ends of its lines: most texts are so.
pub(super) fn has_lines_alone(text: &str) -> bool {
    !any_byte(text.as_bytes(), |byte| begins_other(byte) | (byte == b'&') | (byte == b'<') | (byte == b'>'))
}

/// Whether a character may begin with a byte that XML cannot say.
const fn begins_other(byte: u8) -> bool {
    (byte < 0x20) & (byte != 0x09) & (byte != 0x0A) & (byte != 0x0D) | (byte == 0xEF)
}
