use renraku_base::ContactId;
use renraku_db::ReadTx;
use renraku_people::search::{Query, fold, fold_as_written, fold_reading};

use super::{ObjectBook, SearchTexts, others};
use crate::{ContactsFault, codec::vcard::Property, rules::index::FOUND};

/// The properties in which a reading may stand.
const READ_ALOUD: [&str; 2] = ["FN", "N"];

/// Where a text is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Among what contacts are found by: names, firms, posts, numbers, addresses of mail, categories.
    Found,
    /// Among whatever else their cards say.
    Others,
}

/// A text that is looked for, however it is written: in kanji of any glyph, in kana, in romaji.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Needle {
    text: String,
    romaji: Option<String>,
}

impl Needle {
    /// The needle for a text; `None` for one that folding takes apart, so that it must be looked for card by card.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let folded = fold(text);
        // What stands before these decides what they are; separators of a structured value are not in the texts.
        let depends = text.starts_with(['々', '〻', 'ゝ', 'ヽ', 'ゞ', 'ヾ', '\u{3099}', '\u{309a}', 'ﾞ', 'ﾟ']);
        if folded.is_empty() || depends || text.contains([';', ',', '\\', '\n']) {
            return None;
        }
        let query = Query::parse(text);
        let romaji = match query.words() {
            [word] => word.romaji().map(str::to_owned),
            _ => None,
        };
        Some(Self { text: folded, romaji })
    }

    /// Which texts of address books hold all that this property of a card can say; `None` for what no text is.
    #[must_use]
    pub fn place(property: &str) -> Option<Place> {
        let property = property.to_ascii_lowercase();
        match Self::is_found_by(&property) {
            true => Some(Place::Found),
            false => others::holds(&property).then_some(Place::Others),
        }
    }

    /// Whether contacts are found by this property.
    pub(super) fn is_found_by(property: &str) -> bool {
        FOUND.contains(&property)
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    pub(super) fn romaji(&self) -> Option<&str> {
        self.romaji.as_deref()
    }

    /// Whether a value of a property, or how the card says that its name is read, meets it: contains it, or begins or ends with it.
    #[must_use]
    pub fn is_found(
        &self,
        property: &Property,
        card: &[Property],
        meets: impl Fn(&str, &str) -> bool,
    ) -> bool {
        let mut text = property.text();
        if property.name == "ORG" {
            // As it is said and searched: the firm and its units one after the other.
            text = text.replace(';', "");
        }
        let written = || fold_as_written(&text).is_some_and(|written| meets(&written, &self.text));
        if meets(&fold(&text), &self.text) || written() {
            return true;
        }
        READ_ALOUD.contains(&property.name.as_str())
            && readings(card).any(|reading| {
                let sounds = self.romaji.as_ref().is_some_and(|key| meets(&fold_reading(&reading), key));
                sounds || meets(&fold(&reading), &self.text)
            })
    }
}

/// How the name of a card is read: part by part, and as one.
fn readings(card: &[Property]) -> impl Iterator<Item = String> {
    let said = card.iter().filter(|it| it.name.starts_with("X-PHONETIC-") || it.name == "SORT-STRING");
    let said: Vec<String> = said.map(Property::text).collect();
    let sorted = card.iter().filter(|it| it.name == "N").filter_map(|it| it.param("SORT-AS"));
    let sorted: Vec<String> = sorted.map(|it| it.replace(',', " ")).collect();
    let part = |name: &str| card.iter().find(|it| it.name == name).map(Property::text);
    let whole = [part("X-PHONETIC-LAST-NAME"), part("X-PHONETIC-FIRST-NAME")];
    let whole = whole.into_iter().flatten().collect::<Vec<_>>().join(" ");
    said.into_iter().chain(sorted).chain([whole])
}

/// The contacts of an address book in which a needle may be found, in ascending order of their ids: all of those in which it is.
///
/// # Errors
/// [`ContactsFault::Internal`] when the database fails.
pub fn find(
    tx: &mut ReadTx<'_>,
    texts: &SearchTexts,
    book: &ObjectBook,
    needle: (&Needle, Place),
) -> Result<Vec<ContactId>, ContactsFault> {
    texts.find(tx, book, needle)
}
