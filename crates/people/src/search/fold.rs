use unicode_normalization::{IsNormalized, UnicodeNormalization, char::compose, is_nfkc_quick};

use super::{between_kanji, variants};

/// The text as it is compared: one width, one case, hiragana, one glyph of each kanji, without spaces, long-vowel
/// marks, middle dots and hyphens.
///
/// Both what is searched and what is searched for pass through it; it only ever makes more things equal. The result is
/// for comparing and never shown.
#[must_use]
pub fn fold(text: &str) -> String {
    fold_by(text, Marks::Read)
}

/// The text as it is compared with what begins or ends in the middle of it, where a mark that repeats a letter stands for nothing yet:
/// `々木` is in `佐々木`, `ヴ` in `ヴァン`, `霞ヶ` in `霞ヶ関`. `None` where there is no such place.
#[must_use]
pub fn fold_as_written(text: &str) -> Option<String> {
    if !text.chars().any(|c| is_read_by_what_stands_before(c) || between_kanji::is_written_for_it(c)) {
        return None;
    }
    let (read, written) = (fold(text), fold_by(text, Marks::AsWritten));
    (read != written).then_some(written)
}

/// The text as [`fold`] and as [`fold_as_written`] compare it, a line each.
#[must_use]
pub fn fold_lines(text: &str) -> String {
    let mut lines = fold(text);
    if let Some(written) = fold_as_written(text) {
        lines.push('\n');
        lines.push_str(&written);
    }
    lines
}

/// Whether what begins or ends so is read otherwise where something stands before or behind it, as `々木` and `霞ヶ` are.
#[must_use]
pub fn is_cut_within(text: &str) -> bool {
    let first = text.chars().next();
    first.is_some_and(is_read_by_what_stands_before) || between_kanji::is_cut_beside(text)
}

/// Marks that repeat a letter, and the small vowels that make something else of `ゔ`.
fn is_read_by_what_stands_before(c: char) -> bool {
    matches!(
        c,
        '々' | '〻'
            | 'ゝ'
            | 'ヽ'
            | 'ゞ'
            | 'ヾ'
            | 'ァ'
            | 'ぁ'
            | 'ィ'
            | 'ぃ'
            | 'ェ'
            | 'ぇ'
            | 'ォ'
            | 'ぉ'
            | 'ｧ'
            | 'ｨ'
            | 'ｪ'
            | 'ｫ'
    )
}

/// What becomes of marks and letters that say what they are only by what stands before them.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Marks {
    Read,
    AsWritten,
}

fn fold_by(text: &str, marks: Marks) -> String {
    let mut folded = String::with_capacity(text.len());
    if text.chars().all(is_plain) || is_nfkc_quick(text.chars()) == IsNormalized::Yes {
        fold_into(&mut folded, text.chars(), marks);
    } else {
        fold_into(&mut folded, text.nfkc(), marks);
    }
    folded
}

fn fold_into(folded: &mut String, text: impl Iterator<Item = char>, marks: Marks) {
    let read = |folded: &str| if marks == Marks::AsWritten { None } else { folded.chars().next_back() };
    let (mut text, mut before) = (text.peekable(), None);
    while let Some(c) = text.next() {
        let between = if marks == Marks::Read && between_kanji::is_written_for_it(c) {
            between_kanji::read(before, c, text.peek().copied())
        } else {
            None
        };
        if !is_selector(c) {
            before = Some(c);
        }
        if let Some(letter) = between {
            folded.push(letter);
        } else if c.is_ascii_alphanumeric() {
            folded.push(c.to_ascii_lowercase());
        } else if is_kanji(c) {
            folded.push(variants::representative(c));
        } else if is_dropped(c) {
        } else if let Some(repeated) = read(folded).and_then(|last| repeated(last, c)) {
            folded.push(repeated);
        } else if let Some(syllable) = read(folded).and_then(|last| after_v(last, c)) {
            folded.pop();
            folded.push(syllable);
        } else if let Some(kana) = kana(c) {
            folded.push(kana);
        } else if c.is_lowercase() || !c.is_alphabetic() {
            folded.push(c);
        } else {
            folded.extend(variants::representative(c).to_lowercase());
        }
    }
}

/// What names are mostly made of, and what NFKC leaves as it is wherever it stands.
fn is_plain(c: char) -> bool {
    c.is_ascii() || is_kanji(c) || matches!(c, 'ぁ'..='ゖ' | 'ァ'..='ヺ' | 'ー')
}

/// The kanji that Unicode had first, which have no case and are no marks.
fn is_kanji(c: char) -> bool {
    matches!(c, '\u{4e00}'..='\u{9fff}')
}

/// What a reader passes over: spaces, hyphens and dashes, the long-vowel mark, middle dots, and the selectors that pick
/// one glyph of a kanji (Unicode TR 37).
fn is_dropped(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | 'ー' | '・' | '·' | '\u{30a0}')
        || matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}')
        || is_selector(c)
}

/// What picks one glyph of the kanji before it.
fn is_selector(c: char) -> bool {
    matches!(c, '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}')
}

/// The character for which an iteration mark stands: `佐々木` is `佐佐木`, `いすゞ` is `いすず`.
fn repeated(last: char, mark: char) -> Option<char> {
    match mark {
        '々' | '〻' | 'ゝ' | 'ヽ' => Some(last),
        'ゞ' | 'ヾ' => compose(last, '\u{3099}').map_or(Some(last), kana),
        _ => None,
    }
}

/// The syllable that a small vowel makes of `ゔ`, which stands at the end as `ぶ`: `ヴァ` is `バ`.
fn after_v(last: char, vowel: char) -> Option<char> {
    if last != 'ぶ' {
        return None;
    }
    match vowel {
        'ァ' | 'ぁ' => Some('ば'),
        'ィ' | 'ぃ' => Some('び'),
        'ェ' | 'ぇ' => Some('べ'),
        'ォ' | 'ぉ' => Some('ぼ'),
        _ => None,
    }
}

/// Hiragana for katakana that has it; `None` for what is neither.
pub(super) fn hiragana(c: char) -> Option<char> {
    match c {
        'ァ'..='ヶ' => char::from_u32(u32::from(c) - 0x60),
        'ぁ'..='ゖ' => Some(c),
        _ => None,
    }
}

/// Hiragana for katakana, large for small, and one of each pair that sounds alike; `None` for what is not kana.
fn kana(c: char) -> Option<char> {
    match c {
        'ヷ' => return Some('ば'),
        'ヸ' => return Some('び'),
        'ヹ' => return Some('べ'),
        'ヺ' => return Some('ぼ'),
        _ => {}
    }
    Some(match hiragana(c)? {
        'ぁ' => 'あ',
        'ぃ' | 'ゐ' => 'い',
        'ぅ' => 'う',
        'ぇ' | 'ゑ' => 'え',
        'ぉ' | 'を' => 'お',
        'っ' => 'つ',
        'ゃ' => 'や',
        'ゅ' => 'ゆ',
        'ょ' => 'よ',
        'ゎ' => 'わ',
        'ゕ' => 'か',
        'ゖ' => 'け',
        'ぢ' => 'じ',
        'づ' => 'ず',
        'ゔ' => 'ぶ',
        other => other,
    })
}

/// Whether `c` is hiragana or katakana of either width, or the long-vowel mark.
pub(super) fn is_kana(c: char) -> bool {
    matches!(c, 'ぁ'..='ゖ' | 'ァ'..='ヺ' | 'ー' | 'ヽ' | 'ヾ' | 'ゝ' | 'ゞ' | '\u{ff66}'..='\u{ff9f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_taken_for_plain_and_for_kanji_is_what_the_long_way_leaves_as_it_is() {
        for c in ('\0'..=char::MAX).filter(|c| is_plain(*c)) {
            assert_eq!(is_nfkc_quick([c, 'か', c].into_iter()), IsNormalized::Yes, "{c}");
        }
        for c in ('\0'..=char::MAX).filter(|c| is_kanji(*c)) {
            assert!(!is_dropped(c) && kana(c).is_none() && repeated('か', c).is_none(), "{c}");
            let glyph = variants::representative(c);
            assert!(!c.is_lowercase() && glyph.to_lowercase().eq([glyph]), "{c}");
        }
    }

    #[test]
    fn what_is_said_to_be_read_by_what_stands_before_is_all_of_it() {
        // Beyond these planes are tags, selectors and what is nobody's.
        for c in '\0'..='\u{3ffff}' {
            let text = format!("か{c}ヴ{c}");
            let differs = fold(&text) != fold_by(&text, Marks::AsWritten);
            assert_eq!(differs, is_read_by_what_stands_before(c), "{c}");
        }
    }
}
