//! Short texts that people write.

use renraku_base::FieldFault;

/// A text of one line: trimmed, and `None` where nothing is left.
pub(crate) fn one_line(
    pointer: &str,
    text: Option<&str>,
    most: usize,
    faults: &mut Vec<FieldFault>,
) -> Option<String> {
    checked(pointer, text, most, char::is_control, faults)
}

/// A text that may have several lines: trimmed, and `None` where nothing is left.
pub(crate) fn lines(
    pointer: &str,
    text: Option<&str>,
    most: usize,
    faults: &mut Vec<FieldFault>,
) -> Option<String> {
    checked(pointer, text, most, |c| c.is_control() && !matches!(c, '\n' | '\r' | '\t'), faults)
}

/// Whether a character turns the direction of writing: with it a text looks like another one.
fn turns(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Whether a character shows anything: a text of others is as good as none, and looks like it. A control character is found apart.
fn is_visible(c: char) -> bool {
    let is_filler = matches!(
        c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{e0000}'..='\u{e0fff}'
    );
    !c.is_whitespace() && !is_filler
}

fn checked(
    pointer: &str,
    text: Option<&str>,
    most: usize,
    is_bad: impl Fn(char) -> bool,
    faults: &mut Vec<FieldFault>,
) -> Option<String> {
    let text = text.map(str::trim).filter(|text| text.chars().any(is_visible))?;
    if text.chars().count() > most {
        let detail = format!("at most {most} characters");
        faults.push(FieldFault::new(pointer, "too-long", detail).allowing(format!("≤ {most}")));
    } else if text.chars().any(|c| is_bad(c) || turns(c)) {
        let detail = "control characters are not taken here";
        faults.push(FieldFault::new(pointer, "control-character", detail));
    }
    Some(text.to_owned())
}
