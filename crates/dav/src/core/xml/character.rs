/// Whether XML can say a character at all (XML 1.0 §2.2); a reference by its number is no way around it (§4.1).
pub(super) const fn can_be_said(character: char) -> bool {
    !matches!(character, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}')
}

/// Whether XML can say all of a text.
pub(super) fn can_say(text: &str) -> bool {
    // Most texts have no byte with which any other character begins.
    !text.bytes().any(|byte| matches!(byte, 0..=0x08 | 0x0B | 0x0C | 0x0E..=0x1F | 0xEF))
        || text.chars().all(can_be_said)
}
