use super::column::Field;
use crate::{
    directory::{Person, index::Listed},
    search::{fold, fold_number, fold_reading_with_given},
};

/// What of a person is searched, folded.
#[derive(Debug)]
pub(super) struct Record {
    /// The name as written.
    pub name: Field,
    /// The name as read, in hiragana.
    pub reading: Field,
    /// The reading as romaji keys, one a line.
    pub sound: Field,
    /// Numbers and addresses, one a line.
    pub others: Field,
    /// By what the person is put in order.
    pub order: String,
}

impl Record {
    pub fn new(listed: &Listed) -> Self {
        let person = &listed.person;
        let phonetic = &person.name.phonetic;
        let (sound, given_sound) = fold_reading_with_given(phonetic);
        let numbers = person.phones.iter().filter_map(|phone| fold_number(&phone.number));
        let emails = person.emails.iter().map(|email| fold(email));
        let username = listed.username.as_deref().map(fold);
        let staff_number = person.staff_number.as_deref().map(fold);
        let others: Vec<String> = numbers.chain(emails).chain(username).chain(staff_number).collect();
        Self {
            name: joined(&person.name.full),
            reading: joined(phonetic),
            sound: Field { text: sound, given: mark(given_sound) },
            others: Field { text: others.join("\n"), given: 0 },
            order: order(person),
        }
    }
}

/// The folded words of a name put together.
fn joined(name: &str) -> Field {
    let mut words = name.split_whitespace().map(fold);
    let mut text = words.next().unwrap_or_default();
    let family = text.len();
    text.extend(words);
    let given = if text.len() > family { mark(family) } else { 0 };
    Field { text, given }
}

/// The key of the あいうえお order: family names first, so that 太田 stands before 大高; without a reading, as written.
fn order(person: &Person) -> String {
    let name = &person.name;
    let reading = if name.phonetic.trim().is_empty() { &name.full } else { &name.phonetic };
    let words: Vec<String> = reading.split_whitespace().map(fold).collect();
    words.join(" ")
}

/// A place as it is kept; names are not long enough to need more.
fn mark(at: usize) -> u16 {
    u16::try_from(at).unwrap_or(0)
}
