use unicode_normalization::UnicodeNormalization;
use wana_kana::ConvertJapanese;

use super::fold::is_kana;

/// A reading (kana, or romaji) as it is found by sound: its keys, one a line. The first is that of its words, put
/// together; others follow where the words run into one another (`さとう うめ` is also `satoume`) and where `ん` stands
/// before a vowel (`けんいち` is `kenichi` and `kennichi`) and where a long `o` does (`おおいし` is `oishi` and `ohishi`).
#[must_use]
pub fn fold_reading(reading: &str) -> String {
    let latin: Vec<String> = reading.split_whitespace().map(latin).collect();
    let first = latin.iter().map(|word| key(word)).collect();
    let joined = latin.concat();
    let mut keys = vec![first, key(&joined)];
    if joined.contains("n'") {
        keys.push(latin.iter().map(|word| key(&word.replace("n'", "nn"))).collect());
    }
    if let Some(spelt) = with_h(&joined) {
        keys.push(key(&spelt));
    }
    keys.dedup();
    keys.join("\n")
}

/// A reading of a name as it is found by sound in either of its words, or from the beginning of the whole, but not across the
/// border between two words: the keys of [`fold_reading`], one a line, and where in the first that of the second word begins (0
/// when there is none). Of the other spellings each word is a line, and what they come to together is a line behind
/// [`ONLY_FROM_START`].
pub(crate) fn fold_name_reading(reading: &str) -> (String, usize) {
    let latin: Vec<String> = reading.split_whitespace().map(latin).collect();
    let keys: Vec<String> = latin.iter().map(|word| key(word)).collect();
    let first = keys.concat();
    let family = keys.first().map_or(0, String::len);
    let given = if first.len() > family { family } else { 0 };
    let mut lines = vec![first.clone()];
    let together = key(&latin.concat());
    if together != first {
        lines.push(format!("{ONLY_FROM_START}{together}"));
    }
    let spelt = |word: &String| with_h(word).unwrap_or_else(|| word.clone());
    for other in [
        latin.iter().map(|word| word.replace("n'", "nn")).collect::<Vec<_>>(),
        latin.iter().map(spelt).collect(),
    ] {
        if other != latin {
            let keys = other.iter().map(|word| key(word));
            lines.extend(keys);
            lines.push(format!("{ONLY_FROM_START}{}", key(&other.concat())));
        }
    }
    (lines.join("\n"), given)
}

/// Before a line that is found from its beginning alone.
pub(crate) const ONLY_FROM_START: char = '\u{1}';

/// A long `o` before a vowel, written with `h`, which a typed word cannot tell from a syllable of its own; `None` when
/// there is no such place.
fn with_h(latin: &str) -> Option<String> {
    let mut letters: Vec<u8> = latin.bytes().collect();
    let long = |at: &[u8]| matches!(at, [b'o', b'o' | b'u', b'a' | b'i' | b'u' | b'e' | b'o']);
    let places: Vec<usize> =
        letters.windows(3).enumerate().filter(|(_, window)| long(window)).map(|(at, _)| at + 1).collect();
    for at in &places {
        if let Some(letter) = letters.get_mut(*at) {
            *letter = b'h';
        }
    }
    if places.is_empty() { None } else { String::from_utf8(letters).ok() }
}

/// The key of one word that was typed: every romanisation of a reading meets in it, Hepburn, Kunrei and careless ones,
/// with long vowels written or not.
pub(super) fn fold_romaji(word: &str) -> String {
    key(&latin(word))
}

/// Syllables with `v` with those that sound alike; the longer ones first.
const V: [(&str, &str); 10] = [
    ("ヴァ", "バ"),
    ("ヴィ", "ビ"),
    ("ヴェ", "ベ"),
    ("ヴォ", "ボ"),
    ("ヴ", "ブ"),
    ("ゔぁ", "ば"),
    ("ゔぃ", "び"),
    ("ゔぇ", "べ"),
    ("ゔぉ", "ぼ"),
    ("ゔ", "ぶ"),
];

/// Kana as romaji; all else as it stands.
fn latin(word: &str) -> String {
    let word: String = word.nfkc().collect();
    if !word.chars().any(is_kana) {
        word
    } else if word.contains(['ヴ', 'ゔ']) {
        V.into_iter().fold(word, |word, (written, alike)| word.replace(written, alike)).to_romaji()
    } else {
        word.to_romaji()
    }
}

fn key(latin: &str) -> String {
    let letters: Vec<u8> = latin
        .nfd()
        .filter(char::is_ascii_alphabetic)
        .filter_map(|c| u8::try_from(c.to_ascii_lowercase()).ok())
        .collect();
    shorten(&respell(&letters))
}

/// Kunrei consonants: `sh` is `sy`, `ch` is `ty`, `ts` is `t`, `f` is `h`, `j` is `zy`, and so on. What is cut off in
/// the middle of a consonant stays a prefix of the whole.
fn respell(letters: &[u8]) -> Vec<u8> {
    let mut out: Vec<u8> = Vec::with_capacity(letters.len() + 2);
    let mut rest = letters;
    while let Some((&c, tail)) = rest.split_first() {
        let (spelt, used): (&[u8], usize) = match rest {
            [b's', b'h', b'i', ..] | [b's', b'y', b'i', ..] => (b"si", 3),
            [b's', b'h'] => (b"s", 2),
            [b's', b'h', ..] => (b"sy", 2),
            [b'c', b'c', b'h', ..] | [b't', b'c', b'h', ..] => (b"t", 1),
            [b'c', b'h', b'i', ..] | [b't', b'y', b'i', ..] => (b"ti", 3),
            [b'c', b'h'] | [b't', b'c'] => (b"t", 2),
            [b'c', b'h', ..] => (b"ty", 2),
            [b't', b's', ..] => (b"t", 2),
            [b'd', b'z', ..] => (b"z", 2),
            [b'd', b'j', ..] => (b"", 1),
            [b'd', b'u', ..] => (b"zu", 2),
            [b'd', b'i', ..] => (b"zi", 2),
            [b'j', b'i', ..] => (b"zi", 2),
            [b'j', b'y', b'i', ..] | [b'z', b'y', b'i', ..] => (b"zi", 3),
            [b'j', b'y', ..] => (b"zy", 2),
            [b'j'] => (b"z", 1),
            [b'j', ..] => (b"zy", 1),
            [b'c'] => (b"t", 1),
            [b'c', ..] => (b"k", 1),
            [b'f', ..] => (b"h", 1),
            [b'l', ..] => (b"r", 1),
            [b'v', ..] => (b"b", 1),
            [b'm', b'b' | b'm' | b'p', ..] => (b"n", 1),
            [b'w', b'o' | b'i' | b'e', ..] => (b"", 1),
            [b'y', b'e', ..] => (b"", 1),
            _ => (std::slice::from_ref(&c), 1),
        };
        out.extend_from_slice(spelt);
        rest = if used == 1 { tail } else { rest.get(used..).unwrap_or_default() };
    }
    out
}

/// Long vowels as short ones (`ou`, `oo`, `oh`, `uu`, `uh`), and `ん` as one `n` before a consonant and at the end.
fn shorten(letters: &[u8]) -> String {
    let mut out = String::with_capacity(letters.len());
    let mut vowel = 0_u8;
    for (at, &c) in letters.iter().enumerate() {
        let next = letters.get(at + 1).copied();
        let lengthens = match (vowel, c) {
            (b'o', b'o' | b'u') | (b'u', b'u') => true,
            (b'o' | b'u', b'h') => !next.is_some_and(|next| b"aiueo".contains(&next)),
            _ => false,
        };
        if lengthens {
            continue;
        }
        vowel = c;
        let doubled =
            c == b'n' && next == Some(b'n') && !letters.get(at + 2).is_some_and(|c| b"aiueoy".contains(c));
        if !doubled {
            out.push(char::from(c));
        }
    }
    out
}
