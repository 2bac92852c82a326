use unicode_normalization::UnicodeNormalization;

/// The most digits that a number may have (ITU-T E.164).
const MAX_DIGITS: usize = 15;

/// The fewest digits of a number with its country code that is not taken for a slip of the pen.
const SHORTEST_PUBLIC: usize = 7;

/// Japan's country code.
const JAPAN: &str = "81";

/// What is dialled in Japan before the country code of another country.
const ABROAD: &str = "010";

/// What may stand before a number.
const LABELS: [&str; 4] = ["tel", "ext", "内線", "外線"];

/// A phone number in any spelling as its digits in domestic form: `+81 155-26-1111`, `００８１１５５２６１１１１` and
/// `0155(26)1111` are `0155261111`; an extension stays what it is. `None` when it is not a number.
#[must_use]
pub fn fold_number(text: &str) -> Option<String> {
    let digits = digits(without_label(text))?;
    (digits.len() >= 2 && digits.len() <= MAX_DIGITS).then_some(digits)
}

/// A phone number as the public network knows it, country code first (ITU-T E.164): `0155-26-1111` and `+81 155 26 1111` are
/// 81155261111. `None` for what cannot be called from anywhere: an extension, a number without its area code.
#[must_use]
pub fn fold_public_number(text: &str) -> Option<i64> {
    let (digits, plus) = read(without_label(text))?;
    let abroad = if plus { Some(digits.as_str()) } else { digits.strip_prefix(ABROAD) };
    let number = match abroad.filter(|number| !number.starts_with(JAPAN)) {
        Some(abroad) => {
            let whole = (SHORTEST_PUBLIC..=MAX_DIGITS).contains(&abroad.len()) && !abroad.starts_with('0');
            whole.then(|| abroad.to_owned())
        }
        None => at_home(domestic(&digits, plus).strip_prefix('0')?),
    };
    number?.parse().ok()
}

/// A Japanese number with its country code, from what follows the trunk prefix: nine digits, or ten of a mobile phone.
fn at_home(subscriber: &str) -> Option<String> {
    (matches!(subscriber.len(), 9 | 10) && !subscriber.starts_with('0'))
        .then(|| format!("{JAPAN}{subscriber}"))
}

/// The digits of a number or a part of one behind a word that says what it is, like `内線7012`; `None` when there is no such word.
pub(super) fn labelled_digits(text: &str) -> Option<String> {
    let rest = without_label(text);
    if rest.len() == text.trim().len() { None } else { digits(rest) }
}

/// Whether this is a word that says what number follows it.
pub(super) fn is_label(text: &str) -> bool {
    LABELS.iter().any(|label| text.trim_end_matches([':', '：', '.']).eq_ignore_ascii_case(label))
}

/// What is written of a number, without a word before it that says what it is.
fn without_label(text: &str) -> &str {
    let text = text.trim();
    let label = LABELS.iter().find_map(|label| {
        let head = text.get(..label.len())?;
        head.eq_ignore_ascii_case(label).then_some(text.get(label.len()..)?)
    });
    label.map_or(text, |rest| rest.trim_start_matches([':', '：', '.', ' ', '　']))
}

/// The digits of a whole or partial number in domestic form; `None` when there is anything but digits and what is
/// written between them.
pub(super) fn digits(text: &str) -> Option<String> {
    read(text).map(|(digits, international)| domestic(&digits, international))
}

/// The digits of a number, and whether a plus stands before them.
fn read(text: &str) -> Option<(String, bool)> {
    let mut digits = String::with_capacity(text.len());
    let mut international = false;
    for c in text.nfkc() {
        match c {
            '0'..='9' => digits.push(c),
            '+' if digits.is_empty() && !international => international = true,
            '/' => {}
            c if is_between(c) => {}
            _ => return None,
        }
    }
    if digits.is_empty() { None } else { Some((digits, international)) }
}

/// What is written between the digits of one number.
pub(super) fn is_between(c: char) -> bool {
    matches!(c, ' ' | '-' | '.' | '(' | ')' | '\u{2010}'..='\u{2015}' | '\u{2212}' | 'ー')
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
