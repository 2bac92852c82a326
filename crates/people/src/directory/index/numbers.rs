/// Who has which phone number; a sorted list, because it is read far more often than it changes.
#[derive(Debug, Default)]
pub(super) struct Numbers(Vec<Entry>);

/// A number of a person: `place` is 0 for their first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Entry {
    key: u64,
    pub place: u8,
    pub slot: u32,
}

impl Entry {
    /// `None` for what has more digits than a number may have.
    pub fn new(number: &str, place: usize, slot: u32) -> Option<Self> {
        Some(Self { key: key(number)?, place: u8::try_from(place).unwrap_or(u8::MAX), slot })
    }
}

/// The digits as one integer, with a 1 before them so that leading zeros count.
fn key(number: &str) -> Option<u64> {
    if number.len() > 15 || !number.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    format!("1{number}").parse().ok()
}

impl Numbers {
    /// All numbers at once.
    pub fn new(mut entries: Vec<Entry>) -> Self {
        entries.sort_unstable();
        Self(entries)
    }

    pub fn insert(&mut self, entry: Entry) {
        let at = self.0.partition_point(|other| *other < entry);
        self.0.insert(at, entry);
    }

    pub fn remove(&mut self, entry: Entry) {
        if let Ok(at) = self.0.binary_search(&entry) {
            self.0.remove(at);
        }
    }

    /// Those who have a number, given in domestic form.
    pub fn find(&self, number: &str) -> &[Entry] {
        let Some(key) = key(number) else { return &[] };
        let from = self.0.partition_point(|entry| entry.key < key);
        let to = self.0.partition_point(|entry| entry.key <= key);
        self.0.get(from..to).unwrap_or_default()
    }
}
