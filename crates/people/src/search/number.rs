use unicode_normalization::UnicodeNormalization;

/// The most digits that a number may have (ITU-T E.164).
const MAX_DIGITS: usize = 15;

/// What may stand before a number.
const LABELS: [&str; 4] = ["tel", "ext", "内線", "外線"];

/// A phone number in any spelling as its digits in domestic form: `+81 155-26-1111`, `００８１１５５２６１１１１` and
/// `0155(26)1111` are `0155261111`; an extension stays what it is. `None` when it is not a number.
#[must_use]
pub fn fold_number(text: &str) -> Option<String> {
    let text = text.trim();
    let label = LABELS.iter().find_map(|label| {
        let head = text.get(..label.len())?;
        head.eq_ignore_ascii_case(label).then_some(text.get(label.len()..)?)
    });
    let digits = digits(label.map_or(text, |rest| rest.trim_start_matches([':', '：', '.', ' ', '　'])))?;
    (digits.len() >= 2 && digits.len() <= MAX_DIGITS).then_some(digits)
}

/// The digits of a whole or partial number in domestic form; `None` when there is anything but digits and what is
/// written between them.
pub(super) fn digits(text: &str) -> Option<String> {
    let mut digits = String::with_capacity(text.len());
    let mut international = false;
    for c in text.nfkc() {
        match c {
            '0'..='9' => digits.push(c),
            '+' if digits.is_empty() && !international => international = true,
            ' ' | '-' | '.' | '/' | '(' | ')' | '\u{2010}'..='\u{2015}' | '\u{2212}' | 'ー' => {}
            _ => return None,
        }
    }
    if digits.is_empty() {
        return None;
    }
    Some(domestic(&digits, international))
}

/// Japan's country code, however it was dialled, as the trunk prefix 0.
fn domestic(digits: &str, international: bool) -> String {
    let subscriber = if international {
        digits.strip_prefix("81")
    } else {
        digits.strip_prefix("0081").or_else(|| digits.strip_prefix("01081")).or_else(|| {
            digits.strip_prefix("81").filter(|rest| matches!(rest.len(), 9 | 10) && !rest.starts_with('0'))
        })
    };
    match subscriber {
        // `+81 (0)155` repeats the trunk prefix.
        Some(rest) => format!("0{}", rest.strip_prefix('0').unwrap_or(rest)),
        None => digits.to_owned(),
    }
}
