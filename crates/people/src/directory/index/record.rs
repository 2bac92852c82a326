use std::sync::Arc;

use renraku_base::UnitId;

use super::{Listed, column::Field, numbers::Number};
use crate::{
    directory::{PersonJson, PersonName, Phone},
    search::{fold, fold_as_written, fold_name_reading, fold_number, reading_order},
};

/// A person as the index takes them: what is searched, folded, and what is answered.
#[derive(Debug)]
pub(in crate::directory) struct Record {
    /// The name as written.
    pub(super) name: Field,
    /// The name as read, in hiragana.
    pub(super) reading: Field,
    /// The reading as romaji keys, one a line.
    pub(super) sound: Field,
    /// Numbers and addresses, one a line.
    pub(super) others: Field,
    /// By what the person is put in order.
    pub(super) order: String,
    /// Their phone numbers.
    pub(super) numbers: Vec<Number>,
    /// The unit and title of each post.
    pub(super) posts: Vec<(UnitId, Option<String>)>,
    /// The name by which they sign in.
    pub(super) username: Option<Arc<str>>,
    /// What is answered.
    pub(super) person: Arc<PersonJson>,
}

impl Record {
    /// Folds what a person is found by.
    pub fn new(listed: Listed) -> Self {
        let Listed { person, name, phones, emails, posts, username, staff_number } = listed;
        let (sound, given_sound) = fold_name_reading(&name.phonetic);
        let numbers = phones.iter().filter_map(|phone| fold_number(&phone.number));
        let others = emails.iter().chain(&username).chain(&staff_number).map(|text| fold(text));
        let others: Vec<String> = numbers.chain(others).collect();
        Self {
            name: joined(&name.full),
            reading: joined(&name.phonetic),
            sound: Field { text: sound, given: mark(given_sound) },
            others: Field { text: others.join("\n"), given: 0 },
            order: order(&name),
            numbers: self::numbers(&phones),
            posts,
            username: username.map(Arc::from),
            person: Arc::new(person),
        }
    }
}

/// The numbers of a person in domestic form, each with its place among their numbers of the same kind.
fn numbers(phones: &[Phone]) -> Vec<Number> {
    let mut counts = [0_usize; 3];
    let mut numbers = Vec::with_capacity(phones.len());
    for phone in phones {
        if let Some(count) = counts.get_mut(phone.kind as usize) {
            numbers.extend(fold_number(&phone.number).and_then(|number| Number::new(&number, *count)));
            *count += 1;
        }
    }
    numbers
}

/// The folded words of a name put together; words with marks that repeat a letter also as written, each a line.
fn joined(name: &str) -> Field {
    let mut words = name.split_whitespace().map(fold);
    let mut text = words.next().unwrap_or_default();
    let family = text.len();
    text.extend(words);
    let given = if text.len() > family { mark(family) } else { 0 };
    for written in name.split_whitespace().filter_map(fold_as_written) {
        text.push('\n');
        text.push_str(&written);
    }
    Field { text, given }
}

/// The key of the あいうえお order: family names first, so that 太田 stands before 大高; without a reading, as written.
fn order(name: &PersonName) -> String {
    let reading = if name.phonetic.trim().is_empty() { &name.full } else { &name.phonetic };
    reading_order(reading)
}

/// A place as it is kept; names are not long enough to need more.
fn mark(at: usize) -> u16 {
    u16::try_from(at).unwrap_or(0)
}
