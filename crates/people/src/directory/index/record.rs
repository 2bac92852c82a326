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
    /// Numbers, addresses and what the holders of their posts are called, one a line.
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
        let called =
            posts.iter().filter_map(|post| Some(fold(&called(&post.unit.name, post.post.as_deref()?))));
        let others: Vec<String> = numbers.chain(others).chain(called).collect();
        Self {
            name: joined(&name.full),
            reading: joined(&name.phonetic),
            sound: Field { text: sound, given: mark(given_sound) },
            others: Field { text: others.join("\n"), given: 0 },
            order: order(&name),
            numbers: self::numbers(&phones),
            posts: posts.into_iter().map(|post| (post.unit.id, post.post)).collect(),
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

/// What the holder of a post is called: the 課長 of the 人事課 is the 人事課長.
fn called(unit: &str, title: &str) -> String {
    let ends = title.char_indices().map(|(at, c)| at + c.len_utf8()).rev();
    let shared = ends.filter_map(|end| title.split_at_checked(end)).find(|(head, _)| unit.ends_with(head));
    format!("{unit}{}", shared.map_or(title, |(_, rest)| rest))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_unit_and_title_share_is_said_once() {
        for (unit, title, said) in [
            ("人事課", "課長", "人事課長"),
            ("財政課", "課長補佐", "財政課長補佐"),
            ("総務部", "部長", "総務部長"),
            ("給与係", "主事", "給与係主事"),
            ("出納局", "局長", "出納局長"),
        ] {
            assert_eq!(called(unit, title), said);
        }
    }
}
