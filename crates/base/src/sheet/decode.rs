use encoding_rs::SHIFT_JIS;

use super::LineFault;

const BYTE_ORDER_MARK: char = '\u{feff}';

/// The text of a file in UTF-8 (with or without a byte order mark) or in Shift_JIS as Windows writes it, each line ended by `\n`.
pub(super) fn decode(bytes: &[u8]) -> Result<String, LineFault> {
    if bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]) {
        return Err(LineFault::new(1, "the file is in UTF-16: save it as CSV in UTF-8 or Shift_JIS"));
    }
    let text = match utf8(bytes) {
        Some(text) => text,
        None if is_meant_as_utf8(bytes) => {
            let line = bytes.split(|byte| *byte == b'\n').position(|line| utf8(line).is_none());
            return Err(LineFault::new(line.unwrap_or_default() + 1, "this is no UTF-8, as other lines are"));
        }
        None => match shift_jis(bytes) {
            Some(text) => text,
            None => return Err(LineFault::new(unreadable(bytes), "this is neither UTF-8 nor Shift_JIS")),
        },
    };
    let text = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(&text);
    Ok(text.replace("\r\n", "\n").replace('\r', "\n"))
}

/// Whether a file that is no UTF-8 as a whole was meant to be: it says so at its beginning, or most lines with more than ASCII in
/// them are. By chance many such bytes are characters of Shift_JIS, too.
fn is_meant_as_utf8(bytes: &[u8]) -> bool {
    let lines = bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_ascii());
    let (good, bad): (Vec<&[u8]>, Vec<&[u8]>) = lines.partition(|line| utf8(line).is_some());
    bytes.starts_with(&[0xEF, 0xBB, 0xBF]) || good.len() > bad.len()
}

fn utf8(bytes: &[u8]) -> Option<String> {
    std::str::from_utf8(bytes).ok().map(str::to_owned)
}

fn shift_jis(bytes: &[u8]) -> Option<String> {
    SHIFT_JIS.decode_without_bom_handling_and_without_replacement(bytes).map(std::borrow::Cow::into_owned)
}

/// The number of the line that cannot be read; where each can be read by itself, that of the first which is not like those
/// before it.
fn unreadable(bytes: &[u8]) -> usize {
    // No byte of a character of Shift_JIS looks like a line break.
    let lines = || bytes.split(|byte| *byte == b'\n');
    let neither = lines().position(|line| utf8(line).is_none() && shift_jis(line).is_none());
    let place = neither.or_else(|| lines().position(|line| utf8(line).is_none()));
    place.unwrap_or_default() + 1
}
