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

fn checked(
    pointer: &str,
    text: Option<&str>,
    most: usize,
    is_bad: impl Fn(char) -> bool,
    faults: &mut Vec<FieldFault>,
) -> Option<String> {
    let text = text.map(str::trim).filter(|text| !text.is_empty())?;
    if text.chars().count() > most {
        let detail = format!("at most {most} characters");
        faults.push(FieldFault::new(pointer, "too-long", detail).allowing(format!("≤ {most}")));
    } else if text.chars().any(is_bad) {
        let detail = "control characters are not taken here";
        faults.push(FieldFault::new(pointer, "control-character", detail));
    }
    Some(text.to_owned())
}
