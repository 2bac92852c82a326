use unicode_normalization::UnicodeNormalization;

use super::{fold, fold::is_kana, number, romaji::fold_romaji};

/// What a person typed to find something: words that must all be found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    words: Vec<Word>,
}

/// One word of a [`Query`], in every form in which it may be found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    typed: String,
    text: String,
    romaji: Option<String>,
    digits: Option<String>,
}

impl Query {
    /// What is to be found by all of these words.
    pub(crate) fn of(words: Vec<Word>) -> Self {
        Self { words }
    }

    /// Splits what was typed at spaces, full-width ones too. What is passed over by [`fold`] alone is no word, nor is one that only
    /// says what number follows it (`内線 7012`).
    #[must_use]
    pub fn parse(typed: &str) -> Self {
        let mut typed = typed.split_whitespace().peekable();
        let mut words = Vec::new();
        while let Some(word) = typed.next() {
            let says_what_follows =
                number::is_label(word) && typed.peek().is_some_and(|next| number::digits(next).is_some());
            if !says_what_follows {
                words.extend(Word::parse(word));
            }
        }
        Self { words }
    }

    /// The words.
    #[must_use]
    pub fn words(&self) -> &[Word] {
        &self.words
    }

    /// Whether nothing is left to look for.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// Whether each word is found in `folded` (texts that passed through [`fold`], joined by a line feed) or in `romaji`
    /// (readings that passed through [`fold_reading`](super::fold_reading), joined likewise).
    #[must_use]
    pub fn matches(&self, folded: &str, romaji: &str) -> bool {
        self.words.iter().all(|word| word.matches(folded, romaji))
    }
}

impl Word {
    pub(super) fn parse(typed: &str) -> Option<Self> {
        let text = fold(typed);
        if text.is_empty() {
            return None;
        }
        let romaji = is_spelt_out(typed).then(|| fold_romaji(typed)).filter(|key| !key.is_empty());
        let digits = number::digits(typed).or_else(|| number::labelled_digits(typed));
        let digits = digits.filter(|digits| *digits != text);
        Some(Self { typed: typed.to_owned(), digits, text, romaji })
    }

    /// The whole of what was typed as one word, whatever spaces are in it; `None` when nothing is left to look for.
    #[must_use]
    pub fn whole(typed: &str) -> Option<Self> {
        let text = fold(typed);
        if text.is_empty() {
            return None;
        }
        let mut words = typed.split_whitespace();
        let spelt_out = words.clone().all(is_spelt_out);
        let romaji: Option<String> = spelt_out.then(|| words.by_ref().map(fold_romaji).collect());
        let digits = number::digits(typed).filter(|digits| *digits != text);
        Some(Self { typed: typed.to_owned(), text, romaji: romaji.filter(|key| !key.is_empty()), digits })
    }

    /// The word as it was typed.
    pub(super) fn typed(&self) -> &str {
        &self.typed
    }

    /// The word as it is found among folded texts.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The word as it is found among folded readings; `None` when it is not written by sound.
    #[must_use]
    pub fn romaji(&self) -> Option<&str> {
        self.romaji.as_deref()
    }

    /// The word as it is found among numbers, when that differs from its text.
    #[must_use]
    pub fn digits(&self) -> Option<&str> {
        self.digits.as_deref()
    }

    /// Whether the word is found in either.
    #[must_use]
    pub fn matches(&self, folded: &str, romaji: &str) -> bool {
        folded.contains(&self.text)
            || self.digits.as_ref().is_some_and(|digits| folded.contains(digits))
            || self.romaji.as_ref().is_some_and(|key| romaji.contains(key))
    }
}

/// Whether a word is compared by sound: romaji, kana with a long-vowel mark (`おーた`), or kana that ends in letters
/// because it is still being typed (`たかh`). Plain kana is compared as it stands, kanji never by sound.
fn is_spelt_out(typed: &str) -> bool {
    let (mut has_latin, mut has_kana, mut has_mark) = (false, false, false);
    for c in typed.nfkc() {
        match c {
            'ー' => has_mark = true,
            'a'..='z' | 'A'..='Z' | '\u{c0}'..='\u{24f}' => has_latin = true,
            '\'' | '’' | 'ʼ' | '-' | '\u{300}'..='\u{36f}' => {}
            kana if is_kana(kana) => has_kana = true,
            _ => return false,
        }
    }
    has_latin || (has_kana && has_mark)
}
