use unicode_normalization::{UnicodeNormalization, char::decompose_canonical};

use super::{fold, fold::hiragana};

/// Parts what every letter is at bottom from what else it has; stands before every letter, so that a short word comes before a
/// longer one that begins like it.
const END_OF_LETTERS: char = '\u{2}';

/// A letter as it is put in order.
struct Letter {
    /// What it is at bottom: plain, large, hiragana.
    base: char,
    /// 0 plain, 1 with dakuten, 2 with handakuten.
    voice: u8,
    /// 0 a long-vowel mark, 1 small, 2 an iteration mark, 3 a letter of its own.
    shape: u8,
}

/// The key by which a reading is put in あいうえお order, as JIS X 4061 orders kana: what the letters are at bottom decides; where
/// that is equal, plain stands before dakuten and that before handakuten (かとう, がとう, かな); then the long-vowel mark before a small
/// letter and that before a large one. Hiragana and katakana are the same. Each word, and so the family name, is
/// compared whole before the next.
#[must_use]
pub fn reading_order(reading: &str) -> String {
    let words: Vec<String> =
        reading.split_whitespace().map(word_order).filter(|key| !key.is_empty()).collect();
    words.join(" ")
}

fn word_order(word: &str) -> String {
    let mut letters: Vec<Letter> = Vec::with_capacity(word.len());
    for c in word.nfkc() {
        match letter(c, letters.last()) {
            Some(letter) => letters.push(letter),
            None => {
                letters.extend(fold(c.encode_utf8(&mut [0; 4])).chars().map(|base| Letter::plain(base, 3)));
            }
        }
    }
    let mut key: String = letters.iter().map(|letter| letter.base).collect();
    if !key.is_empty() {
        key.push(END_OF_LETTERS);
        key.extend(letters.iter().map(|letter| char::from(b'0' + letter.voice)));
        key.extend(letters.iter().map(|letter| char::from(b'0' + letter.shape)));
    }
    key
}

impl Letter {
    fn plain(base: char, shape: u8) -> Self {
        Self { base, voice: 0, shape }
    }
}

/// A kana or a mark between kana; `None` for everything else, and for a mark that follows nothing.
fn letter(c: char, before: Option<&Letter>) -> Option<Letter> {
    match c {
        'ー' => return before.and_then(|before| vowel(before.base)).map(|base| Letter::plain(base, 0)),
        '々' | '〻' | 'ゝ' | 'ヽ' => return before.map(|before| Letter::plain(before.base, 2)),
        'ゞ' | 'ヾ' => return before.map(|before| Letter { base: before.base, voice: 1, shape: 2 }),
        _ => {}
    }
    let mut voice = 0;
    let mut base = None;
    decompose_canonical(c, |part| match part {
        '\u{3099}' => voice = 1,
        '\u{309a}' => voice = 2,
        part => base = hiragana(part),
    });
    let (base, shape) = match base? {
        'ぁ' => ('あ', 1),
        'ぃ' => ('い', 1),
        'ぅ' => ('う', 1),
        'ぇ' => ('え', 1),
        'ぉ' => ('お', 1),
        'っ' => ('つ', 1),
        'ゃ' => ('や', 1),
        'ゅ' => ('ゆ', 1),
        'ょ' => ('よ', 1),
        'ゎ' => ('わ', 1),
        'ゕ' => ('か', 1),
        'ゖ' => ('け', 1),
        large => (large, 3),
    };
    Some(Letter { base, voice, shape })
}

/// The vowel in which a plain kana ends, which a long-vowel mark repeats.
fn vowel(base: char) -> Option<char> {
    const ENDING: [(char, &str); 5] = [
        ('あ', "あかさたなはまやらわ"),
        ('い', "いきしちにひみりゐ"),
        ('う', "うくすつぬふむゆる"),
        ('え', "えけせてねへめれゑ"),
        ('お', "おこそとのほもよろを"),
    ];
    ENDING.into_iter().find(|(_, kana)| kana.contains(base)).map(|(vowel, _)| vowel)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readings_stand_in_the_order_of_jis_x_4061() {
        let ordered = [
            "7係",
            "Anna",
            "あい",
            "あいかわ",
            "おおた あい",
            "おおた かずこ",
            "おおだ あい",
            "おおたか あい",
            "かあさん",
            "カール",
            "かとう あきら",
            "かとう いちろう",
            "がとう あきら",
            "かな",
            "がな",
            "かなえ",
            "きょう",
            "きよう",
            "さっか",
            "さつか",
            "しず",
            "しすい",
            "ハハ",
            "はば",
            "はぱ",
            "バハ",
            "ばば",
            "パパ",
            "はん",
            "ふじ",
            "ぷじ",
            "わたなべ",
            "ん",
            "高橋",
        ];
        let mut sorted = ordered;
        sorted.reverse();
        sorted.sort_by_cached_key(|text| reading_order(text));
        assert_eq!(sorted, ordered);
    }

    #[test]
    fn a_mark_stands_for_the_letter_that_it_repeats() {
        let ascending =
            |texts: &[&str]| texts.windows(2).all(|pair| reading_order(pair[0]) < reading_order(pair[1]));
        assert!(ascending(&["カー", "カァ", "かあ"]));
        assert!(ascending(&["いすす", "いすゞ", "いすず", "いすゞえ", "いすせ"]));
        assert_eq!(reading_order("タカハシ"), reading_order("たかはし"));
        assert_eq!(reading_order("ｶﾞﾄｳ"), reading_order("がとう"));
        assert_eq!(reading_order("　はなこ "), reading_order("はなこ"));
        assert_eq!(reading_order("ー"), "");
    }
}
