/// Whether XML can say a character at all (XML 1.0 §2.2); a reference by its number is no way around it (§4.1).
pub(super) const fn can_be_said(character: char) -> bool {
    !matches!(character, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}')
}

/// Whether XML can say all of a text.
pub(super) fn can_say(text: &str) -> bool {
    text.chars().all(can_be_said)
}
