//! `ヶ` and what is written for it: between two kanji it is no `ke`, but `ga` (`霞ヶ関`), or `ka` when things are counted (`一ヶ月`).

use unicode_normalization::UnicodeNormalization;

/// What a letter between two kanji stands for: `霞ケ関` and `霞ガ関` are `霞が関`, `一ヶ月` and `一箇月` are `一か月`. `None` where it stands
/// for itself. After a numeral `ga` is `ka`, too, since a name may count (`八ヶ岳`, `八が岳`).
pub(super) fn read(before: Option<char>, c: char, after: Option<char>) -> Option<char> {
    let before = before.filter(|_| is_written_for_it(c) && after.is_some_and(is_ideograph))?;
    if is_numeral(before) {
        return Some('か');
    }
    let reads_ga = matches!(c, 'ヶ' | 'ケ' | 'ゖ' | 'ヵ' | 'ゕ' | 'ガ' | 'が');
    (reads_ga && (is_ideograph(before) || matches!(before, '々' | '〻'))).then_some('が')
}

/// What is written for it, half-width letters too, but what it is read as after a numeral.
pub(super) fn is_written_for_it(c: char) -> bool {
    matches!(c, 'ヶ' | 'ケ' | 'ゖ' | 'ヵ' | 'ゕ' | 'カ' | 'ガ' | 'が' | '箇' | '个' | '個' | 'ｹ' | 'ｶ')
}

/// Whether a text begins or ends with what would stand for something else if a kanji stood there.
pub(super) fn is_cut_beside(text: &str) -> bool {
    let letters: Vec<char> = text.nfkc().collect();
    let begins = matches!(letters[..], [c, next, ..] if read(Some('一'), c, Some(next)).is_some());
    begins || matches!(letters[..], [.., before, c] if read(Some(before), c, Some('一')).is_some())
}

fn is_numeral(c: char) -> bool {
    c.is_ascii_digit()
        || matches!(c, '〇' | '一' | '二' | '三' | '四' | '五' | '六' | '七' | '八' | '九')
        || matches!(c, '十' | '百' | '千' | '万' | '数' | '何' | '幾')
}

fn is_ideograph(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}
