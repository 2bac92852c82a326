use renraku_people::search::{Word, fold, fold_as_written, fold_number, fold_reading, is_cut_within};

use crate::{
    dn::{self, Dn},
    schema::Matching,
};

/// A value that is looked for, in the forms in which it is compared.
#[derive(Debug)]
pub(crate) struct Needle {
    pub text: String,
    /// The same as written, where it has marks that repeat a letter.
    written: Option<String>,
    /// The same by its sound, for names.
    pub sound: Option<String>,
    /// As the directory's index finds it.
    pub word: Option<Word>,
}

/// A piece of a value.
#[derive(Debug)]
pub(crate) struct Piece {
    pub place: Place,
    pub needle: Needle,
}

/// Where a piece must stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    Start,
    Anywhere,
    End,
}

/// A value in the form in which it is compared; `None` when it is no value of that kind.
pub(crate) fn normal(matching: Matching, value: &str) -> Option<String> {
    let normal = match matching {
        Matching::Name | Matching::Text => fold(value),
        Matching::Number => return fold_number(value),
        Matching::Word => dn::canonical(value),
        Matching::Dn => return value.parse::<Dn>().ok().map(|name| name.canonical()),
        Matching::Picture => return None,
    };
    (!normal.is_empty()).then_some(normal)
}

/// What has marks that are read by their neighbours as it is written: a piece may begin or end with one.
fn as_written(matching: Matching, value: &str) -> Option<String> {
    matches!(matching, Matching::Name | Matching::Text).then(|| fold_as_written(value)).flatten()
}

impl Needle {
    /// A whole value.
    pub fn whole(matching: Matching, value: &str) -> Option<Self> {
        let text = normal(matching, value)?;
        let word = Word::whole(if matching == Matching::Number { &text } else { value });
        Some(Self::new(matching, text, value, word))
    }

    /// A piece of a value.
    pub fn piece(matching: Matching, piece: &str) -> Option<Self> {
        let word = Word::whole(piece);
        let text = match matching {
            Matching::Name | Matching::Text => fold(piece),
            Matching::Number => {
                let word = word.as_ref()?;
                let digits = word.digits().unwrap_or(word.text());
                if !digits.bytes().all(|digit| digit.is_ascii_digit()) {
                    return None;
                }
                digits.to_owned()
            }
            Matching::Word => piece.to_lowercase(),
            Matching::Dn | Matching::Picture => return None,
        };
        // The index knows each word of a name as written, and not what goes from one into the next.
        let known = piece.split_whitespace().nth(1).is_none() || !is_cut_within(piece);
        (!text.is_empty()).then(|| Self::new(matching, text, piece, word.filter(|_| known)))
    }

    fn new(matching: Matching, text: String, typed: &str, word: Option<Word>) -> Self {
        let by_sound = word.as_ref().filter(|_| matching == Matching::Name);
        let sound = by_sound.and_then(Word::romaji).map(str::to_owned);
        Self { text, written: as_written(matching, typed), sound, word }
    }

    /// Whether a value is the one that is looked for.
    pub fn is(&self, matching: Matching, value: &str, phonetic: bool) -> bool {
        if normal(matching, value).as_deref() == Some(self.text.as_str()) {
            return true;
        }
        let Some(sound) = self.sound.as_ref().filter(|_| phonetic) else { return false };
        fold_reading(value).lines().any(|key| key == sound)
    }
}

/// Whether a value has all the pieces, one after the other.
pub(crate) fn fits(pieces: &[Piece], matching: Matching, value: &str, phonetic: bool) -> bool {
    let texts = pieces.iter().map(|piece| Some((piece.place, piece.needle.text.as_str())));
    let normal = match matching {
        Matching::Word => Some(value.to_lowercase()),
        _ => normal(matching, value),
    };
    if normal.is_some_and(|value| follow_one_another(texts, &value)) {
        return true;
    }
    if let Some(value) = as_written(matching, value) {
        let written = pieces
            .iter()
            .map(|Piece { place, needle }| Some((*place, needle.written.as_deref().unwrap_or(&needle.text))));
        if follow_one_another(written, &value) {
            return true;
        }
    }
    if !phonetic || pieces.iter().any(|piece| piece.needle.sound.is_none()) {
        return false;
    }
    let sounds = pieces.iter().map(|piece| piece.needle.sound.as_deref().map(|sound| (piece.place, sound)));
    fold_reading(value).lines().any(|key| follow_one_another(sounds.clone(), key))
}

fn follow_one_another<'p>(pieces: impl Iterator<Item = Option<(Place, &'p str)>>, value: &str) -> bool {
    let mut rest = value;
    for piece in pieces {
        let after = match piece {
            Some((Place::Start, text)) => rest.strip_prefix(text),
            Some((Place::Anywhere, text)) => rest.split_once(text).map(|(_, after)| after),
            Some((Place::End, text)) => rest.ends_with(text).then_some(""),
            None => None,
        };
        match after {
            Some(after) => rest = after,
            None => return false,
        }
    }
    true
}
