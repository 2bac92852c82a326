use crate::{
    directory::{Person, index::Listed},
    search::{fold, fold_number, fold_reading},
};

/// What of a person is searched, folded.
#[derive(Debug)]
pub(super) struct Record {
    /// The name, the reading, and then numbers and addresses, one a line.
    pub text: String,
    /// The reading as romaji keys, one a line.
    pub sound: String,
    /// Where in `text` and `sound` words begin.
    pub marks: Marks,
    /// By what the person is put in order.
    pub order: String,
}

/// Where, inside a [`Record`], words begin that a reader sees as such.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Marks {
    /// The given name.
    pub given: u16,
    /// The reading of the given name.
    pub given_reading: u16,
    /// What is not a name.
    pub others: u16,
    /// The romaji key of the given name.
    pub given_sound: u16,
}

impl Record {
    pub fn new(listed: &Listed) -> Self {
        let person = &listed.person;
        let (mut text, given) = joined(&person.name.full);
        text.push('\n');
        let (reading, given_reading) = joined(&person.name.phonetic);
        let given_reading = given_reading.map(|at| text.len() + at);
        text.push_str(&reading);
        text.push('\n');
        let others = text.len();
        let numbers = person.phones.iter().filter_map(|phone| fold_number(&phone.number));
        let emails = person.emails.iter().map(|email| fold(email));
        let username = listed.username.as_deref().map(fold);
        let staff_number = person.staff_number.as_deref().map(fold);
        for other in numbers.chain(emails).chain(username).chain(staff_number) {
            text.push_str(&other);
            text.push('\n');
        }
        let sound = fold_reading(&person.name.phonetic);
        let family = person.name.phonetic.split_whitespace().next().unwrap_or_default();
        let given_sound = given_reading.map(|_| fold_reading(family).lines().next().map_or(0, str::len));
        let marks = Marks {
            given: mark(given),
            given_reading: mark(given_reading),
            others: mark(Some(others)),
            given_sound: mark(given_sound),
        };
        Self { text, sound: sound + "\n", marks, order: order(person) }
    }
}

/// The folded words of a name put together, and where the second begins.
fn joined(name: &str) -> (String, Option<usize>) {
    let mut words = name.split_whitespace().map(fold);
    let mut text = words.next().unwrap_or_default();
    let second = text.len();
    text.extend(words);
    let given = (text.len() > second).then_some(second);
    (text, given)
}

/// The key of the あいうえお order: family names first, so that 太田 stands before 大高; without a reading, as written.
fn order(person: &Person) -> String {
    let reading =
        if person.name.phonetic.trim().is_empty() { &person.name.full } else { &person.name.phonetic };
    let words: Vec<String> = reading.split_whitespace().map(fold).collect();
    words.join(" ")
}

/// A place as it is kept; 0, where every text begins, when there is none.
fn mark(at: Option<usize>) -> u16 {
    at.and_then(|at| u16::try_from(at).ok()).unwrap_or(0)
}
